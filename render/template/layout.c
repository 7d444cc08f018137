/* render/template/layout.c: Go's layouts: the reference time of 2 January 2006, 15:04:05, in zone -0700
 * (go: time/format.go). */
#include "render/template/gotime.h"

#include <stdio.h>

const char *const rnd_month_names[12] = { "January",   "February", "March",    "April",
					  "May",       "June",     "July",     "August",
					  "September", "October",  "November", "December" };
const char *const rnd_day_names[7] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
				       "Thursday", "Friday", "Saturday" };

/* --- cutting a layout ------------------------------------------------------------------------- */

enum element {
	LITERAL, /* the end: nothing follows the prefix */
	LONG_MONTH,
	MONTH,
	NUM_MONTH,
	ZERO_MONTH,
	LONG_WEEKDAY,
	WEEKDAY,
	DAY,
	UNDER_DAY,
	ZERO_DAY,
	UNDER_YEARDAY,
	ZERO_YEARDAY,
	HOUR,
	HOUR12,
	ZERO_HOUR12,
	MINUTE,
	ZERO_MINUTE,
	SECOND,
	ZERO_SECOND,
	LONG_YEAR,
	YEAR,
	UPPER_PM,
	LOWER_PM,
	ABBREVIATION,
	OFFSET,
	FRACTION_0,
	FRACTION_9,
};

struct chunk {
	enum element element;
	kv_str prefix, text;           /* what stands before it, and itself */
	bool z;                        /* OFFSET: UTC is "Z" */
	bool colons, minutes, seconds; /* OFFSET: its form */
};

/* In the order in which they are tried; a text that is a prefix of another stands behind it. */
static const struct {
	kv_str text;
	enum element element;
	bool z, colons, minutes, seconds;
	bool word; /* no lower-case letter may follow */
} elements[] = {
	{ KV_STR("January"), LONG_MONTH, 0, 0, 0, 0, 0 },
	{ KV_STR("Jan"), MONTH, 0, 0, 0, 0, 1 },
	{ KV_STR("Monday"), LONG_WEEKDAY, 0, 0, 0, 0, 0 },
	{ KV_STR("Mon"), WEEKDAY, 0, 0, 0, 0, 1 },
	{ KV_STR("MST"), ABBREVIATION, 0, 0, 0, 0, 0 },
	{ KV_STR("01"), ZERO_MONTH, 0, 0, 0, 0, 0 },
	{ KV_STR("02"), ZERO_DAY, 0, 0, 0, 0, 0 },
	{ KV_STR("03"), ZERO_HOUR12, 0, 0, 0, 0, 0 },
	{ KV_STR("04"), ZERO_MINUTE, 0, 0, 0, 0, 0 },
	{ KV_STR("05"), ZERO_SECOND, 0, 0, 0, 0, 0 },
	{ KV_STR("06"), YEAR, 0, 0, 0, 0, 0 },
	{ KV_STR("002"), ZERO_YEARDAY, 0, 0, 0, 0, 0 },
	{ KV_STR("15"), HOUR, 0, 0, 0, 0, 0 },
	{ KV_STR("1"), NUM_MONTH, 0, 0, 0, 0, 0 },
	{ KV_STR("2006"), LONG_YEAR, 0, 0, 0, 0, 0 },
	{ KV_STR("2"), DAY, 0, 0, 0, 0, 0 },
	{ KV_STR("_2"), UNDER_DAY, 0, 0, 0, 0, 0 },
	{ KV_STR("__2"), UNDER_YEARDAY, 0, 0, 0, 0, 0 },
	{ KV_STR("3"), HOUR12, 0, 0, 0, 0, 0 },
	{ KV_STR("4"), MINUTE, 0, 0, 0, 0, 0 },
	{ KV_STR("5"), SECOND, 0, 0, 0, 0, 0 },
	{ KV_STR("PM"), UPPER_PM, 0, 0, 0, 0, 0 },
	{ KV_STR("pm"), LOWER_PM, 0, 0, 0, 0, 0 },
	{ KV_STR("-070000"), OFFSET, 0, 0, 1, 1, 0 },
	{ KV_STR("-07:00:00"), OFFSET, 0, 1, 1, 1, 0 },
	{ KV_STR("-0700"), OFFSET, 0, 0, 1, 0, 0 },
	{ KV_STR("-07:00"), OFFSET, 0, 1, 1, 0, 0 },
	{ KV_STR("-07"), OFFSET, 0, 0, 0, 0, 0 },
	{ KV_STR("Z070000"), OFFSET, 1, 0, 1, 1, 0 },
	{ KV_STR("Z07:00:00"), OFFSET, 1, 1, 1, 1, 0 },
	{ KV_STR("Z0700"), OFFSET, 1, 0, 1, 0, 0 },
	{ KV_STR("Z07:00"), OFFSET, 1, 1, 1, 0, 0 },
	{ KV_STR("Z07"), OFFSET, 1, 0, 0, 0, 0 },
};

