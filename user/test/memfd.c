/* SPDX-License-Identifier: MIT */
/*
 * Verifies memfd_create: its arguments, and that what it makes is a file
 * without a name, which is read, written, mapped, sized and run like any.
 * Seals: memfd_seals.c.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define TMPFS 0x01021994
#define LONGEST 249

/* A fresh one of npages pages. */
static int make(unsigned flags, size_t npages)
{
    int fd = memfd_create("quire", flags);

    REQUIRE(fd >= 0);
    REQUIRE_OK(ftruncate(fd, (off_t)(npages * PAGE)));
    return fd;
}

static char *map_it(int fd, size_t npages, int prot, int flags)
{
    char *p = mmap(NULL, npages * PAGE, prot, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

/* Where /proc shows the descriptor. */
static const char *link_of(int fd)
{
    static char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return path;
}

static void bad_flags(void)
{
    CHECK_ERRNO(memfd_create("x", 0x20), EINVAL);
    CHECK_ERRNO(memfd_create("x", 0x80000000U), EINVAL);
    CHECK_ERRNO(memfd_create("x", MFD_EXEC | MFD_NOEXEC_SEAL), EINVAL);
    CHECK_ERRNO(memfd_create("x", MAP_HUGE_2MB), EINVAL);
    CHECK_ERRNO(memfd_create(NULL, 0x20), EINVAL);
}

static void bad_names(void)
{
    char name[LONGEST + 2];
    char *end = map_island(1) + PAGE;

    memset(name, 'n', sizeof(name));
    name[LONGEST + 1] = '\0';
    CHECK_ERRNO(memfd_create(name, 0), EINVAL);
    CHECK_ERRNO(memfd_create(NULL, 0), EFAULT);
    end[-1] = 'x';
    CHECK_ERRNO(memfd_create(end - 1, 0), EFAULT);
    memset(end - LONGEST - 1, 'x', LONGEST + 1);
    CHECK_ERRNO(memfd_create(end - LONGEST - 1, 0), EINVAL);
}

static void check_link(const char *name)
{
    char expected[LONGEST + 32], text[LONGEST + 32];
    int fd = memfd_create(name, 0);
    ssize_t len;

    REQUIRE(fd >= 0);
    len = readlink(link_of(fd), text, sizeof(text) - 1);
    REQUIRE(len > 0);
    text[len] = '\0';
    snprintf(expected, sizeof(expected), "/memfd:%s (deleted)", name);
    CHECK_STR(text, expected);
}

static void names_in_proc(void)
{
    char name[LONGEST + 1];

    memset(name, 'n', LONGEST);
    name[LONGEST] = '\0';
    check_link(name);
    check_link("");
    check_link("two/parts and a space");
}

static void name_in_maps(void)
{
    int fd = make(0, 1);
    char *p = map_it(fd, 1, RW, MAP_SHARED);
    struct map_line line;
    struct stat st;

    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, "/memfd:quire (deleted)");
    CHECK_STR(line.perms, "rw-s");
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(line.inode, st.st_ino);
}

/* Two of one name are two files. */
static void same_name(void)
{
    int a = make(0, 1), b = make(0, 1);
    struct stat sa, sb;
    char byte = 9;

    CHECK_EQ(write(a, "a", 1), 1);
    CHECK_EQ(read(b, &byte, 1), 1);
    CHECK_EQ(byte, 0);
    CHECK_OK(fstat(a, &sa));
    CHECK_OK(fstat(b, &sb));
    CHECK(sa.st_ino != sb.st_ino);
}

static void attributes(void)
{
    int fd = memfd_create("x", 0);
    struct statfs fs;
    struct stat st;

    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_mode, S_IFREG | 0777);
    CHECK_EQ(st.st_nlink, 0);
    CHECK_EQ(st.st_size, 0);
    CHECK_EQ(st.st_blocks, 0);
    CHECK_EQ(st.st_blksize, PAGE);
    CHECK_EQ(st.st_dev, 1);
    CHECK_EQ(st.st_uid, geteuid());
    CHECK_EQ(st.st_gid, getegid());
    CHECK_OK(fstatfs(fd, &fs));
    CHECK_EQ(fs.f_type, TMPFS);
    CHECK_EQ(fcntl(fd, F_GETFL), O_RDWR | O_LARGEFILE);
    CHECK_OK(fchmod(fd, 0640));
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_mode, S_IFREG | 0640);
}

static void made_without_exec(void)
{
    int fd = memfd_create("x", MFD_NOEXEC_SEAL);
    struct stat st;

    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_mode, S_IFREG | 0666);
    CHECK_EQ(fcntl(fd, F_GET_SEALS), F_SEAL_EXEC);
    CHECK_ERRNO(fchmod(fd, 0766), EPERM);
    CHECK_ERRNO(fchmod(fd, 0601), EPERM);
    CHECK_OK(fchmod(fd, 0600));
}

static void close_on_exec(void)
{
    CHECK_EQ(fcntl(memfd_create("x", 0), F_GETFD), 0);
    CHECK_EQ(fcntl(memfd_create("x", MFD_CLOEXEC), F_GETFD), FD_CLOEXEC);
}

static void grows_by_writing(void)
{
    int fd = make(0, 0);
    char back[5] = { 0 };
    struct stat st;

    CHECK_EQ(write(fd, "quire", 5), 5);
    CHECK_EQ(pwrite(fd, "end", 3, 2 * PAGE), 3);
    CHECK_EQ(pread(fd, back, 5, 0), 5);
    CHECK(memcmp(back, "quire", 5) == 0);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), 5);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 2 * PAGE + 3);
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_blocks, 2 * PAGE / 512);
}

