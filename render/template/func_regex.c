/* render/template/func_regex.c: Sprig's regular expression functions (sprig: regex.go). */
#include "render/template/functions.h"

#include "base/re.h"
#include "base/utf8.h"
#include "render/template/result.h"

/* --- compiling -------------------------------------------------------------------------------- */

/* go: strconv/quote.go, CanBackquote */
static bool can_backquote(kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (r == 0xfeff || (r == 0xfffd && size == 1) || (r < ' ' && r != '\t') || r == '`' ||
		    r == 0x7f)
			return false;
	}
	return true;
}

/* NULL: *ret_error is why the pattern is none, or empty when the limit of steps is reached, which is reported. */
static const struct kv_re *get(struct rnd_call *c, krm_val pattern, kv_str *ret_error)
{
	const struct kv_re *re = kv_re_get(c->job, krm_str(pattern), ret_error);
	if (!rnd_charge(c, 0))
		return re;
	*ret_error = KV_S("");
	return NULL;
}

/* The must-functions return the error; the plain ones call regexp.MustCompile, which panics. */
static const struct kv_re *compile_must(struct rnd_call *c, krm_val pattern)
{
	kv_str error;
	const struct kv_re *re = get(c, pattern, &error);
	if (!re && error.n)
		(void)rnd_fail(c, "%.*s", KV_ARG(error));
	return re;
}

static const struct kv_re *compile_plain(struct rnd_call *c, krm_val pattern)
{
	kv_str error;
	const struct kv_re *re = get(c, pattern, &error);
	if (re || !error.n)
		return re;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "regexp: Compile(");
	if (can_backquote(krm_str(pattern))) {
		kv_buf_c(&b, '`');
		kv_buf_str(&b, krm_str(pattern));
		kv_buf_c(&b, '`');
	} else {
		rnd_quote(krm_str(pattern), &b);
	}
	kv_buf_lit(&b, "): ");
	kv_buf_str(&b, error);
	(void)rnd_panic(c, "%.*s", KV_ARG(kv_buf_view(&b)));
	return NULL;
}

/* --- what the pairs do ------------------------------------------------------------------------ */

static int too_many_steps(struct rnd_call *c)
{
	return rnd_fail(c, "too many template steps (limit %zu)", c->job->limits.steps);
}

static kv_str span_text(kv_str s, struct kv_re_span span)
{
	return span.from == SIZE_MAX ? KV_S("") : kv_str_sub(s, span.from, span.to);
}

static int find(struct rnd_call *c, const struct kv_re *re, krm_val text, krm_val *ret)
{
	struct kv_re_walk w;
	struct kv_re_span span;
	if (!re)
		return -1;
	kv_re_walk(c->job, re, krm_str(text), &w);
	bool found = kv_re_search(&w, 0, &span, 1);
	if (w.over)
		return too_many_steps(c);
	*ret = krm_string(c->job->arena, found ? span_text(w.text, span) : KV_S(""));
	return rnd_charge_search(c, krm_str(text).n);
}

/* Whether the memory that the matches take is within the limit. */
static bool fits(const struct rnd_call *c)
{
	return kv_arena_used(c->job->arena) <= c->job->limits.memory;
}

/* Go's nil slice where nothing matches. */
static int find_all(struct rnd_call *c, const struct kv_re *re, krm_val text, krm_val limit, krm_val *ret)
{
	struct kv_re_walk w;
	struct kv_re_span span;
	if (!re)
		return -1;
	krm_val list = krm_list(c->job->arena, KRM_OF_STRING);
	kv_re_walk(c->job, re, krm_str(text), &w);
	size_t most = limit.i < 0 ? SIZE_MAX : (size_t)limit.i;
	while (list.l->n < most && fits(c) && kv_re_next(&w, &span, 1))
		krm_list_push(c->job->arena, list.l, krm_string(c->job->arena, span_text(w.text, span)));
	if (w.over)
		return too_many_steps(c);
	if (!list.l->n)
		list.flags |= KRM_NILREF;
	*ret = list;
	return rnd_room(c, 0, 1);
}

static void push_piece(struct rnd_call *c, krm_val list, kv_str s, size_t from, size_t to)
{
	krm_list_push(c->job->arena, list.l, krm_string(c->job->arena, kv_str_sub(s, from, to)));
}

