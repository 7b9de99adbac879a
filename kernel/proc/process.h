/* SPDX-License-Identifier: MIT */
/*
 * A process: what its threads share. One address space, one descriptor
 * table, one set of signal actions; a place in the family tree, in a process
 * group and in a session.
 *
 *   created (fork) -> ALIVE -> ZOMBIE (last thread gone) -> REAPED (waited for)
 *
 * Everything a process holds is given back when its last thread ends; what is
 * left of a zombie is this struct and its PID.
 *
 * Locks, in this order:
 *   process_tree_lock (T)  the family tree, PIDs, groups, sessions, states.
 *   process->lock (P)      one process's threads, signals, resources.
 *   a run queue's lock     kernel/proc/sched.c
 * All are spinlocks taken with interrupts off: signals come from interrupts.
 */
#ifndef KERNEL_PROC_PROCESS_H
#define KERNEL_PROC_PROCESS_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/list.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/types.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/signal.h"
#include "kernel/proc/thread.h"
#include "kernel/proc/timer.h"

#define PID_MAX 32768 /* PIDs and TIDs are in [1, PID_MAX) */
#define INIT_PID 1
#define COMM_LEN 16 /* a name, NUL included */
#define NICE_MIN (-20)
#define NICE_MAX 19
#define RLIMITS 16 /* RLIM_NLIMITS */
#define RLIMIT_NONE UINT64_MAX

struct mm;
struct file;
struct fdtable;
struct fs_context;

/* A number in use as TID, PID, process group or session. It is free for
 * reuse when it is none of these any more. */
struct pid {
    int nr;                  /* C */
    struct list hash_link;   /* T */
    struct thread *thread;   /* T: whose TID it is; NULL: none */
    struct process *process; /* T: whose PID it is, zombies too */
    struct list group;       /* T: struct process by group_link */
    struct list session;     /* T: struct process by session_link */
};                           /* C: constant; T: process_tree_lock */

enum process_state {
    PROCESS_ALIVE,
    PROCESS_ZOMBIE, /* its status waits for the parent */
    PROCESS_REAPED, /* in no table; only references keep it */
};

struct rlimit64 {
    uint64_t soft, hard;
};

struct credentials {
    uint32_t uid, euid, suid, gid, egid, sgid;
};

/* Processor time in nanoseconds, faults and switches. */
struct usage {
    uint64_t user, system;
    uint64_t minor_faults, major_faults;
    uint64_t voluntary_switches, involuntary_switches;
    uint64_t max_rss; /* bytes */
};

/* Why wait4 would report a stop or a continuation. */
enum stop_report { STOP_NONE, STOP_STOPPED, STOP_CONTINUED };

struct process {
    struct atomic refs; /* A: the PID's one, lookups, its threads */
    int pid;            /* C */
    struct spinlock lock;

    /* The family. */
    enum process_state state;    /* T */
    struct pid *id;              /* T: NULL once reaped */
    struct process *parent;      /* T: NULL for init and kernel_process */
    struct list children;        /* T: by sibling */
    struct list sibling;         /* T */
    struct pid *group;           /* T */
    struct list group_link;      /* T */
    struct pid *session;         /* T */
    struct list session_link;    /* T */
    bool has_exec;               /* T: setpgid by the parent is over */
    int exit_signal;             /* T: sent to the parent; 0: none */
    int exit_status;             /* T: as wait4 reports it */
    struct usage children_usage; /* T: of those waited for */
    struct waitqueue child_wait; /* where wait4 sleeps */

    /* Its threads. */
    struct list threads;          /* T and P to change, either to read */
    int nthreads;                 /* the same */
    struct thread *leader;        /* the same: the thread whose TID is pid */
    bool exiting;                 /* P: exit_group or a fatal signal */
    bool exec_alone;              /* P: a thread in execve ends the others */
    int group_status;             /* P: valid if exiting: as exit_status */
    struct waitqueue thread_wait; /* execve waits here to be alone */

