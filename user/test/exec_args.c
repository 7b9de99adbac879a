/* SPDX-License-Identifier: MIT */
/*
 * Verifies what execve hands to a program: arguments, environment and the
 * auxiliary vector. The program executes itself and looks.
 */
#include <sys/resource.h>

#include "user/test/probe.h"
#include "user/test/test.h"

#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_BASE 7
#define AT_ENTRY 9
#define AT_UID 11
#define AT_EUID 12
#define AT_GID 13
#define AT_EGID 14
#define AT_PLATFORM 15
#define AT_HWCAP 16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_RANDOM 25
#define AT_EXECFN 31

extern char _start[];

static char *no_strings[] = { NULL };

/* ---- what the executed program does, by argv[1] ---- */

static int look_at_arguments(int argc, char **argv, char **envp)
{
    CHECK_EQ(argc, 5);
    CHECK_STR(argv[0], "any name");
    CHECK_STR(argv[2], "");
    CHECK_STR(argv[3], "two words, \t and \xff");
    CHECK_STR(argv[4], "last");
    CHECK(argv[5] == NULL);
    CHECK_STR(envp[0], "PATH=/somewhere");
    CHECK_STR(envp[1], "");
    CHECK_STR(envp[2], "NOEQUALS");
    CHECK(envp[3] == NULL);
    CHECK_EQ(envp, argv + argc + 1);
    return test_result();
}

/* The strings lie in the order of their pointers, one behind the other. */
static int look_at_strings(int argc, char **argv, char **envp)
{
    const char *at = argv[0];
    int i;

    for (i = 0; i < argc; i++) {
        CHECK_EQ(argv[i], at);
        at += strlen(at) + 1;
    }
    for (i = 0; envp[i] != NULL; i++) {
        CHECK_EQ(envp[i], at);
        at += strlen(at) + 1;
    }
    CHECK_EQ(i, 2);
    CHECK_EQ(test_auxv(AT_EXECFN), at);
    return test_result();
}

static int look_at_auxv(int argc, char **argv, char **envp)
{
    const uint32_t *header = (const uint32_t *)test_auxv(AT_PHDR);

    (void)argc;
    (void)argv;
    (void)envp;
    CHECK_EQ(test_auxv(AT_PAGESZ), 4096);
    CHECK_EQ(test_auxv(AT_PHENT), 56);
    CHECK(test_auxv(AT_PHNUM) >= 2 && test_auxv(AT_PHNUM) < 20);
    REQUIRE(header != NULL);
    CHECK(header[0] >= 1);
    CHECK_EQ(header[-16], 0x464c457f);
    CHECK_EQ(*(const uint16_t *)(header - 2), test_auxv(AT_PHNUM));
    CHECK_EQ(test_auxv(AT_ENTRY), _start);
    CHECK_EQ(test_auxv(AT_BASE), 0);
    CHECK_EQ(test_auxv(AT_UID), getuid());
    CHECK_EQ(test_auxv(AT_EUID), geteuid());
    CHECK_EQ(test_auxv(AT_GID), getgid());
    CHECK_EQ(test_auxv(AT_EGID), getegid());
    CHECK_EQ(test_auxv(AT_SECURE), 0);
    CHECK_EQ(test_auxv(AT_CLKTCK), 100);
    CHECK(test_auxv(AT_HWCAP) != 0);
    CHECK_STR((const char *)test_auxv(AT_PLATFORM), "x86_64");
    CHECK_STR((const char *)test_auxv(AT_EXECFN), test_self());
    return test_result();
}

static int tell_random(int argc, char **argv, char **envp)
{
    (void)argc;
    (void)argv;
    (void)envp;
    REQUIRE(test_auxv(AT_RANDOM) != 0);
    return write(3, (const void *)test_auxv(AT_RANDOM), 16) == 16 ? 0 : 1;
}

static int count_bytes(int argc, char **argv, char **envp)
{
    size_t bytes = 0;
    int i;

    (void)envp;
    for (i = 2; i < argc; i++) {
        size_t len = strlen(argv[i]);

        CHECK(all_bytes(argv[i], len, 'x'));
        bytes += len;
    }
    CHECK_EQ(bytes, 10 * 100000);
    return test_result();
}

static int nothing_else(int argc, char **argv, char **envp)
{
    CHECK_EQ(argc, 2);
    CHECK(argv[2] == NULL);
    CHECK(envp[0] == NULL);
    return test_result();
}

