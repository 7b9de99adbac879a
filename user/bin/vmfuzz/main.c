/* SPDX-License-Identifier: MIT */
/*
 * vmfuzz: random memory calls, with a transcript of all that came of them.
 *
 *     vmfuzz [-s SETS] SEED STEPS [STEP...]   one seed, the transcript; with
 *                                             STEPs, only these
 *     vmfuzz -q [-s SETS] FIRST COUNT STEPS   COUNT seeds: `SEED HASH` each
 *
 * SETS: the kinds of calls, by comma: core,remap,advise,lock (all of them).
 *
 * The transcript of a seed is the same on every system that behaves alike: the
 * addresses are fixed, and nothing in it depends on time, PIDs or memory.
 * `make fuzz` compares Linux's with Quire's.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/bin/vmfuzz/vmfuzz.h"

#define MAPS_EVERY 10

static const char *sets = "core,remap,advise,lock";

static char buffer[4096];

static void begin(void)
{
    char name[64];

    snprintf(name, sizeof(name), "/dev/shm/vmfuzz.%d", (int)getpid());
    file_fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (file_fd < 0)
        err(1, "%s", name);
    unlink(name);
    if (ftruncate(file_fd, FILE_PAGES * PAGE) != 0)
        err(1, "ftruncate");
    look_begin();
    setvbuf(stdout, buffer, _IOFBF, sizeof(buffer)); /* ops_begin says why */
    ops_begin();
}

static void run(uint64_t seed, uint64_t steps, char **chosen)
{
    uint64_t step;

    begin();
    for (step = 0; step < steps; step++) {
        if (chosen != NULL) {
            if (*chosen == NULL)
                break;
            step = strtoul(*chosen++, NULL, 10);
        }
        say("%lu ", (unsigned long)step);
        run_step(seed, step, sets);
        if (step % MAPS_EVERY == MAPS_EVERY - 1)
            say_maps();
    }
    say_maps();
    say_contents();
}

/* Each seed in a process of its own. */
static void run_many(uint64_t first, uint64_t count, uint64_t steps)
{
    uint64_t seed;
    int status;

    for (seed = first; seed < first + count; seed++) {
        pid_t pid = fork();

        if (pid < 0)
            err(1, "fork");
        if (pid == 0) {
            run(seed, steps, NULL);
            printf("%lu %016lx\n", (unsigned long)seed,
                   (unsigned long)transcript_hash());
            exit(0);
        }
        if (waitpid(pid, &status, 0) != pid || status != 0)
            printf("%lu status %x\n", (unsigned long)seed, status);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "qs:")) != -1) {
        if (option == 'q')
            quiet = 1;
        else if (option == 's')
            sets = optarg;
        else
            return 2;
    }
    argv += optind;
    argc -= optind;
    if (argc < 2 + quiet)
        errx(2, "usage: vmfuzz [-s SETS] SEED STEPS [STEP...]");
    if (quiet)
        run_many(strtoul(argv[0], NULL, 10), strtoul(argv[1], NULL, 10),
                 strtoul(argv[2], NULL, 10));
    else
        run(strtoul(argv[0], NULL, 10), strtoul(argv[1], NULL, 10),
            argc > 2 ? argv + 2 : NULL);
    return 0;
}
