/* SPDX-License-Identifier: MIT */
/*
 * The console tty as kernel/fs sees it: reading, writing, its settings.
 *
 * Reading without ICANON waits as termios(3) says of MIN and TIME:
 *
 *              TIME 0                         TIME > 0
 *     MIN 0    what is there, if only 0       the first byte, for TIME
 *     MIN > 0  MIN bytes, however long        a first byte, then until MIN are
 *                                             there or none came for TIME
 *
 * Locks: tty->lock, with interrupts off; below it come the serial line's and
 * the screen's. One thread at a time writes (tty->writing), so that what
 * belongs together stays together.
 *
 * Read next: tty_input.c, tty_output.c.
 */
#include "kernel/dev/tty.h"
#include "kernel/abi/errno.h"
#include "kernel/abi/poll.h"
#include "kernel/abi/signal.h"
#include "kernel/cpu/time.h"
#include "kernel/dev/screen.h"
#include "kernel/dev/serial.h"
#include "kernel/lib/string.h"

#define SERIAL_ROWS 24
#define SERIAL_COLUMNS 80
#define OUT_CHUNK 256
#define TIME_UNIT_NS (100 * NSEC_PER_MSEC)

#define CONTROL(letter) ((letter)&0x1f)

struct tty console_tty = {
    .lock = SPINLOCK_INIT,
    .wait = WAITQUEUE_INIT(console_tty.wait),
    .termios =
        {
            .c_iflag = ICRNL | IXON | IUTF8,
            .c_oflag = OPOST | ONLCR,
            .c_cflag = B115200 | CS8 | CREAD | HUPCL,
            .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE |
                       IEXTEN,
            .c_cc =
                {
                    [VINTR] = CONTROL('C'),
                    [VQUIT] = CONTROL('\\'),
                    [VERASE] = 0x7f,
                    [VKILL] = CONTROL('U'),
                    [VEOF] = CONTROL('D'),
                    [VMIN] = 1,
                    [VSTART] = CONTROL('Q'),
                    [VSTOP] = CONTROL('S'),
                    [VSUSP] = CONTROL('Z'),
                    [VREPRINT] = CONTROL('R'),
                    [VDISCARD] = CONTROL('O'),
                    [VWERASE] = CONTROL('W'),
                    [VLNEXT] = CONTROL('V'),
                },
        },
    .winsize = {.ws_row = SERIAL_ROWS, .ws_col = SERIAL_COLUMNS},
};

void tty_init(void)
{
    struct winsize size = {.ws_row = SERIAL_ROWS, .ws_col = SERIAL_COLUMNS};
    unsigned ncolumns, nrows;

    if (!serial_present() && screen_size(&ncolumns, &nrows)) {
        size.ws_col = (uint16_t)ncolumns;
        size.ws_row = (uint16_t)nrows;
    }
    tty_set_winsize(&console_tty, &size);
}

static int check_background(struct tty *tty, int sig)
{
    return tty_check_background(tty_get_pgrp(tty), tty_get_session(tty), sig);
}

/* ---- reading ---- */

/* What a read without ICANON waits for. */
struct demand {
    size_t min;       /* bytes */
    uint64_t time_ns; /* 0: however long it takes */
};

static bool is_readable(struct tty *tty, size_t min)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool readable = tty_readable_locked(tty, min);

    spin_unlock_irqrestore(&tty->lock, flags);
    return readable;
}

/* With ICANON a line is a line: MIN is 1, TIME 0. */
static struct demand get_demand(struct tty *tty, size_t len)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const cc_t *cc = tty->termios.c_cc;
    struct demand demand = {1, 0};

    if (!tty_has(tty, ICANON)) {
        demand.min = MIN((size_t)cc[VMIN], len);
        demand.time_ns = cc[VTIME] * TIME_UNIT_NS;
    }
    spin_unlock_irqrestore(&tty->lock, flags);
    return demand;
}

/* One byte is there: until MIN are, or none came for TIME. */
static int await_more(struct tty *tty, const struct demand *demand)
{
    size_t seen;
    int err = 0;

    while (err == 0 && !is_readable(tty, demand->min)) {
        seen = tty_input_pending(tty);
        err = wait_event_until(&tty->wait, is_readable(tty, seen + 1), true,
                               clock_now() + demand->time_ns);
    }
    return err;
}

/* 0: something should be there. -ETIMEDOUT: whatever is there has to do;
 * -EAGAIN; -ERESTARTSYS. */
static int await_input(struct tty *tty, const struct demand *demand,
                       bool nonblock)
{
    const bool one_is_there = is_readable(tty, 1);
    int err;

    if (demand->min == 0 && demand->time_ns == 0)
        return -ETIMEDOUT;
    if (nonblock)
        return one_is_there ? 0 : -EAGAIN;
    if (demand->min == 0)
        return wait_event_until(&tty->wait, is_readable(tty, 1), true,
                                clock_now() + demand->time_ns);
    if (demand->time_ns == 0)
        return wait_event_interruptible(&tty->wait,
                                        is_readable(tty, demand->min));
    err = wait_event_interruptible(&tty->wait, is_readable(tty, 1));
    return err != 0 ? err : await_more(tty, demand);
}

