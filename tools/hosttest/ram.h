/* SPDX-License-Identifier: MIT */
/*
 * Physical memory for host tests of mm/.
 */
#ifndef TOOLS_HOSTTEST_RAM_H
#define TOOLS_HOSTTEST_RAM_H

#include <stddef.h>
#include <stdint.h>

/* Some RAM in three regions with holes between them, about `mib` MiB; then
 * page_init. Call once. */
void ram_init(size_t mib);

/* The n-th allocation from now on fails; 0: none. */
void ram_fail_after(uint32_t n);

#endif
