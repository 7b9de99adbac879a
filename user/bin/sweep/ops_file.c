/* SPDX-License-Identifier: MIT */
/*
 * Files, pipes, names, /proc.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "user/bin/sweep/sweep.h"
#include "user/lib/syscall.h"

#define ONE "/tmp/sweep.one"
#define TWO "/tmp/sweep.two"
#define PIECE (3 * PAGE)

static int fd = -1, ends[2] = { -1, -1 };
static char data[PIECE], back[PIECE];

static int exists(const char *name)
{
    struct stat status;

    return lstat(name, &status) == 0;
}

/* What ran makes ONE exist, what failed does not. */
static void check_made(int result)
{
    EXPECT(exists(ONE) == (result == 0));
    if (fd >= 0)
        EXPECT(close(fd) == 0);
    if (exists(ONE) && unlink(ONE) != 0)
        EXPECT(rmdir(ONE) == 0);
}

static void check_gone(int result)
{
    EXPECT(exists(ONE) == (result != 0));
    (void)unlink(ONE);
    (void)rmdir(ONE);
}

static void make_one(void)
{
    fd = (int)MUST(open(ONE, O_RDWR | O_CREAT | O_TRUNC, 0600));
    MUST(write(fd, "one", 3));
    MUST(close(fd));
    fd = -1;
}

static void make_folder(void)
{
    MUST(mkdir(ONE, 0700));
}

/* ---- names ---- */

static int open_file(void)
{
    fd = open("/bin/sweep", O_RDONLY);
    return RESULT_OF(fd);
}

/* All of the path is looked up, through a link. */
static int open_through_link(void)
{
    fd = open("/proc/self/cwd/bin/../bin/sweep", O_RDONLY);
    return RESULT_OF(fd);
}

static void check_open(int result)
{
    EXPECT((fd >= 0) == (result == 0));
}

static int create_file(void)
{
    fd = open(ONE, O_RDWR | O_CREAT | O_EXCL, 0600);
    return RESULT_OF(fd);
}

static int create_folder(void)
{
    return RESULT_OF(mkdir(ONE, 0700));
}

static int create_fifo(void)
{
    return RESULT_OF(mkfifo(ONE, 0600));
}

static int create_symlink(void)
{
    return RESULT_OF(symlink("/some/where", ONE));
}

static int create_link(void)
{
    return RESULT_OF(link(TWO, ONE));
}

static void make_two(void)
{
    make_one();
    MUST(rename(ONE, TWO));
}

static void check_link(int result)
{
    check_made(result);
    EXPECT(unlink(TWO) == 0);
}

static int rename_file(void)
{
    return RESULT_OF(rename(ONE, TWO));
}

static void check_renamed(int result)
{
    EXPECT(exists(TWO) == (result == 0));
    check_gone(result);
    (void)unlink(TWO);
}

static int unlink_file(void)
{
    return RESULT_OF(unlink(ONE));
}

static int remove_folder(void)
{
    return RESULT_OF(rmdir(ONE));
}

static int look_up(void)
{
    struct stat status;

    TRY(stat("/proc/self/exe", &status));
    TRY(access("/bin/../bin/sweep", R_OK));
    return RESULT_OF(chdir("/proc/self"));
}

static int read_links(void)
{
    TRY(readlink("/proc/self/exe", back, sizeof(back)));
    TRY(readlink("/proc/self/fd/0", back, sizeof(back)));
    return getcwd(back, sizeof(back)) != NULL ? 0 : errno;
}

/* Names read at once: /proc/self/fd makes them up. */
static int read_folder(void)
{
    ssize_t n;

    fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
    TRY(fd);
    while ((n = ASK(getdents64, fd, back, sizeof(back))) > 0)
        continue;
    close(fd);
    return (int)-n;
}

/* ---- contents ---- */

static void make_file(void)
{
    size_t i;

    fd = file_make();
    for (i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7);
}

static int whole(ssize_t n, size_t len)
{
    if (n < 0)
        return errno;
    return n == (ssize_t)len ? 0 : CUT;
}

