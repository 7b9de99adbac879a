/* SPDX-License-Identifier: MIT */
/*
 * Panic: the kernel found itself wrong. It stops the other CPUs, says what it
 * knows, and ends the machine, or halts it where a person may want to look.
 *
 * Nothing can be relied on any more: each line leaves at once, so that what
 * was said stays said if the next line fails; no lock is taken; and a panic
 * within the panic says so in one line and ends it.
 */
#include "kernel/cpu/cpu.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/format.h"
#include "kernel/lib/lockck.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/backtrace.h"
#include "kernel/proc/decode.h"
#include "kernel/proc/process.h"
#include "kernel/proc/report.h"
#include "kernel/proc/report_text.h"
#include "mm/layout.h"
#include "mm/mm.h"

#define NO_CPU UINT32_MAX

void (*report_stop_others)(void);

/* The CPU that panics. A: set once. */
static uint32_t panic_cpu = NO_CPU;
static bool panic_twice; /* the panicking CPU's */

/* The panicking CPU's: the stack may be nearly full. */
static char message[REPORT_LINE_MAX];
static struct symbol symbols[BACKTRACE_MAX];

static void panic_line(struct report_out *out, const char *text)
{
    (void)out;
    log_error("%s\n", text);
    if (!report_present())
        return;
    report_write(REPORT_PANIC, text, strlen(text));
    report_write(REPORT_PANIC, "\n", 1);
}

static __noreturn void end_machine(void)
{
    if (report_present())
        machine_power_off(true);
    cpu_halt();
}

/* The first one to come here goes on alone. */
static void enter_panic(void)
{
    uint32_t expected = NO_CPU;

    x86_cli();
    lockck_stop();
    preempt_disable();
    if (!__atomic_compare_exchange_n(&panic_cpu, &expected, cpu_id(), false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        if (expected != cpu_id())
            cpu_halt(); /* another CPU's panic is being told */
        if (!panic_twice) {
            panic_twice = true;
            panic_line(NULL, "(the kernel panicked again while it reported)");
        }
        end_machine();
    }
    if (report_stop_others != NULL)
        report_stop_others();
    log_enter_panic();
    report_enter_panic();
}

static void report_thread(struct report_out *out, unsigned cpu,
                          const struct thread *thread)
{
    const struct process *process;

    if (thread == NULL) {
        report_line(out, "CPU %u ran the boot code", cpu);
        return;
    }
    process = thread->process;
    report_line(out, "CPU %u ran thread %d (%s) of process %d (%s)", cpu,
                thread->tid, thread->name != NULL ? thread->name : "user",
                process != NULL ? process->pid : 0,
                process != NULL ? process->name : "?");
}

static void report_cpus(struct report_out *out)
{
    struct thread *thread = current_thread();

    report_thread(out, cpu_id(), thread);
    if (thread != NULL && thread->mm != NULL) {
        const struct trap_frame *frame = thread_frame(thread);

        if (frame->vector == TRAP_SYSCALL)
            report_line(out, "  in system call %lu (%#lx, %#lx, %#lx)",
                        frame->error, frame->rdi, frame->rsi, frame->rdx);
        else
            report_line(out, "  in %s from user mode at %#lx",
                        decode_trap(frame->vector), frame->rip);
    }
    report_line(out, "  preemption count %u, CR2 %#lx, CR3 %#lx",
                cpu_head_gs->preempt_count - 1, x86_read_cr2(), x86_read_cr3());
    for (unsigned i = 0; i < cpu_count && i < MAX_CPUS; i++)
        if (i != cpu_id())
            report_thread(out, i, cpus[i]->head.current);
}

static void report_kernel_backtrace(struct report_out *out, uint64_t rip,
                                    uint64_t rbp)
{
    vaddr_t addrs[BACKTRACE_MAX];
    size_t n = backtrace_kernel(rip, rbp, addrs);

    report_prepare_symbols(symbols, addrs, n);
    symbols_find_kernel(symbols, n);
    report_backtrace(out, symbols, n);
}

void panic(const char *fmt, ...)
{
    struct report_out out = {.line = panic_line};
    va_list args;

    enter_panic();
    va_start(args, fmt);
    kvsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    report_line(&out, "kernel panic: %s", message);
    report_cpus(&out);
    /* Within the call: what follows it may be another function. */
    report_kernel_backtrace(&out, (uint64_t)__builtin_return_address(0) - 1,
                            *(const uint64_t *)__builtin_frame_address(0));
    end_machine();
}

/* ---- lockck ---- */

void lockck_name_object(const void *object, char *buf, size_t size)
{
    struct symbol symbol = {.address = (vaddr_t)object};

    symbols_find_object(&symbol);
    if (symbol.name[0] == '\0')
        ksnprintf(buf, size, "%p", object);
    else if (symbol.offset == 0)
        ksnprintf(buf, size, "%s", symbol.name);
    else
        ksnprintf(buf, size, "%s+%#lx", symbol.name, symbol.offset);
}

static void report_part(struct report_out *out, const struct lockck_part *part)
{
    struct symbol symbol;

    report_line(out, "%s", part->title);
    for (unsigned i = 0; i < part->len && part->trace[i] != 0; i++) {
        const vaddr_t address = KERNEL_BASE | part->trace[i];

        symbol.address = address - 1; /* in the call before */
        symbols_find_kernel(&symbol, 1);
        report_line(out, "  #%-2u %#018lx %s+%#lx", i, address, symbol.name,
                    symbol.offset + 1);
    }
}

void lockck_panic(const struct lockck_report *report)
{
    struct report_out out = {.line = panic_line};

    enter_panic();
    report_line(&out, "kernel panic: lockck: %s", report->what);
    report_cpus(&out);
    for (unsigned i = 0; i < report->n; i++)
        report_part(&out, &report->part[i]);
    end_machine();
}

void report_panic_trap(const struct trap_frame *frame, bool has_address,
                       vaddr_t address, const char *fmt, ...)
{
    struct report_out out = {.line = panic_line};
    struct thread *thread = current_thread();
    va_list args;

    enter_panic();
    va_start(args, fmt);
    kvsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    report_line(&out, "kernel panic: %s", message);
    report_line(&out, "exception: %s, error code %#lx",
                decode_trap(frame->vector), frame->error);
    report_cpus(&out);
    report_registers(&out, frame);
    report_kernel_backtrace(&out, frame->rip, frame->rbp);
    if (has_address)
        report_address(&out, thread != NULL ? thread->mm : NULL, address, true);
    end_machine();
}
