/* SPDX-License-Identifier: MIT */
/*
 * Scratch folders and files: see tmp.h.
 */
#include "user/test/tmp.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "user/test/test.h"

#define PATH_SIZE 320

void tmp_path(char *out, size_t size, pid_t pid)
{
    snprintf(out, size, "/tmp/%s-%d", test_name(), (int)pid);
}

void tmp_enter(void)
{
    char path[128];

    tmp_path(path, sizeof(path), getpid());
    REQUIRE_OK(mkdir(path, 0755));
    REQUIRE_OK(chdir(path));
}

static int remove_tree(const char *path);

/* Removes one entry of a folder. Whether that could be done. */
static int remove_entry(const char *path)
{
    char name[PATH_SIZE];
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (dir == NULL)
        return 0;
    do {
        entry = readdir(dir);
    } while (entry != NULL && (strcmp(entry->d_name, ".") == 0 ||
                               strcmp(entry->d_name, "..") == 0));
    if (entry == NULL || snprintf(name, sizeof(name), "%s/%s", path,
                                  entry->d_name) >= (int)sizeof(name))
        name[0] = '\0';
    closedir(dir);
    return name[0] != '\0' && remove_tree(name);
}

static int remove_tree(const char *path)
{
    if (unlink(path) == 0 || rmdir(path) == 0)
        return 1;
    while (remove_entry(path))
        if (rmdir(path) == 0)
            return 1;
    return 0;
}

void tmp_remove(pid_t pid)
{
    char path[128];

    tmp_path(path, sizeof(path), pid);
    if (rmdir(path) != 0 && errno == ENOTEMPTY)
        remove_tree(path);
}

int tmp_file(const char *name, const void *data, size_t len)
{
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0644);

    REQUIRE_OK(fd);
    REQUIRE(write(fd, data, len) == (ssize_t)len);
    REQUIRE(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

int tmp_pages(size_t npages, size_t tail, unsigned first)
{
    static char page[PAGE];
    char name[160];
    size_t i;
    int fd;

    tmp_path(name, sizeof(name), getpid());
    strcat(name, ".file");
    fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0644);
    REQUIRE_OK(fd);
    REQUIRE_OK(unlink(name));
    for (i = 0; i <= npages; i++) {
        size_t len = i < npages ? PAGE : tail;

        memset(page, (int)(first + i), sizeof(page));
        REQUIRE(write(fd, page, len) == (ssize_t)len);
    }
    REQUIRE(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}
