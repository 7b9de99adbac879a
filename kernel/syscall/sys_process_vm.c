/* SPDX-License-Identifier: MIT */
/*
 * process_vm_readv(2), process_vm_writev(2): copies between this address space
 * and another one, page by page by way of a page of the kernel's.
 */
#include "kernel/abi/errno.h"
#include "kernel/lib/wait.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/iov.h"
#include "kernel/syscall/syscalls.h"
#include "mm/mm.h"
#include "mm/page.h"

struct vm_copy {
    struct mm *mm; /* the other one */
    struct iobuf io;
    void *page;
    bool write; /* to mm */
};

/* Up to a page at the other's address. How many bytes were copied: fewer than
 * n at the first bad one here, none at a bad page there. */
static size_t copy_piece(struct vm_copy *copy, vaddr_t addr, size_t n)
{
    if (copy->write) {
        n = iobuf_copy_from(&copy->io, copy->page, n);
        return mm_access(copy->mm, addr, copy->page, n, MM_WRITE);
    }
    if (mm_access(copy->mm, addr, copy->page, n, MM_READ) < n)
        return 0;
    return iobuf_copy_to(&copy->io, copy->page, n);
}

/* Bytes copied before the first bad one, or -EFAULT. */
static long copy_all(struct vm_copy *copy, const struct iov_copy *there)
{
    long done = 0;

    for (size_t i = 0; i < there->count; i++) {
        vaddr_t addr = (vaddr_t)there->parts[i].iov_base;
        size_t left = MIN(there->parts[i].iov_len, copy->io.len);

        while (left > 0 && !signal_fatal_pending()) {
            size_t n = MIN(left, PAGE_SIZE - (addr & PAGE_MASK));
            size_t copied = copy_piece(copy, addr, n);

            done += (long)copied;
            if (copied < n)
                return done != 0 ? done : -EFAULT;
            addr += n;
            left -= n;
        }
    }
    return done;
}

/* The address space of the thread's process, with a reference. Who may look
 * into it is asked once it is held: an exec may come at any time, and make both
 * others. */
static int find_mm(int tid, struct mm **out)
{
    struct thread *thread = thread_find(tid);
    int err = 0;

    if (thread == NULL)
        return -ESRCH;
    *out = process_get_mm(thread->process);
    if (*out == NULL) {
        err = -ESRCH;
    } else if (!process_may_access(thread->process, ACCESS_AS_REAL)) {
        mm_put(*out);
        err = -EPERM;
    }
    thread_put(thread);
    return err;
}

static long copy_with(struct vm_copy *copy, int tid, struct iov_copy *there)
{
    struct page *page;
    long ret;

    if (there->total == 0)
        return 0;
    ret = find_mm(tid, &copy->mm);
    if (ret != 0)
        return ret;
    ret = page_alloc(PAGE_KERNEL, &page);
    if (ret == 0) {
        copy->page = page_address(page);
        ret = copy_all(copy, there);
        page_put(page);
    }
    mm_put(copy->mm);
    return ret;
}

/* Both calls' arguments. */
struct vm_request {
    const struct iovec __user *here, *there;
    size_t nhere, nthere;
    unsigned long flags;
};

static long process_vm(int tid, const struct vm_request *req, bool write)
{
    struct vm_copy copy = {.write = write};
    struct iov_copy here, there;
    long ret;

    if (req->flags != 0)
        return -EINVAL;
    ret = iov_get(&here, req->here, req->nhere, IOV_OWN);
    if (ret != 0)
        return ret;
    iov_start(&here, &copy.io);
    if (here.total != 0) {
        ret = iov_get(&there, req->there, req->nthere, IOV_FOREIGN);
        if (ret == 0) {
            ret = copy_with(&copy, tid, &there);
            iov_free(&there);
        }
    }
    iov_free(&here);
    return ret;
}

long sys_process_vm_readv(int tid, const struct iovec __user *here,
                          size_t nhere, const struct iovec __user *there,
                          size_t nthere, unsigned long flags)
{
    const struct vm_request req = {here, there, nhere, nthere, flags};

    return process_vm(tid, &req, false);
}

long sys_process_vm_writev(int tid, const struct iovec __user *here,
                           size_t nhere, const struct iovec __user *there,
                           size_t nthere, unsigned long flags)
{
    const struct vm_request req = {here, there, nhere, nthere, flags};

    return process_vm(tid, &req, true);
}
