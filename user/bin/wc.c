/* SPDX-License-Identifier: MIT */
/* wc [-l] [-w] [-c] [FILE...]: count lines, words and bytes. */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct counts {
    unsigned long lines, words, bytes;
};

static int show_lines, show_words, show_bytes;
static char buffer[8192];

static int count(int fd, struct counts *c)
{
    int in_word = 0;
    ssize_t n, i;

    memset(c, 0, sizeof(*c));
    while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
        c->bytes += (unsigned long)n;
        for (i = 0; i < n; i++) {
            int space = isspace((unsigned char)buffer[i]) != 0;

            c->lines += buffer[i] == '\n';
            c->words += !space && !in_word;
            in_word = !space;
        }
    }
    return (int)n;
}

static void print(const struct counts *c, const char *name)
{
    int one = show_lines + show_words + show_bytes == 1;
    int width = one ? 1 : 8;

    if (show_lines)
        printf("%*lu", width, c->lines);
    if (show_words)
        printf("%*lu", width, c->words);
    if (show_bytes)
        printf("%*lu", width, c->bytes);
    printf("%s%s\n", name != NULL ? " " : "", name != NULL ? name : "");
}

static int count_file(const char *name, struct counts *total)
{
    int fd = open(name, O_RDONLY), result;
    struct counts c;

    result = fd >= 0 ? count(fd, &c) : -1;
    if (result != 0)
        warn("%s", name);
    if (fd >= 0)
        close(fd);
    if (result != 0)
        return 1;
    print(&c, name);
    total->lines += c.lines;
    total->words += c.words;
    total->bytes += c.bytes;
    return 0;
}

int main(int argc, char **argv)
{
    struct counts total = { 0, 0, 0 };
    int option, failed = 0, several;

    while ((option = getopt(argc, argv, "lwc")) != -1) {
        if (option == '?')
            return 1;
        show_lines |= option == 'l';
        show_words |= option == 'w';
        show_bytes |= option == 'c';
    }
    if (!show_lines && !show_words && !show_bytes)
        show_lines = show_words = show_bytes = 1;
    several = argc - optind > 1;
    if (optind == argc) {
        if (count(0, &total) != 0)
            err(1, "standard input");
        print(&total, NULL);
    }
    for (; optind < argc; optind++)
        failed |= count_file(argv[optind], &total);
    if (several)
        print(&total, "total");
    return failed;
}
