/* SPDX-License-Identifier: MIT */
/*
 * Verifies /proc/self/maps and /proc/PID/maps: each line's form, the order,
 * and what stands there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "user/test/brk.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char text[16384];

/* The file's text, read in pieces of this size. */
static size_t read_text(const char *name, size_t piece)
{
    int fd = open(name, O_RDONLY);
    size_t used = 0;
    ssize_t n;

    REQUIRE_OK(fd);
    while ((n = read(fd, text + used, piece)) > 0) {
        used += (size_t)n;
        REQUIRE(used + piece < sizeof(text));
    }
    CHECK_EQ(n, 0);
    text[used] = '\0';
    CHECK_OK(close(fd));
    return used;
}

static const char *skip(const char *at, const char *allowed)
{
    while (*at != '\0' && strchr(allowed, *at) != NULL)
        at++;
    return at;
}

static const char *expect(const char *at, char c)
{
    REQUIRE(*at == c);
    return at + 1;
}

/* start-end perms offset major:minor inode[   name] */
static const char *check_line(const char *at)
{
    static const char hex[] = "0123456789abcdef";
    const char *line = at;

    at = expect(skip(at, hex), '-');
    at = expect(skip(at, hex), ' ');
    REQUIRE(strchr("r-", at[0]) && strchr("w-", at[1]));
    REQUIRE(strchr("x-", at[2]) && strchr("ps", at[3]));
    at = expect(at + 4, ' ');
    CHECK_EQ(skip(at, hex) - at, 8);
    at = expect(skip(at, hex), ' ');
    CHECK(skip(at, hex) - at >= 2);
    at = expect(skip(at, hex), ':');
    CHECK(skip(at, hex) - at >= 2);
    at = expect(skip(at, hex), ' ');
    at = expect(skip(at, "0123456789"), ' ');
    if (*at != '\n') {
        at = skip(at, " ");
        CHECK_EQ(at - line, 73);
        at = strchr(at, '\n');
        REQUIRE(at != NULL);
    }
    return at + 1;
}

static void form_of_each_line(void)
{
    const char *at = text;
    int lines = 0;

    read_text("/proc/self/maps", 4096);
    for (; *at != '\0'; lines++)
        at = check_line(at);
    CHECK(lines >= 4);
}

static void sorted_and_apart(void)
{
    unsigned long last = 0;
    struct map_line line;
    uintptr_t at = 0;

    while (at < 0x7ffffffff000UL) {
        if (!maps_find((void *)at, &line)) {
            at += 64 * GIB;
            continue;
        }
        CHECK(line.start >= last);
        CHECK(line.start < line.end);
        CHECK_EQ(line.start % PAGE, 0);
        CHECK_EQ(line.end % PAGE, 0);
        last = at = line.end;
    }
}

static int data = 1;

static void parts_of_the_program(void)
{
    struct map_line line;
    char *heap = break_align();

    REQUIRE(break_set(heap + PAGE) == heap + PAGE);
    REQUIRE(maps_find((void *)(uintptr_t)&parts_of_the_program, &line));
    CHECK_STR(line.perms, "r-xp");
    CHECK_STR(line.name, test_self());
    CHECK(line.inode != 0);
    REQUIRE(maps_find(&data, &line));
    CHECK_STR(line.perms, "rw-p");
    REQUIRE(maps_find(&line, &line) || 1);
    CHECK_STR(line.name, "[stack]");
    CHECK_STR(line.perms, "rw-p");
    CHECK_EQ(line.inode, 0);
    REQUIRE(maps_find(heap, &line));
    CHECK_STR(line.name, "[heap]");
}

static void file_mapping(void)
{
    struct map_line line;
    struct stat st;
    char path[160];
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abc", 3);
    REQUIRE_OK(ftruncate(fd, 4 * PAGE));
    REQUIRE_OK(fstat(fd, &st));
    p = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 2 * PAGE);
    REQUIRE_OK(p);
    REQUIRE(maps_find(p, &line));
    CHECK_EQ(line.start, p);
    CHECK_EQ(line.end, p + 2 * PAGE);
    CHECK_STR(line.perms, "rw-s");
    CHECK_EQ(line.offset, 2 * PAGE);
    CHECK_EQ(line.inode, st.st_ino);
    tmp_path(path, sizeof(path), getpid());
    strcat(path, "/file");
    CHECK_STR(line.name, path);
    REQUIRE_OK(unlink("file"));
    REQUIRE(maps_find(p, &line));
    strcat(path, " (deleted)");
    CHECK_STR(line.name, path);
}

static void anonymous_mappings(void)
{
    char *p = map_island(1), *q = map_shared(PAGE, PROT_READ);
    struct map_line line;

    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, "");
    CHECK_EQ(line.inode, 0);
    CHECK_EQ(line.offset, 0);
    REQUIRE(maps_find(q, &line));
    CHECK_STR(line.perms, "r--s");
}

/* However it is read, the text is the same. */
static void read_in_small_pieces(void)
{
    static char whole[sizeof(text)];
    size_t len = read_text("/proc/self/maps", 4096);

    memcpy(whole, text, len + 1);
    CHECK_EQ(read_text("/proc/self/maps", 7), len);
    CHECK_EQ(strcmp(whole, text), 0);
    CHECK_EQ(read_text("/proc/self/maps", 4095), len);
    CHECK_EQ(strcmp(whole, text), 0);
}

static int compares_with_its_own(void *parent)
{
    static char name[64], own[sizeof(text)];

    read_text("/proc/self/maps", 4096);
    strcpy(own, text);
    snprintf(name, sizeof(name), "/proc/%d/maps", (int)getpid());
    read_text(name, 4096);
    CHECK_EQ(strcmp(own, text), 0);
    snprintf(name, sizeof(name), "/proc/%d/maps", (int)(intptr_t)parent);
    read_text(name, 4096);
    CHECK_EQ(strcmp(own, text), 0);
    return 0;
}

/* Right after fork the child's areas are the parent's. */
static void of_another_process(void)
{
    CHECK_CHILD(compares_with_its_own, (void *)(intptr_t)getpid());
}

static void nobodys(void)
{
    CHECK_ERRNO(open("/proc/999999999/maps", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("/proc/self/none", O_RDONLY), ENOENT);
    CHECK_ERRNO(open("/proc/none", O_RDONLY), ENOENT);
}

static const struct test_case cases[] = {
    CASE(form_of_each_line),    CASE(sorted_and_apart),
    CASE(parts_of_the_program), CASE(file_mapping),
    CASE(anonymous_mappings),   CASE(read_in_small_pieces),
    CASE(of_another_process),   CASE(nobodys),
};

TEST_MAIN(cases)
