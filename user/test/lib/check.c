/* SPDX-License-Identifier: MIT */
/*
 * The checks of test.h: compare, and say what failed. A process counts its
 * own failed checks; children hand theirs on as an exit code (frame.h).
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "user/test/lib/frame.h"
#include "user/test/test.h"

unsigned test_failures;

void say(const char *format, ...)
{
    static char line[1024];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (len >= (int)sizeof(line))
        len = sizeof(line) - 1;
    if (len > 0 && write(1, line, (size_t)len) != len)
        test_failures++;
}

static const char *errno_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
        { 0, "no error" },      { EPERM, "EPERM" },
        { ENOENT, "ENOENT" },   { ESRCH, "ESRCH" },
        { EINTR, "EINTR" },     { EIO, "EIO" },
        { E2BIG, "E2BIG" },     { ENOEXEC, "ENOEXEC" },
        { EBADF, "EBADF" },     { ECHILD, "ECHILD" },
        { EAGAIN, "EAGAIN" },   { ENOMEM, "ENOMEM" },
        { EACCES, "EACCES" },   { EFAULT, "EFAULT" },
        { EBUSY, "EBUSY" },     { EEXIST, "EEXIST" },
        { EXDEV, "EXDEV" },     { ENODEV, "ENODEV" },
        { ENOTDIR, "ENOTDIR" }, { EISDIR, "EISDIR" },
        { EINVAL, "EINVAL" },   { EMFILE, "EMFILE" },
        { ENOTTY, "ENOTTY" },   { EFBIG, "EFBIG" },
        { ENOSPC, "ENOSPC" },   { ESPIPE, "ESPIPE" },
        { EROFS, "EROFS" },     { EPIPE, "EPIPE" },
        { ERANGE, "ERANGE" },   { ENAMETOOLONG, "ENAMETOOLONG" },
        { ENOSYS, "ENOSYS" },   { ENOTEMPTY, "ENOTEMPTY" },
        { ELOOP, "ELOOP" },     { EOVERFLOW, "EOVERFLOW" },
        { ENXIO, "ENXIO" },     { EOPNOTSUPP, "EOPNOTSUPP" },
    };
    size_t i;

    for (i = 0; i < COUNT(names); i++)
        if (names[i].number == number)
            return names[i].name;
    return "an errno without a name here";
}

const char *signal_name(int signo)
{
    switch (signo) {
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGKILL: return "SIGKILL";
    case SIGSEGV: return "SIGSEGV";
    case SIGPIPE: return "SIGPIPE";
    case SIGTERM: return "SIGTERM";
    default: return "a signal without a name here";
    }
}

static void say_status(int status)
{
    if (WIFEXITED(status))
        say("exit code %d\n", WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("killed by signal %d, %s\n", WTERMSIG(status),
            signal_name(WTERMSIG(status)));
    else
        say("wait status 0x%x\n", (unsigned)status);
}

/* The start of every failed check's message. */
static void say_failed(const char *file, int line, const char *text)
{
    test_failures++;
    say("  %s:%d: %s: ", file, line, text);
}

int test_true(int holds, const char *file, int line, const char *text)
{
    int saved = errno;

    if (!holds) {
        say_failed(file, line, text);
        say("expected true, found false (errno %d, %s)\n", saved,
            errno_name(saved));
    }
    return holds;
}

int test_equal(long actual, long expected, const char *file, int line,
               const char *text)
{
    int saved = errno;

    if (actual == expected)
        return 1;
    say_failed(file, line, text);
    say("expected %ld (0x%lx), found %ld (0x%lx)", expected,
        (unsigned long)expected, actual, (unsigned long)actual);
    if (actual == -1)
        say(", errno %d, %s", saved, errno_name(saved));
    say("\n");
    return 0;
}

int test_string(const char *actual, const char *expected, const char *file,
                int line, const char *text)
{
    if (strcmp(actual, expected) == 0)
        return 1;
    say_failed(file, line, text);
    say("expected \"%s\", found \"%s\"\n", expected, actual);
    return 0;
}

int test_errno(long result, int expected, const char *file, int line,
               const char *text)
{
    int found = errno;

    if (result == -1 && found == expected)
        return 1;
    say_failed(file, line, text);
    say("expected -1 and errno %d, %s; found ", expected, errno_name(expected));
    if (result == -1)
        say("errno %d, %s\n", found, errno_name(found));
    else
        say("result %ld (0x%lx)\n", result, (unsigned long)result);
    return 0;
}

int test_ok(long result, const char *file, int line, const char *text)
{
    int found = errno;

    if (result != -1)
        return 1;
    say_failed(file, line, text);
    say("expected success, found errno %d, %s\n", found, errno_name(found));
    return 0;
}

int test_exited(int status, int code, const char *file, int line,
                const char *text)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == code)
        return 1;
    say_failed(file, line, text);
    say("expected exit code %d, found ", code);
    say_status(status);
    return 0;
}

int test_signaled(int status, int signo, const char *file, int line,
                  const char *text)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == signo)
        return 1;
    say_failed(file, line, text);
    say("expected signal %d, %s, found ", signo, signal_name(signo));
    say_status(status);
    return 0;
}

int test_result(void)
{
    return test_failures == 0 ? 0 : TEST_CHECK_FAILED;
}

void test_give_up(void)
{
    _exit(TEST_CHECK_FAILED);
}