    /* What it owns: changed under P by its own threads; NULL once it is
     * exiting. Its own threads read without the lock. Each thread has a
     * reference on mm, so that mm's users are its threads. */
    struct mm *mm;
    struct fdtable *files;
    struct fs_context *fs;
    struct file *exe;

    /* Signals: kernel/proc/signal.c. */
    struct signal_queue pending; /* P: for any of its threads */
    bool stopping;               /* P: job control: threads shall stop */
    unsigned nstopped;           /* P: threads that have */
    int stop_signal;             /* P */
    bool stop_complete;          /* P: all have, and the parent was told */
    struct waitqueue stop_wait;  /* where they wait for SIGCONT */
    enum stop_report report;     /* T and P: what wait4 has not yet told */
    uint64_t ngroup_signals;     /* T: that came to its whole group, or all */

    /* Attributes. */
    char name[COMM_LEN];              /* P: always terminated */
    struct credentials cred;          /* P */
    struct rlimit64 rlimits[RLIMITS]; /* P to change; RLIMIT_* */
    int nice;                         /* P: -20..19 */
    uint32_t personality;             /* P */
    int16_t oom_score_adj;            /* P: -1000..1000 */
    int16_t oom_score_adj_min;        /* P: what root last wrote */
    uint64_t oom_deadline;            /* oom.c's: 0: it was not chosen */
    bool dumpable;                    /* P: prctl(PR_SET_DUMPABLE) */

    /* Time. */
    uint64_t start_time;      /* C: clock_now() at fork */
    struct usage dead_usage;  /* P: of threads that have ended */
    struct timer real_timer;  /* ITIMER_REAL */
    bool real_armed;          /* P: it is on, or just expiring */
    uint64_t real_interval;   /* P: ns, 0: one shot */
    uint64_t cpu_timer[2];    /* P: ITIMER_VIRTUAL, PROF: ns left, 0: off */
    uint64_t cpu_interval[2]; /* P */

    /* Last, since fork copies only what is set. */
    uint64_t action_set; /* P: signals whose action is not SIG_DFL with
                            no flags; the others' entries are garbage */
    struct signal_action actions[SIGNALS]; /* P: [sig - 1] */
}; /* A: atomic; C: constant; T: process_tree_lock; P: lock */

extern struct spinlock process_tree_lock;

/* Owns the kernel's own threads: PID 0, no address space. */
extern struct process kernel_process;

/* Boot: kernel_process, and the object caches of this layer: PIDs, threads,
 * signals, futexes. => after slab_init, cpu_init_boot */
void process_init(void);

/* Boot: makes the first process from the command line and fw_cfg (argv, env)
 * and starts it. If it cannot be run: says why and ends the machine. */
void process_start_init(void);

/* Ends the machine as if init had exited: the exit record, then power-off. */
__noreturn void process_end_machine(int wait_status);

/* ---- the current process ---- */

static __always_inline struct process *current_process(void)
{
    return current_thread()->process;
}

static inline struct fdtable *current_files(void)
{
    return current_process()->files;
}

static inline struct fs_context *current_fs(void)
{
    return current_process()->fs;
}

/* The soft limit of an RLIMIT_*. */
static inline uint64_t current_rlimit(int resource)
{
    return READ_ONCE(current_process()->rlimits[resource].soft);
}

/* ---- looking at any process: for /proc and system calls ---- */

/* The process with that PID, zombies too, with a reference; NULL if none. */
struct process *process_find(int pid);
/* The one with the smallest PID above `after`, with a reference. */
struct process *process_next(int after);
/* The thread with that TID, with a reference; NULL if none. */
struct thread *thread_find(int tid);

void process_get(struct process *process);
void process_put(struct process *process);

/* References to what it owns (mm_put, fdtable_put, fs_context_put, file_put
 * them); NULL when it has none any more. */
struct mm *process_get_mm(struct process *process);
struct fdtable *process_get_files(struct process *process);
struct fs_context *process_get_fs(struct process *process);
struct file *process_get_exe(struct process *process);

