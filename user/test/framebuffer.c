/* SPDX-License-Identifier: MIT */
/*
 * Verifies the frame buffer as a device: its calls, and its memory in address
 * spaces, which are frames that nobody counts. Only where /dev/fb0 is Linux's
 * simple frame buffer, or Quire's; elsewhere there is nothing to see.
 *
 * What is drawn lies in the last rows, where no console writes.
 */
#include <fcntl.h>
#include <linux/fb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "user/test/maps.h"
#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"
#include "user/test/tmp.h"

static struct fb_fix_screeninfo fixed;
static struct fb_var_screeninfo mode;

/* The device, open; ends the case, as passed, if there is none. */
static int device(int flags)
{
    int fd = open("/dev/fb0", flags);

    if (fd < 0)
        _exit(errno != ENOENT && errno != EACCES);
    REQUIRE_OK(ioctl(fd, FBIOGET_FSCREENINFO, &fixed));
    REQUIRE_OK(ioctl(fd, FBIOGET_VSCREENINFO, &mode));
    if (strcmp(fixed.id, "simple") != 0)
        _exit(0);
    return fd;
}

/* The offset of the first of the last n pages. */
static long last(size_t n)
{
    return (long)((fixed.smem_len & ~(PAGE - 1)) - n * PAGE);
}

/* These pages, mapped. */
static char *map_last(int fd, size_t n, int prot, int flags)
{
    char *p = raw_mmap(NULL, n * PAGE, prot, flags, fd, last(n));

    REQUIRE_OK(p);
    return p;
}

/* ---- its own calls ---- */

static void node(void)
{
    struct stat st;

    device(O_RDWR);
    REQUIRE_OK(stat("/dev/fb0", &st));
    CHECK(S_ISCHR(st.st_mode));
    CHECK_EQ(major(st.st_rdev), 29);
    CHECK_EQ(minor(st.st_rdev), 0);
}

static void measures(void)
{
    device(O_RDONLY);
    CHECK_EQ(fixed.type, FB_TYPE_PACKED_PIXELS);
    CHECK_EQ(fixed.visual, FB_VISUAL_TRUECOLOR);
    CHECK_EQ(fixed.xpanstep, 0);
    CHECK_EQ(fixed.accel, FB_ACCEL_NONE);
    CHECK(mode.xres >= 320 && mode.yres >= 200);
    CHECK_EQ(mode.xres_virtual, mode.xres);
    CHECK_EQ(mode.yres_virtual, mode.yres);
    CHECK(fixed.line_length >= mode.xres * mode.bits_per_pixel / 8);
    CHECK(fixed.smem_len >= fixed.line_length * mode.yres);
    CHECK(mode.red.length + mode.green.length + mode.blue.length <=
          mode.bits_per_pixel);
    CHECK(mode.red.offset != mode.blue.offset);
}

/* Nothing can be changed; asking is no error. */
static void one_mode(void)
{
    int fd = device(O_RDWR);
    struct fb_var_screeninfo asked = mode;

    asked.xres = 640;
    asked.bits_per_pixel = 8;
    CHECK_OK(ioctl(fd, FBIOPUT_VSCREENINFO, &asked));
    CHECK(memcmp(&asked, &mode, sizeof(mode)) == 0);
    CHECK_OK(ioctl(fd, FBIOPUT_VSCREENINFO, &asked));
}

static void refused_calls(void)
{
    int fd = device(O_RDWR);

    CHECK_ERRNO(ioctl(fd, FBIOPAN_DISPLAY, &mode), EINVAL);
    CHECK_ERRNO(ioctl(fd, FBIOBLANK, FB_BLANK_NORMAL), EINVAL);
    CHECK_ERRNO(ioctl(fd, FBIOBLANK, FB_BLANK_POWERDOWN + 1), EINVAL);
    CHECK_ERRNO(ioctl(fd, 0x46ff, 0), ENOTTY);
    CHECK_ERRNO(ioctl(fd, FBIOGET_VSCREENINFO, 8), EFAULT);
    CHECK_ERRNO(ioctl(fd, FBIOPUT_VSCREENINFO, 8), EFAULT);
    CHECK_ERRNO(ioctl(fd, FBIOGET_FSCREENINFO, 8), EFAULT);
    CHECK_ERRNO(ioctl(fd, FBIOPAN_DISPLAY, 8), EFAULT);
}

