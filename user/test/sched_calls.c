/* SPDX-License-Identifier: MIT */
/*
 * Verifies the calls about scheduling: yielding, the set of CPUs, nice
 * values, policies.
 */
#include <sched.h>
#include <sys/resource.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/test.h"

static void yields(void)
{
    int i;

    for (i = 0; i < 100; i++)
        CHECK_EQ(sched_yield(), 0);
}

/* ---- CPUs ---- */

static void own_set(void)
{
    cpu_set_t set;
    unsigned cpu;

    CHECK_OK(sched_getaffinity(0, sizeof(set), &set));
    CHECK(CPU_COUNT(&set) >= 1);
    REQUIRE_OK(syscall(SYS_getcpu, &cpu, NULL, NULL));
    CHECK(CPU_ISSET(cpu, &set));
    CHECK(syscall(SYS_sched_getaffinity, getpid(), sizeof(set), &set) >= 8);
}

/* On each CPU in turn, and there it is. */
static void bound_to_one(void)
{
    cpu_set_t all, one;
    size_t i;

    REQUIRE_OK(sched_getaffinity(0, sizeof(all), &all));
    for (i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &all))
            continue;
        CPU_ZERO(&one);
        CPU_SET(i, &one);
        CHECK_OK(sched_setaffinity(0, sizeof(one), &one));
        CHECK_EQ(sched_getcpu(), i);
        sched_yield();
        CHECK_EQ(sched_getcpu(), i);
        CHECK_OK(sched_getaffinity(0, sizeof(one), &one));
        CHECK_EQ(CPU_COUNT(&one), 1);
        CHECK(CPU_ISSET(i, &one));
    }
    CHECK_OK(sched_setaffinity(0, sizeof(all), &all));
}

static int has_one(void *unused)
{
    cpu_set_t set;

    (void)unused;
    CHECK_OK(sched_getaffinity(0, sizeof(set), &set));
    CHECK_EQ(CPU_COUNT(&set), 1);
    return 0;
}

static void children_inherit(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    CHECK_OK(sched_setaffinity(0, sizeof(set), &set));
    CHECK_CHILD(has_one, NULL);
}

static void refused_sets(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CHECK_ERRNO(sched_setaffinity(0, sizeof(set), &set), EINVAL);
    CPU_SET(1000, &set);
    CHECK_ERRNO(sched_setaffinity(0, sizeof(set), &set), EINVAL);
    CHECK_ERRNO(sched_setaffinity(0, sizeof(set), (void *)8), EFAULT);
    CHECK_ERRNO(sched_setaffinity(32767, sizeof(set), &set), ESRCH);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, 7, &set), EINVAL);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 0, sizeof(set), 8), EFAULT);
    CHECK_ERRNO(syscall(SYS_sched_getaffinity, 32767, sizeof(set), &set),
                ESRCH);
}

/* ---- nice values ---- */

static int gets_nicer(void *unused)
{
    (void)unused;
    CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 20);
    CHECK_OK(setpriority(PRIO_PROCESS, 0, 5));
    CHECK_EQ(syscall(SYS_getpriority, PRIO_PROCESS, 0), 15);
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), 5);
    CHECK_EQ(getpriority(PRIO_PROCESS, (id_t)getpid()), 5);
    CHECK_OK(setpriority(PRIO_PROCESS, 0, 1000));
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), 19);
    CHECK_EQ(getpriority(PRIO_PROCESS, (id_t)getppid()), 0);
    return 0;
}

static void nice_values(void)
{
    CHECK_CHILD(gets_nicer, NULL);
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), 0);
}

static int looks_at_nice(void *value)
{
    CHECK_EQ(getpriority(PRIO_PROCESS, 0), (long)value);
    return 0;
}

static int has_nice_children(void *unused)
{
    (void)unused;
    CHECK_OK(setpriority(PRIO_PROCESS, 0, 7));
    CHECK_CHILD(looks_at_nice, (void *)7);
    return 0;
}

static void nice_is_inherited(void)
{
    CHECK_CHILD(has_nice_children, NULL);
}

static void refused_nice(void)
{
    CHECK_ERRNO(getpriority(PRIO_PROCESS, 32767), ESRCH);
    CHECK_ERRNO(setpriority(PRIO_PROCESS, 32767, 1), ESRCH);
    CHECK_ERRNO(getpriority(3, 0), EINVAL);
    CHECK_ERRNO(setpriority(-1, 0, 1), EINVAL);
    CHECK_ERRNO(setpriority(PRIO_PGRP, 32767, 1), ESRCH);
}

/* ---- policies ---- */

static void policies(void)
{
    struct sched_param param = { 77 };

    CHECK_EQ(sched_getscheduler(0), SCHED_OTHER);
    CHECK_EQ(sched_getscheduler(getpid()), SCHED_OTHER);
    CHECK_OK(sched_getparam(0, &param));
    CHECK_EQ(param.sched_priority, 0);
    CHECK_OK(sched_setscheduler(0, SCHED_OTHER, &param));
    CHECK_OK(sched_setparam(0, &param));
    CHECK_EQ(sched_get_priority_min(SCHED_OTHER), 0);
    CHECK_EQ(sched_get_priority_max(SCHED_OTHER), 0);
    CHECK_EQ(sched_get_priority_min(SCHED_FIFO), 1);
    CHECK_EQ(sched_get_priority_max(SCHED_RR), 99);
}

static void refused_policies(void)
{
    struct sched_param param = { 3 };

    CHECK_ERRNO(sched_getscheduler(32767), ESRCH);
    CHECK_ERRNO(sched_getscheduler(-1), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, SCHED_OTHER, &param), EINVAL);
    CHECK_ERRNO(sched_setparam(0, &param), EINVAL);
    CHECK_ERRNO(sched_setscheduler(0, 77, &param), EINVAL);
    CHECK_ERRNO(sched_getparam(0, (void *)8), EFAULT);
    CHECK_ERRNO(sched_getparam(0, NULL), EINVAL);
    CHECK_ERRNO(sched_get_priority_max(77), EINVAL);
}

static const struct test_case cases[] = {
    CASE(yields),
    CASE(own_set),
    CASE(bound_to_one),
    CASE(children_inherit),
    CASE(refused_sets),
    CASE(nice_values),
    CASE(nice_is_inherited),
    CASE(refused_nice),
    CASE(policies),
    CASE(refused_policies),
};

TEST_MAIN(cases)
