/* SPDX-License-Identifier: MIT */
/*
 * COM2 as the host's way in: bytes for the program, and their end.
 *
 * On the line, the byte DLE starts a pair: DLE E is the end of the input,
 * DLE DLE one byte DLE. Everything else stands for itself. The host sends
 * nothing before it has got an XON from us.
 *
 *     UART FIFO --interrupt--> ring --hostin_read--> program
 *
 * While the ring is full the bytes stay in the UART, whose host end then stops
 * sending: the interrupt is off until a reader has made room. So nothing is
 * lost however fast the host is.
 *
 * Locks: hostin_lock, with interrupts off.
 */
#include "kernel/dev/hostin.h"
#include "kernel/abi/errno.h"
#include "kernel/cpu/trap.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/uart.h"
#include "kernel/lib/spinlock.h"

#define RING_SIZE 4096U
#define DLE 0x10
#define DLE_END 'E'
#define XON 0x11 /* "I listen" */

static struct spinlock hostin_lock = SPINLOCK_INIT;
static struct waitqueue readers = WAITQUEUE_INIT(readers);
static uint8_t ring[RING_SIZE]; /* H */
static uint32_t head, tail;     /* H: counted for ever; tail <= head */
static bool escaped;            /* H: a DLE has come */
static bool ended;              /* H: no more will come */
static bool interrupting;       /* H: the UART's interrupt is on */
/* H: hostin_lock */

static void take_byte_locked(uint8_t byte)
{
    if (ended)
        return;
    if (!escaped && byte == DLE) {
        escaped = true;
        return;
    }
    if (escaped && byte == DLE_END)
        ended = true;
    else
        ring[head++ % RING_SIZE] = byte;
    escaped = false;
}

static void set_interrupt_locked(bool on)
{
    if (interrupting == on)
        return;
    interrupting = on;
    x86_outb(UART_COM2 + UART_IER, on ? UART_IER_RECEIVED : 0);
}

/* Takes what the UART has, as far as there is room. */
static void drain_locked(void)
{
    while (head - tail < RING_SIZE && uart_has_byte(UART_COM2))
        take_byte_locked(x86_inb(UART_COM2 + UART_DATA));
    set_interrupt_locked(head - tail < RING_SIZE);
}

static void receive(void *arg __unused)
{
    bool news;

    spin_lock(&hostin_lock);
    drain_locked();
    news = head != tail || ended;
    spin_unlock(&hostin_lock);
    if (news)
        wake_up_all(&readers);
}

void hostin_init(void)
{
    if (!uart_setup(UART_COM2) ||
        irq_register(UART_COM2_IRQ, receive, NULL) != 0) {
        ended = true;
        return;
    }
    interrupting = true;
    x86_outb(UART_COM2 + UART_IER, UART_IER_RECEIVED);
    /* The host waits for this: setting the UART up drops what is in it. */
    x86_outb(UART_COM2 + UART_DATA, XON);
}

bool hostin_readable(void)
{
    const uint64_t flags = spin_lock_irqsave(&hostin_lock);
    const bool readable = head != tail || ended;

    spin_unlock_irqrestore(&hostin_lock, flags);
    return readable;
}

struct waitqueue *hostin_waitqueue(void)
{
    return &readers;
}

/* -EAGAIN: nothing is there, and the end has not come. */
static ssize_t try_read(uint8_t *out, size_t len)
{
    const uint64_t flags = spin_lock_irqsave(&hostin_lock);
    size_t n = 0;

    while (n < len && tail != head)
        out[n++] = ring[tail++ % RING_SIZE];
    if (n > 0 && !interrupting && !ended)
        drain_locked();
    if (n == 0 && len > 0 && !ended) {
        spin_unlock_irqrestore(&hostin_lock, flags);
        return -EAGAIN;
    }
    spin_unlock_irqrestore(&hostin_lock, flags);
    return (ssize_t)n;
}

ssize_t hostin_read(void *buf, size_t len, bool nonblock)
{
    for (;;) {
        const ssize_t n = try_read(buf, len);
        int err;

        if (n != -EAGAIN || nonblock)
            return n;
        err = wait_event_interruptible(&readers, hostin_readable());
        if (err != 0)
            return err;
    }
}
