/* SPDX-License-Identifier: MIT */
/*
 * Names for addresses: of the kernel's functions by the symbols that the boot
 * loader has loaded, of a program's by its own file.
 */
#ifndef KERNEL_PROC_SYMBOLS_H
#define KERNEL_PROC_SYMBOLS_H

#include "kernel/lib/types.h"

#define SYMBOL_NAME_MAX 64
#define SYMBOL_SEARCH_MAX 16 /* addresses looked up in a program at once */

struct symbol {
    vaddr_t address;            /* asked for */
    char name[SYMBOL_NAME_MAX]; /* "" if there is none */
    uint64_t offset;            /* of the address from the name's */
};

/* Fills in names and offsets. */

/* => any context */
void symbols_find_kernel(struct symbol *symbols, size_t n);
/* The kernel's variable at an address. => any context */
void symbols_find_object(struct symbol *symbol);

/* In the current process. Reads its executable; an address in another file is
 * named by that file.
 *   => thread context, no lock held; one caller at a time */
void symbols_find_user(struct symbol *symbols, size_t n);

#endif
