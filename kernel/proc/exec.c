/* SPDX-License-Identifier: MIT */
/*
 * execve(2): the order of things.
 *
 *   open the program, its interpreter; check their headers
 *   gather argv and envp                       all this can fail with an errno
 *   an empty address space, descriptors of one's own
 *   end the other threads
 *   ---- point of no return: a failure now kills the process by SIGSEGV ----
 *   fill the new address space
 *   commit, which cannot fail: address space, registers, signals,
 *   close-on-exec; the parent in vfork goes on
 *
 * Until the commit the old address space is the current one.
 *
 * Locks: process->lock for what others may look at; process_tree_lock for the
 * family's part.
 *
 * Read next: exec_image.h for the parts.
 */
#include "kernel/proc/exec.h"

#include "boot/bootinfo.h"
#include "kernel/abi/prctl.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/stat.h"
#include "kernel/abi/syscall.h"
#include "kernel/cpu/fpu.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/exec_image.h"
#include "kernel/proc/family.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/mm.h"
#include "mm/slab.h"

static bool no_randomisation; /* C after exec_init */

void exec_init(void)
{
    char value[2];

    no_randomisation = boot_option("norandmaps", value, sizeof(value));
}

/* ---- alone ---- */

static int wait_until_alone(struct process *process)
{
    struct waiter waiter;
    int err = 0;

    waiter_join(&process->thread_wait, &waiter);
    for (;;) {
        WRITE_ONCE(waiter.woken, false);
        sched_sleep_prepare_killable();
        if (READ_ONCE(process->nthreads) == 1 || err != 0)
            break;
        err = sched_sleep(WAIT_FOREVER);
    }
    sched_sleep_cancel();
    waiter.served = true;
    waiter_leave(&process->thread_wait, &waiter);
    return err;
}

/* The thread becomes the process's first, whose TID is the PID. => alone */
static void become_leader(struct process *process, struct thread *thread)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);
    struct pid *old = thread->id;

    spin_lock(&process->lock);
    ASSERT(process->leader == NULL);
    thread->id = process->id;
    thread->id->thread = thread;
    thread->tid = process->pid;
    process->leader = thread;
    spin_unlock(&process->lock);
    old->thread = NULL;
    pid_release_locked(old);
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

/* Ends the process's other threads. 0; or -EAGAIN if another thread's execve
 * or the process's end was first. */
static int become_alone(void)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    bool alone = process->nthreads == 1;
    int err = 0;

    if (process->exiting || process->exec_alone)
        err = -EAGAIN;
    if (err == 0) {
        process->exec_alone = true;
        process_kill_others_locked(process);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    if (err == 0 && !alone)
        err = wait_until_alone(process);
    if (err == 0 && thread->id != process->id)
        become_leader(process, thread);
    return err == 0 ? 0 : -EAGAIN;
}

/* ---- preparing ---- */

/* Who the program will be: set-user-ID and set-group-ID bits (execve(2)). */
static int prepare_credentials(struct exec *exec)
{
    struct credentials *cred = &exec->cred;
    struct stat st;
    int err = file_stat(exec->image.elf.file, &st);

    if (err != 0)
        return err;
    *cred = current_process()->cred;
    if (st.st_mode & S_ISUID)
        cred->euid = st.st_uid;
    if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP))
        cred->egid = st.st_gid;
    cred->suid = cred->euid;
    cred->sgid = cred->egid;
    exec->secure = cred->uid != cred->euid || cred->gid != cred->egid;
    return 0;
}

static int prepare_mm(struct exec *exec)
{
    int err = mm_create(&exec->mm);

    if (err != 0)
        return err;
    exec->mm->limits = (struct mm_limits){
        .as = current_rlimit(RLIMIT_AS),
        .data = current_rlimit(RLIMIT_DATA),
        .stack = current_rlimit(RLIMIT_STACK),
        .memlock = current_rlimit(RLIMIT_MEMLOCK),
    };
    return 0;
}

/* What a script puts before the arguments, and an argv[0] if there is none. */
static int prepare_args(struct exec *exec)
{
    struct exec_args *args = &exec->args;
    int err = 0;

    if (args->argv.count == 0)
        err = exec_args_add(args, &args->argv, "");
    if (err == 0)
        err = exec_args_reserve(args, strlen(exec->image.path) + 1);
    for (size_t i = 0; i < exec->image.nprefix && err == 0; i++)
        err = exec_args_reserve(args, strlen(exec->image.prefix[i]) + 1 +
                                          sizeof(uint64_t));
    return err;
}

/* All that can fail while there is still a program to tell. */
static int prepare(struct exec *exec)
{
    int err = prepare_args(exec);

    if (err == 0)
        err = prepare_credentials(exec);
    if (err == 0)
        err = prepare_mm(exec);
    if (err == 0 && fdtable_is_shared(current_files()))
        err = fdtable_clone(current_files(), &exec->files);
    return err;
}

static void draw_random(struct exec_random *random)
{
    uint32_t personality = current_process()->personality;

    random_bytes(random, sizeof(*random));
    random->on = !no_randomisation && !(personality & ADDR_NO_RANDOMIZE);
    if (!random->on)
        random->stack = random->stack_fill = random->mmap = random->base =
            random->brk = 0;
}

