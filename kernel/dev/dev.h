/* SPDX-License-Identifier: MIT */
/*
 * Devices, as kernel/fs and kernel/main.c see them.
 *
 * Layer: above kernel/lib, kernel/cpu and mm; below kernel/fs. Buffers are the
 * kernel's own; kernel/fs copies to and from user memory.
 */
#ifndef KERNEL_DEV_DEV_H
#define KERNEL_DEV_DEV_H

#include "kernel/abi/termios.h"
#include "kernel/lib/types.h"
#include "kernel/lib/wait.h"

/* ---- boot, in this order ---- */

void serial_init_early(void); /* COM1 by polling, as a log sink */
void serial_init(void);       /* COM1, COM2: interrupts */
void screen_init(void);       /* VGA text or frame buffer as a log sink */
void keyboard_init(void);     /* PS/2, feeds the tty */
void tty_init(void);

/* ---- fw_cfg: QEMU's firmware configuration device (docs/specs/fw_cfg) ---- */

/* The size of a named file, -ENOENT if there is none or no such device. */
ssize_t fw_cfg_size(const char *name);
/* Reads the whole file; `size` bytes at most. Bytes read or -ENOENT. */
ssize_t fw_cfg_read(const char *name, void *buf, size_t size);

/* ---- the report channel (port 0xe9) and the end of the machine ---- */

enum report_type {
    REPORT_STDOUT = 1,
    REPORT_STDERR = 2,
    REPORT_EXIT = 3,
    REPORT_PANIC = 4,
    REPORT_KILLED = 5,
};

bool report_present(void);
/* One or more frames; atomic against other callers up to 65535 bytes.
 * => any context; panicking: takes no lock */
void report_write(enum report_type type, const void *data, size_t len);
/* The caller panics and has stopped the other CPUs: from now on the report
 * channel, serial line, screen and fw_cfg take no locks. */
void report_enter_panic(void);

/* Ends the machine. => does not return */
__noreturn void machine_power_off(bool after_panic);
__noreturn void machine_restart(void);

/* ---- standard input in run mode (COM2) ---- */

/* Bytes from the host: at least one unless the input has ended (0).
 * -EAGAIN if nonblock and none is there, -ERESTARTSYS on a signal. */
ssize_t hostin_read(void *buf, size_t len, bool nonblock);
bool hostin_readable(void);
struct waitqueue *hostin_waitqueue(void);

/* ---- the console tty ---- */

/* Line discipline per termios(3): ICANON, ECHO*, ISIG, ICRNL, ONLCR, OPOST,
 * VMIN and VTIME… Background access (SIGTTIN, SIGTTOU with TOSTOP). */
struct tty;
extern struct tty console_tty;

ssize_t tty_read(struct tty *tty, void *buf, size_t len, bool nonblock);
ssize_t tty_write(struct tty *tty, const void *buf, size_t len);
/* POLLIN and POLLOUT as they stand. */
unsigned tty_poll(struct tty *tty);
struct waitqueue *tty_waitqueue(struct tty *tty);

void tty_get_termios(struct tty *tty, struct termios *out);
/* drain: wait for output; flush: drop unread input (TCSETSF). */
int tty_set_termios(struct tty *tty, const struct termios *t, bool flush);
void tty_get_winsize(struct tty *tty, struct winsize *out);
void tty_set_winsize(struct tty *tty, const struct winsize *ws);
void tty_flush(struct tty *tty, int queue); /* TCIFLUSH … */
size_t tty_input_pending(struct tty *tty);  /* FIONREAD */
/* Foreground process group and session; 0: none. */
int tty_get_pgrp(struct tty *tty);
void tty_set_pgrp(struct tty *tty, int pgrp);
int tty_get_session(struct tty *tty);
void tty_set_session(struct tty *tty, int session);

/* A byte typed at the keyboard or received on COM1. => interrupt context */
void tty_input(struct tty *tty, uint8_t byte);

/* Implemented in kernel/proc/signal.c: a signal to a process group. => any
 * context, interrupts off */
void tty_signal_pgrp(int pgrp, int sig);
/* Is the current process in the background of a tty with this foreground
 * group? Sends SIGTTIN or SIGTTOU as job control asks; 0: go on, -EIO, or
 * -ERESTARTSYS after a signal. Implemented in kernel/proc/signal.c. */
int tty_check_background(int foreground_pgrp, int session, int sig);

/* ---- memory devices ---- */

/* Pseudo-random bytes: RDRAND where there is one, mixed with timing, expanded
 * by ChaCha20 (RFC 8439). => any thread context */
void random_bytes(void *buf, size_t len);
uint64_t random_u64(void);

#endif
