/* SPDX-License-Identifier: MIT */
/*
 * The end of the machine.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/serial.h"
#include "kernel/lib/log.h"

/* QEMU's isa-debug-exit, which the tool attaches; ends QEMU at once. */
#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_DONE 0x10
#define DEBUG_EXIT_PANIC 0x20

/* The ACPI power-off of QEMU's two PC machines, whose PM1a control register
 * lies here: SLP_EN with sleep type 0, S5 (ACPI 4.8.3.2). */
#define PM1A_Q35 0x604
#define PM1A_I440FX 0xb004
#define PM1_SLP_EN 0x2000

/* The chip set's reset register, then the keyboard controller's reset line. */
#define RESET_CONTROL 0xcf9
#define RESET_CPU_HARD 0x06
#define I8042_COMMAND 0x64
#define I8042_PULSE_RESET 0xfe

void machine_power_off(bool after_panic)
{
    x86_cli();
    serial_drain();
    if (report_present())
        x86_outb(DEBUG_EXIT_PORT,
                 after_panic ? DEBUG_EXIT_PANIC : DEBUG_EXIT_DONE);
    x86_outw(PM1A_Q35, PM1_SLP_EN);
    x86_outw(PM1A_I440FX, PM1_SLP_EN);
    log_error("The machine can be switched off now.\n");
    cpu_halt();
}

void machine_restart(void)
{
    x86_cli();
    serial_drain();
    x86_outb(RESET_CONTROL, RESET_CPU_HARD);
    x86_outb(I8042_COMMAND, I8042_PULSE_RESET);
    log_error("The machine cannot restart itself; switch it off.\n");
    cpu_halt();
}
