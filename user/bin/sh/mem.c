/* SPDX-License-Identifier: MIT */
/*
 * The stack of memory: chunks from malloc, filled one after the other. A mark
 * is a height; releasing it frees the chunks above and lowers the fill.
 *
 * Growing texts live in malloc's memory, as they do not end in the order in
 * which they began.
 */
#include <stdlib.h>
#include <string.h>

#include "user/bin/sh/sh.h"

#define CHUNK_SIZE 8000UL

struct mem_chunk {
    struct mem_chunk *below;
    size_t size;
    char bytes[] __attribute__((aligned(16)));
};

static struct mem_chunk *top;
static size_t top_used;

static void *checked(void *mem)
{
    if (mem == NULL)
        sh_fail(2, "out of memory");
    return mem;
}

void *mem_get(size_t size)
{
    struct mem_chunk *chunk;
    void *mem;

    size = (size + 15) & ~(size_t)15;
    if (top == NULL || size > top->size - top_used) {
        size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;

        chunk = checked(malloc(sizeof(*chunk) + room));
        chunk->below = top;
        chunk->size = room;
        top = chunk;
        top_used = 0;
    }
    mem = top->bytes + top_used;
    top_used += size;
    return mem;
}

char *mem_copy(const char *text, size_t len)
{
    char *copy = mem_get(len + 1);

    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

struct mem_mark mem_mark(void)
{
    return (struct mem_mark){ top, top_used };
}

void mem_release(struct mem_mark mark)
{
    while (top != mark.chunk) {
        struct mem_chunk *below = top->below;

        free(top);
        top = below;
    }
    top_used = mark.used;
}

/* Room for `more` bytes and a NUL. */
static void text_grow(struct text *text, size_t more)
{
    size_t wanted = text->len + more + 1;

    if (wanted <= text->room)
        return;
    if (wanted < 2 * text->room)
        wanted = 2 * text->room;
    text->data = checked(realloc(text->data, wanted + 32));
    text->room = wanted + 32;
}

void text_add(struct text *text, char c)
{
    text_append(text, &c, 1);
}

void text_append(struct text *text, const char *more, size_t len)
{
    text_grow(text, len);
    memcpy(text->data + text->len, more, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){ NULL, 0, 0 };
}

char *text_finish(struct text *text)
{
    char *copy = mem_copy(text->len > 0 ? text->data : "", text->len);

    text_free(text);
    return copy;
}

void strings_add(struct strings *strings, char *string)
{
    if (strings->count + 1 >= strings->room) {
        size_t room = 2 * strings->room + 8;
        char **list = mem_get(room * sizeof(*list));

        if (strings->count > 0)
            memcpy(list, strings->list, strings->count * sizeof(*list));
        strings->list = list;
        strings->room = room;
    }
    strings->list[strings->count++] = string;
    strings->list[strings->count] = NULL;
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strings_sort(struct strings *strings, size_t from)
{
    qsort(strings->list + from, strings->count - from, sizeof(char *),
          compare_strings);
}
