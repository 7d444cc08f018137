/* render/template/civil.h: the Gregorian calendar without limits, on 64-bit seconds that wrap as Go's do.
 *
 * Days are counted from 1 March of a year far before all others, a multiple of 400, so that unsigned
 * arithmetic is enough (go: time/time.go, "absolute" times).
 */
#ifndef RENDER_TEMPLATE_CIVIL_H
#define RENDER_TEMPLATE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

struct rnd_civil {
	int64_t year;
	int month, day; /* from 1 */
	int hour, minute, second;
	int year_day; /* from 1 */
	int weekday;  /* 0 is Sunday */
};

/* Seconds since 1970, in UTC. */
void rnd_civil_from_unix(int64_t unix_seconds, struct rnd_civil *ret);
/* The reverse; months, days and clock may lie outside their ranges and are carried over. */
int64_t rnd_civil_to_unix(int64_t year, int64_t month, int64_t day, int64_t hour, int64_t minute,
			  int64_t second);
bool rnd_is_leap(int64_t year);
int rnd_days_in_month(int month, int64_t year);
/* Days before the month, which may be 13, in a year that is no leap year. */
int rnd_days_before_month(int month);

#endif