static bool is_digit(kv_str s, size_t i)
{
	return i < s.n && kv_is_digit(s.p[i]);
}

/* "." or "," and zeros or nines up to the last digit; 0 if that is not here. */
static size_t fraction_length(kv_str s, size_t i)
{
	if ((s.p[i] != '.' && s.p[i] != ',') || i + 1 >= s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '9'))
		return 0;
	size_t end = i + 1;
	while (end < s.n && s.p[end] == s.p[i + 1])
		end++;
	return is_digit(s, end) ? 0 : end - i;
}

static bool match_element(kv_str layout, size_t i, struct chunk *ret)
{
	kv_str rest = kv_str_sub(layout, i, layout.n);
	for (size_t k = 0; k < sizeof elements / sizeof *elements; k++) {
		if (!kv_str_starts(rest, elements[k].text))
			continue;
		char next = rest.n > elements[k].text.n ? rest.p[elements[k].text.n] : 0;
		if (elements[k].word && next >= 'a' && next <= 'z')
			continue;
		/* "_2006" is a literal "_" and the year */
		if (elements[k].element == UNDER_DAY && kv_str_starts(rest, KV_S("_2006")))
			continue;
		ret->element = elements[k].element;
		ret->text = kv_str_sub(rest, 0, elements[k].text.n);
		ret->z = elements[k].z;
		ret->colons = elements[k].colons;
		ret->minutes = elements[k].minutes;
		ret->seconds = elements[k].seconds;
		return true;
	}
	size_t n = fraction_length(layout, i);
	ret->element = n && rest.p[1] == '0' ? FRACTION_0 : FRACTION_9;
	ret->text = kv_str_sub(rest, 0, n);
	return n > 0;
}

/* Cuts the next element and what stands before it from the layout. */
static struct chunk next_chunk(kv_str *layout)
{
	struct chunk chunk = { .element = LITERAL };
	for (size_t i = 0; i < layout->n; i++) {
		if (!(layout->p[i] && strchr("JM012_345Pp-Z.,", layout->p[i])) ||
		    !match_element(*layout, i, &chunk))
			continue;
		chunk.prefix = kv_str_sub(*layout, 0, i);
		*layout = kv_str_sub(*layout, i + chunk.text.n, layout->n);
		return chunk;
	}
	chunk.element = LITERAL;
	chunk.prefix = *layout;
	chunk.text = kv_str_sub(*layout, layout->n, layout->n);
	*layout = chunk.text;
	return chunk;
}

/* --- printing --------------------------------------------------------------------------------- */

/* appendInt: the width does not count the sign. */
static void print_int(int64_t v, int width, struct kv_buf *out)
{
	if (v < 0)
		kv_buf_c(out, '-');
	kv_buf_printf(out, "%0*llu", width, (unsigned long long)(v < 0 ? 0 - (uint64_t)v : (uint64_t)v));
}

static void print_offset(int64_t offset, const struct chunk *c, struct kv_buf *out)
{
	if (c->z && offset == 0) {
		kv_buf_c(out, 'Z');
		return;
	}
	int64_t minutes = offset / 60;
	int64_t seconds = minutes < 0 ? -offset : offset; /* go: the sign is that of the minutes */
	kv_buf_c(out, minutes < 0 ? '-' : '+');
	minutes = minutes < 0 ? -minutes : minutes;
	print_int(minutes / 60, 2, out);
	if (c->colons)
		kv_buf_c(out, ':');
	if (c->minutes)
		print_int(minutes % 60, 2, out);
	if (c->seconds && c->colons)
		kv_buf_c(out, ':');
	if (c->seconds)
		print_int(seconds % 60, 2, out);
}

