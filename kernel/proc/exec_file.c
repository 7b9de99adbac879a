/* SPDX-License-Identifier: MIT */
/*
 * From a path to an ELF program: opening, `#!` scripts, headers, the
 * interpreter's headers. Nothing has changed when this fails. The contract
 * stands in exec_image.h.
 *
 * A script's first line (execve(2)): `#!`, blanks, the interpreter's path,
 * blanks, and one argument that goes to the end of the line without the blanks
 * there. Interpreter and argument go before the script's path, which takes the
 * place of argv[0]; if the interpreter is a script, the same again.
 */
#include "kernel/proc/exec_image.h"

#include "kernel/abi/errno.h"
#include "kernel/fs/file.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/process.h"
#include "mm/slab.h"

/* ---- scripts ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The first line of a script, terminated in place, and its two parts.
 * text: EXEC_HEAD bytes, zeroes after the file's end. 0 or -ENOEXEC */
static int parse_script(char *text, char **interp, char **arg)
{
    char *last = text + EXEC_HEAD - 1, *at = text + 2;
    char *end = memchr(text, '\n', EXEC_HEAD - 1);
    bool cut = end == NULL;

    if (cut)
        end = last;
    while (at < end && is_blank(*at))
        at++;
    *interp = at;
    while (at < end && *at != '\0' && !is_blank(*at))
        at++;
    if (at == *interp || (cut && at == end))
        return -ENOEXEC; /* no path, or one that goes on beyond the head */
    while (end > at && (is_blank(end[-1]) || end[-1] == '\0'))
        end--;
    *end = '\0';
    *arg = NULL;
    if (*at == '\0')
        return 0;
    *at++ = '\0';
    while (is_blank(*at))
        at++;
    *arg = at;
    return 0;
}

/* Puts the script's interpreter and argument before the arguments. */
static int add_script(struct exec_image *image, const char *head,
                      const char **next)
{
    char *text = kmalloc(EXEC_HEAD), *interp, *arg;
    int err;

    if (text == NULL)
        return -ENOMEM;
    memcpy(text, head, EXEC_HEAD);
    image->lines[image->nlines++] = text;
    err = parse_script(text, &interp, &arg);
    if (err != 0)
        return err;
    if (image->nprefix == 0)
        image->prefix[image->nprefix++] = image->path;
    if (arg != NULL)
        image->prefix[image->nprefix++] = arg;
    image->prefix[image->nprefix++] = interp;
    *next = interp;
    return 0;
}

/* ---- ELF files ---- */

/* Reads n bytes at an offset: all of them, or -ENOEXEC. */
static int read_exactly(struct file *file, void *buf, size_t n, uint64_t offset)
{
    ssize_t got = file_read_kernel(file, buf, n, offset);

    if (got < 0)
        return (int)got;
    return (size_t)got == n ? 0 : -ENOEXEC;
}

static void complain(const char *path, const char *why)
{
    log_debug("exec: %s: %s\n", path, why);
}

/* elf->file is open and starts with these `len` bytes: reads and checks all
 * headers. */
static int read_headers(struct exec_elf *elf, const char *path,
                        const void *head, size_t len)
{
    const char *why = "the program headers are cut off";
    size_t size;
    int err = elf_check_header(head, len, &elf->header, &why);

    if (err == 0) {
        size = elf->header.nphdrs * sizeof(Elf64_Phdr);
        elf->phdrs = kmalloc(size);
        if (elf->phdrs == NULL)
            return -ENOMEM;
        err = read_exactly(elf->file, elf->phdrs, size, elf->header.phoff);
    }
    if (err == 0)
        err = elf_check_phdrs(elf->phdrs, elf->header.nphdrs, &elf->program,
                              &why);
    if (err != 0)
        complain(path, why);
    return err;
}

/* The path of the program's interpreter. */
static int read_interp_path(struct exec_image *image)
{
    const struct elf_program *program = &image->elf.program;
    const char *why = "the interpreter's path is cut off";
    int err;

    image->name = kmalloc(program->interp_size);
    if (image->name == NULL)
        return -ENOMEM;
    err = read_exactly(image->elf.file, image->name, program->interp_size,
                       program->interp_offset);
    if (err == 0)
        err = elf_check_interp(image->name, program->interp_size, &why);
    if (err != 0)
        complain(image->path, why);
    return err;
}

/* The program wants an interpreter: opens and checks it. */
static int open_interp(struct exec_image *image)
{
    Elf64_Ehdr head;
    ssize_t len;
    int err = read_interp_path(image);

    if (err == 0)
        err = vfs_open_exec(current_fs(), image->name, &image->interp.file);
    if (err != 0)
        return err;
    len = file_read_kernel(image->interp.file, &head, sizeof(head), 0);
    if (len < 0)
        return (int)len;
    err = read_headers(&image->interp, image->name, &head, (size_t)len);
    return err == -ENOEXEC ? -ELIBBAD : err;
}

/* ---- the whole way ---- */

static int open_elf(struct exec_image *image, const char *path,
                    const char *head, size_t len)
{
    int err = read_headers(&image->elf, path, head, len);

    if (err == 0 && image->elf.program.has_interp)
        err = open_interp(image);
    return err;
}

int exec_file_open(struct exec_image *image)
{
    const char *path = image->path;
    char head[EXEC_HEAD];
    ssize_t len;
    int err;

    for (;;) {
        err = vfs_open_exec(current_fs(), path, &image->elf.file);
        if (err != 0)
            return err;
        len = file_read_kernel(image->elf.file, head, sizeof(head), 0);
        if (len < 0)
            return (int)len;
        if (len < 2 || head[0] != '#' || head[1] != '!')
            return open_elf(image, path, head, (size_t)len);
        if (image->nlines == EXEC_SCRIPTS)
            return -ELOOP;
        memset(head + len, 0, sizeof(head) - (size_t)len);
        err = add_script(image, head, &path);
        if (err != 0)
            return err;
        file_put(image->elf.file);
        image->elf.file = NULL;
    }
}

static void close_elf(struct exec_elf *elf)
{
    if (elf->file != NULL)
        file_put(elf->file);
    kfree(elf->phdrs);
}

void exec_file_close(struct exec_image *image)
{
    close_elf(&image->elf);
    close_elf(&image->interp);
    kfree(image->name);
    for (size_t i = 0; i < image->nlines; i++)
        kfree(image->lines[i]);
}
