/* SPDX-License-Identifier: MIT */
/* ELF files and the auxiliary vector: elf(5). */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include "kernel/abi/elf.h"

#endif
