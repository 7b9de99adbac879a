/* SPDX-License-Identifier: MIT */
/*
 * COM1: the log's first sink, and one of the console's two ends. Output polls,
 * so that it works in every context; input comes by interrupt.
 */
#include "kernel/dev/serial.h"
#include "kernel/cpu/trap.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/hostin.h"
#include "kernel/dev/uart.h"
#include "kernel/lib/log.h"

/* A UART that never gets ready again loses bytes instead of hanging us. */
#define READY_POLLS 1000000

static bool present __ro_after_init;

static bool wait_empty(void)
{
    for (unsigned i = 0; i < READY_POLLS; i++) {
        if (x86_inb(UART_COM1 + UART_LSR) & UART_LSR_EMPTY)
            return true;
        x86_pause();
    }
    return false;
}

void serial_write(const char *text, size_t len)
{
    if (!present)
        return;
    while (len > 0 && wait_empty()) {
        const size_t n = MIN(len, (size_t)UART_FIFO_SIZE);

        x86_outsb(UART_COM1 + UART_DATA, text, n);
        text += n;
        len -= n;
    }
}

/* The log's lines end in LF alone; a terminal wants CR LF. */
static void write_log(const char *text, size_t len)
{
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n')
            continue;
        serial_write(text + start, i - start);
        serial_write("\r\n", 2);
        start = i + 1;
    }
    serial_write(text + start, len - start);
}

static void receive(void *arg __unused)
{
    while (uart_has_byte(UART_COM1))
        tty_input(&console_tty, x86_inb(UART_COM1 + UART_DATA));
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
    if (present && irq_register(UART_COM1_IRQ, receive, NULL) == 0)
        x86_outb(UART_COM1 + UART_IER, UART_IER_RECEIVED);
    hostin_init();
}
