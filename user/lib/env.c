/* SPDX-License-Identifier: MIT */
/*
 * The environment: an array of "NAME=value" strings that ends in NULL. The
 * first one is the kernel's, on the stack; when a name is added it moves to
 * an allocated array, which then grows. Strings that setenv makes are never
 * freed: somebody may still hold what getenv returned.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **owned;      /* the array that this file allocated */
static size_t owned_room; /* entries that fit, with the NULL */

static size_t env_count(void)
{
    size_t n = 0;

    while (environ != NULL && environ[n] != NULL)
        n++;
    return n;
}

/* The entry of the name of len bytes; NULL if there is none. */
static char **env_find(const char *name, size_t len)
{
    char **entry;

    for (entry = environ; entry != NULL && *entry != NULL; entry++)
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            return entry;
    return NULL;
}

static int env_append(char *string)
{
    size_t n = env_count();

    if (environ != owned || n + 2 > owned_room) {
        size_t room = 2 * n + 8;
        char **array = malloc(room * sizeof(*array));

        if (array == NULL)
            return -1;
        if (n > 0)
            memcpy(array, environ, n * sizeof(*array));
        free(owned);
        environ = owned = array;
        owned_room = room;
    }
    environ[n] = string;
    environ[n + 1] = NULL;
    return 0;
}

char *getenv(const char *name)
{
    size_t len = strlen(name);
    char **entry = env_find(name, len);

    return entry != NULL ? *entry + len + 1 : NULL;
}

int putenv(char *string)
{
    size_t len = strcspn(string, "=");
    char **entry = env_find(string, len);

    if (string[len] == '\0')
        return unsetenv(string);
    if (entry == NULL)
        return env_append(string);
    *entry = string;
    return 0;
}

int setenv(const char *name, const char *value, int replace)
{
    size_t len = strlen(name);
    char *string;

    if (len == 0 || strchr(name, '=') != NULL) {
        errno = EINVAL;
        return -1;
    }
    if (!replace && env_find(name, len) != NULL)
        return 0;
    string = malloc(len + strlen(value) + 2);
    if (string == NULL)
        return -1;
    stpcpy(stpcpy(stpcpy(string, name), "="), value);
    return putenv(string);
}

int unsetenv(const char *name)
{
    size_t len = strlen(name);
    char **entry;

    if (len == 0 || strchr(name, '=') != NULL) {
        errno = EINVAL;
        return -1;
    }
    while ((entry = env_find(name, len)) != NULL)
        do {
            entry[0] = entry[1];
        } while (*++entry != NULL);
    return 0;
}

int clearenv(void)
{
    environ = NULL;
    return 0;
}
