/* SPDX-License-Identifier: MIT */
/*
 * The cpio "newc" format: a header of ASCII fields, the name, the data, each
 * padded with zeros to four bytes.
 *
 *     "070701"  13 fields of 8 hex digits  name\0  pad  data  pad
 *
 * An entry called TRAILER!!! ends an archive.
 *
 *   I1  every byte looked at lies in [base, base + len)
 *   I2  pos only grows, and is a multiple of 4 at the start of an entry
 *   checked by tools/hosttest/ with damaged archives under ASan
 */
#include "kernel/fs/cpio.h"
#include "kernel/abi/limits.h"
#include "kernel/abi/stat.h"
#include "kernel/lib/string.h"

#define MAGIC_LEN 6
#define FIELD_LEN 8
#define HEADER_LEN (MAGIC_LEN + FIELDS * FIELD_LEN)
#define CPIO_ALIGN 4
#define TRAILER "TRAILER!!!"

/* In the header's order. */
enum field {
    F_INO,
    F_MODE,
    F_UID,
    F_GID,
    F_NLINK,
    F_MTIME,
    F_FILESIZE,
    F_DEVMAJOR,
    F_DEVMINOR,
    F_RDEVMAJOR,
    F_RDEVMINOR,
    F_NAMESIZE,
    F_CHECK,
    FIELDS,
};

static const char *const bad_field[FIELDS] = {
    [F_INO] = "its inode number is not hexadecimal",
    [F_MODE] = "its mode is not hexadecimal",
    [F_UID] = "its owner is not hexadecimal",
    [F_GID] = "its group is not hexadecimal",
    [F_NLINK] = "its link count is not hexadecimal",
    [F_MTIME] = "its time is not hexadecimal",
    [F_FILESIZE] = "its size is not hexadecimal",
    [F_DEVMAJOR] = "its major device number is not hexadecimal",
    [F_DEVMINOR] = "its minor device number is not hexadecimal",
    [F_RDEVMAJOR] = "its node's major number is not hexadecimal",
    [F_RDEVMINOR] = "its node's minor number is not hexadecimal",
    [F_NAMESIZE] = "the size of its name is not hexadecimal",
    [F_CHECK] = "its check field is not hexadecimal",
};

void cpio_open(struct cpio_reader *reader, const void *base, size_t len)
{
    *reader = (struct cpio_reader){.base = base, .len = len};
}

