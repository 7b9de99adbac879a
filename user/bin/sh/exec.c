/* SPDX-License-Identifier: MIT */
/*
 * Running commands: a walk over the tree, a function for each kind of node.
 *
 * What is no builtin runs in a child. A child's command is run with EXEC_LAST:
 * then a program takes the child's place instead of having one made for it.
 */
#include "user/bin/sh/exec.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/sh/builtin.h"
#include "user/bin/sh/control.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/vars.h"

/* ---- programs ---- */

int exec_program(char **args)
{
    environ = vars_list(true).list; /* where execvp also looks for the PATH */
    errno = ENOENT;
    if (*args[0] != '\0')
        execvp(args[0], args);
    if (errno == ENOENT && strchr(args[0], '/') == NULL) {
        warnx("%s: not found", args[0]);
        return 127;
    }
    warn("%s", args[0]);
    return errno == ENOENT ? 127 : 126;
}

/* ---- simple commands ---- */

static void trace(const struct strings *args)
{
    size_t i;

    fputs("+", stderr);
    for (i = 0; i < args->count; i++)
        fprintf(stderr, " %s", args->list[i]);
    fputs("\n", stderr);
}

static void assign(const struct word *assigns, bool exported)
{
    for (; assigns != NULL; assigns = assigns->next) {
        size_t len = strcspn(assigns->text, "=");
        char *name = mem_copy(assigns->text, len);

        var_set(name, expand_one(assigns->text + len + 1));
        if (exported)
            var_export(name);
    }
}

/* The variables' values before, to be put back behind a builtin. */
struct saved {
    struct saved *next;
    char *name;
    char *value; /* NULL: it was not set */
};

static struct saved *save_vars(const struct word *assigns)
{
    struct saved *list = NULL, *saved;
    const char *value;

    for (; assigns != NULL; assigns = assigns->next) {
        saved = mem_get(sizeof(*saved));
        saved->name = mem_copy(assigns->text, strcspn(assigns->text, "="));
        value = var_get(saved->name);
        saved->value = value != NULL ? mem_copy(value, strlen(value)) : NULL;
        saved->next = list;
        list = saved;
    }
    return list;
}

static void restore_vars(const struct saved *list)
{
    for (; list != NULL; list = list->next) {
        if (list->value != NULL)
            var_set(list->name, list->value);
        else
            var_unset(list->name);
    }
}

/* In the shell itself: a builtin, or assignments and redirections only. */
static int run_here(const struct node *node, const struct strings *args,
                    const struct builtin *builtin)
{
    unsigned depth = redirect_depth();
    struct saved *saved = builtin != NULL ? save_vars(node->assigns) : NULL;
    int status;

    assign(node->assigns, false);
    status = shell.captured;
    if (!redirect_apply(node->redirects, true)) {
        status = 1;
    } else if (builtin != NULL) {
        status = builtin->run((int)args->count, args->list);
        if (builtin->keeps_redirects)
            redirect_settle(depth);
    }
    if (fflush(stdout) != 0) {
        warn("standard output");
        clearerr(stdout);
        status = 1;
    }
    redirect_undo(depth);
    restore_vars(saved);
    return status;
}

/* In a child: does not return. */
static void become(const struct node *node, char **args)
{
    assign(node->assigns, true);
    sh_exit(redirect_apply(node->redirects, false) ? exec_program(args) : 1);
}

static int run_simple(const struct node *node, unsigned how)
{
    struct strings args;
    const struct builtin *builtin = NULL;
    struct job *job;
    pid_t pid;

    shell.captured = 0;
    args = expand_words(node->words);
    if (args.count > 0)
        builtin = builtin_find(args.list[0]);
    if (shell.trace && args.count > 0)
        trace(&args);
    if (args.count == 0 || builtin != NULL)
        return run_here(node, &args, builtin);
    if (how & EXEC_LAST)
        become(node, args.list);
    job = job_start(node, false);
    pid = job_fork(job);
    if (pid == 0)
        become(node, args.list);
    return job_wait(job);
}

