/* SPDX-License-Identifier: MIT */
/* mkdir [-p] FOLDER...: make folders; -p: those above them too. */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folders above; path is as it was afterwards. */
static void make_parents(char *path)
{
    char *slash = path;

    while ((slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
}

int main(int argc, char **argv)
{
    int parents = argc > 1 && strcmp(argv[1], "-p") == 0, failed = 0, i;

    if (argc < 2 + parents)
        errx(1, "usage: mkdir [-p] FOLDER...");
    for (i = 1 + parents; i < argc; i++) {
        if (parents)
            make_parents(argv[i]);
        if (mkdir(argv[i], 0777) == 0 ||
            (parents && errno == EEXIST && is_folder(argv[i])))
            continue;
        warn("%s", argv[i]);
        failed = 1;
    }
    return failed;
}
