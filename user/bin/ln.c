/* SPDX-License-Identifier: MIT */
/* ln [-s] [-f] TARGET NAME: a second name for a file; -s: a symbolic link;
 * -f: in the place of what has that name. */
#include <err.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int option, symbolic = 0, force = 0;
    const char *target, *name;

    while ((option = getopt(argc, argv, "sf")) != -1) {
        if (option == '?')
            return 1;
        if (option == 's')
            symbolic = 1;
        else
            force = 1;
    }
    if (argc - optind != 2)
        errx(1, "usage: ln [-s] [-f] TARGET NAME");
    target = argv[optind];
    name = argv[optind + 1];
    if (force)
        unlink(name);
    if ((symbolic ? symlink(target, name) : link(target, name)) != 0)
        err(1, "%s", name);
    return 0;
}
