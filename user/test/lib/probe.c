/* SPDX-License-Identifier: MIT */
/*
 * Probes and memory helpers: see probe.h.
 */
#include "user/test/probe.h"
#include "user/test/test.h"

static int try_read(void *address)
{
    peek(address);
    return 0;
}

static int try_write(void *address)
{
    poke(address, 0x5a);
    return 0;
}

static int try_exec(void *address)
{
    ((void (*)(void))address)();
    return 0;
}

static int probe(int (*access)(void *), const volatile void *address)
{
    int status = run_child(access, (void *)(uintptr_t)address);

    if (WIFSIGNALED(status))
        return WTERMSIG(status);
    CHECK_EXIT(status, 0);
    return 0;
}

int probe_read(const volatile void *address)
{
    return probe(try_read, address);
}

int probe_write(volatile void *address)
{
    return probe(try_write, address);
}

int probe_exec(const volatile void *address)
{
    return probe(try_exec, address);
}

void mark_pages(void *start, size_t npages, unsigned first)
{
    size_t i;

    for (i = 0; i < npages; i++)
        poke((char *)start + i * PAGE, (unsigned char)(first + i));
}

size_t marked_pages(const void *start, size_t npages, unsigned first)
{
    size_t i;

    for (i = 0; i < npages; i++)
        if (peek((const char *)start + i * PAGE) != (unsigned char)(first + i))
            break;
    return i;
}

int all_bytes(const void *start, size_t len, unsigned char value)
{
    const unsigned char *bytes = start;
    size_t i;

    for (i = 0; i < len; i++)
        if (bytes[i] != value)
            return 0;
    return 1;
}

char *map_anon(size_t len, int prot)
{
    char *p = mmap(NULL, len, prot, ANON, -1, 0);

    REQUIRE_OK(p);
    return p;
}

char *map_shared(size_t len, int prot)
{
    char *p = mmap(NULL, len, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    REQUIRE_OK(p);
    return p;
}

char *free_range(size_t len)
{
    char *p = map_anon(len, PROT_NONE);

    REQUIRE_OK(munmap(p, len));
    return p;
}

char *map_island(size_t npages)
{
    char *p = free_range((npages + 2) * PAGE);

    REQUIRE_OK(mmap(p + PAGE, npages * PAGE, RW, ANON | MAP_FIXED, -1, 0));
    return p + PAGE;
}
