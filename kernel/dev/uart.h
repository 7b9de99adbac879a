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
#define UART_IER_SENT 0x02 /* the transmit FIFO has become empty */
#define UART_IIR 2         /* interrupt identification; written: FCR */
#define UART_IIR_NONE 0x01
#define UART_IIR_ID 0x0f
#define UART_IIR_SENT 0x02
#define UART_FCR 2                 /* FIFO control */
#define UART_FCR_ENABLE_CLEAR 0xc7 /* interrupt at 14 bytes or a pause */
#define UART_LCR 3                 /* line control */
#define UART_LCR_8N1 0x03
#define UART_LCR_DLAB 0x80         /* the first two registers are the divisor */
#define UART_MCR 4                 /* modem control */
#define UART_MCR_DTR_RTS_OUT2 0x0b /* OUT2 lets the interrupt out on a PC */
#define UART_MCR_LOOP 0x10         /* what is sent comes straight back */
#define UART_LSR 5                 /* line status */
#define UART_LSR_RECEIVED 0x01
#define UART_LSR_EMPTY 0x20 /* the transmit FIFO */

/* At 115200 baud a byte takes 87 us; a port access takes about 1. */
#define UART_LOOP_POLLS 1000
#define UART_LOOP_BYTE 0x5a

static inline bool uart_has_byte(uint16_t base)
{
    return (x86_inb(base + UART_LSR) & UART_LSR_RECEIVED) != 0;
}

/* Sends itself a byte. Where there is no UART all bits read as 1. */
static inline bool uart_loops_back(uint16_t base)
{
    x86_outb(base + UART_MCR, UART_MCR_LOOP | UART_MCR_DTR_RTS_OUT2);
    x86_outb(base + UART_DATA, UART_LOOP_BYTE);
    for (unsigned i = 0; i < UART_LOOP_POLLS && !uart_has_byte(base); i++)
        x86_pause();
    return x86_inb(base + UART_DATA) == UART_LOOP_BYTE;
}

/* 115200 baud, 8N1, FIFOs on and empty, interrupts off. False: there is no
 * UART. */
static inline bool uart_setup(uint16_t base)
{
    x86_outb(base + UART_IER, 0);
    x86_outb(base + UART_LCR, UART_LCR_DLAB);
    x86_outb(base + UART_DATA, 1);
    x86_outb(base + UART_IER, 0);
    x86_outb(base + UART_LCR, UART_LCR_8N1);
    x86_outb(base + UART_FCR, UART_FCR_ENABLE_CLEAR);
    if (!uart_loops_back(base))
        return false;
    x86_outb(base + UART_MCR, UART_MCR_DTR_RTS_OUT2);
    return true;
}

#endif
