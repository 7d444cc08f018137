/* render/chart/ignore.c: which files of a chart folder are left out (helm: pkg/ignore/rules.go). */
#include "render/chart/ignore.h"

#include "base/file.h"
#include "base/utf8.h"
#include "render/log.h"
#include "render/template/quote.h"

/* --- Go's filepath.Match ---------------------------------------------------------------------- */

/* A piece of the pattern up to the next star: its length, and whether stars stood before it. */
static kv_str next_chunk(kv_str *pattern, bool *star)
{
	*star = false;
	while (pattern->n && pattern->p[0] == '*') {
		*pattern = kv_str_sub(*pattern, 1, pattern->n);
		*star = true;
	}
	bool in_range = false;
	size_t i = 0;
	for (; i < pattern->n; i++) {
		char c = pattern->p[i];
		if (c == '\\' && i + 1 < pattern->n)
			i++;
		else if (c == '[')
			in_range = true;
		else if (c == ']')
			in_range = false;
		else if (c == '*' && !in_range)
			break;
	}
	kv_str chunk = kv_str_sub(*pattern, 0, i);
	*pattern = kv_str_sub(*pattern, i, pattern->n);
	return chunk;
}

/* One character of a class, a backslash taken off. False: bad pattern. */
static bool class_rune(kv_str *chunk, uint32_t *ret)
{
	if (chunk->n == 0 || chunk->p[0] == '-' || chunk->p[0] == ']')
		return false;
	if (chunk->p[0] == '\\') {
		*chunk = kv_str_sub(*chunk, 1, chunk->n);
		if (chunk->n == 0)
			return false;
	}
	size_t size;
	*ret = kv_utf8_decode(*chunk, 0, &size);
	if (*ret == 0xFFFD && size == 1)
		return false;
	*chunk = kv_str_sub(*chunk, size, chunk->n);
	return chunk->n > 0;
}

/* [^a-z]: *chunk stands behind the bracket. 1, 0, or -1 for a bad pattern. */
static int match_class(kv_str *chunk, uint32_t rune)
{
	bool negated = chunk->n && chunk->p[0] == '^';
	if (negated)
		*chunk = kv_str_sub(*chunk, 1, chunk->n);
	bool match = false;
	for (size_t n = 0;; n++) {
		if (chunk->n && chunk->p[0] == ']' && n > 0) {
			*chunk = kv_str_sub(*chunk, 1, chunk->n);
			return match != negated;
		}
		uint32_t lo, hi;
		if (!class_rune(chunk, &lo))
			return -1;
		hi = lo;
		if (chunk->p[0] == '-') {
			*chunk = kv_str_sub(*chunk, 1, chunk->n);
			if (!class_rune(chunk, &hi))
				return -1;
		}
		match = match || (lo <= rune && rune <= hi);
	}
}

/* Matches the whole chunk at the front of s. Goes on through the chunk after a mismatch to find syntax
 * errors. */
static int match_chunk(kv_str chunk, kv_str s, kv_str *ret_rest)
{
	bool failed = false;
	while (chunk.n) {
		failed = failed || s.n == 0;
		char c = chunk.p[0];
		if (c == '[') {
			uint32_t rune = 0;
			size_t size = 0;
			if (!failed) {
				rune = kv_utf8_decode(s, 0, &size);
				s = kv_str_sub(s, size, s.n);
			}
			chunk = kv_str_sub(chunk, 1, chunk.n);
			int m = match_class(&chunk, rune);
			if (m < 0)
				return -1;
			failed = failed || !m;
			continue;
		}
		if (c == '?') {
			failed = failed || s.p[0] == '/';
			size_t size = 0;
			if (!failed)
				kv_utf8_decode(s, 0, &size);
			s = kv_str_sub(s, size, s.n);
			chunk = kv_str_sub(chunk, 1, chunk.n);
			continue;
		}
		if (c == '\\') {
			chunk = kv_str_sub(chunk, 1, chunk.n);
			if (chunk.n == 0)
				return -1;
		}
		failed = failed || chunk.p[0] != s.p[0];
		if (!failed)
			s = kv_str_sub(s, 1, s.n);
		chunk = kv_str_sub(chunk, 1, chunk.n);
	}
	*ret_rest = s;
	return !failed;
}

/* The chunk somewhere behind a star: at the first place that leaves nothing behind the last chunk. */
static int match_star(kv_str chunk, kv_str name, bool last, kv_str *ret_rest)
{
	for (size_t i = 0; i < name.n && name.p[i] != '/'; i++) {
		int m = match_chunk(chunk, kv_str_sub(name, i + 1, name.n), ret_rest);
		if (m < 0)
			return -1;
		if (m && !(last && ret_rest->n))
			return 1;
	}
	return 0;
}

