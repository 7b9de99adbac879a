/* SPDX-License-Identifier: MIT */
/*
 * Verifies who may look into another process's memory, by /proc and by
 * process_vm_readv, and that a file of /proc stays with the address space that
 * it was opened for.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "user/test/test.h"

#define SOMEBODY 1000U
#define OTHER 1001U

/* Has the program do nothing but wait to be killed. */
#define WAIT "-w"

static const char *const files[] = { "maps",    "smaps", "smaps_rollup",
                                     "environ", "mem",   "pagemap" };
static char word[8] = "secret";

/* Real, effective and saved user and group; what it says of itself. */
struct person {
    unsigned real, effective, saved, group;
    int dumpable; /* -1: nothing */
};

static const struct person root = { 0, 0, 0, 0, -1 };
static const struct person somebody = { SOMEBODY, SOMEBODY, SOMEBODY, SOMEBODY,
                                        1 };

static void become(const struct person *who)
{
    REQUIRE_OK(setresgid(who->group, who->group, who->group));
    REQUIRE_OK(setresuid(who->real, who->effective, who->saved));
    if (who->dumpable >= 0)
        REQUIRE_OK(prctl(PR_SET_DUMPABLE, who->dumpable));
}

static int baton[2];

static int waits_as(void *who)
{
    become(who);
    baton_pass(baton);
    return pause();
}

static int open_of(pid_t pid, const char *name, int flags)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return open(path, flags);
}

static long read_word(pid_t pid)
{
    char copy[8];
    struct iovec here = { copy, sizeof(copy) }, there = { word, sizeof(word) };

    return process_vm_readv(pid, &here, 1, &there, 1, 0);
}

struct look {
    const struct person *who;
    pid_t pid;
    int may_open, may_call;
};

static int looks(void *arg)
{
    const struct look *look = arg;
    size_t i;

    become(look->who);
    for (i = 0; i < COUNT(files); i++)
        if (look->may_open)
            CHECK_OK(open_of(look->pid, files[i], O_RDONLY));
        else
            CHECK_ERRNO(open_of(look->pid, files[i], O_RDONLY), EACCES);
    if (look->may_call)
        CHECK_EQ(read_word(look->pid), sizeof(word));
    else
        CHECK_ERRNO(read_word(look->pid), EPERM);
    CHECK_OK(open_of(look->pid, "status", O_RDONLY));
    CHECK_OK(open_of(look->pid, "cmdline", O_RDONLY));
    return 0;
}

static void end_child(pid_t pid)
{
    CHECK_OK(kill(pid, SIGKILL));
    CHECK_SIGNAL(wait_child(pid), SIGKILL);
}

/* What `who` may do to `whom`. */
static void check_look(const struct person *who, const struct person *whom,
                       int may_open, int may_call)
{
    struct look look = { who, 0, may_open, may_call };

    baton_make(baton);
    look.pid = start_child(waits_as, (void *)whom);
    baton_wait(baton);
    CHECK_CHILD(looks, &look);
    end_child(look.pid);
}

static void same_user(void)
{
    check_look(&somebody, &somebody, 1, 1);
    check_look(&root, &somebody, 1, 1);
}

static void other_user(void)
{
    struct person other = { OTHER, OTHER, OTHER, SOMEBODY, 1 };

    check_look(&somebody, &root, 0, 0);
    check_look(&somebody, &other, 0, 0);
}

static void other_group(void)
{
    struct person other = { SOMEBODY, SOMEBODY, SOMEBODY, OTHER, 1 };

    check_look(&somebody, &other, 0, 0);
}

/* Who could become root again is not just somebody. */
static void saved_root(void)
{
    struct person other = { SOMEBODY, SOMEBODY, 0, SOMEBODY, 1 };

    check_look(&somebody, &other, 0, 0);
}

static void not_dumpable(void)
{
    struct person secret = somebody;

    secret.dumpable = 0;
    check_look(&somebody, &secret, 0, 0);
    check_look(&root, &secret, 1, 1);
}

/* Who became another user has memory from before. */
static void changed_user(void)
{
    struct person changed = somebody;

    changed.dumpable = -1;
    check_look(&somebody, &changed, 0, 0);
}

/* Root who acts as somebody: files look at that, system calls do not. */
static void effective_user(void)
{
    struct person acting = { 0, SOMEBODY, 0, SOMEBODY, -1 };
    struct person root_of_group = { 0, 0, 0, SOMEBODY, 1 };

    check_look(&acting, &somebody, 1, 0);
    check_look(&acting, &root_of_group, 0, 1);
}