/* The rest of a line, or as much of it as there is room for. */
static size_t take_line_locked(struct tty *tty, uint8_t *out, size_t len)
{
    size_t n = 0;

    while (n < len && tty->tail != tty->line_end) {
        const uint16_t entry = tty->ring[tty->tail++ % TTY_RING];

        if (entry & TTY_EOF)
            return n;
        out[n++] = (uint8_t)entry;
        if (entry & TTY_LINE_END)
            return n;
    }
    /* The EOF that ends these bytes is not another, empty line. */
    if (tty->tail != tty->line_end &&
        (tty->ring[tty->tail % TTY_RING] & TTY_EOF) != 0)
        tty->tail++;
    return n;
}

static size_t take_bytes_locked(struct tty *tty, uint8_t *out, size_t len)
{
    size_t n = 0;

    while (n < len && tty->tail != tty->head) {
        const uint16_t entry = tty->ring[tty->tail++ % TTY_RING];

        if ((entry & TTY_EOF) == 0)
            out[n++] = (uint8_t)entry;
    }
    return n;
}

/* -EAGAIN: nothing is there. 0: the end of the file. */
static ssize_t take_input(struct tty *tty, uint8_t *out, size_t len)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    ssize_t n = -EAGAIN;

    if (tty_has(tty, ICANON)) {
        if (tty_readable_locked(tty, 1))
            n = (ssize_t)take_line_locked(tty, out, len);
    } else {
        n = (ssize_t)take_bytes_locked(tty, out, len);
        if (n == 0)
            n = -EAGAIN;
    }
    spin_unlock_irqrestore(&tty->lock, flags);
    if (n >= 0)
        serial_resume();
    return n;
}

ssize_t tty_read(struct tty *tty, void *buf, size_t len, bool nonblock)
{
    for (;;) {
        struct demand demand;
        ssize_t n;
        int err;

        err = check_background(tty, SIGTTIN);
        if (err != 0)
            return err;
        if (len == 0)
            return 0;
        demand = get_demand(tty, len);
        err = await_input(tty, &demand, nonblock);
        n = take_input(tty, buf, len);
        if (n != -EAGAIN)
            return n;
        if (err != 0)
            return err == -ETIMEDOUT ? 0 : err;
    }
}

/* ---- writing ---- */

static bool is_stopped(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool stopped = tty->stopped;

    spin_unlock_irqrestore(&tty->lock, flags);
    return stopped;
}

static bool can_write(struct tty *tty)
{
    return !is_stopped(tty) && serial_room() >= OUT_CHUNK;
}

void tty_output_ready(struct tty *tty)
{
    wake_up_all(&tty->wait);
}

/* The bytes of one chunk, wherever the log's may have gone between. */
static void put_chunk(struct tty *tty, const char *out, size_t len)
{
    size_t n;

    screen_write(out, len);
    for (n = serial_write(out, len); n < len;
         n += serial_write(out + n, len - n))
        wait_event(&tty->wait, serial_room() > 0);
}

/* Sends a first part of the bytes, which it returns, once there is room for
 * it. -ERESTARTSYS on a signal. */
static ssize_t write_chunk(struct tty *tty, const uint8_t *bytes, size_t len)
{
    char out[OUT_CHUNK];
    size_t done = 0, n = 0;
    uint64_t flags;
    int err = wait_event_interruptible(&tty->wait, can_write(tty));

    if (err != 0)
        return err;
    flags = spin_lock_irqsave(&tty->lock);
    while (done < len && n + TTY_OUT_MAX <= sizeof(out))
        n += tty_process_locked(tty, bytes[done++], out + n);
    spin_unlock_irqrestore(&tty->lock, flags);
    put_chunk(tty, out, n);
    return (ssize_t)done;
}

static bool try_begin_write(struct tty *tty)
{
    return !__atomic_exchange_n(&tty->writing, true, __ATOMIC_ACQUIRE);
}

static void end_write(struct tty *tty)
{
    store_release(&tty->writing, false);
    wake_up_all(&tty->wait);
}

static bool stops_background_writers(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool tostop = tty_has(tty, TOSTOP);

    spin_unlock_irqrestore(&tty->lock, flags);
    return tostop;
}

ssize_t tty_write(struct tty *tty, const void *buf, size_t len)
{
    const uint8_t *bytes = buf;
    size_t done = 0;
    ssize_t n = 0;
    int err = 0;

    if (stops_background_writers(tty))
        err = check_background(tty, SIGTTOU);
    if (err == 0)
        err = wait_event_interruptible(&tty->wait, try_begin_write(tty));
    if (err != 0)
        return err;
    while (done < len) {
        n = write_chunk(tty, bytes + done, len - done);
        if (n < 0)
            break;
        done += (size_t)n;
    }
    end_write(tty);
    return done > 0 ? (ssize_t)done : n;
}

unsigned tty_poll(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const cc_t *cc = tty->termios.c_cc;
    const size_t min = cc[VTIME] == 0 && cc[VMIN] > 0 ? cc[VMIN] : 1;
    unsigned found = tty_readable_locked(tty, min) ? POLLIN : 0;

    spin_unlock_irqrestore(&tty->lock, flags);
    return can_write(tty) ? found | POLLOUT : found;
}

struct waitqueue *tty_waitqueue(struct tty *tty)
{
    return &tty->wait;
}
