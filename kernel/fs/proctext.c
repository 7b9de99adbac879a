/* SPDX-License-Identifier: MIT */
/*
 * Text files whose contents are made while they are read.
 *
 * The text is a sequence of records. A reader keeps the last record it made and
 * where in the file that stands:
 *
 *     0 ........ start ........ start + text.len ........ end
 *                [the record]   [made next, from the cursor]
 *
 * Reading on from where the last read ended goes on in that record, whatever
 * the sizes of the reads; so a line is never torn. Reading elsewhere starts
 * anew and passes over what comes before; reading at 0 always makes the text
 * anew.
 *
 * Locks: lock (sleeping) over each read, also over copies to user memory and
 * the making of records, which takes mm's mmap_lock: lock > mmap_lock.
 */
#include "kernel/abi/fcntl.h"
#include "kernel/fs/procfs.h"
#include "mm/mm.h"
#include "mm/slab.h"

/* file->private_data. */
struct text_reader {
    uint64_t space; /* C: the address space's id (mm_find), of such a text */
    struct mutex lock;
    struct strbuf text; /* L: the record */
    uint64_t start;     /* L: its first byte's position in the file */
    uint64_t cursor;    /* L: of the record after it */
    bool ended;         /* L: there is none after it */
};                      /* C: constant; L: lock */

/* Whose address space it is. What begins with nothing in it, as when the
 * process has ended, is no error but for what is all in one record. */
static int find_space(const struct inode *inode, uint64_t *id)
{
    const struct proc_entry *entry = inode->proc.entry;
    int err;

    *id = 0;
    if (entry->show_space == NULL && entry->next_space == NULL)
        return 0;
    err = proc_find_mm(inode->proc.pid, id);
    return err == -ESRCH && entry->next_space != NULL ? 0 : err;
}

static int text_open(struct inode *inode, struct file *file)
{
    struct text_reader *reader;
    uint64_t space;
    int err = find_space(inode, &space);

    if (err != 0)
        return err;
    reader = kzalloc(sizeof(*reader));
    if (reader == NULL)
        return -ENOMEM;
    reader->space = space;
    mutex_init(&reader->lock);
    strbuf_init(&reader->text);
    file->private_data = reader;
    return 0;
}

static void text_release(struct file *file)
{
    struct text_reader *reader = file->private_data;

    strbuf_destroy(&reader->text);
    kfree(reader);
}

static void text_rewind(struct text_reader *reader)
{
    strbuf_clear(&reader->text);
    reader->start = reader->cursor = 0;
    reader->ended = false;
}

static int add_space_record(const struct proc_entry *entry,
                            struct text_reader *reader)
{
    struct mm *mm = mm_find(reader->space);
    int err = 0;

    if (entry->show_space != NULL)
        err = entry->show_space(mm, &reader->text);
    else if (mm != NULL)
        err = entry->next_space(mm, &reader->cursor, &reader->text);
    if (mm != NULL)
        mm_put(mm);
    return err;
}

static int add_record(const struct inode *inode, struct text_reader *reader)
{
    const struct proc_entry *entry = inode->proc.entry;
    int pid = inode->proc.pid;

    if (entry->show != NULL)
        return entry->show(pid, &reader->text);
    if (entry->next != NULL)
        return entry->next(pid, &reader->cursor, &reader->text);
    return add_space_record(entry, reader);
}

/* Replaces the record by the next one. */
static int next_record(const struct inode *inode, struct text_reader *reader)
{
    const struct proc_entry *entry = inode->proc.entry;
    struct strbuf *text = &reader->text;
    int err;

    reader->start += text->len;
    strbuf_clear(text);
    err = add_record(inode, reader);
    if (err == 0)
        err = strbuf_error(text);
    if (err != 0)
        text_rewind(reader);
    else
        reader->ended =
            entry->show != NULL || entry->show_space != NULL || text->len == 0;
    return err;
}

static ssize_t read_locked(const struct inode *inode,
                           struct text_reader *reader, struct iobuf *io,
                           uint64_t *pos)
{
    size_t done = 0, n, copied;
    int err = 0;

    if (*pos == 0 || *pos < reader->start)
        text_rewind(reader);
    while (io->len > 0 && err == 0) {
        uint64_t within = *pos - reader->start;

        if (within >= reader->text.len) {
            if (reader->ended)
                break;
            err = next_record(inode, reader);
            continue;
        }
        n = MIN(io->len, reader->text.len - within);
        copied = iobuf_copy_to(io, reader->text.text + within, n);
        *pos += copied;
        done += copied;
        if (copied < n)
            err = -EFAULT;
    }
    return done > 0 ? (ssize_t)done : err;
}

static ssize_t text_read(struct file *file, struct iobuf *io, uint64_t *pos)
{
    struct text_reader *reader = file->private_data;
    ssize_t n;

    mutex_lock(&reader->lock);
    n = read_locked(file->inode, reader, io, pos);
    mutex_unlock(&reader->lock);
    return n;
}

/* Its length is not known before it is made. */
static int64_t text_lseek(struct file *file, int64_t offset, int whence)
{
    return whence <= SEEK_CUR ? file_lseek_sized(file, offset, whence, 0)
                              : -EINVAL;
}

const struct inode_ops proc_text_inode_ops = {
    .open = text_open,
};

const struct file_ops proc_text_file_ops = {
    .read = text_read,
    .lseek = text_lseek,
    .release = text_release,
};
