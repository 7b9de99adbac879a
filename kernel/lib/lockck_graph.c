/* SPDX-License-Identifier: MIT */
/*
 * The graph of lock classes.
 *
 * after[a] has a bit for each b that was taken with a held. Marks are inherited
 * along the edges:
 *
 *     MARK_IN_IRQ     a -> b    a handler that waits for a may wait, through
 *                               a's holder, for b's
 *     MARK_FLUSH      a <- b    who waits for b, whose holder waits for a
 *                               flush, keeps those waiting who wait for a
 *
 * A new edge or mark is rare, so the whole graph is then settled anew: marks
 * are passed on until nothing changes. What is known already, nearly always, is
 * seen without a lock: bits are only ever added.
 *
 * Locks: own_lock, for all that changes.
 */
#include "kernel/lib/lockck_graph.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/atomic.h"
#include "mm/layout.h"

#define NODES 256U
#define WORDS (NODES / 64)
#define FACTS 1024U
#define FACT_TRACE 12U
#define STATIC_CLASSES 64U

/* An edge or a mark, and where it was first seen. */
struct fact {
    uint8_t a, b; /* an edge; of a mark b is 0 */
    uint8_t mark;
    uint32_t trace[FACT_TRACE];
};

struct node {
    const struct lock_class *class;
    uint8_t subclass;
    uint8_t marks;    /* bits of enum lockck_mark */
    uint8_t irq_from; /* whom MARK_IN_IRQ is inherited from; 0: its own */
    uint8_t flush_to; /* the same of MARK_FLUSH */
};

static bool own_lock;                /* A */
static struct node nodes[NODES];     /* L; number 0 is none */
static unsigned nnodes = 1;          /* L */
static uint64_t after[NODES][WORDS]; /* L; may be read without */
static struct fact facts[FACTS];     /* L */
static unsigned nfacts;              /* L */
static unsigned nstatic;             /* L: used of static_classes */
static struct lock_class static_classes[STATIC_CLASSES]
    __attribute__((section(".data.lock_classes"))); /* L */
/* A: atomic; L: own_lock */

/* linker.ld */
extern struct lock_class __lock_classes_start[], __lock_classes_end[];
extern const char __image_start[], __image_end[], __text_start[], __text_end[];

void lockck_own_lock(void)
{
    while (__atomic_test_and_set(&own_lock, __ATOMIC_ACQUIRE))
        __builtin_ia32_pause();
}

void lockck_own_unlock(void)
{
    __atomic_clear(&own_lock, __ATOMIC_RELEASE);
}

/* ---- backtraces ---- */

static bool is_code(uint64_t address)
{
    return address >= (uint64_t)__text_start && address < (uint64_t)__text_end;
}

/* The first frame is live; the others must lie above it on the same stack. Of
 * the boot's first stack, which has no guard, only one is looked at. */
void lockck_trace(const uint64_t *frame, uint32_t *trace, unsigned n)
{
    const uint64_t start = (uint64_t)frame;
    const uint64_t end = start >= KSTACKS_BASE && start < KSTACKS_END
                             ? ROUND_UP(start, KSTACK_SIZE)
                             : start;
    unsigned i = 0;

    while (i < n && is_code(frame[1])) {
        const uint64_t next = frame[0];

        trace[i++] = (uint32_t)frame[1];
        if (next <= (uint64_t)frame || next % sizeof(next) != 0 ||
            next + 2 * sizeof(next) > end)
            break;
        frame = (const uint64_t *)next;
    }
    if (i < n)
        trace[i] = 0;
}

/* ---- classes and nodes ---- */

static bool is_class(const struct lock_class *class)
{
    return class >= __lock_classes_start && class < __lock_classes_end;
}

static struct lock_class *new_static_class_locked(uint32_t *id)
{
    struct lock_class *class = &static_classes[nstatic];

    if ((const char *)id < __image_start || (const char *)id >= __image_end)
        panic("lockck: the lock at %p was never initialised", (void *)id);
    if (nstatic++ == STATIC_CLASSES)
        panic("lockck: no room for another static lock");
    class->lock = id;
    WRITE_ONCE(*id, (uint32_t)(uint64_t) class);
    return class;
}

