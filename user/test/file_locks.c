/* SPDX-License-Identifier: MIT */
/*
 * Verifies locks on files: record locks of processes and of open files, and
 * whole-file locks: who conflicts with whom, what a close gives up, waiting,
 * and that no wait for a lock can last for ever among processes.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include "user/test/test.h"
#include "user/test/tmp.h"

/* fcntl's lock command on one byte. */
static int lock_byte(int fd, int cmd, int type, long at)
{
    struct flock lock;

    memset(&lock, 0, sizeof(lock));
    lock.l_type = (short)type;
    lock.l_whence = SEEK_SET;
    lock.l_start = at;
    lock.l_len = 1;
    return fcntl(fd, cmd, &lock);
}

static int open_file(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    REQUIRE_OK(fd);
    return fd;
}

/* In a child: a lock on byte 0 is refused. */
static int is_refused(void *unused)
{
    int fd = open_file();

    (void)unused;
    CHECK_ERRNO(lock_byte(fd, F_SETLK, F_WRLCK, 0), EAGAIN);
    return 0;
}

static int is_granted(void *unused)
{
    (void)unused;
    CHECK_OK(lock_byte(open_file(), F_SETLK, F_WRLCK, 0));
    return 0;
}

static void of_processes(void)
{
    int fd, other;

    tmp_enter();
    fd = open_file();
    other = open_file();
    CHECK_OK(lock_byte(fd, F_SETLK, F_WRLCK, 0));
    CHECK_OK(lock_byte(other, F_SETLK, F_WRLCK, 0));
    CHECK_CHILD(is_refused, NULL);
    CHECK_OK(lock_byte(fd, F_SETLK, F_UNLCK, 0));
    CHECK_CHILD(is_granted, NULL);
}

/* Whichever descriptor of the file it is. */
static void gone_with_any_close(void)
{
    int fd, other;

    tmp_enter();
    fd = open_file();
    other = open_file();
    CHECK_OK(lock_byte(fd, F_SETLK, F_WRLCK, 0));
    CHECK_CHILD(is_refused, NULL);
    CHECK_OK(close(other));
    CHECK_CHILD(is_granted, NULL);
}

static void shown(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd;

    tmp_enter();
    fd = open_file();
    CHECK_OK(fcntl(fd, F_GETLK, &lock));
    CHECK_EQ(lock.l_type, F_UNLCK);
    lock = (struct flock){
        .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 7, .l_len = 3
    };
    CHECK_OK(fcntl(fd, F_OFD_SETLK, &lock));
    lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
    CHECK_OK(fcntl(fd, F_GETLK, &lock));
    CHECK_EQ(lock.l_type, F_RDLCK);
    CHECK_EQ(lock.l_start, 7);
    CHECK_EQ(lock.l_len, 3);
    CHECK_EQ(lock.l_pid, -1);
}

static void whole_files(void)
{
    int fd, other, copy;

    tmp_enter();
    fd = open_file();
    other = open_file();
    copy = dup(fd);
    CHECK_OK(flock(fd, LOCK_EX));
    CHECK_OK(flock(copy, LOCK_EX | LOCK_NB));
    CHECK_ERRNO(flock(other, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    CHECK_OK(lock_byte(other, F_SETLK, F_WRLCK, 0));
    CHECK_OK(flock(copy, LOCK_SH));
    CHECK_OK(flock(other, LOCK_SH | LOCK_NB));
    CHECK_OK(close(fd));
    CHECK_ERRNO(flock(other, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    CHECK_OK(close(copy));
    CHECK_OK(flock(other, LOCK_EX | LOCK_NB));
}

/* ---- waiting ---- */

static int waits(void *unused)
{
    int fd = open_file();

    (void)unused;
    CHECK_OK(lock_byte(fd, F_SETLKW, F_WRLCK, 0));
    return 0;
}

static void waiting(void)
{
    int fd;
    pid_t child;

    tmp_enter();
    fd = open_file();
    CHECK_OK(lock_byte(fd, F_SETLK, F_WRLCK, 0));
    child = start_child(waits, NULL);
    sleep_ms(5);
    CHECK_OK(lock_byte(fd, F_SETLK, F_UNLCK, 0));
    CHECK_EXIT(wait_child(child), 0);
}

/* Has byte 1, waits for byte 0. */
static int crosses(void *baton)
{
    int fd = open_file();

    CHECK_OK(lock_byte(fd, F_SETLK, F_WRLCK, 1));
    baton_pass(baton);
    CHECK_OK(lock_byte(fd, F_SETLKW, F_WRLCK, 0));
    return 0;
}

static void deadlock(void)
{
    int fd, baton[2];
    pid_t child;

    tmp_enter();
    fd = open_file();
    baton_make(baton);
    CHECK_OK(lock_byte(fd, F_SETLK, F_WRLCK, 0));
    child = start_child(crosses, baton);
    baton_wait(baton);
    sleep_ms(10);
    CHECK_ERRNO(lock_byte(fd, F_SETLKW, F_WRLCK, 1), EDEADLK);
    CHECK_OK(lock_byte(fd, F_SETLK, F_UNLCK, 0));
    CHECK_EXIT(wait_child(child), 0);
}

/* ---- open files that wait for each other ---- */

static int ofd[2]; /* [i] has byte i */

static int waits_for_other(void *which)
{
    const int i = *(const int *)which;

    (void)lock_byte(ofd[i], F_OFD_SETLKW, F_WRLCK, 1 - i);
    return 0; /* killed before */
}

static void on_alarm(int sig)
{
    (void)sig;
}

/* For them nobody looks for deadlocks; a process that comes upon two that wait
 * in a circle must just wait, too, until a signal. */
static void circle_of_others(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    int which[2] = { 0, 1 }, i;
    pid_t child[2];

    tmp_enter();
    for (i = 0; i < 2; i++) {
        ofd[i] = open_file();
        REQUIRE_OK(lock_byte(ofd[i], F_OFD_SETLK, F_WRLCK, i));
    }
    for (i = 0; i < 2; i++)
        child[i] = start_child(waits_for_other, &which[i]);
    sleep_ms(20);
    CHECK_OK(sigaction(SIGALRM, &action, NULL));
    alarm(1);
    CHECK_ERRNO(lock_byte(open_file(), F_SETLKW, F_WRLCK, 0), EINTR);
    for (i = 0; i < 2; i++) {
        CHECK_OK(kill(child[i], SIGKILL));
        CHECK_SIGNAL(wait_child(child[i]), SIGKILL);
    }
}

static const struct test_case cases[] = {
    CASE(of_processes),
    CASE(gone_with_any_close),
    CASE(shown),
    CASE(whole_files),
    CASE(waiting),
    CASE(deadlock),
    CASE(circle_of_others),
};

TEST_MAIN(cases)
