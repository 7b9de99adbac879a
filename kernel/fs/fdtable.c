/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables. The contract stands in file.h.
 *
 * A table starts with room for 64 descriptors inside the struct and moves to
 * kmalloc'ed arrays as it grows.
 *
 *   I1  files[fd] != NULL: bit fd is set in `taken`
 *   I2  a taken one without a file is reserved: it looks closed
 *   I3  every descriptor below first_free is taken
 *
 * Locks: lock (spin, innermost). No file is put while it is held: that may
 * sleep.
 */
#include "kernel/fs/file.h"
#include "kernel/fs/locks.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/spinlock.h"
#include "kernel/lib/string.h"
#include "mm/slab.h"

#define FIRST_CAPACITY BITMAP_WORD_BITS
#define MAX_CAPACITY (1U << 16) /* a multiple of the bits in a word */

/* The arrays of a table of `capacity` descriptors. */
struct fd_arrays {
    unsigned capacity;
    struct file **files;
    uint64_t *taken, *cloexec;
};

struct fdtable {
    struct spinlock lock;
    struct atomic refs;   /* A */
    unsigned first_free;  /* L: a hint: where to look for a free one */
    struct fd_arrays fds; /* L */
    struct file *first_files[FIRST_CAPACITY];
    uint64_t first_taken, first_cloexec;
}; /* L: lock; A: atomic */

int fdtable_create(struct fdtable **out)
{
    struct fdtable *table = kzalloc(sizeof(*table));

    if (table == NULL)
        return -ENOMEM;
    atomic_store(&table->refs, 1);
    spin_init(&table->lock);
    table->fds = (struct fd_arrays){
        .capacity = FIRST_CAPACITY,
        .files = table->first_files,
        .taken = &table->first_taken,
        .cloexec = &table->first_cloexec,
    };
    *out = table;
    return 0;
}

/* One block of memory for all three arrays, empty. */
static int arrays_alloc(unsigned capacity, struct fd_arrays *out)
{
    size_t words = BITMAP_WORDS(capacity);
    char *block = kzalloc(capacity * sizeof(struct file *) +
                          2 * words * sizeof(uint64_t));

    if (block == NULL)
        return -ENOMEM;
    out->capacity = capacity;
    out->files = (struct file **)block;
    out->taken = (uint64_t *)(block + capacity * sizeof(struct file *));
    out->cloexec = out->taken + words;
    return 0;
}

static void arrays_copy(const struct fd_arrays *to,
                        const struct fd_arrays *from)
{
    size_t words = BITMAP_WORDS(from->capacity);

    memcpy(to->files, from->files, from->capacity * sizeof(struct file *));
    memcpy(to->taken, from->taken, words * sizeof(uint64_t));
    memcpy(to->cloexec, from->cloexec, words * sizeof(uint64_t));
}

static void arrays_free(struct fdtable *table, const struct fd_arrays *fds)
{
    if (fds->files != table->first_files)
        kfree(fds->files);
}

/* Makes the table hold at least `need` descriptors. 0 or -ENOMEM.
 * => lock not held */
static int fdtable_grow(struct fdtable *table, unsigned need)
{
    struct fd_arrays bigger, old;
    unsigned capacity = FIRST_CAPACITY;
    int err;

    if (need <= READ_ONCE(table->fds.capacity))
        return 0; /* it never shrinks */
    while (capacity < need)
        capacity *= 2;
    err = arrays_alloc(capacity, &bigger);
    if (err != 0)
        return err;
    spin_lock(&table->lock);
    old = bigger;
    if (table->fds.capacity < capacity) {
        old = table->fds;
        arrays_copy(&bigger, &old);
        table->fds = bigger;
    }
    spin_unlock(&table->lock);
    arrays_free(table, &old);
    return 0;
}

static void fd_free_locked(struct fdtable *table, int fd)
{
    table->fds.files[fd] = NULL;
    bitmap_clear(table->fds.taken, (size_t)fd);
    table->first_free = MIN(table->first_free, (unsigned)fd);
}

int fdtable_clone(struct fdtable *from, struct fdtable **out)
{
    struct fdtable *table;
    unsigned capacity;
    size_t fd, n;
    int err;

    err = fdtable_create(&table);
    if (err != 0)
        return err;
    spin_lock(&from->lock);
    while (from->fds.capacity > table->fds.capacity) {
        capacity = from->fds.capacity;
        spin_unlock(&from->lock);
        err = fdtable_grow(table, capacity);
        if (err != 0) {
            fdtable_put(table);
            return err;
        }
        spin_lock(&from->lock);
    }
    arrays_copy(&table->fds, &from->fds);
    table->first_free = from->first_free;
    n = from->fds.capacity;
    for (fd = bitmap_find_set(from->fds.taken, n, 0); fd < n;
         fd = bitmap_find_set(from->fds.taken, n, fd + 1)) {
        if (table->fds.files[fd] != NULL)
            file_get(table->fds.files[fd]);
        else
            fd_free_locked(table, (int)fd); /* another thread's reservation */
    }
    spin_unlock(&from->lock);
    *out = table;
    return 0;
}

void fdtable_get(struct fdtable *table)
{
    atomic_inc(&table->refs);
}

bool fdtable_is_shared(const struct fdtable *table)
{
    return atomic_load(&table->refs) > 1;
}

void fdtable_put(struct fdtable *table)
{
    size_t fd, n;

    if (!atomic_dec_and_test(&table->refs))
        return;
    n = table->fds.capacity;
    for (fd = bitmap_find_set(table->fds.taken, n, 0); fd < n;
         fd = bitmap_find_set(table->fds.taken, n, fd + 1))
        (void)fdtable_close(table, (int)fd);
    arrays_free(table, &table->fds);
    kfree(table);
}

