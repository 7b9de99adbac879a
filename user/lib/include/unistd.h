/* SPDX-License-Identifier: MIT */
/*
 * The system calls of every day, as POSIX names them: -1 and errno on failure.
 * Each is described on its man page, section 2.
 */
#ifndef LIB_UNISTD_H
#define LIB_UNISTD_H

#include <stddef.h>

#include "kernel/abi/types.h"

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#ifndef SEEK_DATA
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif

extern char **environ;

/* ---- files.c: descriptors ---- */
ssize_t read(int fd, void *to, size_t len);
ssize_t write(int fd, const void *from, size_t len);
ssize_t pread(int fd, void *to, size_t len, off_t offset);
ssize_t pwrite(int fd, const void *from, size_t len, off_t offset);
int close(int fd);
off_t lseek(int fd, off_t offset, int whence);
int dup(int fd);
int dup2(int fd, int new_fd);
int dup3(int fd, int new_fd, int flags);
int pipe(int fds[2]);
int pipe2(int fds[2], int flags);
int ftruncate(int fd, off_t len);
int fsync(int fd);
int fdatasync(int fd);
void sync(void);
int fchdir(int fd);
int fchown(int fd, uid_t uid, gid_t gid);
int close_range(unsigned first, unsigned last, unsigned flags);

/* ---- paths.c: names ---- */
int access(const char *path, int mode);
int faccessat(int dir, const char *path, int mode, int flags);
int chdir(const char *path);
char *getcwd(char *path, size_t size);
int link(const char *from, const char *to);
int linkat(int from_dir, const char *from, int to_dir, const char *to,
           int flags);
int symlink(const char *target, const char *path);
int symlinkat(const char *target, int dir, const char *path);
ssize_t readlink(const char *path, char *to, size_t size);
ssize_t readlinkat(int dir, const char *path, char *to, size_t size);
int unlink(const char *path);
int unlinkat(int dir, const char *path, int flags);
int rmdir(const char *path);
int truncate(const char *path, off_t len);
int chown(const char *path, uid_t uid, gid_t gid);
int lchown(const char *path, uid_t uid, gid_t gid);
int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags);

/* ---- process.c, exec.c ---- */
pid_t fork(void);
pid_t vfork(void) __attribute__((returns_twice));
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execvp(const char *file, char *const argv[]);
int execvpe(const char *file, char *const argv[], char *const envp[]);
int execl(const char *path, const char *arg, ...);
int execlp(const char *file, const char *arg, ...);
void _exit(int status) __attribute__((noreturn));
pid_t getpid(void);
pid_t getppid(void);
pid_t gettid(void);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int setuid(uid_t uid);
int setgid(gid_t gid);
int setreuid(uid_t real, uid_t effective);
int setregid(gid_t real, gid_t effective);
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setresgid(gid_t real, gid_t effective, gid_t saved);
int getgroups(int size, gid_t *list);
int setgroups(size_t size, const gid_t *list);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t group);
pid_t getpgrp(void);
pid_t getsid(pid_t pid);
pid_t setsid(void);
int nice(int increment);

/* ---- brk.c ---- */
int brk(void *end);
void *sbrk(intptr_t increment);

/* ---- signals.c, clock.c ---- */
int pause(void);
unsigned alarm(unsigned seconds);
unsigned sleep(unsigned seconds);
int usleep(useconds_t microseconds);

/* ---- tty.c ---- */
int isatty(int fd);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);

/* ---- system.c ---- */
int gethostname(char *name, size_t size);
int sethostname(const char *name, size_t len);
int getpagesize(void);
long sysconf(int name);
int getentropy(void *to, size_t len);

#define _SC_ARG_MAX 0
#define _SC_CHILD_MAX 1
#define _SC_CLK_TCK 2
#define _SC_NGROUPS_MAX 3
#define _SC_OPEN_MAX 4
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE _SC_PAGESIZE
#define _SC_IOV_MAX 60
#define _SC_NPROCESSORS_CONF 83
#define _SC_NPROCESSORS_ONLN 84
#define _SC_PHYS_PAGES 85
#define _SC_AVPHYS_PAGES 86

/* Any system call by number: <sys/syscall.h>. */
long syscall(long number, ...);

/* ---- getopt.c ---- */
extern char *optarg;
extern int optind, opterr, optopt;
int getopt(int argc, char *const argv[], const char *options);

#endif
