/* SPDX-License-Identifier: MIT */
/* See user/test/settings.h. */
#include "user/test/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/test/test.h"

static int setting_open(const char *name, int flags)
{
    char path[128];

    snprintf(path, sizeof(path), "/proc/sys/%s", name);
    return open(path, flags);
}

long setting_get(const char *name)
{
    char text[32];
    int fd = setting_open(name, O_RDONLY);
    ssize_t n;

    REQUIRE_OK(fd);
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    REQUIRE(n > 1 && text[n - 1] == '\n');
    text[n] = '\0';
    return atol(text);
}

int setting_write(const char *name, const char *text)
{
    int fd = setting_open(name, O_WRONLY);
    int saved;
    ssize_t n;

    if (fd < 0)
        return -1;
    n = write(fd, text, strlen(text));
    saved = errno;
    close(fd);
    errno = saved;
    return n < 0 ? -1 : 0;
}

void setting_set(const char *name, long value)
{
    char text[32];

    snprintf(text, sizeof(text), "%ld\n", value);
    REQUIRE_OK(setting_write(name, text));
}

int setting_is_writable(const char *name)
{
    int fd = setting_open(name, O_WRONLY);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

long proc_number(const char *path, const char *name)
{
    FILE *file = fopen(path, "r");
    char line[256];
    long value = -1;

    REQUIRE(file != NULL);
    while (value < 0 && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
            value = atol(line + strlen(name) + 1);
    fclose(file);
    return value;
}

long meminfo(const char *name)
{
    return proc_number("/proc/meminfo", name);
}
