/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/PID/oom_score_adj, its old form oom_adj, and oom_score: what
 * they take, who may lower them, fork and exec, and how memory weighs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/test/probe.h"
#include "user/test/smaps.h"

static const char adj_name[] = "/proc/self/oom_score_adj";
static const char old_name[] = "/proc/self/oom_adj";

static long number_in(const char *name)
{
    return strtol(proc_text(name), NULL, 10);
}

static long write_to(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY), error;
    long n;

    REQUIRE_OK(fd);
    n = write(fd, text, strlen(text));
    error = errno;
    CHECK_OK(close(fd));
    errno = error;
    return n;
}

/* CAP_SYS_RESOURCE, which root may have been denied. */
static int may_lower(void)
{
    const int cap = 24;
    char *at = strstr(proc_text("/proc/self/status"), "CapEff:");

    REQUIRE(at != NULL);
    return strtoul(at + 7, NULL, 16) >> cap & 1;
}

static void what_it_takes(void)
{
    static const struct {
        const char *text;
        long value;
    } good[] = { { "0", 0 },  { "1", 1 },   { "5\n", 5 }, { " 6 ", 6 },
                 { "+7", 7 }, { "0x8", 8 }, { "011", 9 }, { "1000", 1000 } };
    size_t i;

    for (i = 0; i < COUNT(good); i++) {
        CHECK_EQ(write_to(adj_name, good[i].text), strlen(good[i].text));
        CHECK_EQ(number_in(adj_name), good[i].value);
    }
}

static void what_it_refuses(void)
{
    static const char *const bad[] = { "1001", "-1001", "", "x", "5x", "--5" };
    size_t i;

    CHECK_EQ(write_to(adj_name, "3"), 1);
    for (i = 0; i < COUNT(bad); i++)
        CHECK_ERRNO(write_to(adj_name, bad[i]), EINVAL);
    CHECK_ERRNO(write_to(adj_name, "99999999999"), ERANGE);
    CHECK_EQ(number_in(adj_name), 3);
}

static void the_old_form(void)
{
    static const struct {
        const char *text;
        long old, adj;
    } steps[] = {
        { "1", 0, 58 }, { "8", 7, 470 }, { "14", 13, 823 }, { "15", 15, 1000 }
    };
    size_t i;

    for (i = 0; i < COUNT(steps); i++) {
        CHECK_EQ(write_to(old_name, steps[i].text), strlen(steps[i].text));
        CHECK_EQ(number_in(adj_name), steps[i].adj);
        CHECK_EQ(number_in(old_name), steps[i].old);
    }
    CHECK_ERRNO(write_to(old_name, "16"), EINVAL);
    CHECK_ERRNO(write_to(old_name, "-18"), EINVAL);
}

/* Raised by anyone, lowered to what it was set to with rights. */
static void raising_and_lowering(void)
{
    if (may_lower()) {
        CHECK_EQ(write_to(adj_name, "-500"), 4);
        CHECK_EQ(write_to(adj_name, "-1000"), 5);
        CHECK_EQ(number_in(old_name), -17);
        CHECK_EQ(number_in("/proc/self/oom_score"), 0);
        CHECK_EQ(write_to(old_name, "-16"), 3);
        CHECK_EQ(number_in(adj_name), -941);
        CHECK_EQ(write_to(adj_name, "0"), 1);
    }
    if (geteuid() == 0)
        REQUIRE_OK(setuid(12345));
    /* The file stays root's where the program may not be read. */
    if (access(adj_name, W_OK) != 0)
        return;
    CHECK_EQ(write_to(adj_name, "300"), 3);
    CHECK_EQ(write_to(adj_name, "200"), 3);
    CHECK_EQ(write_to(adj_name, "0"), 1);
    CHECK_ERRNO(write_to(adj_name, "-1"), EACCES);
    CHECK_EQ(write_to(adj_name, "300"), 3);
    CHECK_ERRNO(write_to(old_name, "1"), EACCES);
    CHECK_EQ(number_in(adj_name), 300);
}

static int has_333(void *arg)
{
    (void)arg;
    CHECK_EQ(number_in(adj_name), 333);
    CHECK_EQ(write_to(adj_name, "444"), 3);
    return 0;
}

static int executes_has_333(void *arg)
{
    static char *const argv[] = { "proc_oom_score", "look", NULL };

    (void)arg;
    execv(test_self(), argv);
    return 1;
}

static void fork_and_exec(void)
{
    CHECK_EQ(write_to(adj_name, "333"), 3);
    CHECK_CHILD(has_333, NULL);
    CHECK_EQ(number_in(adj_name), 333);
    CHECK_CHILD(executes_has_333, NULL);
}

static void of_another_process(void)
{
    char name[40];
    pid_t pid = fork();

    REQUIRE_OK(pid);
    if (pid == 0) {
        sleep_ms(100000);
        _exit(0);
    }
    snprintf(name, sizeof(name), "/proc/%d/oom_score_adj", (int)pid);
    CHECK_EQ(write_to(name, "700"), 3);
    CHECK_EQ(number_in(name), 700);
    CHECK(number_in(adj_name) != 700);
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
    CHECK_ERRNO(open(name, O_RDONLY), ENOENT);
}

/* A thousand of adjustment is all of memory, and two thirds of the scale. */
static void adjustment_and_score(void)
{
    long before;

    CHECK_EQ(write_to(adj_name, "0"), 1);
    before = number_in("/proc/self/oom_score");
    CHECK(before >= 666 && before < 700);
    CHECK_EQ(write_to(adj_name, "500"), 3);
    CHECK(number_in("/proc/self/oom_score") > before + 320);
    CHECK(number_in("/proc/self/oom_score") < before + 340);
    CHECK_EQ(write_to(adj_name, "1000"), 4);
    CHECK(number_in("/proc/self/oom_score") > before + 655);
    CHECK(number_in("/proc/self/oom_score") <= 1400);
}

/* A part of all memory is that part of two thirds of the scale. */
static void memory_and_score(void)
{
    long total = value_after(proc_text("/proc/meminfo"), "MemTotal:");
    long before = number_in("/proc/self/oom_score"), part = 32, after;
    char *p = map_anon((size_t)part * MIB, RW);

    mark_pages(p, (size_t)part * MIB / PAGE, 1);
    after = number_in("/proc/self/oom_score");
    part = part * 1024 * 1000 / total * 2 / 3;
    CHECK(after >= before + part - 2);
    CHECK(after <= before + part + 2);
}

static void unkillable(void)
{
    pid_t pid = fork();
    char name[40];

    REQUIRE_OK(pid);
    if (pid == 0)
        _exit(0);
    CHECK_OK(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT));
    snprintf(name, sizeof(name), "/proc/%d/oom_score", (int)pid);
    CHECK_EQ(number_in(name), 0);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_EQ(number_in("/proc/1/oom_score"), 0);
}

static const struct test_case cases[] = {
    CASE(what_it_takes),        CASE(what_it_refuses),
    CASE(the_old_form),         CASE(raising_and_lowering),
    CASE(fork_and_exec),        CASE(of_another_process),
    CASE(adjustment_and_score), CASE(memory_and_score),
    CASE(unkillable),
};

int main(int argc, char **argv, char **envp)
{
    if (argc == 2 && strcmp(argv[1], "look") == 0) {
        test_start(argv, envp);
        (void)has_333(NULL);
        return test_result();
    }
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
