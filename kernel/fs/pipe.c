/* SPDX-License-Identifier: MIT */
/*
 * Pipes and FIFOs. The contract stands in pipe.h; the rules are pipe(7)'s.
 *
 * A pipe is a ring of PIPE_SIZE bytes in pages that exist only while there are
 * bytes in them:
 *
 *     0         start             start + used       PIPE_SIZE
 *     |  -  |   [.....|...........|.....]    |  -  |
 *
 *   I1  used <= PIPE_SIZE; each page that holds one of the `used` bytes is
 *       there
 *   I2  used == 0: start is 0, and at most page 0 is there
 *   I3  the pipe exists while nusers > 0: open files, and opens of a FIFO that
 *       still wait for the other end
 *
 * A writer waits until all of its bytes fit, or PIPE_BUF of them; so nobody
 * waits for room while PIPE_BUF bytes are free, and a reader need not wake
 * anybody then. Writes of up to PIPE_BUF bytes go in at once, under the lock.
 *
 * Locks: inode->lock (sleeping), held over copies from and to user memory,
 * whose faults take mmap_lock. Who sleeps on `wait` looks at single fields
 * without the lock.
 */
#include "kernel/fs/pipe.h"
#include "kernel/abi/fcntl.h"
#include "kernel/abi/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/statfs.h"
#include "kernel/abi/termios.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define PIPE_PAGES (PIPE_SIZE / PAGE_SIZE)
#define PIPE_MODE (S_IFIFO | 0600)
#define PIPE_DEV ABI_MAKEDEV(0, 13)

struct pipe {
    struct page *pages[PIPE_PAGES]; /* L: by place in the ring */
    uint32_t start;                 /* L: where the first byte stands */
    uint32_t used;                  /* L to change: bytes in it */
    unsigned readers;               /* L to change: files open for reading */
    unsigned writers;               /* L to change: … for writing */
    unsigned nreader_opens, nwriter_opens; /* L to change: ever so far */
    unsigned nusers;                       /* L */
    struct waitqueue wait; /* woken when anything above changes that somebody
                              may wait for */
};                         /* L: inode->lock */

static struct fs pipe_fs = {
    .type = "pipefs",
    .dev = PIPE_DEV,
    .magic = PIPEFS_MAGIC,
    .fixed = true,
};

/* ---- the ring ---- */

static uint32_t room_of(const struct pipe *pipe)
{
    return PIPE_SIZE - READ_ONCE(pipe->used);
}

/* Gives the page of a place in the ring back. */
static void drop_page(struct pipe *pipe, uint32_t at)
{
    struct page **slot = &pipe->pages[at / PAGE_SIZE];

    if (*slot != NULL)
        page_put(*slot);
    *slot = NULL;
}

/* n bytes at the front have been read. */
static void ring_advance(struct pipe *pipe, uint32_t n)
{
    uint32_t first = pipe->start;

    pipe->start = (pipe->start + n) % PIPE_SIZE;
    WRITE_ONCE(pipe->used, pipe->used - n);
    /* The page that was left may hold the ring's other end. */
    if (pipe->start % PAGE_SIZE == 0 && pipe->used <= PIPE_SIZE - PAGE_SIZE)
        drop_page(pipe, first);
    if (pipe->used == 0) {
        struct page *page = pipe->pages[pipe->start / PAGE_SIZE];

        pipe->pages[pipe->start / PAGE_SIZE] = NULL;
        pipe->pages[0] = page;
        pipe->start = 0;
    }
}

/* Moves bytes out until io is full or the pipe empty. How many, or -EFAULT. As
 * on Linux, what cannot be copied whole, up to the page's end, stays. */
static ssize_t ring_read_locked(struct pipe *pipe, struct iobuf *io)
{
    size_t done = 0, n, copied;

    while (io->len > 0 && pipe->used > 0) {
        uint32_t within = pipe->start % PAGE_SIZE;
        struct page *page = pipe->pages[pipe->start / PAGE_SIZE];

        n = MIN(pipe->used, PAGE_SIZE - within);
        n = MIN(n, io->len);
        copied = iobuf_copy_to(io, (char *)page_address(page) + within, n);
        if (copied < n)
            return done > 0 ? (ssize_t)done : -EFAULT;
        ring_advance(pipe, (uint32_t)n);
        done += n;
    }
    return (ssize_t)done;
}

/* Moves bytes in until io is empty or the pipe full. How many, or -EFAULT or
 * -ENOMEM if none. */
