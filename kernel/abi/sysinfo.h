/* SPDX-License-Identifier: MIT */
/*
 * The machine's memory and load at a glance: sysinfo(2).
 */
#ifndef ABI_SYSINFO_H
#define ABI_SYSINFO_H

#include <stdint.h>

#define SI_LOAD_SHIFT 16 /* loads[] are in units of 1 / 65536 */

struct sysinfo {
    int64_t uptime; /* seconds */
    uint64_t loads[3];
    uint64_t totalram; /* this and the next six in mem_unit bytes */
    uint64_t freeram;
    uint64_t sharedram;
    uint64_t bufferram;
    uint64_t totalswap;
    uint64_t freeswap;
    uint16_t procs;
    uint16_t pad;
    uint64_t totalhigh;
    uint64_t freehigh;
    uint32_t mem_unit;
};

_Static_assert(sizeof(struct sysinfo) == 112, "struct sysinfo is Linux's");

#endif
