/* SPDX-License-Identifier: MIT */
/*
 * Inodes: their life and their attributes. The contract stands in inode.h.
 *
 * A file that came with the ramdisk keeps its data there: the page cache reads
 * a page of it on first touch (store_read_page) and may drop it again while it
 * is clean. All other contents live in the page cache only.
 *
 *   I1  refs > 0 while a dentry or an open file refers to the inode
 *   I2  store.len never grows, and is at most cache.size: bytes that a
 *       truncation cut off do not come back
 *
 * Locks: lock (sleeping) > attr_lock (spin). Times change under attr_lock
 * only, and are read under it where two words must agree.
 */
#include "kernel/fs/inode.h"
#include "kernel/abi/statfs.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/locks.h"
#include "kernel/lib/string.h"
#include "mm/seal.h"
#include "mm/slab.h"

#define STAT_SECTOR 512

static struct slab_cache *inode_cache;

static int store_read_page(struct page_cache *cache, uint64_t index,
                           struct page *page)
{
    struct inode *inode = container_of(cache, struct inode, cache);
    uint64_t offset = index << PAGE_SHIFT;
    size_t len = READ_ONCE(inode->store.len), n = 0;

    if (offset < len) {
        n = MIN(len - offset, PAGE_SIZE);
        memcpy(page_address(page), inode->store.data + offset, n);
    }
    memset((char *)page_address(page) + n, 0, PAGE_SIZE - n);
    return 0;
}

static const struct page_cache_ops store_cache_ops = {
    .read_page = store_read_page,
};

/* Holes are zero, and what is written stays in the cache. */
static const struct page_cache_ops memory_cache_ops = {
    .read_page = NULL,
};

void inode_init(void)
{
    inode_cache = slab_cache_create("inode", sizeof(struct inode), 64);
}

int inode_create(struct fs *fs, uint32_t mode, struct inode **out)
{
    struct inode *inode = slab_zalloc(inode_cache);

    if (inode == NULL)
        return -ENOMEM;
    atomic_store(&inode->refs, 1);
    inode->fs = fs;
    inode->ino = (uint64_t)atomic64_add(&fs->last_ino, 1);
    mutex_init(&inode->lock);
    spin_init(&inode->attr_lock);
    list_init(&inode->locks);
    inode->mode = mode;
    inode->filled = UINT64_MAX;
    inode->atime = inode->mtime = inode->ctime = inode->btime = inode_now();
    if (inode_is(inode, S_IFREG) && !fs->fixed) {
        pagecache_create(&inode->cache, &memory_cache_ops, 0, false);
    } else if (inode_is(inode, S_IFDIR)) {
        rb_init(&inode->dir.names, NULL);
        list_init(&inode->dir.entries);
    }
    *out = inode;
    return 0;
}

void inode_set_store(struct inode *inode, const uint8_t *data, size_t len)
{
    inode->store.data = data;
    inode->store.len = len;
    pagecache_destroy(&inode->cache);
    pagecache_create(&inode->cache, &store_cache_ops, len, true);
}

void inode_get(struct inode *inode)
{
    atomic_inc(&inode->refs);
}

void inode_put(struct inode *inode)
{
    if (!atomic_dec_and_test(&inode->refs))
        return;
    locks_release_all(inode);
    if (inode->ops != NULL && inode->ops->destroy != NULL)
        inode->ops->destroy(inode);
    if (inode_has_pages(inode))
        pagecache_destroy(&inode->cache);
    else if (inode_is(inode, S_IFLNK))
        kfree(inode->target);
    slab_free(inode_cache, inode);
}

/* ---- attributes ---- */

struct timespec inode_now(void)
{
    uint64_t now = clock_boot_time + clock_now();

    return (struct timespec){
        .tv_sec = (int64_t)(now / NSEC_PER_SEC),
        .tv_nsec = (int64_t)(now % NSEC_PER_SEC),
    };
}

static uint64_t inode_size(struct inode *inode)
{
    switch (inode->mode & S_IFMT) {
    case S_IFREG: return inode_length(inode);
    case S_IFLNK: return inode->target != NULL ? strlen(inode->target) : 0;
    case S_IFDIR: return inode->fs->fixed ? 0 : FS_BLOCK_SIZE;
    default: return 0;
    }
}

static uint64_t inode_sectors(struct inode *inode)
{
    if (!inode_has_pages(inode))
        return 0;
    if (inode->store.data != NULL)
        return (inode_size(inode) + STAT_SECTOR - 1) / STAT_SECTOR;
    return READ_ONCE(inode->cache.npages) * (PAGE_SIZE / STAT_SECTOR);
}