/* FRACTION_9 drops trailing zeros, and then the point too. */
static void print_fraction(int32_t nsec, const struct chunk *c, struct kv_buf *out)
{
	char digits[16];
	int n = snprintf(digits, sizeof digits, "%09d", nsec);
	size_t want = c->text.n - 1, have = (size_t)n;
	size_t keep = want < have ? want : have;
	if (c->element == FRACTION_9) {
		while (keep && digits[keep - 1] == '0')
			keep--;
		if (!keep)
			return;
	}
	kv_buf_c(out, c->text.p[0]);
	kv_buf_add(out, digits, keep);
}

static void print_padded(int value, int width, bool blanks, struct kv_buf *out)
{
	if (blanks)
		kv_buf_printf(out, "%*d", width, value);
	else
		print_int(value, width, out);
}

static void print_element(const struct chunk *c, const struct rnd_civil *d, const struct rnd_zone_state *z,
			  int32_t nsec, struct kv_buf *out)
{
	static const struct chunk numeric = { .minutes = true };
	int hour12 = d->hour % 12 ? d->hour % 12 : 12;
	switch (c->element) {
	case LITERAL: break;
	case LONG_MONTH: kv_buf_str(out, kv_str_c(rnd_month_names[d->month - 1])); break;
	case MONTH: kv_buf_add(out, rnd_month_names[d->month - 1], 3); break;
	case NUM_MONTH: print_int(d->month, 0, out); break;
	case ZERO_MONTH: print_int(d->month, 2, out); break;
	case LONG_WEEKDAY: kv_buf_str(out, kv_str_c(rnd_day_names[d->weekday])); break;
	case WEEKDAY: kv_buf_add(out, rnd_day_names[d->weekday], 3); break;
	case DAY: print_int(d->day, 0, out); break;
	case UNDER_DAY: print_padded(d->day, 2, true, out); break;
	case ZERO_DAY: print_int(d->day, 2, out); break;
	case UNDER_YEARDAY: print_padded(d->year_day, 3, true, out); break;
	case ZERO_YEARDAY: print_int(d->year_day, 3, out); break;
	case HOUR: print_int(d->hour, 2, out); break;
	case HOUR12: print_int(hour12, 0, out); break;
	case ZERO_HOUR12: print_int(hour12, 2, out); break;
	case MINUTE: print_int(d->minute, 0, out); break;
	case ZERO_MINUTE: print_int(d->minute, 2, out); break;
	case SECOND: print_int(d->second, 0, out); break;
	case ZERO_SECOND: print_int(d->second, 2, out); break;
	case LONG_YEAR: print_int(d->year, 4, out); break;
	case YEAR: print_int((d->year < 0 ? -d->year : d->year) % 100, 2, out); break;
	case UPPER_PM: kv_buf_str(out, d->hour >= 12 ? KV_S("PM") : KV_S("AM")); break;
	case LOWER_PM: kv_buf_str(out, d->hour >= 12 ? KV_S("pm") : KV_S("am")); break;
	case ABBREVIATION:
		if (z->name.n)
			kv_buf_str(out, z->name);
		else
			print_offset(z->offset, &numeric, out);
		break;
	case OFFSET: print_offset(z->offset, c, out); break;
	case FRACTION_0:
	case FRACTION_9: print_fraction(nsec, c, out); break;
	}
}

void rnd_time_format(const struct rnd_time *t, kv_str layout, struct kv_buf *out)
{
	struct rnd_civil civil;
	struct rnd_zone_state zone;
	rnd_time_civil(t, &civil, &zone);
	while (layout.n) {
		struct chunk c = next_chunk(&layout);
		kv_buf_str(out, c.prefix);
		print_element(&c, &civil, &zone, t->nsec, out);
	}
}

void rnd_time_print(const struct rnd_time *t, struct kv_buf *out)
{
	rnd_time_format(t, KV_S("2006-01-02 15:04:05.999999999 -0700 MST"), out);
	if (!t->has_mono)
		return;
	uint64_t m = t->mono < 0 ? 0 - (uint64_t)t->mono : (uint64_t)t->mono, second = (uint64_t)RND_SECOND;
	kv_buf_printf(out, " m=%c%llu.%09llu", t->mono < 0 ? '-' : '+', (unsigned long long)(m / second),
		      (unsigned long long)(m % second));
}

/* --- parsing ---------------------------------------------------------------------------------- */

