/* SPDX-License-Identifier: MIT */
/*
 * Lock checking, with `lockck` on the command line: the first breach of a rule
 * is a panic that shows where each half of it was seen.
 *
 * A lock belongs to a class: all that one call of spin_init, mutex_init or
 * rwsem_init initialises; a static lock is a class of its own. What is learnt
 * of one lock holds for its class, so an error is found without ever meeting
 * the unlucky moment. The rules:
 *
 *   order      If B was ever taken with A held, then never A with B held, nor
 *              by way of others. Two locks of one class are not held together,
 *              unless the inner one is taken by a _nested function: it then
 *              counts as a class of its own.
 *   recursion  Nobody takes a lock that he holds.
 *   owner      Who releases a lock holds it: this CPU a spinlock, this thread
 *              a mutex or rwsem. Neither goes along to user mode.
 *   sleep      Who may sleep (also: to copy user memory) holds no spinlock and
 *              has interrupts and preemption on.
 *   irq        A spinlock that an interrupt handler takes, or that may be
 *              waited for by who holds such a one, is never held with
 *              interrupts on: the handler would wait for what it interrupted.
 *   flush      A CPU that flushes other CPUs' TLBs waits for them to take its
 *              interrupt. So the spinlocks that it holds meanwhile, and those
 *              held by who waits for them, are never waited for with
 *              interrupts off.
 *
 * Trying to take a lock waits for nobody: it may break the order.
 *
 * Read next: lockck_site.h (how the checks are reached), lockck.c (who holds
 * what), lockck_graph.c (classes and their orders).
 */
#ifndef KERNEL_LIB_LOCKCK_H
#define KERNEL_LIB_LOCKCK_H

#include "kernel/lib/list.h"
#include "kernel/lib/lockck_site.h"
#include "kernel/lib/types.h"

#define LOCKCK_SUBCLASSES 2

/* C, but for what lockck_graph.c notes. Found by the low half of its address,
 * which is kept in the lock: the kernel's image lies in the top 2 GiB. */
struct lock_class {
    const char *name;     /* of an initialisation; NULL: of a static lock */
    const uint32_t *lock; /* the static lock */
    uint8_t node[LOCKCK_SUBCLASSES]; /* in the graph; 0: none yet */
};

#define LOCK_CLASS_STRING(x) #x
#define LOCK_CLASS_LINE(x) LOCK_CLASS_STRING(x)

/* The class of the locks initialised here: its address. */
#define LOCK_CLASS(text)                                                       \
    ({                                                                         \
        static struct lock_class class_                                        \
            __attribute__((section(".data.lock_classes"), used)) = {           \
                .name = text " (" __FILE__ ":" LOCK_CLASS_LINE(__LINE__) ")"}; \
        (uint64_t) & class_;                                                   \
    })

#define LOCKCK_TRACE 6 /* addresses kept of where a held lock was taken */
#define LOCKCK_HELD 16 /* locks held at once */

/* A lock that is held. Addresses of code are kept as their low halves. */
struct held_lock {
    const uint32_t *id; /* the lock */
    uint8_t node;       /* its class and subclass */
    bool irqs_off;      /* it was taken with interrupts off */
    uint32_t trace[LOCKCK_TRACE];
};

/* The locks of one holder, the first taken first. Interrupts are off while it
 * changes. */
struct held_locks {
    unsigned n;
    struct held_lock lock[LOCKCK_HELD];
    struct list link; /* H: of all holders, to find a lock's */
};                    /* H: lockck's own lock */

/* Spinlocks are held by a CPU; struct cpu embeds one of these. */
struct lockck_cpu {
    struct held_locks spin;
    bool started;      /* interrupts have been on */
    bool in_interrupt; /* a handler runs */
    unsigned outer;    /* how many locks the interrupted code held */
};                     /* its CPU's own, interrupts off */

extern bool lockck_enabled; /* C after boot */

/* Boot: lockck is on from here. => the boot CPU holds no lock; the kernel's
 * code can be written; `cpu` is its own */
void lockck_init(struct lockck_cpu *cpu);

/* A holder comes to life, and ends holding nothing. => may be NULL */
void lockck_add_holder(struct held_locks *held);
void lockck_remove_holder(struct held_locks *held);

/* The holder of mutexes and rwsems: the current thread's, or the boot's.
 * kernel/proc/thread.c */
struct held_locks *lockck_current_holder(void);

/* What a site tells. frame[0] is the caller's rbp, frame[1] the site. */
void lockck_event(const uint32_t *id, unsigned event, const uint64_t *frame);

/* => lockck_enabled */

/* About to sleep. */
void lockck_check_sleep(void);
/* About to wait until other CPUs have flushed. */
void lockck_check_flush(void);
/* Nothing may be held where this is called: the way back to user mode, the end
 * of a thread. */
void lockck_check_nothing_held(void);
/* An interrupt handler is about to run, or has run. => interrupts off */
void lockck_enter_interrupt(void);
void lockck_leave_interrupt(void);

/* A panic: whatever happens to locks from now on is fine. */
void lockck_stop(void);

/* ---- reports ---- */

#define LOCKCK_LINE 200
#define LOCKCK_PARTS 12

struct lockck_report {
    char what[LOCKCK_LINE];
    unsigned n;
    struct lockck_part {
        char title[LOCKCK_LINE];
        const uint32_t *trace; /* ends with 0, or after `len` */
        unsigned len;
    } part[LOCKCK_PARTS];
};

/* Panics with this report. kernel/proc/report_panic.c */
__noreturn void lockck_panic(const struct lockck_report *report);

/* The name of the object at an address of the image.
 * kernel/proc/report_panic.c */
void lockck_name_object(const void *object, char *buf, size_t size);

#endif
