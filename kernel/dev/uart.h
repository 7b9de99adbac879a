/* SPDX-License-Identifier: MIT */
/*
 * The 16550 UART (National Semiconductor PC16550D data sheet): what serial.c
 * and hostin.c share.
 */
#ifndef KERNEL_DEV_UART_H
#define KERNEL_DEV_UART_H

#include "kernel/cpu/x86.h"
#include "kernel/lib/types.h"

#define UART_COM1 0x3f8
#define UART_COM2 0x2f8
#define UART_COM1_IRQ 4
#define UART_COM2_IRQ 3

#define UART_FIFO_SIZE 16

/* Offsets from the port's base, and their bits. */
#define UART_DATA 0
#define UART_IER 1 /* interrupt enable */
#define UART_IER_RECEIVED 0x01
#define UART_FCR 2 /* FIFO control */
#define UART_FCR_ENABLE_CLEAR 0xc7 /* an interrupt at 14 bytes, or a pause */
#define UART_LCR 3 /* line control */
#define UART_LCR_8N1 0x03
#define UART_LCR_DLAB 0x80 /* the first two registers are the divisor */
#define UART_MCR 4         /* modem control */
#define UART_MCR_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt out on a PC */
#define UART_LSR 5                 /* line status */
#define UART_LSR_RECEIVED 0x01
#define UART_LSR_EMPTY 0x20 /* the transmit FIFO */
#define UART_SCRATCH 7

/* 115200 baud, 8N1, FIFOs on, interrupts off. False: there is no UART. */
static inline bool uart_setup(uint16_t base)
{
    x86_outb(base + UART_SCRATCH, 0x5a);
    if (x86_inb(base + UART_SCRATCH) != 0x5a)
        return false;
    x86_outb(base + UART_IER, 0);
    x86_outb(base + UART_LCR, UART_LCR_DLAB);
    x86_outb(base + UART_DATA, 1);
    x86_outb(base + UART_IER, 0);
    x86_outb(base + UART_LCR, UART_LCR_8N1);
    x86_outb(base + UART_FCR, UART_FCR_ENABLE_CLEAR);
    x86_outb(base + UART_MCR, UART_MCR_DTR_RTS_OUT2);
    return true;
}

static inline bool uart_has_byte(uint16_t base)
{
    return (x86_inb(base + UART_LSR) & UART_LSR_RECEIVED) != 0;
}

#endif
