/* render/template/toml_number.c: numbers, dates and times of a TOML text (toml: lex.go, parse.go). */
#include "base/num.h"
#include "render/template/time_class.h"
#include "render/template/toml_reader.h"

const char rnd_toml_zone_datetime[] = "datetime-local";
const char rnd_toml_zone_date[] = "date-local";
const char rnd_toml_zone_time[] = "time-local";

static bool underscores_fit(kv_str s)
{
	bool accept = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_' && !accept)
			return false;
		accept = rnd_toml_is_hex((unsigned char)s.p[i]);
	}
	return accept;
}

static bool is_special_float(kv_str s)
{
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = kv_str_sub(s, 1, s.n);
	return kv_str_eq(s, KV_S("nan")) || kv_str_eq(s, KV_S("inf"));
}

static bool has_leading_zero(kv_str s)
{
	if (s.n > 1 && s.p[0] == '0' && !strchr("box", s.p[1]))
		return true;
	return s.n > 2 && (s.p[0] == '-' || s.p[0] == '+') && s.p[1] == '0';
}

static int out_of_range(struct rnd_toml_reader *r, kv_str s, const char *type)
{
	return rnd_toml_fail_line(r, r->line,
				  kv_arena_printf(r->a, "%.*s is out of range for %s", KV_ARG(s), type));
}

static int read_integer(struct rnd_toml_reader *r, kv_str s, krm_val *ret)
{
	int64_t v;
	if (!underscores_fit(s))
		return rnd_toml_fail_text(r, "Invalid integer ", s,
					  ": underscores must be surrounded by digits");
	if (has_leading_zero(s))
		return rnd_toml_fail_text(r, "Invalid integer ", s, ": cannot have leading zeroes");
	if (kv_num_parse_int(s, 0, &v) != KV_NUM_OK)
		return out_of_range(r, s, "int64");
	*ret = krm_int64(v);
	return 0;
}

/* The parts between ".", "e" and "E" each obey the rule for underscores; the first one that for zeros. */
static int check_float(struct rnd_toml_reader *r, kv_str s)
{
	size_t start = 0;
	bool first = true, period = false;
	kv_str first_part = KV_S("");
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && !strchr(".eE", s.p[i]))
			continue;
		kv_str part = kv_str_sub(s, start, i);
		start = i + 1;
		if (!part.n)
			continue;
		if (!is_special_float(part) && !underscores_fit(part))
			return rnd_toml_fail_text(r, "Invalid float ", s,
						  ": underscores must be surrounded by digits");
		first_part = first ? part : first_part;
		first = false;
	}
	if (has_leading_zero(first_part))
		return rnd_toml_fail_text(r, "Invalid float ", s, ": cannot have leading zeroes");
	for (size_t i = 0; i <= s.n; i++) {
		if (period && (i == s.n || !rnd_toml_is_digit((unsigned char)s.p[i])))
			return rnd_toml_fail_text(r, "Invalid float ", s,
						  ": '.' must be followed by one or more digits");
		period = i < s.n && s.p[i] == '.';
	}
	return 0;
}

int rnd_toml_read_float(struct rnd_toml_reader *r, kv_str s, krm_val *ret)
{
	struct kv_buf b;
	double v;
	if (check_float(r, s))
		return -1;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			kv_buf_c(&b, s.p[i]);
	kv_str digits = kv_buf_view(&b);
	bool negative_nan = kv_str_eq(digits, KV_S("-nan"));
	if (negative_nan || kv_str_eq(digits, KV_S("+nan")))
		digits = KV_S("nan");
	enum kv_num_error e = kv_num_parse_float(digits, &v);
	if (e == KV_NUM_RANGE)
		return out_of_range(r, s, "float64");
	if (e != KV_NUM_OK)
		return rnd_toml_fail_text(r, "Invalid float value: ", s, "");
	*ret = krm_float(negative_nan ? -v : v);
	return 0;
}

static const struct {
	kv_str layout;
	const char *zone; /* NULL: the text has one */
} date_forms[] = {
	{ KV_STR("2006-01-02T15:04:05.999999999Z07:00"), NULL },
	{ KV_STR("2006-01-02T15:04:05.999999999"), rnd_toml_zone_datetime },
	{ KV_STR("2006-01-02"), rnd_toml_zone_date },
	{ KV_STR("15:04:05.999999999"), rnd_toml_zone_time },
	{ KV_STR("2006-01-02T15:04Z07:00"), NULL },
	{ KV_STR("2006-01-02T15:04"), rnd_toml_zone_datetime },
	{ KV_STR("15:04"), rnd_toml_zone_time },
};

/* Go's layouts take one digit for an hour; then a separator stands too early. */
static bool lacks_zero(kv_str date, kv_str layout)
{
	for (size_t i = 0; i < layout.n; i++) {
		if (layout.p[i] == '.' || layout.p[i] == 'Z')
			return false;
		if (!rnd_toml_is_digit((unsigned char)layout.p[i]) &&
		    (i >= date.n || date.p[i] != layout.p[i]))
			return true;
	}
	return false;
}

