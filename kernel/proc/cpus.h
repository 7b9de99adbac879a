/* SPDX-License-Identifier: MIT */
/*
 * Bringing all CPUs to work.
 */
#ifndef KERNEL_PROC_CPUS_H
#define KERNEL_PROC_CPUS_H

#include "kernel/cpu/acpi.h"

/* Boot: starts every CPU that ACPI names, up to `maxcpus=N` of the command
 * line, each with its stacks and run queue. One that does not answer is left
 * alone, with a warning.
 * => the boot CPU's threads run; before kmap_seal */
void cpus_start(const struct acpi_info *acpi);

#endif
