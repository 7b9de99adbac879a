/* SPDX-License-Identifier: MIT */
/*
 * Verifies what a process keeps through execve and what it loses: the pid,
 * the folder, the descriptors and the limits stay; memory is new.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static int dirty_data = 1;
static char dirty_bss[3 * PAGE];

/* A number that the program gets as text. */
static unsigned long number(const char *text)
{
    unsigned long value = 0;

    for (; *text != '\0'; text++)
        value = value * 10 + (unsigned long)(*text - '0');
    return value;
}

/* ---- the executed program ---- */

static int look_at_memory(char **argv)
{
    char *area = (char *)number(argv[2]);
    struct map_line line;

    CHECK_EQ(dirty_data, 1);
    CHECK(all_bytes(dirty_bss, sizeof(dirty_bss), 0));
    CHECK(!maps_find(area, &line) || line.name[0] == '[' || line.inode != 0 ||
          peek(area) != 0x77);
    CHECK(break_now() != (char *)number(argv[3]));
    return test_result();
}

static int look_at_identity(char **argv)
{
    char folder[200];

    CHECK_EQ(getpid(), number(argv[2]));
    CHECK_EQ(getppid(), number(argv[3]));
    CHECK(getcwd(folder, sizeof(folder)) == folder);
    CHECK_STR(folder, argv[4]);
    return test_result();
}

static int look_at_descriptors(char **argv)
{
    int kept = (int)number(argv[2]), closed = (int)number(argv[3]);
    char byte = 0;

    CHECK_EQ(read(kept, &byte, 1), 1);
    CHECK_EQ(byte, 'b');
    CHECK_ERRNO(read(closed, &byte, 1), EBADF);
    CHECK_ERRNO(fcntl(closed, F_GETFD), EBADF);
    CHECK_EQ(fcntl(kept, F_GETFD), 0);
    return test_result();
}

static int look_at_limits(char **argv)
{
    struct rlimit limit;

    (void)argv;
    CHECK_OK(getrlimit(RLIMIT_AS, &limit));
    CHECK_EQ(limit.rlim_cur, 64 * MIB);
    CHECK_ERRNO(mmap(NULL, 64 * MIB, RW, ANON, -1, 0), ENOMEM);
    return test_result();
}

static const struct {
    const char *name;
    int (*run)(char **argv);
} looks[] = {
    { "@memory", look_at_memory },
    { "@identity", look_at_identity },
    { "@descriptors", look_at_descriptors },
    { "@limits", look_at_limits },
};

/* ---- the cases ---- */

static char *argv_of_self[6] = { "self" };
static char texts[3][160];

static void become_self(void)
{
    char *envp[] = { NULL };

    execve(test_self(), argv_of_self, envp);
    _exit(98);
}

static void text(size_t i, unsigned long value)
{
    snprintf(texts[i], sizeof(texts[i]), "%lu", value);
    argv_of_self[2 + i] = texts[i];
}

static int replaces_memory(void *unused)
{
    char *area = map_anon(4 * PAGE, RW);

    (void)unused;
    memset(area, 0x77, 4 * PAGE);
    memset(dirty_bss, 1, sizeof(dirty_bss));
    dirty_data = 2;
    REQUIRE(break_set(break_now() + 64 * PAGE) != NULL);
    argv_of_self[1] = "@memory";
    text(0, (unsigned long)area);
    text(1, (unsigned long)break_now());
    become_self();
    return 1;
}

static void memory_is_new(void)
{
    CHECK_CHILD(replaces_memory, NULL);
    CHECK_EQ(dirty_data, 1);
}

static int keeps_identity(void *unused)
{
    (void)unused;
    tmp_enter();
    argv_of_self[1] = "@identity";
    text(0, (unsigned long)getpid());
    text(1, (unsigned long)getppid());
    REQUIRE(getcwd(texts[2], sizeof(texts[2])) != NULL);
    argv_of_self[4] = texts[2];
    become_self();
    return 1;
}

static void pid_and_folder_stay(void)
{
    pid_t pid = start_child(keeps_identity, NULL);

    CHECK_EXIT(wait_child(pid), 0);
    tmp_remove(pid);
}

static int keeps_descriptors(void *unused)
{
    int kept = tmp_pages(2, 0, 'a'), closed = tmp_pages(1, 0, 'x');

    (void)unused;
    REQUIRE_OK(lseek(kept, PAGE, SEEK_SET));
    REQUIRE_OK(fcntl(closed, F_SETFD, FD_CLOEXEC));
    CHECK_EQ(fcntl(closed, F_GETFD), FD_CLOEXEC);
    argv_of_self[1] = "@descriptors";
    text(0, (unsigned long)kept);
    text(1, (unsigned long)closed);
    become_self();
    return 1;
}

static void descriptors_stay_unless_marked(void)
{
    CHECK_CHILD(keeps_descriptors, NULL);
}

static int opens_marked(void *unused)
{
    int kept = tmp_pages(2, 0, 'a');
    int closed = open("/dev/zero", O_RDONLY | O_CLOEXEC);

    (void)unused;
    REQUIRE_OK(closed);
    REQUIRE_OK(lseek(kept, PAGE, SEEK_SET));
    argv_of_self[1] = "@descriptors";
    text(0, (unsigned long)kept);
    text(1, (unsigned long)closed);
    become_self();
    return 1;
}

static void marked_by_open(void)
{
    CHECK_CHILD(opens_marked, NULL);
}

static int limits_itself(void *unused)
{
    (void)unused;
    set_limit(RLIMIT_AS, 64 * MIB);
    argv_of_self[1] = "@limits";
    become_self();
    return 1;
}

static void limits_stay(void)
{
    CHECK_CHILD(limits_itself, NULL);
}

/* Shared memory is unmapped, and its other holders keep it. */
static int leaves_shared(void *area)
{
    memset(area, 0x77, PAGE);
    argv_of_self[1] = "@memory";
    text(0, (unsigned long)area);
    text(1, 0);
    become_self();
    return 1;
}

static void shared_memory_is_left(void)
{
    char *area = map_shared(PAGE, RW);

    CHECK_CHILD(leaves_shared, area);
    CHECK(all_bytes(area, PAGE, 0x77));
}

static const struct test_case cases[] = {
    CASE(memory_is_new),
    CASE(pid_and_folder_stay),
    CASE(descriptors_stay_unless_marked),
    CASE(marked_by_open),
    CASE(limits_stay),
    CASE(shared_memory_is_left),
};

int main(int argc, char **argv, char **envp)
{
    size_t i;

    test_start(argv, envp);
    for (i = 0; argc > 1 && i < COUNT(looks); i++)
        if (strcmp(argv[1], looks[i].name) == 0)
            return looks[i].run(argv);
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
