/* SPDX-License-Identifier: MIT */
/*
 * COM1: the log's first sink, and one of the console's two ends.
 *
 *     log, tty -> ring -> transmit FIFO       receive FIFO -> tty_input
 *
 * Whoever puts bytes in the ring also moves to the FIFO what it takes; the
 * interrupt moves the rest. The tty sleeps while the ring is full. The log,
 * which may be called with interrupts off, polls instead; a line that is stuck
 * (a host that has stopped reading) costs it one long wait, then its text.
 *
 * Input that the tty has no room for stays in the UART, which makes the host
 * wait: the receive interrupt is off until serial_resume.
 *
 * Locks: com1_lock, with interrupts off; passed by in a panic. Never held
 * while the tty is called. The receive FIFO is read by the interrupt alone.
 */
#include "kernel/dev/serial.h"
#include "kernel/cpu/trap.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/hostin.h"
#include "kernel/dev/panicking.h"
#include "kernel/dev/tty.h"
#include "kernel/dev/uart.h"
#include "kernel/lib/log.h"

#define RING_SIZE 8192U
#define STUCK_POLLS 1000000

static struct spinlock com1_lock = SPINLOCK_INIT;
static char ring[RING_SIZE]; /* C1 */
static uint32_t head, tail;  /* C1: counted for ever; tail <= head */
static bool stuck;           /* C1: a wait was in vain */
static bool paused;          /* C1: the tty takes no input */
static bool interrupting;    /* C1: the interrupt handler is there */
static uint8_t interrupts;   /* C1: what IER has */
static bool present __ro_after_init;
/* C1: com1_lock */

/* ---- sending ---- */

static void set_interrupts_locked(void)
{
    uint8_t want = 0;

    if (!interrupting)
        return;
    if (!paused)
        want |= UART_IER_RECEIVED;
    if (head != tail)
        want |= UART_IER_SENT;
    if (want == interrupts)
        return;
    interrupts = want;
    x86_outb(UART_COM1 + UART_IER, want);
}

/* From the ring to the FIFO, as far as it goes. */
static void send_locked(void)
{
    while (head != tail &&
           (x86_inb(UART_COM1 + UART_LSR) & UART_LSR_EMPTY) != 0) {
        const uint32_t at = tail % RING_SIZE;
        const uint32_t run = MIN(head - tail, RING_SIZE - at);
        const uint32_t n = MIN(run, (uint32_t)UART_FIFO_SIZE);

        x86_outsb(UART_COM1 + UART_DATA, ring + at, n);
        tail += n;
        stuck = false;
    }
    set_interrupts_locked();
}

static size_t put_locked(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && head - tail < RING_SIZE)
        ring[head++ % RING_SIZE] = text[n++];
    send_locked();
    return n;
}

/* Until at most `left` bytes are queued. False: the line is stuck. */
static bool wait_locked(uint32_t left)
{
    for (unsigned i = 0; head - tail > left; i++) {
        send_locked();
        if (stuck || i == STUCK_POLLS) {
            stuck = head - tail > left;
            return !stuck;
        }
        x86_pause();
    }
    return true;
}

size_t serial_write(const char *text, size_t len)
{
    uint64_t flags;
    size_t n;

    if (!present)
        return len;
    flags = dev_lock(&com1_lock);
    n = put_locked(text, len);
    dev_unlock(&com1_lock, flags);
    return n;
}

size_t serial_room(void)
{
    uint64_t flags;
    size_t room;

    if (!present)
        return RING_SIZE;
    flags = dev_lock(&com1_lock);
    send_locked();
    if (!interrupting && !wait_locked(0))
        tail = head;
    room = RING_SIZE - (head - tail);
    dev_unlock(&com1_lock, flags);
    return room;
}

void serial_drain(void)
{
    const uint64_t flags = dev_lock(&com1_lock);

    if (present)
        (void)wait_locked(0);
    dev_unlock(&com1_lock, flags);
}

/* ---- the log ---- */

static void log_locked(const char *text, size_t len)
{
    size_t n = put_locked(text, len);

    while (n < len && wait_locked(RING_SIZE / 2))
        n += put_locked(text + n, len - n);
}

/* Its lines end in LF alone; a terminal wants CR LF. */
static void write_log(const char *text, size_t len)
{
    const uint64_t flags = dev_lock(&com1_lock);
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n')
            continue;
        log_locked(text + start, i - start);
        log_locked("\r\n", 2);
        start = i + 1;
    }
    log_locked(text + start, len - start);
    /* What may be the last words must not stay behind. */
    if (!interrupting || READ_ONCE(dev_panicking))
        (void)wait_locked(0);
    dev_unlock(&com1_lock, flags);
}

/* ---- receiving ---- */

static void set_paused(bool pause)
{
    const uint64_t flags = dev_lock(&com1_lock);

    paused = pause;
    set_interrupts_locked();
    dev_unlock(&com1_lock, flags);
}

void serial_resume(void)
{
    if (READ_ONCE(paused))
        set_paused(false);
}

/* The second look is for room made before serial_resume could see `paused`. */
static bool pause_if_full(void)
{
    if (tty_input_ready(&console_tty))
        return false;
    set_paused(true);
    atomic_fence();
    if (!tty_input_ready(&console_tty))
        return true;
    set_paused(false);
    return false;
}

static void receive(void)
{
    while (uart_has_byte(UART_COM1) && !pause_if_full())
        tty_input(&console_tty, x86_inb(UART_COM1 + UART_DATA));
}

/* The line to the I/O APIC is edge-triggered: it must have gone down before
 * the end, or the next interrupt is never seen. */
static void interrupt(void *arg __unused)
{
    bool sent = false;
    uint8_t id;

    for (;;) {
        id = x86_inb(UART_COM1 + UART_IIR);
        if (id & UART_IIR_NONE)
            break;
        if ((id & UART_IIR_ID) == UART_IIR_SENT) {
            (void)serial_room();
            sent = true;
        } else {
            receive();
        }
    }
    if (sent)
        tty_output_ready(&console_tty);
}

/* ---- boot ---- */

bool serial_present(void)
{
    return present;
}

void serial_init_early(void)
{
    static struct log_sink sink = {.write = write_log, .max_level = LOG_DEBUG};

    present = uart_setup(UART_COM1);
    if (present)
        log_add_sink(&sink);
}

void serial_init(void)
{
    uint64_t flags;

    hostin_init();
    if (!present || irq_register(UART_COM1_IRQ, interrupt, NULL) != 0)
        return;
    flags = dev_lock(&com1_lock);
    interrupting = true;
    set_interrupts_locked();
    dev_unlock(&com1_lock, flags);
}
