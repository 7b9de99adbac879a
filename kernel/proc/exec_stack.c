/* SPDX-License-Identifier: MIT */
/*
 * What a program finds on its stack: System V ABI for AMD64, 3.4.1, and
 * getauxval(3). The contract stands in exec_image.h.
 *
 *     stack_top   8 bytes of zero
 *                 the path that was executed (AT_EXECFN)
 *                 the strings of envp
 *                 the strings of argv
 *                 with randomisation, up to 8 KiB of nothing
 *                 struct extras (AT_PLATFORM, AT_RANDOM)
 *                 auxiliary vector, AT_NULL last
 *                 envp's pointers, NULL
 *                 argv's pointers, NULL
 *     rsp ->      argc                           a multiple of 16
 */
#include "kernel/proc/exec_image.h"

#include "kernel/abi/errno.h"
#include "kernel/abi/time.h"
#include "kernel/cpu/x86.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "mm/mm.h"

#define STACK_ALIGN 16
#define FILL_MAX 8192 /* a power of two */

struct extras {
    uint8_t random[16];
    char platform[8];
};

#define AUXV_ENTRIES 19 /* AT_NULL included */

/* Values that are put together and written in pieces. */
#define WORDS_AT_ONCE 64
struct words {
    struct mm *mm;
    vaddr_t at; /* where words[0] goes */
    size_t n;
    int err;
    uint64_t words[WORDS_AT_ONCE];
};

/* Where the strings are. */
struct string_places {
    vaddr_t argv, envp, path;
    size_t nargv;
    size_t skipped; /* bytes of the first argument, which a script replaced */
};

/* ---- strings ---- */

static size_t prefix_len(const struct exec_image *image)
{
    size_t len = 0;

    for (size_t i = 0; i < image->nprefix; i++)
        len += strlen(image->prefix[i]) + 1;
    return len;
}

static void place_strings(const struct exec_stack *stack,
                          struct string_places *out)
{
    const struct exec_args *args = stack->args;
    struct exec_cursor cur;
    size_t len = args->argv.len;

    out->nargv = args->argv.count;
    out->skipped = 0;
    if (stack->image->nprefix != 0) {
        exec_cursor_start(&cur, &args->argv);
        out->skipped = exec_cursor_next(&cur);
        out->nargv += stack->image->nprefix - 1;
        len += prefix_len(stack->image) - out->skipped;
    }
    out->path = stack->layout->stack_top - sizeof(uint64_t) -
                (strlen(stack->image->path) + 1);
    out->envp = out->path - args->envp.len;
    out->argv = out->envp - len;
}

static int write_text(struct mm *mm, vaddr_t to, const char *text)
{
    size_t n = strlen(text) + 1;

    return mm_access(mm, to, (void *)text, n, MM_WRITE) == n ? 0 : -EFAULT;
}

static int write_strings(const struct exec_stack *stack,
                         const struct string_places *places)
{
    const struct exec_image *image = stack->image;
    vaddr_t to = places->argv;
    struct exec_cursor cur;
    int err = 0;

    for (size_t i = image->nprefix; i-- > 0 && err == 0;) {
        err = write_text(stack->mm, to, image->prefix[i]);
        to += strlen(image->prefix[i]) + 1;
    }
    exec_cursor_start(&cur, &stack->args->argv);
    if (places->skipped != 0)
        (void)exec_cursor_next(&cur);
    if (err == 0)
        err = exec_cursor_copy(&cur, stack->mm, to);
    exec_cursor_start(&cur, &stack->args->envp);
    if (err == 0)
        err = exec_cursor_copy(&cur, stack->mm, places->envp);
    if (err == 0)
        err = write_text(stack->mm, places->path, image->path);
    return err;
}

/* ---- words ---- */

static void words_flush(struct words *w)
{
    size_t len = w->n * sizeof(w->words[0]);

    if (w->err == 0 && mm_access(w->mm, w->at, w->words, len, MM_WRITE) != len)
        w->err = -EFAULT;
    w->at += len;
    w->n = 0;
}

static void words_add(struct words *w, uint64_t word)
{
    w->words[w->n++] = word;
    if (w->n == WORDS_AT_ONCE)
        words_flush(w);
}

/* The addresses of the rest of the cursor's strings, the first of which is at
 * `at`, and a NULL. */
