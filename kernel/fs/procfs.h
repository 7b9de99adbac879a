/* SPDX-License-Identifier: MIT */
/*
 * /proc (proc(5)): a tree of tables. Inside kernel/fs only.
 *
 * Each name is a struct proc_entry. A text file is a sequence of records that
 * are made while it is read (kernel/fs/proctext.c): most have one record, those
 * that may be long (maps) one an item.
 */
#ifndef KERNEL_FS_PROCFS_H
#define KERNEL_FS_PROCFS_H

#include "kernel/fs/dentry.h"
#include "kernel/fs/strbuf.h"

struct mm;
struct vma_info;

/* A number that can be read and, within limits, set: /proc/sys. */
struct proc_setting {
    int64_t *value;             /* A */
    int64_t min, max;           /* max 0: it can only be read */
    int64_t (*get)(void);       /* instead of value */
    void (*set)(int64_t value); /* instead of storing it */
};

struct proc_entry {
    const char *name;
    uint32_t mode; /* type and permissions */

    /* A text file has one of these; 0 or an errno. */
    int (*show)(int pid, struct strbuf *out); /* all of it */
    /* One record more; *cursor, at first 0, says where it is. Adds nothing at
     * the end. */
    int (*next)(int pid, uint64_t *cursor, struct strbuf *out);
    /* The same of an address space, the one that the process had when the file
     * was opened (NULL: it is gone), which takes proc_find_mm's right. */
    int (*show_space)(struct mm *mm, struct strbuf *out);
    int (*next_space)(struct mm *mm, uint64_t *cursor, struct strbuf *out);

    /* A file with one decimal number: a setting, or these, either of which may
     * be absent. 0 or an errno. base: what the number that is written is in; 0:
     * as its prefix says.
     * => no allocation: they count and fail them (fail-nth) */
    const struct proc_setting *setting;
    int (*get)(int pid, int64_t *value);
    int (*put)(int pid, int64_t value);
    unsigned base;

    const char *target; /* a link with this text */

    /* Anything else: what its inodes get. */
    const struct inode_ops *ops;
    const struct file_ops *file_ops;

    const struct proc_entry *children; /* a directory's; the last has no name */
};

/* /proc as a file system; its root, with one reference. 0 or -ENOMEM. */
__must_check int procfs_create(struct dentry **root);

/* An inode for an entry; pid: whose (0: the system's); fd: of those in
 * PID/fd. */
__must_check int proc_inode_create(const struct proc_entry *entry, int pid,
                                   int fd, struct inode **out);
/* … and its number: the same whenever it is asked for. */
uint64_t proc_inode_number(const struct proc_entry *entry, int pid, int fd);

/* A decimal number without leading zeros; -1 if the name is none. */
int proc_parse_number(const char *name, size_t len);

/* proctext.c: of text files */
extern const struct inode_ops proc_text_inode_ops;
extern const struct file_ops proc_text_file_ops;

/* procnumber.c: of files with one number. Only root may write the system's, and
 * who may look into a process what belongs to that. */
extern const struct inode_ops proc_number_inode_ops;
extern const struct file_ops proc_number_ops;

/* proctables.c: /proc and /proc/PID themselves */
extern const struct proc_entry proc_root_entry, proc_pid_entry;
/* procfs.c: /proc's operations; those of the other directories with children
 * are the default */
extern const struct inode_ops proc_top_ops;

/* ---- proclinks.c: names that lead to objects ---- */

extern const struct inode_ops proc_self_ops, proc_exe_ops, proc_cwd_ops,
    proc_root_ops, proc_fd_dir_ops;

/* ---- procmaps.c ---- */

int proc_next_map(struct mm *mm, uint64_t *cursor, struct strbuf *out);

/* The area after the cursor, which moves past it; false: there is none. counts:
 * as mm_next_vma. */
bool proc_next_area(struct mm *mm, uint64_t *cursor, bool counts,
                    struct vma_info *info);
/* The line of maps that shows the area. */
void proc_add_map_line(struct strbuf *out, const struct vma_info *info);

int proc_put_clear_refs(int pid, int64_t what);

/* ---- procsmaps.c ---- */

int proc_next_smap(struct mm *mm, uint64_t *cursor, struct strbuf *out);
int proc_show_smaps_rollup(struct mm *mm, struct strbuf *out);

/* ---- procspace.c ---- */

extern const struct inode_ops proc_space_inode_ops; /* of both */
extern const struct file_ops proc_mem_ops, proc_pagemap_ops;

/* ---- procwords.c ---- */

/* An array of n words, made while it is read. */
struct proc_words {
    uint64_t n;
    uint64_t (*get)(const void *arg, uint64_t index);
    const void *arg;
};

/* Bytes, or -EINVAL where these are no whole words. */
ssize_t proc_read_words(const struct proc_words *words, struct iobuf *io,
                        uint64_t *pos);
/* lseek where any position may be one: SEEK_SET and SEEK_CUR. */
int64_t proc_address_lseek(struct file *file, int64_t offset, int whence);

extern const struct inode_ops proc_frames_inode_ops; /* of both */
extern const struct file_ops proc_kpagecount_ops, proc_kpageflags_ops;

/* ---- procmem.c: the memory as a whole ---- */

int proc_show_meminfo(int pid, struct strbuf *out);
int proc_show_vmstat(int pid, struct strbuf *out);
int proc_show_buddyinfo(int pid, struct strbuf *out);
int proc_show_slabinfo(int pid, struct strbuf *out);
int proc_get_drop_caches(int pid, int64_t *value);
int proc_put_drop_caches(int pid, int64_t value);

/* ---- procsys.c: the system as a whole ---- */

int proc_show_cpuinfo(int pid, struct strbuf *out);
int proc_show_filesystems(int pid, struct strbuf *out);
int proc_show_kernel_cmdline(int pid, struct strbuf *out);
int proc_show_mounts(int pid, struct strbuf *out);
int proc_show_uptime(int pid, struct strbuf *out);
int proc_show_version(int pid, struct strbuf *out);
int proc_show_load(int pid, struct strbuf *out);
int proc_show_statistics(int pid, struct strbuf *out);
int proc_next_segment(int pid, uint64_t *cursor, struct strbuf *out);

/* ---- sysctl.c: settings ---- */

/* Of /proc/sys. */
extern const struct proc_entry proc_sys_table[];

#endif