static void read_and_write(void)
{
    int fd = device(O_RDWR);
    char bytes[8] = { 0 };

    CHECK_EQ(pwrite(fd, "abcdefg", 8, last(1)), 8);
    CHECK_EQ(pread(fd, bytes, 8, last(1)), 8);
    CHECK_STR(bytes, "abcdefg");
    CHECK_EQ(lseek(fd, last(1) + 2, SEEK_SET), last(1) + 2);
    CHECK_EQ(read(fd, bytes, 3), 3);
    CHECK_EQ(bytes[0], 'c');
    CHECK_EQ(lseek(fd, -1, SEEK_CUR), last(1) + 4);
    CHECK_EQ(write(fd, "X", 1), 1);
    CHECK_EQ(pread(fd, bytes, 1, last(1) + 4), 1);
    CHECK_EQ(bytes[0], 'X');
    CHECK_EQ(lseek(fd, 5, SEEK_END), 5); /* a device has no length */
    CHECK_ERRNO(read(fd, (void *)8, 4), EFAULT);
    CHECK_ERRNO(write(fd, (void *)8, 4), EFAULT);
}

static void at_the_end(void)
{
    int fd = device(O_RDWR);
    const long len = fixed.smem_len;
    char *big = calloc(1, len + 1);
    char bytes[8] = { 0 };

    CHECK_EQ(pread(fd, bytes, 8, len - 3), 3);
    CHECK_EQ(pread(fd, bytes, 8, len), 0);
    CHECK_EQ(pread(fd, bytes, 8, len + 100), 0);
    CHECK_EQ(pwrite(fd, bytes, 8, len - 3), 3);
    CHECK_ERRNO(pwrite(fd, bytes, 8, len), ENOSPC);
    CHECK_ERRNO(pwrite(fd, bytes, 8, len + 1), EFBIG);
    CHECK_ERRNO(pwrite(fd, big, len + 1, len), EFBIG);
    CHECK_EQ(pwrite(fd, bytes, 0, len), 0);
}

/* ---- mapped ---- */

static void mapping_is_the_screen(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 2, RW, MAP_SHARED);
    char *q = map_last(fd, 2, PROT_READ, MAP_SHARED);
    char byte = 0;

    poke(p, 'a');
    poke(p + PAGE, 'b');
    CHECK_EQ(pread(fd, &byte, 1, last(2)), 1);
    CHECK_EQ(byte, 'a');
    CHECK_EQ(pwrite(fd, "z", 1, last(1)), 1);
    CHECK_EQ(peek(p + PAGE), 'z');
    CHECK_EQ(peek(q), 'a');
    CHECK_EQ(peek(q + PAGE), 'z');
    CHECK_EQ(probe_write(q), SIGSEGV);
    REQUIRE_OK(close(fd));
    poke(p, 'c');
    CHECK_EQ(peek(q), 'c');
}

static void places(void)
{
    int fd = device(O_RDWR);
    const unsigned long whole = (fixed.smem_len + PAGE - 1) & ~(PAGE - 1);

    CHECK_OK(raw_mmap(NULL, whole, RW, MAP_SHARED, fd, 0));
    CHECK_OK(raw_mmap(NULL, 1, RW, MAP_SHARED, fd, whole - PAGE));
    CHECK_ERRNO(raw_mmap(NULL, whole + 1, RW, MAP_SHARED, fd, 0), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, whole - PAGE),
                EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, whole), EINVAL);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 64 * GIB), EINVAL);
}

static void rights(void)
{
    int fd = device(O_RDONLY);
    char *p = map_last(fd, 1, PROT_READ, MAP_SHARED);

    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0), EACCES);
    CHECK_ERRNO(mprotect(p, PAGE, RW), EACCES);
    CHECK_OK(raw_mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0));
    fd = device(O_WRONLY);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
}

static char *area;

static int writes(void *at)
{
    poke(at, 'k');
    return peek(area) != 'a' + (at == area ? 'k' - 'a' : 0);
}

static void child_shares(void)
{
    area = map_last(device(O_RDWR), 2, RW, MAP_SHARED);
    poke(area, 'a');
    poke(area + PAGE, 'a');
    CHECK_CHILD(writes, area + PAGE);
    CHECK_EQ(peek(area + PAGE), 'k');
    CHECK_CHILD(writes, area);
    CHECK_EQ(peek(area), 'k');
}