int rnd_path_match(kv_str pattern, kv_str name)
{
	while (pattern.n) {
		bool star;
		kv_str chunk = next_chunk(&pattern, &star);
		if (star && chunk.n == 0)
			return kv_str_chr(name, '/') == SIZE_MAX;
		kv_str rest;
		int m = match_chunk(chunk, name, &rest);
		if (m < 0)
			return -1;
		if (m && (rest.n == 0 || pattern.n > 0)) {
			name = rest;
			continue;
		}
		if (star) {
			m = match_star(chunk, name, pattern.n == 0, &rest);
			if (m < 0)
				return -1;
			if (m) {
				name = rest;
				continue;
			}
		}
		return 0;
	}
	return name.n == 0;
}

/* --- rules ------------------------------------------------------------------------------------ */

struct ignore_rule {
	kv_str pattern;
	bool negate, must_dir;
	enum { BASE, PATH, ROOTED } what; /* which part of a path it is for: BASE where it has no slash, ROOTED where it begins with one */
	bool asked, told; /* at all; that it is broken */
};

struct rnd_ignore {
	struct kv_job *job;
	enum rnd_engine engine;
	struct ignore_rule *v;
	size_t n, cap;
};

/* Helm's reader gives up at longer lines (bufio.MaxScanTokenSize). */
#define IGNORE_LINE_MAX 65536

static const char *add_rule(struct kv_job *job, struct rnd_ignore *rules, kv_str rule)
{
	if (rule.n == 0 || rule.p[0] == '#')
		return NULL;
	if (kv_str_has(rule, KV_S("**")))
		return "double-star (**) syntax is not supported";
	if (rnd_path_match(rule, KV_S("abc")) < 0)
		return "syntax error in pattern";
	struct ignore_rule r = { 0 };
	if (rule.p[0] == '!') {
		r.negate = true;
		rule = kv_str_sub(rule, 1, rule.n);
	}
	if (kv_str_ends(rule, KV_S("/"))) {
		r.must_dir = true;
		rule = kv_str_sub(rule, 0, rule.n - 1);
	}
	r.what = kv_str_starts(rule, KV_S("/")) ? ROOTED : kv_str_chr(rule, '/') != SIZE_MAX ? PATH : BASE;
	r.pattern = rule;
	KV_PUSH(job->arena, rules->v, rules->n, rules->cap, r);
	return NULL;
}

int rnd_ignore_parse(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_ignore **ret, kv_str *ret_error)
{
	struct rnd_ignore *rules = KV_NEW(job->arena, struct rnd_ignore);
	*rules = (struct rnd_ignore){ .job = job, .engine = engine };
	if (kv_str_starts(text, KV_S("\xEF\xBB\xBF")))
		text = kv_str_sub(text, 3, text.n);
	kv_str line;
	const char *error = NULL;
	while (!error && kv_str_line(&text, &line))
		error = line.n >= IGNORE_LINE_MAX ? "bufio.Scanner: token too long"
						  : add_rule(job, rules, kv_str_trim_space(line));
	if (!error)
		error = add_rule(job, rules, KV_S("templates/.?*"));
	if (error) {
		*ret_error = kv_str_c(error);
		return -1;
	}
	*ret = rules;
	return 0;
}

static void log_broken(const struct rnd_ignore *rules, struct ignore_rule *r)
{
	static const char *const places[] = { [BASE] = "rules.go:202", [PATH] = "rules.go:190", [ROOTED] = "rules.go:180" };
	static const char why[] = "syntax error in pattern";
	if (rules->job->imitating && rules->engine == RND_HELM4)
		rnd_log4(rules->job, "ERROR", "failed to compile", "rule", r->pattern, "error", kv_str_c(why), NULL);
	else if (rules->job->imitating || !r->told)
		rnd_log(rules->job, rules->engine, places[r->what],
			kv_arena_printf(rules->job->arena, "Failed to compile %.*s: %s",
					KV_ARG(rnd_quoted(rules->job, r->pattern)), why));
	r->told = true;
}

static bool is_match(const struct rnd_ignore *rules, struct ignore_rule *r, kv_str path)
{
	if (r->what == ROOTED && kv_str_starts(r->pattern, KV_S("/")) && !(r->asked && rules->engine == RND_HELM4))
		r->pattern = kv_str_sub(r->pattern, 1, r->pattern.n);
	r->asked = true;
	int match = rnd_path_match(r->pattern, r->what == BASE ? kv_path_base(path) : path);
	if (match < 0)
		log_broken(rules, r);
	return match == 1;
}

bool rnd_ignore_match(struct rnd_ignore *rules, kv_str path, bool is_dir)
{
	if (path.n == 0 || kv_str_eq(path, KV_S(".")) || kv_str_eq(path, KV_S("./")))
		return false;
	for (size_t i = 0; i < rules->n; i++) {
		struct ignore_rule *r = &rules->v[i];
		bool other = r->must_dir && !is_dir;
		/* A negated rule leaves out what it does not match, at once. */
		if (r->negate ? other || !is_match(rules, r, path) : !other && is_match(rules, r, path))
			return true;
	}
	return false;
}
