/* SPDX-License-Identifier: MIT */
/*
 * Open files and descriptor tables: what the rest of the kernel sees of
 * kernel/fs.
 */
#ifndef KERNEL_FS_FILE_H
#define KERNEL_FS_FILE_H

#include "kernel/abi/limits.h"
#include "kernel/lib/atomic.h"
#include "kernel/lib/mutex.h"
#include "kernel/lib/types.h"
#include "mm/pagecache.h"

struct dentry;
struct file;
struct inode;
struct stat;
struct waitqueue;

/*
 * A buffer of the user's or of the kernel's that file operations move bytes
 * to or from; copies advance it. It may be scattered (readv, writev): then
 * `segs` are the parts that follow the one at base. Implemented in
 * kernel/fs/iobuf.c.
 */
struct iovec;
struct iobuf {
    void *base;
    size_t len; /* bytes left, in all parts */
    bool user;  /* base is a user address of the current address space */
    const struct iovec *segs; /* the kernel's copy; NULL: one part only */
    size_t seg_len;           /* with segs: bytes left in the part at base */
};

/* Both copy up to n bytes (at most iobuf.len), advance the iobuf, and return
 * how many; fewer only when user memory faults. => no spinlock held */
size_t iobuf_copy_to(struct iobuf *io, const void *src, size_t n);
size_t iobuf_copy_from(struct iobuf *io, void *dst, size_t n);
/* As iobuf_copy_to with n zero bytes. */
size_t iobuf_fill_zero(struct iobuf *io, size_t n);

/* Operations of one kind of open file; absent ones answer as Linux does
 * (EINVAL, ENOTTY, …). A file without lseek has no position: lseek, pread and
 * pwrite answer ESPIPE. read and write move at *pos and advance it. They may
 * sleep; -ERESTARTSYS when a signal came before any byte moved. */
struct file_ops {
    ssize_t (*read)(struct file *file, struct iobuf *io, uint64_t *pos);
    ssize_t (*write)(struct file *file, struct iobuf *io, uint64_t *pos);
    /* => pos_lock held; the new position, not yet stored, or an errno */
    int64_t (*lseek)(struct file *file, int64_t offset, int whence);
    long (*ioctl)(struct file *file, unsigned cmd, unsigned long arg);
    /* Whole struct linux_dirent64 records from file->pos on, which moves; 0
     * at the end. => io is the kernel's, pos_lock held */
    int (*getdents)(struct file *file, struct iobuf *io);
    unsigned (*poll)(struct file *file,
                     struct waitqueue **wq); /* POLL* now;
                                              *wq: where a change is announced,
                                              *NULL if never */
    void (*release)(struct file *file);      /* the last reference is gone */
    bool any_position; /* positions are addresses, up to UINT64_MAX */
};

struct file {
    struct mapped_file map;     /* first; map.cache NULL: not mappable, unless
                                   `zero_device` */
    const struct file_ops *ops; /* C */
    struct inode *inode;        /* C: holds a reference */
    struct dentry *dentry;      /* C: the name it was opened by, referenced;
                                   NULL for pipes */
    struct atomic refs;
    struct mutex pos_lock; /* read, write, lseek at the file's position */
    uint64_t pos;          /* P */
    uint32_t flags;        /* A: O_* status flags and access mode */
    void *private_data;    /* of the ops */
    bool zero_device;      /* C: mapping it maps anonymous memory */
    bool counts_writer;    /* C: inode_get_write was called for it */
    bool denies_write;     /* C: inode_deny_write was: it is being run */
};                         /* C: constant; P: pos_lock; A: atomic */

/* Boot: the object cache. */
void file_init(void);

/* An open file of an inode, which gets a reference; dentry may be NULL. flags:
 * O_*, the access mode among them. ops are those of the inode's kind, and its
 * own open is called. 0 or an errno. */
__must_check int file_create(struct inode *inode, struct dentry *dentry,
                             int flags, struct file **out);
/* The same in two steps: room for a file that nobody knows yet (NULL: memory is
 * out), then what it is, which may leave it as good as new with an errno. */
struct file *file_alloc(void);
void file_free(struct file *file);
__must_check int file_open(struct file *file, struct inode *inode,
                           struct dentry *dentry, int flags);
