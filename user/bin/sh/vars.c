/* SPDX-License-Identifier: MIT */
/*
 * The shell's variables: a linked list, as there are few.
 *
 * I1  Names are unique. A variable that is exported but was never given a
 *     value has value NULL and is not in the environment.
 */
#include "user/bin/sh/vars.h"

#include <stdlib.h>
#include <string.h>

struct var {
    struct var *next;
    char *value; /* malloc's */
    bool exported;
    char name[];
};

static struct var *vars;

static struct var **find(const char *name)
{
    struct var **link = &vars;

    while (*link != NULL && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

static struct var *find_or_make(const char *name)
{
    struct var **link = find(name), *var = *link;

    if (var != NULL)
        return var;
    var = malloc(sizeof(*var) + strlen(name) + 1);
    if (var == NULL)
        sh_fail(2, "out of memory");
    var->next = NULL;
    var->value = NULL;
    var->exported = false;
    strcpy(var->name, name);
    *link = var;
    return var;
}

const char *var_get(const char *name)
{
    struct var *var = *find(name);

    return var != NULL ? var->value : NULL;
}

void var_set(const char *name, const char *value)
{
    char *copy = strdup(value);
    struct var *var;

    if (copy == NULL)
        sh_fail(2, "out of memory");
    var = find_or_make(name);
    free(var->value);
    var->value = copy;
}

void var_assign(const char *assignment)
{
    struct mem_mark mark = mem_mark();
    size_t len = strcspn(assignment, "=");

    var_set(mem_copy(assignment, len), assignment + len + 1);
    mem_release(mark);
}

void var_unset(const char *name)
{
    struct var **link = find(name), *var = *link;

    if (var == NULL)
        return;
    *link = var->next;
    free(var->value);
    free(var);
}

void var_export(const char *name)
{
    find_or_make(name)->exported = true;
}

void vars_init(char **environment)
{
    for (; *environment != NULL; environment++) {
        struct mem_mark mark = mem_mark();
        size_t len = strcspn(*environment, "=");

        if (len > 0 && (*environment)[len] == '=') {
            var_assign(*environment);
            var_export(mem_copy(*environment, len));
        }
        mem_release(mark);
    }
}

struct strings vars_list(bool exported_only)
{
    struct strings list = { mem_get(sizeof(char *)), 0, 0 };
    const struct var *var;

    list.list[0] = NULL;
    for (var = vars; var != NULL; var = var->next) {
        struct text text = { NULL, 0, 0 };

        if (var->value == NULL || (exported_only && !var->exported))
            continue;
        text_append(&text, var->name, strlen(var->name));
        text_add(&text, '=');
        text_append(&text, var->value, strlen(var->value));
        strings_add(&list, text_finish(&text));
    }
    strings_sort(&list, 0);
    return list;
}
