/* SPDX-License-Identifier: MIT */
/* touch FILE...: set the times to now; make files that are not there. */
#include <err.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int failed = 0, i;

    if (argc < 2)
        errx(1, "usage: touch FILE...");
    for (i = 1; i < argc; i++) {
        int fd = open(argv[i], O_WRONLY | O_CREAT, 0666);

        if (fd >= 0)
            close(fd);
        if (utimensat(AT_FDCWD, argv[i], NULL, 0) != 0) {
            warn("%s", argv[i]);
            failed = 1;
        }
    }
    return failed;
}
