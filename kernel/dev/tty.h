/* SPDX-License-Identifier: MIT */
/*
 * Inside the console tty. The contract for kernel/fs is in dev.h.
 *
 *     COM1, keyboard -> tty_input (tty_input.c) -> ring -> tty_read (tty.c)
 *     tty_write (tty.c) -> tty_output.c -> COM1, screen
 *     tty_input's echo  ->
 */
#ifndef KERNEL_DEV_TTY_H
#define KERNEL_DEV_TTY_H

#include "kernel/dev/dev.h"
#include "kernel/lib/spinlock.h"

#define TTY_RING 4096U /* a line's length, with its end, as on Linux */

/* Beside a byte in the ring. */
#define TTY_LINE_END 0x100U /* the last byte of a line */
#define TTY_EOF 0x200U      /* no byte at all: the line ends here */

/*
 * The ring's positions are counted for ever. While ICANON is on:
 *
 *        tail            line_end          head
 *         | whole lines      | being edited  |
 *
 *   I1  tail <= line_end <= head <= tail + TTY_RING; the entry before line_end
 *       has TTY_LINE_END or TTY_EOF
 *
 * While it is off, line_end means nothing.
 */
struct tty {
    struct spinlock lock;    /* taken with interrupts off */
    struct waitqueue wait;   /* for input, for room to write, for the end of
                                another's write */
    struct termios termios;  /* T */
    struct winsize winsize;  /* T */
    int pgrp, session;       /* T: 0: none */
    uint16_t ring[TTY_RING]; /* T */
    uint32_t head, line_end, tail; /* T */
    unsigned column;               /* T: where the cursor is, for tabs */
    unsigned line_column;          /* T: where it was as the line began */
    bool literal;                  /* T: the next byte is taken as it is */
    bool stopped;                  /* T: by ^S */
    bool writing;                  /* A: somebody is in tty_write */
};                                 /* T: lock; A: atomic */

static inline bool tty_has(const struct tty *tty, tcflag_t local_flag)
{
    return (tty->termios.c_lflag & local_flag) != 0;
}

/* ---- for serial.c ---- */

/* Would tty_input make use of a byte? While it would not, a line without a
 * reader is waiting. */
bool tty_input_ready(struct tty *tty);
/* The serial line has room again. => any context */
void tty_output_ready(struct tty *tty);

/* ---- tty_input.c; => tty->lock held ---- */

/* A byte for at least `min` of them, or a line, can be read. */
bool tty_readable_locked(const struct tty *tty, size_t min);
void tty_drop_input_locked(struct tty *tty);

/* ---- tty_output.c; => tty->lock held ---- */

#define TTY_OUT_MAX 8 /* bytes that one byte may become: a tab */

/* What a byte becomes on its way out (c_oflag). How many bytes. */
size_t tty_process_locked(struct tty *tty, uint8_t byte, char *out);

/* Shows a byte as ECHO does: a control character as ^X with ECHOCTL. */
void tty_echo_locked(struct tty *tty, uint8_t byte);
/* How many columns that takes from `column` on. */
unsigned tty_echo_width_locked(const struct tty *tty, uint8_t byte,
                               unsigned column);
/* Rubs out that many columns to the left. */
void tty_rub_out_locked(struct tty *tty, unsigned columns);
/* Bytes as they are. What the serial line has no room for is not echoed. */
void tty_echo_raw_locked(struct tty *tty, const char *text, size_t len);

#endif
