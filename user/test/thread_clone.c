/* SPDX-License-Identifier: MIT */
/*
 * Verifies clone: what a thread shares with its process and what it has of
 * its own, where its number is written, what sets of flags are refused, and
 * processes that share some things but not others.
 */
#include <asm/prctl.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"
#include "user/test/threads.h"
#include "user/test/tmp.h"

static char stack[THREAD_STACK];
static volatile int words[4];
static long mapped;

static int looks_at_ids(void *unused)
{
    (void)unused;
    words[0] = (int)ASK(getpid);
    words[1] = (int)ASK(gettid);
    words[2] = (int)ASK(getppid);
    return 0;
}

static void numbers(void)
{
    struct test_thread thread;

    CHECK_EQ(gettid(), getpid());
    thread_start(&thread, looks_at_ids, NULL);
    thread_join(&thread);
    CHECK_EQ(words[0], getpid());
    CHECK_EQ(words[1], thread.tid);
    CHECK(thread.tid != getpid());
    CHECK_EQ(words[2], getppid());
}

static int changes_things(void *unused)
{
    (void)unused;
    words[0] = (int)ASK(open, "/dev/null", O_RDONLY, 0);
    ASK(chdir, "/dev");
    ASK(umask, 0123);
    mapped = ASK(mmap, NULL, PAGE, RW, ANON, -1, 0);
    return 0;
}

/* Memory, descriptors, the folder and the mask of new files are one. */
static void threads_share(void)
{
    struct test_thread thread;
    char folder[64];

    thread_start(&thread, changes_things, NULL);
    thread_join(&thread);
    CHECK(words[0] > 2);
    CHECK_OK(close(words[0]));
    REQUIRE(getcwd(folder, sizeof(folder)) != NULL);
    CHECK_STR(folder, "/dev");
    CHECK_EQ(umask(022), 0123);
    CHECK_OK(mprotect((void *)mapped, PAGE, PROT_NONE));
}

/* ---- where the number is written ---- */

static volatile int parent_word, child_word, seen_word;

static int looks_at_child_word(void *unused)
{
    (void)unused;
    seen_word =
        child_word == (int)ASK(gettid) && parent_word == (int)ASK(gettid);
    return 0;
}

static void settid_and_cleartid(void)
{
    const int flags = (THREAD_FLAGS & ~CLONE_CHILD_CLEARTID) |
                      CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    int tid = clone(looks_at_child_word, stack + sizeof(stack), flags, NULL,
                    &parent_word, NULL, &child_word);
    int value;

    REQUIRE_OK(tid);
    CHECK_EQ(parent_word, tid);
    while ((value = child_word) != 0 || seen_word == 0)
        futex(&child_word, FUTEX_WAIT, (unsigned)value, NULL);
    CHECK_EQ(seen_word, 1);
    CHECK_EQ(child_word, 0);
    CHECK_EQ(parent_word, tid);
}

static int waits_for_word(void *word)
{
    while (word_get(word) == 0)
        ASK(sched_yield);
    return 0;
}

/* set_tid_address changes the word, and returns the number. */
static int moves_the_word(void *unused)
{
    (void)unused;
    words[0] = (int)ASK(set_tid_address, &words[1]);
    return 0;
}

static void set_tid_address(void)
{
    int tid;

    words[1] = 99;
    tid = clone(moves_the_word, stack + sizeof(stack), THREAD_FLAGS, NULL,
                &parent_word, NULL, &child_word);
    REQUIRE_OK(tid);
    while (word_get(&words[1]) != 0)
        futex(&words[1], FUTEX_WAIT, 99, NULL);
    CHECK_EQ(words[0], tid);
}

/* Words that cannot be written are passed over. */
static void bad_words(void)
{
    struct test_thread thread;
    int tid;

    words[0] = words[3] = 0;
    tid = clone(waits_for_word, stack + sizeof(stack),
                THREAD_FLAGS | CLONE_CHILD_SETTID, (void *)&words[0], (void *)8,
                NULL, (void *)16);
    REQUIRE_OK(tid);
    CHECK_OK(tgkill(getpid(), tid, 0));
    word_set(&words[0], 1);
    while (tgkill(getpid(), tid, 0) == 0)
        sched_yield();
    CHECK_EQ(errno, ESRCH);
    thread_start(&thread, looks_at_ids, NULL); /* all is well */
    thread_join(&thread);
}

/* ---- thread-local storage ---- */

static unsigned long tls_block[2];

static int reads_tls(void *unused)
{
    unsigned long value;

    (void)unused;
    __asm__ volatile("mov %%fs:8, %0" : "=r"(value));
    words[0] = value == 0x1234567;
    words[1] = ASK(arch_prctl, ARCH_SET_FS, stack) == 0;
    word_set(&words[2], 1);
    return 0;
}

