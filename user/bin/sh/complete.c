/* SPDX-License-Identifier: MIT */
/*
 * Completing names: commands where a command's name may stand, else files.
 */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/bin/sh/builtin.h"
#include "user/bin/sh/edit.h"
#include "user/bin/sh/vars.h"

#define BREAKS " \t;|&<>()=" /* what ends the word before */

static bool has_start(const char *name, const char *start, size_t len)
{
    return strncmp(name, start, len) == 0;
}

/* folder + name, on the stack of memory */
static char *join(const char *folder, size_t len, const char *name)
{
    char *path = mem_get(len + strlen(name) + 3);

    memcpy(path, folder, len);
    if (len > 0 && folder[len - 1] != '/')
        path[len++] = '/';
    strcpy(path + len, name);
    return path;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_program(const char *path)
{
    struct stat st;

    return access(path, X_OK) == 0 && stat(path, &st) == 0 &&
           S_ISREG(st.st_mode);
}

/* Names in a folder (its name's length; 0: the current one) that start so. */
static void add_names(struct strings *out, const char *folder, size_t len,
                      const char *start, bool programs)
{
    const char *path = len > 0 ? mem_copy(folder, len) : ".";
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        char *whole = join(path, strlen(path), name);

        if (!has_start(name, start, strlen(start)) ||
            (name[0] == '.' && start[0] != '.') || strcmp(name, ".") == 0 ||
            strcmp(name, "..") == 0 || (programs && !is_program(whole)))
            continue;
        whole = mem_copy(name, strlen(name) + 1);
        if (!programs && is_folder(join(path, strlen(path), name)))
            strcat(whole, "/"); /* mem_copy left a byte for it */
        strings_add(out, whole);
    }
    closedir(dir);
}

static void add_commands(struct strings *out, const char *start)
{
    const char *path = var_get("PATH");
    const struct builtin *b;

    for (b = builtins; b->name != NULL; b++)
        if (has_start(b->name, start, strlen(start)))
            strings_add(out, mem_copy(b->name, strlen(b->name)));
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");

        add_names(out, path, len, start, true);
        path += len + (path[len] == ':');
    }
}

static void drop_twins(struct strings *list)
{
    size_t i, kept = 0;

    if (list->count == 0)
        return;
    strings_sort(list, 0);
    for (i = 1; i < list->count; i++)
        if (strcmp(list->list[i], list->list[kept]) != 0)
            list->list[++kept] = list->list[i];
    list->count = kept + 1;
}

struct strings complete_word(const char *line, size_t at, size_t *start)
{
    struct strings out = { NULL, 0, 0 };
    size_t word = at, before;
    const char *slash, *part;

    while (word > 0 && strchr(BREAKS, line[word - 1]) == NULL)
        word--;
    for (before = word; before > 0; before--)
        if (line[before - 1] != ' ' && line[before - 1] != '\t')
            break;
    part = mem_copy(line + word, at - word);
    slash = strrchr(part, '/');
    if (slash != NULL) {
        *start = word + (size_t)(slash - part) + 1;
        add_names(&out, part, (size_t)(slash - part) + 1, slash + 1, false);
    } else if (before == 0 || strchr(";|&(", line[before - 1]) != NULL) {
        *start = word;
        add_commands(&out, part);
    } else {
        *start = word;
        add_names(&out, "", 0, part, false);
    }
    drop_twins(&out);
    return out;
}
