/* SPDX-License-Identifier: MIT */
/*
 * The types and compiler words that every file uses.
 */
#ifndef KERNEL_LIB_TYPES_H
#define KERNEL_LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t ssize_t;

/* A virtual address, of the kernel or of a user program. */
typedef uintptr_t vaddr_t;

/* A physical address; wrapped so that it cannot be mistaken for a virtual
 * one. */
typedef struct {
    uint64_t v;
} paddr_t;

#define PADDR(x) ((paddr_t){(x)})

#define __must_check __attribute__((warn_unused_result))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __noreturn __attribute__((noreturn))
#define __noinline __attribute__((noinline))
#define __always_inline inline __attribute__((always_inline))
#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define __unused __attribute__((unused))

/* Data written only while the kernel boots, read-only afterwards. */
#define __ro_after_init __attribute__((section(".data.ro_after_init")))

/* A pointer that user space handed in: never dereferenced, only given to
 * the functions of mm/uaccess.h. */
#define __user

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member)                                        \
    ((type *)((char *)(ptr)-offsetof(type, member)))

#define MIN(a, b)                                                              \
    ({                                                                         \
        __typeof__(a) min_a_ = (a);                                            \
        __typeof__(b) min_b_ = (b);                                            \
        min_a_ < min_b_ ? min_a_ : min_b_;                                     \
    })
#define MAX(a, b)                                                              \
    ({                                                                         \
        __typeof__(a) max_a_ = (a);                                            \
        __typeof__(b) max_b_ = (b);                                            \
        max_a_ > max_b_ ? max_a_ : max_b_;                                     \
    })

/* n rounded to a multiple of align, a power of two. */
#define ROUND_DOWN(n, align) ((n) & ~((__typeof__(n))(align)-1))
#define ROUND_UP(n, align) ROUND_DOWN((n) + ((align)-1), align)

#endif
