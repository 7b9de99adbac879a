/* SPDX-License-Identifier: MIT */
/*
 * The frame of the demonstrations: see vmdemo.h.
 *
 * Reading the counters touches pages of this program; so they are read twice
 * before a step, and what the first reading faulted in does not count.
 */
#include <vmdemo.h>

#include <err.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

int demo_code;
void *demo_address;

static struct vmcounts before, after;
static unsigned steps, failures;
static sigjmp_buf fault;

static void note_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    demo_code = info->si_code;
    demo_address = info->si_addr;
    siglongjmp(fault, sig);
}

void demo_title(const char *title)
{
    struct sigaction action = { .sa_sigaction = note_fault,
                                .sa_flags = SA_SIGINFO };
    size_t i;

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    puts(title);
    for (i = 0; i < strlen(title); i++)
        putchar('=');
    puts("");
    demo_read(title); /* the pages that this needs are there from now on */
    vmcounts_read(&before);
    vmcounts_read(&after);
    if (before.value[VMCOUNT_FILLED] < 0)
        puts("(This kernel does not count what Quire counts: some numbers are "
             "missing.)");
}

/* The counters are the whole system's: whoever reads our output shall have done
 * so, and be asleep again. */
static void settle(void)
{
    const struct timespec rest = { 0, 50000000 };

    fflush(stdout);
    nanosleep(&rest, NULL);
}

void demo_step(const char *format, ...)
{
    va_list args;

    printf("\n%u. ", ++steps);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    puts("");
    settle();
    vmcounts_read(&after);
    vmcounts_read(&before);
}

void demo_skip(unsigned n)
{
    steps += n;
}

void demo_counted(void)
{
    static const enum vmcount none[] = { VMCOUNTS };

    vmcounts_read(&after);
    if (before.value[VMCOUNT_FILLED] >= 0)
        vmcounts_print(&before, &after, none);
}

void demo_say(const char *format, ...)
{
    va_list args;

    fputs("   ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    puts("");
}

void demo_area(const char *name, const void *start, size_t len)
{
    struct vmarea area;

    vmpages_sum(start, len, &area);
    printf("   %s: %lu KiB mapped, %lu resident, %lu shared, %lu own\n", name,
           (unsigned long)len / 1024, area.resident, area.shared, area.own);
}

void demo_check(int holds, const char *claim)
{
    if (holds)
        return;
    failures++;
    printf("   ! this was expected, and is not so: %s\n", claim);
}

void demo_expect(enum vmcount which, long n)
{
    long found = vmcounts_diff(&before, &after, which);
    char claim[80];

    if (before.value[VMCOUNT_FILLED] < 0)
        return; /* what Linux counts, others add to as well */
    snprintf(claim, sizeof(claim), "counter %d goes up by %ld, not %ld",
             (int)which, n, found);
    demo_check(found == n, claim);
}

char *demo_island(size_t npages)
{
    size_t len = npages * DEMO_PAGE;
    char *mem = mmap(NULL, len + 2 * DEMO_PAGE, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (mem == MAP_FAILED ||
        mprotect(mem + DEMO_PAGE, len, PROT_READ | PROT_WRITE) != 0)
        err(1, "mmap");
    return mem + DEMO_PAGE;
}

int demo_read(const volatile char *at)
{
    int sig = sigsetjmp(fault, 1);

    if (sig == 0)
        (void)*at;
    return sig;
}

int demo_write(volatile char *at, char byte)
{
    int sig = sigsetjmp(fault, 1);

    if (sig == 0)
        *at = byte;
    return sig;
}

int demo_status(void)
{
    return failures == 0 ? 0 : 1;
}

int demo_end(void)
{
    if (failures == 0)
        puts("\nAll was as it was said to be.");
    else
        printf("\n%u claims did not hold.\n", failures);
    return demo_status();
}
