/* SPDX-License-Identifier: MIT */
/*
 * Verifies alarm, setitimer and getitimer: one shot and intervals, of real,
 * user and processor time.
 */
#include <sys/time.h>

#include "user/test/probe.h"
#include "user/test/raw.h"
#include "user/test/signals.h"
#include "user/test/test.h"

static struct itimerval shot(long first_us, long interval_us)
{
    struct itimerval timer;

    memset(&timer, 0, sizeof(timer));
    timer.it_value.tv_sec = first_us / 1000000;
    timer.it_value.tv_usec = first_us % 1000000;
    timer.it_interval.tv_sec = interval_us / 1000000;
    timer.it_interval.tv_usec = interval_us % 1000000;
    return timer;
}

static long us_of(struct timeval time)
{
    return time.tv_sec * 1000000 + time.tv_usec;
}

static void start(int which, long first_us, long interval_us)
{
    struct itimerval timer = shot(first_us, interval_us);

    REQUIRE_OK(setitimer(which, &timer, NULL));
}

static void alarm_tells_what_was_left(void)
{
    CHECK_EQ(alarm(100), 0);
    CHECK_EQ(alarm(50), 100);
    CHECK_EQ(alarm(0), 50);
    CHECK_EQ(alarm(0), 0);
}

static int waits_for_alarm(void *unused)
{
    (void)unused;
    start(ITIMER_REAL, 10000, 0);
    pause();
    return 1;
}

static void alarm_kills(void)
{
    CHECK_SIGNAL(run_child(waits_for_alarm, NULL), SIGALRM);
}

static void real_time_once(void)
{
    struct itimerval left;
    long begin = now_ms();

    catch_signal(SIGALRM, 0);
    start(ITIMER_REAL, 30000, 0);
    CHECK_OK(getitimer(ITIMER_REAL, &left));
    CHECK(us_of(left.it_value) > 0 && us_of(left.it_value) <= 30000);
    CHECK_EQ(us_of(left.it_interval), 0);
    CHECK_ERRNO(pause(), EINTR);
    CHECK(now_ms() - begin >= 30);
    CHECK_EQ(seen[SIGALRM].count, 1);
    CHECK_EQ(seen[SIGALRM].info.si_code, SI_KERNEL);
    CHECK_OK(getitimer(ITIMER_REAL, &left));
    CHECK_EQ(us_of(left.it_value), 0);
}

static void real_time_again_and_again(void)
{
    struct itimerval timer = shot(0, 0), old;
    long begin = now_ms();

    catch_signal(SIGALRM, 0);
    start(ITIMER_REAL, 5000, 8000);
    while (seen[SIGALRM].count < 4)
        sleep_ms(1);
    CHECK(now_ms() - begin >= 5 + 3 * 8);
    CHECK_OK(setitimer(ITIMER_REAL, &timer, &old));
    CHECK_EQ(us_of(old.it_interval), 8000);
    CHECK(us_of(old.it_value) > 0 && us_of(old.it_value) <= 8000);
    forget_signals();
    sleep_ms(20);
    CHECK_EQ(seen[SIGALRM].count, 0);
}

static void burn_until(const volatile int *count)
{
    long deadline = now_ms() + 20000;
    volatile int i;

    while (*count == 0 && now_ms() < deadline)
        for (i = 0; i < 20000; i++)
            continue;
}

/* Time of the processor does not go by in sleep. */
static void virtual_time(void)
{
    catch_signal(SIGVTALRM, 0);
    start(ITIMER_VIRTUAL, 20000, 0);
    sleep_ms(60);
    CHECK_EQ(seen[SIGVTALRM].count, 0);
    burn_until(&seen[SIGVTALRM].count);
    CHECK_EQ(seen[SIGVTALRM].count, 1);
    CHECK_EQ(seen[SIGVTALRM].info.si_code, SI_KERNEL);
}

static void processor_time(void)
{
    struct itimerval left;

    catch_signal(SIGPROF, 0);
    start(ITIMER_PROF, 20000, 10000);
    CHECK_OK(getitimer(ITIMER_PROF, &left));
    CHECK(us_of(left.it_value) > 0);
    CHECK_EQ(us_of(left.it_interval), 10000);
    burn_until(&seen[SIGPROF].count);
    forget_signals();
    burn_until(&seen[SIGPROF].count);
    CHECK(seen[SIGPROF].count >= 1);
    start(ITIMER_PROF, 0, 0);
}

static int has_none(void *unused)
{
    struct itimerval left;

    (void)unused;
    REQUIRE_OK(getitimer(ITIMER_REAL, &left));
    CHECK_EQ(us_of(left.it_value), 0);
    return 0;
}

static void fork_takes_none_along(void)
{
    struct itimerval left;

    start(ITIMER_REAL, 50000000, 0);
    CHECK_CHILD(has_none, NULL);
    REQUIRE_OK(getitimer(ITIMER_REAL, &left));
    CHECK(us_of(left.it_value) > 0);
}

static void refused(void)
{
    struct itimerval bad = shot(0, 0);

    CHECK_ERRNO(getitimer(3, &bad), EINVAL);
    CHECK_ERRNO(setitimer(3, &bad, NULL), EINVAL);
    CHECK_ERRNO(getitimer(ITIMER_REAL, (void *)8), EFAULT);
    CHECK_ERRNO(setitimer(ITIMER_REAL, (void *)8, NULL), EFAULT);
    bad.it_value.tv_usec = 1000000;
    CHECK_ERRNO(setitimer(ITIMER_REAL, &bad, NULL), EINVAL);
    bad.it_value.tv_usec = -1;
    CHECK_ERRNO(setitimer(ITIMER_REAL, &bad, NULL), EINVAL);
    CHECK_OK(getitimer(ITIMER_REAL, &bad));
    CHECK_EQ(us_of(bad.it_value), 0);
}

static const struct test_case cases[] = {
    CASE(alarm_tells_what_was_left), CASE(alarm_kills),  CASE(real_time_once),
    CASE(real_time_again_and_again), CASE(virtual_time), CASE(processor_time),
    CASE(fork_takes_none_along),     CASE(refused),
};

TEST_MAIN(cases)