static void dumpable_until_changed(void)
{
    CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
    CHECK_OK(setresuid(SOMEBODY, (uid_t)-1, (uid_t)-1));
    CHECK_OK(setresgid((gid_t)-1, (gid_t)-1, SOMEBODY));
    CHECK_EQ(prctl(PR_GET_DUMPABLE), 1);
    CHECK_OK(setresgid((gid_t)-1, SOMEBODY, (gid_t)-1));
    CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
    CHECK_OK(prctl(PR_SET_DUMPABLE, 1));
    CHECK_OK(setresuid((uid_t)-1, OTHER, (uid_t)-1));
    CHECK_EQ(prctl(PR_GET_DUMPABLE), 0);
}

static int sets_as_somebody(void *arg)
{
    become(&somebody);
    CHECK_ERRNO(open_of(*(pid_t *)arg, "oom_score_adj", O_WRONLY), EACCES);
    CHECK_ERRNO(open_of(*(pid_t *)arg, "clear_refs", O_WRONLY), EACCES);
    CHECK_OK(open_of(*(pid_t *)arg, "oom_score_adj", O_RDONLY));
    CHECK_ERRNO(open("/proc/sys/vm/overcommit_memory", O_WRONLY), EACCES);
    CHECK_ERRNO(open("/proc/sys/vm/drop_caches", O_WRONLY), EACCES);
    CHECK_OK(open("/proc/sys/vm/overcommit_memory", O_RDONLY));
    CHECK_OK(open("/proc/self/oom_score_adj", O_RDWR));
    return 0;
}

static void settings(void)
{
    pid_t parent = getpid();

    CHECK_CHILD(sets_as_somebody, &parent);
}

static int executes(void *unused)
{
    char *argv[] = { "proc_access", WAIT, NULL };
    char *envp[] = { "A=new", NULL };

    (void)unused;
    baton_wait(baton);
    execve(test_self(), argv, envp);
    return 1;
}

static void opened_before_exec(void)
{
    char text[8] = "";
    int fds[COUNT(files)], ended[2];
    size_t i;
    pid_t pid;

    baton_make(baton);
    REQUIRE_OK(pipe2(ended, O_CLOEXEC));
    pid = start_child(executes, NULL);
    close(ended[1]);
    for (i = 0; i < COUNT(files); i++)
        fds[i] = open_of(pid, files[i], O_RDONLY);
    baton_pass(baton);
    CHECK_EQ(read(ended[0], text, 1), 0);
    for (i = 0; i < COUNT(files); i++)
        if (strcmp(files[i], "smaps_rollup") == 0)
            CHECK_ERRNO(read(fds[i], text, 8), ESRCH);
        else
            CHECK_EQ(read(fds[i], text, 8), 0);
    while (read(open_of(pid, "environ", O_RDONLY), text, 8) == 0)
        sleep_ms(1); /* it is not complete yet */
    CHECK_STR(text, "A=new");
    end_child(pid);
}

static int ends(void *unused)
{
    (void)unused;
    return 0;
}

static void after_exit(void)
{
    pid_t pid = start_child(ends, NULL);
    siginfo_t info;
    char text[8];

    REQUIRE_OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    CHECK_EQ(read(open_of(pid, "maps", O_RDONLY), text, 8), 0);
    CHECK_EQ(read(open_of(pid, "smaps", O_RDONLY), text, 8), 0);
    CHECK_EQ(read(open_of(pid, "cmdline", O_RDONLY), text, 8), 0);
    CHECK_ERRNO(open_of(pid, "smaps_rollup", O_RDONLY), ESRCH);
    CHECK_ERRNO(open_of(pid, "environ", O_RDONLY), ESRCH);
    CHECK_ERRNO(open_of(pid, "mem", O_RDONLY), ESRCH);
    CHECK_EXIT(wait_child(pid), 0);
}

static const struct test_case cases[] = {
    CASE(same_user),      CASE(other_user),
    CASE(other_group),    CASE(saved_root),
    CASE(not_dumpable),   CASE(changed_user),
    CASE(effective_user), CASE(dumpable_until_changed),
    CASE(settings),       CASE(opened_before_exec),
    CASE(after_exit),
};

int main(int argc, char **argv, char **envp)
{
    if (argc == 2 && strcmp(argv[1], WAIT) == 0)
        return pause();
    return test_main(argc, argv, envp, cases, COUNT(cases));
}