void file_get(struct file *file);
void file_put(struct file *file); /* may sleep */

/* read(2) and write(2) at the file's position, pread and pwrite at offset.
 * Bytes or an errno (EBADF: not open for that). */
ssize_t file_read(struct file *file, struct iobuf *io);
ssize_t file_write(struct file *file, struct iobuf *io);
ssize_t file_pread(struct file *file, struct iobuf *io, uint64_t offset);
ssize_t file_pwrite(struct file *file, struct iobuf *io, uint64_t offset);
int64_t file_lseek(struct file *file, int64_t offset, int whence);
/* POLL* that hold now; *wq as in file_ops.poll. */
unsigned file_poll(struct file *file, struct waitqueue **wq);
/* lseek of a file whose length is `size`: for file_ops.lseek. All of it is
 * data (SEEK_DATA), a hole follows it. */
int64_t file_lseek_sized(struct file *file, int64_t offset, int whence,
                         uint64_t size);

/* For mmap: NULL if it cannot be mapped (the caller answers ENODEV). */
struct mapped_file *file_mapping(struct file *file);

/* Reads from a file at an offset into kernel memory, without moving its
 * position; bytes read (short only at the end of the file) or an errno. */
ssize_t file_read_kernel(struct file *file, void *buf, size_t len,
                         uint64_t offset);

/* ---- what a process has of the file system ---- */

struct fs_context; /* working directory, umask */

__must_check int fs_context_create(struct fs_context **out); /* at / */
__must_check int fs_context_clone(struct fs_context *from,
                                  struct fs_context **out);
void fs_context_get(struct fs_context *fs);
void fs_context_put(struct fs_context *fs);

struct fdtable;

__must_check int fdtable_create(struct fdtable **out);
__must_check int fdtable_clone(struct fdtable *from, struct fdtable **out);
void fdtable_get(struct fdtable *table);
void fdtable_put(struct fdtable *table); /* the last put closes all; sleeps */
void fdtable_close_on_exec(struct fdtable *table);

/* The file behind fd, with a reference; NULL if fd is not open. */
struct file *fdtable_lookup(struct fdtable *table, int fd);

/* The same for the length of one system call, which closes nothing: without a
 * reference if no other thread uses the table. file_return it, unless NULL.
 * => table is the current process's */
struct file_loan {
    struct file *file;
    bool counted; /* with a reference */
};
struct file_loan fdtable_borrow(struct fdtable *table, int fd);
static inline void file_return(struct file_loan loan)
{
    if (loan.counted)
        file_put(loan.file);
}

/* The lowest free descriptor >= min, below `limit` (RLIMIT_NOFILE), now refers
 * to file (takes over the caller's reference on success). fd, or -EMFILE,
 * -ENOMEM, -EINVAL. */
int fdtable_install(struct fdtable *table, struct file *file, int min,
                    uint64_t limit, bool cloexec);

/* The same in two steps: a descriptor is taken first, which nobody can use
 * until it is filled (taking over the caller's reference) or given back. */
int fdtable_reserve(struct fdtable *table, int min, uint64_t limit,
                    bool cloexec);
void fdtable_fill(struct fdtable *table, int fd, struct file *file);
void fdtable_cancel(struct fdtable *table, int fd);
/* fd refers to file, whatever it referred to before is closed. fd, and the
 * caller's reference is taken over; or -EBADF, -EBUSY, -ENOMEM. */
int fdtable_replace(struct fdtable *table, int fd, struct file *file,
                    uint64_t limit, bool cloexec);
/* Closes fd and drops the record locks on its file. 0 or -EBADF. */
int fdtable_close(struct fdtable *table, int fd);
/* The first open descriptor >= fd; -1 if there is none. */
int fdtable_next(struct fdtable *table, int fd);
/* The close-on-exec mark: 0, 1 or -EBADF; sets it: 0 or -EBADF. */
int fdtable_get_cloexec(struct fdtable *table, int fd);
int fdtable_set_cloexec(struct fdtable *table, int fd, bool on);
/* More than one process or thread uses the table. */
bool fdtable_is_shared(const struct fdtable *table);

/* ---- opening from the kernel ---- */

