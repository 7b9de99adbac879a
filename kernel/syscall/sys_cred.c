/* SPDX-License-Identifier: MIT */
/*
 * On whose behalf a process acts: users and groups (credentials(7)).
 *
 * Credentials are the process's; glibc, which thinks them each thread's, sets
 * them in all threads, which comes to the same.
 *
 * Locks: process->lock to change them; a single ID is read without.
 */
#include "kernel/abi/errno.h"
#include "kernel/abi/limits.h"
#include "kernel/lib/atomic.h"
#include "kernel/proc/process.h"
#include "kernel/syscall/args.h"
#include "kernel/syscall/syscalls.h"
#include "mm/uaccess.h"

#define KEEP ((unsigned)-1) /* setre*id, setres*id: leave this one */

long sys_getuid(void)
{
    return READ_ONCE(current_process()->cred.uid);
}

long sys_geteuid(void)
{
    return READ_ONCE(current_process()->cred.euid);
}

long sys_getgid(void)
{
    return READ_ONCE(current_process()->cred.gid);
}

long sys_getegid(void)
{
    return READ_ONCE(current_process()->cred.egid);
}

/* The three of one kind; struct credentials has users first, groups then. */
struct id_triple {
    uint32_t real, effective, saved;
};

_Static_assert(sizeof(struct credentials) == 2 * sizeof(struct id_triple) &&
                   offsetof(struct credentials, gid) ==
                       sizeof(struct id_triple),
               "struct credentials is two struct id_triple");

static struct id_triple *triple(bool groups)
{
    struct credentials *cred = &current_process()->cred;

    return (struct id_triple *)(groups ? &cred->gid : &cred->uid);
}

static bool is_one_of(uint32_t id, const struct id_triple *ids)
{
    return id == ids->real || id == ids->effective || id == ids->saved;
}

/* set*id(2) by name: what to make of the three, given what they are. Returns
 * -EPERM if that takes the superuser and it is not he. */
typedef int (*id_rule)(struct id_triple *ids, const struct id_triple *want,
                       bool root);

static long change_ids(bool groups, const struct id_triple *want, id_rule rule)
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);
    struct id_triple *ids = triple(groups), new = *ids;
    int err;

    err = rule(&new, want, process->cred.euid == 0);
    if (err == 0) {
        if (new.effective != ids->effective)
            WRITE_ONCE(process->dumpable, false);
        WRITE_ONCE(ids->real, new.real);
        WRITE_ONCE(ids->effective, new.effective);
        WRITE_ONCE(ids->saved, new.saved);
    }
    spin_unlock_irqrestore(&process->lock, flags);
    return err;
}

/* setuid: all three for the superuser, else the effective one. */
static int rule_set(struct id_triple *ids, const struct id_triple *want,
                    bool root)
{
    uint32_t id = want->effective;

    if (root)
        ids->real = ids->saved = id;
    else if (id != ids->real && id != ids->saved)
        return -EPERM;
    ids->effective = id;
    return 0;
}

/* setreuid: the saved one follows where the real one is set, or the effective
 * one is set to something else than the real one was. */
static int rule_set_re(struct id_triple *ids, const struct id_triple *want,
                       bool root)
{
    struct id_triple old = *ids;

    if (want->real != KEEP) {
        if (!root && want->real != old.real && want->real != old.effective)
            return -EPERM;
        ids->real = want->real;
    }
    if (want->effective != KEEP) {
        if (!root && !is_one_of(want->effective, &old))
            return -EPERM;
        ids->effective = want->effective;
    }
    if (want->real != KEEP ||
        (want->effective != KEEP && want->effective != old.real))
        ids->saved = ids->effective;
    return 0;
}

static int rule_set_res(struct id_triple *ids, const struct id_triple *want,
                        bool root)
{
    struct id_triple old = *ids;

    if (!root &&
        ((want->real != KEEP && !is_one_of(want->real, &old)) ||
         (want->effective != KEEP && !is_one_of(want->effective, &old)) ||
         (want->saved != KEEP && !is_one_of(want->saved, &old))))
        return -EPERM;
    if (want->real != KEEP)
        ids->real = want->real;
    if (want->effective != KEEP)
        ids->effective = want->effective;
    if (want->saved != KEEP)
        ids->saved = want->saved;
    return 0;
}

long sys_setuid(unsigned uid)
{
    struct id_triple want = {uid, uid, uid};

    return uid == KEEP ? -EINVAL : change_ids(false, &want, rule_set);
}

long sys_setgid(unsigned gid)
{
    struct id_triple want = {gid, gid, gid};

    return gid == KEEP ? -EINVAL : change_ids(true, &want, rule_set);
}

long sys_setreuid(unsigned ruid, unsigned euid)
{
    struct id_triple want = {ruid, euid, KEEP};

    return change_ids(false, &want, rule_set_re);
}

long sys_setregid(unsigned rgid, unsigned egid)
{
    struct id_triple want = {rgid, egid, KEEP};

    return change_ids(true, &want, rule_set_re);
}

long sys_setresuid(unsigned ruid, unsigned euid, unsigned suid)
{
    struct id_triple want = {ruid, euid, suid};

    return change_ids(false, &want, rule_set_res);
}

long sys_setresgid(unsigned rgid, unsigned egid, unsigned sgid)
{
    struct id_triple want = {rgid, egid, sgid};

    return change_ids(true, &want, rule_set_res);
}

static long put_ids(bool groups, unsigned __user *const to[3])
{
    struct process *process = current_process();
    uint64_t flags = spin_lock_irqsave(&process->lock);
    struct id_triple ids = *triple(groups);

    spin_unlock_irqrestore(&process->lock, flags);
    if (copy_to_user(to[0], &ids.real, sizeof(uint32_t)) != 0 ||
        copy_to_user(to[1], &ids.effective, sizeof(uint32_t)) != 0 ||
        copy_to_user(to[2], &ids.saved, sizeof(uint32_t)) != 0)
        return -EFAULT;
    return 0;
}

long sys_getresuid(unsigned __user *ruid, unsigned __user *euid,
                   unsigned __user *suid)
{
    unsigned __user *const to[3] = {ruid, euid, suid};

    return put_ids(false, to);
}

long sys_getresgid(unsigned __user *rgid, unsigned __user *egid,
                   unsigned __user *sgid)
{
    unsigned __user *const to[3] = {rgid, egid, sgid};

    return put_ids(true, to);
}

/* ---- supplementary groups: nobody has any ---- */

long sys_getgroups(int size, unsigned __user *list __unused)
{
    return size < 0 ? -EINVAL : 0;
}

long sys_setgroups(int size, const unsigned __user *list __unused)
{
    if (!current_is_root())
        return -EPERM;
    if ((unsigned)size > NGROUPS_MAX)
        return -EINVAL;
    return size == 0 ? 0 : -ENOSYS;
}
