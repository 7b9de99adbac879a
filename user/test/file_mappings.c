/* SPDX-License-Identifier: MIT */
/*
 * Verifies files that change under their mappings, and mappings that hold on to
 * files: truncation with the exact SIGBUS, holes, the last page, what rights
 * the descriptor left, what cannot be mapped, and names that are gone.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "user/test/fault.h"
#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static char *map(int fd, size_t npages, int prot, int flags)
{
    char *p = raw_mmap(NULL, npages * PAGE, prot, flags, fd, 0);

    REQUIRE_OK(p);
    return p;
}

static long size_of(int fd)
{
    struct stat st;

    REQUIRE_OK(fstat(fd, &st));
    return st.st_size;
}

/* ---- truncated under the mapping ---- */

static void sigbus_tells_the_address(void)
{
    int fd = tmp_pages(1, 10, 'a');
    char *p = map(fd, 4, RW, MAP_SHARED), *q = map(fd, 4, RW, MAP_PRIVATE);

    CHECK_NO_FAULT(poke(p + 2 * PAGE - 1, 1));
    CHECK_FAULT(peek(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    CHECK_FAULT(poke(p + 2 * PAGE + 77, 1), SIGBUS, BUS_ADRERR,
                p + 2 * PAGE + 77);
    CHECK_FAULT(peek(q + 4 * PAGE - 1), SIGBUS, BUS_ADRERR, q + 4 * PAGE - 1);
    CHECK_FAULT(poke(q + 3 * PAGE, 1), SIGBUS, BUS_ADRERR, q + 3 * PAGE);
}

static void truncated_after_use(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = map(fd, 4, RW, MAP_SHARED), *q = map(fd, 4, RW, MAP_PRIVATE);

    CHECK_EQ(marked_pages(p, 4, 'a'), 4);
    CHECK_EQ(marked_pages(q, 4, 'a'), 4);
    poke(p + 2 * PAGE, 1);
    poke(q + 3 * PAGE, 1);
    REQUIRE_OK(ftruncate(fd, PAGE));
    CHECK_FAULT(peek(p + PAGE + 5), SIGBUS, BUS_ADRERR, p + PAGE + 5);
    CHECK_FAULT(poke(p + 2 * PAGE + 5, 1), SIGBUS, BUS_ADRERR,
                p + 2 * PAGE + 5);
    CHECK_FAULT(peek(q + 2 * PAGE), SIGBUS, BUS_ADRERR, q + 2 * PAGE);
    CHECK_FAULT(poke(q + 3 * PAGE, 1), SIGBUS, BUS_ADRERR, q + 3 * PAGE);
    CHECK_EQ(peek(p), 'a');
}

/* The tail of the last page is cleared, in the mapping too. */
static void tail_is_cleared(void)
{
    int fd = tmp_pages(2, 0, 'a');
    char *p = map(fd, 2, RW, MAP_SHARED),
         *q = map(fd, 2, PROT_READ, MAP_PRIVATE);

    CHECK_EQ(marked_pages(q, 2, 'a'), 2);
    REQUIRE_OK(ftruncate(fd, PAGE + 100));
    CHECK(all_bytes(p + PAGE, 100, 'b'));
    CHECK(all_bytes(p + PAGE + 100, PAGE - 100, 0));
    CHECK(all_bytes(q + PAGE + 100, PAGE - 100, 0));
    REQUIRE_OK(ftruncate(fd, 2 * PAGE));
    CHECK(all_bytes(p + PAGE, 100, 'b'));
    CHECK(all_bytes(p + PAGE + 100, PAGE - 100, 0));
}

/* A private copy of the last page is the process's: its tail stays. */
static void tail_of_a_private_copy(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p = map(fd, 1, RW, MAP_PRIVATE);

    poke(p + PAGE - 1, 'z');
    REQUIRE_OK(ftruncate(fd, 100));
    CHECK_EQ(peek(p + PAGE - 1), 'z');
    CHECK_EQ(peek(p + 100), 'a');
}

static void grown_again_is_zero(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, RW, MAP_SHARED), *q = map(fd, 3, RW, MAP_PRIVATE);

    mark_pages(p, 3, 'k');
    poke(q + 2 * PAGE, 'q');
    REQUIRE_OK(ftruncate(fd, PAGE));
    REQUIRE_OK(ftruncate(fd, 3 * PAGE));
    CHECK(all_bytes(p + PAGE, 2 * PAGE, 0));
    CHECK(all_bytes(q + PAGE, 2 * PAGE, 0)); /* the copy went with the page */
    poke(p + 2 * PAGE, 'n');
    CHECK_EQ(peek(q + 2 * PAGE), 'n');
}

static void written_again_behind(void)
{
    int fd = tmp_pages(3, 0, 'a');
    char *p = map(fd, 3, RW, MAP_SHARED);

    CHECK_EQ(marked_pages(p, 3, 'a'), 3);
    REQUIRE_OK(ftruncate(fd, 0));
    CHECK_FAULT(peek(p), SIGBUS, BUS_ADRERR, p);
    CHECK_EQ(pwrite(fd, "x", 1, PAGE + 7), 1);
    CHECK(all_bytes(p, PAGE + 7, 0));
    CHECK_EQ(peek(p + PAGE + 7), 'x');
    CHECK(all_bytes(p + PAGE + 8, PAGE - 8, 0));
    CHECK_FAULT(peek(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
}

static int the_fd;
static char *area;

static int cuts(void *unused)
{
    (void)unused;
    return ftruncate(the_fd, 0);
}

static int meets_the_end(void *unused)
{
    (void)unused;
    CHECK_FAULT(peek(area), SIGBUS, BUS_ADRERR, area);
    return 0;
}

static void truncated_by_another_process(void)
{
    the_fd = tmp_pages(2, 0, 'a');
    area = map(the_fd, 2, RW, MAP_SHARED);
    CHECK_EQ(marked_pages(area, 2, 'a'), 2);
    CHECK_CHILD(cuts, NULL);
    CHECK_CHILD(meets_the_end, NULL);
    CHECK_FAULT(poke(area + PAGE, 1), SIGBUS, BUS_ADRERR, area + PAGE);
}

/* By name, and by opening. */
static void truncated_by_name(void)
{
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    p = map(fd, 1, PROT_READ, MAP_SHARED);
    CHECK_EQ(peek(p + 3), 'd');
    REQUIRE_OK(truncate("file", 2));
    CHECK_EQ(peek(p + 1), 'b');
    CHECK_EQ(peek(p + 3), 0);
    REQUIRE_OK(open("file", O_WRONLY | O_TRUNC));
    CHECK_FAULT(peek(p + 1), SIGBUS, BUS_ADRERR, p + 1);
}

/* A word that lies half on the page that is there. */
static void across_the_end(void)
{
    char *p = map(tmp_pages(1, 0, 'a'), 2, RW, MAP_SHARED);
    volatile uint32_t *word = (volatile uint32_t *)(p + PAGE - 2);

    CHECK_FAULT(*word = 0, SIGBUS, BUS_ADRERR, p + PAGE);
    CHECK_EQ(peek(p + PAGE - 1), 'a');
}

/* ---- holes and the last page ---- */

static void hole_is_zero_and_fills(void)
{
    int fd = tmp_pages(1, 0, 'a');
    char *p, page[PAGE];

    CHECK_EQ(pwrite(fd, "z", 1, 9 * PAGE), 1);
    p = map(fd, 10, RW, MAP_SHARED);
    CHECK(all_bytes(p + PAGE, 8 * PAGE, 0));
    CHECK_EQ(peek(p + 9 * PAGE), 'z');
    poke(p + 5 * PAGE + 3, 'h');
    CHECK_EQ(pread(fd, page, PAGE, 5 * PAGE), PAGE);
    CHECK_EQ(page[3], 'h');
    CHECK(all_bytes(page + 4, PAGE - 4, 0));
    CHECK_EQ(size_of(fd), 9 * PAGE + 1);
}

static void hole_of_a_private_mapping(void)
{
    int fd = tmp_pages(0, 0, 0);
    char *p, byte = 1;

    REQUIRE_OK(ftruncate(fd, 4 * PAGE));
    p = map(fd, 4, RW, MAP_PRIVATE);
    CHECK_EQ(peek(p + PAGE), 0);
    poke(p + PAGE, 'x');
    poke(p + 2 * PAGE, 'y');
    CHECK_EQ(pread(fd, &byte, 1, PAGE), 1);
    CHECK_EQ(byte, 0);
    CHECK_EQ(pwrite(fd, "f", 1, 3 * PAGE), 1);
    CHECK_EQ(peek(p + 3 * PAGE), 'f');
    CHECK_EQ(peek(p + PAGE), 'x');
}

/* Stores behind the end, in its page, are seen by who maps the page, and are
 * not the file's. */
static void behind_the_end_in_memory(void)
{
    int fd = tmp_pages(0, 10, 'a');
    char *p = map(fd, 1, RW, MAP_SHARED),
         *q = map(fd, 1, PROT_READ, MAP_SHARED);
    char bytes[32];

    memset(p + 10, 'z', 20);
    CHECK(all_bytes(q + 10, 20, 'z'));
    CHECK_EQ(size_of(fd), 10);
    CHECK_EQ(pread(fd, bytes, 32, 0), 10);
    CHECK_EQ(pread(fd, bytes, 32, 10), 0);
    REQUIRE_OK(msync(p, PAGE, MS_SYNC));
    CHECK_EQ(size_of(fd), 10);
}

/* ---- rights that the descriptor left ---- */

static void read_only_for_ever(void)
{
    char *p, *q;
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", O_RDONLY);
    REQUIRE_OK(fd);
    p = map(fd, 1, PROT_READ, MAP_SHARED);
    q = map(fd, 1, PROT_NONE, MAP_SHARED);
    REQUIRE_OK(close(fd));
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_ERRNO(mprotect(q, PAGE, PROT_WRITE), EACCES);
    CHECK_ERRNO(mprotect(q, PAGE, RWX), EACCES);
    CHECK_OK(mprotect(q, PAGE, PROT_READ));
    CHECK_EQ(peek(q), 'a');
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_EQ(probe_write(p), SIGSEGV);
    p = mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, free_range(PAGE));
    REQUIRE_OK(p);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_EQ(peek(p), 'a');
}

static int asks_for_more(void *unused)
{
    (void)unused;
    CHECK_ERRNO(mprotect(area, PAGE, RW), EACCES);
    return 0;
}

static void read_only_in_a_child(void)
{
    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    the_fd = open("file", O_RDONLY);
    area = map(the_fd, 1, PROT_READ, MAP_SHARED);
    CHECK_CHILD(asks_for_more, NULL);
}

/* The mode of the open counts, not what the name permits later. */
static void mode_of_the_open_counts(void)
{
    char *p;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    REQUIRE_OK(chmod("file", 0444));
    p = map(fd, 1, RW, MAP_SHARED);
    poke(p, 'z');
    REQUIRE_OK(chmod("file", 0000));
    poke(p + 1, 'y');
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_OK(mprotect(p, PAGE, RW));
}

static void descriptor_of_a_place(void)
{
    int fd;

    tmp_enter();
    close(tmp_file("file", "abcdef", 6));
    fd = open("file", O_PATH);
    REQUIRE_OK(fd);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EBADF);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0), EBADF);
}

