/* SPDX-License-Identifier: MIT */
/*
 * The life of a thread: struct, kernel stack and FPU area from creation to the
 * last reference, and its first steps.
 *
 * References: one for as long as the scheduler may run it, dropped by the
 * thread that runs next after its death (schedule); one a lookup.
 */
#include "kernel/proc/thread.h"

#include "kernel/cpu/fpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/irqflags.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process.h"
#include "kernel/proc/sched.h"
#include "mm/kmap.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define FPU_ALIGN 64

static struct slab_cache *thread_cache; /* C */
static struct slab_cache *fpu_cache;    /* C */

void thread_init(void)
{
    thread_cache = slab_cache_create("thread", sizeof(struct thread), 64);
    fpu_cache = slab_cache_create("fpu", fpu_area_size, FPU_ALIGN);
    signal_init();
}

/* A sleep's deadline has come. */
static void sleep_over(struct timer *timer)
{
    sched_wake(container_of(timer, struct thread, sleep_timer));
}

/* => all zero */
static void init_fields(struct thread *thread, struct process *process)
{
    atomic_store(&thread->refs, 1);
    thread->process = process;
    thread->state = THREAD_RUNNABLE;
    thread->affinity = UINT64_MAX;
    thread->fpu_cpu = THREAD_NO_CPU;
    list_init(&thread->process_link);
    list_init(&thread->run_link);
    signal_queue_init(&thread->pending);
    list_init(&thread->forced.link);
    list_init(&thread->infos);
    timer_setup(&thread->sleep_timer, sleep_over);
}

struct held_locks *lockck_current_holder(void)
{
    static struct held_locks boot; /* of the first thread, and before it */
    struct thread *thread = current_thread();

    return thread != NULL && thread->held != NULL ? thread->held : &boot;
}

void thread_init_idle(struct thread *thread)
{
    init_fields(thread, &kernel_process);
    thread->name = "idle";
}

/* Back (or for the first time) to user mode. */
static __noreturn void enter_user(struct thread *thread)
{
    struct trap_frame *frame = thread_frame(thread);
    int tid = thread->tid;

    if (thread->set_child_tid != NULL) /* clone(2): failure is not reported */
        (void)!copy_to_user(thread->set_child_tid, &tid, sizeof(tid));
    thread->set_child_tid = NULL;
    irq_save();
    cpu_enter_user(frame);
}

/* Where each new thread begins, called by cpu_switch. */
static void thread_begin(void *arg)
{
    struct thread *thread = arg;

    sched_begin();
    if (thread->entry != NULL)
        thread->entry(thread->arg);
    if (thread->fpu == NULL)
        sched_exit();
    enter_user(thread);
}

/* Whatever lockck has to remember of it. */
static int alloc_held(struct thread *thread)
{
    thread->held = kmalloc(sizeof(*thread->held));
    if (thread->held == NULL)
        return -ENOMEM;
    lockck_add_holder(thread->held);
    return 0;
}

int thread_create(struct process *process, bool user, struct thread **out)
{
    struct thread *thread = slab_zalloc(thread_cache);
    int err = -ENOMEM;

    if (thread == NULL)
        return -ENOMEM;
    init_fields(thread, process);
    if (user) {
        thread->fpu = slab_alloc(fpu_cache);
        if (thread->fpu == NULL)
            goto free_thread;
        fpu_init_area(thread->fpu);
    }
    err = kstack_alloc(&thread->head.stack_top);
    if (err != 0)
        goto free_fpu;
    if (unlikely(lockck_enabled) && (err = alloc_held(thread)) != 0)
        goto free_stack;
    cpu_prepare_stack(&thread->head, thread_begin, thread,
                      user ? sizeof(struct trap_frame) : 0);
    thread->cpu = cpu_id();
    process_get(process);
    *out = thread;
    return 0;

free_stack:
    kstack_free(thread->head.stack_top);
free_fpu:
    if (thread->fpu != NULL)
        slab_free(fpu_cache, thread->fpu);
free_thread:
    slab_free(thread_cache, thread);
    return err;
}

void thread_get(struct thread *thread)
{
    atomic_inc(&thread->refs);
}

void thread_put(struct thread *thread)
{
    struct process *process = thread->process;

    if (!atomic_dec_and_test(&thread->refs))
        return;
    ASSERT(!thread->queued && thread->id == NULL);
    signal_thread_release(thread);
    kstack_free(thread->head.stack_top);
    if (thread->fpu != NULL)
        slab_free(fpu_cache, thread->fpu);
    if (unlikely(thread->held != NULL)) {
        lockck_remove_holder(thread->held);
        kfree(thread->held);
    }
    slab_free(thread_cache, thread);
    process_put(process);
    pid_trim(false);
}

int kthread_start(const char *name, void (*fn)(void *arg), void *arg)
{
    struct thread *thread;
    int err = thread_create(&kernel_process, false, &thread);

    if (err != 0)
        return err;
    thread->name = name;
    thread->entry = fn;
    thread->arg = arg;
    sched_start(thread);
    return 0;
}
