/* SPDX-License-Identifier: MIT */
/*
 * Random bytes: ChaCha20 (RFC 8439) under a key that each call replaces with
 * the first bytes of its own output, so that what was handed out cannot be
 * computed from the state that is left. Each call stirs in the time-stamp
 * counter, and the CPU's generator where there is one.
 *
 * Locks: random_lock guards the key.
 */
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/string.h"

#define KEY_WORDS 8
#define BLOCK_WORDS 16
#define BLOCK_SIZE (BLOCK_WORDS * sizeof(uint32_t))
#define DOUBLE_ROUNDS 10

static struct spinlock random_lock = SPINLOCK_INIT;
static uint32_t key[KEY_WORDS]; /* R */
/* R: random_lock */

static inline uint32_t rotate(uint32_t word, unsigned n)
{
    return word << n | word >> (32 - n);
}

/* RFC 8439, 2.1. */
static __always_inline void quarter_round(uint32_t *s, unsigned a, unsigned b,
                                          unsigned c, unsigned d)
{
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b];
    s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d];
    s[b] = rotate(s[b] ^ s[c], 7);
}

/* RFC 8439, 2.3, with a nonce of zero: the key is never used twice. */
static void chacha_block(const uint32_t *with_key, uint32_t counter,
                         uint32_t *out)
{
    uint32_t start[BLOCK_WORDS] = {0x61707865, 0x3320646e, 0x79622d32,
                                   0x6b206574};

    memcpy(start + 4, with_key, sizeof(key));
    start[12] = counter;
    memcpy(out, start, BLOCK_SIZE);
    for (unsigned i = 0; i < DOUBLE_ROUNDS; i++) {
        quarter_round(out, 0, 4, 8, 12);
        quarter_round(out, 1, 5, 9, 13);
        quarter_round(out, 2, 6, 10, 14);
        quarter_round(out, 3, 7, 11, 15);
        quarter_round(out, 0, 5, 10, 15);
        quarter_round(out, 1, 6, 11, 12);
        quarter_round(out, 2, 7, 8, 13);
        quarter_round(out, 3, 4, 9, 14);
    }
    for (unsigned i = 0; i < BLOCK_WORDS; i++)
        out[i] += start[i];
}

static void stir_locked(void)
{
    const bool rdrand = x86_cpuid(1, 0).ecx & CPUID_1_ECX_RDRAND;
    const uint64_t time = x86_rdtsc();

    key[0] ^= (uint32_t)time;
    key[1] ^= (uint32_t)(time >> 32);
    for (unsigned i = 0; rdrand && i < KEY_WORDS; i += 2) {
        uint64_t word;

        if (!x86_rdrand(&word))
            continue;
        key[i] ^= (uint32_t)word;
        key[i + 1] ^= (uint32_t)(word >> 32);
    }
}

/* A key for one call; the next call's is put in its place. */
static void take_key(uint32_t *out)
{
    uint32_t block[BLOCK_WORDS];

    spin_lock(&random_lock);
    stir_locked();
    chacha_block(key, 0, block);
    memcpy(key, block, sizeof(key));
    spin_unlock(&random_lock);
    memcpy(out, block + KEY_WORDS, sizeof(key));
}

void random_bytes(void *buf, size_t len)
{
    uint32_t own_key[KEY_WORDS], block[BLOCK_WORDS];
    uint8_t *out = buf;

    take_key(own_key);
    for (uint32_t i = 0; len > 0; i++) {
        const size_t n = MIN(len, BLOCK_SIZE);

        chacha_block(own_key, i, block);
        memcpy(out, block, n);
        out += n;
        len -= n;
    }
}

uint64_t random_u64(void)
{
    uint64_t word;

    random_bytes(&word, sizeof(word));
    return word;
}
