/* SPDX-License-Identifier: MIT */
/*
 * argv and envp, gathered from the old address space before it goes. The
 * contract stands in exec_image.h.
 *
 * I1: frame number i of the chain holds the bytes from i * PAGE_SIZE on; all
 *     but the last are full.
 * I2: the last byte is the NUL of the last string.
 */
#include "kernel/proc/exec_image.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/limits.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/string.h"
#include "mm/mm.h"
#include "mm/uaccess.h"

#define STACK_SHARE 4               /* of RLIMIT_STACK, for the strings */
#define STACK_SHARE_MAX (6UL << 20) /* however large the limit is */
#define POINTERS_AT_ONCE 16

static void strings_init(struct exec_strings *strings)
{
    list_init(&strings->frames);
    strings->len = strings->count = 0;
}

void exec_args_init(struct exec_args *args, uint64_t stack_limit)
{
    size_t limit = MIN(stack_limit / STACK_SHARE, STACK_SHARE_MAX);

    strings_init(&args->argv);
    strings_init(&args->envp);
    args->left = MAX(limit, (size_t)ARG_MAX);
}

void exec_args_destroy(struct exec_args *args)
{
    page_free_list(&args->argv.frames);
    page_free_list(&args->envp.frames);
}

int exec_args_reserve(struct exec_args *args, size_t n)
{
    if (n > args->left)
        return -E2BIG;
    args->left -= n;
    return 0;
}

/* Where the next byte goes and how many there are room for; at most `max`.
 * 0 or -ENOMEM */
static int strings_room(struct exec_strings *strings, size_t max, char **at,
                        size_t *room)
{
    size_t within = strings->len & PAGE_MASK;
    struct page *page;
    int err;

    if (within == 0) {
        err = page_alloc(PAGE_KERNEL, &page);
        if (err != 0)
            return err;
        list_push_back(&strings->frames, &page->link);
    }
    page = list_last(&strings->frames, struct page, link);
    *at = (char *)page_address(page) + within;
    *room = MIN(max, PAGE_SIZE - within);
    return 0;
}

int exec_args_add(struct exec_args *args, struct exec_strings *strings,
                  const char *text)
{
    size_t n = strlen(text) + 1, room;
    char *at;
    int err = exec_args_reserve(args, n + sizeof(uint64_t));

    while (err == 0 && n > 0) {
        err = strings_room(strings, n, &at, &room);
        if (err != 0)
            break;
        memcpy(at, text, room);
        text += room;
        n -= room;
        strings->len += room;
    }
    strings->count++;
    return err;
}

/* Adds one string of the user's. */
static int add_user_string(struct exec_args *args, struct exec_strings *strings,
                           const char __user *text)
{
    size_t start = strings->len, room;
    ssize_t n = -ENAMETOOLONG;
    char *at;
    int err = exec_args_reserve(args, sizeof(uint64_t));

    while (err == 0 && n == -ENAMETOOLONG) {
        size_t max = MAX_ARG_STRLEN - (strings->len - start);

        if (max == 0)
            return -E2BIG;
        err = strings_room(strings, max, &at, &room);
        if (err != 0)
            return err;
        n = strncpy_from_user(at, text, room);
        if (n == -EFAULT)
            return -EFAULT;
        room = n < 0 ? room : (size_t)n + 1;
        text += room;
        strings->len += room;
        err = exec_args_reserve(args, room);
    }
    strings->count++;
    return err;
}

int exec_args_add_user(struct exec_args *args, struct exec_strings *strings,
                       char __user *const __user *array)
{
    char __user *pointers[POINTERS_AT_ONCE];
    size_t n;
    int err;

    if (array == NULL)
        return 0;
    for (;; array += POINTERS_AT_ONCE) {
        if ((vaddr_t)array >= USER_END)
            return -EFAULT;
        /* The array may end right before memory that is not there. */
        n = MIN(sizeof(pointers), USER_END - (vaddr_t)array);
        n -= copy_from_user(pointers, array, n);
        n /= sizeof(pointers[0]);
        for (size_t i = 0; i < n; i++) {
            if (pointers[i] == NULL)
                return 0;
            err = add_user_string(args, strings, pointers[i]);
            if (err != 0)
                return err;
        }
        if (n < POINTERS_AT_ONCE)
            return -EFAULT;
    }
}

/* ---- reading them again ---- */

void exec_cursor_start(struct exec_cursor *cur,
                       const struct exec_strings *strings)
{
    cur->strings = strings;
    cur->frame = strings->frames.next;
    cur->at = 0;
    cur->left = strings->len;
}

/* The rest of the cursor's frame that holds strings: *at, and its length. */
static size_t cursor_piece(const struct exec_cursor *cur, char **at)
{
    struct page *page = list_entry(cur->frame, struct page, link);

    *at = (char *)page_address(page) + cur->at;
    return MIN(cur->left, PAGE_SIZE - cur->at);
}

static void cursor_advance(struct exec_cursor *cur, size_t n)
{
    cur->left -= n;
    cur->at += n;
    if (cur->at == PAGE_SIZE) {
        cur->frame = cur->frame->next;
        cur->at = 0;
    }
}

size_t exec_cursor_next(struct exec_cursor *cur)
{
    size_t len = 0, n;
    char *at, *end = NULL;

    while (cur->left > 0 && end == NULL) {
        n = cursor_piece(cur, &at);
        end = memchr(at, '\0', n);
        if (end != NULL)
            n = (size_t)(end - at) + 1;
        cursor_advance(cur, n);
        len += n;
    }
    return len;
}

int exec_cursor_copy(const struct exec_cursor *cur, struct mm *mm, vaddr_t to)
{
    struct exec_cursor pos = *cur;
    size_t n;
    char *at;

    while (pos.left > 0) {
        n = cursor_piece(&pos, &at);
        if (mm_access(mm, to, at, n, MM_WRITE) != n)
            return -EFAULT;
        cursor_advance(&pos, n);
        to += n;
    }
    return 0;
}
