/* base/field.c: netstrings, a line feed in place of the comma. */
#include "base/field.h"

/* A 64-bit number and its sign. */
#define NUMBER_MAX 20

/* Entries hold hundreds of numbers; printf would take most of the time they cost. */
static kv_str print_number(char room[NUMBER_MAX], int64_t number)
{
	char *p = room + NUMBER_MAX;
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		*--p = '-';
	return kv_str_of(p, (size_t)(room + NUMBER_MAX - p));
}

void kv_field_put(struct kv_buf *out, kv_str text)
{
	char room[NUMBER_MAX];

	kv_buf_str(out, print_number(room, (int64_t)text.n));
	kv_buf_c(out, ':');
	kv_buf_str(out, text);
	kv_buf_c(out, '\n');
}

void kv_field_put_number(struct kv_buf *out, int64_t number)
{
	char room[NUMBER_MAX];

	kv_field_put(out, print_number(room, number));
}

/* Digits alone, no leading zeros. */
static bool read_number(kv_str s, int64_t *ret)
{
	int64_t n = 0;

	if (s.n == 0 || (s.p[0] == '0' && s.n > 1))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_digit(s.p[i]) || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, s.p[i] - '0', &n))
			return false;
	*ret = n;
	return true;
}

bool kv_field_take(kv_str *rest, kv_str *ret)
{
	/* The length is short, so the colon is near. */
	size_t colon = kv_str_chr(kv_str_sub(*rest, 0, 20), ':');
	int64_t length;
	kv_str text;

	if (colon == SIZE_MAX || !read_number(kv_str_sub(*rest, 0, colon), &length))
		return false;
	text = kv_str_sub(*rest, colon + 1, rest->n);
	if (text.n <= (size_t)length || text.p[length] != '\n')
		return false;
	*ret = kv_str_sub(text, 0, (size_t)length);
	*rest = kv_str_sub(text, (size_t)length + 1, text.n);
	return true;
}

bool kv_field_take_number(kv_str *rest, int64_t *ret)
{
	kv_str text;

	return kv_field_take(rest, &text) && read_number(text, ret);
}

bool kv_field_skip(kv_str *rest, kv_str expected)
{
	kv_str text;

	return kv_field_take(rest, &text) && kv_str_eq(text, expected);
}
