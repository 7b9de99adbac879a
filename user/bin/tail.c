/* SPDX-License-Identifier: MIT */
/* tail [-n N] [FILE]: the last lines, 10 unless told. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The last `lines` lines, in a ring. */
static void print(FILE *file, size_t lines)
{
    char **ring = calloc(lines, sizeof(*ring));
    char *line = NULL;
    size_t size = 0, n = 0, i;

    if (ring == NULL)
        err(1, "tail");
    while (getline(&line, &size, file) > 0) {
        free(ring[n % lines]);
        ring[n++ % lines] = line;
        line = NULL;
        size = 0;
    }
    free(line);
    for (i = n > lines ? n - lines : 0; i < n; i++)
        fputs(ring[i % lines], stdout);
    for (i = 0; i < lines; i++)
        free(ring[i]);
    free(ring);
}

int main(int argc, char **argv)
{
    long lines = 10;
    int i = 1;
    FILE *file = stdin;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        lines = atol(argv[2]);
        i = 3;
    } else if (argc > 1 && argv[1][0] == '-' &&
               isdigit((unsigned char)argv[1][1])) {
        lines = atol(argv[1] + 1);
        i = 2;
    }
    if (i < argc) {
        file = fopen(argv[i], "r");
        if (file == NULL)
            err(1, "%s", argv[i]);
    }
    if (lines > 0)
        print(file, (size_t)lines);
    return 0;
}
