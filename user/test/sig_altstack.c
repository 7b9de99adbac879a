/* SPDX-License-Identifier: MIT */
/*
 * Verifies sigaltstack: which handlers run on it, what is refused, and that a
 * stack that is full or too small ends the process, and nothing more.
 */
#include <setjmp.h>
#include <sys/auxv.h>

#include "user/test/probe.h"
#include "user/test/signals.h"
#include "user/test/test.h"

#define STACK_SIZE (32 * KIB)

static char *stack;
static sigjmp_buf back;
static volatile int on_stack, flags_inside;
static char *volatile frame_inside;

static int lies_on_stack(const volatile void *at)
{
    return (const volatile char *)at >= stack &&
           (const volatile char *)at < stack + STACK_SIZE;
}

static int set_stack(void *sp, size_t size, int flags)
{
    stack_t new;

    memset(&new, 0, sizeof(new));
    new.ss_sp = sp;
    new.ss_size = size;
    new.ss_flags = flags;
    return sigaltstack(&new, NULL);
}

static void make_stack(int flags)
{
    stack = map_island(STACK_SIZE / PAGE);
    REQUIRE_OK(set_stack(stack, STACK_SIZE, flags));
}

static stack_t query(void)
{
    stack_t now;

    REQUIRE_OK(sigaltstack(NULL, &now));
    return now;
}

static void looks(int signo, siginfo_t *info, void *context)
{
    char here;

    on_signal(signo, info, context);
    frame_inside = &here;
    on_stack = lies_on_stack(&here);
    flags_inside = query().ss_flags;
}

static void none_at_first(void)
{
    stack_t now = query();

    CHECK_EQ(now.ss_flags, SS_DISABLE);
    CHECK_EQ(now.ss_size, 0);
    CHECK_EQ(now.ss_sp, 0);
}

static void used_by_those_that_ask(void)
{
    make_stack(0);
    CHECK_EQ(query().ss_flags, 0);
    CHECK_EQ(query().ss_sp, stack);
    CHECK_EQ(query().ss_size, STACK_SIZE);
    catch_with(SIGUSR1, looks, SA_ONSTACK);
    raise_here(SIGUSR1);
    CHECK_EQ(on_stack, 1);
    CHECK_EQ(flags_inside, SS_ONSTACK);
    CHECK_EQ(query().ss_flags, 0);
    catch_with(SIGUSR1, looks, 0);
    raise_here(SIGUSR1);
    CHECK_EQ(on_stack, 0);
    CHECK_EQ(flags_inside, 0);
}

static void disabled_again(void)
{
    make_stack(0);
    catch_with(SIGUSR1, looks, SA_ONSTACK);
    CHECK_OK(set_stack(NULL, 0, SS_DISABLE));
    raise_here(SIGUSR1);
    CHECK_EQ(on_stack, 0);
    CHECK_EQ(flags_inside, SS_DISABLE);
}

static void refused(void)
{
    make_stack(0);
    CHECK_ERRNO(set_stack(stack, MINSIGSTKSZ - 1, 0), ENOMEM);
    CHECK_ERRNO(set_stack(stack, STACK_SIZE, 4), EINVAL);
    CHECK_ERRNO(set_stack(stack, STACK_SIZE, SS_ONSTACK | SS_DISABLE), EINVAL);
    CHECK_ERRNO(sigaltstack((void *)8, NULL), EFAULT);
    CHECK_ERRNO(sigaltstack(NULL, (void *)8), EFAULT);
    CHECK_EQ(query().ss_sp, stack);
    CHECK_OK(set_stack(stack, STACK_SIZE, SS_ONSTACK)); /* as if 0 */
    CHECK_EQ(query().ss_flags, 0);
}

static void changes_in_use(int signo, siginfo_t *info, void *context)
{
    on_signal(signo, info, context);
    CHECK_ERRNO(set_stack(stack, STACK_SIZE, 0), EPERM);
    CHECK_ERRNO(set_stack(NULL, 0, SS_DISABLE), EPERM);
}

static void not_changed_while_in_use(void)
{
    make_stack(0);
    catch_with(SIGUSR1, changes_in_use, SA_ONSTACK);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1].count, 1);
    CHECK_EQ(query().ss_sp, stack);
}

static char *volatile outer_frame;

static void raises_another(int signo, siginfo_t *info, void *context)
{
    char here;

    (void)signo;
    (void)info;
    (void)context;
    outer_frame = &here;
    raise_here(SIGUSR2);
}

/* The second handler goes on below the first one, not at the top again. */
static void nested_handlers_share_it(void)
{
    make_stack(0);
    catch_with(SIGUSR1, raises_another, SA_ONSTACK);
    catch_with(SIGUSR2, looks, SA_ONSTACK);
    raise_here(SIGUSR1);
    CHECK_EQ(seen[SIGUSR2].count, 1);
    CHECK_EQ(on_stack, 1);
    CHECK(frame_inside < outer_frame);
}

/* With SS_AUTODISARM the stack is off while a handler runs on it, so that the
 * handler may give it away; it comes back when the handler returns. */
static void autodisarm(void)
{
    make_stack((int)SS_AUTODISARM);
    CHECK_EQ((unsigned)query().ss_flags, SS_AUTODISARM);
    catch_with(SIGUSR1, looks, SA_ONSTACK);
    raise_here(SIGUSR1);
    CHECK_EQ(on_stack, 1);
    CHECK_EQ(flags_inside, SS_DISABLE);
    CHECK_EQ((unsigned)query().ss_flags, SS_AUTODISARM);
    CHECK_EQ(query().ss_sp, stack);
}

