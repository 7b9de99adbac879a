/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 keyboard behind an i8042 controller (IBM PS/2 Technical Reference,
 * "Keyboard Controller"), which translates to scancode set 1: a byte a key,
 * with the high bit when it is let go; after 0xe0, the keys that the first PC
 * did not have.
 *
 * Keys become bytes for the tty in keymap.c. Without a controller, or with
 * one that does not answer, there is just no keyboard.
 *
 * Locks: none. After boot the interrupt handler alone, which runs on one CPU,
 * touches the controller and the state of the keys.
 */
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/keymap.h"
#include "kernel/lib/log.h"

#define KEYBOARD_IRQ 1

#define DATA 0x60
#define STATUS 0x64 /* written: COMMAND */
#define COMMAND 0x64
#define STATUS_OUTPUT 0x01  /* a byte is there for us */
#define STATUS_INPUT 0x02   /* ours has not been taken yet */
#define STATUS_MOUSE 0x20   /* what is there is the mouse's */
#define STATUS_NOTHING 0xff /* no controller: all bits read as 1 */

#define COMMAND_READ_CONFIG 0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_DISABLE_MOUSE 0xa7
#define COMMAND_SELF_TEST 0xaa
#define COMMAND_DISABLE_KEYBOARD 0xad
#define COMMAND_ENABLE_KEYBOARD 0xae
#define SELF_TEST_PASSED 0x55

#define CONFIG_INTERRUPT 0x01
#define CONFIG_MOUSE_INTERRUPT 0x02
#define CONFIG_KEYBOARD_OFF 0x10
#define CONFIG_MOUSE_OFF 0x20
#define CONFIG_TRANSLATE 0x40

#define KEYBOARD_ENABLE_SCANNING 0xf4
#define KEYBOARD_ACK 0xfa

#define POLLS 100000   /* about 0.1 s on a machine, less under emulation */
#define FLUSH_BYTES 64 /* more than a controller keeps */

/* The status bits become `want` (of those in mask) in time. */
static bool wait_status(uint8_t mask, uint8_t want)
{
    for (unsigned i = 0; i < POLLS; i++) {
        if ((x86_inb(STATUS) & mask) == want)
            return true;
        x86_pause();
    }
    return false;
}

static bool send(uint16_t port, uint8_t byte)
{
    if (!wait_status(STATUS_INPUT, 0))
        return false;
    x86_outb(port, byte);
    return true;
}

static bool receive(uint8_t *byte)
{
    if (!wait_status(STATUS_OUTPUT, STATUS_OUTPUT))
        return false;
    *byte = x86_inb(DATA);
    return true;
}

static void flush(void)
{
    for (unsigned i = 0; i < FLUSH_BYTES; i++) {
        if ((x86_inb(STATUS) & STATUS_OUTPUT) == 0)
            return;
        (void)x86_inb(DATA);
    }
}

static bool self_test(void)
{
    uint8_t answer;

    return send(COMMAND, COMMAND_SELF_TEST) && receive(&answer) &&
           answer == SELF_TEST_PASSED;
}

/* Keyboard on, translated, with interrupts; mouse off. */
static bool configure(void)
{
    uint8_t config;

    if (!send(COMMAND, COMMAND_READ_CONFIG) || !receive(&config))
        return false;
    config |= CONFIG_INTERRUPT | CONFIG_TRANSLATE | CONFIG_MOUSE_OFF;
    config &= (uint8_t) ~(CONFIG_MOUSE_INTERRUPT | CONFIG_KEYBOARD_OFF);
    return send(COMMAND, COMMAND_WRITE_CONFIG) && send(DATA, config) &&
           send(COMMAND, COMMAND_ENABLE_KEYBOARD);
}

/* Keys pressed meanwhile may come before the acknowledgement. */
static bool enable_scanning(void)
{
    uint8_t answer;

    if (!send(DATA, KEYBOARD_ENABLE_SCANNING))
        return false;
    for (unsigned i = 0; i < FLUSH_BYTES; i++) {
        if (!receive(&answer))
            return false;
        if (answer == KEYBOARD_ACK)
            return true;
    }
    return false;
}

static bool start_controller(void)
{
    if (x86_inb(STATUS) == STATUS_NOTHING ||
        !send(COMMAND, COMMAND_DISABLE_KEYBOARD) ||
        !send(COMMAND, COMMAND_DISABLE_MOUSE))
        return false;
    flush();
    return self_test() && configure() && enable_scanning();
}

/* The line is edge-triggered: all must be taken for it to go down. */
static void interrupt(void *arg __unused)
{
    uint8_t status = x86_inb(STATUS);

    while ((status & STATUS_OUTPUT) != 0) {
        const uint8_t byte = x86_inb(DATA);

        if ((status & STATUS_MOUSE) == 0)
            keymap_scancode(byte);
        status = x86_inb(STATUS);
    }
}

void keyboard_init(void)
{
    if (!start_controller()) {
        log_debug("keyboard: no PS/2 keyboard\n");
        return;
    }
    if (irq_register(KEYBOARD_IRQ, interrupt, NULL) != 0) {
        log_warn("keyboard: its interrupt cannot be had\n");
        return;
    }
    flush();
}
