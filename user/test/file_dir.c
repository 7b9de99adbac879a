/* SPDX-License-Identifier: MIT */
/*
 * Verifies folders: mkdir, rmdir, unlink, reading their entries.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static void make(const char *name)
{
    close(tmp_file(name, "abc", 3));
}

static void mkdir_and_rmdir(void)
{
    tmp_enter();
    CHECK_OK(mkdir("folder", 0755));
    CHECK_ERRNO(mkdir("folder", 0755), EEXIST);
    CHECK_OK(mkdir("folder/inner", 0755));
    CHECK_OK(mkdir("folder/inner2/", 0755));
    CHECK_ERRNO(rmdir("folder"), ENOTEMPTY);
    CHECK_OK(rmdir("folder/inner"));
    CHECK_OK(rmdir("folder/inner2"));
    CHECK_OK(rmdir("folder"));
    CHECK_ERRNO(rmdir("folder"), ENOENT);
    CHECK_ERRNO(open("folder", O_RDONLY), ENOENT);
}

static void mkdir_refused(void)
{
    tmp_enter();
    make("file");
    CHECK_ERRNO(mkdir("file", 0755), EEXIST);
    CHECK_ERRNO(mkdir(".", 0755), EEXIST);
    CHECK_ERRNO(mkdir("/", 0755), EEXIST);
    CHECK_ERRNO(mkdir("", 0755), ENOENT);
    CHECK_ERRNO(mkdir("none/folder", 0755), ENOENT);
    CHECK_ERRNO(mkdir("file/folder", 0755), ENOTDIR);
}

static void rmdir_refused(void)
{
    tmp_enter();
    make("file");
    REQUIRE_OK(mkdir("folder", 0755));
    CHECK_ERRNO(rmdir("file"), ENOTDIR);
    CHECK_ERRNO(rmdir("folder/."), EINVAL);
    CHECK_ERRNO(rmdir("folder/.."), ENOTEMPTY);
    CHECK_ERRNO(rmdir("none"), ENOENT);
    CHECK_ERRNO(rmdir("/"), EBUSY);
    CHECK_OK(rmdir("folder/"));
}

static void unlinking(void)
{
    char text[4] = "";
    int fd;

    tmp_enter();
    fd = tmp_file("file", "abc", 3);
    REQUIRE_OK(mkdir("folder", 0755));
    CHECK_OK(unlink("file"));
    CHECK_ERRNO(unlink("file"), ENOENT);
    CHECK_EQ(read(fd, text, 3), 3);
    CHECK_STR(text, "abc");
    CHECK_ERRNO(unlink("folder"), EISDIR);
    make("file");
    CHECK_ERRNO(unlink("file/"), ENOTDIR);
    CHECK_ERRNO(unlink("file/x"), ENOTDIR);
    CHECK_ERRNO(unlink(""), ENOENT);
    CHECK_OK(unlink("file"));
}

/* A name used anew is a new file. */
static void unlinked_and_made_again(void)
{
    char text[4] = "";
    int old, new;

    tmp_enter();
    old = tmp_file("file", "old", 3);
    CHECK_OK(unlink("file"));
    new = tmp_file("file", "new", 3);
    CHECK_EQ(read(old, text, 3), 3);
    CHECK_STR(text, "old");
    CHECK_EQ(read(new, text, 3), 3);
    CHECK_STR(text, "new");
}

static void removed_while_inside(void)
{
    char text[100];

    tmp_enter();
    REQUIRE_OK(mkdir("folder", 0755));
    REQUIRE_OK(chdir("folder"));
    CHECK_OK(rmdir("../folder"));
    CHECK_ERRNO(open("file", O_RDWR | O_CREAT, 0600), ENOENT);
    CHECK_ERRNO(mkdir("inner", 0755), ENOENT);
    CHECK_ERRNO(syscall(SYS_getcwd, text, sizeof(text)), ENOENT);
    CHECK_OK(open(".", O_RDONLY));
    CHECK_OK(chdir(".."));
    CHECK_OK(mkdir("folder", 0755));
}

/* ---- entries ---- */

#define NFILES 150

static void make_numbered(void)
{
    char name[32];
    int i;

    for (i = 0; i < NFILES; i++) {
        snprintf(name, sizeof(name), "file-%d", i);
        make(name);
    }
}

