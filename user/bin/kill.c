/* SPDX-License-Identifier: MIT */
/* kill [-SIGNAL | -s SIGNAL] PID...: send a signal, SIGTERM unless told. */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int send_signal(const char *target, int sig)
{
    char *end;
    long pid = strtol(target, &end, 10);

    if (*end != '\0' || end == target) {
        warnx("%s: not a PID", target);
        return 1;
    }
    if (kill((pid_t)pid, sig) == 0)
        return 0;
    warn("%s", target);
    return 1;
}

static int list_signals(void)
{
    int sig;

    for (sig = 1; sigabbrev_np(sig) != NULL; sig++)
        printf("%2d %-7s %s\n", sig, sigabbrev_np(sig), strsignal(sig));
    return 0;
}

int main(int argc, char **argv)
{
    int i = 1, sig = SIGTERM, failed = 0;
    const char *name = NULL;

    if (argc > 1 && strcmp(argv[1], "-l") == 0)
        return list_signals();
    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        name = argv[2];
        i = 3;
    } else if (argc > 1 && argv[1][0] == '-') {
        name = argv[1] + 1;
        i = 2;
    }
    if (name != NULL && strcmp(name, "-") != 0 && str2sig(name, &sig) != 0)
        errx(1, "%s: no such signal; kill -l lists them", name);
    if (i >= argc)
        errx(1, "usage: kill [-SIGNAL] PID...");
    for (; i < argc; i++)
        failed |= send_signal(argv[i], sig);
    return failed;
}
