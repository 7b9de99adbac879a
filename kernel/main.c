/* SPDX-License-Identifier: MIT */
/*
 * The boot, as a table of contents. boot/start.asm calls kernel_main on the
 * boot CPU: 64-bit mode, interrupts off, the first 4 GiB mapped, a stack
 * without guard.
 *
 *   kernel_main     what runs on the boot page tables: find out what there is
 *   memory          page tables, allocators; then a guarded stack
 *   kernel_start    interrupts, clock, devices, threads, files, the first
 *                   process; what is left becomes the idle loop
 *
 * Read next: boot/multiboot2.c, mm/kmap.c, kernel/proc/init.c.
 */
#include "boot/bootinfo.h"
#include "kernel/cpu/acpi.h"
#include "kernel/cpu/apic.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/ioapic.h"
#include "kernel/cpu/irq.h"
#include "kernel/cpu/time.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/lib/lockck.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/cpus.h"
#include "kernel/proc/process.h"
#include "kernel/proc/report.h"
#include "kernel/proc/sched.h"
#include "kernel/proc/selftest.h"
#include "kernel/proc/trap_signal.h"
#include "mm/kmap.h"
#include "mm/mm.h"
#include "mm/page.h"
#include "mm/slab.h"

#define APIC_REGISTERS_SIZE 0x1000

/* boot/start.asm's only word to C. */
__noreturn void kernel_main(uint32_t magic, uint32_t mbi);

/* Read once here; kernel/cpu/irq.c goes on using it. */
static struct acpi_info acpi __ro_after_init;

/* Appends fw_cfg's words to the loader's command line. */
static void read_fw_cfg_cmdline(void)
{
    char *cmdline = boot_info.cmdline;
    size_t len = strlen(cmdline);
    ssize_t n;

    if (len + 2 >= BOOT_CMDLINE_MAX)
        return;
    n = fw_cfg_read("opt/quire/cmdline", cmdline + len + 1,
                    BOOT_CMDLINE_MAX - len - 2);
    if (n <= 0)
        return;
    cmdline[len] = ' ';
    cmdline[len + 1 + (size_t)n] = '\0';
}

/* A second ramdisk, which the loader knows nothing of. */
static void read_fw_cfg_ramdisk(void)
{
    const char *name = "opt/quire/ramdisk";
    const ssize_t size = fw_cfg_size(name);
    void *buf;

    if (size <= 0)
        return;
    buf = early_alloc((size_t)size, PAGE_SIZE);
    if (fw_cfg_read(name, buf, (size_t)size) != size)
        panic("fw_cfg: %s cannot be read", name);
    boot_info.extra_ramdisk = virt_to_phys(buf);
    boot_info.extra_ramdisk_size = (size_t)size;
}

static void read_log_options(void)
{
    static char word[8];

    if (boot_option("quiet", NULL, 0))
        log_set_console_level(LOG_WARN);
    if (boot_option("loglevel", word, sizeof(word)))
        log_set_console_level(word[0] >= '0' && word[0] <= '3'
                                  ? (enum log_level)(word[0] - '0')
                                  : LOG_DEBUG);
}

static void log_memory(void)
{
    log_info("memory: %zu MiB in %zu frames\n", page_total() * PAGE_SIZE >> 20,
             page_total());
}

static void memory(void)
{
    vmck_enabled = boot_option("vmck", NULL, 0);
    kmap_init();
    page_init();
    slab_init();
    mm_init();
    log_memory();
}

static uint64_t stack_or_panic(void)
{
    uint64_t top;

    if (kstack_alloc(&top) != 0)
        panic("boot: no memory for the kernel's own stacks");
    return top;
}

/* From here on an overflow meets a guard page, and the double fault that
 * follows has a stack of its own to be reported on. */
static void guarded_stacks(void)
{
    uint64_t tops[CPU_IST_STACKS];

    for (unsigned i = 0; i < CPU_IST_STACKS; i++)
        tops[i] = stack_or_panic();
    cpu_set_ist_stacks(&boot_cpu, tops);
}

static void *map_registers(paddr_t base)
{
    void *registers = kmap_device(base, APIC_REGISTERS_SIZE, KMAP_UNCACHED);

    if (registers == NULL)
        panic("boot: cannot map the registers at %#lx", base.v);
    return registers;
}

/* The end of the memory that the direct map shows. */
static uint64_t direct_map_limit(void)
{
    return boot_info.regions[boot_info.nregions - 1].end;
}

static void interrupts(void)
{
    const char *problem = acpi_read(boot_info.rsdp, phys_to_virt(PADDR(0)),
                                    direct_map_limit(), &acpi);

    if (problem != NULL)
        log_warn("acpi: %s; assuming a plain PC\n", problem);
    irq_init(&acpi);
    apic_init(map_registers(acpi.lapic));
    for (unsigned i = 0; i < acpi.nioapics; i++)
        ioapic_add(map_registers(acpi.ioapics[i].base),
                   acpi.ioapics[i].gsi_base);
}

static void threads(void)
{
    process_init();
    sched_init();
    irq_restore(RFLAGS_IF_BIT);
}

static void devices(void)
{
    screen_init();
    tty_init();
    serial_init();
    keyboard_init();
}

static __noreturn void kernel_start(void)
{
    interrupts();
    clock_init();
    threads();
    devices();
    fs_init();
    report_init();
    trap_init();
    cpus_start(&acpi);
    kmap_seal();
    selftest_run();
    process_start_init();
    sched_idle_loop();
}

void kernel_main(uint32_t magic, uint32_t mbi)
{
    const char *problem;

    serial_init_early();
    cpu_init_boot();
    problem = boot_parse(magic, mbi);
    if (problem != NULL)
        panic("cannot boot: %s", problem);
    read_fw_cfg_cmdline();
    read_log_options();
    log_info("Quire: %s\n", boot_info.cmdline);
    if (boot_option("lockck", NULL, 0))
        lockck_init(&boot_cpu.lockck);
    read_fw_cfg_ramdisk();
    memory();
    guarded_stacks();
    cpu_call_on_stack(stack_or_panic(), kernel_start);
}