static bool parse_hex(const uint8_t *text, uint32_t *out)
{
    uint32_t value = 0;
    unsigned digit;

    for (int i = 0; i < FIELD_LEN; i++) {
        if (text[i] >= '0' && text[i] <= '9')
            digit = text[i] - '0';
        else if (text[i] >= 'a' && text[i] <= 'f')
            digit = text[i] - 'a' + 10U;
        else if (text[i] >= 'A' && text[i] <= 'F')
            digit = text[i] - 'A' + 10U;
        else
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

/* What is wrong with the bytes where a header should start. */
static const char *check_magic(const uint8_t *p, size_t left)
{
    if (left >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return "it is compressed with gzip; only plain archives are read";
    if (left >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
        return "it is compressed with zstd; only plain archives are read";
    if (left >= MAGIC_LEN && memcmp(p, "070702", MAGIC_LEN) == 0)
        return "it has the checksummed format; only \"newc\" is read";
    if (left < HEADER_LEN)
        return "the archive ends within its header";
    if (memcmp(p, "070701", MAGIC_LEN) != 0)
        return "it does not start with cpio's magic number 070701";
    return NULL;
}

/* The header at p. NULL, or what is wrong with it. */
static const char *parse_header(const uint8_t *p, size_t left,
                                uint32_t fields[FIELDS])
{
    const char *reason = check_magic(p, left);

    for (int i = 0; i < FIELDS && reason == NULL; i++)
        if (!parse_hex(p + MAGIC_LEN + i * FIELD_LEN, &fields[i]))
            reason = bad_field[i];
    return reason;
}

/* Skips "/" and "./" at the start of a name; the name may become empty. */
static void strip_name(struct cpio_entry *entry)
{
    const char *name = entry->name;

    for (;;) {
        if (name[0] == '/')
            name++;
        else if (name[0] == '.' && name[1] == '/')
            name += 2;
        else
            break;
    }
    entry->name_len -= (size_t)(name - entry->name);
    entry->name = name;
}

/* Each part between slashes is a proper name. */
static const char *check_components(const struct cpio_entry *entry)
{
    const char *part = entry->name;
    const char *end = entry->name + entry->name_len;

    while (part <= end) {
        const char *slash = memchr(part, '/', (size_t)(end - part));
        size_t len = (size_t)((slash != NULL ? slash : end) - part);

        if (len > NAME_MAX)
            return "a part of its name is longer than 255 bytes";
        if (len == 0)
            return "its name has an empty part";
        if (len == 1 && part[0] == '.')
            return "its name has a \".\" within";
        if (len == 2 && part[0] == '.' && part[1] == '.')
            return "its name has a \"..\" within";
        part += len + 1;
    }
    return NULL;
}

/* The name field of namesize bytes, its NUL included, at text. */
static const char *parse_name(const char *text, size_t namesize,
                              struct cpio_entry *entry)
{
    if (text[namesize - 1] != '\0')
        return "its name does not end with a zero byte";
    entry->name = text;
    entry->name_len = namesize - 1;
    if (memchr(text, '\0', namesize) != text + namesize - 1)
        return "its name has a zero byte within";
    if (entry->name_len == 0)
        return "its name is empty";
    strip_name(entry);
    if (entry->name_len == 0 || strcmp(entry->name, ".") == 0) {
        entry->name = ".";
        entry->name_len = 1;
        return NULL;
    }
    return check_components(entry);
}

static const char *check_kind(const struct cpio_entry *entry)
{
    switch (entry->mode & S_IFMT) {
    case S_IFREG: return NULL;
    case S_IFLNK:
        if (entry->size == 0)
            return "it is a symbolic link to nothing";
        if (entry->size >= PATH_MAX)
            return "it is a symbolic link to a name that is too long";
        if (memchr(entry->data, '\0', entry->size) != NULL)
            return "it is a symbolic link to a name with a zero byte";
        return NULL;
    case S_IFDIR:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
        return entry->size == 0 ? NULL : "it has data but is not a file";
    default: return "its mode names no kind of file";
    }
}

static size_t align_up(size_t n)
{
    return ROUND_UP(n, (size_t)CPIO_ALIGN);
}

/* The entry at pos; *next is where the one after it starts. */
static const char *parse_entry(struct cpio_reader *reader,
                               struct cpio_entry *entry, size_t *next)
{
    const uint8_t *p = reader->base + reader->pos;
    size_t left = reader->len - reader->pos;
    uint32_t f[FIELDS];
    const char *reason = parse_header(p, left, f);
    size_t data;

    if (reason != NULL)
        return reason;
    if (f[F_NAMESIZE] == 0)
        return "its name is empty";
    if (f[F_NAMESIZE] > PATH_MAX)
        return "its name is longer than 4095 bytes";
    if (f[F_NAMESIZE] > left - HEADER_LEN)
        return "the archive ends within its name";
    reason = parse_name((const char *)p + HEADER_LEN, f[F_NAMESIZE], entry);
    if (reason != NULL)
        return reason;
    reader->name = entry->name;
    data = align_up(HEADER_LEN + f[F_NAMESIZE]);
    if (f[F_FILESIZE] > 0 && (data >= left || f[F_FILESIZE] > left - data))
        return "the archive ends within its data";
    *entry = (struct cpio_entry){
        .name = entry->name,
        .name_len = entry->name_len,
        .ino = f[F_INO],
        .mode = f[F_MODE],
        .uid = f[F_UID],
        .gid = f[F_GID],
        .nlink = f[F_NLINK],
        .mtime = f[F_MTIME],
        .dev_major = f[F_DEVMAJOR],
        .dev_minor = f[F_DEVMINOR],
        .rdev_major = f[F_RDEVMAJOR],
        .rdev_minor = f[F_RDEVMINOR],
        .data = p + MIN(data, left),
        .size = f[F_FILESIZE],
    };
    *next = reader->pos + MIN(align_up(data + f[F_FILESIZE]), left);
    return NULL;
}

static enum cpio_result bad(struct cpio_reader *reader, const char *reason)
{
    reader->reason = reason;
    return CPIO_BAD;
}

enum cpio_result cpio_next(struct cpio_reader *reader, struct cpio_entry *entry)
{
    const char *reason;
    size_t next;

    if (reader->reason != NULL)
        return CPIO_BAD;
    for (;;) {
        if (!reader->in_archive)
            while (reader->pos < reader->len && reader->base[reader->pos] == 0)
                reader->pos++;
        reader->name = NULL;
        if (reader->pos == reader->len)
            return reader->in_archive
                       ? bad(reader, "the archive ends before its trailer")
                       : CPIO_END;
        if (reader->pos % CPIO_ALIGN != 0)
            return bad(reader, "it does not start at a multiple of 4 bytes");
        reason = parse_entry(reader, entry, &next);
        if (reason != NULL)
            return bad(reader, reason);
        reader->in_archive = strcmp(entry->name, TRAILER) != 0;
        if (reader->in_archive)
            reason = check_kind(entry);
        if (reason != NULL)
            return bad(reader, reason);
        reader->pos = next;
        if (!reader->in_archive) {
            reader->narchives++;
            continue;
        }
        reader->nentries++;
        return CPIO_ENTRY;
    }
}
