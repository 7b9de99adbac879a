/* SPDX-License-Identifier: MIT */
/*
 * Inside kernel/proc/shm*.c: what a segment is.
 */
#ifndef KERNEL_PROC_SHM_IMPL_H
#define KERNEL_PROC_SHM_IMPL_H

#include "kernel/lib/atomic.h"
#include "kernel/lib/spinlock.h"
#include "mm/pagecache.h"

/* An ID is seq << SHM_SEQ_SHIFT | index. */
#define SHM_SEQ_SHIFT 15
#define SHM_INDEX_MASK ((1 << SHM_SEQ_SHIFT) - 1)

struct shm_segment {
    struct page_cache cache;     /* its size is the segment's, in whole pages */
    struct atomic refs;          /* A: the table's and each attachment's */
    int id;                      /* C; -1: not in the table yet */
    int first_key;               /* C */
    int key;                     /* S: IPC_PRIVATE once it is removed */
    uint64_t size;               /* C: as asked for */
    uint32_t mode;               /* S: permissions, SHM_DEST, SHM_LOCKED */
    uint32_t uid, gid;           /* S: the owner */
    uint32_t cuid, cgid;         /* C: who made it */
    int cpid;                    /* C */
    int lpid;                    /* S: who attached or detached last */
    int64_t atime, dtime, ctime; /* S: seconds since 1970 */
    uint64_t nattach;            /* S: areas, and attachments being made */
};                               /* A: atomic; C: constant; S: shm_table_lock */

/* Guards the table and the segments in it. Innermost. */
extern struct spinlock shm_table_lock;

/* The segment with this ID. 0 or -EINVAL. */
__must_check int shm_find_locked(int id, struct shm_segment **out);
/* The one at this index; NULL: none. */
struct shm_segment *shm_at_locked(int index);
/* The highest index in use; -1: none. */
int shm_highest_locked(void);

/* May the current process do what the bits say, S_IRUGO and the like, any of
 * the three? */
bool shm_allows_locked(const struct shm_segment *segment, int bits);

/* One area, or reason to keep it, less. If that was the last one of a segment
 * that is to go it leaves the table. => the caller holds a reference */
void shm_unuse_locked(struct shm_segment *segment);

void shm_segment_put(struct shm_segment *segment); /* no spinlock held */

#endif
