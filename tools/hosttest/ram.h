/* SPDX-License-Identifier: MIT */
/*
 * Physical memory for host tests of mm/.
 */
#ifndef TOOLS_HOSTTEST_RAM_H
#define TOOLS_HOSTTEST_RAM_H

#include <stddef.h>

/* Some RAM in three regions with holes between them, about `mib` MiB; then
 * page_init. Call once. */
void ram_init(size_t mib);

#endif