/* ---- what cannot be mapped ---- */

static void refused(const char *path, int flags, int prot, int expected)
{
    int fd = open(path, flags);

    REQUIRE_OK(fd);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, prot, MAP_PRIVATE, fd, 0), expected);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, prot, MAP_SHARED, fd, 0), expected);
    close(fd);
}

static void without_pages(void)
{
    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    REQUIRE_OK(mknod("fifo", S_IFIFO | 0644, 0));
    refused("folder", O_RDONLY, PROT_READ, ENODEV);
    refused("folder", O_RDONLY, RX, ENODEV);
    refused("fifo", O_RDWR, PROT_READ, ENODEV);
    refused("fifo", O_RDWR, RW, ENODEV);
    refused("/dev/full", O_RDWR, RW, ENODEV);
    refused("/dev/urandom", O_RDWR, PROT_READ, ENODEV);
    refused("/proc/self/maps", O_RDONLY, PROT_READ, ENODEV);
}

static void terminal(void)
{
    int fd = open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return; /* not everywhere is there one */
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), ENODEV);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), ENODEV);
}

/* Nothing of /proc, and no pipe, is a program: that is looked at first. */
static void no_programs(void)
{
    int ends[2];

    refused("/proc/self/maps", O_RDONLY, RX, EPERM);
    refused("/proc", O_RDONLY, PROT_EXEC, EPERM);
    REQUIRE_OK(pipe(ends));
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RX, MAP_PRIVATE, ends[0], 0), EPERM);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RX, MAP_PRIVATE, ends[1], 0), EACCES);
}

