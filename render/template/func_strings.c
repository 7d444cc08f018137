/* render/template/func_strings.c: Sprig's strings.go and Go's strings package: cut, pad, repeat, quote, join,
 * split. */
#include "render/template/functions.h"
#include "render/template/result.h"
#include "render/template/sequence.h"

#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

static int ret_bool(krm_val *ret, bool b)
{
	*ret = krm_bool(b);
	return 0;
}

/* --- looking ---------------------------------------------------------------------------------- */

int rnd_fn_contains(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	if (krm_str(args[0]).n > 1 && rnd_charge_search(c, krm_str(args[1]).n))
		return -1;
	return ret_bool(ret, kv_str_has(krm_str(args[1]), krm_str(args[0])));
}

int rnd_fn_hasPrefix(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_bool(ret, kv_str_starts(krm_str(args[1]), krm_str(args[0])));
}

int rnd_fn_hasSuffix(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_bool(ret, kv_str_ends(krm_str(args[1]), krm_str(args[0])));
}

/* --- trimming --------------------------------------------------------------------------------- */

/* A set of code points: strings.Trim's cutset. */
struct cutset {
	bool ascii[128];
	uint32_t *rest; /* sorted */
	size_t nrest;
};

static int by_rune(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void cutset_init(struct cutset *set, struct kv_arena *a, kv_str chars)
{
	size_t cap = 0;

	*set = (struct cutset){ 0 };
	for (size_t i = 0, size; i < chars.n; i += size) {
		uint32_t rune = kv_utf8_decode(chars, i, &size);

		if (rune < 128)
			set->ascii[rune] = true;
		else
			KV_PUSH(a, set->rest, set->nrest, cap, rune);
	}
	if (set->nrest)
		qsort(set->rest, set->nrest, sizeof *set->rest, by_rune);
}

/* Template steps that sorting so many things takes. */
static size_t sort_steps(size_t n)
{
	size_t steps = n;

	for (size_t i = n; i > 1; i /= 2)
		steps += n;
	return steps;
}

static bool cutset_has(const struct cutset *set, uint32_t rune)
{
	if (rune < 128)
		return set->ascii[rune];
	return set->nrest && bsearch(&rune, set->rest, set->nrest, sizeof rune, by_rune);
}

static bool is_space(const struct cutset *unused, uint32_t rune)
{
	(void)unused;
	return kv_rune_is_space(rune);
}

static kv_str trim(kv_str s, const struct cutset *set, bool (*cut)(const struct cutset *, uint32_t))
{
	size_t size;

	while (s.n && cut(set, kv_utf8_decode(s, 0, &size)))
		s = kv_str_sub(s, size, s.n);
	while (s.n && cut(set, kv_utf8_decode_last(s, &size)))
		s.n -= size;
	return s;
}

/* What is cut off is read character by character: two bytes a step. */
static int ret_trimmed(struct rnd_call *c, krm_val text, const struct cutset *set,
		       bool (*cut)(const struct cutset *, uint32_t), krm_val *ret)
{
	kv_str left = trim(krm_str(text), set, cut);

	return rnd_charge(c, (text.s->n - left.n) / 2) ? -1 : rnd_ret_part(c, text, left, ret);
}

int rnd_fn_trim(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return ret_trimmed(c, args[0], NULL, is_space, ret);
}

int rnd_fn_trimAll(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct cutset set;

	(void)nargs;
	cutset_init(&set, c->job->arena, krm_str(args[0]));
	if (rnd_charge(c, sort_steps(set.nrest)))
		return -1;
	return ret_trimmed(c, args[1], &set, cutset_has, ret);
}

int rnd_fn_trimSuffix(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[1]), suffix = krm_str(args[0]);

	(void)nargs;
	if (kv_str_ends(s, suffix))
		s.n -= suffix.n;
	return rnd_ret_part(c, args[1], s, ret);
}

int rnd_fn_trimPrefix(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[1]), prefix = krm_str(args[0]);

	(void)nargs;
	if (kv_str_starts(s, prefix))
		s = kv_str_sub(s, prefix.n, s.n);
	return rnd_ret_part(c, args[1], s, ret);
}

/* --- cutting ---------------------------------------------------------------------------------- */

/* Bytes, not characters; a negative count keeps the end. */
int rnd_fn_trunc(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t count = args[0].i;
	kv_str s = krm_str(args[1]);

	(void)nargs;
	if (count < 0 && count + (int64_t)s.n > 0)
		s = kv_str_sub(s, (size_t)(count + (int64_t)s.n), s.n);
	else if (count >= 0 && (uint64_t)count < s.n)
		s.n = (size_t)count;
	return rnd_ret_part(c, args[1], s, ret);
}

