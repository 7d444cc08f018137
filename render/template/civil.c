/* render/template/civil.c: calendar arithmetic. */
#include "render/template/civil.h"

static const uint64_t absolute_years = 292277022400; /* go: time/time.go, absoluteYears */
static const uint64_t days_400_years = 146097;
static const uint64_t day_seconds = 86400;

/* Days from the absolute epoch to 1 January 1970: whole cycles to 1 March of the year 0, and 719,468 from
 * there. */
static uint64_t days_to_1970(void)
{
	return absolute_years / 400 * days_400_years + 719468;
}

bool rnd_is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int rnd_days_before_month(int month)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };
	return before[month - 1];
}

int rnd_days_in_month(int month, int64_t year)
{
	if (month == 2)
		return rnd_is_leap(year) ? 29 : 28;
	return rnd_days_before_month(month + 1) - rnd_days_before_month(month);
}

/* Years begin with March, so that a leap day is the last one. */
static void date_of(uint64_t days, struct rnd_civil *c)
{
	uint64_t cycle = days / days_400_years, doc = days % days_400_years;
	uint64_t yoc = (doc - doc / 1460 + doc / 36524 - doc / 146096) / 365;
	uint64_t doy = doc - (365 * yoc + yoc / 4 - yoc / 100);
	uint64_t month = (5 * doy + 2) / 153; /* 0 is March */
	c->day = (int)(doy - (153 * month + 2) / 5 + 1);
	c->month = (int)(month < 10 ? month + 3 : month - 9);
	c->year = (int64_t)(cycle * 400 + yoc + (month >= 10) - absolute_years);
	c->year_day = rnd_days_before_month(c->month) + c->day + (c->month > 2 && rnd_is_leap(c->year));
	c->weekday = (int)((days + 3) % 7); /* the epoch is a Wednesday */
}

void rnd_civil_from_unix(int64_t unix_seconds, struct rnd_civil *ret)
{
	uint64_t abs = (uint64_t)unix_seconds + days_to_1970() * day_seconds;
	uint64_t clock = abs % day_seconds;
	date_of(abs / day_seconds, ret);
	ret->hour = (int)(clock / 3600);
	ret->minute = (int)(clock / 60 % 60);
	ret->second = (int)(clock % 60);
}

/* Carries what lies outside [0, base) over to *high, wrapping where Go's int does. */
static int64_t carry(int64_t *high, int64_t low, int64_t base)
{
	int64_t over = low / base, rest = low % base;
	if (rest < 0) {
		rest += base;
		over--;
	}
	*high = (int64_t)((uint64_t)*high + (uint64_t)over);
	return rest;
}

int64_t rnd_civil_to_unix(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t minute,
			  int64_t second)
{
	month = carry(&year, (int64_t)((uint64_t)month - 1), 12) + 1;
	second = carry(&minute, second, 60);
	minute = carry(&hour, minute, 60);
	hour = carry(&day, hour, 24);
	bool before_march = month < 3;
	uint64_t y = (uint64_t)year - before_march + absolute_years;
	uint64_t m = (uint64_t)month + (before_march ? 12 : 0) - 3;
	uint64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (uint64_t)day - 1;
	uint64_t clock = (uint64_t)(hour * 3600 + minute * 60 + second);
	return (int64_t)((days - days_to_1970()) * day_seconds + clock);
}
