/* krm/yaml_resolve.c: what plain scalars mean to go-yaml v2 and v3 (resolve.go, encode.go). */
#include "krm/yaml_internal.h"

#include <math.h>
#include <stdio.h>

#include "base/num.h"

/* --- words ------------------------------------------------------------------------------------ */

struct word {
	uint8_t length;
	char text[7]; /* YML_LONGEST_WORD and a NUL at least */
	struct yml_resolved meaning;
};

#define WORD(s, ...) { KV_BYTES(s), { __VA_ARGS__ } }
#define TRUE_WORD(s) WORD(s, .type = YML_BOOL, .b = true)
#define FALSE_WORD(s) WORD(s, .type = YML_BOOL, .b = false)
#define NULL_WORD(s) WORD(s, .type = YML_NULL)
#define FLOAT_WORD(s, v) WORD(s, .type = YML_FLOAT, .f = (double)(v))

static const struct word words[] = {
	TRUE_WORD("true"),
	TRUE_WORD("True"),
	TRUE_WORD("TRUE"),
	FALSE_WORD("false"),
	FALSE_WORD("False"),
	FALSE_WORD("FALSE"),
	NULL_WORD("~"),
	NULL_WORD("null"),
	NULL_WORD("Null"),
	NULL_WORD("NULL"),
	FLOAT_WORD(".nan", NAN),
	FLOAT_WORD(".NaN", NAN),
	FLOAT_WORD(".NAN", NAN),
	FLOAT_WORD(".inf", INFINITY),
	FLOAT_WORD(".Inf", INFINITY),
	FLOAT_WORD(".INF", INFINITY),
	FLOAT_WORD("+.inf", INFINITY),
	FLOAT_WORD("+.Inf", INFINITY),
	FLOAT_WORD("+.INF", INFINITY),
	FLOAT_WORD("-.inf", -INFINITY),
	FLOAT_WORD("-.Inf", -INFINITY),
	FLOAT_WORD("-.INF", -INFINITY),
};

/* Booleans for v2, strings that v3 quotes. */
static const struct word old_bools[] = {
	TRUE_WORD("y"),   TRUE_WORD("Y"),    TRUE_WORD("yes"),  TRUE_WORD("Yes"),
	TRUE_WORD("YES"), TRUE_WORD("on"),   TRUE_WORD("On"),   TRUE_WORD("ON"),
	FALSE_WORD("n"),  FALSE_WORD("N"),   FALSE_WORD("no"),  FALSE_WORD("No"),
	FALSE_WORD("NO"), FALSE_WORD("off"), FALSE_WORD("Off"), FALSE_WORD("OFF"),
};

static bool find_word(const struct word *list, size_t n, kv_str text, struct yml_resolved *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (kv_str_eq(kv_str_of(list[i].text, list[i].length), text)) {
			*ret = list[i].meaning;
			return true;
		}
	}
	return false;
}

bool krm_yml_is_old_bool(kv_str text)
{
	struct yml_resolved r;
	return text.n > 0 && text.n <= 3 &&
	       find_word(old_bools, sizeof old_bools / sizeof *old_bools, text, &r);
}

static bool is_word(kv_str text, enum yml_version version, struct yml_resolved *ret)
{
	return text.n <= YML_LONGEST_WORD &&
	       (find_word(words, sizeof words / sizeof *words, text, ret) ||
		(version == YML_V2 && find_word(old_bools, sizeof old_bools / sizeof *old_bools, text, ret)));
}

/* --- numbers ---------------------------------------------------------------------------------- */

static size_t skip_digits(kv_str s, size_t i)
{
	while (i < s.n && kv_is_digit(s.p[i]))
		i++;
	return i;
}

/* ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$ */
static bool looks_like_float(kv_str s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), start = i;
	i = skip_digits(s, i);
	bool digits = i > start;
	if (i < s.n && s.p[i] == '.') {
		size_t dot = i++;
		i = skip_digits(s, i);
		if (!digits && i == dot + 1)
			return false;
	} else if (!digits) {
		return false;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		start = i;
		i = skip_digits(s, i);
		if (i == start)
			return false;
	}
	return i == s.n;
}

static bool parse_integer(kv_str s, int base, struct yml_resolved *ret)
{
	if (kv_num_parse_int(s, base, &ret->i) == KV_NUM_OK) {
		ret->type = YML_INT;
		return true;
	}
	if (kv_num_parse_uint(s, base, &ret->u) == KV_NUM_OK) {
		ret->type = YML_UINT;
		return true;
	}
	return false;
}