static int longest_string(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(argc, 3);
    CHECK_EQ(strlen(argv[2]), 32 * PAGE - 1);
    return test_result();
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv, char **envp);
} looks[] = {
    { "@arguments", look_at_arguments }, { "@strings", look_at_strings },
    { "@auxv", look_at_auxv },           { "@random", tell_random },
    { "@bytes", count_bytes },           { "@nothing", nothing_else },
    { "@longest", longest_string },
};

/* ---- the cases ---- */

struct image {
    char **argv, **envp;
};

static int executes(void *image)
{
    const struct image *self = image;

    execve(test_self(), self->argv, self->envp);
    return errno;
}

static int run_self(char **argv, char **envp)
{
    struct image image = { argv, envp };

    return run_child(executes, &image);
}

static void arguments_and_environment(void)
{
    static char *argv[] = { "any name", "@arguments",
                            "",         "two words, \t and \xff",
                            "last",     NULL };
    static char *envp[] = { "PATH=/somewhere", "", "NOEQUALS", NULL };

    CHECK_EXIT(run_self(argv, envp), 0);
}

static void strings_in_order(void)
{
    static char *argv[] = { "a", "@strings", "bcd", "", "efg", NULL };
    static char *envp[] = { "X=1", "Y=22", NULL };

    CHECK_EXIT(run_self(argv, envp), 0);
}

static void auxiliary_vector(void)
{
    static char *argv[] = { "self", "@auxv", NULL };

    CHECK_EXIT(run_self(argv, no_strings), 0);
}

static void no_environment(void)
{
    static char *argv[] = { "self", "@nothing", NULL };

    CHECK_EXIT(run_self(argv, no_strings), 0);
    CHECK_EXIT(run_self(argv, NULL), 0);
}

static int executes_to_pipe(void *ends)
{
    static char *argv[] = { "self", "@random", NULL };

    REQUIRE_OK(dup2(((int *)ends)[1], 3));
    execve(test_self(), argv, no_strings);
    return errno;
}

static void random_bytes_differ(void)
{
    char one[16], two[16];
    int ends[2];

    close(3);
    REQUIRE_OK(pipe(ends));
    if (ends[1] == 3)
        REQUIRE_OK(ends[1] = dup(3));
    CHECK_CHILD(executes_to_pipe, ends);
    CHECK_CHILD(executes_to_pipe, ends);
    CHECK_EQ(read(ends[0], one, 16), 16);
    CHECK_EQ(read(ends[0], two, 16), 16);
    CHECK(memcmp(one, two, 16) != 0);
}

/* A string of that many x. */
static char *long_string(size_t len)
{
    char *p = map_anon(len + 1, RW);

    memset(p, 'x', len);
    return p;
}

static void a_megabyte_of_arguments(void)
{
    static char *argv[13] = { "self", "@bytes" };
    size_t i;

    argv[2] = long_string(100000);
    for (i = 3; i < 12; i++)
        argv[i] = argv[2];
    CHECK_EXIT(run_self(argv, no_strings), 0);
}

/* One string may have 32 pages, with its end. */
static void too_long_a_string(void)
{
    static char *argv[] = { "self", "@nothing", NULL, NULL };

    argv[2] = long_string(32 * PAGE);
    CHECK_EXIT(run_self(argv, no_strings), E2BIG);
    CHECK_EXIT(run_self(no_strings, argv), E2BIG);
    argv[2]++;
    argv[1] = "@longest";
    CHECK_EXIT(run_self(argv, no_strings), 0);
}

/* All together a quarter of the stack's limit. */
static void too_many_bytes(void)
{
    static char *argv[43] = { "self", "@nothing" };
    size_t i;

    set_limit(RLIMIT_STACK, 8 * MIB);
    argv[2] = long_string(100000);
    for (i = 3; i < 42; i++)
        argv[i] = argv[2];
    CHECK_EXIT(run_self(argv, no_strings), E2BIG);
    CHECK_EXIT(run_self(no_strings, argv), E2BIG);
}

static const struct test_case cases[] = {
    CASE(arguments_and_environment), CASE(strings_in_order),
    CASE(auxiliary_vector),          CASE(no_environment),
    CASE(random_bytes_differ),       CASE(a_megabyte_of_arguments),
    CASE(too_long_a_string),         CASE(too_many_bytes),
};

int main(int argc, char **argv, char **envp)
{
    size_t i;

    test_start(argv, envp);
    for (i = 0; argc > 1 && i < COUNT(looks); i++)
        if (strcmp(argv[1], looks[i].name) == 0)
            return looks[i].run(argc, argv, envp);
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