/* A private mapping shows the device until it is written to. */
static void private_copy(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 2, RW, MAP_SHARED);

    memset(p, 'a', 2 * PAGE);
    area = map_last(fd, 2, RW, MAP_PRIVATE);
    CHECK_EQ(peek(area), 'a');
    poke(p, 'b');
    CHECK_EQ(peek(area), 'b');
    poke(area, 'c');        /* was read before */
    poke(area + PAGE, 'd'); /* was not */
    CHECK_EQ(peek(p), 'b');
    CHECK_EQ(peek(p + PAGE), 'a');
    CHECK(all_bytes(area + 1, PAGE - 1, 'a'));
    CHECK(all_bytes(area + PAGE + 1, PAGE - 1, 'a'));
    memset(p, 'e', 2 * PAGE);
    CHECK_EQ(peek(area), 'c');
    CHECK_EQ(peek(area + PAGE), 'd');
}

static void private_copy_in_a_child(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 3, RW, MAP_SHARED);

    memset(p, 'a', 3 * PAGE);
    area = map_last(fd, 3, RW, MAP_PRIVATE);
    CHECK_EQ(peek(area), 'a');
    poke(area + PAGE, 'b');
    CHECK_CHILD(writes, area + PAGE);
    CHECK_CHILD(writes, area + 2 * PAGE);
    CHECK_CHILD(writes, area);
    CHECK_EQ(peek(area), 'a');
    CHECK_EQ(peek(area + PAGE), 'b');
    poke(area + PAGE, 'c');
    CHECK_EQ(peek(area + 2 * PAGE), 'a');
    CHECK(all_bytes(p, 3 * PAGE, 'a'));
}

static void protected(void)
{
    char *p = map_last(device(O_RDWR), 3, RW, MAP_SHARED);
    char *q = map_last(device(O_RDWR), 3, RW, MAP_SHARED);

    mark_pages(p, 3, 'a');
    REQUIRE_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    CHECK_EQ(probe_write(p + PAGE), SIGSEGV);
    CHECK_EQ(marked_pages(p, 3, 'a'), 3);
    REQUIRE_OK(mprotect(p, 3 * PAGE, PROT_NONE));
    CHECK_EQ(probe_read(p), SIGSEGV);
    REQUIRE_OK(mprotect(p, 3 * PAGE, RW));
    CHECK_EQ(marked_pages(p, 3, 'a'), 3);
    mark_pages(p, 3, 'k');
    CHECK_EQ(marked_pages(q, 3, 'k'), 3);
    CHECK_AREAS(p, 3, "rw-s:1 rw-s:1 rw-s:1"); /* such areas never merge */
}

static void private_protected(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 2, RW, MAP_SHARED);
    char *q = map_last(fd, 2, RW, MAP_PRIVATE);

    mark_pages(p, 2, 'a');
    poke(q, 'x');
    CHECK_EQ(peek(q + PAGE), 'b');
    REQUIRE_OK(mprotect(q, 2 * PAGE, PROT_NONE));
    CHECK_EQ(probe_read(q), SIGSEGV);
    REQUIRE_OK(mprotect(q, 2 * PAGE, RW));
    CHECK_EQ(peek(q), 'x');
    poke(q, 'y');
    poke(q + PAGE, 'z');
    CHECK_EQ(marked_pages(p, 2, 'a'), 2);
}

static void unmapped_in_parts(void)
{
    char *p = map_last(device(O_RDWR), 4, RW, MAP_SHARED);

    mark_pages(p, 4, 'a');
    REQUIRE_OK(munmap(p + PAGE, PAGE));
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
    CHECK_EQ(peek(p + 2 * PAGE), 'c');
    REQUIRE_OK(raw_mmap(p + 2 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0));
    CHECK_EQ(peek(p + 2 * PAGE), 0);
    poke(p + 2 * PAGE, 1);
    CHECK_EQ(peek(p + 3 * PAGE), 'd');
    CHECK_AREAS(p, 4, "rw-s:1 -:1 rw-p:1 rw-s:1");
}

/* The last entry of a page table is the device's. */
static void unmapped_with_a_neighbour(void)
{
    char *p = map_island(2);
    int fd = device(O_RDWR);

    poke(p, 1);
    REQUIRE_OK(
        raw_mmap(p + PAGE, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, last(1)));
    poke(p + PAGE, 1);
    CHECK_OK(munmap(p, 2 * PAGE));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + PAGE), SIGSEGV);
}