/* Go checks the end against the length first, then the start against the end. */
int rnd_fn_substr(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t start = args[0].i, end = args[1].i;
	kv_str s = krm_str(args[2]);
	int64_t n = (int64_t)s.n;

	(void)nargs;
	if (start < 0)
		start = 0;
	else if (end < 0 || end > n)
		end = n;
	if (end < 0)
		return rnd_panic(c, "runtime error: slice bounds out of range [:%lld]", (long long)end);
	if (end > n)
		return rnd_panic(c, "runtime error: slice bounds out of range [:%lld] with length %lld",
				 (long long)end, (long long)n);
	if (start > end)
		return rnd_panic(c, "runtime error: slice bounds out of range [%lld:%lld]", (long long)start,
				 (long long)end);
	return rnd_ret_part(c, args[2], kv_str_sub(s, (size_t)start, (size_t)end), ret);
}

/* --- repeating -------------------------------------------------------------------------------- */

/* The length of strings.Repeat(s, count). */
static int repeat_size(struct rnd_call *c, kv_str s, int64_t count, size_t *ret_n)
{
	size_t n;

	if (count < 0)
		return rnd_panic(c, "strings: negative Repeat count");
	if (__builtin_mul_overflow(s.n, (size_t)count, &n) || n > INT64_MAX)
		return rnd_panic(c, "strings: Repeat output length overflow");
	if (n > (size_t)1 << 48) /* runtime's maxAlloc */
		return rnd_panic(c, "runtime error: makeslice: len out of range");
	*ret_n = n;
	return 0;
}

int rnd_fn_repeat(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[1]);
	struct krm_text *t;
	size_t n = 0;

	(void)nargs;
	if (repeat_size(c, s, args[0].i, &n) || !(t = rnd_text(c, n)))
		return -1;
	if (n)
		memcpy(t->s, s.p, s.n);
	for (size_t done = s.n; n && done < n;) { /* doubles what is there */
		size_t more = done < n - done ? done : n - done;

		memcpy(t->s + done, t->s, more);
		done += more;
	}
	*ret = krm_string_take(t);
	return 0;
}

static size_t count_byte(kv_str s, char byte)
{
	size_t n = 0;

	for (const char *p = s.p, *end = s.p + s.n; p < end && (p = memchr(p, byte, (size_t)(end - p))); p++)
		n++;
	return n;
}

/* Every line, empty ones too, gets the pad; nindent puts a line feed before it all. */
static int indent(struct rnd_call *c, const char *lead, const krm_val *args, krm_val *ret)
{
	kv_str s = krm_str(args[1]), line;
	size_t pad = 0, size;
	struct krm_text *t;
	char *to;

	if (repeat_size(c, KV_S(" "), args[0].i, &pad))
		return -1;
	if (__builtin_mul_overflow(pad, count_byte(s, '\n') + 1, &size) ||
	    __builtin_add_overflow(size, s.n + strlen(lead), &size))
		size = SIZE_MAX;
	t = rnd_text(c, size);
	if (!t)
		return -1;
	to = stpcpy(t->s, lead);
	for (const char *nl; (nl = s.n ? memchr(s.p, '\n', s.n) : NULL); s = kv_str_sub(s, line.n, s.n)) {
		line = kv_str_of(s.p, (size_t)(nl - s.p) + 1);
		memset(to, ' ', pad);
		memcpy(to + pad, line.p, line.n);
		to += pad + line.n;
	}
	memset(to, ' ', pad);
	memcpy(to + pad, s.n ? s.p : "", s.n);
	t->s[t->n] = '\0';
	*ret = krm_string_take(t);
	return 0;
}

int rnd_fn_indent(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return indent(c, "", args, ret);
}

int rnd_fn_nindent(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return indent(c, "\n", args, ret);
}

/* --- replacing -------------------------------------------------------------------------------- */

static size_t count_of(kv_str s, kv_str old)
{
	size_t n = 0;

	if (!old.n)
		return kv_utf8_count(s) + 1;
	for (size_t at = 0; (at = kv_str_find(s, old, at)) != SIZE_MAX; at += old.n)
		n++;
	return n;
}