/* ---- one descriptor ---- */

/* => lock held, or the table has no other user */
static struct file *fd_file_locked(const struct fdtable *table, int fd)
{
    return (unsigned)fd < table->fds.capacity ? table->fds.files[fd] : NULL;
}

struct file *fdtable_lookup(struct fdtable *table, int fd)
{
    struct file *file;

    spin_lock(&table->lock);
    file = fd_file_locked(table, fd);
    if (likely(file != NULL))
        file_get(file);
    spin_unlock(&table->lock);
    return file;
}

/* A table with one user gets another only by what that one does, or for a look
 * from /proc, which changes nothing. */
struct file_loan fdtable_borrow(struct fdtable *table, int fd)
{
    if (fdtable_is_shared(table))
        return (struct file_loan){fdtable_lookup(table, fd), true};
    return (struct file_loan){fd_file_locked(table, fd), false};
}

int fdtable_reserve(struct fdtable *table, int min, uint64_t limit,
                    bool cloexec)
{
    unsigned fd, max = (unsigned)MIN(limit, (uint64_t)MAX_CAPACITY);

    if (min < 0 || (unsigned)min >= max)
        return min != 0 ? -EINVAL : -EMFILE;
    for (;;) {
        spin_lock(&table->lock);
        fd = MAX((unsigned)min, table->first_free);
        if (fd < table->fds.capacity)
            fd = (unsigned)bitmap_find_clear(table->fds.taken,
                                             table->fds.capacity, fd);
        if (fd >= max) {
            spin_unlock(&table->lock);
            return -EMFILE;
        }
        if (fd < table->fds.capacity)
            break;
        spin_unlock(&table->lock);
        if (fdtable_grow(table, fd + 1) != 0)
            return -ENOMEM;
    }
    bitmap_set(table->fds.taken, fd);
    if (cloexec)
        bitmap_set(table->fds.cloexec, fd);
    else
        bitmap_clear(table->fds.cloexec, fd);
    if ((unsigned)min <= table->first_free)
        table->first_free = fd + 1;
    spin_unlock(&table->lock);
    return (int)fd;
}

void fdtable_fill(struct fdtable *table, int fd, struct file *file)
{
    spin_lock(&table->lock);
    ASSERT(bitmap_test(table->fds.taken, (size_t)fd));
    table->fds.files[fd] = file;
    spin_unlock(&table->lock);
}

void fdtable_cancel(struct fdtable *table, int fd)
{
    spin_lock(&table->lock);
    fd_free_locked(table, fd);
    spin_unlock(&table->lock);
}

int fdtable_install(struct fdtable *table, struct file *file, int min,
                    uint64_t limit, bool cloexec)
{
    int fd = fdtable_reserve(table, min, limit, cloexec);

    if (fd >= 0)
        fdtable_fill(table, fd, file);
    return fd;
}

/* The end of a descriptor that no longer stands in the table. */
static void close_file(struct fdtable *table, struct file *file)
{
    locks_release_owner(file, table);
    file_put(file);
}

int fdtable_replace(struct fdtable *table, int fd, struct file *file,
                    uint64_t limit, bool cloexec)
{
    struct file *old;

    if (fd < 0 || (uint64_t)fd >= MIN(limit, (uint64_t)MAX_CAPACITY))
        return -EBADF;
    if (fdtable_grow(table, (unsigned)fd + 1) != 0)
        return -ENOMEM;
    spin_lock(&table->lock);
    old = table->fds.files[fd];
    if (old == NULL && bitmap_test(table->fds.taken, (size_t)fd)) {
        spin_unlock(&table->lock);
        return -EBUSY; /* reserved by an open that is under way */
    }
    bitmap_set(table->fds.taken, (size_t)fd);
    if (cloexec)
        bitmap_set(table->fds.cloexec, (size_t)fd);
    else
        bitmap_clear(table->fds.cloexec, (size_t)fd);
    table->fds.files[fd] = file;
    spin_unlock(&table->lock);
    if (old != NULL)
        close_file(table, old);
    return fd;
}

int fdtable_close(struct fdtable *table, int fd)
{
    struct file *file;

    spin_lock(&table->lock);
    file = fd_file_locked(table, fd);
    if (file != NULL)
        fd_free_locked(table, fd);
    spin_unlock(&table->lock);
    if (file == NULL)
        return -EBADF;
    close_file(table, file);
    return 0;
}

void fdtable_close_on_exec(struct fdtable *table)
{
    for (int fd = fdtable_next(table, 0); fd >= 0;
         fd = fdtable_next(table, fd + 1))
        if (fdtable_get_cloexec(table, fd) == 1)
            (void)fdtable_close(table, fd);
}

int fdtable_next(struct fdtable *table, int fd)
{
    size_t n;

    spin_lock(&table->lock);
    n = table->fds.capacity;
    while ((size_t)fd < n && table->fds.files[fd] == NULL)
        fd++;
    if ((size_t)fd >= n)
        fd = -1;
    spin_unlock(&table->lock);
    return fd;
}

int fdtable_get_cloexec(struct fdtable *table, int fd)
{
    int on = -EBADF;

    spin_lock(&table->lock);
    if (fd_file_locked(table, fd) != NULL)
        on = bitmap_test(table->fds.cloexec, (size_t)fd);
    spin_unlock(&table->lock);
    return on;
}

int fdtable_set_cloexec(struct fdtable *table, int fd, bool on)
{
    int err = -EBADF;

    spin_lock(&table->lock);
    if (fd_file_locked(table, fd) != NULL) {
        err = 0;
        if (on)
            bitmap_set(table->fds.cloexec, (size_t)fd);
        else
            bitmap_clear(table->fds.cloexec, (size_t)fd);
    }
    spin_unlock(&table->lock);
    return err;
}
