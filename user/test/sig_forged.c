/* SPDX-License-Identifier: MIT */
/*
 * Verifies that a handler's frame, which the program may write to as it likes
 * before it returns, gains no privilege and does not harm the kernel: forged
 * segments, flags, addresses, floating-point state.
 */
#include <sys/ucontext.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define SURVIVED 17
#define FLAGS_OF_PROGRAMS 0x50dd5UL /* CF PF AF ZF SF TF DF OF RF AC */
#define FLAG_TRAP 0x100UL
#define FLAG_FIXED 0x2UL
#define FLAG_INTERRUPTS 0x200UL
#define FLAG_RESUME 0x10000UL

static void (*forge)(ucontext_t *uc);
static unsigned long argument;

static void forges(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    forge(context);
}

static int returns_from_handler(void *unused)
{
    (void)unused;
    catch_with(SIGUSR1, forges, 0);
    raise_here(SIGUSR1);
    return SURVIVED;
}

/* How a child ends that returns from a handler over a frame made so. */
static int try_frame(void (*by)(ucontext_t *uc), unsigned long with)
{
    forge = by;
    argument = with;
    return run_child(returns_from_handler, NULL);
}

/* ---- segments ---- */

static void forge_cs(ucontext_t *uc)
{
    uc->uc_mcontext.cs = (uint16_t)argument;
}

static void forge_ss(ucontext_t *uc)
{
    uc->uc_mcontext.ss = (uint16_t)argument;
}

static void forge_ss_old_style(ucontext_t *uc)
{
    uc->uc_mcontext.ss = (uint16_t)argument;
    uc->uc_flags &= ~(unsigned long)UC_STRICT_RESTORE_SS;
}

static void code_segments(void)
{
    static const unsigned bad[] = { 0,    0x08, 0x10, 0x18, 0x2b,   0x38,
                                    0x40, 0x50, 0x07, 0x0f, 0xfff3, 0xffff };
    size_t i;

    CHECK_EXIT(try_frame(forge_cs, 0x33), SURVIVED);
    for (i = 0; i < COUNT(bad); i++)
        if (!CHECK_SIGNAL(try_frame(forge_cs, bad[i]), SIGSEGV))
            say("  cs was 0x%x\n", bad[i]);
    CHECK_EXIT(try_frame(forge_cs, 0x30), SURVIVED); /* level 3 is forced */
}

static void stack_segments(void)
{
    static const unsigned bad[] = { 0, 0x08, 0x10, 0x18, 0x33, 0x40, 0xffff };
    size_t i;

    CHECK_EXIT(try_frame(forge_ss, 0x2b), SURVIVED);
    for (i = 0; i < COUNT(bad); i++)
        if (!CHECK_SIGNAL(try_frame(forge_ss, bad[i]), SIGSEGV))
            say("  ss was 0x%x\n", bad[i]);
    CHECK_EXIT(try_frame(forge_ss_old_style, 0), SURVIVED);
    CHECK_EXIT(try_frame(forge_ss_old_style, 0xffff), SURVIVED);
}

static void forge_data_segments(ucontext_t *uc)
{
    uc->uc_mcontext.fs = uc->uc_mcontext.gs = (uint16_t)argument;
}

/* Nobody looks at those. */
static void data_segments(void)
{
    CHECK_EXIT(try_frame(forge_data_segments, 0xffff), SURVIVED);
    CHECK_EXIT(try_frame(forge_data_segments, 0x10), SURVIVED);
}

/* ---- flags ---- */

static void forge_flags(ucontext_t *uc)
{
    uc->uc_mcontext.eflags = argument;
}

static unsigned long flags_now(void)
{
    unsigned long flags;

    __asm__ volatile("pushf\n pop %0\n cld" : "=r"(flags) : : "memory");
    return flags;
}

static unsigned long flags_after(unsigned long forged)
{
    unsigned long flags;
    long number = SYS_tkill;

    forge = forge_flags;
    argument = forged;
    catch_with(SIGUSR1, forges, 0);
    __asm__ volatile("syscall\n"
                     "pushf\n"
                     "pop %[flags]\n"
                     "push $2\n" /* alignment checks would be in the way */
                     "popf\n"
                     : "+a"(number), [flags] "=r"(flags)
                     : "D"((long)gettid()), "S"((long)SIGUSR1)
                     : "rcx", "r11", "memory", "cc");
    return flags;
}

static void system_flags(void)
{
    unsigned long flags = flags_after(~FLAG_TRAP);

    CHECK_EQ(flags & ~FLAGS_OF_PROGRAMS, FLAG_FIXED | FLAG_INTERRUPTS);
    CHECK_EQ(flags & FLAGS_OF_PROGRAMS & ~FLAG_RESUME,
             FLAGS_OF_PROGRAMS & ~(FLAG_TRAP | FLAG_RESUME));
    flags = flags_after(0);
    CHECK_EQ(flags, FLAG_FIXED | FLAG_INTERRUPTS);
    CHECK_EQ(flags_now() & FLAG_INTERRUPTS, FLAG_INTERRUPTS);
}

