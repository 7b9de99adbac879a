/* SPDX-License-Identifier: MIT */
/*
 * The tty's way in: what becomes of a byte that was typed. termios(3).
 *
 * A byte passes, in this order: c_iflag's stripping, flow control, signals,
 * CR and LF, and, with ICANON, the line's editing; what is left is stored.
 *
 * Locks: tty->lock, taken by tty_input; signals and wake-ups come after it.
 */
#include "kernel/abi/signal.h"
#include "kernel/dev/serial.h"
#include "kernel/dev/tty.h"
#include "kernel/lib/assert.h"

#define DISABLED 0 /* _POSIX_VDISABLE: a control character that is off */

static uint16_t *entry(struct tty *tty, uint32_t position)
{
    return &tty->ring[position % TTY_RING];
}

static uint8_t byte_at(struct tty *tty, uint32_t position)
{
    return (uint8_t)*entry(tty, position);
}

static bool is_char(const struct tty *tty, unsigned which, uint8_t byte)
{
    return byte == tty->termios.c_cc[which] && byte != DISABLED;
}

static bool has_input_flag(const struct tty *tty, tcflag_t flag)
{
    return (tty->termios.c_iflag & flag) != 0;
}

/* ---- the ring ---- */

bool tty_readable_locked(const struct tty *tty, size_t min)
{
    ASSERT(spin_is_locked(&tty->lock));
    if (tty_has(tty, ICANON))
        return tty->line_end != tty->tail;
    return tty->head - tty->tail >= min;
}

void tty_drop_input_locked(struct tty *tty)
{
    ASSERT(spin_is_locked(&tty->lock));
    tty->tail = tty->line_end = tty->head;
    tty->literal = false;
}

/* The last place is for the end of a line: a line too long loses its rest, but
 * can still be read. */
bool tty_input_ready(struct tty *tty)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool ready =
        tty->head - tty->tail < TTY_RING - 1 || !tty_readable_locked(tty, 1);

    spin_unlock_irqrestore(&tty->lock, flags);
    return ready;
}

static bool store(struct tty *tty, unsigned value, uint32_t limit)
{
    if (tty->head - tty->tail >= limit)
        return false;
    if (tty->head == tty->line_end)
        tty->line_column = tty->column;
    *entry(tty, tty->head++) = (uint16_t)value;
    return true;
}

static void take_byte(struct tty *tty, uint8_t byte)
{
    if (store(tty, byte, TTY_RING - 1) && tty_has(tty, ECHO))
        tty_echo_locked(tty, byte);
}

static void end_line(struct tty *tty, unsigned value)
{
    if (store(tty, value, TTY_RING))
        tty->line_end = tty->head;
}

/* ---- editing the line ---- */

static unsigned column_at(struct tty *tty, uint32_t position)
{
    unsigned column = tty->line_column;

    for (uint32_t i = tty->line_end; i != position; i++)
        column += tty_echo_width_locked(tty, byte_at(tty, i), column);
    return column;
}

/* Takes back all from `position` on; `shown`: on the screen as well. */
static void cut_line(struct tty *tty, uint32_t position, bool shown)
{
    unsigned columns = 0;

    if (shown)
        columns = column_at(tty, tty->head) - column_at(tty, position);
    tty->head = position;
    tty_rub_out_locked(tty, columns);
}

/* Where the last character starts: with IUTF8 it may have several bytes. */
static uint32_t last_character(struct tty *tty)
{
    uint32_t at = tty->head - 1;

    if (tty->head == tty->line_end)
        return tty->head;
    while (has_input_flag(tty, IUTF8) && at != tty->line_end &&
           (byte_at(tty, at) & 0xc0) == 0x80)
        at--;
    return at;
}

static bool is_word_byte(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '_' || byte >= 0x80;
}

/* Where the last word starts; what follows it goes with it. */
static uint32_t last_word(struct tty *tty)
{
    uint32_t at = tty->head;

    while (at != tty->line_end && !is_word_byte(byte_at(tty, at - 1)))
        at--;
    while (at != tty->line_end && is_word_byte(byte_at(tty, at - 1)))
        at--;
    return at;
}

static void erase(struct tty *tty, uint32_t position, uint8_t byte)
{
    const bool echo = tty_has(tty, ECHO);

    if (tty->head == tty->line_end)
        return;
    cut_line(tty, position, echo && tty_has(tty, ECHOE));
    if (echo && !tty_has(tty, ECHOE))
        tty_echo_locked(tty, byte);
}

static void kill_line(struct tty *tty, uint8_t byte)
{
    const bool echo = tty_has(tty, ECHO);
    const bool visibly = tty_has(tty, ECHOE) && tty_has(tty, ECHOKE);

    cut_line(tty, tty->line_end, echo && visibly);
    if (!echo || visibly)
        return;
    tty_echo_locked(tty, byte);
    if (tty_has(tty, ECHOK))
        tty_echo_locked(tty, '\n');
}

static void reprint(struct tty *tty, uint8_t byte)
{
    if (!tty_has(tty, ECHO))
        return;
    tty_echo_locked(tty, byte);
    tty_echo_locked(tty, '\n');
    tty->line_column = tty->column;
    for (uint32_t i = tty->line_end; i != tty->head; i++)
        tty_echo_locked(tty, byte_at(tty, i));
}

