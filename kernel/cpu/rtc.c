/* SPDX-License-Identifier: MIT */
/*
 * The PC's real-time clock (Motorola MC146818 data sheet): read once, at boot.
 */
#include "kernel/cpu/clock.h"
#include "kernel/cpu/x86.h"

#define CMOS_INDEX 0x70
#define CMOS_DATA 0x71

enum {
    RTC_SECOND = 0x00,
    RTC_MINUTE = 0x02,
    RTC_HOUR = 0x04,
    RTC_DAY = 0x07,
    RTC_MONTH = 0x08,
    RTC_YEAR = 0x09,
    RTC_STATUS_A = 0x0a,
    RTC_STATUS_B = 0x0b,
};

#define STATUS_A_UPDATING 0x80
#define STATUS_B_24_HOURS 0x02
#define STATUS_B_BINARY 0x04
#define HOUR_PM 0x80

/* An update takes under 2 ms; a clock that says it never ends is broken. */
#define UPDATE_POLLS 100000

struct rtc_time {
    unsigned year, month, day, hour, minute, second;
};

static unsigned cmos_read(uint8_t reg)
{
    x86_outb(CMOS_INDEX, reg);
    return x86_inb(CMOS_DATA);
}

static struct rtc_time read_registers(void)
{
    return (struct rtc_time){
        .year = cmos_read(RTC_YEAR),
        .month = cmos_read(RTC_MONTH),
        .day = cmos_read(RTC_DAY),
        .hour = cmos_read(RTC_HOUR),
        .minute = cmos_read(RTC_MINUTE),
        .second = cmos_read(RTC_SECOND),
    };
}

/* Read twice, until an update between the registers can be excluded. */
static struct rtc_time read_stable(void)
{
    struct rtc_time now, again = read_registers();

    do {
        now = again;
        for (unsigned i = 0; i < UPDATE_POLLS; i++)
            if ((cmos_read(RTC_STATUS_A) & STATUS_A_UPDATING) == 0)
                break;
        again = read_registers();
    } while (now.second != again.second || now.minute != again.minute ||
             now.hour != again.hour || now.day != again.day);
    return now;
}

static unsigned from_bcd(unsigned bcd)
{
    return (bcd >> 4) * 10 + (bcd & 0x0f);
}

static void decode(struct rtc_time *t)
{
    const unsigned status = cmos_read(RTC_STATUS_B);
    const bool pm = (t->hour & HOUR_PM) != 0;

    t->hour &= ~(unsigned)HOUR_PM;
    if ((status & STATUS_B_BINARY) == 0)
        *t = (struct rtc_time){from_bcd(t->year),   from_bcd(t->month),
                               from_bcd(t->day),    from_bcd(t->hour),
                               from_bcd(t->minute), from_bcd(t->second)};
    if ((status & STATUS_B_24_HOURS) == 0)
        t->hour = t->hour % 12 + (pm ? 12 : 0);
    t->year += 2000; /* two digits is all that every PC has */
}

/* Days from 1970-01-01 to the first of that month: the year starts in March,
 * so that the leap day comes last. */
static uint64_t days_before(unsigned year, unsigned month)
{
    const unsigned m = (month + 9) % 12; /* March is 0 */
    const unsigned y = year - (month <= 2);

    return 365UL * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 - 719468;
}

uint64_t rtc_read(void)
{
    struct rtc_time t = read_stable();
    uint64_t days;

    decode(&t);
    if (t.month < 1 || t.month > 12 || t.day < 1)
        return 0; /* no such clock */
    days = days_before(t.year, t.month) + t.day - 1;
    return ((days * 24 + t.hour) * 60 + t.minute) * 60 + t.second;
}