void inode_stat(struct inode *inode, struct stat *out)
{
    *out = (struct stat){
        .st_dev = inode->fs->dev,
        .st_ino = inode->ino,
        .st_nlink = READ_ONCE(inode->nlink),
        .st_mode = READ_ONCE(inode->mode),
        .st_uid = READ_ONCE(inode->uid),
        .st_gid = READ_ONCE(inode->gid),
        .st_rdev = inode->rdev,
        .st_size = (int64_t)inode_size(inode),
        .st_blksize = FS_BLOCK_SIZE,
        .st_blocks = (int64_t)inode_sectors(inode),
    };
    spin_lock(&inode->attr_lock);
    out->st_atim = inode->atime;
    out->st_mtim = inode->mtime;
    out->st_ctim = inode->ctime;
    spin_unlock(&inode->attr_lock);
}

void inode_statfs(struct inode *inode, struct statfs *out)
{
    *out = (struct statfs){
        .f_type = (int64_t)inode->fs->magic,
        .f_bsize = FS_BLOCK_SIZE,
        .f_frsize = FS_BLOCK_SIZE,
        .f_namelen = NAME_MAX,
    };
    if (inode->fs->fixed)
        return;
    out->f_blocks = page_total();
    out->f_bfree = out->f_bavail = page_count(PAGE_FREE);
}

static bool time_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec
                                  : a->tv_nsec < b->tv_nsec;
}

void inode_touch_changed(struct inode *inode)
{
    struct timespec now = inode_now();

    spin_lock(&inode->attr_lock);
    inode->ctime = now;
    spin_unlock(&inode->attr_lock);
}

void inode_touch_written(struct inode *inode)
{
    struct timespec now = inode_now();

    spin_lock(&inode->attr_lock);
    inode->mtime = inode->ctime = now;
    spin_unlock(&inode->attr_lock);
}

void inode_touch_read(struct inode *inode)
{
    struct timespec now;

    /* Without the lock: at worst one update more or less. */
    if (time_before(&inode->mtime, &inode->atime) &&
        time_before(&inode->ctime, &inode->atime))
        return;
    now = inode_now();
    spin_lock(&inode->attr_lock);
    inode->atime = now;
    spin_unlock(&inode->attr_lock);
}

void inode_chmod(struct inode *inode, uint32_t mode)
{
    WRITE_ONCE(inode->mode, (inode->mode & S_IFMT) | (mode & 07777));
    inode_touch_changed(inode);
}

void inode_chown(struct inode *inode, uint32_t uid, uint32_t gid)
{
    if (uid != (uint32_t)-1)
        WRITE_ONCE(inode->uid, uid);
    if (gid != (uint32_t)-1)
        WRITE_ONCE(inode->gid, gid);
    inode_touch_changed(inode);
}

void inode_set_times(struct inode *inode, const struct timespec *atime,
                     const struct timespec *mtime)
{
    struct timespec now = inode_now();

    spin_lock(&inode->attr_lock);
    if (atime != NULL)
        inode->atime = *atime;
    if (mtime != NULL)
        inode->mtime = *mtime;
    inode->ctime = now;
    spin_unlock(&inode->attr_lock);
}

/* => lock held */
static bool is_sealed_size(const struct inode *inode, uint64_t size)
{
    const uint32_t seals = seal_get(&inode->cache);

    ASSERT(mutex_held(&inode->lock));
    return ((seals & F_SEAL_SHRINK) && size < inode->cache.size) ||
           ((seals & F_SEAL_GROW) && size > inode->cache.size);
}

int inode_truncate(struct inode *inode, uint64_t size)
{
    if (inode_is(inode, S_IFDIR))
        return -EISDIR;
    if (!inode_has_pages(inode))
        return -EINVAL;
    if (size > FILE_SIZE_MAX)
        return -EFBIG;
    mutex_lock(&inode->lock);
    if (is_sealed_size(inode, size)) {
        mutex_unlock(&inode->lock);
        return -EPERM;
    }
    if (inode->store.data != NULL && size < inode->store.len)
        WRITE_ONCE(inode->store.len, size);
    if (size != inode->cache.size)
        pagecache_resize(&inode->cache, size);
    inode_touch_written(inode);
    mutex_unlock(&inode->lock);
    return 0;
}

/* ---- writing against running ---- */

/* Adds step to the count of writers unless it has the other sign. */
static int writers_add(struct inode *inode, int32_t step)
{
    int32_t v = READ_ONCE(inode->writers);

    do {
        if ((step > 0) ? v < 0 : v > 0)
            return -ETXTBSY;
    } while (!__atomic_compare_exchange_n(&inode->writers, &v, v + step, true,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return 0;
}

int inode_get_write(struct inode *inode)
{
    return writers_add(inode, 1);
}

void inode_put_write(struct inode *inode)
{
    __atomic_sub_fetch(&inode->writers, 1, __ATOMIC_SEQ_CST);
}

int inode_deny_write(struct inode *inode)
{
    return writers_add(inode, -1);
}

void inode_allow_write(struct inode *inode)
{
    __atomic_add_fetch(&inode->writers, 1, __ATOMIC_SEQ_CST);
}
