/* SPDX-License-Identifier: MIT */
/*
 * Verifies the frame that a handler runs on: where it lies, what the
 * registers in it say, and that what a handler writes there counts when it
 * returns: registers, rip, flags, the mask.
 */
#include <sys/ucontext.h>

#include "user/test/probe.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define SYSCALL_KILL "62"
#define USER_CS 0x33
#define USER_SS 0x2b
#define TRAP_PAGE_FAULT 14
#define FLAG_CARRY 0x1UL
#define FLAG_TRAP 0x100UL
#define FLAG_INTERRUPTS 0x200UL
#define FLAG_DIRECTION 0x400UL
#define RED_ZONE 128

/* The registers that kill_with_registers loads and finds afterwards. */
struct registers {
    unsigned long r8, r9, r10, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx;
    unsigned long rax, flags, rsp, rip; /* found only; rsp, rip: at the call */
    unsigned long red_zone[2];          /* its first and last word */
};

/* kill(rdi, rsi) with these registers, the direction and carry flags set and
 * a red zone in use. */
void kill_with_registers(struct registers *registers);

__asm__("kill_with_registers:\n"
        "push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n"
        "push %r15\n push %rdi\n"
        "mov %rdi, %rax\n"
        "mov 0(%rax), %r8\n mov 8(%rax), %r9\n mov 16(%rax), %r10\n"
        "mov 24(%rax), %r12\n mov 32(%rax), %r13\n mov 40(%rax), %r14\n"
        "mov 48(%rax), %r15\n mov 56(%rax), %rdi\n mov 64(%rax), %rsi\n"
        "mov 72(%rax), %rbp\n mov 80(%rax), %rbx\n mov 88(%rax), %rdx\n"
        "mov %rsp, 112(%rax)\n"
        "lea 1f(%rip), %rcx\n mov %rcx, 120(%rax)\n"
        "movq $0x1111, -8(%rsp)\n movq $0x2222, -128(%rsp)\n"
        "mov $" SYSCALL_KILL ", %eax\n"
        "std\n stc\n"
        "syscall\n"
        "1:\n"
        "mov -8(%rsp), %rcx\n mov -128(%rsp), %r11\n"
        "pushf\n cld\n push %rax\n"
        "mov 16(%rsp), %rax\n"
        "mov %rcx, 128(%rax)\n mov %r11, 136(%rax)\n"
        "mov %r8, 0(%rax)\n mov %r9, 8(%rax)\n mov %r10, 16(%rax)\n"
        "mov %r12, 24(%rax)\n mov %r13, 32(%rax)\n mov %r14, 40(%rax)\n"
        "mov %r15, 48(%rax)\n mov %rdi, 56(%rax)\n mov %rsi, 64(%rax)\n"
        "mov %rbp, 72(%rax)\n mov %rbx, 80(%rax)\n mov %rdx, 88(%rax)\n"
        "pop %rcx\n mov %rcx, 96(%rax)\n"
        "pop %rcx\n mov %rcx, 104(%rax)\n"
        "pop %rdi\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n"
        "pop %rbp\n pop %rbx\n"
        "ret\n");

/* What a handler found, set by entry_handler before any C code runs. */
struct entry {
    unsigned long rdi, rsi, rdx, rax, rsp, flags, return_address;
};

volatile struct entry entry;

/* A handler that keeps what it was started with, then goes on in C. */
void entry_handler(int signo, siginfo_t *info, void *context);
void after_entry(int signo, siginfo_t *info, void *context);

__asm__("entry_handler:\n"
        "mov %rdi, entry(%rip)\n mov %rsi, entry+8(%rip)\n"
        "mov %rdx, entry+16(%rip)\n mov %rax, entry+24(%rip)\n"
        "mov %rsp, entry+32(%rip)\n"
        "mov (%rsp), %rax\n mov %rax, entry+48(%rip)\n"
        "pushf\n pop %rax\n mov %rax, entry+40(%rip)\n"
        "jmp after_entry\n");

