/* SPDX-License-Identifier: MIT */
/*
 * The tty's settings: ioctl_tty(2).
 *
 * Locks: tty->lock, with interrupts off; signals and wake-ups come after it.
 */
#include "kernel/abi/signal.h"
#include "kernel/dev/serial.h"
#include "kernel/dev/tty.h"
#include "kernel/lib/string.h"

void tty_get_termios(struct tty *tty, struct termios *out)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);

    *out = tty->termios;
    spin_unlock_irqrestore(&tty->lock, flags);
}

/* ICANON has come: what was read ahead is a line, whole or not. */
static void begin_lines_locked(struct tty *tty)
{
    if (tty->head != tty->tail)
        tty->ring[(tty->head - 1) % TTY_RING] |= TTY_LINE_END;
    tty->line_end = tty->head;
}

int tty_set_termios(struct tty *tty, const struct termios *t, bool flush)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool had_lines = tty_has(tty, ICANON);

    tty->termios = *t;
    if (flush)
        tty_drop_input_locked(tty);
    if (tty_has(tty, ICANON) && !had_lines)
        begin_lines_locked(tty);
    if ((t->c_iflag & IXON) == 0)
        tty->stopped = false;
    spin_unlock_irqrestore(&tty->lock, flags);
    serial_resume();
    wake_up_all(&tty->wait);
    return 0;
}

void tty_get_winsize(struct tty *tty, struct winsize *out)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);

    *out = tty->winsize;
    spin_unlock_irqrestore(&tty->lock, flags);
}

void tty_set_winsize(struct tty *tty, const struct winsize *ws)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool changed = memcmp(&tty->winsize, ws, sizeof(*ws)) != 0;
    const int pgrp = tty->pgrp;

    tty->winsize = *ws;
    spin_unlock_irqrestore(&tty->lock, flags);
    if (changed && pgrp != 0)
        tty_signal_pgrp(pgrp, SIGWINCH);
}

void tty_flush(struct tty *tty, int queue)
{
    uint64_t flags;

    if (queue == TCOFLUSH)
        return; /* what was written is on its way */
    flags = spin_lock_irqsave(&tty->lock);
    tty_drop_input_locked(tty);
    spin_unlock_irqrestore(&tty->lock, flags);
    serial_resume();
}

size_t tty_input_pending(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const uint32_t end = tty_has(tty, ICANON) ? tty->line_end : tty->head;
    size_t n = 0;

    for (uint32_t i = tty->tail; i != end; i++)
        n += (tty->ring[i % TTY_RING] & TTY_EOF) == 0;
    spin_unlock_irqrestore(&tty->lock, flags);
    return n;
}

int tty_get_pgrp(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const int pgrp = tty->pgrp;

    spin_unlock_irqrestore(&tty->lock, flags);
    return pgrp;
}

void tty_set_pgrp(struct tty *tty, int pgrp)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);

    tty->pgrp = pgrp;
    spin_unlock_irqrestore(&tty->lock, flags);
}

int tty_get_session(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const int session = tty->session;

    spin_unlock_irqrestore(&tty->lock, flags);
    return session;
}

void tty_set_session(struct tty *tty, int session)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);

    tty->session = session;
    spin_unlock_irqrestore(&tty->lock, flags);
}
