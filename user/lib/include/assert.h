/* SPDX-License-Identifier: MIT */
/* assert(3): says where and aborts. Off with NDEBUG, as C has it. */
#ifdef assert
#undef assert
#endif

#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#define assert(condition)                                                      \
    ((condition) ? (void)0                                                     \
                 : lib_assert_fail(#condition, __FILE__, __LINE__, __func__))
#endif

#ifndef LIB_ASSERT_H
#define LIB_ASSERT_H

#define static_assert _Static_assert

void lib_assert_fail(const char *condition, const char *file, int line,
                     const char *function) __attribute__((noreturn));

#endif