/* Opens a path for execution: a regular file with an x bit. 0 or an errno. */
__must_check int vfs_open_exec(struct fs_context *fs, const char *path,
                               struct file **out);
/* open(2) for the kernel's own use. */
__must_check int vfs_open(struct fs_context *fs, const char *path, int flags,
                          unsigned mode, struct file **out);
/* The absolute path of an open file, cut to size. */
void file_path(struct file *file, char *buf, size_t size);
int file_stat(struct file *file, struct stat *out);

/* The program's standard input and output in run mode and on the console. */
__must_check int stdio_open(bool report, struct file *out[3]);

/* Boot: mounts the ramdisk at / (or an empty tree, with a warning that says
 * what is wrong with it), /dev and /proc. */
void fs_init(void);

/* ---- what kernel/fs asks of kernel/proc ---- */

/* Sends a signal (SIGPIPE) to the current process. kernel/proc/signal.c. */
void signal_send_current(int sig);
/* The session of the current process: whose terminal /dev/tty is.
 * kernel/proc/procinfo.c. */
int proc_current_session(void);
bool proc_current_is_root(void); /* kernel/proc/procaccess.c */
/* The session that a process group belongs to; 0: there is no such group.
 * kernel/proc/procinfo.c. */
int proc_group_session(int group);

/* Who is killed when memory is out: /proc/sys/vm; kernel/proc/oom.c. A */
struct oom_settings {
    int64_t dump_tasks;           /* the report lists all processes */
    int64_t kill_allocating_task; /* not the largest, but who asks */
};
extern struct oom_settings oom_settings;

/* ---- /proc, whose contents come from kernel/proc ---- */

struct strbuf; /* kernel/fs/strbuf.h: growing text */
struct mm;

/* Implemented in kernel/proc/procinfo.c. */
/* The smallest PID above `after`; 0 if there is none. */
int proc_next_pid(int after);
/* A process or a thread: of the latter there is only fail-nth. */
bool proc_pid_exists(int pid);
int proc_current_pid(void); /* /proc/self */
/* Each writes the text of /proc/PID/<name>; 0, -ESRCH or -ENOMEM. */
int proc_show_stat(int pid, struct strbuf *out);
int proc_show_statm(int pid, struct strbuf *out);
int proc_show_status(int pid, struct strbuf *out);
int proc_show_cmdline(int pid, struct strbuf *out);
int proc_show_environ(struct mm *mm, struct strbuf *out);
int proc_show_comm(int pid, struct strbuf *out);
int proc_show_limits(int pid, struct strbuf *out);
/* What page_fail_after has left, and page_fail_after (mm/page.h), of the thread
 * with that TID. 0, -ESRCH or -EINVAL. */
/* What processes keep in spare goes back to the allocator. */
void proc_drop_spares(void);
int proc_get_fail_nth(int tid, int64_t *value);
int proc_put_fail_nth(int tid, int64_t value);
/* /proc/PID/oom_*: kernel/proc/oom_score.c. */
int proc_show_oom_score(int pid, struct strbuf *out);
int proc_get_oom_score_adj(int pid, int64_t *value);
int proc_put_oom_score_adj(int pid, int64_t value);
int proc_get_oom_adj(int pid, int64_t *value);
int proc_put_oom_adj(int pid, int64_t value);
/* Its address space with a user (mm_put it); NULL for zombies and kernel
 * threads. */
struct mm *proc_get_mm(int pid);
/* Its executable, working directory or fd's file, referenced; NULL if gone. */
struct file *proc_get_exe(int pid);
struct fs_context *proc_get_fs(int pid);
struct fdtable *proc_get_fdtable(int pid);
/* One record more of /proc/sysvipc/shm: kernel/proc/shm_info.c. */
int proc_next_shm(uint64_t *cursor, struct strbuf *out);
/* The id of its address space (mm_find), if the current process may look into
 * it: 0, -EACCES or -ESRCH. Implemented in kernel/proc/procaccess.c. */
__must_check int proc_find_mm(int pid, uint64_t *id);
/* May the current process look into that process, or thread's? */
bool proc_may_access(int pid);
/* Whole-system texts. */
int proc_show_loadavg(struct strbuf *out);
int proc_show_system_stat(struct strbuf *out); /* /proc/stat */

#endif
