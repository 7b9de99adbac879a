/* SPDX-License-Identifier: MIT */
/*
 * The settings in /proc/sys, sysctl(8): numbers that can be read and set while
 * the system runs. Those of memory: Linux's
 * Documentation/admin-guide/sysctl/vm.
 */
#include "kernel/abi/mman.h"
#include "kernel/abi/shm.h"
#include "kernel/fs/procfs.h"
#include "mm/commit.h"
#include "mm/hugetlb.h"
#include "mm/limits.h"

#define SETTING_MODE (S_IFREG | 0644)
#define READ_ONLY_MODE (S_IFREG | 0444)
#define WRITE_ONLY_MODE (S_IFREG | 0200)
#define DIR_MODE (S_IFDIR | 0555)

/* ---- vm: limits and promises ---- */

static int64_t get_ratio(void)
{
    return READ_ONCE(commit_settings.ratio);
}

/* The limit is a share of memory or a number: who sets one gives up the
 * other. */
static void set_ratio(int64_t value)
{
    WRITE_ONCE(commit_settings.kbytes, 0);
    WRITE_ONCE(commit_settings.ratio, value);
}

static int64_t get_kbytes(void)
{
    return READ_ONCE(commit_settings.kbytes);
}

static void set_kbytes(int64_t value)
{
    WRITE_ONCE(commit_settings.ratio, 0);
    WRITE_ONCE(commit_settings.kbytes, value);
}

static const struct proc_setting overcommit_memory = {
    .value = &commit_settings.mode, .max = OVERCOMMIT_NEVER};
static const struct proc_setting overcommit_ratio = {
    .get = get_ratio, .set = set_ratio, .max = INT32_MAX};
static const struct proc_setting overcommit_kbytes = {
    .get = get_kbytes, .set = set_kbytes, .max = INT64_MAX};
static const struct proc_setting admin_reserve = {
    .value = &commit_settings.admin_reserve_kbytes, .max = INT64_MAX};
static const struct proc_setting user_reserve = {
    .value = &commit_settings.user_reserve_kbytes, .max = INT64_MAX};
static const struct proc_setting max_map_count = {.value = &limits_max_areas,
                                                  .max = INT32_MAX};

static const struct proc_setting oom_dump_tasks = {
    .value = &oom_settings.dump_tasks, .max = INT32_MAX};
static const struct proc_setting oom_kill_allocating_task = {
    .value = &oom_settings.kill_allocating_task, .max = INT32_MAX};

/* ---- vm: what can be made to happen ---- */

static int64_t get_hugepages(void)
{
    const struct hugetlb_counts pool = hugetlb_counts();

    return (int64_t)(pool.total - pool.surplus);
}

static void set_hugepages(int64_t value)
{
    hugetlb_resize((size_t)value);
}

static const struct proc_setting nr_hugepages = {
    .get = get_hugepages, .set = set_hugepages, .max = INT32_MAX};

/* ---- vm: what only can be looked at ---- */

static int64_t get_mmap_min_addr(void)
{
    return (int64_t)MMAP_MIN_ADDR;
}

static const struct proc_setting mmap_min_addr = {.get = get_mmap_min_addr};

static const struct proc_entry vm_table[] = {
    {.name = "admin_reserve_kbytes",
     .mode = SETTING_MODE,
     .setting = &admin_reserve},
    {.name = "drop_caches",
     .mode = WRITE_ONLY_MODE,
     .get = proc_get_drop_caches,
     .put = proc_put_drop_caches,
     .base = 10},
    {.name = "max_map_count", .mode = SETTING_MODE, .setting = &max_map_count},
    {.name = "mmap_min_addr",
     .mode = READ_ONLY_MODE,
     .setting = &mmap_min_addr},
    {.name = "nr_hugepages", .mode = SETTING_MODE, .setting = &nr_hugepages},
    {.name = "oom_dump_tasks",
     .mode = SETTING_MODE,
     .setting = &oom_dump_tasks},
    {.name = "oom_kill_allocating_task",
     .mode = SETTING_MODE,
     .setting = &oom_kill_allocating_task},
    {.name = "overcommit_kbytes",
     .mode = SETTING_MODE,
     .setting = &overcommit_kbytes},
    {.name = "overcommit_memory",
     .mode = SETTING_MODE,
     .setting = &overcommit_memory},
    {.name = "overcommit_ratio",
     .mode = SETTING_MODE,
     .setting = &overcommit_ratio},
    {.name = "user_reserve_kbytes",
     .mode = SETTING_MODE,
     .setting = &user_reserve},
    {.name = NULL},
};

/* ---- kernel: System V shared memory, shmget(2) ---- */

static int64_t get_shmall(void)
{
    return (int64_t)SHMALL;
}

static int64_t get_shmmax(void)
{
    return (int64_t)SHMMAX;
}

static int64_t get_shmmni(void)
{
    return SHMMNI;
}

static const struct proc_setting shmall = {.get = get_shmall};
static const struct proc_setting shmmax = {.get = get_shmmax};
static const struct proc_setting shmmni = {.get = get_shmmni};

static const struct proc_entry kernel_table[] = {
    {.name = "shmall", .mode = READ_ONLY_MODE, .setting = &shmall},
    {.name = "shmmax", .mode = READ_ONLY_MODE, .setting = &shmmax},
    {.name = "shmmni", .mode = READ_ONLY_MODE, .setting = &shmmni},
    {.name = NULL},
};

const struct proc_entry proc_sys_table[] = {
    {.name = "kernel", .mode = DIR_MODE, .children = kernel_table},
    {.name = "vm", .mode = DIR_MODE, .children = vm_table},
    {.name = NULL},
};