static struct lock_class *class_of_locked(uint32_t *id)
{
    const uint32_t low = READ_ONCE(*id);
    struct lock_class *class =
        (struct lock_class *)(KERNEL_BASE | (uint64_t)low);

    if (low == 0)
        return new_static_class_locked(id);
    if (!is_class(class))
        panic("lockck: the lock at %p was overwritten, or never initialised",
              (void *)id);
    return class;
}

static uint8_t new_node_locked(const uint32_t *id, unsigned subclass)
{
    struct lock_class *class = class_of_locked((uint32_t *)id);

    if (class->node[subclass] == 0) {
        if (nnodes == NODES)
            panic("lockck: no room for another class of locks");
        nodes[nnodes].class = class;
        nodes[nnodes].subclass = (uint8_t)subclass;
        store_release(&class->node[subclass], (uint8_t)nnodes++);
    }
    return class->node[subclass];
}

uint8_t lockck_node(const uint32_t *id, unsigned subclass)
{
    const struct lock_class *class =
        (const struct lock_class *)(KERNEL_BASE | (uint64_t)READ_ONCE(*id));
    uint8_t node = is_class(class) ? load_acquire(&class->node[subclass]) : 0;

    if (likely(node != 0))
        return node;
    lockck_own_lock();
    node = new_node_locked(id, subclass);
    lockck_own_unlock();
    return node;
}

const struct lock_class *lockck_node_class(uint8_t node, unsigned *subclass)
{
    *subclass = nodes[node].subclass;
    return nodes[node].class;
}

/* ---- facts ---- */

static bool has_edge(uint8_t a, uint8_t b)
{
    return (READ_ONCE(after[a][b / 64]) >> b % 64 & 1) != 0;
}

static bool has_mark(uint8_t node, enum lockck_mark mark)
{
    return (READ_ONCE(nodes[node].marks) >> mark & 1) != 0;
}

static void add_mark(uint8_t node, enum lockck_mark mark)
{
    WRITE_ONCE(nodes[node].marks, nodes[node].marks | 1U << mark);
}

static void add_fact_locked(uint8_t a, uint8_t b, enum lockck_mark mark,
                            const uint64_t *frame)
{
    struct fact *fact = &facts[nfacts];

    if (nfacts++ == FACTS)
        panic("lockck: no room for another order of locks");
    fact->a = a;
    fact->b = b;
    fact->mark = (uint8_t)mark;
    lockck_trace(frame, fact->trace, FACT_TRACE);
}

/* b is 0: the mark's; else the edge's. */
static const uint32_t *trace_of(uint8_t a, uint8_t b, enum lockck_mark mark)
{
    static const uint32_t unknown[FACT_TRACE];

    for (unsigned i = 0; i < nfacts; i++)
        if (facts[i].a == a && facts[i].b == b &&
            (b != 0 || facts[i].mark == mark))
            return facts[i].trace;
    return unknown;
}

static void report_edge(uint8_t a, uint8_t b)
{
    lockck_report_trace("with %s held …", a, NULL, 0);
    lockck_report_trace("… %s was taken, first seen here:", b,
                        trace_of(a, b, 0), FACT_TRACE);
}

static void report_mark(const char *fmt, uint8_t node, enum lockck_mark mark)
{
    lockck_report_trace(fmt, node, trace_of(node, 0, mark), FACT_TRACE);
}

/* ---- marks ---- */

static bool inherit(uint8_t from, uint8_t to, enum lockck_mark mark)
{
    if (!has_mark(from, mark) || has_mark(to, mark))
        return false;
    add_mark(to, mark);
    if (mark == MARK_IN_IRQ)
        nodes[to].irq_from = from;
    else
        nodes[to].flush_to = from;
    return true;
}

static bool pass_on_locked(uint8_t a)
{
    bool changed = false;

    for (unsigned b = 1; b < nnodes; b++)
        if (has_edge(a, (uint8_t)b)) {
            changed |= inherit(a, (uint8_t)b, MARK_IN_IRQ);
            changed |= inherit((uint8_t)b, a, MARK_FLUSH);
        }
    return changed;
}