/* May the current process look into the other's memory? ptrace(2)'s rule,
 * without capabilities: the same user and group in every respect, if it is
 * dumpable, or root. A system call acts as the real user, a file of /proc as
 * the effective one. */
enum access_as { ACCESS_AS_REAL, ACCESS_AS_EFFECTIVE };
bool process_may_access(const struct process *target, enum access_as as);

/* What killing the process would give back when memory is out: its pages and
 * tables, plus oom_score_adj thousandths of all memory. Higher goes first.
 * OOM_UNKILLABLE: it must not be killed, or has nothing. oom_score.c
 * => no process's lock held; any context but interrupts */
#define OOM_UNKILLABLE INT64_MIN
long process_oom_badness(struct process *process);

/* One moment's view of a process. */
struct process_info {
    int pid, parent, group, session, nthreads, nice;
    int tty_group; /* foreground group of its terminal; -1: none */
    char state;    /* R S D T Z, as in /proc/PID/stat */
    char name[COMM_LEN];
    struct credentials cred;
    struct usage usage, children_usage;
    uint64_t start_time; /* ns since boot */
    int exit_signal, exit_status, last_cpu;
    uint64_t pending, shared_pending, blocked, ignored, caught; /* sets */
    struct rlimit64 rlimits[RLIMITS];
};

void process_info(struct process *process, struct process_info *out);

/* How much processor time all its threads, alive and ended, have used. */
void process_usage(struct process *process, struct usage *out);

/* Whole-system figures for /proc/loadavg and /proc/stat. */
struct system_info {
    unsigned nprocesses, nthreads, nrunning;
    int last_pid;
    uint64_t forks, switches; /* since boot */
    uint64_t load[3];         /* 1, 5, 15 minutes, times 1 << 16 */
};

void process_system_info(struct system_info *out);

/* ---- the life of a process ---- */

/* A new one with nothing in it but what it takes from `parent` (attributes,
 * limits, actions); in no list, without threads. 0 or -ENOMEM.
 * process.c */
__must_check int process_create(struct process *parent, struct process **out);

/* clone(2)'s arguments; fork.c. */
struct clone_request {
    uint64_t flags; /* CLONE_*, without the signal */
    int exit_signal;
    uint64_t stack;              /* 0: as the parent's */
    int *parent_tid, *child_tid; /* user addresses */
    uint64_t tls;
};

/* The new process's PID or thread's TID, or a negative errno.
 * => current is a user thread */
long process_clone(const struct clone_request *req);

/* Makes the process and its first thread visible: PIDs, family, group and
 * session as `parent`'s (NULL: its own of each). fork.c */
void process_publish(struct process *process, struct thread *thread,
                     struct process *parent);

/* Tells a parent in vfork that the current thread has let go of its address
 * space. vfork.c */
void vfork_release(struct thread *thread);

/* Ends the whole process. status: as wait4 reports it. */
__noreturn void process_exit_group(int status);
/* Ends the current thread; with the last one the process ends. exit.c */
__noreturn void thread_exit(int status);
/* All other threads of the current process shall end: marks and wakes them.
 * => process->lock held */
void process_kill_others_locked(struct process *process);

/* What wait4 and waitid look for and find; wait.c. */
struct wait_request {
    enum wait_which { WAIT_ANY, WAIT_PID, WAIT_GROUP } which;
    int id;
    int options; /* W*; wait4 adds WEXITED to its own */
    int pid;     /* found; 0: nothing yet (WNOHANG) */
    int status;  /* as wait4 reports it */
    uint32_t uid;
    struct usage usage; /* of that child */
};

/* Waits as asked: 0, -ECHILD or -ERESTARTSYS. => options are valid */
int process_wait(struct wait_request *req);

/* A zombie nobody waits for leaves the tables; its PID's reference goes to the
 * caller. => process_tree_lock held */
void process_reap_locked(struct process *process);

#endif
