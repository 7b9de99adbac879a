/* SPDX-License-Identifier: MIT */
/*
 * Whether the machine has all its memory: /proc/meminfo and /proc/slabinfo,
 * after all caches were emptied, so that equal states give equal figures.
 */
#ifndef SWEEP_MEMORY_H
#define SWEEP_MEMORY_H

void memory_begin(void);

/* Pages of files that can be read again, spare objects, spare stacks: gone. */
void memory_drop_caches(void);

/* What there is now is what there should be. */
void memory_remember(void);

/* How many figures differ from what was remembered; prints them, and remembers
 * the new ones. Waits a little for what others may be freeing. */
int memory_compare(const char *name, unsigned n);

#endif
