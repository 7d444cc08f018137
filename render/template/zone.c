/* render/template/zone.c: zones from the system's database (go: time/zoneinfo.go, zoneinfo_read.go,
 * zoneinfo_unix.go). */
#include "render/template/zone.h"

#include <stdlib.h>

#include "base/file.h"
#include "render/template/civil.h"

struct span {
	kv_str name;
	int64_t offset;
	bool dst;
};

struct transition {
	int64_t when;
	uint8_t span;
};

struct rnd_zone {
	kv_str name;
	struct span *spans;
	size_t nspans;
	struct transition *transitions; /* sorted; at least one where there are spans */
	size_t ntransitions;
	kv_str extend; /* a TZ text for what comes behind the last transition */
};

const struct rnd_zone rnd_zone_utc = { .name = KV_STR("UTC") };

kv_str rnd_zone_name(const struct rnd_zone *z)
{
	return z->name;
}

const struct rnd_zone *rnd_zone_fixed(struct kv_arena *a, kv_str name, int64_t offset)
{
	struct rnd_zone *z = KV_NEW(a, struct rnd_zone);
	z->name = name;
	z->nspans = z->ntransitions = 1;
	z->spans = KV_NEW(a, struct span);
	z->spans[0] = (struct span){ name, offset, false };
	z->transitions = KV_NEW(a, struct transition);
	z->transitions[0].when = INT64_MIN;
	return z;
}

/* --- TZ texts: "CET-1CEST,M3.5.0,M10.5.0/3" --------------------------------------------------- */

enum rule_kind { RULE_JULIAN, RULE_DAY, RULE_MONTH_WEEK_DAY };

struct rule {
	enum rule_kind kind;
	int day, week, month;
	int64_t time; /* seconds into the day */
};

static kv_str from(kv_str s, size_t i)
{
	return kv_str_sub(s, i, s.n);
}

/* name = "<" any ">" | three or more characters up to a digit, sign or comma */
static bool take_name(kv_str *s, kv_str *ret)
{
	if (kv_str_starts(*s, KV_S("<"))) {
		size_t end = kv_str_chr(*s, '>');
		if (end == SIZE_MAX)
			return false;
		*ret = kv_str_sub(*s, 1, end);
		*s = from(*s, end + 1);
		return true;
	}
	size_t i = 0;
	while (i < s->n && !(s->p[i] && strchr("0123456789,-+", s->p[i])))
		i++;
	*ret = kv_str_sub(*s, 0, i);
	*s = from(*s, i);
	return i >= 3;
}

static bool take_number(kv_str *s, int min, int max, int *ret)
{
	int n = 0;
	size_t i = 0;
	for (; i < s->n && kv_is_digit(s->p[i]); i++) {
		n = n * 10 + (s->p[i] - '0');
		if (n > max)
			return false;
	}
	*s = from(*s, i);
	*ret = n;
	return i > 0 && n >= min;
}

static bool take_char(kv_str *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = from(*s, 1);
	return true;
}

/* offset = [sign] hours [":" minutes [":" seconds]]; up to a week, as tzdata has it */
static bool take_offset(kv_str *s, int64_t *ret)
{
	int hours, minutes = 0, seconds = 0;
	bool negative = take_char(s, '-');
	if (!negative)
		(void)take_char(s, '+');
	if (!take_number(s, 0, 24 * 7, &hours))
		return false;
	if (take_char(s, ':')) {
		if (!take_number(s, 0, 59, &minutes))
			return false;
		if (take_char(s, ':') && !take_number(s, 0, 59, &seconds))
			return false;
	}
	*ret = hours * 3600 + minutes * 60 + seconds;
	if (negative)
		*ret = -*ret;
	return true;
}

/* rule = ("J" day | "M" month "." week "." day | day) ["/" offset] */
static bool take_rule(kv_str *s, struct rule *r)
{
	bool ok;
	*r = (struct rule){ .kind = RULE_DAY, .time = 2 * 3600 };
	if (take_char(s, 'J')) {
		r->kind = RULE_JULIAN;
		ok = take_number(s, 1, 365, &r->day);
	} else if (take_char(s, 'M')) {
		r->kind = RULE_MONTH_WEEK_DAY;
		ok = take_number(s, 1, 12, &r->month) && take_char(s, '.') &&
		     take_number(s, 1, 5, &r->week) && take_char(s, '.') && take_number(s, 0, 6, &r->day);
	} else {
		ok = take_number(s, 0, 365, &r->day);
	}
	return ok && (!take_char(s, '/') || take_offset(s, &r->time));
}

