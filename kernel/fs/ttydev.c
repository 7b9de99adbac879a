/* SPDX-License-Identifier: MIT */
/*
 * Terminals as files: /dev/console and /dev/tty over the line discipline in
 * kernel/dev, and the terminal ioctls (ioctl_tty(2)).
 *
 * A terminal belongs to a session: it is the controlling terminal of exactly
 * the processes of that session. There is no mark in a process of its own, so
 * TIOCNOTTY is for the session's leader, and gives it up for all.
 *
 * Read next: kernel/dev/tty.c.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/abi/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/abi/termios.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/devfs.h"
#include "mm/slab.h"
#include "mm/uaccess.h"

#define READ_MAX 4096 /* no line is longer */
#define CHUNK 256     /* bytes written by way of the stack at once */

static struct tty *tty_of(const struct file *file)
{
    return file->private_data;
}

static bool is_nonblocking(const struct file *file)
{
    return READ_ONCE(file->flags) & O_NONBLOCK;
}

/* ---- reading and writing ---- */

/* One read of the terminal: a second one might wait for another line. */
static ssize_t ttydev_read(struct file *file, struct iobuf *io,
                           uint64_t *pos __unused)
{
    size_t len = MIN(io->len, (size_t)READ_MAX);
    ssize_t n;
    char *buf;

    if (len == 0)
        return 0;
    buf = kmalloc(len);
    if (buf == NULL)
        return -ENOMEM;
    n = tty_read(tty_of(file), buf, len, is_nonblocking(file));
    if (n > 0 && iobuf_copy_to(io, buf, (size_t)n) < (size_t)n)
        n = -EFAULT;
    kfree(buf);
    return n;
}

static ssize_t ttydev_write(struct file *file, struct iobuf *io,
                            uint64_t *pos __unused)
{
    char chunk[CHUNK];
    size_t done = 0, len;
    ssize_t n;

    while (io->len > 0) {
        len = iobuf_copy_from(io, chunk, MIN(io->len, sizeof(chunk)));
        n = -EFAULT;
        if (len > 0)
            n = tty_write(tty_of(file), chunk, len);
        if (n < 0)
            return done > 0 ? (ssize_t)done : n;
        done += (size_t)n;
        if ((size_t)n < len)
            break;
    }
    return (ssize_t)done;
}

static unsigned ttydev_poll(struct file *file, struct waitqueue **wq)
{
    unsigned found = tty_poll(tty_of(file));

    *wq = tty_waitqueue(tty_of(file));
    if (found & POLLIN)
        found |= POLLRDNORM;
    if (found & POLLOUT)
        found |= POLLWRNORM;
    return found;
}

/* ---- ioctls ---- */

static long put_int(unsigned long arg, int value)
{
    return copy_to_user((void __user *)arg, &value, sizeof(value)) ? -EFAULT
                                                                   : 0;
}

/* The controlling terminal of the calling process? */
static bool is_mine(struct tty *tty)
{
    int session = tty_get_session(tty);

    return session != 0 && session == proc_current_session();
}

/* Before a change to the terminal: job control may stop the caller. */
static int check_background(struct tty *tty)
{
    return tty_check_background(tty_get_pgrp(tty), tty_get_session(tty),
                                SIGTTOU);
}

static long get_termios(struct tty *tty, unsigned long arg)
{
    struct termios termios;

    tty_get_termios(tty, &termios);
    return copy_to_user((void __user *)arg, &termios, sizeof(termios)) ? -EFAULT
                                                                       : 0;
}

/* TCSETS, TCSETSW, TCSETSF: output never waits, so the first two agree. */
static long set_termios(struct tty *tty, unsigned long arg, bool flush)
{
    struct termios termios;
    int err;

    if (copy_from_user(&termios, (const void __user *)arg, sizeof(termios)))
        return -EFAULT;
    err = check_background(tty);
    return err != 0 ? err : tty_set_termios(tty, &termios, flush);
}

static long get_winsize(struct tty *tty, unsigned long arg)
{
    struct winsize size;

    tty_get_winsize(tty, &size);
    return copy_to_user((void __user *)arg, &size, sizeof(size)) ? -EFAULT : 0;
}