/* go: regexp/regexp.go, Split */
static int split(struct rnd_call *c, const struct kv_re *re, krm_val pattern, krm_val text, int64_t n,
		 krm_val *ret)
{
	struct kv_re_walk w;
	struct kv_re_span span;
	if (!re)
		return -1;
	kv_str s = krm_str(text);
	krm_val list = *ret = krm_list(c->job->arena, KRM_OF_STRING);
	if (n == 0) {
		ret->flags |= KRM_NILREF;
		return 0;
	}
	if (krm_str(pattern).n && !s.n) {
		push_piece(c, list, s, 0, 0);
		return 0;
	}
	size_t begin = 0, end = 0;
	kv_re_walk(c->job, re, s, &w);
	while ((n < 0 || (int64_t)list.l->n < n - 1) && fits(c) && kv_re_next(&w, &span, 1)) {
		end = span.from;
		if (span.to != 0)
			push_piece(c, list, s, begin, end);
		begin = span.to;
	}
	if (w.over)
		return too_many_steps(c);
	if (end != s.n)
		push_piece(c, list, s, begin, s.n);
	return rnd_room(c, 0, 1);
}

/* --- replacing -------------------------------------------------------------------------------- */

struct reference {
	kv_str name;
	int64_t number; /* -1: by name */
};

/* "name" or "{name}" behind a "$"; bytes read, or 0 if it is neither (go: regexp/regexp.go, extract). */
static size_t read_reference(kv_str s, struct reference *ret)
{
	size_t start = s.n && s.p[0] == '{', i = start, size;
	for (; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (!kv_rune_is_letter(r) && !kv_rune_is_digit(r) && r != '_')
			break;
	}
	ret->name = kv_str_sub(s, start, i);
	if (i == start || (start && (i >= s.n || s.p[i] != '}')))
		return 0;
	ret->number = 0;
	for (size_t k = 0; k < ret->name.n; k++) {
		char c = ret->name.p[k];
		if (c < '0' || c > '9' || ret->number >= 100000000) {
			ret->number = -1;
			break;
		}
		ret->number = ret->number * 10 + (c - '0');
	}
	if (ret->name.p[0] == '0' && ret->name.n > 1)
		ret->number = -1;
	return i + start;
}

/* The text of the group; of several with one name the first that took part. */
static kv_str referenced(const struct kv_re *re, kv_str s, const struct kv_re_span *spans, size_t n,
			 struct reference r)
{
	if (r.number >= 0)
		return (size_t)r.number < n ? span_text(s, spans[r.number]) : KV_S("");
	for (size_t i = 0; i < n; i++)
		if (spans[i].from != SIZE_MAX && kv_str_eq(kv_re_group_name(re, i), r.name))
			return span_text(s, spans[i]);
	return KV_S("");
}

/* A replacement cut into literal pieces, each followed by a reference but the last. */
struct piece {
	kv_str literal;
	struct reference ref;
	bool has_ref;
};

struct replacement {
	struct piece *v;
	size_t n, cap;
};

/* go: regexp/regexp.go, expand */
static void read_replacement(struct kv_arena *a, kv_str s, struct replacement *ret)
{
	size_t begin = 0;
	for (size_t i = 0; i < s.n; i++) {
		struct piece piece = { .literal = kv_str_sub(s, begin, i) };
		if (s.p[i] != '$')
			continue;
		size_t used = read_reference(kv_str_sub(s, i + 1, s.n), &piece.ref);
		if (i + 1 < s.n && s.p[i + 1] == '$') {
			piece.literal = kv_str_sub(s, begin, i + 1);
			used = 1;
		} else if (!used) {
			continue;
		} else {
			piece.has_ref = true;
		}
		KV_PUSH(a, ret->v, ret->n, ret->cap, piece);
		i += used;
		begin = i + 1;
	}
	struct piece last = { .literal = kv_str_sub(s, begin, s.n) };
	KV_PUSH(a, ret->v, ret->n, ret->cap, last);
}

/* Appending a piece takes some 3 ns, a name is looked for among the groups. */
static void expand(const struct replacement *r, struct kv_re_walk *w, const struct kv_re_span *spans,
		   size_t n, struct kv_buf *out)
{
	if (!kv_re_charge(w, r->n * n / 4))
		return;
	for (size_t i = 0; i < r->n; i++) {
		kv_buf_str(out, r->v[i].literal);
		if (r->v[i].has_ref)
			kv_buf_str(out, referenced(w->re, w->text, spans, n, r->v[i].ref));
	}
}

/* Where the next search begins: behind the match, and at least one character on. */
static size_t step_past(kv_str s, size_t at, size_t match_end)
{
	size_t size = 0;
	if (at < s.n)
		kv_utf8_decode(s, at, &size);
	if (at + size > match_end)
		return at + size;
	return at + 1 > match_end ? at + 1 : match_end;
}