static int turns_interrupts_off(void *unused)
{
    (void)unused;
    flags_after(~FLAG_TRAP);
    __asm__ volatile("cli");
    return SURVIVED;
}

static int uses_ports(void *unused)
{
    (void)unused;
    flags_after(~FLAG_TRAP);
    __asm__ volatile("outb %%al, $0xe9" : : "a"('x'));
    return SURVIVED;
}

/* A forged I/O privilege level would allow these. */
static void no_input_output(void)
{
    CHECK_SIGNAL(run_child(turns_interrupts_off, NULL), SIGSEGV);
    CHECK_SIGNAL(run_child(uses_ports, NULL), SIGSEGV);
}

/* ---- addresses ---- */

static void forge_rip(ucontext_t *uc)
{
    uc->uc_mcontext.rip = argument;
}

static void forge_rsp(ucontext_t *uc)
{
    uc->uc_mcontext.rsp = argument;
}

static void where_to_go_on(void)
{
    static const unsigned long bad[] = {
        0,
        0x0000800000000000, /* the first that is not canonical */
        0x00007fffffffffff,
        0x00007ffffffff000,
        0x1234567812345678,
        0xffff7fffffffffff,
        0xffff800000000000, /* the kernel's */
        0xffffffff80100000,
        0xffffffffffffffff,
    };
    size_t i;

    for (i = 0; i < COUNT(bad); i++)
        if (!CHECK_SIGNAL(try_frame(forge_rip, bad[i]), SIGSEGV))
            say("  rip was 0x%lx\n", bad[i]);
}

/* exit_group(18), without a stack. */
void ends_without_stack(void);
__asm__("ends_without_stack:\n"
        "mov $231, %eax\n mov $18, %edi\n syscall\n ud2\n");

static void forge_rsp_and_end(ucontext_t *uc)
{
    forge_rsp(uc);
    uc->uc_mcontext.rip = (unsigned long)(uintptr_t)ends_without_stack;
}

/* IRETQ and SYSRET load any stack pointer; but a hypervisor that goes back to
 * user mode in the kernel's stead may refuse one that is not canonical. */
static int is_refusable(unsigned long rsp, int status)
{
    return (long)(rsp << 16) >> 16 != (long)rsp && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGSEGV;
}

static void stack_pointers(void)
{
    static const unsigned long bad[] = { 0, 0x1234567812345678,
                                         0xffff800000000000, 0xffffffffffffffff,
                                         1 };
    size_t i;

    for (i = 0; i < COUNT(bad); i++) {
        int status = try_frame(forge_rsp_and_end, bad[i]);

        if (!is_refusable(bad[i], status) && !CHECK_EXIT(status, 18))
            say("  rsp was 0x%lx\n", bad[i]);
        CHECK(WIFSIGNALED(try_frame(forge_rsp, bad[i])));
    }
}

/* rt_sigreturn with a frame that is not there. */
static int sigreturn_at(void *rsp)
{
    __asm__ volatile("mov %0, %%rsp\n"
                     "mov $15, %%eax\n"
                     "syscall\n"
                     "ud2\n"
                     :
                     : "r"(rsp)
                     : "rax", "rcx", "r11", "memory");
    return 1;
}

static void no_frame(void)
{
    char *zeroes = map_anon(PAGE, RW);

    CHECK_SIGNAL(run_child(sigreturn_at, NULL), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, (void *)7), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, (void *)0xffff800000000000), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, (void *)0x00007ffffffffff8), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, (void *)0x1234567812345678), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, (void *)-1L), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, free_range(PAGE)), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, zeroes + 8), SIGSEGV);
    CHECK_SIGNAL(run_child(sigreturn_at, zeroes + PAGE - 16), SIGSEGV);
}

/* ---- floating point ---- */

static void forge_mxcsr(ucontext_t *uc)
{
    uc->uc_mcontext.fpstate->mxcsr = (uint32_t)argument;
}

static void forge_state_address(ucontext_t *uc)
{
    uc->uc_mcontext.fpstate = (struct fpstate *)argument;
}

/* Reserved bits of MXCSR would make the kernel's FXRSTOR fault. */
static void floating_point_state(void)
{
    CHECK_EXIT(try_frame(forge_mxcsr, 0x1f80), SURVIVED);
    CHECK_SIGNAL(try_frame(forge_mxcsr, 0xffff1f80), SIGSEGV);
    CHECK_SIGNAL(try_frame(forge_mxcsr, 0xffffffff), SIGSEGV);
    CHECK_SIGNAL(try_frame(forge_state_address, 64), SIGSEGV);
    CHECK_SIGNAL(try_frame(forge_state_address, 0xffff800000000000), SIGSEGV);
    CHECK_SIGNAL(try_frame(forge_state_address, 0xffffffffffffffc0), SIGSEGV);
    CHECK_SIGNAL(try_frame(forge_state_address, 0x00007fffffffffc0), SIGSEGV);
    CHECK_EXIT(try_frame(forge_state_address, 0), SURVIVED);
}

