# SPDX-License-Identifier: MIT
"""Commands for gdb on Quire; `make debug` loads them.

    ps              the processes
    vmas [PID]      the VMA list of a process (default: the current one)
    walk ADDR [PID] the way through its page tables to an address
    user PROGRAM    the symbols of a program of ours, such as `user cowdemo`

They read the kernel's memory and change nothing. The kernel may have been
stopped in the middle of a change: take what they show with care then.
"""
import os
import struct

import gdb

DIRECT_MAP = 0xffff800000000000
PAGE_SHIFT = 12
LEVELS = ("PTE", "PDE", "PDPTE", "PML4E")
ENTRY_BITS = 9
ADDRESS = 0x000ffffffffff000
PRESENT, LARGE = 1 << 0, 1 << 7
BITS = ((1, "writable", "read-only"), (2, "user", "kernel"),
        (3, "write-through", ""), (4, "uncached", ""),
        (5, "accessed", ""), (6, "dirty", ""), (8, "global", ""),
        (63, "not executable", "executable"))
VM_READ, VM_WRITE, VM_EXEC, VM_SHARED = 1, 2, 4, 8
VM_GROWSDOWN = 1 << 8
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def pointer_to(name):
    """The type `struct NAME *`."""
    return gdb.lookup_type("struct " + name).pointer()


def entry(link, struct_name, member):
    """The struct around a list link (C's list_entry)."""
    kind = gdb.lookup_type("struct " + struct_name)
    offset = next(field.bitpos // 8 for field in kind.fields()
                  if field.name == member)
    return gdb.Value(int(link) - offset).cast(kind.pointer()).dereference()


def walk_list(head, struct_name, member):
    """Every struct on a list, in order."""
    start, link = int(head.address), head["next"]
    while int(link) != start:
        yield entry(link, struct_name, member)
        link = link["next"]


def processes():
    """Every process, zombies too, by PID."""
    buckets = gdb.parse_and_eval("'kernel/proc/pid.c'::buckets")
    first, last = buckets.type.range()
    size = buckets[0].type.sizeof
    raw = gdb.selected_inferior().read_memory(int(buckets.address),
                                              (last - first + 1) * size)
    found = {}
    for index in range(last - first + 1):
        address = int(buckets.address) + index * size
        if struct.unpack_from("<Q", raw, index * size)[0] in (0, address):
            continue
        for each in walk_list(buckets[index], "pid", "hash_link"):
            process = each["process"]
            if process and int(process["pid"]) == int(each["nr"]):
                found[int(process["pid"])] = process
    return [found[pid] for pid in sorted(found)]


def current_process():
    """The process that the selected CPU runs."""
    cpu = gdb.parse_and_eval("cpus")[gdb.selected_thread().num - 1]
    thread = cpu["head"]["current"] if cpu else None
    if not thread or not thread["process"]:
        raise gdb.GdbError("no thread runs there yet")
    return thread["process"]


def process_of(words):
    """The process that the words name; without words the current one."""
    if not words:
        return current_process()
    wanted = int(gdb.parse_and_eval(words[0]))
    for process in processes():
        if int(process["pid"]) == wanted:
            return process
    raise gdb.GdbError(f"there is no process {wanted}")


def mm_of(process):
    """Its address space."""
    if not process["mm"]:
        raise gdb.GdbError(f"process {int(process['pid'])} has no address "
                           "space: it is the kernel's own, or has ended")
    return process["mm"].dereference()


class ListProcesses(gdb.Command):
    """ps: the processes, with their state and the size of their memory."""

    def __init__(self):
        super().__init__("ps", gdb.COMMAND_DATA)

    def invoke(self, _argument, _from_tty):
        """Runs the command."""
        print("  PID  PPID THREADS    PAGES NAME             STATE")
        for process in processes():
            parent, mm = process["parent"], process["mm"]
            print(f"{int(process['pid']):5} "
                  f"{int(parent['pid']) if parent else 0:5} "
                  f"{int(process['nthreads']):7} "
                  f"{int(mm['total_pages']) if mm else 0:8} "
                  f"{process['name'].string():16} "
                  f"{str(process['state']).replace('PROCESS_', '').lower()}")


