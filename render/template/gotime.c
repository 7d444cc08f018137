/* render/template/gotime.c: points in time (go: time/time.go). */
#include "render/template/gotime.h"

static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrap_sub(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}

struct rnd_time rnd_time_unix(int64_t sec, const struct rnd_zone *zone)
{
	return (struct rnd_time){ .sec = sec, .zone = zone };
}

/* The offset is looked up for the local time first and once more where that guess crosses a change. */
struct rnd_time rnd_time_date(const struct rnd_civil *c, int64_t nsec, const struct rnd_zone *zone)
{
	int64_t over = nsec / RND_SECOND, rest = nsec % RND_SECOND;
	if (rest < 0) {
		rest += RND_SECOND;
		over--;
	}
	int64_t sec = rnd_civil_to_unix(c->year, c->month, c->day, c->hour, c->minute, c->second + over);
	struct rnd_zone_state z = rnd_zone_at(zone, sec);
	if (z.offset) {
		int64_t utc = wrap_sub(sec, z.offset);
		if (utc < z.start || utc >= z.end)
			z = rnd_zone_at(zone, utc);
		sec = wrap_sub(sec, z.offset);
	}
	return (struct rnd_time){ .sec = sec, .nsec = (int32_t)rest, .zone = zone };
}

struct rnd_time rnd_time_in(struct rnd_time t, const struct rnd_zone *zone)
{
	t.has_mono = false;
	t.zone = zone;
	return t;
}

void rnd_time_civil(const struct rnd_time *t, struct rnd_civil *ret, struct rnd_zone_state *ret_zone)
{
	*ret_zone = rnd_zone_at(t->zone, t->sec);
	rnd_civil_from_unix(wrap_add(t->sec, ret_zone->offset), ret);
}

struct rnd_time rnd_time_add(struct rnd_time t, int64_t d)
{
	int64_t sec = d / RND_SECOND, nsec = t.nsec + d % RND_SECOND;
	if (nsec >= RND_SECOND) {
		sec++;
		nsec -= RND_SECOND;
	} else if (nsec < 0) {
		sec--;
		nsec += RND_SECOND;
	}
	t.sec = wrap_add(t.sec, sec);
	t.nsec = (int32_t)nsec;
	int64_t mono = wrap_add(t.mono, d);
	t.has_mono &= !((d < 0 && mono > t.mono) || (d > 0 && mono < t.mono));
	t.mono = mono;
	return t;
}

struct rnd_time rnd_time_add_date(struct rnd_time t, int64_t years, int64_t months, int64_t days)
{
	struct rnd_civil c;
	struct rnd_zone_state z;
	rnd_time_civil(&t, &c, &z);
	/* carried here, where the fields are wide: struct rnd_civil holds what a calendar shows */
	int64_t midnight = rnd_civil_to_unix(wrap_add(c.year, years), wrap_add(c.month, months),
					     wrap_add(c.day, days), 0, 0, 0);
	int hour = c.hour, minute = c.minute, second = c.second;
	rnd_civil_from_unix(midnight, &c);
	c.hour = hour;
	c.minute = minute;
	c.second = second;
	return rnd_time_date(&c, t.nsec, t.zone);
}

int rnd_time_cmp(const struct rnd_time *t, const struct rnd_time *u)
{
	if (t->has_mono && u->has_mono)
		return t->mono < u->mono ? -1 : t->mono > u->mono;
	if (t->sec != u->sec)
		return t->sec < u->sec ? -1 : 1;
	return t->nsec < u->nsec ? -1 : t->nsec > u->nsec;
}

/* Saturates. */
int64_t rnd_time_sub(const struct rnd_time *t, const struct rnd_time *u)
{
	__int128 d = t->has_mono && u->has_mono
			     ? (__int128)t->mono - u->mono
			     : ((__int128)t->sec - u->sec) * RND_SECOND + (t->nsec - u->nsec);
	return d > INT64_MAX ? INT64_MAX : d < INT64_MIN ? INT64_MIN : (int64_t)d;
}

/* What the time lies above a multiple of d, counted from the zero time. */
static int64_t remainder_of(const struct rnd_time *t, int64_t d)
{
	__int128 nanoseconds = ((__int128)t->sec - RND_ZERO_TIME) * RND_SECOND + t->nsec;
	int64_t r = (int64_t)(nanoseconds % d);
	return r < 0 ? r + d : r;
}

static bool less_than_half(int64_t r, int64_t d)
{
	return (uint64_t)r + (uint64_t)r < (uint64_t)d;
}

struct rnd_time rnd_time_truncate(struct rnd_time t, int64_t d)
{
	t.has_mono = false;
	return d <= 0 ? t : rnd_time_add(t, -remainder_of(&t, d));
}

struct rnd_time rnd_time_round(struct rnd_time t, int64_t d)
{
	t.has_mono = false;
	if (d <= 0)
		return t;
	int64_t r = remainder_of(&t, d);
	return rnd_time_add(t, less_than_half(r, d) ? -r : d - r);
}

int64_t rnd_duration_truncate(int64_t d, int64_t to)
{
	return to <= 0 ? d : d - d % to;
}

int64_t rnd_duration_round(int64_t d, int64_t to)
{
	if (to <= 0)
		return d;
	int64_t r = d % to;
	__int128 rounded;
	if (d < 0)
		rounded = less_than_half(-r, to) ? (__int128)d - r : (__int128)d - to - r;
	else
		rounded = less_than_half(r, to) ? (__int128)d - r : (__int128)d + to - r;
	return rounded > INT64_MAX ? INT64_MAX : rounded < INT64_MIN ? INT64_MIN : (int64_t)rounded;
}
