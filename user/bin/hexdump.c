/* SPDX-License-Identifier: MIT */
/* hexdump [FILE]: bytes in hexadecimal and as text, 16 a line. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

static void print_line(unsigned long at, const unsigned char *bytes, size_t n)
{
    size_t i;

    printf("%08lx ", at);
    for (i = 0; i < 16; i++) {
        if (i % 8 == 0)
            putchar(' ');
        if (i < n)
            printf("%02x ", bytes[i]);
        else
            fputs("   ", stdout);
    }
    fputs(" |", stdout);
    for (i = 0; i < n; i++)
        putchar(isprint(bytes[i]) ? bytes[i] : '.');
    puts("|");
}

int main(int argc, char **argv)
{
    unsigned char bytes[16], last[16];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    int skipping = 0;
    unsigned long at;
    size_t n;

    if (file == NULL)
        err(1, "%s", argv[1]);
    for (at = 0; (n = fread(bytes, 1, sizeof(bytes), file)) > 0; at += n) {
        int again = at > 0 && n == 16 && memcmp(bytes, last, 16) == 0;

        if (!again)
            print_line(at, bytes, n);
        else if (!skipping)
            puts("*"); /* lines like the one before */
        skipping = again;
        memcpy(last, bytes, sizeof(last));
    }
    printf("%08lx\n", at);
    return 0;
}