/* go: regexp/regexp.go, replaceAll */
static void replace_all(struct kv_re_walk *w, const struct replacement *r, struct kv_re_span *spans, size_t n,
			struct kv_buf *out)
{
	size_t last_end = 0, at = 0;
	while (at <= w->text.n && !kv_buf_over(out) && kv_re_search(w, at, spans, n)) {
		kv_buf_str(out, kv_str_sub(w->text, last_end, spans[0].from));
		if (spans[0].to > last_end || spans[0].from == 0)
			expand(r, w, spans, n, out);
		last_end = spans[0].to;
		at = step_past(w->text, at, last_end);
	}
	kv_buf_str(out, kv_str_sub(w->text, last_end, w->text.n));
}

static int replace(struct rnd_call *c, const struct kv_re *re, const krm_val *args, bool literal,
		   krm_val *ret)
{
	if (!re)
		return -1;
	struct kv_arena *a = c->job->arena;
	struct replacement r = { 0 };
	struct kv_re_walk w;
	struct kv_buf out;
	if (literal)
		KV_PUSH(a, r.v, r.n, r.cap, ((struct piece){ .literal = krm_str(args[2]) }));
	else
		read_replacement(a, krm_str(args[2]), &r);
	size_t n = r.n > 1 ? kv_re_groups(re) : 1;
	kv_re_walk(c->job, re, krm_str(args[1]), &w);
	out = rnd_scratch(c);
	replace_all(&w, &r, KV_NEW_N(a, struct kv_re_span, n), n, &out);
	if (w.over)
		return too_many_steps(c);
	if (kv_buf_over(&out))
		return rnd_fail(c, "replaced text too long (limit %zu bytes)", c->job->limits.output_bytes);
	*ret = krm_string(a, kv_buf_view(&out));
	return 0;
}

/* --- the functions ---------------------------------------------------------------------------- */

#define FN(name) int rnd_fn_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)

FN(regexMatch)
{
	(void)nargs;
	kv_str error;
	const struct kv_re *re = kv_re_get(c->job, krm_str(args[0]), &error);
	if (!re && c->job->too_large)
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = krm_bool(re && kv_re_match(c->job, re, krm_str(args[1])));
	return rnd_charge_search(c, krm_str(args[1]).n);
}

FN(mustRegexMatch)
{
	(void)nargs;
	const struct kv_re *re = compile_must(c, args[0]);
	if (!re)
		return -1;
	*ret = krm_bool(kv_re_match(c->job, re, krm_str(args[1])));
	return rnd_charge_search(c, krm_str(args[1]).n);
}

FN(regexFind)
{
	(void)nargs;
	return find(c, compile_plain(c, args[0]), args[1], ret);
}

FN(mustRegexFind)
{
	(void)nargs;
	return find(c, compile_must(c, args[0]), args[1], ret);
}

FN(regexFindAll)
{
	(void)nargs;
	return find_all(c, compile_plain(c, args[0]), args[1], args[2], ret);
}

FN(mustRegexFindAll)
{
	(void)nargs;
	return find_all(c, compile_must(c, args[0]), args[1], args[2], ret);
}

FN(regexSplit)
{
	(void)nargs;
	return split(c, compile_plain(c, args[0]), args[0], args[1], args[2].i, ret);
}

FN(mustRegexSplit)
{
	(void)nargs;
	return split(c, compile_must(c, args[0]), args[0], args[1], args[2].i, ret);
}

FN(regexReplaceAll)
{
	(void)nargs;
	return replace(c, compile_plain(c, args[0]), args, false, ret);
}

FN(mustRegexReplaceAll)
{
	(void)nargs;
	return replace(c, compile_must(c, args[0]), args, false, ret);
}

FN(regexReplaceAllLiteral)
{
	(void)nargs;
	return replace(c, compile_plain(c, args[0]), args, true, ret);
}

FN(mustRegexReplaceAllLiteral)
{
	(void)nargs;
	return replace(c, compile_must(c, args[0]), args, true, ret);
}

FN(regexQuoteMeta)
{
	(void)nargs;
	struct kv_buf b;
	kv_str s = krm_str(args[0]);
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] && strchr("\\.+*?()|[]{}^$", s.p[i]))
			kv_buf_c(&b, '\\');
		kv_buf_c(&b, s.p[i]);
	}
	*ret = krm_string(c->job->arena, kv_buf_view(&b));
	return 0;
}
