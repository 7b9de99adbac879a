/* SPDX-License-Identifier: MIT */
/*
 * Reading folders: a buffer of getdents64 records, handed out one by one.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/lib/syscall.h"

struct dir_stream {
    int fd;
    size_t pos, end; /* of the records not yet handed out */
    struct dirent entry;
    char buffer[2048] __attribute__((aligned(8)));
};

ssize_t getdents64(int fd, void *to, size_t size)
{
    return CALL(getdents64, fd, to, size);
}

DIR *fdopendir(int fd)
{
    DIR *dir = malloc(sizeof(*dir));

    if (dir != NULL) {
        dir->fd = fd;
        dir->pos = dir->end = 0;
    }
    return dir;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;

    if (fd >= 0 && dir == NULL)
        close(fd);
    return dir;
}

struct dirent *readdir(DIR *dir)
{
    const struct linux_dirent64 *record;

    if (dir->pos == dir->end) {
        ssize_t n = getdents64(dir->fd, dir->buffer, sizeof(dir->buffer));

        if (n <= 0)
            return NULL;
        dir->pos = 0;
        dir->end = (size_t)n;
    }
    record = (const struct linux_dirent64 *)(dir->buffer + dir->pos);
    dir->pos += record->d_reclen;
    dir->entry.d_ino = record->d_ino;
    dir->entry.d_off = record->d_off;
    dir->entry.d_reclen = record->d_reclen;
    dir->entry.d_type = record->d_type;
    strlcpy(dir->entry.d_name, record->d_name, sizeof(dir->entry.d_name));
    return &dir->entry;
}

void rewinddir(DIR *dir)
{
    lseek(dir->fd, 0, SEEK_SET);
    dir->pos = dir->end = 0;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

int closedir(DIR *dir)
{
    int fd = dir->fd;

    free(dir);
    return close(fd);
}