/* ---- several processes ---- */

/* The child's part of a pipeline: does not return. */
static void run_stage(const struct node *node, int in, int out)
{
    if (in >= 0)
        dup2(in, 0);
    if (out >= 0)
        dup2(out, 1);
    /* Both, and the next stage's end, close when a program is executed; but
     * the shell may run this stage itself. */
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    sh_exit(exec_node(node, EXEC_LAST));
}

/* Starts the stages of a pipeline, which may be only one. */
static void start_stages(struct job *job, const struct node *node)
{
    int in = -1, ends[2];

    for (;;) {
        bool more = node->kind == NODE_PIPE;
        pid_t pid;

        ends[0] = ends[1] = -1;
        if (more && pipe2(ends, O_CLOEXEC) != 0) {
            warn("pipe");
            break;
        }
        pid = job_fork(job);
        if (pid == 0) {
            if (ends[0] >= 0)
                close(ends[0]);
            run_stage(more ? node->left : node, in, ends[1]);
        }
        if (in >= 0)
            close(in);
        if (ends[1] >= 0)
            close(ends[1]);
        in = ends[0];
        if (pid < 0 || !more)
            break;
        node = node->right;
    }
    if (in >= 0)
        close(in);
}

static int run_pipe(const struct node *node)
{
    struct job *job = job_start(node, false);

    start_stages(job, node);
    return job_wait(job);
}

static int run_background(const struct node *node)
{
    struct job *job = job_start(node->left, true);

    start_stages(job, node->left);
    job_leave(job);
    return 0;
}

static int run_subshell(const struct node *node, unsigned how)
{
    struct job *job;

    if (!(how & EXEC_LAST)) {
        job = job_start(node, false);
        if (job_fork(job) != 0)
            return job_wait(job);
    }
    if (!redirect_apply(node->redirects, false))
        sh_exit(1);
    sh_exit(exec_node(node->left, EXEC_LAST));
}

static int run_sequence(const struct node *node, unsigned how)
{
    int status = node->kind == NODE_SEQ ? exec_node(node->left, 0)
                                        : control_tested(node->left);

    if (node->kind == NODE_AND && status != 0)
        return status;
    if (node->kind == NODE_OR && status == 0)
        return status;
    return sh_unwinding() ? status : exec_node(node->right, how);
}

static int run_kind(const struct node *node, unsigned how)
{
    switch (node->kind) {
    case NODE_SIMPLE: return run_simple(node, how);
    case NODE_PIPE: return run_pipe(node);
    case NODE_AND:
    case NODE_OR:
    case NODE_SEQ: return run_sequence(node, how);
    case NODE_NOT: return control_tested(node->left) == 0;
    case NODE_GROUP:
        return exec_node(node->left, node->redirects == NULL ? how : 0);
    case NODE_SUBSHELL: return run_subshell(node, how);
    case NODE_BACKGROUND: return run_background(node);
    case NODE_IF: return control_if(node);
    case NODE_WHILE:
    case NODE_UNTIL: return control_while(node);
    case NODE_FOR: return control_for(node);
    case NODE_CASE: return control_case(node);
    }
    return 2;
}

int exec_node(const struct node *node, unsigned how)
{
    struct mem_mark mark = mem_mark();
    unsigned depth = redirect_depth();
    bool around = false;

    if (node == NULL)
        return 0;
    if (node->kind != NODE_SIMPLE && node->kind != NODE_SUBSHELL)
        around = node->redirects != NULL;
    if (around && !redirect_apply(node->redirects, true))
        shell.status = 1;
    else
        shell.status = run_kind(node, how);
    if (around)
        redirect_undo(depth);
    mem_release(mark);
    if (shell.exit_on_error && shell.tested == 0 && shell.status != 0 &&
        (node->kind == NODE_SIMPLE || node->kind == NODE_PIPE ||
         node->kind == NODE_SUBSHELL))
        sh_exit(shell.status);
    return shell.status;
}
