/* SPDX-License-Identifier: MIT */
/* mv FROM TO, mv FROM... FOLDER: give files another name or place. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int move(const char *from, const char *to, int into)
{
    const char *slash = strrchr(from, '/');
    char *inner = NULL;
    int failed;

    if (into &&
        asprintf(&inner, "%s/%s", to, slash != NULL ? slash + 1 : from) < 0)
        err(1, "%s", to);
    failed = rename(from, into ? inner : to) != 0;
    if (failed)
        warn("%s to %s", from, into ? inner : to);
    free(inner);
    return failed;
}

int main(int argc, char **argv)
{
    const char *to = argv[argc - 1];
    struct stat st;
    int into, failed = 0, i;

    if (argc < 3)
        errx(1, "usage: mv FROM TO, or mv FROM... FOLDER");
    into = stat(to, &st) == 0 && S_ISDIR(st.st_mode);
    if (argc > 3 && !into)
        errx(1, "%s: not a folder", to);
    for (i = 1; i < argc - 1; i++)
        failed |= move(argv[i], to, into);
    return failed;
}