static void add_pointers(struct words *w, struct exec_cursor *cur, vaddr_t at)
{
    size_t n;

    while ((n = exec_cursor_next(cur)) != 0) {
        words_add(w, at);
        at += n;
    }
    words_add(w, 0);
}

static void add_argv(struct words *w, const struct exec_stack *stack,
                     const struct string_places *places)
{
    const struct exec_image *image = stack->image;
    vaddr_t at = places->argv;
    struct exec_cursor cur;

    words_add(w, places->nargv);
    for (size_t i = image->nprefix; i-- > 0;) {
        words_add(w, at);
        at += strlen(image->prefix[i]) + 1;
    }
    exec_cursor_start(&cur, &stack->args->argv);
    if (places->skipped != 0)
        (void)exec_cursor_next(&cur);
    add_pointers(w, &cur, at);
}

/* The auxiliary vector, in Linux's order. */
static void add_auxv(struct words *w, const struct exec_stack *stack,
                     vaddr_t path, vaddr_t extras)
{
    const struct exec_layout *layout = stack->layout;
    const uint64_t auxv[AUXV_ENTRIES][2] = {
        {AT_HWCAP, x86_cpuid(1, 0).edx},
        {AT_PAGESZ, PAGE_SIZE},
        {AT_CLKTCK, USER_HZ},
        {AT_PHDR, layout->phdr},
        {AT_PHENT, sizeof(Elf64_Phdr)},
        {AT_PHNUM, stack->image->elf.header.nphdrs},
        {AT_BASE, layout->interp_bias},
        {AT_FLAGS, 0},
        {AT_ENTRY, layout->program_entry},
        {AT_UID, stack->cred->uid},
        {AT_EUID, stack->cred->euid},
        {AT_GID, stack->cred->gid},
        {AT_EGID, stack->cred->egid},
        {AT_SECURE, stack->secure},
        {AT_RANDOM, extras + offsetof(struct extras, random)},
        {AT_HWCAP2, 0},
        {AT_EXECFN, path},
        {AT_PLATFORM, extras + offsetof(struct extras, platform)},
        {AT_NULL, 0},
    };

    for (size_t i = 0; i < AUXV_ENTRIES; i++) {
        words_add(w, auxv[i][0]);
        words_add(w, auxv[i][1]);
    }
}

static int write_extras(const struct exec_stack *stack, vaddr_t to)
{
    struct extras extras = {.platform = "x86_64"};

    memcpy(extras.random, stack->random->bytes, sizeof(extras.random));
    return mm_access(stack->mm, to, &extras, sizeof(extras), MM_WRITE) ==
                   sizeof(extras)
               ? 0
               : -EFAULT;
}

/* argc, pointers and auxiliary vector, below `extras`. */
static int write_words(const struct exec_stack *stack,
                       const struct string_places *places, vaddr_t extras)
{
    size_t total = 1 + (places->nargv + 1) + (stack->args->envp.count + 1) +
                   2 * AUXV_ENTRIES;
    struct exec_cursor cur;
    struct words w;

    w.mm = stack->mm;
    w.n = 0;
    w.err = 0;
    w.at = ROUND_DOWN(extras - total * sizeof(uint64_t), STACK_ALIGN);
    stack->layout->stack_pointer = w.at;
    add_argv(&w, stack, places);
    exec_cursor_start(&cur, &stack->args->envp);
    add_pointers(&w, &cur, places->envp);
    add_auxv(&w, stack, places->path, extras);
    words_flush(&w);
    return w.err;
}

int exec_stack_fill(const struct exec_stack *stack)
{
    struct mm_layout *areas = &stack->mm->layout;
    struct string_places places;
    vaddr_t extras;
    int err;

    place_strings(stack, &places);
    extras = ROUND_DOWN(places.argv - stack->random->stack_fill % FILL_MAX -
                            sizeof(struct extras),
                        STACK_ALIGN);
    err = write_strings(stack, &places);
    if (err == 0)
        err = write_extras(stack, extras);
    if (err == 0)
        err = write_words(stack, &places, extras);
    areas->arg_start = places.argv;
    areas->arg_end = areas->env_start = places.envp;
    areas->env_end = places.path;
    areas->start_stack = stack->layout->stack_pointer;
    return err;
}