/* Fills the new address space. */
static int fill(struct exec *exec)
{
    struct exec_stack stack = {.mm = exec->mm,
                               .image = &exec->image,
                               .args = &exec->args,
                               .random = &exec->random,
                               .cred = &exec->cred,
                               .secure = exec->secure,
                               .layout = &exec->layout};
    int err;

    draw_random(&exec->random);
    err = exec_load(&exec->image, exec->mm, &exec->random, &exec->layout);
    return err != 0 ? err : exec_stack_fill(&stack);
}

/* ---- committing ---- */

static void set_name(struct process *process, const char *path)
{
    const char *slash = strrchr(path, '/');

    strlcpy(process->name, slash != NULL ? slash + 1 : path, COMM_LEN);
}

/* Takes the new address space and executable for the old ones, which are
 * left in their places in exec. */
static void swap_image(struct exec *exec, struct process *process)
{
    struct mm *mm = exec->mm;
    struct file *exe = exec->image.elf.file;
    uint64_t flags = spin_lock_irqsave(&process->lock);
    struct usage *usage = &process->dead_usage;

    exec->mm = process->mm;
    exec->image.elf.file = process->exe;
    if (exec->mm != NULL)
        usage_note_peak(usage, exec->mm);
    process->mm = mm;
    process->exe = exe;
    process->cred = exec->cred;
    process->dumpable = !exec->secure;
    process->personality &= ~(uint32_t)READ_IMPLIES_EXEC;
    process->exec_alone = false;
    set_name(process, exec->image.path);
    spin_unlock_irqrestore(&process->lock, flags);
}

/* The CPU's state at the first instruction: System V ABI for AMD64, 3.4.1; all
 * registers that it leaves open are 0. */
static void reset_cpu_state(const struct exec *exec, struct mm *mm)
{
    struct thread *thread = current_thread();

    *thread_frame(thread) = (struct trap_frame){
        .vector = TRAP_REPLACED,
        .error = SYS_execve,
        .rip = exec->layout.entry,
        .cs = USER_CS,
        .rflags = RFLAGS_IF | RFLAGS_FIXED,
        .rsp = exec->layout.stack_pointer,
        .ss = USER_DS,
    };
    preempt_disable();
    thread->mm = mm;
    thread->fs_base = thread->gs_base = 0;
    sched_load_user_state();
    fpu_reset();
    preempt_enable();
}

static void commit_family(struct process *process)
{
    uint64_t flags = spin_lock_irqsave(&process_tree_lock);

    process->has_exec = true;
    process->exit_signal = SIGCHLD;
    spin_unlock_irqrestore(&process_tree_lock, flags);
}

static void commit_files(struct exec *exec, struct process *process)
{
    struct fdtable *old = process->files;
    uint64_t flags;

    if (exec->files != NULL) {
        flags = spin_lock_irqsave(&process->lock);
        process->files = exec->files;
        spin_unlock_irqrestore(&process->lock, flags);
        exec->files = NULL;
        fdtable_put(old);
    }
    fdtable_close_on_exec(process->files);
}

static void commit(struct exec *exec)
{
    struct thread *thread = current_thread();
    struct process *process = thread->process;

    if (thread->mm != NULL)
        futex_release();
    thread->set_child_tid = thread->clear_child_tid = NULL;
    thread->robust_list = NULL;
    swap_image(exec, process);
    reset_cpu_state(exec, process->mm);
    vfork_release(thread);
    commit_family(process);
    signal_reset_for_exec(process);
    commit_files(exec, process);
}

/* ---- the two halves ---- */

void exec_abort(struct exec *exec)
{
    exec_file_close(&exec->image);
    exec_args_destroy(&exec->args);
    if (exec->mm != NULL)
        mm_put(exec->mm);
    if (exec->files != NULL)
        fdtable_put(exec->files);
    kfree(exec);
}

int exec_begin(const char *path, struct exec **out)
{
    struct exec *exec = kzalloc(sizeof(*exec));
    int err;

    if (exec == NULL)
        return -ENOMEM;
    exec->image.path = path;
    exec_args_init(&exec->args, current_rlimit(RLIMIT_STACK));
    err = exec_file_open(&exec->image);
    if (err != 0)
        exec_abort(exec);
    else
        *out = exec;
    return err;
}

int exec_finish(struct exec *exec)
{
    int err = prepare(exec);

    if (err == 0)
        err = become_alone();
    if (err != 0) {
        exec_abort(exec);
        return err;
    }
    err = fill(exec);
    if (err == 0) {
        commit(exec);
    } else {
        log_info("exec: %s cannot be loaded: error %d\n", exec->image.path,
                 -err);
        signal_kill_current(SIGSEGV);
    }
    exec_abort(exec); /* what is left in it, or was put into it */
    return err;
}

int process_exec(const char *path, char __user *const __user *argv,
                 char __user *const __user *envp)
{
    struct exec *exec;
    int err = exec_begin(path, &exec);

    if (err != 0)
        return err;
    err = exec_args_add_user(&exec->args, &exec->args.argv, argv);
    if (err == 0)
        err = exec_args_add_user(&exec->args, &exec->args.envp, envp);
    if (err != 0) {
        exec_abort(exec);
        return err;
    }
    return exec_finish(exec);
}