static __noreturn void report_irq(uint8_t node)
{
    uint8_t at = node;

    lockck_begin_report("%s is held with interrupts on, but an interrupt "
                        "handler may come to wait for it",
                        lockck_node_name(node));
    report_mark("%s was taken with interrupts on here:", node, MARK_IRQS_ON);
    for (; nodes[at].irq_from != 0; at = nodes[at].irq_from)
        report_edge(nodes[at].irq_from, at);
    report_mark("an interrupt handler took %s here:", at, MARK_IN_IRQ);
    lockck_end_report();
}

static __noreturn void report_flush(uint8_t node)
{
    uint8_t at = node;

    lockck_begin_report("%s is waited for with interrupts off, but its holder "
                        "may come to wait for other CPUs to flush their TLBs",
                        lockck_node_name(node));
    report_mark("%s was taken with interrupts off here:", node, MARK_IRQS_OFF);
    for (; nodes[at].flush_to != 0; at = nodes[at].flush_to)
        report_edge(at, nodes[at].flush_to);
    report_mark("with %s held other CPUs were told to flush here:", at,
                MARK_FLUSH);
    lockck_end_report();
}

/* After a change: passes marks on and looks for a rule that is broken. */
static void settle_locked(void)
{
    bool changed;

    do {
        changed = false;
        for (unsigned a = 1; a < nnodes; a++)
            changed |= pass_on_locked((uint8_t)a);
    } while (changed);
    for (unsigned i = 1; i < nnodes; i++) {
        if (has_mark((uint8_t)i, MARK_IN_IRQ) &&
            has_mark((uint8_t)i, MARK_IRQS_ON))
            report_irq((uint8_t)i);
        if (has_mark((uint8_t)i, MARK_FLUSH) &&
            has_mark((uint8_t)i, MARK_IRQS_OFF))
            report_flush((uint8_t)i);
    }
}

void lockck_note_mark(uint8_t node, enum lockck_mark mark,
                      const uint64_t *frame)
{
    /* Of a mark that is inherited the lock's own case adds nothing. */
    if (likely(has_mark(node, mark)))
        return;
    lockck_own_lock();
    if (!has_mark(node, mark)) {
        add_fact_locked(node, 0, mark, frame);
        add_mark(node, mark);
        settle_locked();
    }
    lockck_own_unlock();
}

/* ---- orders ---- */

/* Fills parent with a way from `from`: next on the way from `node` back to
 * it; true if that leads from `to`. */
static bool find_way(uint8_t from, uint8_t to, uint8_t parent[NODES])
{
    bool changed = true;

    for (unsigned i = 0; i < NODES; i++)
        parent[i] = 0;
    parent[from] = from;
    while (changed && parent[to] == 0) {
        changed = false;
        for (unsigned a = 1; a < nnodes; a++)
            for (unsigned b = 1; parent[a] != 0 && b < nnodes; b++)
                if (parent[b] == 0 && has_edge((uint8_t)a, (uint8_t)b)) {
                    parent[b] = (uint8_t)a;
                    changed = true;
                }
    }
    return parent[to] != 0;
}

/* `parent` has the way from b to a, by which a was taken with b held. */
static __noreturn void report_order(const struct held_lock *held, uint8_t b,
                                    const uint64_t *frame,
                                    const uint8_t parent[NODES])
{
    const uint8_t a = held->node;

    lockck_begin_report("order violation: %s is taken with %s held, but "
                        "elsewhere they are taken the other way round",
                        lockck_node_name(b), lockck_node_name(a));
    lockck_report_frame("%s is taken here:", b, frame);
    lockck_report_trace("%s, which is held, was taken here:", a, held->trace,
                        LOCKCK_TRACE);
    for (uint8_t at = a; at != b; at = parent[at])
        report_edge(parent[at], at);
    lockck_end_report();
}

void lockck_note_order(const struct held_lock *held, uint8_t b,
                       const uint64_t *frame)
{
    static uint8_t parent[NODES]; /* L */
    const uint8_t a = held->node;

    if (likely(has_edge(a, b)))
        return;
    lockck_own_lock();
    if (!has_edge(a, b)) {
        if (find_way(b, a, parent))
            report_order(held, b, frame, parent);
        add_fact_locked(a, b, 0, frame);
        WRITE_ONCE(after[a][b / 64], after[a][b / 64] | 1UL << b % 64);
        settle_locked();
    }
    lockck_own_unlock();
}
