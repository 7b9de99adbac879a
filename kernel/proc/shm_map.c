/* SPDX-License-Identifier: MIT */
/*
 * Attaching System V shared memory segments.
 *
 * Each shmat makes an attachment: what mm/ maps, like an open file. The areas
 * that map it, one at first, more after a fork or a split, are counted in the
 * segment (mapped_file_ops.attach), and hold the attachment, which holds the
 * segment's memory. shmdt finds the areas of one attachment by it.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/mman.h"
#include "kernel/abi/shm.h"
#include "kernel/fs/inode.h"
#include "kernel/lib/format.h"
#include "kernel/proc/process.h"
#include "kernel/proc/shm.h"
#include "kernel/proc/shm_impl.h"
#include "mm/mm.h"
#include "mm/slab.h"

#define READ_ALL 0444
#define WRITE_ALL 0222
#define EXEC_ALL 0111

struct attachment {
    struct mapped_file file; /* first */
    struct atomic refs;
    struct shm_segment *segment; /* C: referenced */
};                               /* C: constant */

/* ---- as a mapping sees it ---- */

static struct attachment *attachment_of(struct mapped_file *mf)
{
    return container_of(mf, struct attachment, file);
}

static void attachment_get(struct mapped_file *mf)
{
    atomic_inc(&attachment_of(mf)->refs);
}

static void attachment_put(struct mapped_file *mf)
{
    struct attachment *attachment = attachment_of(mf);

    if (!atomic_dec_and_test(&attachment->refs))
        return;
    shm_segment_put(attachment->segment);
    kfree(attachment);
}

static void attachment_describe(struct mapped_file *mf, char *path, size_t size,
                                uint64_t *dev, uint64_t *ino)
{
    const struct shm_segment *segment = attachment_of(mf)->segment;

    ksnprintf(path, size, "/SYSV%08x (deleted)", segment->first_key);
    *dev = SHMEM_DEV;
    *ino = (uint64_t)segment->id;
}

static void add_area(struct mapped_file *mf)
{
    struct shm_segment *segment = attachment_of(mf)->segment;

    spin_lock(&shm_table_lock);
    segment->nattach++;
    segment->atime = inode_now().tv_sec;
    segment->lpid = current_process()->pid;
    spin_unlock(&shm_table_lock);
}

static void remove_area(struct mapped_file *mf)
{
    struct shm_segment *segment = attachment_of(mf)->segment;

    spin_lock(&shm_table_lock);
    segment->dtime = inode_now().tv_sec;
    segment->lpid = current_process()->pid;
    shm_unuse_locked(segment);
    spin_unlock(&shm_table_lock);
}

static const struct mapped_file_ops attachment_ops = {
    .get = attachment_get,
    .put = attachment_put,
    .attach = add_area,
    .detach = remove_area,
    .describe = attachment_describe,
};

/* ---- attaching ---- */

/* The place that shmat's arguments ask for. 0 or -EINVAL. */
static int set_place(struct mmap_request *req, int flags)
{
    req->flags = MAP_SHARED;
    if (req->addr == 0)
        return flags & SHM_REMAP ? -EINVAL : 0;
    if (flags & SHM_RND)
        req->addr = ROUND_DOWN(req->addr, SHMLBA);
    if (req->addr % SHMLBA != 0 || (req->addr == 0 && (flags & SHM_REMAP)))
        return -EINVAL;
    req->flags |= flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    return 0;
}

/* Permissions that the flags need, and the protection that they ask for. */
static int wanted(int flags, int *prot)
{
    int bits = READ_ALL;

    *prot = PROT_READ;
    if (!(flags & SHM_RDONLY)) {
        *prot |= PROT_WRITE;
        bits |= WRITE_ALL;
    }
    if (flags & SHM_EXEC) {
        *prot |= PROT_EXEC;
        bits |= EXEC_ALL;
    }
    return bits;
}

/* The segment, with a reference and counted as attached, so that it does not
 * go meanwhile. */
static int use(int id, int bits, struct shm_segment **out)
{
    int err;

    spin_lock(&shm_table_lock);
    err = shm_find_locked(id, out);
    if (err == 0 && !shm_allows_locked(*out, bits))
        err = -EACCES;
    if (err == 0) {
        (*out)->nattach++;
        atomic_inc(&(*out)->refs);
    }
    spin_unlock(&shm_table_lock);
    return err;
}

static void unuse(struct shm_segment *segment)
{
    spin_lock(&shm_table_lock);
    shm_unuse_locked(segment);
    spin_unlock(&shm_table_lock);
    shm_segment_put(segment);
}

static int map(struct shm_segment *segment, struct mmap_request *req,
               vaddr_t *out)
{
    struct attachment *attachment;
    int err;

    req->len = segment->size;
    if (!(req->flags & MAP_FIXED) && req->addr + req->len < req->addr)
        return -EINVAL;
    attachment = kzalloc(sizeof(*attachment));
    if (attachment == NULL)
        return -ENOMEM;
    attachment->file = (struct mapped_file){
        .ops = &attachment_ops,
        .cache = &segment->cache,
        .mappable = true,
        .readable = true,
        .writable = (req->prot & PROT_WRITE) != 0,
    };
    atomic_store(&attachment->refs, 1);
    atomic_inc(&segment->refs);
    attachment->segment = segment;
    req->file = &attachment->file;
    err = mm_mmap(mm_current(), req, out);
    attachment_put(&attachment->file);
    return err == -EEXIST ? -EINVAL : err;
}

int shm_attach(int id, vaddr_t addr, int flags, vaddr_t *out)
{
    struct mmap_request req = {.addr = addr};
    const int bits = wanted(flags, &req.prot);
    struct shm_segment *segment;
    int err = id < 0 ? -EINVAL : set_place(&req, flags);

    if (err == 0)
        err = use(id, bits, &segment);
    if (err != 0)
        return err;
    err = map(segment, &req, out);
    unuse(segment);
    return err;
}

int shm_detach(vaddr_t addr)
{
    if ((addr & PAGE_MASK) != 0)
        return -EINVAL;
    return mm_unmap_file(mm_current(), addr, &attachment_ops);
}