struct parse {
	struct kv_arena *a;
	kv_str layout, text; /* whole, for messages */
	kv_str rest;
	int64_t year, month, day, year_day, hour, minute, second, nsec; /* -1: not seen, where that matters */
	bool am, pm;
	bool utc;
	bool has_offset;
	int64_t offset;
	kv_str zone;
	const char *range; /* what is out of range */
	kv_str *error;
};

static int cannot_parse(struct parse *p, kv_str element, kv_str value)
{
	struct kv_buf b;
	kv_buf_init(&b, p->a, KV_BUF_MAX);
	kv_buf_lit(&b, "parsing time ");
	rnd_time_quote(p->text, &b);
	kv_buf_lit(&b, " as ");
	rnd_time_quote(p->layout, &b);
	kv_buf_lit(&b, ": cannot parse ");
	rnd_time_quote(value, &b);
	kv_buf_lit(&b, " as ");
	rnd_time_quote(element, &b);
	*p->error = kv_buf_view(&b);
	return -1;
}

static int parse_failed(struct parse *p, const char *what, const char *behind)
{
	struct kv_buf b;
	kv_buf_init(&b, p->a, KV_BUF_MAX);
	kv_buf_lit(&b, "parsing time ");
	rnd_time_quote(p->text, &b);
	kv_buf_printf(&b, ": %s%s", what, behind);
	*p->error = kv_buf_view(&b);
	return -1;
}

static kv_str drop(struct parse *p, size_t n)
{
	kv_str taken = kv_str_sub(p->rest, 0, n);
	p->rest = kv_str_sub(p->rest, n, p->rest.n);
	return taken;
}

static kv_str cut_blanks(kv_str s)
{
	while (s.n && s.p[0] == ' ')
		s = kv_str_sub(s, 1, s.n);
	return s;
}

/* Skips the literal, runs of blanks being alike. */
static bool skip_literal(struct parse *p, kv_str literal)
{
	while (literal.n) {
		if (literal.p[0] == ' ') {
			if (p->rest.n && p->rest.p[0] != ' ')
				return false;
			literal = cut_blanks(literal);
			p->rest = cut_blanks(p->rest);
			continue;
		}
		if (!p->rest.n || p->rest.p[0] != literal.p[0])
			return false;
		literal = kv_str_sub(literal, 1, literal.n);
		drop(p, 1);
	}
	return true;
}

/* One to `most` digits, or exactly `most`. */
static bool take_digits(struct parse *p, size_t most, bool fixed, int64_t *ret)
{
	size_t n = 0;
	int64_t v = 0;
	*ret = 0;
	for (; n < most && is_digit(p->rest, n); n++)
		v = v * 10 + (p->rest.p[n] - '0');
	if (!n || (fixed && n != most))
		return false;
	drop(p, n);
	*ret = v;
	return true;
}

/* Go's match: two bytes are alike when they are equal or one letter in two cases. */
static bool starts_with_name(kv_str s, kv_str name)
{
	if (s.n < name.n)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char a = (char)(s.p[i] | 0x20), b = (char)(name.p[i] | 0x20);
		if (s.p[i] != name.p[i] && (a != b || a < 'a' || a > 'z'))
			return false;
	}
	return true;
}

/* The number of the name, from 1; short names have three letters. */
static bool take_name(struct parse *p, const char *const *names, size_t n, bool is_short, int64_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		kv_str name = is_short ? kv_str_of(names[i], 3) : kv_str_c(names[i]);
		if (starts_with_name(p->rest, name)) {
			drop(p, name.n);
			*ret = (int64_t)i + 1;
			return true;
		}
	}
	return false;
}

static void check_range(struct parse *p, bool ok, const char *what)
{
	if (!ok)
		p->range = what;
}

/* "." or "," and n - 1 digits, of which nine count. Go reads them with atoi, which takes a sign. */
static bool take_fraction(struct parse *p, size_t n)
{
	if (p->rest.n < n || (p->rest.p[0] != '.' && p->rest.p[0] != ','))
		return false;
	kv_str s = kv_str_sub(p->rest, 0, n);
	bool negative = n > 1 && s.p[1] == '-';
	size_t first = negative || (n > 1 && s.p[1] == '+') ? 2 : 1;
	int64_t v = 0;
	for (size_t i = first; i < 10; i++) {
		if (i < n && !is_digit(s, i))
			return false;
		v = v * 10 + (i < n ? s.p[i] - '0' : 0);
	}
	drop(p, n);
	check_range(p, !negative || v == 0, "fractional second");
	p->nsec = v;
	return true;
}

