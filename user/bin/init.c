/* SPDX-License-Identifier: MIT */
/*
 * The first process. It starts one program, waits for it, and takes in the
 * orphans of others meanwhile; when that program has ended, so does the
 * machine.
 *
 *     init                    the shell, on the console as its terminal
 *     init PROGRAM ARGS...    that program: how tools/quire runs one
 *
 * Its exit status is the program's, 128 + the signal if one killed it. The end
 * of init is the end of the machine: Quire then reports the status and turns
 * the machine off. Linux would panic, so there init turns it off itself; it
 * also mounts what Quire has from the start.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static int on_quire(void)
{
    struct utsname names;

    return uname(&names) == 0 && strstr(names.version, "Quire") != NULL;
}

/* If `probe` is not there yet. Failure shows soon enough. */
static void mount_missing(const char *type, const char *at, const char *probe)
{
    if (access(probe, F_OK) == 0)
        return;
    mkdir(at, 0755);
    syscall(SYS_mount, type, at, type, 0L, NULL);
}

static void prepare_linux(void)
{
    static const struct {
        const char *name, *value;
    } defaults[] = { { "HOME", "/" },
                     { "PATH", "/bin:/test" },
                     { "TERM", "linux" } };
    size_t i;
    int fd;

    mount_missing("devtmpfs", "/dev", "/dev/null");
    mount_missing("proc", "/proc", "/proc/self");
    mkdir("/tmp", 01777);
    /* A kernel that found no /dev/console starts init without descriptors. */
    while ((fd = open("/dev/console", O_RDWR)) >= 0 && fd < 2)
        ;
    if (fd > 2)
        close(fd);
    for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
        setenv(defaults[i].name, defaults[i].value,
               strcmp(defaults[i].name, "PATH") == 0);
}

/* The program's own process. */
static void become(char **args, int console)
{
    setsid();
    if (console)
        ioctl(0, TIOCSCTTY, 0);
    execvp(args[0], args);
    warn("%s", args[0]);
    _exit(errno == ENOENT ? 127 : 126);
}

/* Until the child has ended: its exit status. */
static int wait_for(pid_t child)
{
    int status;
    pid_t pid;

    do {
        pid = wait(&status);
        if (pid < 0 && errno != EINTR)
            err(1, "wait");
    } while (pid != child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    char *shell[] = { (char *)"/bin/sh", NULL };
    int quire = on_quire(), status;
    pid_t child;

    if (!quire && getpid() == 1)
        prepare_linux();
    child = fork();
    if (child < 0)
        err(1, "no process for the first program");
    if (child == 0)
        become(argc > 1 ? argv + 1 : shell, argc <= 1);
    status = wait_for(child);
    if (!quire && getpid() == 1) {
        sync();
        reboot(RB_POWER_OFF);
    }
    return status;
}