/* Counts each file-N, and how many other names there are. */
static int count_entries(DIR *dir, unsigned char *seen)
{
    struct dirent *entry;
    int others = 0;

    while ((entry = readdir(dir)) != NULL) {
        int number = 0;
        const char *at = entry->d_name + 5;

        if (strncmp(entry->d_name, "file-", 5) != 0) {
            CHECK(entry->d_name[0] == '.');
            others++;
            continue;
        }
        while (*at != '\0')
            number = number * 10 + (*at++ - '0');
        REQUIRE(number >= 0 && number < NFILES);
        seen[number]++;
    }
    return others;
}

static void every_entry_once(void)
{
    unsigned char seen[NFILES] = { 0 };
    DIR *dir;
    int others;

    tmp_enter();
    make_numbered();
    dir = opendir(".");
    REQUIRE(dir != NULL);
    others = count_entries(dir, seen);
    CHECK_EQ(others, 2);
    CHECK(all_bytes(seen, sizeof(seen), 1));
    CHECK_OK(closedir(dir));
}

struct raw_entry {
    uint64_t ino;
    int64_t next;
    unsigned short len;
    unsigned char type;
    char name[];
};

/* Small buffers: many calls, no entry lost or doubled, none cut. */
static void small_buffers(void)
{
    static char buffer[100] __attribute__((aligned(8)));
    unsigned n = 0, dots = 0;
    long got, at;
    int fd;

    tmp_enter();
    make_numbered();
    fd = open(".", O_RDONLY | O_DIRECTORY);
    while ((got = syscall(SYS_getdents64, fd, buffer, sizeof(buffer))) > 0)
        for (at = 0; at < got;) {
            struct raw_entry *entry = (struct raw_entry *)(buffer + at);

            REQUIRE(entry->len >= 20 && entry->len % 8 == 0);
            REQUIRE(at + entry->len <= got);
            dots += entry->name[0] == '.';
            at += entry->len;
            n++;
        }
    CHECK_EQ(got, 0);
    CHECK_EQ(n, NFILES + 2);
    CHECK_EQ(dots, 2);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    CHECK(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)) > 0);
}

static void buffer_too_small(void)
{
    char buffer[16];
    int fd;

    tmp_enter();
    fd = open(".", O_RDONLY | O_DIRECTORY);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)), EINVAL);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, (void *)8, PAGE), EFAULT);
    CHECK_ERRNO(syscall(SYS_getdents64, 999, buffer, sizeof(buffer)), EBADF);
    fd = tmp_file("file", "abc", 3);
    CHECK_ERRNO(syscall(SYS_getdents64, fd, buffer, sizeof(buffer)), ENOTDIR);
}

static void types_and_numbers(void)
{
    struct dirent *entry;
    DIR *dir;
    int found = 0;

    tmp_enter();
    make("file");
    REQUIRE_OK(mkdir("folder", 0755));
    dir = opendir(".");
    REQUIRE(dir != NULL);
    while ((entry = readdir(dir)) != NULL) {
        struct stat st;

        if (strcmp(entry->d_name, "..") == 0)
            continue;
        CHECK_OK(stat(entry->d_name, &st));
        CHECK_EQ(entry->d_ino, st.st_ino);
        CHECK_EQ(entry->d_type, S_ISDIR(st.st_mode) ? DT_DIR : DT_REG);
        found++;
    }
    CHECK_EQ(found, 3);
}

static void root_folder(void)
{
    struct dirent *entry;
    DIR *dir = opendir("/");
    int found = 0;

    REQUIRE(dir != NULL);
    while ((entry = readdir(dir)) != NULL)
        found += strcmp(entry->d_name, "dev") == 0 ||
                 strcmp(entry->d_name, "proc") == 0 ||
                 strcmp(entry->d_name, "tmp") == 0;
    CHECK_EQ(found, 3);
}

static const struct test_case cases[] = {
    CASE(mkdir_and_rmdir),
    CASE(mkdir_refused),
    CASE(rmdir_refused),
    CASE(unlinking),
    CASE(unlinked_and_made_again),
    CASE(removed_while_inside),
    CASE(every_entry_once),
    CASE(small_buffers),
    CASE(buffer_too_small),
    CASE(types_and_numbers),
    CASE(root_folder),
};

TEST_MAIN(cases)
