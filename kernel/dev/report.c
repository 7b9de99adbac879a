/* SPDX-License-Identifier: MIT */
/*
 * The report channel: frames to the tool that runs the machine, by QEMU's
 * debug console. The console is for people; results leave by this door.
 *
 *     nonce (8) | type (1) | 0 | length (2, low byte first) | payload
 *
 * The nonce, which the tool hands in by fw_cfg, tells our frames from anything
 * else that may have written to the port.
 *
 * Locks: report_lock, with interrupts off, over a whole frame.
 */
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/panicking.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/string.h"

#define PORT 0xe9 /* reads as its own number where it exists */
#define NONCE_LEN 8
#define FRAME_MAX 65535U

enum state { UNKNOWN, ABSENT, PRESENT };

static struct spinlock report_lock = SPINLOCK_INIT;
static char nonce[NONCE_LEN]; /* C once state is PRESENT */
static int state;             /* A: enum state */
bool dev_panicking;           /* A */
/* A: atomic; C: constant */

/* Two CPUs that look at once find the same. */
static int find(void)
{
    char found[NONCE_LEN];

    if (x86_inb(PORT) != PORT ||
        fw_cfg_read("opt/quire/nonce", found, NONCE_LEN) != NONCE_LEN)
        return ABSENT;
    memcpy(nonce, found, NONCE_LEN);
    return PRESENT;
}

bool report_present(void)
{
    int now = load_acquire(&state);

    if (now == UNKNOWN) {
        now = find();
        store_release(&state, now);
    }
    return now == PRESENT;
}

static void send_frame(enum report_type type, const void *data, size_t len)
{
    const uint8_t head[] = {(uint8_t)type, 0, (uint8_t)len,
                            (uint8_t)(len >> 8)};

    x86_outsb(PORT, nonce, NONCE_LEN);
    x86_outsb(PORT, head, sizeof(head));
    x86_outsb(PORT, data, len);
}

void report_write(enum report_type type, const void *data, size_t len)
{
    const char *bytes = data;
    uint64_t flags;

    if (!report_present())
        return;
    flags = dev_lock(&report_lock);
    do {
        const size_t n = MIN(len, (size_t)FRAME_MAX);

        send_frame(type, bytes, n);
        bytes += n;
        len -= n;
    } while (len > 0);
    dev_unlock(&report_lock, flags);
}

void report_enter_panic(void)
{
    WRITE_ONCE(dev_panicking, true);
}