/* What is left after the general ParseInt: "0b-1" and, in v3, "0o-1" are integers, "-0b+1" is none. */
static bool parse_prefixed(kv_str s, char letter, int base, struct yml_resolved *ret)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	kv_str rest = kv_str_sub(s, minus, s.n);
	if (rest.n < 2 || rest.p[0] != '0' || rest.p[1] != letter)
		return false;
	rest = kv_str_sub(rest, 2, rest.n);
	if (!minus)
		return parse_integer(rest, base, ret);
	char text[80]; /* 64 binary digits and a sign; what is longer is no integer but for leading zeros */
	while (rest.n > 1 && rest.p[0] == '0')
		rest = kv_str_sub(rest, 1, rest.n);
	if (rest.n + 2 > sizeof text)
		return false;
	int n = snprintf(text, sizeof text, "-%.*s", KV_ARG(rest));
	ret->type = YML_INT;
	return kv_num_parse_int(kv_str_of(text, (size_t)n), base, &ret->i) == KV_NUM_OK;
}

static bool parse_number(kv_str s, enum yml_version version, struct yml_resolved *ret)
{
	if (parse_integer(s, 0, ret))
		return true;
	if (looks_like_float(s) && kv_num_parse_float(s, &ret->f) == KV_NUM_OK) {
		ret->type = YML_FLOAT;
		return true;
	}
	return parse_prefixed(s, 'b', 2, ret) || (version == YML_V3 && parse_prefixed(s, 'o', 8, ret));
}

/* Underscores do not count. Numbers are short, so a text of more than this size without underscores is not
 * copied and one with underscores is no number. */
#define NUMBER_SIZE 2048u

static bool parse_number_text(kv_str text, enum yml_version version, struct yml_resolved *ret)
{
	char plain[NUMBER_SIZE];
	size_t n = 0;
	if (kv_str_chr(text, '_') == SIZE_MAX)
		return parse_number(text, version, ret);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '_')
			continue;
		if (n == sizeof plain)
			return false;
		plain[n++] = text.p[i];
	}
	return parse_number(kv_str_of(plain, n), version, ret);
}

/* ^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$ */
bool krm_yml_is_base60(kv_str s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'), groups = 0;
	if (i == s.n || !kv_is_digit(s.p[i]) || kv_str_chr(s, ':') == SIZE_MAX)
		return false;
	while (i < s.n && (kv_is_digit(s.p[i]) || s.p[i] == '_'))
		i++;
	for (; i + 1 < s.n && s.p[i] == ':' && kv_is_digit(s.p[i + 1]); groups++) {
		bool two = s.p[i + 1] < '6' && i + 2 < s.n && kv_is_digit(s.p[i + 2]);
		i += two ? 3 : 2;
	}
	if (groups > 0 && i < s.n && s.p[i] == '.')
		for (i++; i < s.n && (kv_is_digit(s.p[i]) || s.p[i] == '_');)
			i++;
	return groups > 0 && i == s.n;
}

/* --- timestamps ------------------------------------------------------------------------------- */

struct time_parts {
	int year, month, day, hour, minute, second, nanoseconds;
	int offset; /* minutes east of Greenwich */
};

/* One or two digits, as time.Parse reads "1", "2", "15", "4", "5". */
static bool take_number(kv_str *s, int low, int high, int *ret)
{
	size_t n = skip_digits(kv_str_sub(*s, 0, 2), 0);
	if (n == 0)
		return false;
	*ret = n == 2 ? (s->p[0] - '0') * 10 + s->p[1] - '0' : s->p[0] - '0';
	*s = kv_str_sub(*s, n, s->n);
	return *ret >= low && *ret <= high;
}

static bool take_char(kv_str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = kv_str_sub(*s, 1, s->n);
	return true;
}

/* Decimals of a second behind a point or a comma, cut after nine. */
static void take_fraction(kv_str *s, int *ret)
{
	if (s->n < 2 || (s->p[0] != '.' && s->p[0] != ',') || !kv_is_digit(s->p[1]))
		return;
	size_t end = skip_digits(*s, 1);
	*ret = 0;
	for (size_t i = 1; i < 10; i++)
		*ret = *ret * 10 + (i < end ? s->p[i] - '0' : 0);
	*s = kv_str_sub(*s, end, s->n);
}