/* Bytes of a fraction of any length here; 0 if there is none. */
static size_t fraction_here(kv_str s)
{
	if (s.n < 2 || (s.p[0] != '.' && s.p[0] != ',') || !is_digit(s, 1))
		return 0;
	size_t n = 2;
	while (is_digit(s, n))
		n++;
	return n;
}

/* Seconds may bring a fraction that the layout does not have. */
static bool take_second(struct parse *p, bool fixed, kv_str layout)
{
	if (!take_digits(p, 2, fixed, &p->second))
		return false;
	check_range(p, p->second < 60, "second");
	size_t n = fraction_here(p->rest);
	if (p->range || !n)
		return true;
	enum element next = next_chunk(&layout).element;
	return next == FRACTION_0 || next == FRACTION_9 || take_fraction(p, n);
}

/* go: atoi of two bytes, which may be a sign and a digit */
static bool take_short_year(struct parse *p)
{
	if (p->rest.n < 2)
		return false;
	kv_str two = drop(p, 2);
	bool sign = two.p[0] == '-' || two.p[0] == '+';
	if ((!sign && !is_digit(two, 0)) || !is_digit(two, 1))
		return false;
	int64_t v = two.p[1] - '0';
	if (!sign)
		v += (two.p[0] - '0') * 10;
	else if (two.p[0] == '-')
		v = -v;
	p->year = v + (v >= 69 ? 1900 : 2000);
	return true;
}

static bool take_long_year(struct parse *p)
{
	if (p->rest.n < 4 || !is_digit(p->rest, 0))
		return false;
	return take_digits(p, 4, true, &p->year);
}

static bool take_pm(struct parse *p, bool upper)
{
	kv_str two = drop(p, 2);
	p->pm |= kv_str_eq(two, upper ? KV_S("PM") : KV_S("pm"));
	p->am |= kv_str_eq(two, upper ? KV_S("AM") : KV_S("am"));
	return two.n == 2 && (kv_str_eq(two, upper ? KV_S("PM") : KV_S("pm")) ||
			      kv_str_eq(two, upper ? KV_S("AM") : KV_S("am")));
}

/* Two digits of an offset at s[i]. */
static bool two_digits(kv_str s, size_t i, int64_t *ret)
{
	if (!is_digit(s, i) || !is_digit(s, i + 1))
		return false;
	*ret = (s.p[i] - '0') * 10 + (s.p[i + 1] - '0');
	return true;
}

/* Hours may be 24, minutes and seconds 60, "as some people do write" them. */
static bool take_offset(struct parse *p, const struct chunk *c)
{
	if (c->z && p->rest.n && p->rest.p[0] == 'Z') {
		drop(p, 1);
		p->utc = true;
		return true;
	}
	size_t colons = c->colons, n = c->text.n;
	int64_t hours = 0, minutes = 0, seconds = 0;
	if (p->rest.n < n || (colons && p->rest.p[3] != ':') || (colons && c->seconds && p->rest.p[6] != ':'))
		return false;
	kv_str s = drop(p, n);
	bool ok = two_digits(s, 1, &hours);
	ok = ok && (!c->minutes || two_digits(s, 3 + colons, &minutes));
	ok = ok && (!c->seconds || two_digits(s, 5 + 2 * colons, &seconds));
	check_range(p, hours <= 24, "time zone offset hour");
	check_range(p, minutes <= 60, "time zone offset minute");
	check_range(p, seconds <= 60, "time zone offset second");
	p->offset = (hours * 60 + minutes) * 60 + seconds;
	p->offset = s.p[0] == '-' ? -p->offset : p->offset;
	p->has_offset = p->offset != -1; /* -1 means "none" in Go */
	return ok && (s.p[0] == '-' || s.p[0] == '+');
}

/* A sign and a number up to 23; its length or 0 (go: parseSignedOffset). */
static size_t signed_hours(kv_str s)
{
	if (!s.n || (s.p[0] != '-' && s.p[0] != '+') || !is_digit(s, 1))
		return 0;
	size_t i = 1;
	int64_t v = 0;
	for (; is_digit(s, i); i++)
		v = v > 23 ? 24 : v * 10 + (s.p[i] - '0');
	return v > 23 ? 0 : i;
}

