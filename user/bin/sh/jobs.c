/* SPDX-License-Identifier: MIT */
/*
 * Jobs: see jobs.h.
 *
 *     running ──▶ done          reported, then forgotten
 *        │ ▲
 *     ^Z ▼ │ fg, bg
 *     stopped
 *
 * All children that are not a substitution's belong to a job. Whoever waits
 * takes whatever child changes and records it with its job.
 *
 * In a child of the shell there are no jobs: job_fork forgets them.
 */
#include "user/bin/sh/jobs.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "user/bin/sh/node.h"
#include "user/bin/sh/redirect.h"

enum state { RUNNING, STOPPED, DONE };

struct process {
    struct process *next; /* the one that was started before it */
    pid_t pid;
    enum state state;
    int status; /* waitpid's */
};

struct job {
    struct job *next; /* an older one */
    unsigned number;
    pid_t group;               /* of its first process; 0: none yet */
    struct process *processes; /* the last one first */
    bool background;
    enum state told; /* what the person knows */
    char *text;
};

static struct job *jobs;
static int terminal = -1;    /* with job control */
static struct termios modes; /* the terminal's, while the shell has it */

/* ---- the terminal ---- */

void jobs_init(void)
{
    int fd = dup(0);
    pid_t group;

    if (fd < 0 || (terminal = redirect_own(fd)) < 0)
        return;
    /* Started in the background: wait until somebody brings us forward. */
    while ((group = tcgetpgrp(terminal)) >= 0 && group != getpgrp())
        if (kill(0, SIGTTIN) != 0)
            break;
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    setpgid(0, 0); /* a session's leader is in its own group already */
    if (group < 0 || tcsetpgrp(terminal, getpgrp()) != 0 ||
        tcgetattr(terminal, &modes) != 0) {
        close(terminal);
        terminal = -1;
        warnx("no job control: this is not the controlling terminal");
        return;
    }
    shell.job_control = true;
}

static void give_terminal(pid_t group)
{
    if (shell.job_control)
        tcsetpgrp(terminal, group);
}

static void take_terminal(bool restore_modes)
{
    if (!shell.job_control)
        return;
    tcsetpgrp(terminal, getpgrp());
    if (restore_modes)
        tcsetattr(terminal, TCSADRAIN, &modes);
    else
        tcgetattr(terminal, &modes); /* stty and its like may set them */
}

/* ---- the table ---- */

static enum state job_state(const struct job *job)
{
    const struct process *p;
    enum state state = DONE;

    for (p = job->processes; p != NULL; p = p->next)
        if (p->state < state)
            state = p->state;
    return state;
}

static int exit_status(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

static int job_status(const struct job *job)
{
    return job->processes != NULL ? exit_status(job->processes->status) : 1;
}

static void forget(struct job *job)
{
    struct job **link = &jobs;

    while (*link != job)
        link = &(*link)->next;
    *link = job->next;
    while (job->processes != NULL) {
        struct process *p = job->processes;

        job->processes = p->next;
        free(p);
    }
    free(job->text);
    free(job);
}

struct job *job_start(const struct node *command, bool background)
{
    struct job *job = calloc(1, sizeof(*job));
    struct text text = { NULL, 0, 0 };

    if (job == NULL)
        sh_fail(2, "out of memory");
    job->number = jobs != NULL ? jobs->number + 1 : 1;
    job->background = background;
    job->next = jobs;
    jobs = job;
    if (shell.interactive)
        node_text(command, &text);
    job->text = text.data;
    return job;
}

/* What waitpid said about a child. */
static void record(pid_t pid, int status)
{
    struct job *job;
    struct process *p;

    for (job = jobs; job != NULL; job = job->next) {
        for (p = job->processes; p != NULL && p->pid != pid; p = p->next)
            ;
        if (p == NULL)
            continue;
        p->status = status;
        p->state = DONE;
        if (WIFSTOPPED(status))
            p->state = STOPPED;
        else if (WIFCONTINUED(status))
            p->state = RUNNING;
        return;
    }
}

/* ---- starting ---- */

static void child_init(struct job *job)
{
    static const int signals[] = { SIGINT,  SIGQUIT, SIGTERM,
                                   SIGTSTP, SIGTTIN, SIGTTOU };
    size_t i;

    if (shell.job_control) {
        setpgid(0, job->group);
        if (!job->background)
            give_terminal(getpgrp());
    }
    if (shell.interactive)
        for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
            signal(signals[i], SIG_DFL);
    if (job->background && !shell.job_control) {
        int null = open("/dev/null", O_RDONLY);

        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
        if (null > 0) {
            dup2(null, 0);
            close(null);
        }
    }
    shell.interactive = shell.job_control = false;
    shell.subshell = true;
    jobs = NULL; /* whose memory stays: it is shared until it is written */
}

pid_t job_fork(struct job *job)
{
    struct process *p = malloc(sizeof(*p));
    pid_t pid = -1;

    fflush(NULL);
    if (p != NULL)
        pid = fork();
    if (pid < 0) {
        warn("no new process");
        free(p);
        return -1;
    }
    if (pid == 0) {
        child_init(job);
        return 0;
    }
    if (job->group == 0)
        job->group = pid;
    if (shell.job_control) {
        setpgid(pid, job->group); /* so does the child: who is first? */
        if (!job->background)
            give_terminal(job->group);
    }
    *p = (struct process){ job->processes, pid, RUNNING, 0 };
    job->processes = p;
    return pid;
}

/* ---- waiting ---- */

static void say_job(const struct job *job, const char *state)
{
    fprintf(stderr, "[%u]  %-12s %s\n", job->number, state,
            job->text != NULL ? job->text : "");
}

/* How a signal ended it, if that is worth a word. */
static void say_signal(int status)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGPIPE)
        return;
    if (WTERMSIG(status) == SIGINT)
        fputs("\n", stderr);
    else
        fprintf(stderr, "%s%s\n", strsignal(WTERMSIG(status)),
                WCOREDUMP(status) ? " (core dumped)" : "");
}

