/* SPDX-License-Identifier: MIT */
/* The kinds of nodes that decide what is run: called by exec_node. */
#ifndef SH_CONTROL_H
#define SH_CONTROL_H

#include "user/bin/sh/node.h"

/* A command whose failure is an answer, not an error: see set -e. */
int control_tested(const struct node *node);

int control_if(const struct node *node);
int control_while(const struct node *node); /* and until */
int control_for(const struct node *node);
int control_case(const struct node *node);

#endif