class ListVmas(gdb.Command):
    """vmas [PID]: the VMA list of a process, the current one by default."""

    def __init__(self):
        super().__init__("vmas", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        """Runs the command."""
        process = process_of(gdb.string_to_argv(argument))
        mm = mm_of(process)
        print(f"{process['name'].string()}, PID {int(process['pid'])}: "
              f"{int(mm['vmas']['count'])} areas, "
              f"{int(mm['total_pages'])} pages; root table at "
              f"{int(mm['root']['v']):#x}")
        for vma in walk_list(mm["vmas"]["list"], "vma", "link"):
            flags = int(vma["flags"])
            rights = "".join(letter if flags & bit else "-" for bit, letter in
                             ((VM_READ, "r"), (VM_WRITE, "w"),
                              (VM_EXEC, "x")))
            rights += "s" if flags & VM_SHARED else "p"
            start, end = int(vma["start"]), int(vma["end"])
            print(f"  {start:016x}-{end:016x} {rights} "
                  f"{(end - start) >> PAGE_SHIFT:8} pages  "
                  f"{describe(vma, mm)}")


def describe(vma, mm):
    """What a VMA is."""
    if vma["file"]:
        return f"file {int(vma['file']):#x} from page {int(vma['pgoff'])}"
    if int(vma["flags"]) & VM_GROWSDOWN:
        return "[stack]"
    if int(vma["start"]) < int(mm["brk"]) and \
            int(vma["end"]) > int(mm["brk_start"]):
        return "[heap]"
    return "anonymous"


class WalkTables(gdb.Command):
    """walk ADDRESS [PID]: through the four levels of page tables."""

    def __init__(self):
        super().__init__("walk", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        """Runs the command."""
        words = gdb.string_to_argv(argument)
        if not words:
            raise gdb.GdbError("walk ADDRESS [PID]")
        address = int(gdb.parse_and_eval(words[0])) & (1 << 64) - 1
        table = int(mm_of(process_of(words[1:]))["root"]["v"])
        for level in (3, 2, 1, 0):
            shift = PAGE_SHIFT + level * ENTRY_BITS
            index = address >> shift & (1 << ENTRY_BITS) - 1
            value = read_entry(table, index)
            print(f"{LEVELS[level]:>6} {index:3} of the table at "
                  f"{table:#12x}: {value:#018x} {in_words(value)}")
            if not value & PRESENT:
                return
            table = value & ADDRESS
            if level == 0 or (level < 3 and value & LARGE):
                size = 1 << shift
                frame = (table & ~(size - 1)) + (address & size - 1)
                print(f"{address:#x} is at physical {frame:#x}")
                return


def read_entry(table, index):
    """An entry of the table at this physical address."""
    raw = gdb.selected_inferior().read_memory(
        DIRECT_MAP + table + index * 8, 8)
    return struct.unpack("<Q", raw)[0]


def in_words(value):
    """A page-table entry's bits."""
    if not value & PRESENT:
        return "not present"
    words = [yes if value >> bit & 1 else no for bit, yes, no in BITS]
    return ", ".join(word for word in words if word)


class LoadUser(gdb.Command):
    """user PROGRAM: adds the symbols of one of our own programs, to set
    breakpoints in it (hbreak main). Then it is best to run only that one."""

    def __init__(self):
        super().__init__("user", gdb.COMMAND_FILES)

    def invoke(self, argument, _from_tty):
        """Runs the command."""
        for folder in ("bin", "test"):
            for build in ("user", "objects/user"):
                path = os.path.join(ROOT, "build", build, folder,
                                    argument + ".debug")
                if os.path.exists(path):
                    gdb.execute(f"add-symbol-file {path}")
                    return
        raise gdb.GdbError(f"there is no program {argument} with symbols")


class TypeKeys(gdb.Command):
    """keys TEXT: types a line at Quire's console, once it runs again."""

    def __init__(self):
        super().__init__("keys", gdb.COMMAND_RUNNING)

    def invoke(self, argument, _from_tty):
        """Runs the command."""
        path = os.environ.get("QUIRE_KEYS")
        if not path:
            raise gdb.GdbError("there is no console to type at")
        with open(path, "wb", buffering=0) as file:
            file.write(argument.encode() + b"\r")


for command in (ListProcesses, ListVmas, WalkTables, LoadUser, TypeKeys):
    command()