static void mapped_and_written(void)
{
    int fd = make(0, 2);
    char *p = map_it(fd, 2, RW, MAP_SHARED);
    char *q = map_it(fd, 2, RW, MAP_PRIVATE);
    char byte = 0;

    poke(p + PAGE, 7);
    CHECK_EQ(pread(fd, &byte, 1, PAGE), 1);
    CHECK_EQ(byte, 7);
    CHECK_EQ(pwrite(fd, "x", 1, 0), 1);
    CHECK_EQ(peek(p), 'x');
    CHECK_EQ(peek(q), 'x');
    poke(q, 5);
    CHECK_EQ(peek(p), 'x');
}

static void sized(void)
{
    int fd = make(0, 1);
    char *p = map_it(fd, 3, RW, MAP_SHARED);

    CHECK_EQ(probe_read(p + PAGE), SIGBUS);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    mark_pages(p, 3, 1);
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGBUS);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p), 1);
}

/* The memory is there while anybody has it: by descriptor or by mapping. */
static void outlives_its_descriptor(void)
{
    int fd = make(0, 2);
    char *p = map_it(fd, 2, RW, MAP_SHARED);

    mark_pages(p, 2, 1);
    CHECK_OK(close(fd));
    CHECK_EQ(marked_pages(p, 2, 1), 2);
    CHECK_EQ(probe_write(p), 0);
}

static int adds_one(void *p)
{
    poke(p, (unsigned char)(peek(p) + 1));
    return 0;
}

static void shared_with_a_child(void)
{
    int fd = make(0, 1);
    char *p = map_it(fd, 1, RW, MAP_SHARED);

    poke(p, 41);
    CHECK_CHILD(adds_one, p);
    CHECK_EQ(peek(p), 42);
}

/* Through /proc it is opened anew: other flags, a position of its own. */
static void opened_again(void)
{
    int fd = make(0, 0), again;
    char byte = 0;

    CHECK_EQ(write(fd, "abc", 3), 3);
    again = open(link_of(fd), O_RDONLY);
    REQUIRE(again >= 0);
    CHECK_EQ(read(again, &byte, 1), 1);
    CHECK_EQ(byte, 'a');
    CHECK_ERRNO(write(again, "x", 1), EBADF);
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_SHARED, again, 0), EACCES);
    again = open(link_of(fd), O_RDWR | O_TRUNC);
    REQUIRE(again >= 0);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 0);
}

static void cannot_be_named(void)
{
    tmp_enter();
    CHECK_ERRNO(linkat(AT_FDCWD, link_of(make(0, 1)), AT_FDCWD, "name",
                       AT_SYMLINK_FOLLOW),
                EXDEV);
}

static void copy_self(int to)
{
    int from = open(test_self(), O_RDONLY);
    static char buf[16 * KIB];
    ssize_t n;

    REQUIRE(from >= 0);
    while ((n = read(from, buf, sizeof(buf))) > 0)
        REQUIRE(write(to, buf, (size_t)n) == n);
    close(from);
}

static int run_file(void *fd)
{
    char *argv[] = { "memfd", "bad_flags", NULL }, *envp[] = { NULL };
    int null = open("/dev/null", O_WRONLY);

    dup2(null, 1);
    execve(link_of(*(int *)fd), argv, envp);
    return errno;
}

/* It can be run, although it is open for writing, if it has the x bit. */
static void runs(void)
{
    int fd = make(0, 0), plain = make(MFD_NOEXEC_SEAL, 0);

    copy_self(fd);
    CHECK_CHILD(run_file, &fd);
    copy_self(plain);
    CHECK_EXIT(run_child(run_file, &plain), EACCES);
}

static void mapped_for_execution(void)
{
    int fd = make(0, 1);

    CHECK_EQ(pwrite(fd, "\xc3", 1, 0), 1); /* ret */
    CHECK_EQ(probe_exec(map_it(fd, 1, RX, MAP_SHARED)), 0);
    CHECK_EQ(probe_exec(map_it(fd, 1, RX, MAP_PRIVATE)), 0);
    fd = make(MFD_NOEXEC_SEAL, 1);
    CHECK_EQ(pwrite(fd, "\xc3", 1, 0), 1);
    CHECK_EQ(probe_exec(map_it(fd, 1, RX, MAP_SHARED)), 0);
}

static void many(void)
{
    size_t i;
    char *p;
    int fd;

    for (i = 0; i < 100; i++) {
        fd = make(0, 8);
        p = map_it(fd, 8, RW, MAP_SHARED);
        mark_pages(p, 8, (unsigned)i);
        CHECK_EQ(marked_pages(p, 8, (unsigned)i), 8);
        CHECK_OK(munmap(p, 8 * PAGE));
        CHECK_OK(close(fd));
    }
}

static const struct test_case cases[] = {
    CASE(bad_flags),
    CASE(bad_names),
    CASE(names_in_proc),
    CASE(name_in_maps),
    CASE(same_name),
    CASE(attributes),
    CASE(made_without_exec),
    CASE(close_on_exec),
    CASE(grows_by_writing),
    CASE(mapped_and_written),
    CASE(sized),
    CASE(outlives_its_descriptor),
    CASE(shared_with_a_child),
    CASE(opened_again),
    CASE(cannot_be_named),
    CASE(runs),
    CASE(mapped_for_execution),
    CASE(many),
};

TEST_MAIN(cases)
