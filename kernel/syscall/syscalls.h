/* SPDX-License-Identifier: MIT */
/*
 * Every system call that Quire has, by the file that implements it. Each
 * follows its man page (section 2) and returns its result or a negative errno;
 * -ERESTART* (kernel/lib/wait.h) where a signal broke it off.
 *
 * Arguments arrive in 64-bit registers; a narrower parameter takes the low
 * bits, as on Linux. kernel/syscall/table.c lists the numbers.
 *   => all: thread context, interrupts on, no lock held
 */
#ifndef KERNEL_SYSCALL_SYSCALLS_H
#define KERNEL_SYSCALL_SYSCALLS_H

#include "kernel/lib/types.h"

struct itimerval;
struct iovec;
struct pollfd;
struct rlimit;
struct rusage;
struct signal_action;
struct signal_stack;
struct stat;
struct statx;
struct sysinfo;
struct timespec;
struct timeval;
struct timezone;
struct tms;
struct utsname;

/* ---- sys_mm.c ---- */
long sys_brk(unsigned long addr);
long sys_mmap(unsigned long addr, size_t len, int prot, int flags, int fd,
              uint64_t offset);
long sys_munmap(unsigned long addr, size_t len);
long sys_mremap(unsigned long addr, size_t old_len, size_t new_len, int flags,
                unsigned long new_addr);
long sys_process_vm_readv(int tid, const struct iovec __user *here,
                          size_t nhere, const struct iovec __user *there,
                          size_t nthere, unsigned long flags);
long sys_process_vm_writev(int tid, const struct iovec __user *here,
                           size_t nhere, const struct iovec __user *there,
                           size_t nthere, unsigned long flags);
long sys_remap_file_pages(unsigned long addr, size_t len, int prot,
                          uint64_t pgoff, int flags);
long sys_mlock(unsigned long addr, size_t len);
long sys_mlock2(unsigned long addr, size_t len, int flags);
long sys_munlock(unsigned long addr, size_t len);
long sys_mlockall(int flags);
long sys_munlockall(void);
long sys_msync(unsigned long addr, size_t len, int flags);
long sys_mincore(unsigned long addr, size_t len, unsigned char __user *out);
long sys_madvise(unsigned long addr, size_t len, int advice);
long sys_mprotect(unsigned long addr, size_t len, int prot);
long sys_pkey_mprotect(unsigned long addr, size_t len, int prot, int pkey);
long sys_pkey_alloc(void);
long sys_pkey_free(void);

/* ---- sys_shm.c ---- */
long sys_shmget(int key, size_t size, int flags);
long sys_shmat(int id, unsigned long addr, int flags);
long sys_shmdt(unsigned long addr);
long sys_shmctl(int id, int cmd, void __user *arg);

/* ---- sys_file.c, sys_fileio.c, sys_fcntl.c, sys_memfd.c: descriptors ---- */
long sys_read(int fd, void __user *buf, size_t len);
long sys_write(int fd, const void __user *buf, size_t len);
long sys_pread64(int fd, void __user *buf, size_t len, int64_t offset);
long sys_pwrite64(int fd, const void __user *buf, size_t len, int64_t offset);
long sys_readv(int fd, const struct iovec __user *iov, size_t count);
long sys_writev(int fd, const struct iovec __user *iov, size_t count);
long sys_preadv(int fd, const struct iovec __user *iov, size_t count,
                unsigned long offset, unsigned long offset_high);
long sys_pwritev(int fd, const struct iovec __user *iov, size_t count,
                 unsigned long offset, unsigned long offset_high);
long sys_sendfile(int out_fd, int in_fd, int64_t __user *offset, size_t len);
long sys_close(int fd);
long sys_close_range(unsigned first, unsigned last, unsigned flags);
long sys_lseek(int fd, int64_t offset, int whence);
long sys_dup(int fd);
long sys_dup2(int fd, int new_fd);
long sys_dup3(int fd, int new_fd, int flags);
long sys_pipe(int __user *fds);
long sys_pipe2(int __user *fds, int flags);
long sys_ioctl(int fd, unsigned cmd, unsigned long arg);
long sys_fcntl(int fd, int cmd, unsigned long arg);
long sys_flock(int fd, int op);
long sys_fstat(int fd, struct stat __user *out);
long sys_getdents64(int fd, void __user *buf, unsigned len);
long sys_ftruncate(int fd, int64_t len);
long sys_fallocate(int fd, int mode, int64_t offset, int64_t len);
long sys_memfd_create(const char __user *name, unsigned flags);
long sys_fsync(int fd);
long sys_fdatasync(int fd);
long sys_sync(void);
long sys_fchmod(int fd, unsigned mode);
long sys_fchown(int fd, unsigned uid, unsigned gid);
long sys_fchdir(int fd);

