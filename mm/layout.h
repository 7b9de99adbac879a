/* SPDX-License-Identifier: MIT */
/*
 * The map of every address space. Each boundary stands here once.
 *
 *   0000_0000_0000_0000  not mappable below MMAP_MIN_ADDR
 *   0000_0000_0040_0000  programs linked at a fixed address, then the heap
 *           …            static-pie programs (2/3 of the way up), mmap area,
 *                        growing down from below the stack
 *   0000_7fff_ffff_f000  USER_END: the last user page is left out (as on
 *                        Linux: a syscall at the very end would return to a
 *                        non-canonical address)
 *           …            non-canonical
 *   ffff_8000_0000_0000  DIRECT_MAP: all physical memory, in order
 *   ffff_c000_0000_0000  MMIO: devices' registers and frame buffers
 *   ffff_c100_0000_0000  KSTACKS: kernel stacks between guard pages
 *   ffff_ffff_8000_0000  KERNEL: the kernel's image, at physical 1 MiB up
 *
 * The assembly in boot/ repeats DIRECT_MAP and KERNEL; boot/ asserts that
 * they agree.
 */
#ifndef MM_LAYOUT_H
#define MM_LAYOUT_H

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (PAGE_SIZE - 1)

#define MMAP_MIN_ADDR 0x10000UL
#define USER_END 0x00007ffffffff000UL
#define USER_STACK_TOP USER_END
#define PIE_BASE 0x0000555555554000UL /* as on Linux: 2/3 of USER_END */

#define DIRECT_MAP 0xffff800000000000UL
#define DIRECT_MAP_END 0xffffc00000000000UL
#define MMIO_BASE 0xffffc00000000000UL
#define MMIO_END 0xffffc00100000000UL
#define KSTACKS_BASE 0xffffc10000000000UL
#define KSTACKS_END 0xffffc11000000000UL
#define KERNEL_BASE 0xffffffff80000000UL

/* A kernel stack; below it lies an unmapped guard page. */
#define KSTACK_PAGES 4
#define KSTACK_SIZE (KSTACK_PAGES * PAGE_SIZE)

/* A growing stack keeps this far from the mapping below it (Linux's
 * stack_guard_gap). */
#define STACK_GUARD_GAP (256 * PAGE_SIZE)

#endif