/* Z or +hh:mm; time.Parse takes 24 hours and 60 minutes. */
static bool take_zone(kv_str *s, int *ret)
{
	if (take_char(s, 'Z'))
		return true;
	bool minus = s->n > 0 && s->p[0] == '-';
	if (s->n < 6 || (!minus && s->p[0] != '+') || s->p[3] != ':' || skip_digits(*s, 1) != 3 ||
	    skip_digits(*s, 4) < 6)
		return false;
	int hours = (s->p[1] - '0') * 10 + s->p[2] - '0', minutes = (s->p[4] - '0') * 10 + s->p[5] - '0';
	*s = kv_str_sub(*s, 6, s->n);
	*ret = (minus ? -1 : 1) * (hours * 60 + minutes);
	return hours <= 24 && minutes <= 60;
}

static int days_in(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

/* YYYY-M-D, alone or with one of "T", "t" and a time with zone, or blanks and a time without. */
static bool parse_time(kv_str s, struct time_parts *t)
{
	if (s.n < 5 || skip_digits(s, 0) != 4 || s.p[4] != '-')
		return false;
	t->year = (s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 + s.p[3] - '0';
	s = kv_str_sub(s, 5, s.n);
	if (!take_number(&s, 1, 12, &t->month) || !take_char(&s, '-') || !take_number(&s, 1, 31, &t->day) ||
	    t->day > days_in(t->year, t->month))
		return false;
	if (s.n == 0)
		return true;
	bool zone = take_char(&s, 'T') || take_char(&s, 't');
	if (!zone && s.p[0] != ' ')
		return false;
	while (!zone && take_char(&s, ' '))
		;
	if (!take_number(&s, 0, 23, &t->hour) || !take_char(&s, ':') || !take_number(&s, 0, 59, &t->minute) ||
	    !take_char(&s, ':') || !take_number(&s, 0, 59, &t->second))
		return false;
	take_fraction(&s, &t->nanoseconds);
	return (!zone || take_zone(&s, &t->offset)) && s.n == 0;
}

bool krm_yml_time_text(kv_str text, char out[YML_TIME_SIZE])
{
	struct time_parts t = { .year = 0 };
	out[0] = '\0';
	if (!parse_time(text, &t))
		return false;
	if (t.offset <= -24 * 60 || t.offset >= 24 * 60)
		return true;
	int n = snprintf(out, YML_TIME_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", t.year, t.month, t.day, t.hour,
			 t.minute, t.second);
	if (t.nanoseconds) {
		n += snprintf(out + n, YML_TIME_SIZE - (size_t)n, ".%09d", t.nanoseconds);
		while (out[n - 1] == '0')
			n--;
	}
	if (t.offset == 0)
		snprintf(out + n, YML_TIME_SIZE - (size_t)n, "Z");
	else
		snprintf(out + n, YML_TIME_SIZE - (size_t)n, "%c%02d:%02d", t.offset < 0 ? '-' : '+',
			 (t.offset < 0 ? -t.offset : t.offset) / 60,
			 (t.offset < 0 ? -t.offset : t.offset) % 60);
	return true;
}

/* --- all together ----------------------------------------------------------------------------- */

const uint8_t krm_yml_hints[256] = {
	['0' ... '9'] = YML_DIGIT, ['+'] = YML_SIGN,   ['-'] = YML_SIGN,   ['.'] = YML_POINT,  ['y'] = YML_LETTER, ['Y'] = YML_LETTER,
	['n'] = YML_LETTER,        ['N'] = YML_LETTER, ['t'] = YML_LETTER, ['T'] = YML_LETTER, ['f'] = YML_LETTER, ['F'] = YML_LETTER,
	['o'] = YML_LETTER,        ['O'] = YML_LETTER, ['~'] = YML_LETTER,
};

struct yml_resolved krm_yml_resolve(kv_str text, enum yml_version version, bool times)
{
	struct yml_resolved r = { .type = YML_STR };
	struct time_parts t = { .year = 0 };
	if (text.n == 0) {
		r.type = YML_NULL;
		return r;
	}
	enum yml_hint hint = krm_yml_hints[(unsigned char)text.p[0]];
	if (hint == YML_NO_HINT || (hint != YML_DIGIT && is_word(text, version, &r)) || hint == YML_LETTER)
		return r;
	if (hint == YML_POINT) {
		if (kv_num_parse_float(text, &r.f) == KV_NUM_OK)
			r.type = YML_FLOAT;
		return r;
	}
	if (times && parse_time(text, &t))
		r.type = YML_TIME;
	else if (!parse_number_text(text, version, &r))
		r.type = YML_STR;
	return r;
}

const char *krm_yml_type_tag(enum yml_type type)
{
	static const char tags[][12] = { "!!str", "!!null",  "!!bool",     "!!int",
					 "!!int", "!!float", "!!timestamp" };
	return tags[type];
}