static void jumps_out(int signo, siginfo_t *info, void *context)
{
    looks(signo, info, context);
    siglongjmp(back, 1);
}

static void usable_after_a_jump(void)
{
    volatile int round;

    make_stack(0);
    catch_with(SIGUSR1, jumps_out, SA_ONSTACK);
    for (round = 0; round < 3; round++) {
        if (sigsetjmp(back, 1) == 0)
            raise_here(SIGUSR1);
        CHECK_EQ(on_stack, 1);
        CHECK_EQ(query().ss_flags, 0);
    }
    CHECK_EQ(seen[SIGUSR1].count, 3);
}

static int has_it(void *unused)
{
    (void)unused;
    CHECK_EQ(query().ss_sp, stack);
    raise_here(SIGUSR1);
    CHECK_EQ(on_stack, 1);
    return 0;
}

static void fork_keeps_it(void)
{
    make_stack(0);
    catch_with(SIGUSR1, looks, SA_ONSTACK);
    CHECK_CHILD(has_it, NULL);
}

static void descends_for_ever(int signo, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    raise_here(signo);
}

/* Each handler is built below the one before, until there is no room. */
static int fills_the_stack(void *unused)
{
    (void)unused;
    make_stack(0);
    catch_with(SIGUSR1, descends_for_ever, SA_ONSTACK | SA_NODEFER);
    raise_here(SIGUSR1);
    return 1;
}

static void full_stack_kills(void)
{
    CHECK_SIGNAL(run_child(fills_the_stack, NULL), SIGSEGV);
}

/* Each frame is checked against the stack's end, so that what lies below is
 * not written over. */
static int fills_beside_a_page(void *below)
{
    stack = below;
    stack += PAGE;
    REQUIRE_OK(set_stack(stack, STACK_SIZE, 0));
    catch_with(SIGUSR1, descends_for_ever, SA_ONSTACK | SA_NODEFER);
    raise_here(SIGUSR1);
    return 1;
}

static void full_stack_spares_what_is_below(void)
{
    char *area = map_shared(STACK_SIZE + PAGE, RW);

    CHECK_SIGNAL(run_child(fills_beside_a_page, area), SIGSEGV);
    CHECK(all_bytes(area, PAGE, 0));
}

static int uses_stack_at(void *sp)
{
    REQUIRE_OK(set_stack(sp, STACK_SIZE, 0));
    catch_with(SIGUSR1, looks, SA_ONSTACK);
    raise_here(SIGUSR1);
    return 1;
}

static void bad_stacks_kill(void)
{
    char *file_end;

    CHECK_SIGNAL(run_child(uses_stack_at, map_anon(STACK_SIZE, PROT_READ)),
                 SIGSEGV);
    CHECK_SIGNAL(run_child(uses_stack_at, free_range(STACK_SIZE)), SIGSEGV);
    CHECK_SIGNAL(run_child(uses_stack_at, (void *)0xffff888000000000UL),
                 SIGSEGV);
    CHECK_SIGNAL(run_child(uses_stack_at, (void *)0x7ffffffff000UL), SIGSEGV);
    CHECK_SIGNAL(run_child(uses_stack_at, (void *)-STACK_SIZE), SIGSEGV);
    CHECK_SIGNAL(run_child(uses_stack_at, (void *)-1L), SIGSEGV);
    file_end = map_island(1);
    CHECK_SIGNAL(run_child(uses_stack_at, file_end - STACK_SIZE + PAGE / 8),
                 SIGSEGV);
}

static int stack_pointer_is_lost(void *sp)
{
    catch_signal(SIGALRM, 0);
    __asm__ volatile("mov %0, %%rsp\n"
                     "mov %1, %%eax\n" /* kill(pid, SIGALRM) */
                     "syscall\n"
                     "ud2\n"
                     :
                     : "r"(sp), "i"(62), "D"(getpid()), "S"(SIGALRM)
                     : "rax", "rcx", "r11", "memory");
    return 1;
}

/* The ordinary stack pointer points anywhere. */
static void lost_stack_pointer_kills(void)
{
    CHECK_SIGNAL(run_child(stack_pointer_is_lost, NULL), SIGSEGV);
    CHECK_SIGNAL(run_child(stack_pointer_is_lost, (void *)64), SIGSEGV);
    CHECK_SIGNAL(run_child(stack_pointer_is_lost, (void *)0xffffffff80000000UL),
                 SIGSEGV);
    CHECK_SIGNAL(run_child(stack_pointer_is_lost, (void *)0x1234567812345678UL),
                 SIGSEGV);
    CHECK_SIGNAL(run_child(stack_pointer_is_lost, free_range(PAGE)), SIGSEGV);
}

static const struct test_case cases[] = {
    CASE(none_at_first),
    CASE(used_by_those_that_ask),
    CASE(disabled_again),
    CASE(refused),
    CASE(not_changed_while_in_use),
    CASE(nested_handlers_share_it),
    CASE(autodisarm),
    CASE(usable_after_a_jump),
    CASE(fork_keeps_it),
    CASE(full_stack_kills),
    CASE(full_stack_spares_what_is_below),
    CASE(bad_stacks_kill),
    CASE(lost_stack_pointer_kills),
};

TEST_MAIN(cases)
