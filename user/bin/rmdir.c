/* SPDX-License-Identifier: MIT */
/* rmdir FOLDER...: remove empty folders. */
#include <err.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int failed = 0, i;

    if (argc < 2)
        errx(1, "usage: rmdir FOLDER...");
    for (i = 1; i < argc; i++) {
        if (rmdir(argv[i]) == 0)
            continue;
        warn("%s", argv[i]);
        failed = 1;
    }
    return failed;
}
