/* SPDX-License-Identifier: MIT */
/*
 * For tests of the allocators alone: there are no address spaces.
 */
#include "kernel/cpu/x86.h"
#include "mm/mm.h"
#include "mm/tlbdebt.h"
#include "tools/hosttest/test.h"

bool vmck_enabled;

void tlbdebt_check_frame(const struct page *page)
{
    (void)page; /* nothing ever mapped it */
}

void host_flush_page(vaddr_t va)
{
    FAIL("flush of %#lx", va);
}

void host_flush_all(void)
{
    FAIL("flush");
}
