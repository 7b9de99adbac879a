/* SPDX-License-Identifier: MIT */
/* env [-i] [NAME=VALUE...] [PROGRAM ARGS...]: run a program with these in its
 * environment (-i: with nothing else in it); without a program, print it. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    char **entry;
    int i = 1;

    if (i < argc && strcmp(argv[i], "-i") == 0) {
        clearenv();
        i++;
    }
    for (; i < argc && strchr(argv[i], '=') != NULL; i++)
        putenv(argv[i]);
    if (i < argc) {
        execvp(argv[i], argv + i);
        warn("%s", argv[i]);
        return errno == ENOENT ? 127 : 126;
    }
    for (entry = environ; entry != NULL && *entry != NULL; entry++)
        puts(*entry);
    return 0;
}
