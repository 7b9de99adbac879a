/* SPDX-License-Identifier: MIT */
/* Running commands. */
#ifndef SH_EXEC_H
#define SH_EXEC_H

#include "user/bin/sh/node.h"

enum {
    EXEC_LAST = 1, /* this process has nothing else to do: no need to fork */
};

/* Runs a tree (NULL: nothing); its exit status, which is also in
 * shell.status. */
int exec_node(const struct node *node, unsigned how);

/* Becomes the program. Returns the status if that fails, with a message. */
int exec_program(char **args);

#endif
