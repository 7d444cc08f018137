/* render/template/duration.c: texts of durations (go: time/format.go, time/time.go). */
#include "render/template/gotime.h"

void rnd_time_quote(kv_str s, struct kv_buf *out)
{
	kv_buf_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 || c < ' ') {
			kv_buf_printf(out, "\\x%02x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			kv_buf_c(out, '\\');
		kv_buf_c(out, (char)c);
	}
	kv_buf_c(out, '"');
}

/* --- printing --------------------------------------------------------------------------------- */

/* u in units of 10^-digits, without trailing zeros. */
static void print_fraction(uint64_t u, int digits, struct kv_buf *out)
{
	uint64_t scale = 1;
	for (int i = 0; i < digits; i++)
		scale *= 10;
	kv_buf_printf(out, "%llu", (unsigned long long)(u / scale));
	uint64_t rest = u % scale;
	if (!rest)
		return;
	while (rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	kv_buf_printf(out, ".%0*llu", digits, (unsigned long long)rest);
}

/* "1h2m3.5s"; below a second in the largest unit that leaves a whole part. */
void rnd_duration_print(int64_t d, struct kv_buf *out)
{
	uint64_t u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d, second = (uint64_t)RND_SECOND;
	if (d < 0)
		kv_buf_c(out, '-');
	if (u == 0) {
		kv_buf_lit(out, "0s");
	} else if (u < 1000) {
		kv_buf_printf(out, "%lluns", (unsigned long long)u);
	} else if (u < 1000000) {
		print_fraction(u, 3, out);
		kv_buf_lit(out, "\xc2\xb5s");
	} else if (u < second) {
		print_fraction(u, 6, out);
		kv_buf_lit(out, "ms");
	} else {
		uint64_t minutes = u / second / 60;
		if (minutes >= 60)
			kv_buf_printf(out, "%lluh", (unsigned long long)(minutes / 60));
		if (minutes)
			kv_buf_printf(out, "%llum", (unsigned long long)(minutes % 60));
		print_fraction(u % (60 * second), 9, out);
		kv_buf_c(out, 's');
	}
}

/* --- parsing ---------------------------------------------------------------------------------- */

static const struct {
	kv_str name;
	uint64_t nanoseconds;
} units[] = {
	{ KV_STR("ns"), 1 },           { KV_STR("us"), 1000 },
	{ KV_STR("\xc2\xb5s"), 1000 }, /* micro sign */
	{ KV_STR("\xce\xbcs"), 1000 }, /* Greek mu */
	{ KV_STR("ms"), 1000000 },     { KV_STR("s"), 1000000000 },
	{ KV_STR("m"), 60000000000 },  { KV_STR("h"), 3600000000000 },
};

/* The largest magnitude: that of the smallest duration. */
#define MOST ((uint64_t)1 << 63)

static bool is_digit_at(kv_str s, size_t i)
{
	return i < s.n && kv_is_digit(s.p[i]);
}

/* Digits at s[*i]; false if they exceed MOST. */
static bool whole_part(kv_str s, size_t *i, uint64_t *ret)
{
	uint64_t v = 0;
	for (; is_digit_at(s, *i); ++*i) {
		if (v > MOST / 10)
			return false;
		v = v * 10 + (uint64_t)(s.p[*i] - '0');
		if (v > MOST)
			return false;
	}
	*ret = v;
	return true;
}

/* Digits behind the point; those beyond 63 bits of precision do not count. */
static uint64_t fraction_part(kv_str s, size_t *i, double *ret_scale)
{
	uint64_t v = 0;
	bool full = false;
	*ret_scale = 1;
	for (; is_digit_at(s, *i); ++*i) {
		full = full || v > (MOST - 1) / 10 || v * 10 + (uint64_t)(s.p[*i] - '0') > MOST;
		if (full)
			continue;
		v = v * 10 + (uint64_t)(s.p[*i] - '0');
		*ret_scale *= 10;
	}
	return v;
}

struct duration_error {
	const char *what; /* NULL: none */
	kv_str unit;      /* the unknown unit, for its message */
};

static bool find_unit(kv_str s, size_t *i, uint64_t *ret, struct duration_error *e)
{
	size_t start = *i;
	while (*i < s.n && s.p[*i] != '.' && !is_digit_at(s, *i))
		++*i;
	kv_str unit = kv_str_sub(s, start, *i);
	for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
		if (kv_str_eq(units[k].name, unit)) {
			*ret = units[k].nanoseconds;
			return true;
		}
	}
	e->what = unit.n ? "unknown unit" : "missing unit in duration";
	e->unit = unit;
	return false;
}

/* number = digits ["." digits] | "." digits; then a unit. Adds to *sum. */
static bool add_term(kv_str s, size_t *i, uint64_t *sum, struct duration_error *e)
{
	uint64_t whole, fraction = 0, unit;
	double scale = 1;
	size_t start = *i;
	e->what = "invalid duration";
	if (!(s.p[*i] == '.' || is_digit_at(s, *i)) || !whole_part(s, i, &whole))
		return false;
	bool digits = *i > start;
	if (*i < s.n && s.p[*i] == '.') {
		start = ++*i;
		fraction = fraction_part(s, i, &scale);
		digits |= *i > start;
	}
	if (!digits || !find_unit(s, i, &unit, e) || whole > MOST / unit)
		return false;
	whole *= unit;
	if (fraction)
		whole += (uint64_t)((double)fraction * ((double)unit / scale));
	if (whole > MOST)
		return false;
	*sum += whole;
	if (*sum > MOST)
		return false;
	e->what = NULL;
	return true;
}

static int duration_failed(struct kv_arena *a, const struct duration_error *e, kv_str text, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_printf(&b, "time: %s ", e->what);
	if (e->unit.n) {
		rnd_time_quote(e->unit, &b);
		kv_buf_lit(&b, " in duration ");
	}
	rnd_time_quote(text, &b);
	*ret_error = kv_buf_view(&b);
	return -1;
}

int rnd_duration_parse(struct kv_arena *a, kv_str text, int64_t *ret, kv_str *ret_error)
{
	struct duration_error e = { 0 };
	bool negative = kv_str_starts(text, KV_S("-"));
	size_t i = negative || kv_str_starts(text, KV_S("+"));
	uint64_t sum = 0;
	*ret = 0;
	if (kv_str_eq(kv_str_sub(text, i, text.n), KV_S("0")))
		return 0;
	if (i >= text.n)
		e.what = "invalid duration";
	while (!e.what && i < text.n)
		(void)add_term(text, &i, &sum, &e);
	if (!e.what && !negative && sum > MOST - 1)
		e.what = "invalid duration";
	if (e.what)
		return duration_failed(a, &e, text, ret_error);
	*ret = (int64_t)(negative ? 0 - sum : sum);
	return 0;
}
