/* SPDX-License-Identifier: MIT */
/*
 * Verifies shared memory by name: shm_open and /dev/shm, and fallocate on the
 * files there.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "user/lib/syscall.h"
#include "user/test/probe.h"
#include "user/test/test.h"

#define TMPFS 0x01021994
#define KEEP 1
#define PUNCH 2

static char name[64];

static int open_fresh(size_t npages)
{
    int fd;

    snprintf(name, sizeof(name), "/quire-test.%d", (int)getpid());
    fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    REQUIRE(fd >= 0);
    REQUIRE_OK(ftruncate(fd, (off_t)(npages * PAGE)));
    return fd;
}

static char *map_it(int fd, size_t npages)
{
    char *p = mmap(NULL, npages * PAGE, RW, MAP_SHARED, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

static void the_folder(void)
{
    struct statfs fs;
    struct stat st;

    CHECK_OK(statfs("/dev/shm", &fs));
    CHECK_EQ(fs.f_type, TMPFS);
    CHECK_OK(stat("/dev/shm", &st));
    CHECK_EQ(st.st_mode, S_IFDIR | 01777);
}

static int adds_in_another_process(void *unused)
{
    int fd = shm_open(name, O_RDWR, 0);
    char *p;

    (void)unused;
    if (fd < 0)
        return 1;
    p = map_it(fd, 1);
    p[1] = (char)(p[0] + 1);
    return 0;
}

static void shared_by_name(void)
{
    char *p = map_it(open_fresh(1), 1);

    p[0] = 41;
    CHECK_EXIT(run_child(adds_in_another_process, NULL), 0);
    CHECK_EQ(p[1], 42);
    CHECK_OK(shm_unlink(name));
}

static void names(void)
{
    open_fresh(1);
    CHECK_ERRNO(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    CHECK_OK(shm_unlink(name));
    CHECK_ERRNO(shm_open(name, O_RDWR, 0), ENOENT);
    CHECK_ERRNO(shm_unlink(name), ENOENT);
}

/* The name goes; the memory stays with those who have it. */
static void unlinked_while_mapped(void)
{
    char *p = map_it(open_fresh(2), 2);

    mark_pages(p, 2, 1);
    CHECK_OK(shm_unlink(name));
    CHECK_EQ(marked_pages(p, 2, 1), 2);
}

static void grows_and_shrinks(void)
{
    int fd = open_fresh(1);
    char *p = map_it(fd, 3);

    CHECK_OK(shm_unlink(name));
    CHECK_EQ(probe_read(p + PAGE), SIGBUS);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    mark_pages(p, 3, 1);
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_EQ(probe_read(p + 2 * PAGE), SIGBUS);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    CHECK_EQ(peek(p), 1);
}

static int fallocate_at(int fd, int mode, off_t offset, off_t len)
{
    return (int)CALL(fallocate, fd, mode, offset, len);
}

static void hole(void)
{
    int fd = open_fresh(5);
    char *p = map_it(fd, 5), *q;
    struct stat st;

    CHECK_OK(shm_unlink(name));
    memset(p, 7, 5 * PAGE);
    q = mmap(NULL, 5 * PAGE, RW, MAP_PRIVATE, fd, 0);
    REQUIRE(q != MAP_FAILED);
    poke(q + 2 * PAGE, 9); /* a copy of its own */
    CHECK_OK(fallocate_at(fd, PUNCH | KEEP, PAGE + 100, 2 * PAGE));
    CHECK(all_bytes(p, PAGE + 100, 7));
    CHECK(all_bytes(p + PAGE + 100, 2 * PAGE, 0));
    CHECK(all_bytes(p + 3 * PAGE + 100, PAGE, 7));
    CHECK_EQ(peek(q + 2 * PAGE), 9);
    CHECK_EQ(peek(q + 2 * PAGE + 1), 7);
    CHECK_EQ(peek(q + 3 * PAGE), 0);
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, 5 * (long)PAGE);
    p[2 * PAGE] = 5;
    CHECK_EQ(p[2 * PAGE], 5);
}

static void hole_within_a_page(void)
{
    int fd = open_fresh(2);
    char *p = map_it(fd, 2);

    CHECK_OK(shm_unlink(name));
    memset(p, 7, 2 * PAGE);
    CHECK_OK(fallocate_at(fd, PUNCH | KEEP, 10, 20));
    CHECK(all_bytes(p, 10, 7));
    CHECK(all_bytes(p + 10, 20, 0));
    CHECK(all_bytes(p + 30, PAGE, 7));
    CHECK_OK(fallocate_at(fd, PUNCH | KEEP, PAGE, 100 * PAGE));
    CHECK(all_bytes(p + PAGE, PAGE, 0));
    CHECK_EQ(peek(p), 7);
}

static long blocks(int fd)
{
    struct stat st;

    REQUIRE_OK(fstat(fd, &st));
    return (long)st.st_blocks;
}

/* What is not there need not be there to become zero. */
static void hole_in_a_hole(void)
{
    int fd = memfd_create("sparse", 0);
    char byte;

    REQUIRE_OK(ftruncate(fd, 8 * PAGE));
    CHECK_OK(fallocate_at(fd, PUNCH | KEEP, 100, 2 * PAGE));
    CHECK_EQ(blocks(fd), 0);
    CHECK_OK(ftruncate(fd, 5 * PAGE + 100));
    CHECK_EQ(blocks(fd), 0);
    CHECK_EQ(pwrite(fd, "x", 1, 2 * PAGE + 99), 1);
    CHECK_EQ(pwrite(fd, "y", 1, 2 * PAGE + 100), 1);
    CHECK_OK(fallocate_at(fd, PUNCH | KEEP, 100, 2 * PAGE));
    CHECK_EQ(blocks(fd), PAGE / 512);
    CHECK_EQ(pread(fd, &byte, 1, 2 * PAGE + 99), 1);
    CHECK_EQ(byte, 0);
    CHECK_EQ(pread(fd, &byte, 1, 2 * PAGE + 100), 1);
    CHECK_EQ(byte, 'y');
    CHECK_OK(ftruncate(fd, 2 * PAGE + 100));
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_EQ(pread(fd, &byte, 1, 2 * PAGE + 100), 1);
    CHECK_EQ(byte, 0);
}

