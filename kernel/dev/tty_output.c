/* SPDX-License-Identifier: MIT */
/*
 * The tty's way out: c_oflag, and the echo of what is typed. termios(3).
 *
 * Locks: the caller has tty->lock.
 */
#include "kernel/dev/screen.h"
#include "kernel/dev/serial.h"
#include "kernel/dev/tty.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"

#define TAB_WIDTH 8
#define CONTROL_BIT 0x40 /* ^X is X with this bit turned over */
#define DELETE 0x7f

static bool is_control(uint8_t byte)
{
    return byte < ' ' || byte == DELETE;
}

/* A byte of UTF-8 that is not a character's first. */
static bool is_continuation(const struct tty *tty, uint8_t byte)
{
    return (tty->termios.c_iflag & IUTF8) != 0 && (byte & 0xc0) == 0x80;
}

static size_t put_newline(struct tty *tty, tcflag_t oflag, char *out)
{
    size_t n = 0;

    if (oflag & ONLCR)
        out[n++] = '\r';
    if (oflag & (ONLCR | ONLRET))
        tty->column = 0;
    out[n++] = '\n';
    return n;
}

static size_t put_return(struct tty *tty, tcflag_t oflag, char *out)
{
    if ((oflag & ONOCR) != 0 && tty->column == 0)
        return 0;
    if (oflag & OCRNL)
        return put_newline(tty, oflag & ~(tcflag_t)ONLCR, out);
    tty->column = 0;
    out[0] = '\r';
    return 1;
}

static size_t put_tab(struct tty *tty, tcflag_t oflag, char *out)
{
    const unsigned n = TAB_WIDTH - tty->column % TAB_WIDTH;

    tty->column += n;
    if ((oflag & TABDLY) != TAB3) {
        out[0] = '\t';
        return 1;
    }
    memset(out, ' ', n);
    return n;
}

size_t tty_process_locked(struct tty *tty, uint8_t byte, char *out)
{
    const tcflag_t oflag = tty->termios.c_oflag;

    ASSERT(spin_is_locked(&tty->lock));
    out[0] = (char)byte;
    if ((oflag & OPOST) == 0)
        return 1;
    switch (byte) {
    case '\n': return put_newline(tty, oflag, out);
    case '\r': return put_return(tty, oflag, out);
    case '\t': return put_tab(tty, oflag, out);
    case '\b':
        if (tty->column > 0)
            tty->column--;
        return 1;
    default:
        if ((oflag & OLCUC) != 0 && byte >= 'a' && byte <= 'z')
            out[0] = (char)(byte - 'a' + 'A');
        if (!is_control(byte) && !is_continuation(tty, byte))
            tty->column++;
        return 1;
    }
}

/* ---- echo ---- */

void tty_echo_raw_locked(struct tty *tty, const char *text, size_t len)
{
    ASSERT(spin_is_locked(&tty->lock));
    (void)serial_write(text, len);
    screen_write(text, len);
}

static bool shown_with_caret(const struct tty *tty, uint8_t byte)
{
    return tty_has(tty, ECHOCTL) && is_control(byte) && byte != '\t' &&
           byte != '\n';
}

void tty_echo_locked(struct tty *tty, uint8_t byte)
{
    char out[TTY_OUT_MAX];
    size_t n = 2;

    if (shown_with_caret(tty, byte)) {
        out[0] = '^';
        out[1] = (char)(byte ^ CONTROL_BIT);
        tty->column += 2;
    } else {
        n = tty_process_locked(tty, byte, out);
    }
    tty_echo_raw_locked(tty, out, n);
}

unsigned tty_echo_width_locked(const struct tty *tty, uint8_t byte,
                               unsigned column)
{
    if (byte == '\t')
        return TAB_WIDTH - column % TAB_WIDTH;
    if (shown_with_caret(tty, byte))
        return 2;
    return is_control(byte) || is_continuation(tty, byte) ? 0 : 1;
}

void tty_rub_out_locked(struct tty *tty, unsigned columns)
{
    tty->column -= MIN(columns, tty->column);
    for (; columns > 0; columns--)
        tty_echo_raw_locked(tty, "\b \b", 3);
}