/* The length of what looks like a zone's abbreviation (go: parseTimeZone). */
static size_t abbreviation_length(kv_str s)
{
	if (s.n < 3)
		return 0;
	if (kv_str_starts(s, KV_S("ChST")) || kv_str_starts(s, KV_S("MeST")))
		return 4;
	if (kv_str_starts(s, KV_S("GMT")))
		return 3 + signed_hours(kv_str_sub(s, 3, s.n));
	if (s.p[0] == '+' || s.p[0] == '-')
		return signed_hours(s);
	size_t upper = 0;
	while (upper < 6 && upper < s.n && s.p[upper] >= 'A' && s.p[upper] <= 'Z')
		upper++;
	bool ends_in_t = upper >= 4 && s.p[upper - 1] == 'T';
	if (upper == 3 || (upper == 4 && (ends_in_t || kv_str_starts(s, KV_S("WITA")))) ||
	    (upper == 5 && ends_in_t))
		return upper;
	return 0;
}

static bool take_abbreviation(struct parse *p)
{
	if (kv_str_starts(p->rest, KV_S("UTC"))) {
		drop(p, 3);
		p->utc = true;
		return true;
	}
	p->zone = drop(p, abbreviation_length(p->rest));
	return p->zone.n > 0;
}

static void skip_blank_padding(struct parse *p, bool padded, int most)
{
	for (; padded && most && p->rest.n && p->rest.p[0] == ' '; most--)
		drop(p, 1);
}

static bool take_element(struct parse *p, const struct chunk *c, kv_str layout)
{
	int64_t ignored;
	bool ok = true;
	switch (c->element) {
	case LITERAL: break;
	case YEAR: return take_short_year(p);
	case LONG_YEAR: return take_long_year(p);
	case MONTH: return take_name(p, rnd_month_names, 12, true, &p->month);
	case LONG_MONTH: return take_name(p, rnd_month_names, 12, false, &p->month);
	case NUM_MONTH:
	case ZERO_MONTH:
		ok = take_digits(p, 2, c->element == ZERO_MONTH, &p->month);
		check_range(p, !ok || (p->month >= 1 && p->month <= 12), "month");
		break;
	case WEEKDAY: return take_name(p, rnd_day_names, 7, true, &ignored);
	case LONG_WEEKDAY: return take_name(p, rnd_day_names, 7, false, &ignored);
	case DAY:
	case UNDER_DAY:
	case ZERO_DAY:
		skip_blank_padding(p, c->element == UNDER_DAY, 1);
		return take_digits(p, 2, c->element == ZERO_DAY, &p->day);
	case UNDER_YEARDAY:
	case ZERO_YEARDAY:
		skip_blank_padding(p, c->element == UNDER_YEARDAY, 2);
		return take_digits(p, 3, c->element == ZERO_YEARDAY, &p->year_day);
	case HOUR:
		ok = take_digits(p, 2, false, &p->hour);
		check_range(p, p->hour < 24, "hour");
		break;
	case HOUR12:
	case ZERO_HOUR12:
		ok = take_digits(p, 2, c->element == ZERO_HOUR12, &p->hour);
		check_range(p, p->hour <= 12, "hour");
		break;
	case MINUTE:
	case ZERO_MINUTE:
		ok = take_digits(p, 2, c->element == ZERO_MINUTE, &p->minute);
		check_range(p, p->minute < 60, "minute");
		break;
	case SECOND:
	case ZERO_SECOND: return take_second(p, c->element == ZERO_SECOND, layout);
	case UPPER_PM:
	case LOWER_PM: return take_pm(p, c->element == UPPER_PM);
	case OFFSET: return take_offset(p, c);
	case ABBREVIATION: return take_abbreviation(p);
	case FRACTION_0: return take_fraction(p, c->text.n);
	case FRACTION_9: return !fraction_here(p->rest) || take_fraction(p, fraction_here(p->rest));
	}
	return ok;
}

static int extra_text(struct parse *p)
{
	struct kv_buf b;
	kv_buf_init(&b, p->a, KV_BUF_MAX);
	rnd_time_quote(p->rest, &b);
	return parse_failed(p, "extra text: ", kv_arena_cstr(p->a, kv_buf_view(&b)));
}

