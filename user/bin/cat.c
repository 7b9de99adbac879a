/* SPDX-License-Identifier: MIT */
/* cat [FILE...]: print files one after the other; - is standard input. */
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char buffer[16384];

static int write_all(const char *from, ssize_t len)
{
    while (len > 0) {
        ssize_t n = write(1, from, (size_t)len);

        if (n < 0)
            err(1, "standard output");
        from += n;
        len -= n;
    }
    return 0;
}

static int copy(int fd, const char *name)
{
    ssize_t n;

    while ((n = read(fd, buffer, sizeof(buffer))) > 0)
        write_all(buffer, n);
    if (n < 0)
        warn("%s", name);
    return n < 0;
}

static int copy_file(const char *name)
{
    int fd = open(name, O_RDONLY), failed;

    if (fd < 0) {
        warn("%s", name);
        return 1;
    }
    failed = copy(fd, name);
    close(fd);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0, i;

    if (argc < 2)
        return copy(0, "standard input");
    for (i = 1; i < argc; i++)
        failed |= strcmp(argv[i], "-") == 0 ? copy(0, "standard input")
                                            : copy_file(argv[i]);
    return failed;
}
