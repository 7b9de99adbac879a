/* SPDX-License-Identifier: MIT */
/*
 * Moving bytes between the kernel and the buffers of a read or write, which
 * may be the user's or the kernel's, in one piece or scattered. The contract
 * stands in kernel/fs/file.h.
 *
 *   I1  segs != NULL and len > 0: seg_len > 0, or the part at base is empty
 *       and iobuf_next_part moves on
 */
#include "kernel/abi/uio.h"
#include "kernel/fs/file.h"
#include "kernel/lib/string.h"
#include "mm/uaccess.h"

/* How much of n bytes the part at base can take, after moving to the next
 * part that is not empty. => n > 0, n <= io->len */
static size_t iobuf_next_part(struct iobuf *io, size_t n)
{
    if (io->segs == NULL)
        return n;
    while (io->seg_len == 0) {
        io->base = (void *)io->segs->iov_base;
        io->seg_len = io->segs->iov_len;
        io->segs++;
    }
    return MIN(n, io->seg_len);
}

static void iobuf_advance(struct iobuf *io, size_t n)
{
    io->base = (char *)io->base + n;
    io->len -= n;
    if (io->segs != NULL)
        io->seg_len -= n;
}

/* To the part at base, which can take n bytes; returns how many went. */
static inline size_t part_copy_to(struct iobuf *io, const void *src, size_t n)
{
    size_t left = 0;

    if (likely(io->user))
        left = copy_to_user(io->base, src, n);
    else
        memcpy(io->base, src, n);
    iobuf_advance(io, n - left);
    return n - left;
}

static inline size_t part_copy_from(struct iobuf *io, void *dst, size_t n)
{
    size_t left = 0;

    if (likely(io->user))
        left = copy_from_user(dst, io->base, n);
    else
        memcpy(dst, io->base, n);
    iobuf_advance(io, n - left);
    return n - left;
}

static __noinline size_t scattered_copy_to(struct iobuf *io, const void *src,
                                           size_t n)
{
    size_t done = 0, part, copied = 0;

    for (part = 0; done < n && copied == part; done += copied) {
        part = iobuf_next_part(io, n - done);
        copied = part_copy_to(io, (const char *)src + done, part);
    }
    return done;
}

static __noinline size_t scattered_copy_from(struct iobuf *io, void *dst,
                                             size_t n)
{
    size_t done = 0, part, copied = 0;

    for (part = 0; done < n && copied == part; done += copied) {
        part = iobuf_next_part(io, n - done);
        copied = part_copy_from(io, (char *)dst + done, part);
    }
    return done;
}

size_t iobuf_copy_to(struct iobuf *io, const void *src, size_t n)
{
    n = MIN(n, io->len);
    return io->segs == NULL ? part_copy_to(io, src, n)
                            : scattered_copy_to(io, src, n);
}

size_t iobuf_copy_from(struct iobuf *io, void *dst, size_t n)
{
    n = MIN(n, io->len);
    return io->segs == NULL ? part_copy_from(io, dst, n)
                            : scattered_copy_from(io, dst, n);
}

size_t iobuf_fill_zero(struct iobuf *io, size_t n)
{
    size_t done = 0, part, left = 0;

    n = MIN(n, io->len);
    while (done < n && left == 0) {
        part = iobuf_next_part(io, n - done);
        if (io->user)
            left = clear_user(io->base, part);
        else
            memset(io->base, 0, part);
        iobuf_advance(io, part - left);
        done += part - left;
    }
    return done;
}