static int parse_elements(struct parse *p)
{
	kv_str layout = p->layout;
	for (;;) {
		struct chunk c = next_chunk(&layout);
		if (!skip_literal(p, c.prefix))
			return cannot_parse(p, c.prefix, p->rest);
		if (c.element == LITERAL)
			return p->rest.n ? extra_text(p) : 0;
		kv_str hold = p->rest;
		bool ok = take_element(p, &c, layout);
		if (p->range)
			return parse_failed(p, p->range, " out of range");
		if (!ok)
			return cannot_parse(p, c.text, hold);
	}
}

/* A day of the year decides month and day, and must not contradict them. */
static int settle_date(struct parse *p)
{
	if (p->year_day >= 0) {
		int64_t yday = p->year_day, month = 1;
		bool leap = rnd_is_leap(p->year), leap_day = leap && yday == 31 + 29;
		if (leap && yday > 31 + 29)
			yday--;
		if (!leap_day && (yday < 1 || yday > 365))
			return parse_failed(p, "day-of-year out of range", "");
		while (!leap_day && rnd_days_before_month((int)month + 1) < yday)
			month++;
		if (leap_day)
			month = 2;
		int64_t day = leap_day ? 29 : yday - rnd_days_before_month((int)month);
		if (p->month >= 0 && p->month != month)
			return parse_failed(p, "day-of-year does not match month", "");
		if (p->day >= 0 && p->day != day)
			return parse_failed(p, "day-of-year does not match day", "");
		p->month = month;
		p->day = day;
	}
	p->month = p->month < 0 ? 1 : p->month;
	p->day = p->day < 0 ? 1 : p->day;
	if (p->day < 1 || p->day > rnd_days_in_month((int)p->month, p->year))
		return parse_failed(p, "day out of range", "");
	return 0;
}

/* The hour offset of "GMT+3". */
static int64_t gmt_offset(kv_str zone)
{
	int64_t v = 0;
	if (zone.n <= 3 || !kv_str_starts(zone, KV_S("GMT")))
		return 0;
	for (size_t i = 4; i < zone.n; i++)
		v = v * 10 + (zone.p[i] - '0');
	return (zone.p[3] == '-' ? -v : v) * 3600;
}

/* An offset or abbreviation that the zone itself uses then is the zone; another becomes a zone of its own. */
static struct rnd_time place(struct parse *p, const struct rnd_zone *zone)
{
	struct rnd_civil c = { .year = p->year,
			       .month = (int)p->month,
			       .day = (int)p->day,
			       .hour = (int)p->hour,
			       .minute = (int)p->minute,
			       .second = (int)p->second };
	if (p->utc || (!p->has_offset && !p->zone.n))
		return rnd_time_date(&c, p->nsec, p->utc ? &rnd_zone_utc : zone);
	struct rnd_time t = rnd_time_date(&c, p->nsec, &rnd_zone_utc);
	if (p->has_offset) {
		t.sec -= p->offset;
		struct rnd_zone_state state = rnd_zone_at(zone, t.sec);
		bool same = state.offset == p->offset && (!p->zone.n || kv_str_eq(state.name, p->zone));
		t.zone = same ? zone : rnd_zone_fixed(p->a, p->zone, p->offset);
		return t;
	}
	int64_t offset;
	if (rnd_zone_offset_of(zone, p->zone, t.sec, &offset)) {
		t.sec -= offset;
		t.zone = zone;
		return t;
	}
	t.zone = rnd_zone_fixed(p->a, p->zone, gmt_offset(p->zone));
	return t;
}

int rnd_time_parse(struct kv_arena *a, kv_str layout, kv_str text, const struct rnd_zone *zone,
		   struct rnd_time *ret, kv_str *ret_error)
{
	struct parse p = { .a = a,
			   .layout = layout,
			   .text = text,
			   .rest = text,
			   .month = -1,
			   .day = -1,
			   .year_day = -1,
			   .error = ret_error };
	*ret = rnd_time_unix(RND_ZERO_TIME, &rnd_zone_utc);
	if (parse_elements(&p))
		return -1;
	if (p.pm && p.hour < 12)
		p.hour += 12;
	else if (p.am && p.hour == 12)
		p.hour = 0;
	if (settle_date(&p))
		return -1;
	*ret = place(&p, zone);
	return 0;
}
