/* SPDX-License-Identifier: MIT */
/*
 * The screen: VGA's text mode or a frame buffer, as a sink of the log and one
 * of the console's two ends.
 *
 *     bytes -> struct vt: what should be seen -> shown[]: what is seen
 *
 * Drawing compares the rows that changed with shown[] and touches only cells
 * that differ: even so, a scrolled screen costs milliseconds under emulation.
 * So a tty that writes line by line draws at most every REFRESH_NS; a one-shot
 * of the 8254's channel 0, which nobody else uses, draws what is left over.
 * The log, which may be the last words before a crash, draws at once.
 *
 * The cursor is a cell with its colours exchanged.
 *
 * Locks: screen_lock, with interrupts off; passed by in a panic.
 */
#include "kernel/dev/screen.h"
#include "boot/bootinfo.h"
#include "kernel/cpu/time.h"
#include "kernel/cpu/trap.h"
#include "kernel/cpu/x86.h"
#include "kernel/dev/dev.h"
#include "kernel/dev/framebuffer.h"
#include "kernel/dev/panicking.h"
#include "kernel/dev/vt.h"
#include "kernel/lib/log.h"
#include "mm/kmap.h"

#define REFRESH_NS (20 * NSEC_PER_MSEC)

/* Intel 8254 data sheet, on a PC. */
#define PIT_IRQ 0
#define PIT_HZ 1193182UL
#define PIT_CHANNEL_0 0x40
#define PIT_COMMAND 0x43
#define PIT_CH0_ONE_SHOT 0x30 /* low then high byte, mode 0, binary */

/* VGA's CRT controller: IBM's own text cursor is turned off. */
#define CRTC_INDEX 0x3d4
#define CRTC_DATA 0x3d5
#define CRTC_CURSOR_START 0x0a
#define CRTC_CURSOR_OFF 0x20

#define NOT_SHOWN 0xffff /* no cell: bit 15 is never set */

static struct spinlock screen_lock;
static struct vt vt;                                /* S */
static vt_cell cells[VT_MAX_ROWS * VT_MAX_COLUMNS]; /* S: vt's */
static vt_cell shown[VT_MAX_ROWS * VT_MAX_COLUMNS]; /* S */
static unsigned cursor_y;              /* S: the row that shows the cursor */
static unsigned cursor_x;              /* S */
static bool log_waits;                 /* S: the log is being replayed */
static bool timer_armed;               /* S */
static uint64_t drawn_at;              /* S: clock_now() of the last drawing */
static bool present, has_timer;        /* C */
static volatile uint16_t *text_memory; /* C: text mode's; else NULL */
static size_t text_pitch;              /* C: cells a row */
/* S: screen_lock; C: constant after screen_init */

/* ---- drawing ---- */

static void draw_cell(unsigned x, unsigned y, vt_cell cell)
{
    if (text_memory != NULL)
        text_memory[y * text_pitch + x] = cell;
    else
        framebuffer_draw(x, y, cell);
}

static void draw_row(unsigned y)
{
    const vt_cell *row = vt_row(&vt, y);
    vt_cell *now = shown + (size_t)y * vt.ncolumns;

    for (unsigned x = 0; x < vt.ncolumns; x++) {
        vt_cell cell = row[x];

        if (y == vt.y && x == vt.x && !vt.cursor_hidden)
            cell = vt_invert(cell);
        if (cell == now[x])
            continue;
        draw_cell(x, y, cell);
        now[x] = cell;
    }
    vt.dirty[y] = false;
}

static void draw_locked(void)
{
    if (cursor_x != vt.x || cursor_y != vt.y) {
        vt.dirty[cursor_y] = vt.dirty[vt.y] = true;
        cursor_x = vt.x;
        cursor_y = vt.y;
    }
    for (unsigned y = 0; y < vt.nrows; y++)
        if (vt.dirty[y])
            draw_row(y);
}

/* ---- when ---- */

