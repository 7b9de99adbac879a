/* SPDX-License-Identifier: MIT */
/* rm [-r] [-f] FILE...: remove files; -r: folders with all that is in them;
 * -f: what is not there is no error. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int recursive, force;

static int remove_tree(const char *path);

static int remove_folder(const char *path)
{
    struct dirent **list;
    int n = scandir(path, &list, NULL, NULL), failed = 0, i;
    char *inner;

    if (n < 0) {
        warn("%s", path);
        return 1;
    }
    for (i = 0; i < n; i++) {
        const char *name = list[i]->d_name;

        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            if (asprintf(&inner, "%s/%s", path, name) < 0)
                err(1, "%s", path);
            failed |= remove_tree(inner);
            free(inner);
        }
        free(list[i]);
    }
    free(list);
    if (failed == 0 && rmdir(path) != 0) {
        warn("%s", path);
        failed = 1;
    }
    return failed;
}

static int remove_tree(const char *path)
{
    struct stat st;

    if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && recursive)
        return remove_folder(path);
    if (unlink(path) == 0 || (force && errno == ENOENT))
        return 0;
    warn("%s", path);
    return 1;
}

int main(int argc, char **argv)
{
    int option, failed = 0;

    while ((option = getopt(argc, argv, "rRf")) != -1) {
        if (option == '?')
            return 1;
        if (option == 'f')
            force = 1;
        else
            recursive = 1;
    }
    if (optind == argc && !force)
        errx(1, "usage: rm [-r] [-f] FILE...");
    for (; optind < argc; optind++)
        failed |= remove_tree(argv[optind]);
    return failed;
}
