/* SPDX-License-Identifier: MIT */
/*
 * The names in /proc. What the texts of processes say comes from kernel/proc
 * (the proc_show_ functions that file.h declares).
 */
#include "kernel/fs/procfs.h"

#define FILE_MODE (S_IFREG | 0444)
#define PRIVATE_MODE (S_IFREG | 0400)
#define SETTING_MODE (S_IFREG | 0644)
#define LINK_MODE (S_IFLNK | 0777)
#define DIR_MODE (S_IFDIR | 0555)

static const struct proc_entry pid_table[] = {
    {.name = "clear_refs",
     .mode = S_IFREG | 0200,
     .put = proc_put_clear_refs,
     .base = 10},
    {.name = "cmdline", .mode = FILE_MODE, .show = proc_show_cmdline},
    {.name = "comm", .mode = FILE_MODE, .show = proc_show_comm},
    {.name = "cwd", .mode = LINK_MODE, .ops = &proc_cwd_ops},
    {.name = "environ", .mode = PRIVATE_MODE, .show_space = proc_show_environ},
    {.name = "exe", .mode = LINK_MODE, .ops = &proc_exe_ops},
    {.name = "fail-nth",
     .mode = SETTING_MODE,
     .get = proc_get_fail_nth,
     .put = proc_put_fail_nth},
    {.name = "fd", .mode = S_IFDIR | 0500, .ops = &proc_fd_dir_ops},
    {.name = "limits", .mode = FILE_MODE, .show = proc_show_limits},
    {.name = "maps", .mode = FILE_MODE, .next_space = proc_next_map},
    {.name = "mem",
     .mode = S_IFREG | 0600,
     .ops = &proc_space_inode_ops,
     .file_ops = &proc_mem_ops},
    {.name = "mounts", .mode = FILE_MODE, .show = proc_show_mounts},
    {.name = "oom_adj",
     .mode = S_IFREG | 0644,
     .get = proc_get_oom_adj,
     .put = proc_put_oom_adj},
    {.name = "oom_score", .mode = FILE_MODE, .show = proc_show_oom_score},
    {.name = "oom_score_adj",
     .mode = S_IFREG | 0644,
     .get = proc_get_oom_score_adj,
     .put = proc_put_oom_score_adj},
    {.name = "pagemap",
     .mode = PRIVATE_MODE,
     .ops = &proc_space_inode_ops,
     .file_ops = &proc_pagemap_ops},
    {.name = "root", .mode = LINK_MODE, .ops = &proc_root_ops},
    {.name = "smaps", .mode = FILE_MODE, .next_space = proc_next_smap},
    {.name = "smaps_rollup",
     .mode = FILE_MODE,
     .show_space = proc_show_smaps_rollup},
    {.name = "stat", .mode = FILE_MODE, .show = proc_show_stat},
    {.name = "statm", .mode = FILE_MODE, .show = proc_show_statm},
    {.name = "status", .mode = FILE_MODE, .show = proc_show_status},
    {.name = NULL},
};

const struct proc_entry proc_pid_entry = {
    .name = "PID",
    .mode = DIR_MODE,
    .children = pid_table,
};

static const struct proc_entry sysvipc_table[] = {
    {.name = "shm", .mode = FILE_MODE, .next = proc_next_segment},
    {.name = NULL},
};

static const struct proc_entry root_table[] = {
    {.name = "buddyinfo", .mode = FILE_MODE, .show = proc_show_buddyinfo},
    {.name = "cmdline", .mode = FILE_MODE, .show = proc_show_kernel_cmdline},
    {.name = "cpuinfo", .mode = FILE_MODE, .show = proc_show_cpuinfo},
    {.name = "filesystems", .mode = FILE_MODE, .show = proc_show_filesystems},
    {.name = "kpagecount",
     .mode = PRIVATE_MODE,
     .ops = &proc_frames_inode_ops,
     .file_ops = &proc_kpagecount_ops},
    {.name = "kpageflags",
     .mode = PRIVATE_MODE,
     .ops = &proc_frames_inode_ops,
     .file_ops = &proc_kpageflags_ops},
    {.name = "loadavg", .mode = FILE_MODE, .show = proc_show_load},
    {.name = "meminfo", .mode = FILE_MODE, .show = proc_show_meminfo},
    {.name = "mounts", .mode = LINK_MODE, .target = "self/mounts"},
    {.name = "self", .mode = LINK_MODE, .ops = &proc_self_ops},
    {.name = "slabinfo", .mode = PRIVATE_MODE, .show = proc_show_slabinfo},
    {.name = "stat", .mode = FILE_MODE, .show = proc_show_statistics},
    {.name = "sys", .mode = DIR_MODE, .children = proc_sys_table},
    {.name = "sysvipc", .mode = DIR_MODE, .children = sysvipc_table},
    {.name = "uptime", .mode = FILE_MODE, .show = proc_show_uptime},
    {.name = "version", .mode = FILE_MODE, .show = proc_show_version},
    {.name = "vmstat", .mode = FILE_MODE, .show = proc_show_vmstat},
    {.name = NULL},
};

const struct proc_entry proc_root_entry = {
    .name = "proc",
    .mode = DIR_MODE,
    .children = root_table,
    .ops = &proc_top_ops,
};
