/* SPDX-License-Identifier: MIT */
/*
 * What lockck has learnt of the classes of locks: for lockck.c alone.
 *
 * A node of the graph is a class and a subclass; an edge a -> b says that b was
 * taken with a held. A mark says in what state a lock of the node was taken or
 * held. Each edge and mark is noted once, with the backtrace of where it was
 * first seen; one that breaks a rule together with the others is a panic.
 *   => all: interrupts off
 */
#ifndef KERNEL_LIB_LOCKCK_GRAPH_H
#define KERNEL_LIB_LOCKCK_GRAPH_H

#include "kernel/lib/lockck.h"

/* In pairs: MARK_IN_IRQ goes on to all that may be waited for with the lock
 * held, and then none of them may have MARK_IRQS_ON; MARK_FLUSH goes back to
 * all that are held by who waits for the lock, and none of those may have
 * MARK_IRQS_OFF. */
enum lockck_mark {
    MARK_IN_IRQ,   /* an interrupt handler waits for it */
    MARK_IRQS_ON,  /* it is held with interrupts on */
    MARK_FLUSH,    /* its holder waits for other CPUs to flush */
    MARK_IRQS_OFF, /* somebody waits for it with interrupts off */
};

/* The node of a lock, made if need be. */
uint8_t lockck_node(const uint32_t *id, unsigned subclass);

/* The lock of `held`'s node is held while one of node `b` is taken; frame: as
 * of lockck_event. */
void lockck_note_order(const struct held_lock *held, uint8_t b,
                       const uint64_t *frame);

void lockck_note_mark(uint8_t node, enum lockck_mark mark,
                      const uint64_t *frame);

/* The return addresses from a frame on, at most n; ends with 0 if fewer. */
void lockck_trace(const uint64_t *frame, uint32_t *trace, unsigned n);

/* lockck's own lock, which nothing watches. Never released by a report: it
 * keeps other CPUs from making theirs. => interrupts off */
void lockck_own_lock(void);
void lockck_own_unlock(void);

/* ---- making a report: lockck_report.c ---- */

/* => own lock held */
__printf(1, 2) void lockck_begin_report(const char *fmt, ...);
/* Says what the trace shows; fmt has one %s, for the node's name. */
void lockck_report_trace(const char *fmt, uint8_t node, const uint32_t *trace,
                         unsigned len);
void lockck_report_frame(const char *fmt, uint8_t node, const uint64_t *frame);
__noreturn void lockck_end_report(void);

#define LOCKCK_NAME 100

/* The name of a node's class, in one of a few buffers. */
const char *lockck_node_name(uint8_t node);
const struct lock_class *lockck_node_class(uint8_t node, unsigned *subclass);

#endif
