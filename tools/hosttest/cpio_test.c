/* SPDX-License-Identifier: MIT */
/*
 * Verifies kernel/fs/cpio: what it says of random archives, and that cut and
 * damaged ones are refused or read without a look outside the archive, which
 * lies in memory of just its size for ASan to see.
 */
#include <stdio.h>
#include <malloc.h>
#include <string.h>

#include "kernel/abi/stat.h"
#include "kernel/fs/cpio.h"
#include "tools/hosttest/test.h"

#define FILES_MAX 12
#define NAME_SIZE 40

struct file {
    char name[NAME_SIZE];
    uint32_t numbers[13]; /* the header's fields */
    uint8_t data[80];
};

enum { INO, MODE, UID, GID, NLINK, MTIME, SIZE, DEVMAJ, DEVMIN, RMAJ, RMIN };
#define NAMESIZE 11

static struct file files[FILES_MAX];
static size_t nfiles;

static uint8_t archive[1 << 16];
static size_t length;

/* ---- writing ---- */

static void append(const void *data, size_t n)
{
    memcpy(archive + length, data, n);
    length += n;
    while (length % 4 != 0)
        archive[length++] = 0;
}

static void append_entry(const char *name, const uint32_t numbers[13],
                         const void *data)
{
    char header[300];
    int n = sprintf(header, "070701");

    for (int i = 0; i < 13; i++)
        n += sprintf(header + n, rnd_once_in(2) ? "%08x" : "%08X", numbers[i]);
    strcpy(header + n, name);
    append(header, (size_t)n + strlen(name) + 1);
    append(data, numbers[SIZE]);
}

static void append_trailer(void)
{
    uint32_t numbers[13] = {[NLINK] = 1, [NAMESIZE] = 11};

    append_entry("TRAILER!!!", numbers, "");
    while (rnd_once_in(2))
        append("\0\0\0", 4);
}

static void invent_file(struct file *file)
{
    static const uint32_t kinds[] = {S_IFREG, S_IFREG, S_IFLNK,
                                     S_IFDIR, S_IFCHR, S_IFIFO};
    static const char *const prefixes[] = {"", "./", "/", ".//./"};
    uint32_t kind = kinds[rnd_below(6)];
    char path[NAME_SIZE];
    int n = 0;

    for (int i = 0; i < 13; i++)
        file->numbers[i] = (uint32_t)rnd();
    do
        n += sprintf(path + n, "%s%.*s", n == 0 ? "" : "/",
                     1 + (int)rnd_below(5), "abc.d..e");
    while (n < 20 && rnd_once_in(2));
    /* What the reader makes of it is `path`. */
    sprintf(file->name, "%s%s", prefixes[rnd_below(4)], path);
    file->numbers[MODE] = kind | (uint32_t)rnd_below(07777);
    file->numbers[SIZE] = 0;
    if (kind == S_IFREG)
        file->numbers[SIZE] = (uint32_t)rnd_below(sizeof(file->data));
    else if (kind == S_IFLNK)
        file->numbers[SIZE] = 1 + (uint32_t)rnd_below(30);
    for (size_t i = 0; i < sizeof(file->data); i++)
        file->data[i] = (uint8_t)(rnd() | 1);
    file->numbers[NAMESIZE] = (uint32_t)strlen(file->name) + 1;
}

static void invent_archive(void)
{
    length = 0;
    nfiles = 1 + rnd_below(FILES_MAX);
    for (size_t i = 0; i < nfiles; i++) {
        invent_file(&files[i]);
        append_entry(files[i].name, files[i].numbers, files[i].data);
        if (rnd_once_in(8) && i + 1 < nfiles)
            append_trailer(); /* another archive follows */
    }
    append_trailer();
}

/* ---- reading ---- */

/* The name without what stands for the top folder at its start. */
static const char *plain_name(const char *name)
{
    while (*name == '/' || (name[0] == '.' && name[1] == '/'))
        name++;
    return name;
}

static void check_entry(const struct cpio_entry *entry, const struct file *file)
{
    const uint32_t *n = file->numbers;

    if (strcmp(entry->name, plain_name(file->name)) != 0)
        FAIL("the name \"%s\" became \"%s\"", file->name, entry->name);
    CHECK_EQ(entry->name_len, strlen(entry->name));
    CHECK(entry->ino == n[INO] && entry->mode == n[MODE]);
    CHECK(entry->uid == n[UID] && entry->gid == n[GID]);
    CHECK(entry->nlink == n[NLINK] && entry->mtime == n[MTIME]);
    CHECK(entry->dev_major == n[DEVMAJ] && entry->dev_minor == n[DEVMIN]);
    CHECK(entry->rdev_major == n[RMAJ] && entry->rdev_minor == n[RMIN]);
    CHECK_EQ(entry->size, n[SIZE]);
    CHECK(memcmp(entry->data, file->data, entry->size) == 0);
}

