/* SPDX-License-Identifier: MIT */
/*
 * Control flow: if, while, until, for, case.
 *
 * break and continue are counters in the shell's state: every function here
 * and in exec.c returns early while sh_unwinding() is true, up to the loop that
 * counts them down.
 */
#include "user/bin/sh/control.h"

#include <string.h>

#include "user/bin/sh/exec.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/glob.h"
#include "user/bin/sh/vars.h"

int control_tested(const struct node *node)
{
    int status;

    shell.tested++;
    status = exec_node(node, 0);
    shell.tested--;
    return status;
}

int control_if(const struct node *node)
{
    if (control_tested(node->left) == 0 && !sh_unwinding())
        return exec_node(node->right, 0);
    return sh_unwinding() ? shell.status : exec_node(node->third, 0);
}

/* Behind a turn of a loop: whether there may be another. */
static bool next_turn(void)
{
    if (shell.breaking > 0) {
        shell.breaking--;
        if (shell.breaking == 0 && shell.continuing) {
            shell.continuing = false;
            return true;
        }
        return false;
    }
    return !sh_unwinding();
}

int control_while(const struct node *node)
{
    bool wanted = node->kind == NODE_WHILE;
    int status = 0;

    shell.loops++;
    do {
        struct mem_mark mark = mem_mark();
        bool holds = (control_tested(node->left) == 0) == wanted;

        if (holds && !sh_unwinding())
            status = exec_node(node->right, 0);
        mem_release(mark);
        if (!holds && !sh_unwinding())
            break;
    } while (next_turn());
    shell.loops--;
    return status;
}

int control_for(const struct node *node)
{
    struct strings values = { shell.args, (size_t)shell.nargs, 0 };
    int status = 0;
    size_t i;

    if (!node->no_words)
        values = expand_words(node->words);
    shell.loops++;
    for (i = 0; i < values.count; i++) {
        struct mem_mark mark = mem_mark();

        var_set(node->name, values.list[i]);
        status = exec_node(node->right, 0);
        mem_release(mark);
        if (!next_turn())
            break;
    }
    shell.loops--;
    return status;
}

int control_case(const struct node *node)
{
    const char *value = expand_one(node->words->text);
    const struct arm *arm;
    const struct word *pattern;

    for (arm = node->arms; arm != NULL; arm = arm->next)
        for (pattern = arm->patterns; pattern != NULL; pattern = pattern->next)
            if (glob_matches(expand_pattern(pattern->text), value))
                return exec_node(arm->body, 0);
    return 0;
}
