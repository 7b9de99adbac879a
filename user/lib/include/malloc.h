/* SPDX-License-Identifier: MIT */
/* What allocators offer beyond <stdlib.h>. */
#ifndef LIB_MALLOC_H
#define LIB_MALLOC_H

#include <stdlib.h>

void *memalign(size_t align, size_t size) __attribute__((malloc));
/* The bytes that may be used: at least what was asked for. 0 for NULL. */
size_t malloc_usable_size(void *mem);

#endif
