/* SPDX-License-Identifier: MIT */
/*
 * The first process, and the end of the machine that its end is.
 *
 * Init is an ordinary process whose thread starts in the kernel: it looks for a
 * program to become and then goes to user mode as if it had called execve.
 *
 * Run mode, in which tools/quire runs one program, is on if QEMU was given the
 * file opt/quire/argv: init gets the program and its arguments after its own
 * name, its input comes from the host, its output goes to the report channel.
 * Else it gets no arguments, and the console.
 */
#include "boot/bootinfo.h"
#include "kernel/abi/limits.h"
#include "kernel/abi/wait.h"
#include "kernel/dev/dev.h"
#include "kernel/fs/file.h"
#include "kernel/lib/assert.h"
#include "kernel/lib/log.h"
#include "kernel/lib/string.h"
#include "kernel/proc/exec_image.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/sched.h"
#include "mm/slab.h"

#define FW_ARGV "opt/quire/argv"
#define FW_ENV "opt/quire/env"
#define STDIO_FILES 3
#define EXIT_CANNOT_RUN 127 /* as a shell says it */

/* Where an init may be. */
static const char *const init_paths[] = {"/init", "/bin/init", "/bin/sh"};

/* Strings from fw_cfg, one behind the other. */
struct text {
    char *start; /* kmalloc'ed; NULL: there is no such file */
    size_t len;  /* the last NUL included */
};

static char init_option[PATH_MAX]; /* `init=`, or "" */
static struct text program, environment;

void process_end_machine(int wait_status)
{
    uint32_t code = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                           : 128U + WTERMSIG(wait_status);
    uint8_t record[sizeof(code)];

    if (!WIFEXITED(wait_status))
        log_error("init was killed by signal %d\n", WTERMSIG(wait_status));
    for (size_t i = 0; i < sizeof(record); i++)
        record[i] = (uint8_t)(code >> 8 * i); /* little-endian */
    if (report_present())
        report_write(REPORT_EXIT, record, sizeof(record));
    machine_power_off(false);
}

static __noreturn void give_up(const char *what, int err)
{
    log_error("init: %s: error %d\n", what, -err);
    process_end_machine(W_EXITCODE(EXIT_CANNOT_RUN, 0));
}

/* ---- what it is told ---- */

static struct text read_text(const char *name)
{
    ssize_t size = fw_cfg_size(name);
    struct text text = {NULL, 0};

    if (size < 0)
        return text;
    text.start = kmalloc((size_t)size + 1);
    if (text.start == NULL)
        give_up(name, -ENOMEM);
    size = fw_cfg_read(name, text.start, (size_t)size);
    text.len = size < 0 ? 0 : (size_t)size;
    if (text.len != 0 && text.start[text.len - 1] != '\0')
        text.start[text.len++] = '\0';
    return text;
}

/* The string after `at`, or the first if that is NULL; NULL at the end. */
static const char *next_string(const struct text *text, const char *at)
{
    const char *next = at == NULL ? text->start : at + strlen(at) + 1;

    return text->start != NULL && next < text->start + text->len ? next : NULL;
}

/* The environment sets this variable, given as NAME=VALUE. */
static bool sets_variable(const struct text *text, const char *variable)
{
    size_t len = (size_t)(strchr(variable, '=') - variable) + 1;
    const char *at = NULL;

    while ((at = next_string(text, at)) != NULL)
        if (strncmp(at, variable, len) == 0)
            return true;
    return false;
}

static int add_environment(struct exec_args *args)
{
    const char *const defaults[] = {"HOME=/", "PATH=/bin:/test",
                                    program.start != NULL ? "TERM=dumb"
                                                          : "TERM=linux"};
    const char *at = NULL;
    int err = 0;

    for (size_t i = 0; i < ARRAY_SIZE(defaults) && err == 0; i++)
        if (!sets_variable(&environment, defaults[i]))
            err = exec_args_add(args, &args->envp, defaults[i]);
    while (err == 0 && (at = next_string(&environment, at)) != NULL)
        err = exec_args_add(args, &args->envp, at);
    return err;
}

static int add_arguments(struct exec_args *args, const char *path)
{
    const char *at = NULL;
    int err = exec_args_add(args, &args->argv, path);

    while (err == 0 && (at = next_string(&program, at)) != NULL)
        err = exec_args_add(args, &args->argv, at);
    return err;
}

/* ---- its first steps ---- */

static int try_init(const char *path)
{
    struct exec *exec;
    int err = exec_begin(path, &exec);

    if (err != 0)
        return err;
    err = add_arguments(&exec->args, path);
    if (err == 0)
        err = add_environment(&exec->args);
    if (err == 0)
        return exec_finish(exec);
    exec_abort(exec);
    return err;
}

/* In init's own thread, which then goes to user mode. */
static void become_init(void *arg)
{
    int err = -ENOENT;

    (void)arg;
    if (init_option[0] != '\0') {
        err = try_init(init_option);
        if (err != 0)
            give_up(init_option, err);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(init_paths) && err != 0; i++) {
        err = try_init(init_paths[i]);
        if (err != 0 && err != -ENOENT)
            log_error("init: %s cannot be run: error %d\n", init_paths[i],
                      -err);
    }
    if (err != 0)
        give_up("the ramdisk has none of /init, /bin/init, /bin/sh that could "
                "be run",
                err);
}

static int open_stdio(struct fdtable *files)
{
    struct file *stdio[STDIO_FILES];
    int err = stdio_open(program.start != NULL, stdio);

    if (err != 0)
        return err;
    for (int i = 0; i < STDIO_FILES; i++)
        if (fdtable_install(files, stdio[i], i, STDIO_FILES, false) != i)
            return -ENOMEM;
    return 0;
}

static int make_init(struct thread **out)
{
    struct process *process;
    int err = process_create(&kernel_process, &process);

    if (err == 0)
        err = fs_context_create(&process->fs);
    if (err == 0)
        err = fdtable_create(&process->files);
    if (err == 0)
        err = open_stdio(process->files);
    if (err == 0)
        err = thread_create(process, true, out);
    if (err == 0)
        err = pid_alloc(&(*out)->id);
    return err;
}

void process_start_init(void)
{
    struct thread *thread;
    int err;

    exec_init();
    program = read_text(FW_ARGV);
    environment = read_text(FW_ENV);
    if (!boot_option("init", init_option, sizeof(init_option)))
        init_option[0] = '\0';
    err = make_init(&thread);
    if (err != 0)
        give_up("the first process cannot be made", err);
    ASSERT(thread->id->nr == INIT_PID);
    thread->tid = INIT_PID;
    thread->entry = become_init;
    process_publish(thread->process, thread, NULL);
    sched_start(thread);
}
