/* SPDX-License-Identifier: MIT */
/*
 * The table of System V shared memory segments: see shm.h.
 *
 *   I1  a segment is in the table until it is removed and nattach is 0
 *   I2  no two segments in the table have one key, but for IPC_PRIVATE
 *   I3  of the IDs with one index no two have been given out within 2^16 rounds
 *       through the indices
 *
 * Read next: kernel/proc/shm_map.c, how segments are attached;
 * kernel/proc/shm_info.c.
 */
#include "kernel/proc/shm.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/shm.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/assert.h"
#include "kernel/proc/process.h"
#include "kernel/proc/shm_impl.h"
#include "mm/commit.h"
#include "mm/slab.h"

#define PERMISSIONS 0777
#define CLASS_BITS 3 /* of permissions: owner, group, others */
#define CLASS_MASK 7
#define SEQ_MASK 0xffff
/* Indices are used in turn up to here before any is used again, or up to
 * half as many again as there are segments. */
#define FEWEST_IN_TURN 64

struct spinlock shm_table_lock = SPINLOCK_INIT;
static struct shm_segment *table[SHMMNI]; /* S */
static int nsegments;                     /* S */
static int last_index = -1;               /* S: given out last */
static int seq;                           /* S: rounds so far */
/* S: shm_table_lock */

static const struct page_cache_ops cache_ops = {.read_page = NULL};

/* ---- finding ---- */

struct shm_segment *shm_at_locked(int index)
{
    ASSERT(spin_is_locked(&shm_table_lock));
    return index < SHMMNI ? table[index] : NULL;
}

int shm_find_locked(int id, struct shm_segment **out)
{
    *out = shm_at_locked(id & SHM_INDEX_MASK);
    return *out != NULL && (*out)->id == id ? 0 : -EINVAL;
}

int shm_highest_locked(void)
{
    int index = SHMMNI - 1;

    ASSERT(spin_is_locked(&shm_table_lock));
    while (index >= 0 && table[index] == NULL)
        index--;
    return index;
}

static struct shm_segment *find_key_locked(int key)
{
    int left = nsegments;

    ASSERT(spin_is_locked(&shm_table_lock));
    for (int i = 0; left > 0; i++) {
        if (table[i] == NULL)
            continue;
        if (table[i]->key == key)
            return table[i];
        left--;
    }
    return NULL;
}

bool shm_allows_locked(const struct shm_segment *segment, int bits)
{
    const struct credentials *cred = &current_process()->cred;
    const uint32_t euid = READ_ONCE(cred->euid), egid = READ_ONCE(cred->egid);
    const int wanted = bits >> 2 * CLASS_BITS | bits >> CLASS_BITS | bits;
    uint32_t granted = segment->mode;

    if (euid == segment->uid || euid == segment->cuid)
        granted >>= 2 * CLASS_BITS;
    else if (egid == segment->gid || egid == segment->cgid)
        granted >>= CLASS_BITS;
    return euid == 0 || ((uint32_t)wanted & ~granted & CLASS_MASK) == 0;
}

/* ---- going ---- */

void shm_segment_put(struct shm_segment *segment)
{
    if (!atomic_dec_and_test(&segment->refs))
        return;
    pagecache_destroy(&segment->cache);
    kfree(segment);
}

/* Takes it off the table; the table's reference is the caller's. */
static void take_off_locked(struct shm_segment *segment)
{
    ASSERT(table[segment->id & SHM_INDEX_MASK] == segment);
    table[segment->id & SHM_INDEX_MASK] = NULL;
    nsegments--;
}

void shm_unuse_locked(struct shm_segment *segment)
{
    bool last;

    ASSERT(spin_is_locked(&shm_table_lock) && segment->nattach > 0);
    segment->nattach--;
    if (segment->nattach != 0 || !(segment->mode & SHM_DEST))
        return;
    take_off_locked(segment);
    last = atomic_dec_and_test(&segment->refs);
    ASSERT(!last); /* the caller has another one */
}

/* Owner or superuser? */
static bool is_owner_locked(const struct shm_segment *segment)
{
    const uint32_t euid = READ_ONCE(current_process()->cred.euid);

    return euid == 0 || euid == segment->uid || euid == segment->cuid;
}

int shm_remove(int id)
{
    struct shm_segment *segment, *gone = NULL;
    int err;

    spin_lock(&shm_table_lock);
    err = shm_find_locked(id, &segment);
    if (err == 0 && !is_owner_locked(segment))
        err = -EPERM;
    if (err == 0 && segment->nattach != 0) {
        segment->mode |= SHM_DEST;
        segment->key = IPC_PRIVATE; /* nobody shall find it any more */
    } else if (err == 0) {
        take_off_locked(segment);
        gone = segment;
    }
    spin_unlock(&shm_table_lock);
    if (gone != NULL)
        shm_segment_put(gone);
    return err;
}