static void settls(void)
{
    unsigned long before, after;

    tls_block[1] = 0x1234567;
    words[2] = 0;
    REQUIRE_OK(syscall(SYS_arch_prctl, ARCH_GET_FS, &before));
    REQUIRE_OK(clone(reads_tls, stack + sizeof(stack),
                     THREAD_FLAGS | CLONE_SETTLS, NULL, &parent_word, tls_block,
                     &child_word));
    wait_until(&words[2]);
    CHECK_EQ(words[0], 1);
    CHECK_EQ(words[1], 1);
    REQUIRE_OK(syscall(SYS_arch_prctl, ARCH_GET_FS, &after));
    CHECK_EQ(after, before);
}

/* ---- refused ---- */

static long try_flags(unsigned long flags)
{
    return syscall(SYS_clone, flags, stack + sizeof(stack), NULL, NULL,
                   0xffff800000000000UL);
}

static void refused(void)
{
    const unsigned long all = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

    CHECK_ERRNO(try_flags(CLONE_THREAD), EINVAL);
    CHECK_ERRNO(try_flags(CLONE_THREAD | CLONE_VM), EINVAL);
    CHECK_ERRNO(try_flags(CLONE_SIGHAND | SIGCHLD), EINVAL);
    CHECK_ERRNO(try_flags(CLONE_SIGHAND | CLONE_THREAD), EINVAL);
    CHECK_ERRNO(try_flags(all | CLONE_SETTLS), EPERM);
    CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- processes that share ---- */

static int closes_and_leaves(void *fd)
{
    ASK(close, (long)fd);
    ASK(chdir, "/dev");
    words[3]++;
    return 4;
}

static int run_process(int flags, int fd)
{
    int status = -1;
    pid_t child = clone(closes_and_leaves, stack + sizeof(stack),
                        flags | SIGCHLD, (void *)(long)fd);

    REQUIRE_OK(child);
    CHECK_EQ(waitpid(child, &status, 0), child);
    return status;
}

static int is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

static int folder_is_root(void)
{
    char folder[64];
    int is_root;

    REQUIRE(getcwd(folder, sizeof(folder)) != NULL);
    is_root = strcmp(folder, "/") == 0;
    REQUIRE_OK(chdir("/"));
    return is_root;
}

static void processes_share_by_flag(void)
{
    int fd = open("/dev/null", O_RDONLY);

    REQUIRE_OK(fd);
    REQUIRE_OK(chdir("/"));
    words[3] = 0;
    CHECK_EXIT(run_process(0, fd), 4);
    CHECK_EQ(words[3], 0);
    CHECK_EQ(is_open(fd), 1);
    CHECK_EQ(folder_is_root(), 1);
    CHECK_EXIT(run_process(CLONE_VM, fd), 4);
    CHECK_EQ(words[3], 1);
    CHECK_EQ(is_open(fd), 1);
    CHECK_EQ(folder_is_root(), 1);
    CHECK_EXIT(run_process(CLONE_FS, fd), 4);
    CHECK_EQ(words[3], 1);
    CHECK_EQ(is_open(fd), 1);
    CHECK_EQ(folder_is_root(), 0);
    CHECK_EXIT(run_process(CLONE_FILES, fd), 4);
    CHECK_EQ(is_open(fd), 0);
    CHECK_EQ(folder_is_root(), 1);
}

/* As posix_spawn does: memory shared, the parent sleeps until the end. */
static void shared_vfork(void)
{
    words[3] = 0;
    CHECK_EXIT(run_process(CLONE_VM | CLONE_VFORK, 99), 4);
    CHECK_EQ(words[3], 1);
}

/* As fork is made by C libraries: the child's word is in its own memory. */
static void fork_with_words(void)
{
    pid_t child;

    child_word = 5;
    child = (pid_t)syscall(SYS_clone,
                           CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                           NULL, NULL, &child_word, NULL);
    if (child == 0)
        _exit(child_word == getpid() ? 31 : 32);
    REQUIRE_OK(child);
    CHECK_EXIT(wait_child(child), 31);
    CHECK_EQ(child_word, 5);
}

/* CLONE_PARENT: a brother, not a child. */
static int makes_a_brother(void *unused)
{
    pid_t brother = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL,
                                   NULL, NULL, NULL);

    (void)unused;
    if (brother == 0)
        _exit(51);
    CHECK_ERRNO(waitpid(brother, NULL, 0), ECHILD);
    return 50;
}

static void brothers(void)
{
    int status, codes = 0, i;

    start_child(makes_a_brother, NULL);
    for (i = 0; i < 2; i++) {
        REQUIRE_OK(wait(&status));
        codes += WEXITSTATUS(status);
    }
    CHECK_EQ(codes, 101);
    CHECK_ERRNO(wait(&status), ECHILD);
}

static const struct test_case cases[] = {
    CASE(numbers),
    CASE(threads_share),
    CASE(settid_and_cleartid),
    CASE(set_tid_address),
    CASE(bad_words),
    CASE(settls),
    CASE(refused),
    CASE(processes_share_by_flag),
    CASE(shared_vfork),
    CASE(fork_with_words),
    CASE(brothers),
};

TEST_MAIN(cases)