/* Beyond the end, with a hole before. */
#define WRITE_AT ((off_t)(80 * PAGE + 100))

static int write_far_behind(void)
{
    return whole(pwrite(fd, data, sizeof(data), WRITE_AT), sizeof(data));
}

/* The file is as long as what was written of it, and that is right. */
static void check_written(int result)
{
    struct stat status;
    ssize_t n;

    EXPECT(fstat(fd, &status) == 0);
    if (result > 0)
        EXPECT(status.st_size == (off_t)AREA_LEN);
    if (result > 0)
        return;
    n = pread(fd, back, sizeof(back), WRITE_AT);
    EXPECT(n == (result == 0 ? (ssize_t)PIECE : status.st_size - WRITE_AT));
    EXPECT(n > 0 && memcmp(back, data, (size_t)n) == 0);
}

static int writev_file(void)
{
    struct iovec parts[40];
    size_t i;

    for (i = 0; i < 40; i++)
        parts[i] = (struct iovec){ data + i * 300, 300 };
    return whole(pwritev(fd, parts, 40, WRITE_AT), 12000);
}

static int truncate_file(void)
{
    return RESULT_OF(ftruncate(fd, 5 * PAGE + 1));
}

static void check_truncated(int result)
{
    struct stat status;
    char byte = 1;

    EXPECT(fstat(fd, &status) == 0);
    EXPECT(status.st_size ==
           (result == 0 ? (off_t)(5 * PAGE + 1) : (off_t)AREA_LEN));
    EXPECT(ftruncate(fd, AREA_LEN) == 0);
    EXPECT(pread(fd, &byte, 1, 5 * PAGE) == 1 && byte == 6);
    EXPECT(pread(fd, &byte, 1, 6 * PAGE) == 1 && byte == (result == 0 ? 0 : 7));
}

static int punch_hole(void)
{
    return RESULT_OF(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               PAGE, 3 * PAGE));
}

/* All of the hole is there, or an error was given. */
static void check_hole(int result)
{
    char byte = 1;

    EXPECT(pread(fd, &byte, 1, 0) == 1 && byte == 1);
    EXPECT(pread(fd, &byte, 1, 4 * PAGE) == 1 && byte == 5);
    if (result != 0)
        return;
    EXPECT(pread(fd, &byte, 1, PAGE) == 1 && byte == 0);
    EXPECT(pread(fd, &byte, 1, 3 * PAGE) == 1 && byte == 0);
}

/* A program of the ramdisk, another one each time: a hole in it stays. */
static void open_stored(void)
{
    static const char *const names[] = {
        "/bin/yes",  "/bin/wc",    "/bin/seq", "/bin/tail",
        "/bin/head", "/bin/touch", "/bin/ln",  "/bin/hexdump",
    };

    fd = (int)MUST(open(names[nth % 8], O_RDWR));
}

static void check_stored(int result)
{
    char byte = 1;

    EXPECT(pread(fd, &byte, 1, PAGE) == 1);
    EXPECT(result != 0 || byte == 0);
}

static int preallocate(void)
{
    return RESULT_OF(fallocate(fd, 0, 0, 40 * PAGE));
}

/* A file of the ramdisk, which is read page by page; not changed for good. */
static void open_own(void)
{
    fd = (int)MUST(open("/bin/vmfuzz", O_RDONLY));
}

static int read_own(void)
{
    return whole(pread(fd, back, sizeof(back), 0), sizeof(back));
}

static void check_own(int result)
{
    EXPECT(pread(fd, back, 4, 0) == 4 && memcmp(back, "\177ELF", 4) == 0);
    (void)result;
}

/* ---- descriptors ---- */

static int make_pipe(void)
{
    return RESULT_OF(pipe(ends));
}

static void check_pipe(int result)
{
    EXPECT((ends[0] >= 0) == (result == 0));
    if (result != 0)
        return;
    EXPECT(write(ends[1], "x", 1) == 1 && read(ends[0], back, 1) == 1);
}