static void allocating(void)
{
    int fd = open_fresh(1);
    struct stat st;
    char byte = 1;

    CHECK_OK(shm_unlink(name));
    CHECK_OK(fallocate_at(fd, KEEP, 0, 3 * PAGE));
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, (long)PAGE);
    CHECK_OK(fallocate_at(fd, 0, PAGE, 2 * PAGE + 5));
    CHECK_OK(fstat(fd, &st));
    CHECK_EQ(st.st_size, 3 * (long)PAGE + 5);
    CHECK_EQ(pread(fd, &byte, 1, 3 * PAGE + 4), 1);
    CHECK_EQ(byte, 0);
}

static void bad_arguments(void)
{
    int fd = open_fresh(1), readable = shm_open(name, O_RDONLY, 0), fds[2];

    CHECK_OK(shm_unlink(name));
    CHECK_OK(pipe(fds));
    CHECK_ERRNO(fallocate_at(fd, 0, 0, 0), EINVAL);
    CHECK_ERRNO(fallocate_at(fd, 0, -1, 5), EINVAL);
    CHECK_ERRNO(fallocate_at(fd, 0, 0, -5), EINVAL);
    CHECK_ERRNO(fallocate_at(fd, PUNCH, 0, PAGE), EOPNOTSUPP);
    CHECK_ERRNO(fallocate_at(fd, 0x1000, 0, PAGE), EOPNOTSUPP);
    CHECK_ERRNO(fallocate_at(readable, 0, 0, PAGE), EBADF);
    CHECK_ERRNO(fallocate_at(readable, PUNCH | KEEP, 0, PAGE), EBADF);
    CHECK_ERRNO(fallocate_at(fds[1], 0, 0, PAGE), ESPIPE);
    CHECK_ERRNO(fallocate_at(999, 0, 0, PAGE), EBADF);
}

/* What tmpfs, where shm_open's files are, does not do. */
static void modes_of_disks(void)
{
    const int modes[] = { 8, 0x10, 0x11, 0x20 }; /* collapse, zero, insert */
    int fd = open_fresh(2), null = open("/dev/null", O_RDWR);
    int readable = shm_open(name, O_RDONLY, 0);
    size_t i;

    for (i = 0; i < COUNT(modes); i++) {
        CHECK_ERRNO(fallocate_at(fd, modes[i], 0, PAGE), EOPNOTSUPP);
        CHECK_ERRNO(fallocate_at(readable, modes[i], 0, PAGE), EBADF);
        CHECK_ERRNO(fallocate_at(null, modes[i], 0, PAGE), ENODEV);
        CHECK_ERRNO(fallocate_at(null, modes[i] | PUNCH, 0, PAGE), EOPNOTSUPP);
    }
    CHECK_ERRNO(fallocate_at(null, 0, 0, PAGE), ENODEV);
    CHECK_ERRNO(fallocate_at(null, PUNCH | KEEP, 0, PAGE), ENODEV);
    CHECK_OK(shm_unlink(name));
}

static void too_far(void)
{
    const long last = INT64_MAX;
    int fd = open_fresh(1);

    CHECK_ERRNO(fallocate_at(fd, 0, last - 5, 100), EFBIG);
    CHECK_ERRNO(fallocate_at(fd, KEEP, last, last), EFBIG);
    CHECK_ERRNO(fallocate_at(fd, PUNCH | KEEP, last, 1), EFBIG);
    CHECK_ERRNO(fallocate_at(fd, 0x10, last, 1), EFBIG);
    CHECK_OK(shm_unlink(name));
}

static void bad_names(void)
{
    static char longest[400];

    memset(longest, 'n', sizeof(longest) - 1);
    CHECK_ERRNO(shm_open(longest, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
    CHECK_ERRNO(shm_unlink(longest), ENAMETOOLONG);
    longest[256] = '\0';
    CHECK_ERRNO(shm_open(longest, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
    CHECK_ERRNO(shm_open("/a/b", O_RDWR | O_CREAT, 0600), EINVAL);
    CHECK_ERRNO(shm_open("", O_RDWR | O_CREAT, 0600), EINVAL);
    CHECK_ERRNO(shm_open("/", O_RDONLY, 0600), EINVAL);
    CHECK_ERRNO(shm_unlink("/a/b"), EINVAL);
}

static int opens_too_many(void *unused)
{
    (void)unused;
    set_limit(RLIMIT_NOFILE, 0);
    CHECK_ERRNO(shm_open(name, O_RDWR, 0), EMFILE);
    CHECK_ERRNO(memfd_create("x", 0), EMFILE);
    return 0;
}

static void no_descriptor_left(void)
{
    open_fresh(1);
    CHECK_CHILD(opens_too_many, NULL);
    CHECK_OK(shm_unlink(name));
}

static const struct test_case cases[] = {
    CASE(the_folder),
    CASE(shared_by_name),
    CASE(names),
    CASE(unlinked_while_mapped),
    CASE(grows_and_shrinks),
    CASE(hole),
    CASE(hole_within_a_page),
    CASE(hole_in_a_hole),
    CASE(allocating),
    CASE(bad_arguments),
    CASE(modes_of_disks),
    CASE(too_far),
    CASE(bad_names),
    CASE(no_descriptor_left),
};

TEST_MAIN(cases)
