/* SPDX-License-Identifier: MIT */
/*
 * What can be seen of System V shared memory segments: shmctl(2), and
 * /proc/sysvipc/shm. SHM_LOCK is only seen: no memory is swapped out here.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/resource.h"
#include "kernel/abi/shm.h"
#include "kernel/fs/file.h"
#include "kernel/fs/strbuf.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "kernel/proc/shm.h"
#include "kernel/proc/shm_impl.h"

#define READ_ALL 0444

static void describe_locked(const struct shm_segment *segment,
                            struct shmid_ds *out)
{
    ASSERT(spin_is_locked(&shm_table_lock));
    *out = (struct shmid_ds){
        .shm_perm = {.__key = segment->key,
                     .uid = segment->uid,
                     .gid = segment->gid,
                     .cuid = segment->cuid,
                     .cgid = segment->cgid,
                     .mode = segment->mode,
                     .__seq = (uint16_t)(segment->id >> SHM_SEQ_SHIFT)},
        .shm_segsz = segment->size,
        .shm_atime = segment->atime,
        .shm_dtime = segment->dtime,
        .shm_ctime = segment->ctime,
        .shm_cpid = segment->cpid,
        .shm_lpid = segment->lpid,
        .shm_nattch = segment->nattach,
    };
}

int shm_stat(int id, struct shmid_ds *out)
{
    struct shm_segment *segment;
    int err;

    spin_lock(&shm_table_lock);
    err = shm_find_locked(id, &segment);
    if (err == 0 && !shm_allows_locked(segment, READ_ALL))
        err = -EACCES;
    if (err == 0)
        describe_locked(segment, out);
    spin_unlock(&shm_table_lock);
    return err;
}

int shm_stat_index(int index, bool any, struct shmid_ds *out)
{
    struct shm_segment *segment;
    int id = -EINVAL;

    spin_lock(&shm_table_lock);
    segment = shm_at_locked(index & SHM_INDEX_MASK);
    if (segment != NULL && !any && !shm_allows_locked(segment, READ_ALL)) {
        id = -EACCES;
    } else if (segment != NULL) {
        describe_locked(segment, out);
        id = segment->id;
    }
    spin_unlock(&shm_table_lock);
    return id;
}

int shm_totals(struct shm_info *out)
{
    struct shm_segment *segment;
    int highest;

    *out = (struct shm_info){.used_ids = 0};
    spin_lock(&shm_table_lock);
    highest = shm_highest_locked();
    for (int i = 0; i <= highest; i++) {
        segment = shm_at_locked(i);
        if (segment == NULL)
            continue;
        out->used_ids++;
        out->shm_tot += segment->cache.size >> PAGE_SHIFT;
        out->shm_rss += READ_ONCE(segment->cache.npages);
    }
    spin_unlock(&shm_table_lock);
    return MAX(highest, 0);
}

/* May the current process lock the segment, or unlock it? Each segment is held
 * against RLIMIT_MEMLOCK alone. */
static int check_lock_locked(const struct shm_segment *segment, bool lock)
{
    const uint32_t euid = READ_ONCE(current_process()->cred.euid);
    const uint64_t limit = current_rlimit(RLIMIT_MEMLOCK);

    if (euid == 0)
        return 0;
    if ((euid != segment->uid && euid != segment->cuid) || (lock && limit == 0))
        return -EPERM;
    return lock && segment->cache.size > limit ? -ENOMEM : 0;
}

int shm_set_locked(int id, bool lock)
{
    struct shm_segment *segment;
    int err;

    spin_lock(&shm_table_lock);
    err = shm_find_locked(id, &segment);
    if (err == 0)
        err = check_lock_locked(segment, lock);
    if (err == 0 && lock)
        segment->mode |= SHM_LOCKED;
    else if (err == 0)
        segment->mode &= ~(uint32_t)SHM_LOCKED;
    spin_unlock(&shm_table_lock);
    return err;
}

/* ---- /proc/sysvipc/shm: proc(5) ---- */

/* The segment at the index or the next above, its resident pages in *rss. Its
 * index, or -1. */
static int next_segment(int index, struct shmid_ds *out, int *id, size_t *rss)
{
    const struct shm_segment *segment = NULL;
    int highest;

    spin_lock(&shm_table_lock);
    highest = shm_highest_locked();
    while (index <= highest && (segment = shm_at_locked(index)) == NULL)
        index++;
    if (segment != NULL) {
        describe_locked(segment, out);
        *id = segment->id;
        *rss = READ_ONCE(segment->cache.npages);
    }
    spin_unlock(&shm_table_lock);
    return segment != NULL ? index : -1;
}

int proc_next_shm(uint64_t *cursor, struct strbuf *out)
{
    struct shmid_ds ds;
    size_t rss;
    int id, index;

    if (*cursor == 0) {
        strbuf_printf(out,
                      "%10s %10s %s %21s %5s %5s %s %5s %5s %5s %5s "
                      "%10s %10s %10s %21s %21s\n",
                      "key", "shmid", "perms", "size", "cpid", "lpid", "nattch",
                      "uid", "gid", "cuid", "cgid", "atime", "dtime", "ctime",
                      "rss", "swap");
        *cursor = 1;
        return 0;
    }
    index = next_segment((int)*cursor - 1, &ds, &id, &rss);
    if (index < 0)
        return 0;
    *cursor = (uint64_t)index + 2;
    strbuf_printf(out, "%10d %10d  %4o %21lu %5d %5d  %5lu %5u %5u %5u %5u ",
                  ds.shm_perm.__key, id, ds.shm_perm.mode, ds.shm_segsz,
                  ds.shm_cpid, ds.shm_lpid, ds.shm_nattch, ds.shm_perm.uid,
                  ds.shm_perm.gid, ds.shm_perm.cuid, ds.shm_perm.cgid);
    strbuf_printf(out, "%10ld %10ld %10ld %21lu %21lu\n", ds.shm_atime,
                  ds.shm_dtime, ds.shm_ctime, rss * PAGE_SIZE, 0UL);
    return 0;
}