static struct xstate *extended(ucontext_t *uc)
{
    struct fpstate *state = uc->uc_mcontext.fpstate;

    if (state->sw_reserved.magic1 != FP_XSTATE_MAGIC1)
        _exit(SIGSEGV); /* nothing to forge: as if it had been refused */
    return (struct xstate *)state;
}

static void forge_features(ucontext_t *uc)
{
    extended(uc)->header.xfeatures |= argument;
}

static void forge_format(ucontext_t *uc)
{
    extended(uc)->header.reserved1[0] = argument; /* XCOMP_BV */
}

/* Of the rest of the header a CPU looks at this word alone (SDM vol. 1,
 * 13.8.1). */
static void forge_header(ucontext_t *uc)
{
    extended(uc)->header.reserved1[1] = argument;
}

static void forge_size(ucontext_t *uc)
{
    extended(uc)->fpstate.sw_reserved.xstate_size = (uint32_t)argument;
}

static void forge_whole_size(ucontext_t *uc)
{
    extended(uc)->fpstate.sw_reserved.extended_size = (uint32_t)argument;
}

static void forge_claim(ucontext_t *uc)
{
    extended(uc)->fpstate.sw_reserved.xfeatures = argument;
}

/* Refused where there is such state at all. */
static void refused_extended(void (*by)(ucontext_t *uc), unsigned long with)
{
    int status = try_frame(by, with);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != SIGSEGV)
        CHECK_SIGNAL(status, SIGSEGV);
}

/* Taken for state without extensions. */
static void ignored_extended(void (*by)(ucontext_t *uc), unsigned long with)
{
    int status = try_frame(by, with);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != SIGSEGV)
        CHECK_EXIT(status, SURVIVED);
}

static void extended_state(void)
{
    refused_extended(forge_features, 1UL << 62);
    refused_extended(forge_features, 1UL << 63);
    refused_extended(forge_format, 1UL << 63);
    refused_extended(forge_format, 7);
    refused_extended(forge_header, 1);
    ignored_extended(forge_size, 0xffffffff);
    ignored_extended(forge_size, 0);
    ignored_extended(forge_size, 512);
    ignored_extended(forge_whole_size, 0);
    ignored_extended(forge_claim, 0);
    ignored_extended(forge_claim, ~0UL);
}

/* ---- anything ---- */

#define ROUNDS 150
#define CHANGES 4

static unsigned long random_state = 12345;

static unsigned long random_number(void)
{
    random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
    return random_state >> 33;
}

/* Whatever is no address or register: those say where the program goes on,
 * and that is its own business. */
static void forge_anything(ucontext_t *uc)
{
    struct fpstate *state = uc->uc_mcontext.fpstate;
    size_t size = sizeof(*state);
    int i;

    if (state->sw_reserved.magic1 == FP_XSTATE_MAGIC1)
        size = state->sw_reserved.extended_size;
    random_state = argument;
    for (i = 0; i < CHANGES; i++) {
        unsigned char byte = (unsigned char)random_number();

        switch (random_number() % 6) {
        case 0:
            ((unsigned char *)&uc->uc_mcontext.cs)[random_number() % 8] = byte;
            break;
        case 1:
            ((unsigned char *)&uc
                 ->uc_stack)[random_number() % sizeof(uc->uc_stack)] = byte;
            break;
        case 2:
            ((unsigned char *)&uc->uc_flags)[random_number() % 8] = byte;
            break;
        default: /* the header and what surrounds it, more often */
            ((unsigned char *)
                 state)[random_number() % 2 == 0 ? random_number() % size
                                                 : 460 + random_number() % 52] =
                byte;
            break;
        }
    }
}

static void random_frames(void)
{
    int i, survived = 0, killed = 0;

    for (i = 1; i <= ROUNDS; i++) {
        int status = try_frame(forge_anything, (unsigned long)i * 7919);

        survived += WIFEXITED(status) && WEXITSTATUS(status) == SURVIVED;
        killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
    }
    CHECK_EQ(survived + killed, ROUNDS);
    CHECK(survived > 0);
    CHECK(killed > 0);
}

static const struct test_case cases[] = {
    CASE(code_segments),  CASE(stack_segments),  CASE(data_segments),
    CASE(system_flags),   CASE(no_input_output), CASE(where_to_go_on),
    CASE(stack_pointers), CASE(no_frame),        CASE(floating_point_state),
    CASE(extended_state), CASE(random_frames),
};

TEST_MAIN(cases)
