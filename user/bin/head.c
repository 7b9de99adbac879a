/* SPDX-License-Identifier: MIT */
/* head [-n N] [FILE...]: the first lines, 10 unless told. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print(FILE *file, long lines)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;

    while (lines-- > 0 && (len = getline(&line, &size, file)) > 0)
        fwrite(line, 1, (size_t)len, stdout);
    free(line);
}

int main(int argc, char **argv)
{
    long lines = 10;
    int i = 1, failed = 0, several;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        lines = atol(argv[2]);
        i = 3;
    } else if (argc > 1 && argv[1][0] == '-' &&
               isdigit((unsigned char)argv[1][1])) {
        lines = atol(argv[1] + 1);
        i = 2;
    }
    several = argc - i > 1;
    if (i >= argc)
        print(stdin, lines);
    for (; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");

        if (file == NULL) {
            warn("%s", argv[i]);
            failed = 1;
            continue;
        }
        if (several)
            printf("==> %s <==\n", argv[i]);
        print(file, lines);
        fclose(file);
    }
    return failed;
}