/* ---- sys_path.c, sys_names.c, sys_stat.c, sys_attr.c: names ---- */
long sys_open(const char __user *path, int flags, unsigned mode);
long sys_openat(int dir, const char __user *path, int flags, unsigned mode);
long sys_creat(const char __user *path, unsigned mode);
long sys_stat(const char __user *path, struct stat __user *out);
long sys_lstat(const char __user *path, struct stat __user *out);
long sys_newfstatat(int dir, const char __user *path, struct stat __user *out,
                    int flags);
long sys_statx(int dir, const char __user *path, int flags, unsigned mask,
               struct statx __user *out);
long sys_statfs(const char __user *path, void __user *out);
long sys_fstatfs(int fd, void __user *out);
long sys_access(const char __user *path, int mode);
long sys_faccessat(int dir, const char __user *path, int mode);
long sys_faccessat2(int dir, const char __user *path, int mode, int flags);
long sys_readlink(const char __user *path, char __user *buf, int size);
long sys_readlinkat(int dir, const char __user *path, char __user *buf,
                    int size);
long sys_chdir(const char __user *path);
long sys_getcwd(char __user *buf, size_t size);
long sys_mkdir(const char __user *path, unsigned mode);
long sys_mkdirat(int dir, const char __user *path, unsigned mode);
long sys_rmdir(const char __user *path);
long sys_unlink(const char __user *path);
long sys_unlinkat(int dir, const char __user *path, int flags);
long sys_rename(const char __user *from, const char __user *to);
long sys_renameat(int from_dir, const char __user *from, int to_dir,
                  const char __user *to);
long sys_renameat2(int from_dir, const char __user *from, int to_dir,
                   const char __user *to, unsigned flags);
long sys_link(const char __user *from, const char __user *to);
long sys_linkat(int from_dir, const char __user *from, int to_dir,
                const char __user *to, int flags);
long sys_symlink(const char __user *target, const char __user *path);
long sys_symlinkat(const char __user *target, int dir, const char __user *path);
long sys_mknod(const char __user *path, unsigned mode, unsigned long dev);
long sys_mknodat(int dir, const char __user *path, unsigned mode,
                 unsigned long dev);
long sys_truncate(const char __user *path, int64_t len);
long sys_chmod(const char __user *path, unsigned mode);
long sys_fchmodat(int dir, const char __user *path, unsigned mode);
long sys_chown(const char __user *path, unsigned uid, unsigned gid);
long sys_lchown(const char __user *path, unsigned uid, unsigned gid);
long sys_fchownat(int dir, const char __user *path, unsigned uid, unsigned gid,
                  int flags);
long sys_umask(unsigned mask);
long sys_utimensat(int dir, const char __user *path,
                   const struct timespec __user *times, int flags);
long sys_getxattr(const char __user *path, const char __user *name,
                  void __user *value, size_t size);
long sys_lgetxattr(const char __user *path, const char __user *name,
                   void __user *value, size_t size);
long sys_fgetxattr(int fd, const char __user *name, void __user *value,
                   size_t size);

/* ---- sys_poll.c, sys_select.c ---- */
long sys_poll(struct pollfd __user *fds, unsigned nfds, int timeout_ms);
long sys_ppoll(struct pollfd __user *fds, unsigned nfds,
               struct timespec __user *timeout, const uint64_t __user *mask,
               size_t mask_size);
long sys_select(int nfds, void __user *in, void __user *out,
                void __user *except, struct timeval __user *timeout);
long sys_pselect6(int nfds, void __user *in, void __user *out,
                  void __user *except, struct timespec __user *timeout,
                  void __user *mask_arg);

/* ---- sys_process.c: making and ending processes ---- */
long sys_fork(void);
long sys_vfork(void);
long sys_clone(unsigned long flags, unsigned long stack, int __user *parent_tid,
               int __user *child_tid, unsigned long tls);
long sys_execve(const char __user *path, char __user *const __user *argv,
                char __user *const __user *envp);
long sys_exit(int status);
long sys_exit_group(int status);
long sys_wait4(int pid, int __user *status, int options,
               struct rusage __user *usage);
long sys_waitid(int which, int id, void __user *info, int options,
                struct rusage __user *usage);

/* ---- sys_ids.c, sys_cred.c: who a process is ---- */
long sys_getpid(void);
long sys_getppid(void);
long sys_gettid(void);
long sys_set_tid_address(int __user *tid);
long sys_getpgid(int pid);
long sys_getpgrp(void);
long sys_setpgid(int pid, int group);
long sys_getsid(int pid);
long sys_setsid(void);
long sys_getuid(void);
long sys_geteuid(void);
long sys_getgid(void);
long sys_getegid(void);
long sys_setuid(unsigned uid);
long sys_setgid(unsigned gid);
long sys_setreuid(unsigned ruid, unsigned euid);
long sys_setregid(unsigned rgid, unsigned egid);
long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid);
long sys_getresuid(unsigned __user *ruid, unsigned __user *euid,
                   unsigned __user *suid);
