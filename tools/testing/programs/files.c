/* SPDX-License-Identifier: MIT */
/*
 * An ordinary C program, for musl and glibc: the printf family, malloc of all
 * sizes, files, folders, sorting, time, fork. What it prints does not depend on
 * the machine.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 400
#define FOLDER "/tmp/foreign-XXXXXX"

static void fail(const char *what)
{
    printf("failed: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void print_formats(void)
{
    printf("%d %5u|%-6s|%06.2f %#x %lld %c %%\n", -42, 7U, "left", 3.14159,
           255U, 1234567890123LL, 'c');
    printf("%e %g %.10s %*d\n", 12345.678, 0.0001, "a long string indeed", 6,
           99);
}

/* Fills blocks of growing size and checks them after others were freed. */
static void try_malloc(void)
{
    static unsigned char *block[BLOCKS];
    static size_t size[BLOCKS];
    size_t i, j, total = 0;

    for (i = 0; i < BLOCKS; i++) {
        size[i] = i * i * 3 + 1;
        block[i] = malloc(size[i]);
        if (block[i] == NULL)
            fail("malloc");
        memset(block[i], (int)(i & 0xff), size[i]);
        total += size[i];
        if (i % 3 == 2) {
            free(block[i - 1]);
            block[i - 1] = NULL;
        }
    }
    for (i = 0; i < BLOCKS; i++)
        for (j = 0; block[i] != NULL && j < size[i]; j++)
            if (block[i][j] != (i & 0xff))
                fail("a block's contents");
    for (i = 0; i < BLOCKS; i++)
        block[i] = realloc(block[i], 100000);
    for (i = 0; i < BLOCKS; i++)
        free(block[i]);
    printf("malloc: %zu bytes in %d blocks\n", total, BLOCKS);
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void write_numbers(const char *name)
{
    FILE *file = fopen(name, "w");
    int i;

    if (file == NULL)
        fail(name);
    for (i = 0; i < 10000; i++)
        fprintf(file, "%d\n", i * 7919 % 10007);
    if (fclose(file) != 0)
        fail("fclose");
}

static void sort_numbers(const char *name)
{
    static int number[10000];
    FILE *file = fopen(name, "r");
    int count = 0;

    if (file == NULL)
        fail(name);
    while (count < 10000 && fscanf(file, "%d", &number[count]) == 1)
        count++;
    fclose(file);
    qsort(number, (size_t)count, sizeof(number[0]), by_number);
    printf("sorted %d: %d %d … %d\n", count, number[0], number[1],
           number[count - 1]);
}

static void try_files(void)
{
    char folder[] = FOLDER;
    struct dirent *entry;
    struct stat st;
    int files = 0;
    DIR *dir;

    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        fail("mkdtemp");
    write_numbers("numbers");
    if (rename("numbers", "list") != 0 || stat("list", &st) != 0)
        fail("rename");
    printf("size %ld, old name: %s\n", (long)st.st_size,
           access("numbers", F_OK) != 0 ? strerror(errno) : "still there");
    sort_numbers("list");
    dir = opendir(".");
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        files += entry->d_name[0] != '.';
    closedir(dir);
    if (unlink("list") != 0 || chdir("/") != 0 || rmdir(folder) != 0)
        fail("clean up");
    printf("files in the folder: %d\n", files);
}

static void try_fork(void)
{
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        printf("the child speaks\n");
        exit(7);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        fail("fork");
    printf("child: exit code %d\n", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
    time_t day = 1000000000;
    char text[64];
    int i;

    for (i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    print_formats();
    try_malloc();
    try_files();
    try_fork();
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&day));
    printf("%s\n", text);
    fprintf(stderr, "to standard error\n");
    return 0;
}