static char *put(char *to, kv_str s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

/* strings.Replace: an empty `old` matches before every character and at the end. */
static void replace_into(char *to, kv_str s, kv_str old, kv_str new, size_t count)
{
	size_t start = 0;

	for (size_t i = 0; i < count; i++) {
		size_t at = start, size = 0;

		if (old.n)
			at = kv_str_find(s, old, start);
		else if (i > 0)
			kv_utf8_decode(s, start, &size);
		at += size;
		to = put(to, kv_str_sub(s, start, at));
		to = put(to, new);
		start = at + old.n;
	}
	put(to, kv_str_sub(s, start, s.n));
}

int rnd_fn_replace(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str old = krm_str(args[0]), new = krm_str(args[1]), s = krm_str(args[2]);
	size_t count = kv_str_eq(old, new) ? 0 : count_of(s, old), size;
	struct krm_text *t;

	(void)nargs;
	if (old.n > 1 && rnd_charge_search(c, s.n))
		return -1;
	if (!count)
		return rnd_ret_part(c, args[2], s, ret);
	if (__builtin_mul_overflow(count, new.n, &size) ||
	    __builtin_add_overflow(size, s.n - count * old.n, &size))
		size = SIZE_MAX;
	t = rnd_text(c, size);
	if (!t)
		return -1;
	replace_into(t->s, s, old, new, count);
	*ret = krm_string_take(t);
	return 0;
}

int rnd_fn_plural(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = args[2].i == 1 ? args[0] : args[1];
	return 0;
}

/* --- values as text --------------------------------------------------------------------------- */

/* Sprig's strval, appended: []byte as text, the rest as %v, which calls String methods itself. */
static void add_strval(struct rnd_call *c, struct kv_buf *b, krm_val v)
{
	if (v.kind == KRM_STRING || v.kind == KRM_BYTES)
		kv_buf_str(b, krm_str(v));
	else
		rnd_print_value(c->job, v, b);
}

static int strval(struct rnd_call *c, krm_val v, krm_val *ret)
{
	struct kv_buf b;

	if (v.kind == KRM_STRING)
		return rnd_ret_part(c, v, krm_str(v), ret);
	b = rnd_buf(c);
	add_strval(c, &b, v);
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_toString(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return strval(c, args[0], ret);
}

static void add_quoted(struct rnd_call *c, struct kv_buf *b, krm_val v)
{
	rnd_quote(v.kind == KRM_STRING || v.kind == KRM_BYTES ? krm_str(v) : rnd_strval(c->job, v), b);
}

static void add_squoted(struct rnd_call *c, struct kv_buf *b, krm_val v)
{
	kv_buf_c(b, '\'');
	rnd_print_value(c->job, v, b);
	kv_buf_c(b, '\'');
}

static void add_printed(struct rnd_call *c, struct kv_buf *b, krm_val v)
{
	rnd_print_value(c->job, v, b);
}

/* The arguments that are not nil, with blanks between them. */
static int spaced(struct rnd_call *c, const krm_val *args, size_t nargs,
		  void (*add)(struct rnd_call *, struct kv_buf *, krm_val), krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);
	bool first = true;

	for (size_t i = 0; i < nargs; i++) {
		if (args[i].kind == KRM_NIL)
			continue;
		if (!first)
			kv_buf_c(&b, ' ');
		first = false;
		add(c, &b, args[i]);
	}
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_quote(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return spaced(c, args, nargs, add_quoted, ret);
}

int rnd_fn_squote(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return spaced(c, args, nargs, add_squoted, ret);
}

int rnd_fn_cat(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return spaced(c, args, nargs, add_printed, ret);
}

/* --- lists of strings ------------------------------------------------------------------------- */

/* Sprig's strslice: a slice's items that are not nil; nil gives none, anything else itself. []string is
 * returned as it is, so sortAlpha sorts it in place, as upstream does. */
static int strslice(struct rnd_call *c, krm_val v, krm_val *ret)
{
	struct rnd_seq seq;
	krm_val list;
	size_t n = 0;

	if (v.kind == KRM_LIST && v.l->type == KRM_OF_STRING && !v.l->name) {
		*ret = v;
		return 0;
	}
	if (!rnd_seq_of(c->job, v, &seq))
		seq = (struct rnd_seq){ .n = v.kind != KRM_NIL, .v = &v };
	if (rnd_ret_list(c, KRM_OF_STRING, seq.n, &list))
		return -1;
	for (size_t i = 0; i < seq.n; i++) {
		krm_val item = rnd_seq_at(&seq, i);

		if (item.kind != KRM_NIL && strval(c, item, &list.l->v[n++]))
			return -1;
	}
	list.l->n = n;
	*ret = list;
	return 0;
}

int rnd_fn_toStrings(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return strslice(c, args[0], ret);
}

int rnd_fn_join(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str sep = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c);
	struct rnd_seq seq;
	bool first = true;

	(void)nargs;
	if (!rnd_seq_of(c->job, args[1], &seq))
		seq = (struct rnd_seq){ .n = 1, .v = &args[1] };
	for (size_t i = 0; i < seq.n; i++) {
		krm_val item = rnd_seq_at(&seq, i);

		if (item.kind == KRM_NIL)
			continue;
		if (!first)
			kv_buf_str(&b, sep);
		first = false;
		add_strval(c, &b, item);
	}
	return rnd_ret_buf(c, &b, ret);
}

static int by_bytes(const void *a, const void *b)
{
	return kv_str_cmp(krm_str(*(const krm_val *)a), krm_str(*(const krm_val *)b));
}

/* A comparison may read both texts to their ends, and one text may be in the list many times. */
static size_t alpha_steps(const struct krm_list *list)
{
	size_t blocks = list->n;

	for (size_t i = 0; i < list->n; i++)
		blocks += list->v[i].s->n / 256;
	return sort_steps(blocks);
}

int rnd_fn_sortAlpha(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	krm_val list;

	(void)nargs;
	if (!rnd_seq_of(c->job, args[0], &seq)) {
		if (rnd_ret_list(c, KRM_OF_STRING, 1, &list) || strval(c, args[0], &list.l->v[0]))
			return -1;
	} else if (strslice(c, args[0], &list)) {
		return -1;
	}
	if (rnd_charge(c, alpha_steps(list.l)))
		return -1;
	if (list.l->n > 1)
		qsort(list.l->v, list.l->n, sizeof *list.l->v, by_bytes);
	*ret = list;
	return 0;
}

/* --- splitting -------------------------------------------------------------------------------- */

/* The next of the parts that strings.SplitN makes: up to a separator, or one character where that is empty. */
static kv_str next_part(kv_str *rest, kv_str sep)
{
	kv_str part;
	size_t at;

	if (sep.n) {
		at = kv_str_find(*rest, sep, 0);
	} else {
		kv_utf8_decode(*rest, 0, &at);
	}
	part = kv_str_sub(*rest, 0, at);
	*rest = kv_str_sub(*rest, at + sep.n, rest->n);
	return part;
}

/* How many parts strings.SplitN(s, sep, limit) has; below zero there is no limit. */
static size_t count_parts(kv_str s, kv_str sep, int64_t limit)
{
	size_t n = sep.n ? count_of(s, sep) + 1 : kv_utf8_count(s);

	return limit >= 0 && (uint64_t)limit < n ? (size_t)limit : n;
}

/* Each of the n parts is put at items[i]. */
static int split_into(struct rnd_call *c, kv_str s, kv_str sep, size_t n, krm_val *items)
{
	for (size_t i = 0; i < n; i++)
		if (rnd_ret_str(c, i + 1 < n ? next_part(&s, sep) : s, &items[i]))
			return -1;
	return 0;
}

int rnd_fn_splitList(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str sep = krm_str(args[0]), s = krm_str(args[1]);
	krm_val list;

	(void)nargs;
	if (rnd_ret_list(c, KRM_OF_STRING, count_parts(s, sep, -1), &list) ||
	    split_into(c, s, sep, list.l->n, list.l->v))
		return -1;
	*ret = list;
	return 0;
}

/* map[string]string with the keys _0, _1, ... */
static int split_map(struct rnd_call *c, kv_str s, kv_str sep, int64_t limit, krm_val *ret)
{
	size_t n = count_parts(s, sep, limit);
	krm_val map = krm_map(c->job->arena, KRM_OF_STRING), part;

	if (rnd_room(c, n, sizeof(struct krm_entry)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		char key[24];

		if (rnd_ret_str(c, i + 1 < n ? next_part(&s, sep) : s, &part))
			return -1;
		snprintf(key, sizeof key, "_%zu", i);
		krm_map_set_c(c->job->arena, map.m, key, part);
	}
	*ret = map;
	return 0;
}

int rnd_fn_split(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return split_map(c, krm_str(args[1]), krm_str(args[0]), -1, ret);
}

int rnd_fn_splitn(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return split_map(c, krm_str(args[2]), krm_str(args[0]), args[1].i, ret);
}

/* Sprig's one function without a use (sprig: functions.go). */
int rnd_fn_hello(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs;
	*ret = krm_string(c->job->arena, KV_S("Hello!"));
	return 0;
}