/* The keys that edit. True: it was one. */
static bool edit(struct tty *tty, uint8_t byte)
{
    if (is_char(tty, VERASE, byte))
        erase(tty, last_character(tty), byte);
    else if (is_char(tty, VKILL, byte))
        kill_line(tty, byte);
    else if (!tty_has(tty, IEXTEN))
        return false;
    else if (is_char(tty, VWERASE, byte))
        erase(tty, last_word(tty), byte);
    else if (is_char(tty, VREPRINT, byte))
        reprint(tty, byte);
    else
        return false;
    return true;
}

/* The keys that end the line. True: it was one. */
static bool finish(struct tty *tty, uint8_t byte)
{
    const bool newline = byte == '\n';

    if (is_char(tty, VEOF, byte)) {
        end_line(tty, TTY_EOF);
        return true;
    }
    if (!newline && !is_char(tty, VEOL, byte) &&
        !(tty_has(tty, IEXTEN) && is_char(tty, VEOL2, byte)))
        return false;
    end_line(tty, byte | TTY_LINE_END);
    if (tty_has(tty, ECHO) || (newline && tty_has(tty, ECHONL)))
        tty_echo_locked(tty, byte);
    return true;
}

/* ---- a byte ---- */

/* ^S and ^Q, and with IXANY any byte after ^S. True: nothing is left of it. */
static bool flow_control(struct tty *tty, uint8_t byte)
{
    if (!has_input_flag(tty, IXON))
        return false;
    if (is_char(tty, VSTOP, byte)) {
        tty->stopped = !is_char(tty, VSTART, byte) || !tty->stopped;
        return true;
    }
    if (is_char(tty, VSTART, byte)) {
        tty->stopped = false;
        return true;
    }
    if (has_input_flag(tty, IXANY))
        tty->stopped = false;
    return false;
}

/* The signal that the byte stands for, or 0. */
static int signal_of(const struct tty *tty, uint8_t byte)
{
    if (!tty_has(tty, ISIG))
        return 0;
    if (is_char(tty, VINTR, byte))
        return SIGINT;
    if (is_char(tty, VQUIT, byte))
        return SIGQUIT;
    return is_char(tty, VSUSP, byte) ? SIGTSTP : 0;
}

static void interrupt(struct tty *tty, uint8_t byte)
{
    if (!tty_has(tty, NOFLSH))
        tty_drop_input_locked(tty);
    tty->stopped = false;
    if (tty_has(tty, ECHO))
        tty_echo_locked(tty, byte);
}

static uint8_t strip(const struct tty *tty, uint8_t byte)
{
    if (has_input_flag(tty, ISTRIP))
        byte &= 0x7f;
    if (has_input_flag(tty, IUCLC) && tty_has(tty, IEXTEN) && byte >= 'A' &&
        byte <= 'Z')
        byte = (uint8_t)(byte - 'A' + 'a');
    return byte;
}

/* CR and LF, one for the other. False: the byte is ignored. */
static bool translate(const struct tty *tty, uint8_t *byte)
{
    if (*byte == '\r') {
        if (has_input_flag(tty, IGNCR))
            return false;
        if (has_input_flag(tty, ICRNL))
            *byte = '\n';
    } else if (*byte == '\n' && has_input_flag(tty, INLCR)) {
        *byte = '\r';
    }
    return true;
}

static void take_line_byte(struct tty *tty, uint8_t byte)
{
    if (edit(tty, byte))
        return;
    if (tty_has(tty, IEXTEN) && is_char(tty, VLNEXT, byte)) {
        tty->literal = true;
        if (tty_has(tty, ECHO) && tty_has(tty, ECHOCTL))
            tty_echo_raw_locked(tty, "^\b", 2);
        return;
    }
    if (!finish(tty, byte))
        take_byte(tty, byte);
}

/* The signal to send, or 0. */
static int input_locked(struct tty *tty, uint8_t byte)
{
    int sig;

    ASSERT(spin_is_locked(&tty->lock));
    byte = strip(tty, byte);
    if (tty->literal) {
        tty->literal = false;
        take_byte(tty, byte);
        return 0;
    }
    if (flow_control(tty, byte))
        return 0;
    sig = signal_of(tty, byte);
    if (sig != 0)
        interrupt(tty, byte);
    else if (!translate(tty, &byte))
        return 0;
    else if (tty_has(tty, ICANON))
        take_line_byte(tty, byte);
    else
        take_byte(tty, byte);
    return sig;
}

void tty_input(struct tty *tty, uint8_t byte)
{
    const uint64_t flags = spin_lock_irqsave(&tty->lock);
    const bool was_stopped = tty->stopped;
    const int sig = input_locked(tty, byte);
    const bool news = tty_readable_locked(tty, 1) || was_stopped;
    const int pgrp = tty->pgrp;

    spin_unlock_irqrestore(&tty->lock, flags);
    if (news)
        wake_up_all(&tty->wait);
    if (sig == 0)
        return;
    serial_resume(); /* the input before the signal has been dropped */
    if (pgrp != 0)
        tty_signal_pgrp(pgrp, sig);
}
