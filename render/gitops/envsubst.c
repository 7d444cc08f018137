/* render/gitops/envsubst.c: ${var} in manifests, as Flux replaces it (fluxcd/pkg: envsubst). */
#include "base/num.h"
#include "render/gitops/internal.h"

/* Defaults in defaults. */
#define EXPRESSIONS_DEEP 20

struct subst {
	struct kv_job *job;
	kv_pos pos;
	krm_val vars;
	bool strict;
	size_t depth;
	kv_str in;
	size_t at;
};

static int text(struct subst *s, const char *ends, struct kv_buf *out);

static bool is_name(char c)
{
	return kv_is_alnum(c) || c == '_' || (c & 0x80);
}

static char peek(const struct subst *s)
{
	return s->at < s->in.n ? s->in.p[s->at] : '\0';
}

static int bad(struct subst *s, size_t from, const char *why)
{
	kv_str line = kv_str_sub(s->in, from, s->in.n);

	return kv_error(s->job, s->pos, "%s: %.*s", why, KV_ARG(kv_str_sub(line, 0, kv_str_chr(line, '\n'))));
}

static kv_str lower(struct kv_arena *a, kv_str v, size_t n, bool up)
{
	char *out = kv_arena_cstr(a, v);

	for (size_t i = 0; i < n && i < v.n; i++)
		if (up ? out[i] >= 'a' && out[i] <= 'z' : out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] ^ 32);
	return kv_str_of(out, v.n);
}

/* A word up to one of the bytes, with what is replaced in it. */
static int word(struct subst *s, const char *ends, kv_str *ret)
{
	struct kv_buf out;

	kv_buf_init(&out, s->job->arena, s->job->limits.output_bytes);
	if (text(s, ends, &out) < 0)
		return -1;
	*ret = kv_buf_view(&out);
	return 0;
}

/* ":=", ":-", ":?", ":+", "=": upstream takes all of them for a default. */
static int with_default(struct subst *s, kv_str *value)
{
	kv_str other;

	s->at += peek(s) == ':' ? 2 : 1;
	if (word(s, "}", &other) < 0)
		return -1;
	if (!value->n)
		*value = other;
	return 0;
}

/* toSubstr: what is no number leaves the text as it is. */
static void substring(kv_str *v, kv_str from, kv_str length, bool has_length)
{
	int64_t pos, n, size = (int64_t)v->n;

	if (kv_num_parse_int(from, 10, &pos) != KV_NUM_OK)
		return;
	pos = pos < 0 ? (size + pos < 0 ? 0 : size + pos) : pos;
	if (pos > size)
		pos = size;
	if (!has_length) {
		*v = kv_str_sub(*v, (size_t)pos, v->n);
		return;
	}
	if (kv_num_parse_int(length, 10, &n) != KV_NUM_OK || n < 0)
		return;
	*v = kv_str_sub(*v, (size_t)pos, n > size - pos ? v->n : (size_t)(pos + n));
}

static int with_substring(struct subst *s, kv_str *value)
{
	kv_str from, length = KV_S("");
	bool has_length;

	s->at++;
	if (word(s, ":}", &from) < 0)
		return -1;
	has_length = peek(s) == ':';
	if (has_length) {
		s->at++;
		if (word(s, "}", &length) < 0)
			return -1;
	}
	substring(value, from, length, has_length);
	return 0;
}

static kv_str replaced(struct kv_arena *a, kv_str v, kv_str old, kv_str new, char how)
{
	struct kv_buf out;
	size_t at = 0, found;

	if (!old.n)
		return v;
	if (how == '#')
		return kv_str_starts(v, old) ? kv_arena_cat(a, new, kv_str_sub(v, old.n, v.n)) : v;
	if (how == '%')
		return kv_str_ends(v, old) ? kv_arena_cat(a, kv_str_sub(v, 0, v.n - old.n), new) : v;
	kv_buf_init(&out, a, KV_BUF_MAX);
	while ((found = kv_str_find(v, old, at)) != SIZE_MAX) {
		kv_buf_str(&out, kv_str_sub(v, at, found));
		kv_buf_str(&out, new);
		at = found + old.n;
		if (how != '/')
			break;
	}
	kv_buf_str(&out, kv_str_sub(v, at, v.n));
	return kv_buf_view(&out);
}