static ucontext_t kept;
static volatile int blocked_inside;

void after_entry(int signo, siginfo_t *info, void *context)
{
    on_signal(signo, info, context);
    kept = *(ucontext_t *)context;
    blocked_inside = is_blocked(signo);
}

static struct registers patterns(void)
{
    struct registers r = { 0x0808080808080808,
                           0x9999999999999999,
                           0x1010101010101010,
                           0x1212121212121212,
                           0x1313131313131313,
                           0x1414141414141414,
                           0x1515151515151515,
                           0,
                           SIGUSR1,
                           0xb9b9b9b9b9b9b9b9,
                           0xbbbbbbbbbbbbbbbb,
                           0xdddddddddddddddd,
                           1,
                           0,
                           0,
                           0,
                           { 0, 0 } };

    r.rdi = (unsigned long)getpid();
    return r;
}

static void where_it_lies(void)
{
    struct registers r = patterns();
    const struct rt_sigframe *frame;
    struct sigaction action;

    catch_with(SIGUSR1, entry_handler, 0);
    REQUIRE_OK(sigaction(SIGUSR1, NULL, &action));
    kill_with_registers(&r);
    frame = (const struct rt_sigframe *)entry.rsp;
    CHECK_EQ((entry.rsp + 8) % 16, 0);
    CHECK_EQ(entry.rdi, SIGUSR1);
    CHECK_EQ(entry.rsi, &frame->info);
    CHECK_EQ(entry.rdx, &frame->uc);
    CHECK_EQ(entry.rax, 0);
    CHECK_EQ(entry.flags & FLAG_DIRECTION, 0);
    CHECK_EQ(entry.return_address, action.sa_restorer);
    CHECK((unsigned long)(frame + 1) <=
          (unsigned long)kept.uc_mcontext.fpstate);
    CHECK_EQ((unsigned long)kept.uc_mcontext.fpstate % 64, 0);
    CHECK((unsigned long)(kept.uc_mcontext.fpstate + 1) <= r.rsp - RED_ZONE);
}

static void registers_in_it(void)
{
    struct registers before = patterns(), r = before;
    const long *regs = kept.uc_mcontext.gregs;

    catch_with(SIGUSR1, entry_handler, 0);
    kill_with_registers(&r);
    CHECK_EQ(regs[REG_R8], before.r8);
    CHECK_EQ(regs[REG_R9], before.r9);
    CHECK_EQ(regs[REG_R10], before.r10);
    CHECK_EQ(regs[REG_R12], before.r12);
    CHECK_EQ(regs[REG_R13], before.r13);
    CHECK_EQ(regs[REG_R14], before.r14);
    CHECK_EQ(regs[REG_R15], before.r15);
    CHECK_EQ(regs[REG_RDI], before.rdi);
    CHECK_EQ(regs[REG_RSI], before.rsi);
    CHECK_EQ(regs[REG_RBP], before.rbp);
    CHECK_EQ(regs[REG_RBX], before.rbx);
    CHECK_EQ(regs[REG_RDX], before.rdx);
    CHECK_EQ(regs[REG_RAX], 0); /* the call's result */
    CHECK_EQ(regs[REG_RSP], r.rsp);
    CHECK_EQ(regs[REG_RIP], r.rip);
    CHECK_EQ(regs[REG_RCX], r.rip); /* SYSCALL puts them there */
    CHECK_EQ(regs[REG_R11], regs[REG_EFL]);
    CHECK_EQ(regs[REG_EFL] &
                 (long)(FLAG_DIRECTION | FLAG_CARRY | FLAG_INTERRUPTS),
             FLAG_DIRECTION | FLAG_CARRY | FLAG_INTERRUPTS);
    CHECK_EQ(kept.uc_mcontext.cs, USER_CS);
    CHECK_EQ(kept.uc_mcontext.ss, USER_SS);
    CHECK_EQ(kept.uc_mcontext.fs, 0);
    CHECK_EQ(kept.uc_mcontext.gs, 0);
}

