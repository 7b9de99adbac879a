/* SPDX-License-Identifier: MIT */
/*
 * Breaking the rules of locks, each once and where nothing comes of it, for
 * lockck to see: `lockck selftest=lockck-NAME`.
 */
#include "kernel/proc/selftest.h"

#include "kernel/cpu/time.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/rwsem.h"
#include "kernel/lib/string.h"
#include "kernel/proc/thread.h"
#include "kernel/proc/timer.h"
#include "mm/kmap.h"
#include "mm/tlb.h"

static struct spinlock first_lock = SPINLOCK_INIT;
static struct spinlock second_lock = SPINLOCK_INIT;
static struct mutex a_mutex = MUTEX_INIT(a_mutex);

static __noinline void take_second_in_first(void)
{
    spin_lock(&first_lock);
    spin_lock(&second_lock);
    spin_unlock(&second_lock);
    spin_unlock(&first_lock);
}

static __noinline void take_first_in_second(void)
{
    spin_lock(&second_lock);
    spin_lock(&first_lock);
    spin_unlock(&first_lock);
    spin_unlock(&second_lock);
}

static void run_order(void)
{
    take_second_in_first();
    take_first_in_second();
}

/* Two locks of one class. */
static void run_class(void)
{
    struct spinlock locks[2];

    for (unsigned i = 0; i < ARRAY_SIZE(locks); i++)
        spin_init(&locks[i]);
    spin_lock(&locks[0]);
    spin_lock(&locks[1]);
    spin_unlock(&locks[1]);
    spin_unlock(&locks[0]);
}

static void run_recursive(void)
{
    mutex_lock(&a_mutex);
    mutex_lock(&a_mutex);
}

static void run_sleep(void)
{
    spin_lock(&first_lock);
    mutex_lock(&a_mutex);
    mutex_unlock(&a_mutex);
    spin_unlock(&first_lock);
}

static void run_sleep_irq(void)
{
    uint64_t flags = irq_save();

    mutex_lock(&a_mutex);
    mutex_unlock(&a_mutex);
    irq_restore(flags);
}

static uint32_t taken; /* A: somebody has taken what is to be taken */

static __noinline void take_in_interrupt(struct timer *timer)
{
    (void)timer;
    spin_lock(&first_lock);
    spin_unlock(&first_lock);
    store_release(&taken, 1U);
}

static void run_irq(void)
{
    static struct timer timer;

    timer_setup(&timer, take_in_interrupt);
    timer_arm(&timer, clock_now());
    while (load_acquire(&taken) == 0)
        __builtin_ia32_pause();
    take_first_in_second();
}

/* Who wants the second waits, with interrupts off, for one who flushes. */
static void run_flush(void)
{
    uint64_t flags;

    take_first_in_second();
    spin_lock(&first_lock);
    tlb_flush_kernel(KSTACKS_BASE, KSTACKS_BASE + PAGE_SIZE);
    spin_unlock(&first_lock);
    flags = spin_lock_irqsave(&second_lock);
    spin_unlock_irqrestore(&second_lock, flags);
}

static void hold_mutex(void *arg)
{
    (void)arg;
    mutex_lock(&a_mutex);
    store_release(&taken, 1U);
    for (;;) {
        sched_sleep_prepare(false);
        (void)sched_sleep(WAIT_FOREVER);
    }
}

static void run_unlock(void)
{
    if (kthread_start("holder", hold_mutex, NULL) != 0)
        panic("selftest: no memory for a thread");
    while (load_acquire(&taken) == 0) {
        sched_sleep_prepare(false);
        (void)sched_sleep(clock_now() + NSEC_PER_MSEC);
    }
    mutex_unlock(&a_mutex);
}

/* The kernel's own stack in place of a lock that was initialised. */
static void run_init(void)
{
    struct spinlock lock = {.all = 0};

    spin_lock(&lock);
    spin_unlock(&lock);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"lockck-order", run_order},   {"lockck-class", run_class},
    {"lockck-sleep", run_sleep},   {"lockck-sleep-irq", run_sleep_irq},
    {"lockck-irq", run_irq},       {"lockck-flush", run_flush},
    {"lockck-unlock", run_unlock}, {"lockck-recursive", run_recursive},
    {"lockck-init", run_init},
};

bool selftest_lockck(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
        if (strcmp(tests[i].name, name) != 0)
            continue;
        tests[i].run();
        return true;
    }
    return false;
}
