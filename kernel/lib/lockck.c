/* SPDX-License-Identifier: MIT */
/*
 * Who holds which locks, and what that allows.
 *
 *     a CPU       its spinlocks, those of a handler above those of the code
 *                 that it interrupted, which are none of the handler's business
 *     a thread    its mutexes and rwsems
 *
 * A lock counts as held from before it is waited for, so that a deadlock is
 * reported instead of happening.
 *
 * Locks: a holder is changed by itself only, with interrupts off; others read
 * it for a report alone.
 *
 * Read next: lockck_graph.c.
 */
#include "kernel/lib/lockck_graph.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/irqflags.h"

#define RETURN_FRAME ((const uint64_t *)__builtin_frame_address(0))

/* A lock is about to be taken, or has been by trying. */
struct taking {
    const uint32_t *id;
    const uint64_t *frame;
    uint8_t node;
    bool waits;
    bool irqs_on;
};

bool lockck_enabled __ro_after_init;
static bool stopped;                             /* A: a panic */
static struct list holders = LIST_INIT(holders); /* L: lockck_own_lock */

/* ---- the sites ---- */

struct site {
    int32_t code, stub; /* as seen from their own places */
};

/* A jump to the stub over the instruction (SDM vol. 2, "JMP rel32"). */
static void fill_site(const struct site *site)
{
    uint8_t *code = (uint8_t *)&site->code + site->code;
    const uint8_t *stub = (const uint8_t *)&site->stub + site->stub;
    const uint32_t distance = (uint32_t)(stub - (code + 5));

    code[0] = 0xe9;
    for (unsigned i = 0; i < sizeof(distance); i++)
        code[1 + i] = (uint8_t)(distance >> 8 * i);
}

void lockck_init(struct lockck_cpu *cpu)
{
    extern const struct site __lockck_sites_start[], __lockck_sites_end[];

    lockck_enabled = true;
    cpu_head_gs->lockck = cpu;
    lockck_add_holder(&cpu->spin);
    lockck_add_holder(lockck_current_holder());
    for (const struct site *site = __lockck_sites_start;
         site < __lockck_sites_end; site++)
        fill_site(site);
}

void lockck_stop(void)
{
    WRITE_ONCE(stopped, true);
}

static bool is_on(void)
{
    return lockck_enabled && !READ_ONCE(stopped);
}

/* ---- holders ---- */

void lockck_add_holder(struct held_locks *held)
{
    const uint64_t flags = irq_save();

    held->n = 0;
    lockck_own_lock();
    list_push_back(&holders, &held->link);
    lockck_own_unlock();
    irq_restore(flags);
}

void lockck_remove_holder(struct held_locks *held)
{
    uint64_t flags;

    if (held == NULL)
        return;
    flags = irq_save();
    lockck_own_lock();
    list_remove(&held->link);
    lockck_own_unlock();
    irq_restore(flags);
}

static struct held_lock *find_held(struct held_locks *held, const uint32_t *id)
{
    for (unsigned i = held->n; i-- > 0;)
        if (held->lock[i].id == id)
            return &held->lock[i];
    return NULL;
}

static void push_held(struct held_locks *held, const struct taking *taking)
{
    struct held_lock *lock = &held->lock[held->n];

    if (held->n == LOCKCK_HELD)
        panic("lockck: one holder with more than %u locks", LOCKCK_HELD);
    lock->id = taking->id;
    lock->node = taking->node;
    lock->irqs_off = !taking->irqs_on;
    lockck_trace(taking->frame, lock->trace, LOCKCK_TRACE);
    held->n++;
}

static void remove_held(struct held_locks *held, struct held_lock *lock)
{
    struct held_lock *last = &held->lock[--held->n];

    for (; lock < last; lock++)
        *lock = lock[1];
}

/* ---- reports ---- */