static void remapped(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 4, RW, MAP_SHARED), *q = free_range(8 * PAGE);

    mark_pages(p, 4, 'a');
    CHECK_ERRNO(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK_ERRNO(mremap(p, 4 * PAGE, 5 * PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK_ERRNO(mremap(p, 4 * PAGE, 5 * PAGE, 0), EFAULT);
    CHECK_ERRNO(mremap(p, 0, PAGE, MREMAP_MAYMOVE), EFAULT);
    CHECK_ERRNO(
        mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL),
        EINVAL);
    CHECK_EQ(mremap(p + 2 * PAGE, 2 * PAGE, PAGE, 0), p + 2 * PAGE);
    CHECK_EQ(mremap(p + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                    q + PAGE),
             q + PAGE);
    CHECK_AREAS(p, 4, "rw-s:1 -:3");
    CHECK_EQ(marked_pages(q + PAGE, 2, 'b'), 2);
    poke(q + PAGE, 'z');
    p = map_last(fd, 4, RW, MAP_SHARED);
    CHECK_EQ(peek(p + PAGE), 'z');
}

static void advised(void)
{
    char *p = map_last(device(O_RDWR), 2, RW, MAP_SHARED);

    mark_pages(p, 2, 'a');
    CHECK_ERRNO(madvise(p, PAGE, MADV_DONTNEED), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_FREE), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_COLD), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_PAGEOUT), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_REMOVE), ENODEV);
    CHECK_ERRNO(madvise(p, PAGE, MADV_POPULATE_READ), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_POPULATE_WRITE), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_DODUMP), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_DOFORK), EINVAL);
    CHECK_ERRNO(madvise(p, PAGE, MADV_WIPEONFORK), EINVAL);
    CHECK_OK(madvise(p, PAGE, MADV_WILLNEED));
    CHECK_OK(madvise(p, PAGE, MADV_RANDOM));
    CHECK_OK(madvise(p, PAGE, MADV_DONTFORK));
    CHECK_EQ(probe_read(p), SIGSEGV);
    CHECK_EQ(probe_read(p + PAGE), 0);
    CHECK_EQ(marked_pages(p, 2, 'a'), 2);
}

/* A line of smaps about the area at p, after its colon and blanks. */
static void smaps(const char *p, const char *key, char *out, size_t size)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    char line[256], start[24];
    int found = 0;

    REQUIRE(file != NULL);
    snprintf(start, sizeof(start), "%08lx-", (unsigned long)p);
    out[0] = '\0';
    while (out[0] == '\0' && fgets(line, sizeof(line), file) != NULL) {
        found |= strncmp(line, start, strlen(start)) == 0;
        if (found && strncmp(line, key, strlen(key)) == 0) {
            char *at = line + strlen(key) + 1;

            at += strspn(at, " ");
            snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
        }
    }
    fclose(file);
}

#define FLAGS "rd wr sh mr mw me ms pf io de dd "

static void shown_in_smaps(void)
{
    char *p = map_last(device(O_RDWR), 2, RW, MAP_SHARED);
    struct map_line line;
    char text[128];

    mark_pages(p, 2, 'a');
    REQUIRE(maps_find(p, &line));
    CHECK_STR(line.name, "/dev/fb0");
    CHECK_EQ(line.offset, last(2));
    smaps(p, "Rss", text, sizeof(text));
    CHECK_STR(text, "0 kB");
    smaps(p, "VmFlags", text, sizeof(text));
    text[sizeof(FLAGS) - 1] = '\0'; /* "sd" may follow */
    CHECK_STR(text, FLAGS);
}

static void locked(void)
{
    int fd = device(O_RDWR);
    char *p = map_last(fd, 2, RW, MAP_SHARED | MAP_LOCKED | MAP_POPULATE);
    char text[128];
    unsigned char resident[2] = { 0 };

    CHECK_OK(mlock(p, 2 * PAGE));
    smaps(p, "VmFlags", text, sizeof(text));
    CHECK(strstr(text, " lo") == NULL);
    CHECK_OK(munlock(p, 2 * PAGE));
    CHECK_OK(mincore(p, 2 * PAGE, resident));
    CHECK_EQ(resident[0], 1);
    CHECK_EQ(resident[1], 1);
    CHECK_OK(msync(p, 2 * PAGE, MS_ASYNC));
    CHECK_OK(msync(p, 2 * PAGE, MS_SYNC | MS_INVALIDATE));
}

