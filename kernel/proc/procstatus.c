/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/status, stat and statm, in Linux's format: proc(5). What Quire does
 * not have (swap, capabilities other than the superuser's) is shown
 * with the value that it would have on a Linux without it.
 */
#include "kernel/abi/resource.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/file.h"
#include "kernel/fs/namei.h"
#include "kernel/fs/strbuf.h"
#include "kernel/lib/bitmap.h"
#include "kernel/proc/process.h"
#include "mm/counts.h"
#include "mm/peaks.h"

#define NSEC_PER_TICK (NSEC_PER_SEC / USER_HZ)
#define KB_PER_PAGE (PAGE_SIZE / 1024)
#define CONSOLE_DEV (5 << 8 | 1) /* tty_nr of /dev/console: 5, 1 */
#define FIRST_PRIORITY 20        /* at nice value 0 */
#define FD_SLOTS 64              /* a descriptor table's first size */
#define ALL_CAPABILITIES 0x1ffffffffffUL

/* An address space in figures; counts are of pages. */
struct memory {
    struct mm_layout layout;
    vaddr_t brk_start;
    uint64_t peak_total, peak_rss;
    uint64_t total, anon, file, shmem, data, stack, text, lib, tables, locked;
    uint64_t hugetlb;
};

struct subject {
    struct process_info info;
    struct memory memory;
    bool has_memory;
};

static uint64_t rss(const struct memory *memory)
{
    return memory->anon + memory->file + memory->shmem;
}

/* ---- gathering ---- */

static void count_areas_locked(struct mm *mm, struct memory *out)
{
    struct vma_counts counts = {0};
    uint64_t code = 0;
    struct vma *vma;

    vma_for_each (vma, &mm->vmas) {
        if (vma->flags & VM_GROWSDOWN)
            out->stack += vma_npages(vma);
        else if ((vma->flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
            code += vma_npages(vma);
        if (vma->flags & VM_LOCKED)
            out->locked += vma_npages(vma);
        if (vma->flags & VM_HUGETLB)
            vma_count_pages(vma, &counts);
    }
    out->hugetlb = counts.shared_hugetlb + counts.private_hugetlb;
    out->text = (ROUND_UP(out->layout.end_code, PAGE_SIZE) -
                 ROUND_DOWN(out->layout.start_code, PAGE_SIZE)) >>
                PAGE_SHIFT;
    out->text = MIN(out->text, code);
    out->lib = code - out->text;
}

static void look_at_memory(struct mm *mm, struct memory *out)
{
    rwsem_read_lock(&mm->mmap_lock);
    *out = (struct memory){
        .layout = mm->layout,
        .brk_start = mm->brk_start,
        .peak_total = mm_peak_pages(mm),
        .peak_rss = mm_peak_resident(mm),
        .total = mm->total_pages,
        .data = mm->data_pages,
        .anon = (uint64_t)atomic64_load(&mm->rss[MM_RSS_ANON]),
        .file = (uint64_t)atomic64_load(&mm->rss[MM_RSS_FILE]),
        .shmem = (uint64_t)atomic64_load(&mm->rss[MM_RSS_SHMEM]),
        .tables = (uint64_t)atomic64_load(&mm->ntables) + 1, /* the root */
    };
    count_areas_locked(mm, out);
    rwsem_read_unlock(&mm->mmap_lock);
}

/* With a reference on the process; NULL: there is none. */
static struct process *look_at(int pid, struct subject *out)
{
    struct process *process = process_find(pid);
    struct mm *mm;

    if (process == NULL)
        return NULL;
    process_info(process, &out->info);
    mm = process_get_mm(process);
    out->has_memory = mm != NULL;
    out->memory = (struct memory){0};
    if (mm != NULL) {
        look_at_memory(mm, &out->memory);
        mm_put(mm);
    }
    return process;
}

/* ---- status ---- */

static const char *state_word(char state)
{
    switch (state) {
    case 'R': return "running";
    case 'S': return "sleeping";
    case 'T': return "stopped";
    case 'Z': return "zombie";
    default: return "disk sleep";
    }
}

static void add_kb(struct strbuf *out, const char *name, uint64_t npages)
{
    strbuf_printf(out, "%s:\t%8lu kB\n", name, npages * KB_PER_PAGE);
}

/* Slots of the descriptor table, as far as they are in use. */
static int descriptor_slots(struct process *process)
{
    struct fdtable *files = process_get_files(process);
    int slots = FD_SLOTS;

    if (files == NULL)
        return 0;
    for (int fd = fdtable_next(files, 0); fd >= 0;
         fd = fdtable_next(files, fd + 1))
        while (fd >= slots)
            slots *= 2;
    fdtable_put(files);
    return slots;
}

static unsigned umask_of(struct process *process)
{
    struct fs_context *fs = process_get_fs(process);
    unsigned mask = 0;

    if (fs != NULL) {
        mask = fs_context_umask(fs);
        fs_context_put(fs);
    }
    return mask;
}

static void add_identity(struct strbuf *out, struct process *process,
                         const struct process_info *info)
{
    const struct credentials *cred = &info->cred;

    strbuf_printf(out, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", info->name,
                  umask_of(process), info->state, state_word(info->state));
    strbuf_printf(out,
                  "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n"
                  "TracerPid:\t0\n",
                  info->pid, info->pid, info->parent);
    strbuf_printf(out, "Uid:\t%u\t%u\t%u\t%u\n", cred->uid, cred->euid,
                  cred->suid, cred->euid);
    strbuf_printf(out, "Gid:\t%u\t%u\t%u\t%u\n", cred->gid, cred->egid,
                  cred->sgid, cred->egid);
    strbuf_printf(out,
                  "FDSize:\t%d\nGroups:\t \nNStgid:\t%d\nNSpid:\t%d\n"
                  "NSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n",
                  descriptor_slots(process), info->pid, info->pid, info->group,
                  info->session);
}

static void add_memory(struct strbuf *out, const struct memory *memory)
{
    add_kb(out, "VmPeak", memory->peak_total);
    add_kb(out, "VmSize", memory->total);
    add_kb(out, "VmLck", memory->locked);
    add_kb(out, "VmPin", 0);
    add_kb(out, "VmHWM", memory->peak_rss);
    add_kb(out, "VmRSS", rss(memory));
    add_kb(out, "RssAnon", memory->anon);
    add_kb(out, "RssFile", memory->file);
    add_kb(out, "RssShmem", memory->shmem);
    add_kb(out, "VmData", memory->data);
    add_kb(out, "VmStk", memory->stack);
    add_kb(out, "VmExe", memory->text);
    add_kb(out, "VmLib", memory->lib);
    add_kb(out, "VmPTE", memory->tables);
    add_kb(out, "VmSwap", 0);
    add_kb(out, "HugetlbPages", memory->hugetlb);
    strbuf_printf(out, "CoreDumping:\t0\nTHP_enabled:\t1\nuntag_mask:\t%#lx\n",
                  UINT64_MAX); /* no bits of an address are ignored */
}

static void add_signals(struct strbuf *out, const struct process_info *info)
{
    size_t npending = bitmap_count(&info->pending, SIGNALS) +
                      bitmap_count(&info->shared_pending, SIGNALS);

    strbuf_printf(out, "Threads:\t%d\nSigQ:\t%zu/%lu\n", info->nthreads,
                  npending, info->rlimits[RLIMIT_SIGPENDING].soft);
    strbuf_printf(out,
                  "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n"
                  "SigIgn:\t%016lx\nSigCgt:\t%016lx\n",
                  info->pending, info->shared_pending, info->blocked,
                  info->ignored, info->caught);
}

static void add_rights(struct strbuf *out, const struct process_info *info)
{
    uint64_t permitted = info->cred.uid == 0 ? ALL_CAPABILITIES : 0;
    uint64_t effective = info->cred.euid == 0 ? ALL_CAPABILITIES : 0;
    uint64_t mask = cpu_count >= MAX_CPUS ? UINT64_MAX : (1UL << cpu_count) - 1;

    strbuf_printf(out,
                  "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n"
                  "CapBnd:\t%016lx\nCapAmb:\t%016lx\n",
                  0UL, permitted, effective, ALL_CAPABILITIES, 0UL);
    strbuf_printf(out,
                  "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n"
                  "Cpus_allowed:\t%lx\nCpus_allowed_list:\t0",
                  mask);
    if (cpu_count > 1)
        strbuf_printf(out, "-%u", cpu_count - 1);
    strbuf_printf(out, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
    strbuf_printf(out,
                  "voluntary_ctxt_switches:\t%lu\n"
                  "nonvoluntary_ctxt_switches:\t%lu\n",
                  info->usage.voluntary_switches,
                  info->usage.involuntary_switches);
}

int proc_show_status(int pid, struct strbuf *out)
{
    struct subject subject;
    struct process *process = look_at(pid, &subject);

    if (process == NULL)
        return -ESRCH;
    add_identity(out, process, &subject.info);
    if (subject.has_memory)
        add_memory(out, &subject.memory);
    add_signals(out, &subject.info);
    add_rights(out, &subject.info);
    process_put(process);
    return strbuf_error(out);
}

/* ---- stat and statm ---- */

static uint64_t ticks(uint64_t ns)
{
    return ns / NSEC_PER_TICK;
}

/* Fields 1 to 22. */
static void add_stat_times(struct strbuf *out, const struct process_info *info)
{
    const struct usage *own = &info->usage;
    const struct usage *children = &info->children_usage;

    strbuf_printf(out, "%d (%s) %c %d %d %d %d %d 0 ", info->pid, info->name,
                  info->state, info->parent, info->group, info->session,
                  info->tty_group >= 0 ? CONSOLE_DEV : 0, info->tty_group);
    strbuf_printf(out, "%lu %lu %lu %lu %lu %lu %lu %lu ", own->minor_faults,
                  children->minor_faults, own->major_faults,
                  children->major_faults, ticks(own->user), ticks(own->system),
                  ticks(children->user), ticks(children->system));
    strbuf_printf(out, "%d %d %d 0 %lu ", FIRST_PRIORITY + info->nice,
                  info->nice, info->nthreads, ticks(info->start_time));
}

/* The low half of a set: stat knows only the first 31 signals. */
static uint64_t old_set(uint64_t set)
{
    return set & 0x7fffffff;
}

/* Fields 23 to 52. */
static void add_stat_memory(struct strbuf *out, const struct subject *subject)
{
    const struct process_info *info = &subject->info;
    const struct memory *memory = &subject->memory;
    const struct mm_layout *layout = &memory->layout;

    strbuf_printf(out, "%lu %lu %lu %lu %lu %lu 0 0 ",
                  memory->total << PAGE_SHIFT, rss(memory),
                  info->rlimits[RLIMIT_RSS].soft, layout->start_code,
                  layout->end_code, layout->start_stack);
    strbuf_printf(out, "%lu %lu %lu %lu 0 0 0 %d %d 0 0 0 0 0 ",
                  old_set(info->pending | info->shared_pending),
                  old_set(info->blocked), old_set(info->ignored),
                  old_set(info->caught), info->exit_signal, info->last_cpu);
    strbuf_printf(out, "%lu %lu %lu %lu %lu %lu %lu %d\n", layout->start_data,
                  layout->end_data, memory->brk_start, layout->arg_start,
                  layout->arg_end, layout->env_start, layout->env_end,
                  info->exit_status);
}

int proc_show_stat(int pid, struct strbuf *out)
{
    struct subject subject;
    struct process *process = look_at(pid, &subject);

    if (process == NULL)
        return -ESRCH;
    process_put(process);
    add_stat_times(out, &subject.info);
    add_stat_memory(out, &subject);
    return strbuf_error(out);
}

int proc_show_statm(int pid, struct strbuf *out)
{
    const struct memory *memory;
    struct subject subject;
    struct process *process = look_at(pid, &subject);

    if (process == NULL)
        return -ESRCH;
    process_put(process);
    memory = &subject.memory;
    strbuf_printf(out, "%lu %lu %lu %lu 0 %lu 0\n", memory->total, rss(memory),
                  memory->file + memory->shmem, memory->text,
                  memory->data + memory->stack);
    return strbuf_error(out);
}
