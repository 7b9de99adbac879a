/* SPDX-License-Identifier: MIT */
/* Reading folders: readdir(3), over getdents64(2). */
#ifndef LIB_DIRENT_H
#define LIB_DIRENT_H

#include "kernel/abi/dirent.h"
#include "kernel/abi/types.h"

struct dirent {
    ino_t d_ino;
    off_t d_off;
    unsigned short d_reclen;
    unsigned char d_type; /* DT_* */
    char d_name[256];
};

typedef struct dir_stream DIR;

DIR *opendir(const char *path);
DIR *fdopendir(int fd);
struct dirent *readdir(DIR *dir); /* NULL: the end, or an error in errno */
void rewinddir(DIR *dir);
int closedir(DIR *dir);
int dirfd(DIR *dir);
ssize_t getdents64(int fd, void *to, size_t size);

/* scandir without its filter: all names in order, "." and ".." among them.
 * Each is to be freed, and the list. -1 on failure. */
int scandir(const char *path, struct dirent ***list,
            int (*filter)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **a, const struct dirent **b);

#endif