static int read_date(struct rnd_toml_reader *r, kv_str s, krm_val *ret)
{
	char *p = kv_arena_cstr(r->a, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == 'z' ? 'Z' : p[i] == 't' || p[i] == ' ' ? 'T' : p[i];
	s = kv_str_of(p, s.n);
	for (size_t i = 0; i < sizeof date_forms / sizeof *date_forms; i++) {
		const char *name = date_forms[i].zone;
		const struct rnd_zone *zone =
			name ? rnd_zone_fixed(r->a, kv_str_c(name), 0) : rnd_zone_local(r->job, false);
		struct rnd_time t;
		kv_str unused;
		if (rnd_time_parse(r->a, date_forms[i].layout, s, zone, &t, &unused))
			continue;
		if (lacks_zero(s, date_forms[i].layout))
			break;
		*ret = rnd_time_val(r->a, t);
		return 0;
	}
	return rnd_toml_fail_text(r, "invalid datetime: ", s, "");
}

/* Reads on while the characters belong to the set. */
static int read_while(struct rnd_toml_reader *r, const char *set, uint32_t *ret_next)
{
	do {
		if (rnd_toml_next(r, ret_next))
			return -1;
	} while (*ret_next != RND_TOML_END && *ret_next < 0x80 && strchr(set, (char)*ret_next));
	rnd_toml_back(r);
	return 0;
}

kv_str rnd_toml_since(const struct rnd_toml_reader *r, size_t start)
{
	return kv_str_sub(r->text, start, r->i);
}

static int finish_float(struct rnd_toml_reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	return read_while(r, "0123456789_.-+eE", &c) ? -1
						     : rnd_toml_read_float(r, rnd_toml_since(r, start), ret);
}

/* Digits and underscores are read; a float or an integer. */
static int finish_decimal(struct rnd_toml_reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	if (read_while(r, "0123456789_", &c))
		return -1;
	if (c == '.' || c == 'e' || c == 'E')
		return finish_float(r, start, ret);
	return read_integer(r, rnd_toml_since(r, start), ret);
}

static int finish_date(struct rnd_toml_reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	if (read_while(r, "0123456789-:Tt .Zz+", &c))
		return -1;
	kv_str s = rnd_toml_since(r, start);
	return read_date(r, kv_str_trim(s, " \t"), ret);
}

/* "0x", "0o", "0b": the letter is read. */
static int finish_based(struct rnd_toml_reader *r, size_t start, uint32_t letter, krm_val *ret)
{
	const char *digits = letter == 'x' ? "0123456789abcdefABCDEF" : letter == 'o' ? "01234567" : "01";
	const char *name = letter == 'x' ? "a hexadecimal" : letter == 'o' ? "an octal" : "a binary";
	uint32_t c;
	if (rnd_toml_peek(r, &c))
		return -1;
	if (c == RND_TOML_END || c >= 0x80 || !strchr(digits, (char)c)) {
		struct kv_buf b;
		kv_buf_init(&b, r->a, KV_BUF_MAX);
		kv_buf_printf(&b, "not %s number: '%.*s", name, KV_ARG(rnd_toml_since(r, start)));
		kv_buf_rune(&b, c);
		kv_buf_c(&b, '\'');
		return rnd_toml_fail_line(r, r->line, kv_buf_view(&b));
	}
	const char *set = kv_arena_cat(r->a, kv_str_c(digits), KV_S("_")).p;
	return read_while(r, set, &c) ? -1
							   : read_integer(r, rnd_toml_since(r, start), ret);
}

int rnd_toml_read_number(struct rnd_toml_reader *r, krm_val *ret)
{
	size_t start = r->i;
	uint32_t c;
	if (rnd_toml_next(r, &c))
		return -1;
	bool zero = c == '0';
	if (rnd_toml_peek(r, &c))
		return -1;
	if (zero && (c == 'x' || c == 'o' || c == 'b'))
		return rnd_toml_next(r, &c) ? -1 : finish_based(r, start, c, ret);
	bool more_digits = rnd_toml_is_digit(c);
	if (read_while(r, "0123456789", &c))
		return -1;
	if ((c == '-' || c == ':') && (!zero || more_digits))
		return finish_date(r, start, ret);
	return finish_decimal(r, start, ret);
}

static int bad_sign(struct rnd_toml_reader *r, size_t start, uint32_t c)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_printf(&b, "cannot use sign with non-decimal numbers: '%.*s",
		      KV_ARG(rnd_toml_since(r, start)));
	kv_buf_rune(&b, c);
	kv_buf_c(&b, '\'');
	return rnd_toml_fail_line(r, r->line, kv_buf_view(&b));
}

/* "inf" and "nan" behind a sign, whose first letter is read. */
static int finish_signed_word(struct rnd_toml_reader *r, size_t start, const char *rest, krm_val *ret)
{
	bool ok = true;
	for (; ok && *rest; rest++)
		if (rnd_toml_accept(r, (uint32_t)*rest, &ok))
			return -1;
	if (!ok)
		return rnd_toml_fail_line(
			r, r->line,
			kv_arena_printf(r->a, "invalid float: '%.*s'", KV_ARG(rnd_toml_since(r, start))));
	return rnd_toml_read_float(r, rnd_toml_since(r, start), ret);
}

int rnd_toml_read_signed(struct rnd_toml_reader *r, krm_val *ret)
{
	size_t start = r->i - 1;
	uint32_t c, after;
	if (rnd_toml_next(r, &c))
		return -1;
	if (c == 'i' || c == 'n')
		return finish_signed_word(r, start, c == 'i' ? "nf" : "an", ret);
	if (c == '.')
		return rnd_toml_fail(r, "floats must start with a digit, not '.'");
	if (c == '0') {
		if (rnd_toml_peek(r, &after))
			return -1;
		if (after == 'b' || after == 'o' || after == 'x')
			return bad_sign(r, start, after);
	}
	if (rnd_toml_is_digit(c))
		return finish_decimal(r, start, ret);
	return rnd_toml_fail_rune(r, rnd_toml_error_line(r), "expected a digit but got ", c, "");
}
