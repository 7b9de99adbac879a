/* SPDX-License-Identifier: MIT */
/*
 * From the kernel's stack to main: argv, the environment, the auxiliary
 * vector. crt0.asm calls lib_start.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "user/lib/syscall.h"

int main(int argc, char **argv, char **envp);
void lib_start(long *stack) __attribute__((noreturn));

int errno;
char **environ;
char *program_invocation_name = (char *)"?";
char *program_invocation_short_name = (char *)"?";

static const Elf64_auxv_t *auxv;

unsigned long getauxval(unsigned long type)
{
    const Elf64_auxv_t *entry;

    for (entry = auxv; entry->a_type != AT_NULL; entry++)
        if (entry->a_type == type)
            return entry->a_un.a_val;
    errno = ENOENT;
    return 0;
}

void lib_start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    char **end;

    environ = argv + argc + 1;
    for (end = environ; *end != NULL; end++)
        ;
    auxv = (const Elf64_auxv_t *)(end + 1);
    if (argc > 0) {
        char *slash = strrchr(argv[0], '/');

        program_invocation_name = argv[0];
        program_invocation_short_name = slash != NULL ? slash + 1 : argv[0];
    }
    exit(main(argc, argv, environ));
}
