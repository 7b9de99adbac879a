/* SPDX-License-Identifier: MIT */
/*
 * The shell: what all of it knows.
 *
 * A command goes through the files in this order:
 *
 *     source.c   lines, from a terminal, a file or a string
 *     lexer.c    lines to words and operators (scan.c: where quotes end)
 *     parser.c   words to a tree (node.h)
 *     exec.c     walks the tree; redirect.c, jobs.c: what it runs runs in
 *     expand.c   a word to arguments: quotes, $ (param.c, arith.c), * (glob.c)
 *     builtins.c what the shell does itself
 *
 * The language is the part of POSIX's (Shell & Utilities, chapter 2) that
 * scripts and people use every day; functions, aliases and traps are left out.
 *
 * Memory: mem.c. Everything that belongs to one command is taken from a stack
 * of memory and goes when the command ends.
 */
#ifndef SH_H
#define SH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* shell.interrupted, if there is still a newline to be written. */
#define INTERRUPTED_UNSAID 2

struct shell {
    const char *name;      /* $0 */
    char **args;           /* $1 ... , ending in NULL */
    int nargs;             /* $# */
    int status;            /* $? */
    int captured;          /* the status of the last $(command) */
    pid_t pid;             /* $$: in subshells too */
    pid_t last_background; /* $!; 0: none yet */
    bool interactive;      /* a person types the commands */
    bool job_control;      /* each pipeline is a process group */
    bool subshell;         /* a child of the shell that was started */
    bool exit_on_error;    /* set -e */
    bool trace;            /* set -x */
    int tested;            /* > 0: a failure is an answer (if, &&) */
    int loops;             /* how many are being run, within each other */
    int breaking;          /* loops still to be left */
    bool continuing;       /* ... the last of them goes on with its next turn */
    bool returning;        /* `return`, up to the end of the `.` file */
    volatile sig_atomic_t interrupted; /* ^C: back to the prompt */
};

extern struct shell shell;

/* ---- main.c ---- */

/* Says `sh: ...` and gives the command up: back to the prompt, or the end of
 * a shell that has none, with this status. */
void sh_fail(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* The same without a word: ^C at a prompt. */
void sh_abandon(int status) __attribute__((noreturn));

/* Ends this process, with the output flushed. */
void sh_exit(int status) __attribute__((noreturn));

/* Runs all commands of a source; the last one's status. */
struct source;
int sh_run(struct source *source);

/* The commands in a text, as `eval` and $( ) run them. */
int sh_run_text(const char *text);

/* Sets the signals as a shell with a prompt has them. */
void sh_signals(void);

/* Commands are no longer to be run, up to a loop or the prompt. */
bool sh_unwinding(void);

/* ---- mem.c ---- */

struct mem_mark {
    struct mem_chunk *chunk;
    size_t used;
};

/* Never NULL: sh_fail when there is no memory. */
void *mem_get(size_t size);
char *mem_copy(const char *text, size_t len); /* and a NUL */

/* All that was taken after the mark goes. Marks nest. */
struct mem_mark mem_mark(void);
void mem_release(struct mem_mark mark);

/* A text that grows; {0} to start with. NUL-terminated once it has any. */
struct text {
    char *data;
    size_t len;
    size_t room;
};

void text_add(struct text *text, char c);
void text_append(struct text *text, const char *more, size_t len);
void text_free(struct text *text);
/* Copies it to the stack of memory and frees it. */
char *text_finish(struct text *text);

/* A list of strings that grows on the stack of memory; {0} to start with.
 * list[count] is NULL once it has any. */
struct strings {
    char **list;
    size_t count;
    size_t room;
};

void strings_add(struct strings *strings, char *string);
void strings_sort(struct strings *strings, size_t from); /* from there on */

#endif
