/* SPDX-License-Identifier: MIT */
/*
 * cowdemo: fork copies no data. A page is copied when one of the two writes
 * to it, and not even then if the other has gone.
 *
 * Parent and child take turns over two pipes, so that every step is one
 * process's alone.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vmdemo.h>

#define NPAGES 64UL
#define LEN (NPAGES * DEMO_PAGE)

static char *area;
static int to_child[2], to_parent[2];

static void pass(const int ends[2])
{
    fflush(stdout);
    if (write(ends[1], "", 1) != 1)
        err(1, "pipe");
}

static void await(const int ends[2])
{
    char byte;

    if (read(ends[0], &byte, 1) != 1)
        exit(1); /* the other one has gone */
}

static void fill(void)
{
    size_t i;

    demo_step("The parent maps %lu pages (%lu KiB) and writes to each.", NPAGES,
              LEN / 1024);
    area = demo_island(NPAGES);
    for (i = 0; i < NPAGES; i++)
        area[i * DEMO_PAGE] = (char)i;
    demo_counted();
    demo_expect(VMCOUNT_FILLED, NPAGES);
    demo_area("the area", area, LEN);
}

/* What the child does; it ends with its own checks' result. */
static void run_child(void)
{
    size_t i, sum = 0;

    await(to_child);
    demo_step("The child reads all %lu pages.", NPAGES);
    for (i = 0; i < NPAGES; i++)
        sum += (unsigned char)area[i * DEMO_PAGE];
    demo_counted();
    demo_check(sum == NPAGES * (NPAGES - 1) / 2, "it sees the same bytes");
    demo_expect(VMCOUNT_FAULTS, 0);
    demo_say("Nothing to do for the kernel: the child has the same frames.");

    demo_step("The child writes one byte, in page 3.");
    area[3 * DEMO_PAGE] = 99;
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 1);
    demo_area("the child's area", area, LEN);
    demo_say("Page 3 was copied, %lu bytes for one byte written: now the child "
             "has\n   its own. The other %lu are still shared.",
             DEMO_PAGE, NPAGES - 1);
    pass(to_parent);

    await(to_child);
    exit(demo_status());
}

static void write_in_parent(void)
{
    demo_skip(2);
    demo_check(area[3 * DEMO_PAGE] == 3, "the parent's byte is unchanged");
    demo_step("The parent reads page 3: it is as before. It writes to it.");
    area[3 * DEMO_PAGE] = 33;
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 0);
    demo_expect(VMCOUNT_REUSED, 1);
    demo_say("Nobody else has the parent's frame since the child has its\n"
             "   copy: the kernel just let the parent write to it.");

    demo_step("The parent writes to page 4, which is still shared.");
    area[4 * DEMO_PAGE] = 44;
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 1);
    demo_area("the parent's area", area, LEN);
}

static void write_alone(void)
{
    size_t i;

    demo_step("The child has ended. The parent writes to all pages.");
    for (i = 0; i < NPAGES; i++)
        area[i * DEMO_PAGE] = 1;
    demo_counted();
    demo_expect(VMCOUNT_COPIED, 0);
    demo_expect(VMCOUNT_REUSED, NPAGES - 2);
    demo_area("the area", area, LEN);
    demo_say("Not one copy: the last owner of a frame writes to it in place.\n"
             "   Pages 3 and 4 were writable already.");
}

int main(void)
{
    struct vmarea now;
    int status = 0;
    pid_t pid;

    if (pipe(to_child) != 0 || pipe(to_parent) != 0)
        err(1, "pipe");
    demo_title("cowdemo: fork copies no data");
    fill();
    demo_step("The parent forks.");
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        run_child();
    demo_counted();
    demo_area("the area", area, LEN);
    vmpages_sum(area, LEN, &now);
    demo_check(now.shared == LEN / 1024, "all of it is shared");
    demo_say("The table's entries were copied, not the pages: all %lu belong\n"
             "   to both now, and neither may write to them. (What was copied\n"
             "   are a few pages of stack and variables, which the parent\n"
             "   wrote to when it went on.)",
             NPAGES);
    pass(to_child);
    await(to_parent);
    write_in_parent();
    pass(to_child);
    if (waitpid(pid, &status, 0) != pid)
        err(1, "wait");
    demo_check(WIFEXITED(status) && WEXITSTATUS(status) == 0,
               "the child ends well");
    write_alone();
    return demo_end();
}