long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid);
long sys_getresgid(unsigned __user *rgid, unsigned __user *egid,
                   unsigned __user *sgid);
long sys_getgroups(int size, unsigned __user *list);
long sys_setgroups(int size, const unsigned __user *list);

/* ---- sys_limits.c, sys_sched.c: limits, usage, scheduling ---- */
long sys_getrlimit(unsigned resource, struct rlimit __user *out);
long sys_setrlimit(unsigned resource, const struct rlimit __user *in);
long sys_prlimit64(int pid, unsigned resource, const struct rlimit __user *in,
                   struct rlimit __user *out);
long sys_getrusage(int who, struct rusage __user *out);
long sys_getpriority(int which, int who);
long sys_setpriority(int which, int who, int nice);
long sys_sched_yield(void);
long sys_sched_getaffinity(int pid, unsigned len, unsigned long __user *mask);
long sys_sched_setaffinity(int pid, unsigned len,
                           const unsigned long __user *mask);
long sys_sched_getscheduler(int pid);
long sys_sched_setscheduler(int pid, int policy, const int __user *param);
long sys_sched_getparam(int pid, int __user *param);
long sys_sched_setparam(int pid, const int __user *param);
long sys_sched_get_priority_max(int policy);
long sys_sched_get_priority_min(int policy);
long sys_sched_rr_get_interval(int pid, struct timespec __user *out);
long sys_getcpu(unsigned __user *cpu, unsigned __user *node);

/* ---- sys_system.c, sys_prctl.c: the machine, odds and ends ---- */
long sys_uname(struct utsname __user *out);
long sys_sysinfo(struct sysinfo __user *out);
long sys_reboot(int magic1, int magic2, unsigned cmd);
long sys_arch_prctl(int op, unsigned long arg);
long sys_prctl(int op, unsigned long a2, unsigned long a3, unsigned long a4,
               unsigned long a5);
long sys_personality(unsigned persona);
long sys_getrandom(void __user *buf, size_t len, unsigned flags);
long sys_sethostname(const char __user *name, int len);
long sys_setdomainname(const char __user *name, int len);

/* ---- sys_time.c, sys_itimer.c ---- */
long sys_nanosleep(const struct timespec __user *req,
                   struct timespec __user *rem);
long sys_clock_nanosleep(int clock, int flags,
                         const struct timespec __user *req,
                         struct timespec __user *rem);
long sys_clock_gettime(int clock, struct timespec __user *out);
long sys_clock_getres(int clock, struct timespec __user *out);
long sys_gettimeofday(struct timeval __user *tv, struct timezone __user *tz);
long sys_time(int64_t __user *out);
long sys_times(struct tms __user *out);
long sys_getitimer(int which, struct itimerval __user *out);
long sys_setitimer(int which, const struct itimerval __user *in,
                   struct itimerval __user *out);
long sys_alarm(unsigned seconds);
long sys_restart_syscall(void);

/* ---- sys_signal.c ---- */
long sys_rt_sigaction(int sig, const struct signal_action __user *in,
                      struct signal_action __user *out, size_t set_size);
long sys_rt_sigprocmask(int how, const uint64_t __user *in,
                        uint64_t __user *out, size_t set_size);
long sys_rt_sigreturn(void);
long sys_rt_sigpending(uint64_t __user *out, size_t set_size);
long sys_rt_sigsuspend(const uint64_t __user *mask, size_t set_size);
long sys_rt_sigtimedwait(const uint64_t __user *set, void __user *info,
                         const struct timespec __user *timeout,
                         size_t set_size);
long sys_rt_sigqueueinfo(int pid, int sig, const void __user *info);
long sys_rt_tgsigqueueinfo(int pid, int tid, int sig, const void __user *info);
long sys_sigaltstack(const struct signal_stack __user *in,
                     struct signal_stack __user *out);
long sys_kill(int pid, int sig);
long sys_tkill(int tid, int sig);
long sys_tgkill(int pid, int tid, int sig);
long sys_pause(void);

/* ---- sys_futex.c ---- */
long sys_futex(uint32_t __user *word, int op, uint32_t val,
               const struct timespec __user *timeout, uint32_t __user *word2,
               uint32_t val3);
long sys_set_robust_list(void __user *head, size_t len);
long sys_get_robust_list(int pid, void __user *__user *head,
                         size_t __user *len);

#endif
