/* SPDX-License-Identifier: MIT */
/*
 * fbdemo: memory that is a picture. The frame buffer is mapped, and stores to
 * it are colours on the screen (`tools/quire window` shows it).
 */
#include <err.h>
#include <fcntl.h>
#include <linux/fb.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vmdemo.h>

#define SIDE 256U  /* of the picture, in pixels: one for each shade */
#define MARGIN 16U /* to the right of it */
#define TOP 32U    /* above it */
#define RADIUS 64U /* of the child's disc */

static const char path[] = "/dev/fb0";
static struct fb_var_screeninfo mode;
static struct fb_fix_screeninfo fixed;
static unsigned nbytes; /* of a pixel */

struct colour {
    unsigned red, green, blue; /* 0..255 */
};

static const struct colour white = { 255, 255, 255 }, black = { 0, 0, 0 };

static int open_screen(void)
{
    int fd = open(path, O_RDWR);

    if (fd < 0)
        err(1, "%s (is there a graphics card? --vga std)", path);
    if (ioctl(fd, FBIOGET_VSCREENINFO, &mode) < 0 ||
        ioctl(fd, FBIOGET_FSCREENINFO, &fixed) < 0)
        err(1, "%s", path);
    nbytes = (mode.bits_per_pixel + 7) / 8;
    if (mode.xres < SIDE + MARGIN || mode.yres < SIDE + TOP || nbytes < 2)
        errx(1, "the screen is too small");
    return fd;
}

static char *map_screen(int fd, int flags)
{
    char *screen =
        mmap(NULL, fixed.smem_len, PROT_READ | PROT_WRITE, flags, fd, 0);

    if (screen == MAP_FAILED)
        err(1, "mmap of %s", path);
    return screen;
}

/* ---- pixels ---- */

static uint32_t place(unsigned shade, const struct fb_bitfield *field)
{
    return (uint32_t)(shade >> (8 - field->length)) << field->offset;
}

/* Where the pixel of the picture lies in the frame buffer. */
static size_t offset_of(unsigned x, unsigned y)
{
    return (size_t)(TOP + y) * fixed.line_length +
           (size_t)(mode.xres - MARGIN - SIDE + x) * nbytes;
}

static void draw(char *screen, unsigned x, unsigned y, struct colour colour)
{
    const uint32_t pixel = place(colour.red, &mode.red) |
                           place(colour.green, &mode.green) |
                           place(colour.blue, &mode.blue);

    memcpy(screen + offset_of(x, y), &pixel, nbytes);
}

/* ---- the picture ---- */

static void draw_shades(char *screen)
{
    unsigned x, y;

    for (y = 0; y < SIDE; y++)
        for (x = 0; x < SIDE; x++)
            draw(screen, x, y, (struct colour){ x, y, 255 - x });
}

static void draw_disc(char *screen)
{
    const int radius = RADIUS;
    int x, y;

    for (y = -radius; y <= radius; y++)
        for (x = -radius; x <= radius; x++)
            if (x * x + y * y <= radius * radius)
                draw(screen, (unsigned)(x + (int)SIDE / 2),
                     (unsigned)(y + (int)SIDE / 2), white);
}

/* ---- the steps ---- */

static char *map_it(int fd)
{
    char *screen;

    demo_step("%s is mapped, shared: %u x %u pixels, %u KiB.", path, mode.xres,
              mode.yres, fixed.smem_len / 1024);
    screen = map_screen(fd, MAP_SHARED);
    demo_counted();
    demo_say("Behind it is no RAM, but the graphics card's own memory, from\n"
             "   physical address %#lx on.",
             (unsigned long)fixed.smem_start);
    return screen;
}

static void draw_it(char *screen)
{
    demo_step("All shades of red and green are stored there.");
    draw_shades(screen);
    demo_counted();
    demo_expect(VMCOUNT_FILLED, 0);
    demo_say(
        "One fault for each page, and no frame taken: an entry of the page\n"
        "   table leads to the card. Nothing was called; that is the\n"
        "   picture.");
}

static void draw_in_child(char *screen)
{
    pid_t pid;
    int status = -1;

    demo_step("A child draws a white disc.");
    fflush(stdout);
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0) {
        draw_disc(screen);
        _exit(0);
    }
    demo_check(waitpid(pid, &status, 0) == pid && status == 0,
               "the child draws");
    demo_check(memcmp(screen + offset_of(SIDE / 2, SIDE / 2), "\xff\xff", 2) ==
                   0,
               "the parent sees it");
    demo_say("There is one screen, whoever maps it.");
}

/* In a private mapping the upper part becomes black. */
static void draw_in_private(int fd, const char *screen)
{
    char *mine = map_screen(fd, MAP_PRIVATE);
    unsigned x, y;

    demo_step("It is mapped again, private, and the upper half made black.");
    for (y = 0; y < SIDE / 2; y++)
        for (x = 0; x < SIDE; x++)
            draw(mine, x, y, black);
    demo_counted();
    demo_check(memcmp(mine + offset_of(SIDE / 2, SIDE / 2 - 1), "\0", 2) == 0 &&
                   memcmp(screen + offset_of(SIDE / 2, SIDE / 2 - 1),
                          "\xff\xff", 2) == 0,
               "the screen does not change");
    demo_say("Each page was copied to a frame of this process when it was\n"
             "   first written to. The screen shows nothing of it.");
    munmap(mine, fixed.smem_len);
}

int main(void)
{
    int fd = open_screen();
    char *screen;

    demo_title("fbdemo: memory that is a picture");
    screen = map_it(fd);
    draw_it(screen);
    draw_in_child(screen);
    draw_in_private(fd, screen);
    close(fd);
    return demo_end();
}