int shm_set(int id, const struct shmid_ds *ds)
{
    const struct ipc_perm *perm = &ds->shm_perm;
    struct shm_segment *segment;
    int err;

    spin_lock(&shm_table_lock);
    err = shm_find_locked(id, &segment);
    if (err == 0 && !is_owner_locked(segment))
        err = -EPERM;
    if (err == 0 && (perm->uid == (uid_t)-1 || perm->gid == (gid_t)-1))
        err = -EINVAL;
    if (err == 0) {
        segment->uid = perm->uid;
        segment->gid = perm->gid;
        segment->mode = (segment->mode & ~(uint32_t)PERMISSIONS) |
                        (perm->mode & PERMISSIONS);
        segment->ctime = inode_now().tv_sec;
    }
    spin_unlock(&shm_table_lock);
    return err;
}

/* ---- coming ---- */

static int create(int key, uint64_t size, int flags, struct shm_segment **out)
{
    const size_t npages = ROUND_UP(size, PAGE_SIZE) >> PAGE_SHIFT;
    const struct process *process = current_process();
    struct shm_segment *segment;

    /* Large pages are not offered: as on a Linux without them. SHMALL is more
     * than all segments can have. */
    if (size < SHMMIN || size > FILE_SIZE_MAX || (flags & SHM_HUGETLB))
        return -EINVAL;
    segment = kzalloc(sizeof(*segment));
    if (segment == NULL)
        return -ENOMEM;
    pagecache_create(&segment->cache, &cache_ops, ROUND_UP(size, PAGE_SIZE),
                     false);
    if ((!(flags & SHM_NORESERVE) || commit_is_strict()) &&
        pagecache_promise(&segment->cache, npages) != 0) {
        kfree(segment);
        return -ENOMEM;
    }
    atomic_store(&segment->refs, 1);
    segment->id = -1;
    segment->key = segment->first_key = key;
    segment->size = size;
    segment->mode = (uint32_t)flags & PERMISSIONS;
    segment->uid = segment->cuid = READ_ONCE(process->cred.euid);
    segment->gid = segment->cgid = READ_ONCE(process->cred.egid);
    segment->cpid = process->pid;
    segment->ctime = inode_now().tv_sec;
    *out = segment;
    return 0;
}

/* An unused index. => there is one */
static int choose_index_locked(void)
{
    const int many = MAX(nsegments + nsegments / 2, FEWEST_IN_TURN);
    const int in_turn = MIN(many, SHMMNI);
    int index = last_index;

    do
        index = (index + 1) % in_turn;
    while (table[index] != NULL);
    if (index <= last_index)
        seq = (seq + 1) & SEQ_MASK;
    last_index = index;
    return index;
}

/* Puts the segment into the table. Its ID or -ENOSPC. */
static int insert_locked(struct shm_segment *segment)
{
    int index;

    if (nsegments == SHMMNI)
        return -ENOSPC;
    index = choose_index_locked();
    table[index] = segment;
    nsegments++;
    segment->id = seq << SHM_SEQ_SHIFT | index;
    return segment->id;
}

/* The segment that has the key already: its ID, -ENOENT if there is none, or
 * why it is not for the caller. */
static int get_existing_locked(int key, uint64_t size, int flags)
{
    const int both = IPC_CREAT | IPC_EXCL;
    const struct shm_segment *segment;

    segment = key == IPC_PRIVATE ? NULL : find_key_locked(key);
    if (segment == NULL)
        return -ENOENT;
    if ((flags & both) == both)
        return -EEXIST;
    if (size > segment->size)
        return -EINVAL;
    return shm_allows_locked(segment, flags & PERMISSIONS) ? segment->id
                                                           : -EACCES;
}

int shm_get(int key, uint64_t size, int flags)
{
    struct shm_segment *segment;
    int id, err;

    spin_lock(&shm_table_lock);
    id = get_existing_locked(key, size, flags);
    spin_unlock(&shm_table_lock);
    if (id != -ENOENT || (key != IPC_PRIVATE && !(flags & IPC_CREAT)))
        return id;
    err = create(key, size, flags, &segment);
    if (err != 0)
        return err;
    spin_lock(&shm_table_lock);
    id = get_existing_locked(key, size, flags); /* somebody was faster? */
    if (id == -ENOENT)
        id = insert_locked(segment);
    else
        err = -EEXIST;
    spin_unlock(&shm_table_lock);
    if (id < 0 || err != 0)
        shm_segment_put(segment);
    return id;
}
