/* SPDX-License-Identifier: MIT */
/*
 * Verifies file seals: F_ADD_SEALS and F_GET_SEALS, what each seal forbids to
 * whom, and which mappings stand in the way of sealing a file.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

#define KEEP FALLOC_FL_KEEP_SIZE
#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static char data[8 * PAGE];

/* A fresh file of npages pages and `tail` bytes, with these seals. */
static int make(size_t npages, size_t tail, int seals)
{
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING);

    REQUIRE(fd >= 0);
    REQUIRE_OK(ftruncate(fd, (off_t)(npages * PAGE + tail)));
    REQUIRE_OK(fcntl(fd, F_ADD_SEALS, seals));
    return fd;
}

static int seal(int fd, int seals)
{
    return fcntl(fd, F_ADD_SEALS, seals);
}

static int seals_of(int fd)
{
    return fcntl(fd, F_GET_SEALS);
}

static char *map_it(int fd, size_t npages, int prot, int flags)
{
    char *p = mmap(NULL, npages * PAGE, prot, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

static int open_again(int fd, int flags)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, flags);
}

static void first_seals(void)
{
    CHECK_EQ(seals_of(memfd_create("x", 0)), F_SEAL_SEAL);
    CHECK_EQ(seals_of(memfd_create("x", MFD_EXEC)), F_SEAL_SEAL);
    CHECK_EQ(seals_of(memfd_create("x", MFD_ALLOW_SEALING)), 0);
    CHECK_EQ(seals_of(memfd_create("x", MFD_NOEXEC_SEAL)), F_SEAL_EXEC);
    CHECK_EQ(seals_of(memfd_create("x", MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING)),
             F_SEAL_EXEC);
}

static void seals_add_up(void)
{
    int fd = make(1, 0, F_SEAL_SHRINK);

    CHECK_EQ(seals_of(fd), F_SEAL_SHRINK);
    CHECK_OK(seal(fd, F_SEAL_GROW));
    CHECK_OK(seal(fd, F_SEAL_GROW));
    CHECK_OK(seal(fd, 0));
    CHECK_EQ(seals_of(fd), F_SEAL_SHRINK | F_SEAL_GROW);
    CHECK_ERRNO(seal(fd, 0x40), EINVAL);
    CHECK_ERRNO(seal(fd, -1), EINVAL);
    CHECK_EQ(seals_of(fd), F_SEAL_SHRINK | F_SEAL_GROW);
}

static void sealed_seals(void)
{
    int fd = make(1, 0, F_SEAL_GROW | F_SEAL_SEAL);

    CHECK_ERRNO(seal(fd, F_SEAL_SHRINK), EPERM);
    CHECK_ERRNO(seal(fd, F_SEAL_SEAL), EPERM);
    CHECK_ERRNO(seal(fd, 0), EPERM);
    CHECK_ERRNO(seal(fd, 0x40), EINVAL);
    CHECK_EQ(seals_of(fd), F_SEAL_GROW | F_SEAL_SEAL);
    CHECK_ERRNO(seal(memfd_create("x", 0), F_SEAL_WRITE), EPERM);
}

/* Who may not write may not seal. */
static void only_for_writers(void)
{
    int fd = make(1, 0, 0), reader = open_again(fd, O_RDONLY);

    CHECK_ERRNO(seal(reader, F_SEAL_WRITE), EPERM);
    CHECK_ERRNO(seal(reader, 0x40), EPERM);
    CHECK_EQ(seals_of(reader), 0);
    CHECK_OK(seal(open_again(fd, O_WRONLY), F_SEAL_WRITE));
    CHECK_EQ(seals_of(reader), F_SEAL_WRITE);
    CHECK_ERRNO(seals_of(open_again(fd, O_PATH)), EBADF);
}

