/* SPDX-License-Identifier: MIT */
/*
 * Dates from seconds since 1970 and back, in UTC.
 *
 * Years are taken to start on March 1, so that the leap day is the last of
 * the year: then day number and month follow from each other by a formula,
 * and 400 years always have 146097 days. Day 0 is 0000-03-01.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_SECONDS 86400
#define ERA_YEARS 400
#define ERA_DAYS 146097
#define EPOCH_DAY 719468 /* 1970-01-01 */

static const char *const days[] = {
    "Sunday",   "Monday", "Tuesday",  "Wednesday",
    "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December",
};

static long floor_div(long n, long by)
{
    return n / by - (n % by < 0);
}

/* Days from March 1 to the first of the month, which counts from March. */
static long month_start(long month)
{
    return (153 * month + 2) / 5;
}

/* The number of a day; month from 1, day from 1. */
static long day_number(long year, long month, long day)
{
    long era;

    if (month <= 2)
        year--;
    month = month > 2 ? month - 3 : month + 9;
    era = floor_div(year, ERA_YEARS);
    year -= era * ERA_YEARS;
    return era * ERA_DAYS + year * 365 + year / 4 - year / 100 +
           month_start(month) + day - 1;
}

struct tm *gmtime_r(const time_t *when, struct tm *out)
{
    long day = floor_div(*when, DAY_SECONDS);
    long second = *when - day * DAY_SECONDS;
    long era, year, month;

    out->tm_hour = (int)(second / 3600);
    out->tm_min = (int)(second / 60 % 60);
    out->tm_sec = (int)(second % 60);
    out->tm_wday = (int)(day + 4 - 7 * floor_div(day + 4, 7));
    out->tm_isdst = 0;

    day += EPOCH_DAY;
    era = floor_div(day, ERA_DAYS);
    day -= era * ERA_DAYS;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    month = (5 * day + 2) / 153;
    out->tm_mday = (int)(day - month_start(month)) + 1;
    out->tm_mon = (int)(month < 10 ? month + 2 : month - 10);
    year += era * ERA_YEARS + (month >= 10 ? 1 : 0);
    out->tm_year = (int)(year - 1900);
    out->tm_yday = (int)(day_number(year, out->tm_mon + 1, out->tm_mday) -
                         day_number(year, 1, 1));
    return out;
}

struct tm *gmtime(const time_t *when)
{
    static struct tm tm;

    return gmtime_r(when, &tm);
}

time_t timegm(struct tm *tm)
{
    long year = tm->tm_year + 1900L + floor_div(tm->tm_mon, 12);
    long month = tm->tm_mon - 12 * floor_div(tm->tm_mon, 12);
    time_t when =
        (day_number(year, month + 1, 1) + tm->tm_mday - 1 - EPOCH_DAY) *
            DAY_SECONDS +
        tm->tm_hour * 3600L + tm->tm_min * 60L + tm->tm_sec;

    gmtime_r(&when, tm);
    return when;
}

/* One conversion of strftime: the text, cut to size. */
static void convert(char *to, size_t size, char letter, const struct tm *tm)
{
    switch (letter) {
    case 'a':
    case 'A':
        snprintf(to, size, letter == 'a' ? "%.3s" : "%s", days[tm->tm_wday]);
        return;
    case 'b':
    case 'B':
    case 'h':
        snprintf(to, size, letter == 'B' ? "%s" : "%.3s", months[tm->tm_mon]);
        return;
    case 'd': snprintf(to, size, "%02d", tm->tm_mday); return;
    case 'e': snprintf(to, size, "%2d", tm->tm_mday); return;
    case 'H': snprintf(to, size, "%02d", tm->tm_hour); return;
    case 'I': snprintf(to, size, "%02d", (tm->tm_hour + 11) % 12 + 1); return;
    case 'j': snprintf(to, size, "%03d", tm->tm_yday + 1); return;
    case 'm': snprintf(to, size, "%02d", tm->tm_mon + 1); return;
    case 'M': snprintf(to, size, "%02d", tm->tm_min); return;
    case 'p': snprintf(to, size, "%s", tm->tm_hour < 12 ? "AM" : "PM"); return;
    case 'S': snprintf(to, size, "%02d", tm->tm_sec); return;
    case 'y':
        snprintf(to, size, "%02d", (tm->tm_year % 100 + 100) % 100);
        return;
    case 'Y': snprintf(to, size, "%d", tm->tm_year + 1900); return;
    case 'Z': snprintf(to, size, "UTC"); return;
    default: snprintf(to, size, "%%%c", letter); return;
    }
}

/* What a letter that stands for several others means; NULL for the rest. */
static const char *expansion(char letter)
{
    switch (letter) {
    case 'D': return "%m/%d/%y";
    case 'F': return "%Y-%m-%d";
    case 'R': return "%H:%M";
    case 'T': return "%H:%M:%S";
    case 'n': return "\n";
    case 't': return "\t";
    case '%': return "%";
    default: return NULL;
    }
}

size_t strftime(char *to, size_t size, const char *format, const struct tm *tm)
{
    size_t used = 0;
    char piece[32];
    const char *s;

    for (s = format; *s != '\0'; s++) {
        const char *longer = *s == '%' ? expansion(s[1]) : NULL;

        piece[0] = *s;
        piece[1] = '\0';
        if (longer != NULL && strchr(longer, '%') != NULL && longer[1] != '\0')
            strftime(piece, sizeof(piece), longer, tm);
        else if (longer != NULL)
            strcpy(piece, longer);
        else if (*s == '%' && s[1] != '\0')
            convert(piece, sizeof(piece), s[1], tm);
        if (*s == '%' && s[1] != '\0')
            s++;
        if (used + strlen(piece) >= size)
            return 0;
        strcpy(to + used, piece);
        used += strlen(piece);
    }
    if (used < size)
        to[used] = '\0';
    return used;
}
