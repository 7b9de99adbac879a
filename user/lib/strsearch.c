/* SPDX-License-Identifier: MIT */
/*
 * Strings: looking for characters and strings, cutting into words.
 */
#include <string.h>

char *strchrnul(const char *s, int c)
{
    while (*s != '\0' && *s != (char)c)
        s++;
    return (char *)s;
}

char *strchr(const char *s, int c)
{
    s = strchrnul(s, c);
    return *s == (char)c ? (char *)s : NULL;
}

char *strrchr(const char *s, int c)
{
    return memrchr(s, c, strlen(s) + 1);
}

char *strstr(const char *in, const char *what)
{
    return memmem(in, strlen(in), what, strlen(what));
}

size_t strspn(const char *s, const char *accept)
{
    size_t len = 0;

    while (s[len] != '\0' && strchr(accept, s[len]) != NULL)
        len++;
    return len;
}

size_t strcspn(const char *s, const char *reject)
{
    size_t len = 0;

    while (strchr(reject, s[len]) == NULL)
        len++;
    return len; /* strchr finds the NUL too */
}

char *strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s != '\0' ? (char *)s : NULL;
}

char *strsep(char **rest, const char *separators)
{
    char *word = *rest, *end;

    if (word == NULL)
        return NULL;
    end = word + strcspn(word, separators);
    *rest = *end != '\0' ? end + 1 : NULL;
    *end = '\0';
    return word;
}

char *strtok_r(char *s, const char *separators, char **rest)
{
    char *word = s != NULL ? s : *rest;

    if (word != NULL)
        word += strspn(word, separators);
    if (word == NULL || *word == '\0') {
        *rest = NULL;
        return NULL;
    }
    *rest = word;
    return strsep(rest, separators);
}

char *strtok(char *s, const char *separators)
{
    static char *rest;

    return strtok_r(s, separators, &rest);
}