static void other_files(void)
{
    int fds[2], null = open("/dev/null", O_RDWR);
    int shm = shm_open("/quire-seals", O_RDWR | O_CREAT, 0600);

    CHECK_OK(shm_unlink("/quire-seals"));
    CHECK_EQ(seals_of(shm), F_SEAL_SEAL);
    CHECK_ERRNO(seal(shm, F_SEAL_WRITE), EPERM);
    CHECK_OK(pipe(fds));
    CHECK_ERRNO(seals_of(fds[0]), EINVAL);
    CHECK_ERRNO(seal(fds[0], 0), EPERM);
    CHECK_ERRNO(seal(fds[1], 0), EINVAL);
    CHECK_ERRNO(seals_of(null), EINVAL);
    CHECK_ERRNO(seal(null, F_SEAL_SEAL), EINVAL);
    CHECK_ERRNO(seals_of(open("/dev/shm", O_RDONLY)), EINVAL);
    CHECK_ERRNO(seals_of(999), EBADF);
}

static void shrink(void)
{
    int fd = make(2, 0, F_SEAL_SHRINK);

    CHECK_ERRNO(ftruncate(fd, PAGE), EPERM);
    CHECK_ERRNO(ftruncate(fd, 2 * PAGE - 1), EPERM);
    CHECK_ERRNO(open_again(fd, O_RDWR | O_TRUNC), EPERM);
    CHECK_OK(ftruncate(fd, 2 * PAGE));
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_ERRNO(ftruncate(fd, 2 * PAGE), EPERM);
    CHECK_OK(fallocate(fd, PUNCH, 0, PAGE));
    CHECK_EQ(write(fd, data, PAGE), PAGE);
}

static void grow(void)
{
    int fd = make(2, 0, F_SEAL_GROW);

    CHECK_ERRNO(ftruncate(fd, 2 * PAGE + 1), EPERM);
    CHECK_ERRNO(fallocate(fd, 0, 0, 2 * PAGE + 1), EPERM);
    CHECK_ERRNO(fallocate(fd, KEEP, PAGE, PAGE + 1), EPERM);
    CHECK_OK(fallocate(fd, KEEP, PAGE, PAGE));
    CHECK_OK(fallocate(fd, 0, 0, 2 * PAGE));
    CHECK_OK(fallocate(fd, PUNCH, PAGE, 9 * PAGE));
    CHECK_OK(ftruncate(fd, PAGE));
    CHECK_ERRNO(ftruncate(fd, 2 * PAGE), EPERM);
}

/* A write stops at the last page that lies in the file as a whole. */
static void growing_by_writing(void)
{
    int fd = make(2, 100, F_SEAL_GROW);

    CHECK_EQ(write(fd, data, sizeof(data)), 2 * PAGE);
    CHECK_ERRNO(write(fd, data, 101), EPERM);
    CHECK_EQ(write(fd, data, 100), 100);
    CHECK_ERRNO(write(fd, data, 1), EPERM);
    CHECK_EQ(write(fd, data, 0), 0);
    CHECK_EQ(pwrite(fd, data, PAGE, 2 * PAGE - 10), 10);
    CHECK_ERRNO(pwrite(fd, data, 1, 50 * PAGE), EPERM);
    CHECK_OK(fcntl(fd, F_SETFL, O_APPEND));
    CHECK_ERRNO(write(fd, data, 1), EPERM);
    CHECK_EQ(lseek(fd, 0, SEEK_END), 2 * PAGE + 100);
}

/* F_SEAL_WRITE and FUTURE_WRITE forbid the same to who comes later. */
static void check_no_writing(int seals)
{
    int fd = make(2, 0, seals), again = open_again(fd, O_RDWR);

    CHECK_ERRNO(write(fd, data, 1), EPERM);
    CHECK_ERRNO(pwrite(again, data, PAGE, PAGE), EPERM);
    CHECK_ERRNO(pwrite(fd, data, 1, 9 * PAGE), EPERM);
    CHECK_EQ(write(fd, data, 0), 0);
    CHECK_ERRNO(fallocate(fd, PUNCH, 0, PAGE), EPERM);
    CHECK_OK(fallocate(fd, 0, 0, PAGE));
    CHECK_ERRNO(mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EPERM);
    CHECK_ERRNO(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, again, 0), EPERM);
    CHECK_OK(ftruncate(fd, 3 * PAGE));
    CHECK_OK(ftruncate(fd, PAGE));
}

