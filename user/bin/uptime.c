/* SPDX-License-Identifier: MIT */
/* uptime: for how long the machine has run, and how busy it is. */
#include <err.h>
#include <stdio.h>
#include <sys/sysinfo.h>

#define LOAD_UNIT 65536UL

int main(void)
{
    struct sysinfo info;
    long seconds;
    int i;

    if (sysinfo(&info) != 0)
        err(1, "sysinfo");
    seconds = info.uptime;
    fputs("up ", stdout);
    if (seconds >= 86400)
        printf("%ld days, ", seconds / 86400);
    printf("%02ld:%02ld:%02ld, %u processes, load", seconds / 3600 % 24,
           seconds / 60 % 60, seconds % 60, info.procs);
    for (i = 0; i < 3; i++)
        printf(" %lu.%02lu", info.loads[i] / LOAD_UNIT,
               info.loads[i] % LOAD_UNIT * 100 / LOAD_UNIT);
    puts("");
    return 0;
}
