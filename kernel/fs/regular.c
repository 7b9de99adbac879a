/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing regular files: bytes move straight between the page
 * cache and the caller's buffer, a page at a time.
 *
 * A write past the end needs pages, which only exist within the cache's size,
 * while nobody may read them before they are filled. So it raises cache.size
 * first, and meanwhile inode->filled says how far the data is:
 *
 *     0 ........... filled ........... cache.size
 *     read and stat see this much      pages may exist
 *
 * If it ends early (bad address, no memory) cache.size comes down again.
 *
 * Locks: inode->lock (sleeping) over a write, also over the copy from user
 * memory, whose faults take mmap_lock: inode->lock > mmap_lock. Reads take no
 * lock.
 *
 * Read next: mm/pagecache.h; inode_truncate in inode.c.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/inode.h"
#include "mm/pagecache.h"
#include "mm/seal.h"

/* Copies n bytes at pos, within one page, to io. How many, short if user
 * memory faults, 0 if the file has been cut meanwhile; or an errno. */
static ssize_t read_piece(struct inode *inode, struct iobuf *io, uint64_t pos,
                          size_t n)
{
    struct page_cache *cache = &inode->cache;
    uint64_t index = pos >> PAGE_SHIFT;
    struct page *page;
    size_t done;
    int err;

    pagecache_find_pages(cache, index, 1, &page);
    if (page == NULL && inode->store.data == NULL)
        return (ssize_t)iobuf_fill_zero(io, n); /* a hole stays one */
    if (page == NULL) {
        err = pagecache_get_page(cache, index, &page, NULL);
        if (err != 0)
            return err == -ENXIO ? 0 : err;
    }
    done = iobuf_copy_to(io, (char *)page_address(page) + (pos & PAGE_MASK), n);
    page_put(page);
    return (ssize_t)done;
}

/* The part of [pos, end) that lies in pos's page. */
static size_t piece_length(uint64_t pos, uint64_t end)
{
    return (size_t)MIN(end - pos, PAGE_SIZE - (pos & PAGE_MASK));
}

static ssize_t regular_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    struct inode *inode = file->inode;
    uint64_t start = *pos, end, size;
    ssize_t n = 0;
    size_t want;

    if (io->len == 0)
        return 0;
    end = start + io->len;
    for (; *pos < end && !signal_fatal_pending(); *pos += (size_t)n) {
        size = inode_length(inode);
        if (*pos >= size)
            break;
        want = piece_length(*pos, MIN(end, size));
        n = read_piece(inode, io, *pos, want);
        if (n < 0)
            break;
        if ((size_t)n < want) {
            *pos += (size_t)n;
            n = *pos < inode_length(inode) ? -EFAULT : 0;
            break;
        }
    }
    if (!(file->flags & O_NOATIME))
        inode_touch_read(inode);
    if (*pos > start)
        return (ssize_t)(*pos - start);
    return n < 0 ? n : 0;
}

/* Copies n bytes from io to pos, within one page. How many, short if user
 * memory faults; or an errno. => inode->lock held, pos + n <= cache.size */
static ssize_t write_piece(struct inode *inode, struct iobuf *io, uint64_t pos,
                           size_t n)
{
    struct page *page;
    size_t done;
    int err;

    err = pagecache_get_page(&inode->cache, pos >> PAGE_SHIFT, &page, NULL);
    if (err != 0)
        return err;
    pagecache_mark_dirty(page);
    done =
        iobuf_copy_from(io, (char *)page_address(page) + (pos & PAGE_MASK), n);
    page_put(page);
    return (ssize_t)done;
}

/* Bytes written at pos, or an errno if none. => inode->lock held,
 * pos + io->len <= cache.size */
static ssize_t write_pieces(struct inode *inode, struct iobuf *io, uint64_t pos)
{
    uint64_t start = pos, end = start + io->len;
    ssize_t n = 0;
    size_t want;

    while (pos < end && !signal_fatal_pending()) {
        want = piece_length(pos, end);
        n = write_piece(inode, io, pos, want);
        if (n <= 0)
            break;
        pos += (size_t)n;
        if (pos > inode->filled)
            store_release(&inode->filled, pos);
        if ((size_t)n < want)
            break;
    }
    if (pos > start)
        return (ssize_t)(pos - start);
    return n < 0 ? n : -EFAULT;
}

static ssize_t write_locked(struct inode *inode, struct iobuf *io, uint64_t pos)
{
    uint64_t size = inode->cache.size, end = pos + io->len;
    ssize_t n;

    ASSERT(mutex_held(&inode->lock));
    if (end <= size)
        return write_pieces(inode, io, pos);
    store_release(&inode->filled, size);
    pagecache_resize(&inode->cache, end);
    n = write_pieces(inode, io, pos);
    if (inode->filled < end)
        pagecache_resize(&inode->cache, inode->filled);
    store_release(&inode->filled, UINT64_MAX);
    return n;
}

/* Cuts a write at pos to what the seals allow: if the file may not grow, to
 * whole pages that lie in it. 0, or -EPERM if that is nothing. */
static int limit_by_seals(struct inode *inode, struct iobuf *io, uint64_t pos)
{
    const uint32_t seals = seal_get(&inode->cache);
    const uint64_t size = inode->cache.size;

    ASSERT(mutex_held(&inode->lock));
    if (seals & SEALS_OF_WRITING)
        return -EPERM;
    if (!(seals & F_SEAL_GROW) || pos + io->len <= size)
        return 0;
    if (pos >= ROUND_DOWN(size, PAGE_SIZE))
        return -EPERM;
    io->len = ROUND_DOWN(size, PAGE_SIZE) - pos;
    return 0;
}

static ssize_t regular_write(struct file *file, struct iobuf *io, uint64_t *pos)
{
    struct inode *inode = file->inode;
    uint64_t start = *pos;
    ssize_t n;

    if (io->len == 0)
        return 0;
    mutex_lock(&inode->lock);
    if (READ_ONCE(file->flags) & O_APPEND)
        start = inode->cache.size;
    n = -EFBIG;
    if (io->len <= FILE_SIZE_MAX - start)
        n = limit_by_seals(inode, io, start);
    if (n == 0)
        n = write_locked(inode, io, start);
    mutex_unlock(&inode->lock);
    if (n > 0) {
        *pos = start + (size_t)n;
        inode_touch_written(inode);
    }
    return n;
}

static int64_t regular_lseek(struct file *file, int64_t offset, int whence)
{
    return file_lseek_sized(file, offset, whence, inode_length(file->inode));
}

const struct file_ops regular_file_ops = {
    .read = regular_read,
    .write = regular_write,
    .lseek = regular_lseek,
};
