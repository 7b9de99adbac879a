/* SPDX-License-Identifier: MIT */
/* pwd: print the current folder's path. */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static char path[PATH_MAX];

int main(void)
{
    if (getcwd(path, sizeof(path)) == NULL)
        err(1, "pwd");
    puts(path);
    return 0;
}