static ssize_t ring_write_locked(struct pipe *pipe, struct iobuf *io)
{
    size_t done = 0, n, copied;
    int err = 0;

    while (io->len > 0 && pipe->used < PIPE_SIZE) {
        uint32_t at = (pipe->start + pipe->used) % PIPE_SIZE;
        struct page **slot = &pipe->pages[at / PAGE_SIZE];
        uint32_t within = at % PAGE_SIZE;
        struct page *page;

        if (*slot == NULL) {
            err = page_alloc(PAGE_KERNEL, &page);
            if (err != 0)
                break;
            *slot = page;
        }
        n = MIN(PAGE_SIZE - within, (size_t)(PIPE_SIZE - pipe->used));
        n = MIN(n, io->len);
        copied = iobuf_copy_from(io, (char *)page_address(*slot) + within, n);
        if (copied < n) {
            if (within == 0 && pipe->used <= PIPE_SIZE - PAGE_SIZE)
                drop_page(pipe, at); /* it holds nothing */
            err = -EFAULT;
            break;
        }
        WRITE_ONCE(pipe->used, pipe->used + (uint32_t)n);
        done += n;
    }
    return done > 0 ? (ssize_t)done : err;
}

/* ---- reading and writing ---- */

/* Nothing to read, but somebody may write yet. */
static bool is_quiet(const struct pipe *pipe)
{
    return READ_ONCE(pipe->used) == 0 && READ_ONCE(pipe->writers) != 0;
}

/* Reads what is there: bytes, 0 or an errno. */
static ssize_t read_some(struct inode *inode, struct iobuf *io)
{
    struct pipe *pipe = inode->pipe;
    bool was_tight;
    ssize_t n;

    mutex_lock(&inode->lock);
    was_tight = room_of(pipe) < PIPE_BUF;
    n = ring_read_locked(pipe, io);
    mutex_unlock(&inode->lock);
    if (n > 0 && was_tight)
        wake_up_all(&pipe->wait);
    return n;
}

static ssize_t pipe_read(struct file *file, struct iobuf *io,
                         uint64_t *pos __unused)
{
    struct pipe *pipe = file->inode->pipe;
    bool ended;
    ssize_t n;
    int err;

    if (io->len == 0)
        return 0;
    for (;;) {
        while (is_quiet(pipe)) {
            if (READ_ONCE(file->flags) & O_NONBLOCK)
                return -EAGAIN;
            err = wait_event_interruptible(&pipe->wait, !is_quiet(pipe));
            if (err != 0)
                return err;
        }
        /* Looked at before the bytes: what the last writer left counts. */
        ended = READ_ONCE(pipe->writers) == 0;
        n = read_some(file->inode, io);
        if (n != 0 || ended)
            return n;
    }
}

/* One attempt to write if at least `need` bytes fit. Bytes, or an errno. */
static ssize_t write_some(struct inode *inode, struct iobuf *io, size_t need)
{
    struct pipe *pipe = inode->pipe;
    bool was_empty, alone;
    ssize_t n = 0;

    mutex_lock(&inode->lock);
    alone = pipe->readers == 0;
    was_empty = pipe->used == 0;
    if (!alone && room_of(pipe) >= need)
        n = ring_write_locked(pipe, io);
    mutex_unlock(&inode->lock);
    if (alone) {
        signal_send_current(SIGPIPE);
        return -EPIPE;
    }
    if (n > 0 && was_empty)
        wake_up_all(&pipe->wait);
    return n;
}

static ssize_t pipe_write(struct file *file, struct iobuf *io,
                          uint64_t *pos __unused)
{
    struct pipe *pipe = file->inode->pipe;
    bool is_small = io->len <= PIPE_BUF;
    size_t done = 0, need;
    ssize_t n;
    bool nonblock;

    while (io->len > 0) {
        nonblock = READ_ONCE(file->flags) & O_NONBLOCK;
        need = nonblock && !is_small ? 1 : MIN(io->len, (size_t)PIPE_BUF);
        n = write_some(file->inode, io, need);
        if (n > 0)
            done += (size_t)n;
        if (n == 0 && nonblock)
            n = -EAGAIN;
        if (n == 0)
            n = wait_event_interruptible(&pipe->wait,
                                         room_of(pipe) >= need ||
                                             READ_ONCE(pipe->readers) == 0);
        if (n < 0)
            return done > 0 ? (ssize_t)done : n;
    }
    return (ssize_t)done;
}

static unsigned pipe_poll(struct file *file, struct waitqueue **wq)
{
    struct pipe *pipe = file->inode->pipe;
    unsigned found = 0;

    *wq = &pipe->wait;
    if (file->map.readable) {
        if (READ_ONCE(pipe->used) > 0)
            found |= POLLIN | POLLRDNORM;
        if (READ_ONCE(pipe->writers) == 0 &&
            READ_ONCE(pipe->nwriter_opens) != (uintptr_t)file->private_data)
            found |= POLLHUP;
    }
    if (file->map.writable) {
        if (room_of(pipe) >= PIPE_BUF)
            found |= POLLOUT | POLLWRNORM;
        if (READ_ONCE(pipe->readers) == 0)
            found |= POLLERR;
    }
    return found;
}

static long pipe_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
    int used = (int)READ_ONCE(file->inode->pipe->used);

    if (cmd != FIONREAD)
        return -ENOTTY;
    return copy_to_user((void __user *)arg, &used, sizeof(used)) != 0 ? -EFAULT
                                                                      : 0;
}

/* ---- opening and closing ---- */

