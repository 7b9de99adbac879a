/* SPDX-License-Identifier: MIT */
/*
 * A whole folder at once, sorted.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct names {
    struct dirent **list;
    size_t count, room;
};

int alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* 0, or -1 and errno. */
static int names_add(struct names *names, const struct dirent *entry)
{
    struct dirent *copy;

    if (names->count == names->room) {
        size_t room = 2 * names->room + 16;
        struct dirent **list = reallocarray(names->list, room, sizeof(*list));

        if (list == NULL)
            return -1;
        names->list = list;
        names->room = room;
    }
    copy = malloc(sizeof(*copy));
    if (copy == NULL)
        return -1;
    *copy = *entry;
    names->list[names->count++] = copy;
    return 0;
}

static void names_free(struct names *names)
{
    while (names->count > 0)
        free(names->list[--names->count]);
    free(names->list);
}

int scandir(const char *path, struct dirent ***list,
            int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    struct names names = { NULL, 0, 0 };
    struct dirent *entry;
    DIR *dir = opendir(path);
    int error;

    if (dir == NULL)
        return -1;
    errno = 0;
    while ((entry = readdir(dir)) != NULL)
        if ((filter == NULL || filter(entry)) && names_add(&names, entry) != 0)
            break;
    error = errno;
    closedir(dir);
    errno = error;
    if (error != 0) {
        names_free(&names);
        return -1;
    }
    if (compare != NULL)
        qsort(names.list, names.count, sizeof(*names.list),
              (int (*)(const void *, const void *))compare);
    *list = names.list;
    return (int)names.count;
}