static void the_rest_of_it(void)
{
    struct registers r = patterns();

    block_signal(SIGUSR2);
    catch_with(SIGUSR1, entry_handler, 0);
    kill_with_registers(&r);
    CHECK_EQ(kept.uc_flags & ~(unsigned long)UC_FP_XSTATE,
             UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS);
    CHECK_EQ(kept.uc_link, 0);
    CHECK_EQ(kept.uc_stack.ss_sp, 0);
    CHECK_EQ(kept.uc_stack.ss_size, 0);
    /* Linux leaves what a thread that started us had: off, or nothing. */
    CHECK_EQ(kept.uc_stack.ss_flags & ~SS_DISABLE, 0);
    CHECK_EQ(sigismember(&kept.uc_sigmask, SIGUSR1), 0);
    CHECK_EQ(sigismember(&kept.uc_sigmask, SIGUSR2), 1);
    CHECK_EQ(kept.uc_mcontext.oldmask, kept.uc_sigmask);
    CHECK_EQ(blocked_inside, 1);
}

/* All comes back as it was, and the red zone was not touched. */
static void comes_back(void)
{
    struct registers before = patterns(), r = before;

    catch_with(SIGUSR1, entry_handler, 0);
    kill_with_registers(&r);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(memcmp(&r, &before, offsetof(struct registers, rax)), 0);
    CHECK_EQ(r.rax, 0);
    CHECK_EQ(r.flags & (FLAG_DIRECTION | FLAG_CARRY),
             FLAG_DIRECTION | FLAG_CARRY);
    CHECK_EQ(r.red_zone[0], 0x1111);
    CHECK_EQ(r.red_zone[1], 0x2222);
}

static void changes_all(int signo, siginfo_t *info, void *context)
{
    long *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
    int i;

    (void)signo;
    (void)info;
    for (i = REG_R8; i <= REG_RDX; i++)
        regs[i] += 0x100 + i;
    regs[REG_RAX] = 4242;
    regs[REG_EFL] &= ~(long)FLAG_CARRY;
}

/* What the handler writes into the frame are the registers from then on. */
static void changed_registers_count(void)
{
    struct registers before = patterns(), r = before;

    catch_with(SIGUSR1, changes_all, 0);
    kill_with_registers(&r);
    CHECK_EQ(r.r8, before.r8 + 0x100 + REG_R8);
    CHECK_EQ(r.r9, before.r9 + 0x100 + REG_R9);
    CHECK_EQ(r.r10, before.r10 + 0x100 + REG_R10);
    CHECK_EQ(r.r12, before.r12 + 0x100 + REG_R12);
    CHECK_EQ(r.r13, before.r13 + 0x100 + REG_R13);
    CHECK_EQ(r.r14, before.r14 + 0x100 + REG_R14);
    CHECK_EQ(r.r15, before.r15 + 0x100 + REG_R15);
    CHECK_EQ(r.rdi, before.rdi + 0x100 + REG_RDI);
    CHECK_EQ(r.rsi, before.rsi + 0x100 + REG_RSI);
    CHECK_EQ(r.rbp, before.rbp + 0x100 + REG_RBP);
    CHECK_EQ(r.rbx, before.rbx + 0x100 + REG_RBX);
    CHECK_EQ(r.rdx, before.rdx + 0x100 + REG_RDX);
    CHECK_EQ(r.rax, 4242);
    CHECK_EQ(r.flags & (FLAG_DIRECTION | FLAG_CARRY), FLAG_DIRECTION);
}

static void blocks_usr2(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    on_signal(signo, info, context);
    sigfillset(&uc->uc_sigmask);
    sigdelset(&uc->uc_sigmask, SIGHUP);
}

