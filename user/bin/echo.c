/* SPDX-License-Identifier: MIT */
/* echo [-n] TEXT...: print the arguments, with blanks between them. */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int newline = argc < 2 || strcmp(argv[1], "-n") != 0, i;

    for (i = newline ? 1 : 2; i < argc; i++)
        printf("%s%s", argv[i], i + 1 < argc ? " " : "");
    if (newline)
        putchar('\n');
    return fflush(stdout) != 0;
}