static void shown_in_pagemap(void)
{
    int map = open("/proc/self/pagemap", O_RDONLY);
    char *p = map_last(device(O_RDWR), 2, RW, MAP_SHARED);
    uint64_t entry = 0;

    REQUIRE_OK(map);
    poke(p + PAGE, 'a');
    CHECK_EQ(pread(map, &entry, 8, (long)((uintptr_t)p / PAGE + 1) * 8), 8);
    CHECK_EQ(entry & ((1UL << 55) - 1), (fixed.smem_start + last(1)) / PAGE);
    CHECK_EQ(entry >> 61, 4); /* present, of no file */
}

static void used_by_system_calls(void)
{
    char *p = map_last(device(O_RDWR), 2, RW, MAP_SHARED);
    int fd = tmp_pages(2, 0, 'q');
    char there[4] = { 0 };
    struct iovec to = { there, 4 }, from = { p, 4 };

    CHECK_EQ(read(fd, p, 2 * PAGE), 2 * PAGE);
    CHECK_EQ(marked_pages(p, 2, 'q'), 2);
    CHECK_EQ(pwrite(fd, p + PAGE, 1, 0), 1);
    CHECK_EQ(pread(fd, there, 1, 0), 1);
    CHECK_EQ(there[0], 'r');
    /* Not by way of another address space, nor as a meeting point. */
    CHECK_ERRNO(process_vm_readv(getpid(), &to, 1, &from, 1, 0), EFAULT);
    CHECK_ERRNO(syscall(SYS_futex, p, 1, 1, NULL, NULL, 0), EFAULT);
}

/* ---- /dev/mem ---- */

static int memory(void)
{
    int fd = open("/dev/mem", O_RDWR);

    if (fd < 0)
        _exit(errno != ENOENT && errno != EACCES && errno != EPERM);
    return fd;
}

static void by_physical_address(void)
{
    int fb = device(O_RDWR), fd = memory();
    const long at = (long)fixed.smem_start + last(1);
    char *p = map_last(fb, 1, RW, MAP_SHARED);
    char *q = raw_mmap(NULL, PAGE, RW, MAP_SHARED, fd, at);
    char byte = 0;

    REQUIRE_OK(q);
    poke(p, 'a');
    CHECK_EQ(peek(q), 'a');
    poke(q, 'b');
    CHECK_EQ(peek(p), 'b');
    CHECK_EQ(pread(fd, &byte, 1, at), 1);
    CHECK_EQ(byte, 'b');
    CHECK_EQ(pwrite(fd, "c", 1, at), 1);
    CHECK_EQ(peek(p), 'c');
    CHECK_EQ(lseek(fd, at, SEEK_SET), at);
    CHECK_EQ(read(fd, &byte, 1), 1);
    CHECK_EQ(lseek(fd, 0, SEEK_CUR), at + 1);
    CHECK_ERRNO(lseek(fd, 0, SEEK_END), EINVAL);
}

/* RAM that is in use; 16 MiB up it always is RAM. */
static void no_other_memory(void)
{
    int fd = (device(O_RDWR), memory());
    char byte;

    CHECK_ERRNO(raw_mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 16 * MIB),
                EPERM);
    CHECK_ERRNO(raw_mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 16 * MIB), EPERM);
    CHECK_ERRNO(pread(fd, &byte, 1, 16 * MIB), EPERM);
    CHECK_ERRNO(pwrite(fd, "", 1, 16 * MIB), EPERM);
}

static void superuser_only(void)
{
    device(O_RDWR);
    close(memory());
    REQUIRE_OK(setuid(1000));
    CHECK(open("/dev/mem", O_RDONLY) == -1);
}

static const struct test_case cases[] = {
    CASE(node),
    CASE(measures),
    CASE(one_mode),
    CASE(refused_calls),
    CASE(read_and_write),
    CASE(at_the_end),
    CASE(mapping_is_the_screen),
    CASE(places),
    CASE(rights),
    CASE(child_shares),
    CASE(private_copy),
    CASE(private_copy_in_a_child),
    CASE(protected),
    CASE(private_protected),
    CASE(unmapped_in_parts),
    CASE(unmapped_with_a_neighbour),
    CASE(remapped),
    CASE(advised),
    CASE(shown_in_smaps),
    CASE(locked),
    CASE(shown_in_pagemap),
    CASE(used_by_system_calls),
    CASE(by_physical_address),
    CASE(no_other_memory),
    CASE(superuser_only),
};

TEST_MAIN(cases)
