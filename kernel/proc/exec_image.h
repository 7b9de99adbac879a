/* SPDX-License-Identifier: MIT */
/*
 * A program on its way to be run: what the files of execve share.
 *
 *   exec.c        the order of things; the point of no return
 *   exec_args.c   argv and envp, gathered into kernel memory
 *   exec_file.c   the file, through scripts to an ELF program and its
 *                 interpreter
 *   exec_load.c   the new address space: segments, heap, stack's place
 *   exec_stack.c  what the new stack holds
 */
#ifndef KERNEL_PROC_EXEC_IMAGE_H
#define KERNEL_PROC_EXEC_IMAGE_H

#include "kernel/lib/list.h"
#include "kernel/lib/types.h"
#include "kernel/proc/elf.h"
#include "kernel/proc/process.h"

/* ---- strings ---- */

/* NUL-terminated strings one behind the other, in a chain of frames. */
struct exec_strings {
    struct list frames; /* struct page by link */
    size_t len;         /* bytes, NULs included */
    size_t count;
};

/* What argv and envp may take together, pointers included. */
struct exec_args {
    struct exec_strings argv, envp;
    size_t left; /* bytes that may still be added */
};

/* stack_limit: RLIMIT_STACK, a quarter of which is the limit. */
void exec_args_init(struct exec_args *args, uint64_t stack_limit);
void exec_args_destroy(struct exec_args *args);

/* Adds a string of the kernel's to one of the two. 0, -E2BIG or -ENOMEM. */
__must_check int exec_args_add(struct exec_args *args,
                               struct exec_strings *strings, const char *text);
/* Adds all strings of a NULL-terminated array; NULL: an empty one.
 * 0, -EFAULT, -E2BIG or -ENOMEM. */
__must_check int exec_args_add_user(struct exec_args *args,
                                    struct exec_strings *strings,
                                    char __user *const __user *array);
/* Takes n bytes off what is left: 0 or -E2BIG. */
__must_check int exec_args_reserve(struct exec_args *args, size_t n);

/* Walks over the strings. */
struct exec_cursor {
    const struct exec_strings *strings;
    struct list *frame;
    size_t at; /* bytes into the frame */
    size_t left;
};
void exec_cursor_start(struct exec_cursor *cur,
                       const struct exec_strings *strings);
/* Passes over the next string: its length with the NUL; 0 at the end. */
size_t exec_cursor_next(struct exec_cursor *cur);
/* Copies what lies from the cursor to the end to another address space.
 * 0 or -EFAULT */
__must_check int exec_cursor_copy(const struct exec_cursor *cur, struct mm *mm,
                                  vaddr_t to);

/* ---- files ---- */

/* Linux's BINPRM_BUF_SIZE and how many scripts may name one another. */
#define EXEC_HEAD 256
#define EXEC_SCRIPTS 5

/* An ELF file that was opened and found sound. */
struct exec_elf {
    struct file *file; /* referenced; NULL: there is none */
    struct elf_header header;
    struct elf_program program;
    Elf64_Phdr *phdrs; /* kmalloc'ed; header.nphdrs */
};

struct exec_image {
    const char *path;       /* as execve was called */
    struct exec_elf elf;    /* what runs in the end */
    struct exec_elf interp; /* its PT_INTERP */
    /* What scripts put before the arguments, last first; each points into
     * path or into a line. */
    size_t nprefix;
    const char *prefix[2 * EXEC_SCRIPTS + 1];
    char *lines[EXEC_SCRIPTS]; /* kmalloc'ed, EXEC_HEAD bytes each */
    size_t nlines;
    char *name; /* kmalloc'ed: the interpreter's path */
};

/* Opens image->path and goes through scripts to an ELF program, whose headers
 * and whose interpreter's are read and checked.
 *   => on failure the caller still calls exec_file_close */
__must_check int exec_file_open(struct exec_image *image);
void exec_file_close(struct exec_image *image);

/* ---- the new address space ---- */

/* Chance, drawn all at once; all but `bytes` is zero without address-space
 * randomisation. */
struct exec_random {
    bool on;
    uint64_t stack, stack_fill, mmap, base, brk;
    uint8_t bytes[16]; /* AT_RANDOM */
};

/* Where things are. */
struct exec_layout {
    vaddr_t stack_top;
    vaddr_t bias, interp_bias; /* addresses as linked + bias = as loaded */
    vaddr_t entry;             /* the first instruction */
    vaddr_t program_entry;     /* AT_ENTRY */
    vaddr_t phdr;              /* AT_PHDR */
    vaddr_t stack_pointer;
};

/* Fills mm, a fresh one, with the program and its interpreter, a stack and a
 * place for the heap, at places that chance decides if it is on. 0 or an errno,
 * and the reason is in the log. */
__must_check int exec_load(struct exec_image *image, struct mm *mm,
                           const struct exec_random *random,
                           struct exec_layout *layout);

/* Fills the stack: strings, auxiliary vector, pointers. 0 or an errno. */
struct exec_stack {
    struct mm *mm;
    const struct exec_image *image;
    const struct exec_args *args;
    const struct exec_random *random;
    const struct credentials *cred; /* the program's */
    bool secure;                    /* AT_SECURE */
    struct exec_layout *layout;
};
__must_check int exec_stack_fill(const struct exec_stack *stack);

/* ---- the whole ---- */

struct exec {
    struct exec_image image;
    struct exec_args args;
    struct exec_random random;
    struct exec_layout layout;
    struct mm *mm;           /* the new address space */
    struct fdtable *files;   /* own descriptors instead of shared ones; NULL:
                                they are the process's own already */
    struct credentials cred; /* with a set-user-ID file's */
    bool secure;
};

/* The first half: opens the program. The caller adds the strings to
 * (*out)->args and calls exec_finish, or exec_abort. 0 or an errno.
 * => a user thread; its process may have no program yet; path stays */
__must_check int exec_begin(const char *path, struct exec **out);
/* The second half, which may be the end of the old program, as process_exec
 * says (exec.h). Frees exec. */
__must_check int exec_finish(struct exec *exec);
void exec_abort(struct exec *exec);

/* Boot: reads `norandmaps` from the command line. */
void exec_init(void);

#endif
