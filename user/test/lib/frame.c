/* SPDX-License-Identifier: MIT */
/*
 * The frame around the cases: start-up, one child a case, the summary.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "user/test/lib/frame.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

long test_timeout_ms = 60000;

#define AT_EXECFN_TYPE 31

static const char *self_name = "test";
static char self_path[512];
static const unsigned long *auxv;

unsigned long test_auxv(unsigned long type)
{
    const unsigned long *entry;

    for (entry = auxv; entry != NULL && entry[0] != 0; entry += 2)
        if (entry[0] == type)
            return entry[1];
    return 0;
}

const char *test_self(void)
{
    return self_path;
}

const char *test_name(void)
{
    return self_name;
}

/* The path that exec was given, made absolute while the folder is known. */
static void find_self(const char *argv0)
{
    const char *path = (const char *)test_auxv(AT_EXECFN_TYPE);
    char folder[256] = "";

    if (path == NULL)
        path = argv0;
    if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL)
        folder[0] = '\0';
    snprintf(self_path, sizeof(self_path), "%s%s%s", folder,
             folder[0] != '\0' ? "/" : "", path);
}

/* A test begins with all signals as they are by default, whatever whoever
 * started it has done with them. */
static void reset_signals(void)
{
    sigset_t none;
    int signo;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (signo = 1; signo <= SIGRTMAX; signo++)
        signal(signo, SIG_DFL); /* fails for SIGKILL and SIGSTOP */
}

void test_start(char **argv, char **envp)
{
    static const struct rlimit no_core = { 0, 0 };
    const char *slash;

    while (*envp != NULL)
        envp++;
    auxv = (const unsigned long *)(envp + 1);
    find_self(argv[0]);
    slash = strrchr(argv[0], '/');
    self_name = slash != NULL ? slash + 1 : argv[0];
    setrlimit(RLIMIT_CORE, &no_core);
    reset_signals();
}

void sleep_ms(long ms)
{
    struct timespec rest = { ms / 1000, ms % 1000 * 1000000 };

    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        continue;
}

long now_ms(void)
{
    struct timespec now = { 0, 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for a case's process, or kills it and its group when it hangs. */
static int wait_case(pid_t pid)
{
    long deadline = now_ms() + test_timeout_ms;
    struct timespec pause = { 0, 100000 };
    int status = 0;
    pid_t found;

    while ((found = waitpid(pid, &status, WNOHANG)) == 0) {
        if (now_ms() > deadline) {
            say("  still running after %ld s: killed\n",
                test_timeout_ms / 1000);
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
            return wait_child(pid);
        }
        nanosleep(&pause, NULL);
        if (pause.tv_nsec < 10000000)
            pause.tv_nsec *= 2;
    }
    return found == pid ? status : -1;
}

static int run_case(const struct test_case *test)
{
    pid_t pid = fork();
    int status, passed;

    if (pid == 0) {
        setpgid(0, 0);
        test_failures = 0;
        test->run();
        _exit(test_result());
    }
    if (pid < 0) {
        say("  fork: errno %d\n", errno);
        status = -1;
    } else {
        status = wait_case(pid);
        tmp_remove(pid);
    }
    passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status))
        say("  killed by signal %d, %s\n", WTERMSIG(status),
            signal_name(WTERMSIG(status)));
    else if (!passed && WEXITSTATUS(status) != TEST_CHECK_FAILED)
        say("  ended with wait status 0x%x\n", (unsigned)status);
    say("%s %s\n", passed ? "ok" : "FAIL", test->name);
    return passed;
}

static int wanted(const char *name, char **names)
{
    char **each;

    for (each = names; *each != NULL; each++)
        if (strcmp(*each, name) == 0)
            return 1;
    return names[0] == NULL;
}

int test_main(int argc, char **argv, char **envp, const struct test_case *cases,
              size_t ncases)
{
    unsigned passed = 0, failed = 0;
    size_t i;

    test_start(argv, envp);
    for (i = 0; i < ncases; i++) {
        if (!wanted(cases[i].name, argv + (argc > 0)))
            continue;
        if (run_case(&cases[i]))
            passed++;
        else
            failed++;
    }
    say("%s: %u passed, %u failed\n", self_name, passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}
