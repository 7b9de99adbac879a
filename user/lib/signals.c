/* SPDX-License-Identifier: MIT */
/*
 * Signals: sets, actions, sending, waiting.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "user/lib/syscall.h"

#define SET_SIZE sizeof(sigset_t) /* the kernel asks for it */

void lib_sigreturn(void); /* sigreturn.asm */
int lib_mask_save(jmp_buf env);
void lib_mask_restore(jmp_buf env);

/* ---- sets ---- */

/* The signal's bit; 0 and errno if there is no such signal. */
static sigset_t bit(int sig)
{
    if (sig < 1 || sig >= NSIG) {
        errno = EINVAL;
        return 0;
    }
    return (sigset_t)1 << (sig - 1);
}

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~(sigset_t)0;
    return 0;
}

int sigaddset(sigset_t *set, int sig)
{
    *set |= bit(sig);
    return bit(sig) != 0 ? 0 : -1;
}

int sigdelset(sigset_t *set, int sig)
{
    *set &= ~bit(sig);
    return bit(sig) != 0 ? 0 : -1;
}

int sigismember(const sigset_t *set, int sig)
{
    if (bit(sig) == 0)
        return -1;
    return (*set & bit(sig)) != 0;
}

/* ---- actions and the mask ---- */

int sigaction(int sig, const struct sigaction *new, struct sigaction *old)
{
    struct sigaction action;

    if (new != NULL) {
        action = *new;
        action.sa_flags |= SA_RESTORER;
        action.sa_restorer = lib_sigreturn;
    }
    return (int)CALL(rt_sigaction, sig, new != NULL ? &action : NULL, old,
                     SET_SIZE);
}

sighandler_t signal(int sig, sighandler_t handler)
{
    struct sigaction new = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct sigaction old;

    return sigaction(sig, &new, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int sigprocmask(int how, const sigset_t *new, sigset_t *old)
{
    return (int)CALL(rt_sigprocmask, how, new, old, SET_SIZE);
}

/* Called by setjmp.asm. */
int lib_mask_save(jmp_buf env)
{
    ASK(rt_sigprocmask, SIG_BLOCK, 0, &env[0].mask, SET_SIZE);
    return 0;
}

void lib_mask_restore(jmp_buf env)
{
    ASK(rt_sigprocmask, SIG_SETMASK, &env[0].mask, 0, SET_SIZE);
}

int sigpending(sigset_t *set)
{
    return (int)CALL(rt_sigpending, set, SET_SIZE);
}

int sigaltstack(const stack_t *new, stack_t *old)
{
    return (int)CALL(sigaltstack, new, old);
}

/* ---- waiting ---- */

int sigsuspend(const sigset_t *mask)
{
    return (int)CALL(rt_sigsuspend, mask, SET_SIZE);
}

int pause(void)
{
    return (int)CALL(pause);
}

int sigtimedwait(const sigset_t *set, siginfo_t *info,
                 const struct timespec *timeout)
{
    return (int)CALL(rt_sigtimedwait, set, info, timeout, SET_SIZE);
}

int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *set, int *sig)
{
    long result;

    do {
        result = ASK(rt_sigtimedwait, set, 0, 0, SET_SIZE);
    } while (result == -EINTR);
    if (result < 0)
        return (int)-result;
    *sig = (int)result;
    return 0;
}

/* ---- sending ---- */

int kill(pid_t pid, int sig)
{
    return (int)CALL(kill, pid, sig);
}

int killpg(pid_t group, int sig)
{
    return kill(-group, sig);
}

int tgkill(pid_t pid, pid_t tid, int sig)
{
    return (int)CALL(tgkill, pid, tid, sig);
}

int raise(int sig)
{
    return tgkill(getpid(), gettid(), sig);
}

int sigqueue(pid_t pid, int sig, union sigval value)
{
    siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };

    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = value;
    return (int)CALL(rt_sigqueueinfo, pid, sig, &info);
}

/* ---- timers ---- */

int getitimer(int which, struct itimerval *out)
{
    return (int)CALL(getitimer, which, out);
}

int setitimer(int which, const struct itimerval *in, struct itimerval *out)
{
    return (int)CALL(setitimer, which, in, out);
}

unsigned alarm(unsigned seconds)
{
    struct itimerval in = { .it_value.tv_sec = seconds }, out;

    if (setitimer(ITIMER_REAL, &in, &out) != 0)
        return 0;
    if (out.it_value.tv_sec == 0 && out.it_value.tv_usec > 0)
        return 1;
    return (unsigned)out.it_value.tv_sec + (out.it_value.tv_usec >= 500000);
}