/* The week'th weekday of the month, as a day of the year from 0; the fifth may be the last. */
static int64_t month_week_day(const struct rule *r, int64_t year)
{
	struct rnd_civil first;
	rnd_civil_from_unix(rnd_civil_to_unix(year, r->month, 1, 0, 0, 0), &first);
	int day = r->day - first.weekday;
	if (day < 0)
		day += 7;
	for (int i = 1; i < r->week && day + 7 < rnd_days_in_month(r->month, year); i++)
		day += 7;
	return day + first.year_day - 1;
}

/* Seconds from the start of the year in UTC to the change. */
static int64_t rule_time(int64_t year, const struct rule *r, int64_t offset)
{
	int64_t day = r->day;
	if (r->kind == RULE_JULIAN)
		day = r->day - 1 + (rnd_is_leap(year) && r->day >= 60);
	else if (r->kind == RULE_MONTH_WEEK_DAY)
		day = month_week_day(r, year);
	return day * 86400 + r->time - offset;
}

struct tz_text {
	struct span std, dst;
	struct rule start, end;
	bool has_dst;
};

/* Offsets in the text are added to local time to get UTC: ours are the negated ones. */
static bool read_tz_text(kv_str s, struct tz_text *t)
{
	*t = (struct tz_text){ .dst.dst = true };
	if (!take_name(&s, &t->std.name) || !take_offset(&s, &t->std.offset))
		return false;
	t->std.offset = -t->std.offset;
	if (!s.n || s.p[0] == ',')
		return true;
	t->has_dst = true;
	if (!take_name(&s, &t->dst.name))
		return false;
	if (!s.n || s.p[0] == ',')
		t->dst.offset = t->std.offset + 3600;
	else if (take_offset(&s, &t->dst.offset))
		t->dst.offset = -t->dst.offset;
	else
		return false;
	if (!s.n)
		s = KV_S(",M3.2.0,M11.1.0"); /* tzcode's default */
	return (take_char(&s, ',') || take_char(&s, ';')) && take_rule(&s, &t->start) && take_char(&s, ',') &&
	       take_rule(&s, &t->end) && !s.n;
}

/* go: time/zoneinfo.go, tzset: the ends are exact near a change and else those of the year. */
static bool tz_text_at(kv_str text, int64_t last, int64_t sec, struct rnd_zone_state *ret)
{
	struct tz_text t;
	if (!read_tz_text(text, &t))
		return false;
	if (!t.has_dst) {
		*ret = (struct rnd_zone_state){ t.std.name, t.std.offset, last, INT64_MAX, false };
		return true;
	}
	struct rnd_civil c;
	rnd_civil_from_unix(sec, &c);
	int64_t since = (int64_t)(c.year_day - 1) * 86400 + c.hour * 3600 + c.minute * 60 + c.second;
	int64_t year_start = (int64_t)((uint64_t)sec - (uint64_t)since);
	int64_t start = rule_time(c.year, &t.start, t.std.offset),
		end = rule_time(c.year, &t.end, t.dst.offset);
	struct span outer = t.std, inner = t.dst;
	if (end < start) { /* the southern half of the world */
		int64_t swap = start;
		start = end;
		end = swap;
		outer = t.dst;
		inner = t.std;
	}
	if (since < start)
		*ret = (struct rnd_zone_state){ outer.name, outer.offset, year_start, year_start + start,
						outer.dst };
	else if (since >= end)
		*ret = (struct rnd_zone_state){ outer.name, outer.offset, year_start + end,
						year_start + 365 * 86400, outer.dst };
	else
		*ret = (struct rnd_zone_state){ inner.name, inner.offset, year_start + start,
						year_start + end, inner.dst };
	return true;
}

/* --- asking a zone ---------------------------------------------------------------------------- */

/* What held before the first transition (go: time/zoneinfo.go, lookupFirstZone). */
static const struct span *first_span(const struct rnd_zone *z)
{
	bool used = false;
	for (size_t i = 0; i < z->ntransitions; i++)
		used |= z->transitions[i].span == 0;
	if (!used)
		return &z->spans[0];
	if (z->ntransitions && z->spans[z->transitions[0].span].dst)
		for (size_t i = z->transitions[0].span; i-- > 0;)
			if (!z->spans[i].dst)
				return &z->spans[i];
	for (size_t i = 0; i < z->nspans; i++)
		if (!z->spans[i].dst)
			return &z->spans[i];
	return &z->spans[0];
}