/* ---- names that are gone ---- */

static void shown_as_deleted(void)
{
    char name[200], *p;
    struct map_line line;
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abcdef", 6);
    p = map(fd, 1, PROT_READ, MAP_SHARED);
    REQUIRE_OK(close(fd));
    REQUIRE_OK(unlink("file"));
    REQUIRE(maps_find(p, &line));
    tmp_path(name, sizeof(name), getpid());
    strcat(name, "/file (deleted)");
    CHECK_STR(line.name, name);
    close(tmp_file("file", "other", 5));
    CHECK_EQ(peek(p), 'a');
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, name);
}

static void renamed_over(void)
{
    char name[200], *p, *q;
    struct map_line line;

    tmp_enter();
    p = map(tmp_file("one", "1", 1), 1, RW, MAP_SHARED);
    q = map(tmp_file("two", "2", 1), 1, RW, MAP_SHARED);
    REQUIRE_OK(rename("one", "two"));
    CHECK_EQ(peek(p), '1');
    CHECK_EQ(peek(q), '2');
    poke(q, '3');
    CHECK_EQ(peek(p), '1');
    tmp_path(name, sizeof(name), getpid());
    strcat(name, "/two");
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, name);
    strcat(name, " (deleted)");
    REQUIRE(maps_find(q, &line));
    CHECK_STR(line.name, name);
}