static void open_pipe(void)
{
    MUST(pipe(ends));
}

static int fill_pipe(void)
{
    return whole(write(ends[1], data, sizeof(data)), sizeof(data));
}

static void check_filled(int result)
{
    const ssize_t n = result > 0 ? 0 : read(ends[0], back, sizeof(back));

    EXPECT(result != 0 || n == (ssize_t)sizeof(data));
    EXPECT(n >= 0 && memcmp(back, data, (size_t)n) == 0);
}

static int dup_high(void)
{
    return RESULT_OF(dup2(1, 900));
}

static int lock_parts(void)
{
    struct flock lock = { .l_type = F_WRLCK, .l_len = 100 };

    TRY(fcntl(fd, F_SETLK, &lock));
    lock = (struct flock){ .l_type = F_UNLCK, .l_start = 40, .l_len = 10 };
    return RESULT_OF(fcntl(fd, F_SETLK, &lock));
}

static int poll_many(void)
{
    static struct pollfd many[100];
    size_t i;

    for (i = 0; i < 100; i++)
        many[i] = (struct pollfd){ .fd = ends[0], .events = POLLIN };
    return RESULT_OF(poll(many, 100, 1));
}

static int select_some(void)
{
    struct timeval soon = { 0, 1000 };
    fd_set set;

    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return RESULT_OF(select(ends[0] + 1, &set, NULL, NULL, &soon));
}

/* ---- /proc ---- */

static int read_all(const char *name)
{
    ssize_t n;

    fd = open(name, O_RDONLY);
    TRY(fd);
    while ((n = read(fd, back, sizeof(back))) > 0)
        continue;
    TRY(n);
    return RESULT_OF(close(fd));
}

static int read_proc(void)
{
    static const char *const names[] = {
        "/proc/self/smaps",  "/proc/self/status", "/proc/self/stat",
        "/proc/self/limits", "/proc/meminfo",     "/proc/uptime",
        "/proc/self/environ"
    };
    size_t i;
    int result = 0;

    for (i = 0; i < sizeof(names) / sizeof(names[0]) && result == 0; i++)
        result = read_all(names[i]);
    return result;
}

const struct operation file_operations[] = {
    { "open", 0, NULL, open_file, check_open },
    { "open-link", 0, NULL, open_through_link, check_open },
    { "create", 0, NULL, create_file, check_made },
    { "create-folder", 0, NULL, create_folder, check_made },
    { "create-fifo", 0, NULL, create_fifo, check_made },
    { "create-symlink", 0, NULL, create_symlink, check_made },
    { "create-link", 0, make_two, create_link, check_link },
    { "rename", 0, make_one, rename_file, check_renamed },
    { "unlink", 0, make_one, unlink_file, check_gone },
    { "rmdir", 0, make_folder, remove_folder, check_gone },
    { "lookup", 0, NULL, look_up, NULL },
    { "readlink", 0, NULL, read_links, NULL },
    { "getdents", 0, NULL, read_folder, NULL },
    { "write", MAY_CUT, make_file, write_far_behind, check_written },
    { "writev", MAY_CUT, make_file, writev_file, NULL },
    { "truncate", 0, make_file, truncate_file, check_truncated },
    { "fallocate", MAY_NOSPC, make_file, preallocate, NULL },
    { "fallocate-punch", 0, make_file, punch_hole, check_hole },
    { "fallocate-stored", KEEPS, open_stored, punch_hole, check_stored },
    { "read", MAY_CUT, open_own, read_own, check_own },
    { "pipe", 0, NULL, make_pipe, check_pipe },
    { "pipe-write", MAY_CUT, open_pipe, fill_pipe, check_filled },
    { "dup", 0, NULL, dup_high, NULL },
    { "lock", 0, make_file, lock_parts, NULL },
    { "poll", 0, open_pipe, poll_many, NULL },
    { "select", 0, open_pipe, select_some, NULL },
    { "proc", 0, NULL, read_proc, NULL },
    { NULL, 0, NULL, NULL, NULL },
};
