/* SPDX-License-Identifier: MIT */
/*
 * Small arithmetic, and pseudo-random numbers.
 */
#include <limits.h>
#include <stdlib.h>

static unsigned rand_state = 1;

int abs(int n)
{
    return n < 0 ? -n : n;
}

long labs(long n)
{
    return n < 0 ? -n : n;
}

long long llabs(long long n)
{
    return n < 0 ? -n : n;
}

div_t div(int n, int by)
{
    return (div_t){ n / by, n % by };
}

ldiv_t ldiv(long n, long by)
{
    return (ldiv_t){ n / by, n % by };
}

/* Marsaglia's xorshift with 32 bits ("Xorshift RNGs", 2003). */
int rand_r(unsigned *seed)
{
    unsigned x = *seed != 0 ? *seed : 0x9e3779b9U;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *seed = x;
    return (int)(x & RAND_MAX);
}

int rand(void)
{
    return rand_r(&rand_state);
}

void srand(unsigned seed)
{
    rand_state = seed;
}