/* The last descriptor and the last name are gone: the parts that are left of
 * the mapping hold the file. */
static void held_by_what_is_left(void)
{
    int fd = tmp_pages(4, 0, 'a');
    char *p = map(fd, 4, RW, MAP_SHARED), *q;

    REQUIRE_OK(close(fd));
    REQUIRE_OK(munmap(p, PAGE));
    REQUIRE_OK(munmap(p + 2 * PAGE, PAGE));
    poke(p + PAGE, 'z');
    CHECK_EQ(peek(p + 3 * PAGE), 'd');
    q = mremap(p + PAGE, 0, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               free_range(16 * PAGE));
    REQUIRE_OK(q);
    REQUIRE_OK(munmap(p + PAGE, 3 * PAGE));
    CHECK_EQ(peek(q), 'z');
}

static const struct test_case cases[] = {
    CASE(sigbus_tells_the_address),
    CASE(truncated_after_use),
    CASE(tail_is_cleared),
    CASE(tail_of_a_private_copy),
    CASE(grown_again_is_zero),
    CASE(written_again_behind),
    CASE(truncated_by_another_process),
    CASE(truncated_by_name),
    CASE(across_the_end),
    CASE(hole_is_zero_and_fills),
    CASE(hole_of_a_private_mapping),
    CASE(behind_the_end_in_memory),
    CASE(read_only_for_ever),
    CASE(read_only_in_a_child),
    CASE(mode_of_the_open_counts),
    CASE(descriptor_of_a_place),
    CASE(without_pages),
    CASE(terminal),
    CASE(no_programs),
    CASE(shown_as_deleted),
    CASE(renamed_over),
    CASE(held_by_what_is_left),
};

TEST_MAIN(cases)