static void no_writing(void)
{
    check_no_writing(F_SEAL_WRITE);
}

static void no_future_writing(void)
{
    check_no_writing(F_SEAL_FUTURE_WRITE);
    check_no_writing(F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
}

/* What is mapped shared then can never be written to; private memory can. */
static void mapped_when_sealed(void)
{
    int fd = make(2, 0, F_SEAL_WRITE);
    char *p = map_it(fd, 2, PROT_READ, MAP_SHARED);
    char *q = map_it(fd, 2, RW, MAP_PRIVATE);

    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_OK(mprotect(p, PAGE, RX));
    CHECK_OK(mprotect(p, PAGE, PROT_NONE));
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_EQ(probe_write(p), SIGSEGV);
    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), EACCES);
    poke(q, 7);
    CHECK_EQ(peek(p), 0);
    CHECK_OK(mprotect(q, PAGE, PROT_READ));
    CHECK_OK(mprotect(q, PAGE, RW));
    CHECK_OK(seal(fd, F_SEAL_SEAL));
    CHECK_EQ(peek(q), 7);
}

static void busy(void)
{
    int fd = make(2, 0, 0);
    char *p = map_it(fd, 2, RW, MAP_SHARED);

    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE | F_SEAL_GROW), EBUSY);
    CHECK_EQ(seals_of(fd), 0);
    CHECK_OK(seal(fd, F_SEAL_SHRINK));
    CHECK_OK(mprotect(p, 2 * PAGE, PROT_READ)); /* it may be changed back */
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK_OK(munmap(p, PAGE));
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK_OK(munmap(p + PAGE, PAGE));
    CHECK_OK(seal(fd, F_SEAL_WRITE));
}

/* Read-only, but of a file that is open for writing: mprotect could. */
static void busy_by_a_reader(void)
{
    int fd = make(1, 0, 0), reader = open_again(fd, O_RDONLY);
    char *p = map_it(fd, 1, PROT_READ, MAP_SHARED);

    map_it(reader, 1, PROT_READ, MAP_SHARED); /* these do not matter */
    map_it(fd, 1, RW, MAP_PRIVATE);
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(seal(fd, F_SEAL_WRITE));
}

/* Areas that split, merge, move, are copied and replaced are counted right. */
static void busy_by_parts(void)
{
    int fd = make(6, 0, 0);
    char *p = map_it(fd, 6, RW, MAP_SHARED), *q, *r;

    CHECK_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_OK(mprotect(p + 3 * PAGE, PAGE, PROT_NONE));
    CHECK_OK(mprotect(p, 6 * PAGE, RW));
    q = mremap(p + 4 * PAGE, 2 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED);
    r = mremap(p, 0, PAGE, MREMAP_MAYMOVE); /* once more */
    REQUIRE(r != MAP_FAILED);
    CHECK_OK(munmap(p, 4 * PAGE));
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK_OK(munmap(q, 600 * PAGE));
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    CHECK(mmap(r, PAGE, RW, ANON | MAP_FIXED, -1, 0) == r);
    CHECK_OK(seal(fd, F_SEAL_WRITE));
}

static int waits_for_it(void *baton)
{
    baton_wait(baton);
    return 0;
}

static void busy_by_a_child(void)
{
    int fd = make(1, 0, 0), baton[2];
    char *p = map_it(fd, 1, RW, MAP_SHARED);
    pid_t pid;

    baton_make(baton);
    pid = start_child(waits_for_it, baton);
    CHECK_OK(munmap(p, PAGE));
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    baton_pass(baton);
    CHECK_EXIT(wait_child(pid), 0);
    CHECK_OK(seal(fd, F_SEAL_WRITE));
}