static long set_winsize(struct tty *tty, unsigned long arg)
{
    struct winsize size;

    if (copy_from_user(&size, (const void __user *)arg, sizeof(size)))
        return -EFAULT;
    tty_set_winsize(tty, &size);
    return 0;
}

static long set_pgrp(struct tty *tty, unsigned long arg)
{
    int group, session, err;

    err = check_background(tty);
    if (err != 0)
        return err == -EIO ? -ENOTTY : err;
    if (!is_mine(tty))
        return -ENOTTY;
    if (copy_from_user(&group, (const void __user *)arg, sizeof(group)))
        return -EFAULT;
    if (group <= 0)
        return -EINVAL;
    session = proc_group_session(group);
    if (session == 0)
        return -ESRCH;
    if (session != proc_current_session())
        return -EPERM;
    tty_set_pgrp(tty, group);
    return 0;
}

/* TIOCSCTTY: `steal` takes it from another session. A leader that has another
 * controlling terminal cannot exist: there is one terminal. */
static long set_controlling(struct tty *tty, bool steal)
{
    int leader = proc_current_pid();

    if (proc_current_session() != leader)
        return -EPERM;
    if (is_mine(tty))
        return 0;
    if (tty_get_session(tty) != 0 && !steal)
        return -EPERM;
    tty_set_session(tty, leader);
    tty_set_pgrp(tty, leader); /* a leader's group is its own */
    return 0;
}

static long give_up_controlling(struct tty *tty)
{
    int group = tty_get_pgrp(tty);
    uint64_t flags;

    if (!is_mine(tty))
        return -ENOTTY;
    if (proc_current_session() != proc_current_pid())
        return -EPERM;
    tty_set_session(tty, 0);
    tty_set_pgrp(tty, 0);
    if (group == 0)
        return 0;
    flags = irq_save();
    tty_signal_pgrp(group, SIGHUP);
    tty_signal_pgrp(group, SIGCONT);
    irq_restore(flags);
    return 0;
}

static long flush_queue(struct tty *tty, unsigned long queue)
{
    int err;

    if (queue > TCIOFLUSH)
        return -EINVAL;
    err = check_background(tty);
    if (err == 0)
        tty_flush(tty, (int)queue);
    return err;
}

/* Whose terminal it is: sessions and groups. */
static long session_ioctl(struct tty *tty, unsigned cmd, unsigned long arg)
{
    switch (cmd) {
    case TIOCGPGRP:
        return is_mine(tty) ? put_int(arg, tty_get_pgrp(tty)) : -ENOTTY;
    case TIOCGSID:
        return is_mine(tty) ? put_int(arg, tty_get_session(tty)) : -ENOTTY;
    case TIOCSPGRP: return set_pgrp(tty, arg);
    case TIOCSCTTY: return set_controlling(tty, arg == 1);
    case TIOCNOTTY: return give_up_controlling(tty);
    default: return -ENOTTY;
    }
}

static long ttydev_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
    struct tty *tty = tty_of(file);

    switch (cmd) {
    case TCGETS: return get_termios(tty, arg);
    case TCSETS:
    case TCSETSW:
    case TCSETSF: return set_termios(tty, arg, cmd == TCSETSF);
    case TIOCGWINSZ: return get_winsize(tty, arg);
    case TIOCSWINSZ: return set_winsize(tty, arg);
    case FIONREAD: return put_int(arg, (int)tty_input_pending(tty));
    case TIOCOUTQ:
    case TIOCGETD: /* N_TTY, the only line discipline, is 0 */
        return put_int(arg, 0);
    case TCFLSH: return flush_queue(tty, arg);
    case TCSBRK: /* there is nothing to drain, and no line to break */
    case TCSBRKP: return check_background(tty);
    case TIOCSTI: /* as Linux with dev.tty.legacy_tiocsti=0 */ return -EIO;
    default: return session_ioctl(tty, cmd, arg);
    }
}

const struct file_ops tty_file_ops = {
    .read = ttydev_read,
    .write = ttydev_write,
    .ioctl = ttydev_ioctl,
    .poll = ttydev_poll,
};