static int with_replacement(struct subst *s, size_t from, kv_str *value)
{
	kv_str old, new;
	char how = '\0';

	s->at++;
	if (peek(s) == '/' || peek(s) == '#' || peek(s) == '%')
		how = s->in.p[s->at++];
	if (word(s, "/}", &old) < 0)
		return -1;
	if (peek(s) != '/')
		return bad(s, from, "bad substitution");
	s->at++;
	if (word(s, "}", &new) < 0)
		return -1;
	*value = replaced(s->job->arena, *value, old, new, how);
	return 0;
}

static void with_case(struct subst *s, kv_str *value)
{
	char sign = peek(s);
	bool all = s->at + 1 < s->in.n && s->in.p[s->at + 1] == sign;

	s->at += all ? 2 : 1;
	*value = lower(s->job->arena, *value, all ? value->n : 1, sign == '^');
}

static int operate(struct subst *s, size_t from, kv_str *value)
{
	char next = s->at + 1 < s->in.n ? s->in.p[s->at + 1] : '\0';

	switch (peek(s)) {
	case '}': return 0;
	case '=': return with_default(s, value);
	case ':': return next && strchr("=-?+", next) ? with_default(s, value) : with_substring(s, value);
	case '/': return with_replacement(s, from, value);
	case ',':
	case '^': with_case(s, value); return 0;
	case '#':
	case '%': return bad(s, from, "removing a pattern is not supported");
	default: return bad(s, from, "missing closing brace");
	}
}

/* "${" [ "#" ] name [ operation ] "}"; the position is behind the brace. */
static int expression(struct subst *s, struct kv_buf *out)
{
	size_t from = s->at - 2, start;
	bool length = peek(s) == '#', defaults;
	krm_val v;
	kv_str value;

	if (s->depth == EXPRESSIONS_DEEP)
		return bad(s, from, "too many substitutions in each other");
	s->at += length;
	start = s->at;
	while (s->at < s->in.n && is_name(s->in.p[s->at]))
		s->at++;
	if (s->at == start)
		return bad(s, from, "unable to parse variable name");
	v = krm_get_str(s->vars, kv_str_sub(s->in, start, s->at));
	value = krm_str(v);
	defaults = peek(s) == '=' || (peek(s) == ':' && s->at + 1 < s->in.n && strchr("=-?+", s->in.p[s->at + 1]));
	if (v.kind == KRM_NIL && s->strict && !defaults)
		return bad(s, from, "variable not set (strict mode)");
	s->depth++;
	if (operate(s, from, &value) < 0)
		return -1;
	s->depth--;
	if (peek(s) != '}')
		return bad(s, from, "missing closing brace");
	s->at++;
	if (length)
		kv_buf_printf(out, "%zu", value.n);
	else
		kv_buf_str(out, value);
	return 0;
}

/* Up to one of the bytes, which stays. Outside of expressions (no `ends`) $$ is a dollar. */
static int text(struct subst *s, const char *ends, struct kv_buf *out)
{
	while (s->at < s->in.n && !(ends && strchr(ends, s->in.p[s->at]))) {
		char c = s->in.p[s->at++];

		if (c == '$' && peek(s) == '{') {
			s->at++;
			if (expression(s, out) < 0)
				return -1;
			continue;
		}
		if (c == '$' && peek(s) == '$' && !ends)
			s->at++;
		kv_buf_c(out, c);
	}
	return 0;
}

int rnd_gitops_substitute(struct kv_job *job, kv_pos pos, kv_str in, krm_val vars, bool strict, struct kv_buf *out)
{
	struct subst s = { .job = job, .pos = pos, .vars = vars, .strict = strict, .in = in };

	return text(&s, NULL, out);
}