static struct rnd_zone_state state_of(const struct span *s, int64_t start, int64_t end)
{
	return (struct rnd_zone_state){ s->name, s->offset, start, end, s->dst };
}

struct rnd_zone_state rnd_zone_at(const struct rnd_zone *z, int64_t sec)
{
	if (!z->nspans)
		return (struct rnd_zone_state){ KV_S("UTC"), 0, INT64_MIN, INT64_MAX, false };
	if (sec < z->transitions[0].when)
		return state_of(first_span(z), INT64_MIN, z->transitions[0].when);
	size_t lo = 0, hi = z->ntransitions;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (sec < z->transitions[mid].when)
			hi = mid;
		else
			lo = mid;
	}
	const struct transition *t = &z->transitions[lo];
	struct rnd_zone_state state;
	bool last = lo + 1 == z->ntransitions;
	if (last && z->extend.n && tz_text_at(z->extend, t->when, sec, &state))
		return state;
	return state_of(&z->spans[t->span], t->when, last ? INT64_MAX : t[1].when);
}

bool rnd_zone_offset_of(const struct rnd_zone *z, kv_str name, int64_t sec, int64_t *ret_offset)
{
	for (size_t i = 0; i < z->nspans; i++) {
		if (!kv_str_eq(z->spans[i].name, name))
			continue;
		struct rnd_zone_state s =
			rnd_zone_at(z, (int64_t)((uint64_t)sec - (uint64_t)z->spans[i].offset));
		if (kv_str_eq(s.name, name)) {
			*ret_offset = s.offset;
			return true;
		}
	}
	for (size_t i = 0; i < z->nspans; i++) {
		if (kv_str_eq(z->spans[i].name, name)) {
			*ret_offset = z->spans[i].offset;
			return true;
		}
	}
	return false;
}

/* --- TZif files (RFC 8536) -------------------------------------------------------------------- */

struct reader {
	kv_str s;
	bool bad;
};

static kv_str take(struct reader *r, size_t n)
{
	if (n > r->s.n) {
		r->bad = true;
		n = 0;
	}
	kv_str bytes = kv_str_sub(r->s, 0, n);
	r->s = from(r->s, n);
	return bytes;
}

static int64_t big_endian(kv_str s, size_t at, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return n == 4 ? (int32_t)(uint32_t)v : (int64_t)v;
}

enum { N_UTC_LOCAL, N_STD_WALL, N_LEAP, N_TIME, N_ZONE, N_CHAR, N_COUNTS };

/* The six numbers of a header; a file of several megabytes would have to be made up. */
static void take_counts(struct reader *r, size_t counts[N_COUNTS])
{
	kv_str s = take(r, 4 * N_COUNTS);
	for (size_t i = 0; i < N_COUNTS; i++) {
		int64_t n = r->bad ? 0 : big_endian(s, 4 * i, 4);
		if (n < 0 || n > 1 << 20)
			r->bad = true;
		counts[i] = r->bad ? 0 : (size_t)n;
	}
}

static size_t data_size(const size_t n[N_COUNTS], size_t time_size)
{
	return n[N_TIME] * (time_size + 1) + n[N_ZONE] * 6 + n[N_CHAR] + n[N_LEAP] * (time_size + 4) +
	       n[N_STD_WALL] + n[N_UTC_LOCAL];
}

static bool read_spans(struct kv_arena *a, kv_str s, kv_str names, struct rnd_zone *z)
{
	z->nspans = s.n / 6;
	z->spans = KV_NEW_N(a, struct span, z->nspans);
	for (size_t i = 0; i < z->nspans; i++) {
		size_t at = (unsigned char)s.p[6 * i + 5];
		if (at >= names.n)
			return false;
		kv_str name = from(names, at);
		name = kv_str_sub(name, 0, kv_str_chr(name, '\0'));
		z->spans[i] =
			(struct span){ kv_arena_dup(a, name), big_endian(s, 6 * i, 4), s.p[6 * i + 4] != 0 };
	}
	return z->nspans > 0;
}

static bool read_transitions(struct kv_arena *a, kv_str times, kv_str indices, size_t time_size,
			     struct rnd_zone *z)
{
	z->ntransitions = indices.n;
	z->transitions = KV_NEW_N(a, struct transition, z->ntransitions + 1);
	for (size_t i = 0; i < z->ntransitions; i++) {
		z->transitions[i].when = big_endian(times, i * time_size, time_size);
		z->transitions[i].span = (uint8_t)indices.p[i];
		if (z->transitions[i].span >= z->nspans)
			return false;
	}
	if (!z->ntransitions) { /* "Etc/GMT0": always the first */
		z->transitions[0].when = INT64_MIN;
		z->ntransitions = 1;
	}
	return true;
}

