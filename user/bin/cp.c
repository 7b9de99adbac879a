/* SPDX-License-Identifier: MIT */
/* cp FROM TO, cp FROM... FOLDER: copy files' contents and modes. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buffer[16384];

static int copy_data(int in, int out)
{
    ssize_t n, m, done;

    while ((n = read(in, buffer, sizeof(buffer))) > 0) {
        for (done = 0; done < n; done += m) {
            m = write(out, buffer + done, (size_t)(n - done));
            if (m < 0)
                return -1;
        }
    }
    return (int)n;
}

static int copy_file(const char *from, const char *to)
{
    struct stat st, old;
    int in = open(from, O_RDONLY), out = -1, failed = 1;

    if (in < 0 || fstat(in, &st) != 0) {
        warn("%s", from);
    } else if (S_ISDIR(st.st_mode)) {
        warnx("%s: a folder", from);
    } else if (stat(to, &old) == 0 && old.st_dev == st.st_dev &&
               old.st_ino == st.st_ino) {
        warnx("%s and %s are the same file", from, to);
    } else {
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC, st.st_mode & 0777);
        failed = out < 0 || copy_data(in, out) != 0;
        if (failed)
            warn("%s to %s", from, to);
    }
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0)
        failed = 1;
    return failed;
}

int main(int argc, char **argv)
{
    const char *to = argv[argc - 1];
    struct stat st;
    int into, failed = 0, i;

    if (argc < 3)
        errx(1, "usage: cp FROM TO, or cp FROM... FOLDER");
    into = stat(to, &st) == 0 && S_ISDIR(st.st_mode);
    if (argc > 3 && !into)
        errx(1, "%s: not a folder", to);
    for (i = 1; i < argc - 1; i++) {
        const char *slash = strrchr(argv[i], '/');
        char *inner = NULL;

        if (into && asprintf(&inner, "%s/%s", to,
                             slash != NULL ? slash + 1 : argv[i]) < 0)
            err(1, "%s", to);
        failed |= copy_file(argv[i], into ? inner : to);
        free(inner);
    }
    return failed;
}
