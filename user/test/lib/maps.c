/* SPDX-License-Identifier: MIT */
/*
 * The parser of /proc/self/maps. The text is read in pieces into a static
 * buffer: nothing here changes the address space that it describes.
 */
#include "user/test/maps.h"

#include <fcntl.h>
#include <stdio.h>

#include "user/test/lib/frame.h"
#include "user/test/probe.h"
#include "user/test/test.h"

static struct {
    int fd;
    size_t used, next; /* bytes in text, and consumed of these */
    char text[4096];
} source;

static void maps_open(void)
{
    source.fd = open("/proc/self/maps", O_RDONLY);
    source.used = source.next = 0;
    REQUIRE_OK(source.fd);
}

/* The next byte; -1 at the end. */
static int next_char(void)
{
    if (source.next == source.used) {
        ssize_t n = read(source.fd, source.text, sizeof(source.text));

        REQUIRE_OK(n);
        source.used = (size_t)n;
        source.next = 0;
        if (n == 0)
            return -1;
    }
    return (unsigned char)source.text[source.next++];
}

static unsigned long parse_number(const char **text, unsigned base)
{
    unsigned long value = 0;

    for (;; (*text)++) {
        char c = **text;
        unsigned digit;

        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (base == 16 && c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else
            return value;
        value = value * base + digit;
    }
}

/* "start-end perms offset major:minor inode      name" */
static void parse_line(const char *text, struct map_line *out)
{
    out->start = parse_number(&text, 16);
    REQUIRE(*text++ == '-');
    out->end = parse_number(&text, 16);
    REQUIRE(*text++ == ' ');
    memcpy(out->perms, text, 4);
    out->perms[4] = '\0';
    text += 4;
    REQUIRE(*text++ == ' ');
    out->offset = parse_number(&text, 16);
    REQUIRE(*text++ == ' ');
    parse_number(&text, 16);
    REQUIRE(*text++ == ':');
    parse_number(&text, 16);
    REQUIRE(*text++ == ' ');
    out->inode = parse_number(&text, 10);
    while (*text == ' ')
        text++;
    snprintf(out->name, sizeof(out->name), "%s", text);
}

/* Whether there was another line. */
static int next_line(struct map_line *out)
{
    static char text[512];
    size_t len = 0;
    int c;

    while ((c = next_char()) >= 0 && c != '\n')
        if (len < sizeof(text) - 1)
            text[len++] = (char)c;
    text[len] = '\0';
    if (len == 0)
        return 0;
    parse_line(text, out);
    return 1;
}

int maps_find(const void *address, struct map_line *out)
{
    unsigned long wanted = (unsigned long)address;
    int found = 0;

    maps_open();
    while (!found && next_line(out))
        found = out->start <= wanted && wanted < out->end;
    close(source.fd);
    return found;
}

int maps_find_name(const char *name, struct map_line *out)
{
    int found = 0;

    maps_open();
    while (!found && next_line(out))
        found = strcmp(out->name, name) == 0;
    close(source.fd);
    return found;
}

int maps_count(const void *start, size_t len)
{
    unsigned long from = (unsigned long)start, to = from + len;
    struct map_line line;
    int count = 0;

    maps_open();
    while (next_line(&line))
        if (line.start < to && from < line.end)
            count++;
    close(source.fd);
    return count;
}

/* Adds one word of a picture: permissions, or "-", and pages. */
static void draw(char *picture, size_t size, const char *perms,
                 unsigned long len)
{
    size_t used = strlen(picture);

    if (len > 0)
        snprintf(picture + used, size - used, "%s%s:%lu", used > 0 ? " " : "",
                 perms, len / PAGE);
}

int maps_check(const void *start, size_t npages, const char *picture,
               const char *file, int line)
{
    unsigned long at = (unsigned long)start, to = at + npages * PAGE;
    static char drawn[256];
    struct map_line area;

    drawn[0] = '\0';
    maps_open();
    while (next_line(&area)) {
        if (area.end <= at || area.start >= to)
            continue;
        if (area.start < at)
            area.start = at;
        if (area.end > to)
            area.end = to;
        draw(drawn, sizeof(drawn), "-", area.start - at);
        draw(drawn, sizeof(drawn), area.perms, area.end - area.start);
        at = area.end;
    }
    close(source.fd);
    draw(drawn, sizeof(drawn), "-", to - at);
    return test_string(drawn, picture, file, line, "areas");
}