/* One user less; the last one frees the pipe. */
static void pipe_put_locked(struct inode *inode)
{
    struct pipe *pipe = inode->pipe;

    ASSERT(mutex_held(&inode->lock));
    if (--pipe->nusers > 0)
        return;
    for (uint32_t at = 0; at < PIPE_SIZE; at += PAGE_SIZE)
        drop_page(pipe, at);
    inode->pipe = NULL;
    kfree(pipe);
}

static int pipe_get_locked(struct inode *inode)
{
    ASSERT(mutex_held(&inode->lock));
    if (inode->pipe == NULL) {
        inode->pipe = kzalloc(sizeof(*inode->pipe));
        if (inode->pipe == NULL)
            return -ENOMEM;
        waitqueue_init(&inode->pipe->wait);
    }
    inode->pipe->nusers++;
    return 0;
}

static void pipe_release(struct file *file)
{
    struct inode *inode = file->inode;
    struct pipe *pipe = inode->pipe;

    mutex_lock(&inode->lock);
    if (file->map.readable)
        WRITE_ONCE(pipe->readers, pipe->readers - 1);
    if (file->map.writable)
        WRITE_ONCE(pipe->writers, pipe->writers - 1);
    wake_up_all(&pipe->wait);
    pipe_put_locked(inode);
    mutex_unlock(&inode->lock);
}

static const struct file_ops pipe_file_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .ioctl = pipe_ioctl,
    .poll = pipe_poll,
    .release = pipe_release,
};

/* How often the end that this file waits for has been opened. */
static const unsigned *other_opens(const struct pipe *pipe,
                                   const struct file *file)
{
    return file->map.readable ? &pipe->nwriter_opens : &pipe->nreader_opens;
}

/* Counts a new open file in; *opens is *other_opens at that moment. */
static int fifo_join(struct inode *inode, struct file *file, unsigned *opens)
{
    bool nonblock = file->flags & O_NONBLOCK;
    struct pipe *pipe;
    int err;

    mutex_lock(&inode->lock);
    err = pipe_get_locked(inode);
    pipe = inode->pipe;
    if (err == 0 && nonblock && !file->map.readable && pipe->readers == 0) {
        pipe_put_locked(inode);
        err = -ENXIO;
    }
    if (err != 0)
        goto unlock;
    *opens = *other_opens(pipe, file);
    if (file->map.readable) {
        WRITE_ONCE(pipe->readers, pipe->readers + 1);
        WRITE_ONCE(pipe->nreader_opens, pipe->nreader_opens + 1);
        /* poll shows no hang-up before the first writer has come. */
        if (nonblock && pipe->writers == 0)
            file->private_data = (void *)(uintptr_t)pipe->nwriter_opens;
    }
    if (file->map.writable) {
        WRITE_ONCE(pipe->writers, pipe->writers + 1);
        WRITE_ONCE(pipe->nwriter_opens, pipe->nwriter_opens + 1);
    }
    wake_up_all(&pipe->wait);
unlock:
    mutex_unlock(&inode->lock);
    return err;
}

/* Waits until the other end is open, or has been since we joined. */
static int fifo_wait(struct inode *inode, struct file *file, unsigned before)
{
    struct pipe *pipe = inode->pipe;
    const bool reads = file->map.readable;
    const unsigned *others = reads ? &pipe->writers : &pipe->readers;
    const unsigned *opens = other_opens(pipe, file);

    if ((file->flags & O_NONBLOCK) || (reads && file->map.writable))
        return 0;
    return wait_event_interruptible(
        &pipe->wait, READ_ONCE(*others) > 0 || READ_ONCE(*opens) != before);
}

int fifo_open(struct inode *inode, struct file *file)
{
    unsigned opens;
    int err;

    file->ops = &pipe_file_ops;
    if (!file->map.readable && !file->map.writable)
        return -EINVAL;
    err = fifo_join(inode, file, &opens);
    if (err != 0)
        return err;
    err = fifo_wait(inode, file, opens);
    if (err != 0)
        pipe_release(file);
    return err;
}

int pipe_inode_create(const struct file_ops *ops, struct inode **out)
{
    int err = inode_create(&pipe_fs, PIPE_MODE, out);

    if (err != 0)
        return err;
    (*out)->file_ops = ops;
    (*out)->nlink = 1;
    return 0;
}

int pipe_create(int flags, struct file *out[2])
{
    struct inode *inode;
    int err;

    err = pipe_inode_create(NULL, &inode);
    if (err != 0)
        return err;
    /* Without O_NONBLOCK the first end would wait for the second. */
    err = file_create(inode, NULL, O_RDONLY | O_NONBLOCK | flags, &out[0]);
    if (err != 0)
        goto put_inode;
    err = file_create(inode, NULL, O_WRONLY | flags, &out[1]);
    if (err != 0)
        file_put(out[0]);
    else if (!(flags & O_NONBLOCK))
        out[0]->flags &= ~(uint32_t)O_NONBLOCK;
put_inode:
    inode_put(inode);
    return err;
}

int pipe_capacity(struct file *file)
{
    return file->ops == &pipe_file_ops ? PIPE_SIZE : -EBADF;
}
