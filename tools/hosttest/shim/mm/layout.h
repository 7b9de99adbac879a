/* SPDX-License-Identifier: MIT */
/*
 * The kernel's layout with the direct map at a place that the host has free;
 * ram.c maps the frames there.
 */
#ifndef TOOLS_HOSTTEST_SHIM_MM_LAYOUT_H
#define TOOLS_HOSTTEST_SHIM_MM_LAYOUT_H

#include_next "mm/layout.h"

#undef DIRECT_MAP
#define DIRECT_MAP 0x0000200000000000UL

#endif