static void check_whole(const uint8_t *base)
{
    struct cpio_reader reader;
    struct cpio_entry entry;

    cpio_open(&reader, base, length);
    for (size_t i = 0; i < nfiles; i++) {
        enum cpio_result result = cpio_next(&reader, &entry);

        if (result != CPIO_ENTRY)
            FAIL("entry %zu, %s: %s", i, files[i].name,
                 result == CPIO_BAD ? reader.reason : "the end");
        check_entry(&entry, &files[i]);
    }
    CHECK_EQ(cpio_next(&reader, &entry), CPIO_END);
    CHECK_EQ(cpio_next(&reader, &entry), CPIO_END);
    CHECK_EQ(reader.nentries, nfiles);
}

/* Whatever the archive holds: everything returned lies in it. How it ends. */
static enum cpio_result read_any(const uint8_t *base, size_t len, size_t *n)
{
    struct cpio_reader reader;
    struct cpio_entry entry;
    enum cpio_result result;

    cpio_open(&reader, base, len);
    for (*n = 0; (result = cpio_next(&reader, &entry)) == CPIO_ENTRY; ++*n) {
        const uint8_t *name = (const uint8_t *)entry.name;
        bool is_dot = strcmp(entry.name, ".") == 0; /* a constant then */

        CHECK_EQ(strlen(entry.name), entry.name_len);
        CHECK(is_dot || (name >= base && name < base + len));
        CHECK(entry.name[0] != '/' && entry.name_len > 0);
        CHECK(strstr(entry.name, "//") == NULL);
        CHECK(entry.data >= base && entry.data + entry.size <= base + len);
        CHECK(*n <= len);
    }
    CHECK((result == CPIO_BAD) == (reader.reason != NULL));
    CHECK_EQ(cpio_next(&reader, &entry), result);
    return result;
}

static uint8_t *exact_copy(size_t len)
{
    uint8_t *copy = malloc(len);

    return memcpy(copy, archive, len);
}

/* Cut short anywhere but in the zeros after a trailer, it is bad. */
static void check_truncated(void)
{
    for (size_t len = 0; len < length; len++) {
        uint8_t *copy = exact_copy(len);
        size_t n;
        enum cpio_result result = read_any(copy, len, &n);

        CHECK(n <= nfiles);
        CHECK(result == CPIO_BAD || len == 0 || n == nfiles ||
              copy[len - 1] == 0);
        free(copy);
    }
}

static void check_damaged(void)
{
    uint8_t *copy = exact_copy(length);

    for (int i = 0; i < 200; i++) {
        size_t at = rnd_below(length), n;
        uint8_t old = copy[at];

        copy[at] = rnd_once_in(2) ? (uint8_t)rnd() : "0fF9 /.\0"[rnd_below(8)];
        read_any(copy, length, &n);
        if (rnd_once_in(4)) /* else damage piles up */
            copy[at] = old;
    }
    free(copy);
}

/* One entry with this name, kind and size field, `len` bytes of it. */
static const char *reason_for(const char *name, uint32_t mode, uint32_t size)
{
    uint32_t numbers[13] = {[MODE] = mode, [NAMESIZE] = 1};
    struct cpio_reader reader;
    struct cpio_entry entry;

    numbers[NAMESIZE] = (uint32_t)strlen(name) + 1;
    length = 0;
    append_entry(name, numbers, "");
    memset(archive + 6 + 8 * SIZE, '0', 8);
    sprintf((char *)archive + 6 + 8 * SIZE, "%08x", size);
    archive[6 + 8 * SIZE + 8] = '0';
    append_trailer();
    cpio_open(&reader, archive, length);
    if (cpio_next(&reader, &entry) == CPIO_BAD)
        return reader.reason;
    return "";
}

static void check_reason(const char *name, uint32_t mode, uint32_t size,
                         const char *part)
{
    const char *reason = reason_for(name, mode, size);

    if (strstr(reason, part) == NULL || (*part == '\0' && *reason != '\0'))
        FAIL("\"%s\", mode %o, size %#x: \"%s\", expected \"%s\"", name, mode,
             size, reason, part);
}

static void known_mistakes(void)
{
    check_reason("a/b", S_IFREG, 0, "");
    check_reason(".", S_IFDIR, 0, "");
    check_reason("./", S_IFDIR, 0, "");
    check_reason("a//b", S_IFREG, 0, "empty part");
    check_reason("a/../b", S_IFREG, 0, "\"..\"");
    check_reason("../b", S_IFREG, 0, "\"..\"");
    check_reason("a/./b", S_IFREG, 0, "\".\"");
    check_reason("", S_IFREG, 0, "empty");
    check_reason("a", S_IFREG, 0xffffffff, "ends within its data");
    check_reason("a", S_IFDIR, 4, "has data");
    check_reason("a", S_IFLNK, 0, "link to nothing");
    check_reason("a", 0, 0, "no kind of file");
}

void test_main(void)
{
    known_mistakes();
    for (int round = 0; round < 40; round++) {
        uint8_t *copy;

        invent_archive();
        copy = exact_copy(length);
        check_whole(copy);
        free(copy);
        check_damaged();
        if (round % 8 == 0)
            check_truncated();
    }
}