static void changed_mask_counts(void)
{
    catch_with(SIGUSR1, blocks_usr2, 0);
    raise_here(SIGUSR1);
    CHECK_EQ(is_blocked(SIGUSR2), 1);
    CHECK_EQ(is_blocked(SIGHUP), 0);
    CHECK_EQ(is_blocked(SIGKILL), 0);
    CHECK_EQ(is_blocked(SIGSTOP), 0);
}

/* Reads a byte: two bytes of code, so that a handler can step over it. */
unsigned long read_or_step_over(const void *address, unsigned long otherwise);

__asm__("read_or_step_over:\n"
        "mov %rsi, %rax\n"
        "mov (%rdi), %al\n"
        "ret\n");

static volatile unsigned long fault_error, fault_trap, fault_cr2;

static void steps_over(int signo, siginfo_t *info, void *context)
{
    struct sigcontext *at = &((ucontext_t *)context)->uc_mcontext;

    on_signal(signo, info, context);
    fault_error = at->err;
    fault_trap = at->trapno;
    fault_cr2 = at->cr2;
    at->rip += 2;
    at->rax |= 0x700;
}

static void fault_and_step_over(void)
{
    char *none = free_range(PAGE);
    char *forbidden = map_anon(PAGE, PROT_NONE);

    catch_with(SIGSEGV, steps_over, 0);
    CHECK_EQ(read_or_step_over(none + 5, 9), 0x709);
    CHECK_EQ(fault_trap, TRAP_PAGE_FAULT);
    CHECK_EQ(fault_cr2, none + 5);
    CHECK_EQ(fault_error, 4); /* user, read, not present */
    CHECK_EQ(read_or_step_over(forbidden, 8), 0x708);
    CHECK_EQ(fault_cr2, forbidden);
    CHECK_EQ(seen[SIGSEGV].count, 2);
}

static volatile int resumed;

static void goes_on_here(void)
{
    resumed++;
    _exit(resumed == 1 && is_blocked(SIGUSR1) == 0 ? 21 : 22);
}

static void sends_elsewhere(int signo, siginfo_t *info, void *context)
{
    struct sigcontext *at = &((ucontext_t *)context)->uc_mcontext;

    (void)signo;
    (void)info;
    at->rip = (unsigned long)(uintptr_t)goes_on_here;
    at->rsp = ((at->rsp - 256) & ~15UL) - 8;
}

static int never_returns(void *unused)
{
    (void)unused;
    catch_with(SIGUSR1, sends_elsewhere, 0);
    raise_here(SIGUSR1);
    return 1;
}

static void changed_rip_counts(void)
{
    CHECK_EXIT(run_child(never_returns, NULL), 21);
}

static void stops_stepping(int signo, siginfo_t *info, void *context)
{
    on_signal(signo, info, context);
    if (seen[SIGTRAP].count == 5)
        ((ucontext_t *)context)->uc_mcontext.eflags &= ~FLAG_TRAP;
}

/* A handler runs without the trap flag; it counts again once it returns. */
static void trap_flag(void)
{
    catch_with(SIGTRAP, stops_stepping, 0);
    __asm__ volatile("pushf\n"
                     "orl $0x100, (%%rsp)\n"
                     "popf\n"
                     "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
                     "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n"
                     :
                     :
                     : "cc", "memory");
    CHECK_EQ(seen[SIGTRAP].count, 5);
    CHECK_EQ(seen[SIGTRAP].info.si_code, TRAP_TRACE);
}

static const struct test_case cases[] = {
    CASE(where_it_lies),
    CASE(registers_in_it),
    CASE(the_rest_of_it),
    CASE(comes_back),
    CASE(changed_registers_count),
    CASE(changed_mask_counts),
    CASE(fault_and_step_over),
    CASE(changed_rip_counts),
    CASE(trap_flag),
};

TEST_MAIN(cases)
