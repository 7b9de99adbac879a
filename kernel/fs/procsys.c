/* SPDX-License-Identifier: MIT */
/*
 * The system as a whole in /proc: mounts, filesystems, the command line,
 * uptime, version, load, statistics and shared memory. Linux's formats:
 * proc(5).
 */
#include "boot/bootinfo.h"
#include "kernel/cpu/time.h"
#include "kernel/fs/mount.h"
#include "kernel/fs/procfs.h"
#include "kernel/lib/string.h"
#include "kernel/lib/version.h"

#define TICKS_PER_SEC 100U /* the unit of /proc/stat */
#define NSEC_PER_TICK (NSEC_PER_SEC / TICKS_PER_SEC)
#define STAT_IDLE 4 /* the number's place in the first line of /proc/stat */

int proc_show_mounts(int pid __unused, struct strbuf *out)
{
    const struct mount *mount;

    for (size_t i = 0; (mount = mount_get(i)) != NULL; i++)
        strbuf_printf(out, "%s %s %s %s 0 0\n", mount->source, mount->path,
                      mount->type, mount->options);
    return 0;
}

int proc_show_filesystems(int pid __unused, struct strbuf *out)
{
    const struct mount *mount;

    for (size_t i = 0; (mount = mount_get(i)) != NULL; i++)
        strbuf_printf(out, "nodev\t%s\n", mount->type);
    return 0;
}

int proc_show_kernel_cmdline(int pid __unused, struct strbuf *out)
{
    strbuf_printf(out, "%s\n", boot_info.cmdline);
    return 0;
}

int proc_show_load(int pid __unused, struct strbuf *out)
{
    return proc_show_loadavg(out);
}

int proc_show_statistics(int pid __unused, struct strbuf *out)
{
    return proc_show_system_stat(out);
}

/* All CPUs' idle time in ticks: the first line of /proc/stat has it. */
static int idle_ticks(uint64_t *ticks)
{
    struct strbuf stat;
    const char *at;
    int err;

    *ticks = 0;
    strbuf_init(&stat);
    err = proc_show_system_stat(&stat);
    strbuf_add(&stat, "", 1);
    if (err == 0)
        err = strbuf_error(&stat);
    at = err == 0 ? stat.text : NULL;
    for (int i = 0; i < STAT_IDLE && at != NULL; i++) {
        at = strchr(at, ' ');
        while (at != NULL && *at == ' ')
            at++;
    }
    if (at != NULL)
        (void)parse_u64(at, 10, ticks);
    strbuf_destroy(&stat);
    return err;
}

int proc_show_uptime(int pid __unused, struct strbuf *out)
{
    uint64_t up = clock_now() / NSEC_PER_TICK, idle;
    int err;

    err = idle_ticks(&idle);
    strbuf_printf(out, "%lu.%02lu %lu.%02lu\n", up / TICKS_PER_SEC,
                  up % TICKS_PER_SEC, idle / TICKS_PER_SEC,
                  idle % TICKS_PER_SEC);
    return err;
}

int proc_show_version(int pid __unused, struct strbuf *out)
{
    strbuf_printf(out, "%s version %s (%s) %s\n", UTS_SYSNAME, UTS_RELEASE,
                  UTS_COMPILER, UTS_VERSION);
    return 0;
}

/* ---- System V shared memory ---- */

int proc_next_segment(int pid __unused, uint64_t *cursor, struct strbuf *out)
{
    return proc_next_shm(cursor, out);
}
