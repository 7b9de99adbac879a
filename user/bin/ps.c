/* SPDX-License-Identifier: MIT */
/*
 * ps: the processes, from /proc/PID/stat and cmdline.
 *
 * STATE is R: running or ready to; S: sleeping until something happens; D: the
 * same, but no signal wakes it; T: stopped; Z: ended, and its parent has not
 * asked how. SIZE is its address space, MEMORY what of it is in memory.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Fields of stat, counted from the one behind the name: proc(5) minus 3. */
enum {
    FIELD_STATE,
    FIELD_PARENT,
    FIELD_GROUP,
    FIELD_SIZE = 20, /* bytes */
    FIELD_PAGES = 21,
    FIELDS = 22,
};

#define COMMAND_COLUMN 47

/* All of a small file of a process; the bytes, or -1: it has gone. */
static long read_file(const char *pid, const char *name, char *to, size_t size)
{
    char path[64];
    FILE *file;
    size_t n;

    snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
    file = fopen(path, "r");
    if (file == NULL)
        return -1;
    n = fread(to, 1, size - 1, file);
    to[n] = '\0';
    fclose(file);
    return (long)n;
}

/* The command with its arguments; what has none is a thread of the kernel or
 * has ended: its name in brackets. */
static void print_command(const char *pid, char *name)
{
    static char line[256];
    long len = read_file(pid, "cmdline", line, sizeof(line)), i;

    if (len <= 0) {
        printf("[%s]\n", name);
        return;
    }
    for (i = 0; i < len - 1; i++)
        if (!isprint((unsigned char)line[i]))
            line[i] = ' ';
    printf("%.*s\n", isatty(1) ? 80 - COMMAND_COLUMN : (int)len, line);
}

static void print_process(const char *pid)
{
    static char line[1024];
    const char *field[FIELDS];
    char *name, *end, *p;
    int n = 0;

    if (read_file(pid, "stat", line, sizeof(line)) < 0)
        return;
    name = strchr(line, '(');
    end = strrchr(line, ')'); /* the name itself may contain one */
    if (name == NULL || end == NULL)
        return;
    *end = '\0';
    for (p = strtok(end + 1, " \n"); p != NULL && n < FIELDS;
         p = strtok(NULL, " \n"))
        field[n++] = p;
    if (n < FIELDS)
        return;
    printf("%5s %6s %6s   %s %7lu K %7lu K  ", pid, field[FIELD_PARENT],
           field[FIELD_GROUP], field[FIELD_STATE],
           strtoul(field[FIELD_SIZE], NULL, 10) / 1024,
           strtoul(field[FIELD_PAGES], NULL, 10) *
               ((unsigned long)getpagesize() / 1024));
    print_command(pid, name + 1);
}

static int is_pid(const struct dirent *entry)
{
    return isdigit((unsigned char)entry->d_name[0]);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
    return atoi((*a)->d_name) - atoi((*b)->d_name);
}

int main(void)
{
    struct dirent **list;
    int n = scandir("/proc", &list, is_pid, by_number), i;

    if (n < 0)
        err(1, "/proc");
    puts("  PID PARENT  GROUP STATE     SIZE    MEMORY  COMMAND");
    for (i = 0; i < n; i++) {
        print_process(list[i]->d_name);
        free(list[i]);
    }
    free(list);
    return 0;
}