/* The 32-bit block of versions 2 and 3 is skipped; a TZ text between line feeds may follow the second block. */
static const struct rnd_zone *read_file(struct kv_arena *a, kv_str name, kv_str bytes)
{
	struct reader r = { .s = bytes };
	struct rnd_zone *z = KV_NEW(a, struct rnd_zone);
	size_t n[N_COUNTS], time_size = 4;
	bool magic = kv_str_eq(take(&r, 4), KV_S("TZif"));
	kv_str version = take(&r, 16);
	take_counts(&r, n);
	if (r.bad || !magic || !(version.p[0] == 0 || version.p[0] == '2' || version.p[0] == '3'))
		return NULL;
	if (version.p[0] != 0) {
		(void)take(&r, data_size(n, time_size) + 20);
		take_counts(&r, n);
		time_size = 8;
	}
	kv_str times = take(&r, n[N_TIME] * time_size), indices = take(&r, n[N_TIME]);
	kv_str spans = take(&r, n[N_ZONE] * 6), names = take(&r, n[N_CHAR]);
	(void)take(&r, n[N_LEAP] * (time_size + 4) + n[N_STD_WALL] + n[N_UTC_LOCAL]);
	if (r.bad || !read_spans(a, spans, names, z) || !read_transitions(a, times, indices, time_size, z))
		return NULL;
	z->name = kv_arena_dup(a, name);
	if (r.s.n > 2 && r.s.p[0] == '\n' && r.s.p[r.s.n - 1] == '\n')
		z->extend = kv_arena_dup(a, kv_str_sub(r.s, 1, r.s.n - 1));
	return z;
}

/* --- finding a zone --------------------------------------------------------------------------- */

static const struct rnd_zone *load_file(struct kv_job *job, kv_str name, kv_str path)
{
	kv_str bytes;
	if (kv_str_chr(path, '\0') != SIZE_MAX || kv_input_kind(job, path) != KV_FILE_REGULAR ||
	    kv_file_read(job, path, &bytes))
		return NULL;
	return read_file(job->arena, name, bytes);
}

static const struct rnd_zone *load_system(struct kv_job *job, kv_str name)
{
	static const char *const folders[] = { "/usr/share/zoneinfo/", "/usr/share/lib/zoneinfo/",
					       "/usr/lib/locale/TZ/", "/etc/zoneinfo/" };
	const struct rnd_zone *z = NULL;
	for (size_t i = 0; !z && i < sizeof folders / sizeof *folders; i++)
		z = load_file(job, name, kv_arena_cat(job->arena, kv_str_c(folders[i]), name));
	return z;
}

static const struct rnd_zone *renamed(struct kv_arena *a, const struct rnd_zone *z, kv_str name)
{
	struct rnd_zone *copy = KV_NEW(a, struct rnd_zone);
	*copy = *z;
	copy->name = name;
	return copy;
}

/* go: time/zoneinfo_unix.go, initLocal */
static const struct rnd_zone *machine_zone(struct kv_job *job)
{
	const char *tz = getenv("TZ");
	const struct rnd_zone *z = NULL;
	if (!tz) {
		z = load_file(job, KV_S("Local"), KV_S("/etc/localtime"));
	} else {
		kv_str name = kv_str_c(*tz == ':' ? tz + 1 : tz);
		if (kv_str_starts(name, KV_S("/")))
			z = load_file(job, name, name);
		else if (name.n && !kv_str_eq(name, KV_S("UTC")))
			z = load_system(job, name);
		if (z && kv_str_eq(name, KV_S("/etc/localtime")))
			z = renamed(job->arena, z, KV_S("Local"));
	}
	return z ? z : &rnd_zone_utc;
}

const struct rnd_zone *rnd_zone_local(struct kv_job *job, bool os)
{
	static const struct rnd_zone local = { .name = KV_STR("Local") };
	return os ? machine_zone(job) : &local;
}

const struct rnd_zone *rnd_zone_load(struct kv_job *job, kv_str name, bool os)
{
	if (!name.n || kv_str_eq(name, KV_S("UTC")))
		return &rnd_zone_utc;
	if (kv_str_eq(name, KV_S("Local")))
		return rnd_zone_local(job, os);
	if (kv_str_has(name, KV_S("..")) || name.p[0] == '/' || name.p[0] == '\\')
		return NULL;
	return load_system(job, name);
}
