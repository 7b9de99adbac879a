/* SPDX-License-Identifier: MIT */
/*
 * Verifies what uname and sysinfo say of the machine.
 */
#include <sys/syscall.h>

#include "user/test/probe.h"
#include "user/test/test.h"

struct names {
    char sysname[65], nodename[65], release[65], version[65], machine[65];
    char domainname[65];
};

struct facts {
    long uptime;
    unsigned long loads[3];
    unsigned long totalram, freeram, sharedram, bufferram;
    unsigned long totalswap, freeswap;
    unsigned short procs, pad;
    unsigned long totalhigh, freehigh;
    unsigned mem_unit;
};

static void names(void)
{
    struct names found;

    memset(&found, 0xff, sizeof(found));
    CHECK_OK(syscall(SYS_uname, &found));
    CHECK(found.sysname[0] != '\0' && memchr(found.sysname, 0, 65) != NULL);
    CHECK(memchr(found.nodename, 0, 65) != NULL);
    CHECK(found.release[0] >= '0' && found.release[0] <= '9');
    CHECK(found.version[0] != '\0' && memchr(found.version, 0, 65) != NULL);
    CHECK_STR(found.machine, "x86_64");
    CHECK(memchr(found.domainname, 0, 65) != NULL);
}

static void memory(void)
{
    struct facts found;
    unsigned long unit;

    memset(&found, 0xff, sizeof(found));
    CHECK_OK(syscall(SYS_sysinfo, &found));
    unit = found.mem_unit;
    CHECK(unit >= 1 && unit <= PAGE);
    CHECK(found.totalram * unit > 16 * MIB);
    CHECK(found.freeram > 0 && found.freeram <= found.totalram);
    CHECK(found.freeswap <= found.totalswap);
    CHECK(found.procs >= 1);
    CHECK(found.uptime >= 0);
}

static int looks(void *before)
{
    struct facts found;

    CHECK_OK(syscall(SYS_sysinfo, &found));
    CHECK(found.uptime >= (long)before);
    return 0;
}

static void uptime_does_not_go_back(void)
{
    struct facts found;

    REQUIRE_OK(syscall(SYS_sysinfo, &found));
    CHECK_CHILD(looks, (void *)found.uptime);
}

static const struct test_case cases[] = {
    CASE(names),
    CASE(memory),
    CASE(uptime_does_not_go_back),
};

TEST_MAIN(cases)