static void arm_timer_locked(void)
{
    const unsigned ticks = PIT_HZ * REFRESH_NS / NSEC_PER_SEC;

    timer_armed = true;
    x86_outb(PIT_COMMAND, PIT_CH0_ONE_SHOT);
    x86_outb(PIT_CHANNEL_0, ticks & 0xff);
    x86_outb(PIT_CHANNEL_0, ticks >> 8);
}

static void timer_fired(void *arg __unused)
{
    const uint64_t flags = dev_lock(&screen_lock);

    if (timer_armed) {
        timer_armed = false;
        drawn_at = clock_now();
        draw_locked();
    }
    dev_unlock(&screen_lock, flags);
}

static void draw_in_time_locked(void)
{
    const uint64_t now = clock_now();

    if (has_timer && now - drawn_at < REFRESH_NS) {
        if (!timer_armed)
            arm_timer_locked();
        return;
    }
    drawn_at = now;
    draw_locked();
}

void screen_write(const char *text, size_t len)
{
    uint64_t flags;

    if (!present)
        return;
    flags = dev_lock(&screen_lock);
    vt_write(&vt, text, len);
    draw_in_time_locked();
    dev_unlock(&screen_lock, flags);
}

/* The log's lines end in LF alone. */
static void write_log(const char *text, size_t len)
{
    const uint64_t flags = dev_lock(&screen_lock);
    size_t start = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n')
            continue;
        vt_write(&vt, text + start, i - start);
        vt_write(&vt, "\r\n", 2);
        start = i + 1;
    }
    vt_write(&vt, text + start, len - start);
    if (!log_waits)
        draw_locked();
    dev_unlock(&screen_lock, flags);
}

bool screen_size(unsigned *ncolumns, unsigned *nrows)
{
    if (!present)
        return false;
    *ncolumns = vt.ncolumns;
    *nrows = vt.nrows;
    return true;
}

/* ---- boot ---- */

static int text_init(const struct boot_framebuffer *info, unsigned *ncolumns,
                     unsigned *nrows)
{
    text_pitch = info->pitch / sizeof(vt_cell);
    *ncolumns = MIN(info->width, (unsigned)VT_MAX_COLUMNS);
    *nrows = MIN(info->height, (unsigned)VT_MAX_ROWS);
    if (*ncolumns == 0 || *nrows == 0 || text_pitch < info->width)
        return -ENODEV;
    text_memory = kmap_device(info->base, (size_t)info->pitch * info->height,
                              KMAP_UNCACHED);
    if (text_memory == NULL)
        return -ENOMEM;
    x86_outb(CRTC_INDEX, CRTC_CURSOR_START);
    x86_outb(CRTC_DATA, CRTC_CURSOR_OFF);
    return 0;
}

/* Mode 0 without a count stops the timer that the firmware left running. */
static void timer_init(void)
{
    x86_outb(PIT_COMMAND, PIT_CH0_ONE_SHOT);
    has_timer = irq_register(PIT_IRQ, timer_fired, NULL) == 0;
}

static void replay_log(void)
{
    static struct log_sink sink = {.write = write_log, .max_level = LOG_DEBUG};
    uint64_t flags;

    log_waits = true;
    log_add_sink(&sink);
    flags = dev_lock(&screen_lock);
    log_waits = false;
    draw_locked();
    dev_unlock(&screen_lock, flags);
}

void screen_init(void)
{
    const struct boot_framebuffer *info = &boot_info.framebuffer;
    unsigned ncolumns, nrows;
    int err;

    if (info->base.v == 0)
        return;
    err = info->text ? text_init(info, &ncolumns, &nrows)
                     : framebuffer_init(info, &ncolumns, &nrows);
    if (err != 0) {
        log_warn("screen: %ux%u, %u bits a pixel: cannot be used\n",
                 info->width, info->height, info->bits_per_pixel);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(shown); i++)
        shown[i] = NOT_SHOWN;
    vt_init(&vt, cells, ncolumns, nrows);
    present = true;
    timer_init();
    replay_log();
}
