/* SPDX-License-Identifier: MIT */
/* Commands that the shell runs itself. */
#ifndef SH_BUILTIN_H
#define SH_BUILTIN_H

#include <stdbool.h>

struct builtin {
    const char *name;
    int (*run)(int argc, char **argv); /* the exit status */
    const char *usage;                 /* for `help` */
    bool keeps_redirects;              /* exec */
};

/* NULL: there is none of that name. */
const struct builtin *builtin_find(const char *name);

/* All of them, in order; the last one's name is NULL. */
extern const struct builtin builtins[];

/* ---- builtins.c: the shell's own state ---- */
int builtin_cd(int argc, char **argv);
int builtin_dot(int argc, char **argv);
int builtin_eval(int argc, char **argv);
int builtin_exec(int argc, char **argv);
int builtin_exit(int argc, char **argv);
int builtin_break(int argc, char **argv); /* and continue */
int builtin_return(int argc, char **argv);
int builtin_umask(int argc, char **argv);

/* ---- setvars.c: variables and arguments ---- */
int builtin_export(int argc, char **argv);
int builtin_unset(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_read(int argc, char **argv);

/* ---- control of jobs: jobctl.c ---- */
int builtin_jobs(int argc, char **argv);
int builtin_fg(int argc, char **argv); /* and bg */
int builtin_wait(int argc, char **argv);
int builtin_kill(int argc, char **argv);

/* ---- a file each ---- */
int builtin_test(int argc, char **argv); /* and [ */
int builtin_ulimit(int argc, char **argv);

#endif
