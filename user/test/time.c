/* SPDX-License-Identifier: MIT */
/*
 * Verifies clocks and sleeping.
 */
#include <sys/syscall.h>
#include <time.h>

#include "user/test/probe.h"
#include "user/test/test.h"

static long long now_ns(int clock)
{
    struct timespec now;

    REQUIRE_OK(syscall(SYS_clock_gettime, clock, &now));
    REQUIRE(now.tv_nsec >= 0 && now.tv_nsec < 1000000000);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long sleep_for(long seconds, long nanoseconds)
{
    struct timespec wanted = { seconds, nanoseconds };

    return syscall(SYS_nanosleep, &wanted, NULL);
}

static void sleeps_long_enough(void)
{
    static const long durations[] = { 1, 1000, 1000000, 15000000, 40000000 };
    size_t i;

    for (i = 0; i < COUNT(durations); i++) {
        long long start = now_ns(CLOCK_MONOTONIC);

        CHECK_OK(sleep_for(0, durations[i]));
        CHECK(now_ns(CLOCK_MONOTONIC) - start >= durations[i]);
    }
}

/* Not ten times as long either, even on a slow machine. */
static void sleeps_not_for_ever(void)
{
    long long start = now_ns(CLOCK_MONOTONIC);

    CHECK_OK(sleep_for(0, 50000000));
    CHECK(now_ns(CLOCK_MONOTONIC) - start < 5000000000LL);
}

static void sleeping_for_nothing(void)
{
    CHECK_OK(sleep_for(0, 0));
}

static void bad_durations(void)
{
    CHECK_ERRNO(sleep_for(0, 1000000000), EINVAL);
    CHECK_ERRNO(sleep_for(0, -1), EINVAL);
    CHECK_ERRNO(sleep_for(-1, 0), EINVAL);
    CHECK_ERRNO(sleep_for(1L << 63, 5), EINVAL);
}

static void remainder_is_untouched(void)
{
    struct timespec wanted = { 0, 1000 }, left = { 77, 88 };

    CHECK_OK(syscall(SYS_nanosleep, &wanted, &left));
    CHECK_EQ(left.tv_sec, 77);
    CHECK_EQ(left.tv_nsec, 88);
}

static void monotonic_never_goes_back(void)
{
    long long last = now_ns(CLOCK_MONOTONIC);
    int i;

    for (i = 0; i < 3000; i++) {
        long long now = now_ns(CLOCK_MONOTONIC);

        REQUIRE(now >= last);
        last = now;
    }
}

static void clock_advances_while_busy(void)
{
    long long start = now_ns(CLOCK_MONOTONIC), now;

    do {
        now = now_ns(CLOCK_MONOTONIC);
    } while (now < start + 3000000);
    CHECK(now - start < 60000000000LL);
}

/* After 2020, and in step with the other ways to ask. */
static void real_time(void)
{
    long long now = now_ns(CLOCK_REALTIME);
    struct {
        long sec, usec;
    } day = { 0, 0 };

    CHECK(now / 1000000000 > 1577836800);
    CHECK_OK(syscall(SYS_gettimeofday, &day, NULL));
    CHECK(day.sec - now / 1000000000 < 10 && day.sec >= now / 1000000000);
    CHECK(day.usec >= 0 && day.usec < 1000000);
}

static void unknown_clocks(void)
{
    struct timespec now;

    CHECK_ERRNO(syscall(SYS_clock_gettime, 99, &now), EINVAL);
    CHECK_ERRNO(syscall(SYS_clock_gettime, 1000000, &now), EINVAL);
}

static void sleepers_wake_in_order(void)
{
    static const int delays[] = { 150, 50, 100 };
    int ends[2];
    char order[3];
    size_t i;

    REQUIRE_OK(pipe(ends));
    for (i = 0; i < COUNT(delays); i++)
        if (fork() == 0) {
            char digit = (char)('0' + delays[i] / 50);

            sleep_ms(delays[i]);
            _exit(write(ends[1], &digit, 1) == 1 ? 0 : 1);
        }
    for (i = 0; i < COUNT(delays); i++)
        CHECK_EQ(read(ends[0], &order[i], 1), 1);
    CHECK_EQ(memcmp(order, "123", 3), 0);
    for (i = 0; i < COUNT(delays); i++)
        CHECK_OK(waitpid(-1, NULL, 0));
}

static const struct test_case cases[] = {
    CASE(sleeps_long_enough),
    CASE(sleeps_not_for_ever),
    CASE(sleeping_for_nothing),
    CASE(bad_durations),
    CASE(remainder_is_untouched),
    CASE(monotonic_never_goes_back),
    CASE(clock_advances_while_busy),
    CASE(real_time),
    CASE(unknown_clocks),
    CASE(sleepers_wake_in_order),
};

TEST_MAIN(cases)