/* Waits for any child. false: there are none, or ^C. */
static bool wait_once(bool interruptible)
{
    int status;
    pid_t pid = waitpid(-1, &status, shell.job_control ? WUNTRACED : 0);

    if (pid > 0)
        record(pid, status);
    else if (errno != EINTR || (interruptible && shell.interrupted))
        return false;
    return true;
}

int job_wait(struct job *job)
{
    int status, word;

    while (job_state(job) == RUNNING)
        if (!wait_once(false))
            break;
    status = job_status(job);
    word = job->processes != NULL ? job->processes->status : 0;
    take_terminal(job_state(job) != DONE || WIFSIGNALED(word));
    if (job_state(job) == STOPPED) {
        job->background = true;
        job->told = STOPPED;
        fputs("\n", stderr);
        say_job(job, "Stopped");
        return status;
    }
    say_signal(word);
    if (WIFSIGNALED(word) && WTERMSIG(word) == SIGINT && shell.interactive)
        shell.interrupted = 1; /* a loop around it is to end as well */
    forget(job);
    return status;
}

void job_leave(struct job *job)
{
    if (job->processes == NULL) {
        forget(job);
        return;
    }
    shell.last_background = job->processes->pid;
    if (shell.interactive)
        fprintf(stderr, "[%u] %d\n", job->number, job->processes->pid);
}

/* Records what has happened, without waiting. */
static void poll_children(void)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
        record(pid, status);
}

void jobs_report(void)
{
    struct job *job, *next;

    poll_children();
    for (job = jobs; job != NULL; job = next) {
        enum state state = job_state(job);

        next = job->next;
        if (state == STOPPED && job->told != STOPPED)
            say_job(job, "Stopped");
        job->told = state;
        if (state == DONE) {
            int word = job->processes->status;

            say_job(job,
                    WIFSIGNALED(word) ? strsignal(WTERMSIG(word)) : "Done");
            forget(job);
        }
    }
}

/* ---- the builtins' ---- */

struct job *job_find(const char *name)
{
    struct job *job;

    for (job = jobs; job != NULL; job = job->next) {
        const struct process *p = job->processes;
        int number = name != NULL ? atoi(name + (*name == '%')) : 0;

        if (name == NULL || strcmp(name, "%%") == 0 || strcmp(name, "%+") == 0)
            return job;
        if (*name == '%' && job->number == (unsigned)number)
            return job;
        while (*name != '%' && p != NULL && p->pid != number)
            p = p->next;
        if (*name != '%' && p != NULL)
            return job;
    }
    warnx("%s: no such job", name != NULL ? name : "%%");
    return NULL;
}

pid_t job_group(const struct job *job)
{
    return shell.job_control ? -job->group : job->group;
}

void jobs_list(void)
{
    static const char *const words[] = { "Running", "Stopped", "Done" };
    struct job *job;

    poll_children();
    for (job = jobs; job != NULL; job = job->next) {
        printf("[%u]  %-12s %s\n", job->number, words[job_state(job)],
               job->text != NULL ? job->text : "");
        job->told = job_state(job);
    }
}

int job_continue(struct job *job, bool foreground)
{
    struct process *p;

    job->background = !foreground;
    job->told = RUNNING;
    fprintf(stderr, "%s\n", job->text != NULL ? job->text : "");
    if (foreground)
        give_terminal(job->group);
    for (p = job->processes; p != NULL; p = p->next)
        if (p->state == STOPPED)
            p->state = RUNNING;
    kill(job_group(job), SIGCONT);
    return foreground ? job_wait(job) : 0;
}

int job_await(struct job *job)
{
    int status;

    if (job == NULL) {
        while (jobs != NULL) {
            if (job_state(jobs) == STOPPED)
                return 0;
            if (job_await(jobs) > 128 && shell.interrupted)
                return 130;
        }
        return 0;
    }
    while (job_state(job) == RUNNING)
        if (!wait_once(true))
            return shell.interrupted ? 130 : 127;
    status = job_status(job);
    if (job_state(job) == DONE)
        forget(job);
    return status;
}
