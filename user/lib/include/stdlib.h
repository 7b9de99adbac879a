/* SPDX-License-Identifier: MIT */
/* Memory, numbers, sorting, the environment, and the end of the program. */
#ifndef LIB_STDLIB_H
#define LIB_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7fffffff
#define ATEXIT_MAX 32

/* ---- malloc.c ---- */
void *malloc(size_t size) __attribute__((malloc));
void *calloc(size_t count, size_t size) __attribute__((malloc));
void *realloc(void *old, size_t size);
void *reallocarray(void *old, size_t count, size_t size);
void *aligned_alloc(size_t align, size_t size) __attribute__((malloc));
int posix_memalign(void **out, size_t align, size_t size);
void free(void *mem);

/* ---- strtol.c ---- */
int atoi(const char *text);
long atol(const char *text);
long long atoll(const char *text);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);
long long strtoll(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);

/* ---- sort.c ---- */
void qsort(void *base, size_t count, size_t size,
           int (*compare)(const void *, const void *));
void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *));

/* ---- numbers.c ---- */
typedef struct {
    int quot, rem;
} div_t;
typedef struct {
    long quot, rem;
} ldiv_t;
int abs(int n);
long labs(long n);
long long llabs(long long n);
div_t div(int n, int by);
ldiv_t ldiv(long n, long by);
int rand(void);
void srand(unsigned seed);
int rand_r(unsigned *seed);

/* ---- env.c ---- */
char *getenv(const char *name);
int setenv(const char *name, const char *value, int replace);
int unsetenv(const char *name);
int putenv(char *entry);
int clearenv(void);

/* ---- exit.c ---- */
int atexit(void (*function)(void));
void exit(int status) __attribute__((noreturn));
void _Exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));

/* ---- tmp.c: makes and opens a file named by a pattern ending XXXXXX ---- */
int mkstemp(char *pattern);

#endif
