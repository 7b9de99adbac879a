/* SPDX-License-Identifier: MIT */
/*
 * The parts of a report: see report_text.h. Nothing here allocates, sleeps or
 * takes a lock but what mm_explain takes.
 */
#include "kernel/proc/report_text.h"

#include "kernel/cpu/trap.h"
#include "kernel/lib/format.h"
#include "kernel/proc/decode.h"
#include "mm/mm.h"

void report_line(struct report_out *out, const char *fmt, ...)
{
    char text[REPORT_LINE_MAX];
    va_list args;

    va_start(args, fmt);
    kvsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    out->line(out, text);
}

void report_registers(struct report_out *out, const struct trap_frame *frame)
{
    char flags[DECODE_MAX];

    decode_flags(frame->rflags, flags, sizeof(flags));
    report_line(out, "registers:");
    report_line(out, "  rip %016lx  rsp %016lx  rflags %08lx:%s", frame->rip,
                frame->rsp, frame->rflags, flags);
    report_line(out, "  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx",
                frame->rax, frame->rbx, frame->rcx, frame->rdx);
    report_line(out, "  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx",
                frame->rsi, frame->rdi, frame->rbp, frame->r8);
    report_line(out, "  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx",
                frame->r9, frame->r10, frame->r11, frame->r12);
    report_line(out, "  r13 %016lx  r14 %016lx  r15 %016lx  cs %lx ss %lx",
                frame->r13, frame->r14, frame->r15, frame->cs, frame->ss);
}

static void explain_line(void *arg, const char *text)
{
    struct report_out *out = arg;

    out->line(out, text);
}

void report_address(struct report_out *out, struct mm *mm, vaddr_t address,
                    bool try_only)
{
    mm_explain(mm, address, try_only, explain_line, out);
}

void report_prepare_symbols(struct symbol *symbols, const vaddr_t *addrs,
                            size_t n)
{
    for (size_t i = 0; i < n; i++)
        symbols[i].address = addrs[i] - (i > 0);
}

void report_backtrace(struct report_out *out, const struct symbol *symbols,
                      size_t n)
{
    report_line(out, "backtrace, innermost call first:");
    for (size_t i = 0; i < n; i++) {
        const struct symbol *symbol = &symbols[i];
        const uint64_t back = i > 0; /* report_prepare_symbols */

        if (symbol->name[0] != '\0')
            report_line(out, "  #%-2zu %#018lx %s+%#lx", i,
                        symbol->address + back, symbol->name,
                        symbol->offset + back);
        else
            report_line(out, "  #%-2zu %#018lx", i, symbol->address + back);
    }
}