static void report_held(const struct held_locks *held)
{
    for (unsigned i = 0; i < held->n; i++)
        lockck_report_trace(
            "%s, which is held, was taken here:", held->lock[i].node,
            held->lock[i].trace, LOCKCK_TRACE);
}

static __noreturn void report_twice(const struct held_lock *held,
                                    const struct taking *taking)
{
    lockck_own_lock();
    if (held->id == taking->id)
        lockck_begin_report("recursion: %s is taken by who holds it",
                            lockck_node_name(taking->node));
    else
        lockck_begin_report("order violation: two locks of one class, %s, are "
                            "held together, and no order is stated (_nested)",
                            lockck_node_name(taking->node));
    lockck_report_frame("%s is taken here:", taking->node, taking->frame);
    lockck_report_trace("%s, which is held, was taken here:", held->node,
                        held->trace, LOCKCK_TRACE);
    lockck_end_report();
}

/* Its memory may be gone: the lock may have been freed by who took it next. */
static __noreturn void report_not_owner(const uint32_t *id,
                                        const uint64_t *frame)
{
    const struct held_lock *lock = NULL;
    struct held_locks *held;

    lockck_own_lock();
    list_for_each_entry (held, &holders, link) {
        lock = find_held(held, id);
        if (lock != NULL)
            break;
    }
    if (lock != NULL)
        lockck_begin_report("owner: %s is released by who does not hold it",
                            lockck_node_name(lock->node));
    else
        lockck_begin_report("owner: the lock at %p is released, and nobody "
                            "holds it",
                            (const void *)id);
    lockck_report_frame("it is released here:", 0, frame);
    if (lock != NULL)
        lockck_report_trace("%s is held by who took it here:", lock->node,
                            lock->trace, LOCKCK_TRACE);
    lockck_end_report();
}

static __noreturn void report_sleep(const char *why, const uint64_t *frame)
{
    lockck_own_lock();
    lockck_begin_report("sleep: this may sleep, but %s", why);
    lockck_report_frame("it would sleep here:", 0, frame);
    report_held(&cpu_head_gs->lockck->spin);
    lockck_end_report();
}

static __noreturn void report_irqs_on(const struct held_lock *lock,
                                      const uint64_t *frame)
{
    lockck_own_lock();
    lockck_begin_report("irq: %s was taken with interrupts off, and they were "
                        "turned on before its release",
                        lockck_node_name(lock->node));
    lockck_report_frame("it is released here:", 0, frame);
    lockck_report_trace("%s was taken here:", lock->node, lock->trace,
                        LOCKCK_TRACE);
    lockck_end_report();
}

/* ---- the rules ---- */

/* => preemption or interrupts off, as far as the caller knows */
static void check_may_sleep(const uint64_t *frame, bool irqs_on)
{
    const struct lockck_cpu *cpu = cpu_head_gs->lockck;

    if (cpu->in_interrupt)
        report_sleep("an interrupt handler runs", frame);
    if (cpu->spin.n != 0)
        report_sleep("a spinlock is held", frame);
    if (cpu_head_gs->preempt_count != 0)
        report_sleep("preemption is off", frame);
    if (!irqs_on && cpu->started)
        report_sleep("interrupts are off", frame);
}

static void check_orders(const struct held_locks *held, unsigned first,
                         const struct taking *taking)
{
    for (unsigned i = first; i < held->n; i++) {
        const struct held_lock *lock = &held->lock[i];

        if (lock->id == taking->id || lock->node == taking->node)
            report_twice(lock, taking);
        lockck_note_order(lock, taking->node, taking->frame);
    }
}

