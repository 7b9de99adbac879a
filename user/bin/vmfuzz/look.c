/* SPDX-License-Identifier: MIT */
/*
 * The transcript, and what is looked at: single bytes, with the signals that
 * touching them raises, the areas, and what all pages hold.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/bin/vmfuzz/vmfuzz.h"

int quiet;
static uint64_t hash = 0xcbf29ce484222325UL; /* FNV-1a, 64 bits */

void say(const char *format, ...)
{
    char text[256];
    va_list args;
    int i, n;

    va_start(args, format);
    n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    for (i = 0; i < n && i < (int)sizeof(text) - 1; i++)
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3UL;
    if (!quiet)
        fputs(text, stdout);
}

uint64_t transcript_hash(void)
{
    return hash;
}

void say_result(long result)
{
    if (result == -1)
        say(" = errno %d", errno);
    else
        say(" = %ld", result);
}

void say_address(unsigned long address)
{
    if (address >= ARENA && address <= ARENA + ARENA_PAGES * PAGE)
        say("%lu+%lu", (address - ARENA) / PAGE, address % PAGE);
    else
        say("elsewhere");
}

/* ---- touching ---- */

static sigjmp_buf back;
static volatile int caught, caught_code;
static void *volatile caught_address;

static void catch_fault(int signo, siginfo_t *info, void *context)
{
    (void)context;
    caught = signo;
    caught_code = info->si_code;
    caught_address = info->si_addr;
    siglongjmp(back, 1);
}

void look_begin(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO | SA_NODEFER };

    action.sa_sigaction = catch_fault;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* The byte, or -1 with `caught` set. */
static int access_byte(unsigned long address, int write, unsigned char value)
{
    volatile unsigned char *at = (volatile unsigned char *)address;
    static volatile int found;

    caught = 0;
    found = -1;
    if (sigsetjmp(back, 1) == 0) {
        if (write)
            *at = value;
        found = *at;
    }
    return found;
}

void touch(unsigned long address, int write, unsigned char value)
{
    int found = access_byte(address, write, value);

    say(write ? "write " : "read ");
    say_address(address);
    if (caught == 0) {
        say(" = %d\n", found);
        return;
    }
    say(" ! %s code %d at ", caught == SIGSEGV ? "SEGV" : "BUS", caught_code);
    say_address((unsigned long)caught_address);
    say("\n");
}

void say_contents(void)
{
    unsigned long page;

    say("contents:");
    for (page = 0; page < ARENA_PAGES; page++) {
        int found = access_byte(ARENA + page * PAGE, 0, 0);

        if (caught == 0)
            say(" %lu:%d", page, found);
        else
            say(caught == SIGSEGV ? " -" : " B");
    }
    say("\n");
}

/* ---- areas ---- */

struct area {
    unsigned long start, end, offset;
    char perms[5];
    char kind; /* anonymous, shared memory, the file */
};

static char *number(char *at, unsigned long *out)
{
    char *end;

    *out = strtoul(at, &end, 16);
    return end;
}

/* A line of /proc/self/maps that lies in the arena. */
static int parse(char *line, struct area *area)
{
    unsigned long ignored;
    char *at = number(line, &area->start);

    at = number(at + 1, &area->end);
    memcpy(area->perms, at + 1, 4);
    area->perms[4] = 0;
    at = number(at + 6, &area->offset);
    at = number(at + 1, &ignored);
    at = number(at + 1, &ignored);
    at = number(at + 1, &ignored);
    area->kind = ignored == 0 ? 'a' : strstr(at, "/dev/zero") ? 's' : 'f';
    if (area->kind == 'a')
        area->offset = 0;
    return area->start >= ARENA && area->end <= ARENA + ARENA_PAGES * PAGE;
}

static void say_area(const struct area *area)
{
    say(" %lu-%lu:%s:%c%lu", (area->start - ARENA) / PAGE,
        (area->end - ARENA) / PAGE, area->perms, area->kind,
        area->offset / PAGE);
}

static char maps[32768];

/* Without malloc: the heap's end is op_break's. */
static void read_maps(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t len = 0;
    ssize_t n;

    while (len < sizeof(maps) - 1 &&
           (n = read(fd, maps + len, sizeof(maps) - 1 - len)) > 0)
        len += (size_t)n;
    maps[len] = 0;
    close(fd);
}

void say_maps(void)
{
    struct area area;
    char *line, *next;

    read_maps();
    say("maps:");
    for (line = maps; (next = strchr(line, '\n')) != NULL; line = next + 1) {
        *next = 0;
        if (parse(line, &area))
            say_area(&area);
    }
    say("\n");
}