/* Who maps it already goes on writing. */
static void future_write_keeps_mappings(void)
{
    int fd = make(4, 0, 0);
    char *p = map_it(fd, 4, RW, MAP_SHARED), *q;

    CHECK_OK(seal(fd, F_SEAL_FUTURE_WRITE));
    mark_pages(p, 4, 1);
    CHECK_OK(mprotect(p, PAGE, PROT_READ));
    CHECK_OK(mprotect(p, PAGE, RW));
    q = map_it(fd, 4, PROT_READ, MAP_SHARED);
    CHECK_EQ(marked_pages(q, 4, 1), 4);
    CHECK_ERRNO(mprotect(q, PAGE, RW), EACCES);
    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), EPERM);
    CHECK_ERRNO(remap_file_pages(p, PAGE, 0, 1, 0), EPERM);
    CHECK_ERRNO(seal(fd, F_SEAL_WRITE), EBUSY);
    q = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
    REQUIRE(q != MAP_FAILED);
    poke(q, 9);
    CHECK_EQ(peek(p), 9);
}

static int writes_there(void *p)
{
    poke(p, 5);
    return 0;
}

static void future_write_and_fork(void)
{
    int fd = make(1, 0, 0);
    char *p = map_it(fd, 1, RW, MAP_SHARED);

    CHECK_OK(seal(fd, F_SEAL_FUTURE_WRITE));
    CHECK_CHILD(writes_there, p);
    CHECK_EQ(peek(p), 5);
    CHECK_OK(munmap(p, PAGE));
    CHECK_OK(seal(fd, F_SEAL_WRITE));
}

static void exec(void)
{
    int fd = make(1, 0, 0), plain = make(1, 0, 0);

    CHECK_OK(fchmod(plain, 0600));
    CHECK_OK(seal(plain, F_SEAL_EXEC));
    CHECK_EQ(seals_of(plain), F_SEAL_EXEC);
    CHECK_ERRNO(fchmod(plain, 0700), EPERM);
    CHECK_OK(fchmod(plain, 0644));
    CHECK_EQ(write(plain, data, 1), 1);
    /* A program: all of it is sealed. */
    CHECK_OK(seal(fd, F_SEAL_EXEC));
    CHECK_EQ(seals_of(fd), F_SEAL_EXEC | F_SEAL_SHRINK | F_SEAL_GROW |
                               F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
    CHECK_ERRNO(fchmod(fd, 0776), EPERM);
    CHECK_ERRNO(fchmod(fd, 0), EPERM);
    CHECK_OK(fchmod(fd, 0511));
    CHECK_ERRNO(write(fd, data, 1), EPERM);
}

static void exec_and_busy(void)
{
    int fd = make(1, 0, 0);
    char *p = map_it(fd, 1, RW, MAP_SHARED);

    CHECK_ERRNO(seal(fd, F_SEAL_EXEC), EBUSY);
    CHECK_EQ(seals_of(fd), 0);
    CHECK_OK(fchmod(fd, 0666));
    CHECK_OK(seal(fd, F_SEAL_EXEC));
    CHECK_EQ(seals_of(fd), F_SEAL_EXEC);
    poke(p, 1);
}

/* What was there can still be read in every way. */
static void reading(void)
{
    int fd = make(2, 0, 0);
    char byte = 0;

    CHECK_EQ(pwrite(fd, "a", 1, PAGE), 1);
    CHECK_OK(seal(fd, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW));
    CHECK_EQ(pread(fd, &byte, 1, PAGE), 1);
    CHECK_EQ(byte, 'a');
    CHECK_EQ(peek(map_it(fd, 2, PROT_READ, MAP_SHARED) + PAGE), 'a');
    CHECK_EQ(peek(map_it(fd, 2, PROT_READ, MAP_PRIVATE) + PAGE), 'a');
}

static const struct test_case cases[] = {
    CASE(first_seals),
    CASE(seals_add_up),
    CASE(sealed_seals),
    CASE(only_for_writers),
    CASE(other_files),
    CASE(shrink),
    CASE(grow),
    CASE(growing_by_writing),
    CASE(no_writing),
    CASE(no_future_writing),
    CASE(mapped_when_sealed),
    CASE(busy),
    CASE(busy_by_a_reader),
    CASE(busy_by_parts),
    CASE(busy_by_a_child),
    CASE(future_write_keeps_mappings),
    CASE(future_write_and_fork),
    CASE(exec),
    CASE(exec_and_busy),
    CASE(reading),
};

TEST_MAIN(cases)