static void take_spinlock(const struct taking *taking)
{
    struct lockck_cpu *cpu = cpu_head_gs->lockck;

    cpu->started |= taking->irqs_on;
    if (taking->waits) {
        check_orders(&cpu->spin, cpu->in_interrupt ? cpu->outer : 0, taking);
        if (!cpu->in_interrupt)
            check_orders(lockck_current_holder(), 0, taking);
        if (!taking->irqs_on && cpu->started)
            lockck_note_mark(taking->node, MARK_IRQS_OFF, taking->frame);
        if (cpu->in_interrupt)
            lockck_note_mark(taking->node, MARK_IN_IRQ, taking->frame);
    }
    if (taking->irqs_on)
        lockck_note_mark(taking->node, MARK_IRQS_ON, taking->frame);
    push_held(&cpu->spin, taking);
}

/* The thread may sleep, and then take a mutex or an rwsem. */
static void check_may_wait(const struct held_locks *held,
                           const struct taking *taking)
{
    check_may_sleep(taking->frame, taking->irqs_on);
    check_orders(held, 0, taking);
}

static void take_sleeping(const struct taking *taking)
{
    struct held_locks *held = lockck_current_holder();

    if (taking->waits)
        check_may_wait(held, taking);
    push_held(held, taking);
}

static void release(struct held_locks *held, const uint32_t *id,
                    const uint64_t *frame, bool irqs_on)
{
    struct held_lock *lock = find_held(held, id);

    if (lock == NULL)
        report_not_owner(id, frame);
    if (lock->irqs_off && irqs_on)
        report_irqs_on(lock, frame);
    remove_held(held, lock);
}

void lockck_event(const uint32_t *id, unsigned event, const uint64_t *frame)
{
    const unsigned kind = event & 0xff;
    const uint64_t flags = irq_save();
    struct taking taking = {.id = id, .frame = frame};

    if (!is_on())
        goto out;
    taking.irqs_on = (flags & RFLAGS_IF_BIT) != 0;
    taking.waits = kind == LOCKCK_SPIN_LOCK || kind == LOCKCK_SLEEP_LOCK;
    if (kind == LOCKCK_SPIN_UNLOCK) {
        release(&cpu_head_gs->lockck->spin, id, frame, taking.irqs_on);
    } else if (kind == LOCKCK_SLEEP_UNLOCK) {
        release(lockck_current_holder(), id, frame, false);
    } else {
        taking.node = lockck_node(id, event >> 8);
        if (kind == LOCKCK_MAY_LOCK)
            check_may_wait(lockck_current_holder(), &taking);
        else if (kind == LOCKCK_SPIN_LOCK || kind == LOCKCK_SPIN_TRYLOCK)
            take_spinlock(&taking);
        else
            take_sleeping(&taking);
    }
out:
    irq_restore(flags);
}

/* ---- other checks ---- */

void lockck_check_sleep(void)
{
    const uint64_t flags = irq_save();

    if (is_on())
        check_may_sleep(RETURN_FRAME, (flags & RFLAGS_IF_BIT) != 0);
    irq_restore(flags);
}

void lockck_check_flush(void)
{
    const uint64_t flags = irq_save();
    const struct held_locks *held = &cpu_head_gs->lockck->spin;

    for (unsigned i = 0; is_on() && i < held->n; i++)
        lockck_note_mark(held->lock[i].node, MARK_FLUSH, RETURN_FRAME);
    irq_restore(flags);
}

void lockck_check_nothing_held(void)
{
    const uint64_t flags = irq_save();
    const struct held_locks *own = lockck_current_holder();
    const struct held_locks *spin = &cpu_head_gs->lockck->spin;

    if (is_on() && own->n + spin->n != 0) {
        lockck_own_lock();
        lockck_begin_report("owner: the thread leaves with locks held");
        lockck_report_frame("it leaves here:", 0, RETURN_FRAME);
        report_held(own);
        report_held(spin);
        lockck_end_report();
    }
    irq_restore(flags);
}

void lockck_enter_interrupt(void)
{
    struct lockck_cpu *cpu = cpu_head_gs->lockck;

    cpu->in_interrupt = true;
    cpu->outer = cpu->spin.n;
}

void lockck_leave_interrupt(void)
{
    cpu_head_gs->lockck->in_interrupt = false;
}
