/* render/chart/glob.c: gobwas' glob language.
 *
 *   pattern = { term }
 *   term    = "*" | "**" | "?" | "[" ["!"] (lo "-" hi | chars) "]" | "{" pattern { "," pattern } "}" | text
 *
 * A pattern is a tree; matching pushes the set of places reached so far through it, term by term, so that
 * time is the product of pattern and text.
 */
#include "render/chart/glob.h"

#include "base/utf8.h"

enum glob_kind { GLOB_TEXT, GLOB_ANY, GLOB_SUPER, GLOB_SINGLE, GLOB_LIST, GLOB_RANGE, GLOB_ALTERNATIVES };

struct glob_node {
	enum glob_kind kind;
	bool not ;
	kv_str text;                  /* TEXT, and the characters of LIST */
	uint32_t lo, hi;              /* RANGE */
	struct glob_node *next;       /* the term behind */
	struct glob_branch *branches; /* ALTERNATIVES */
};

struct glob_branch {
	struct glob_node *first;
	struct glob_branch *next;
};

struct rnd_glob {
	struct glob_node *first;
	char separator;
};

struct parser {
	struct kv_job *job;
	kv_str in;
	size_t at;
	size_t depth;
	bool bad;
};

static uint32_t peek_rune(struct parser *p, size_t *size)
{
	*size = 0;
	if (p->at >= p->in.n)
		return 0;
	uint32_t r = kv_utf8_decode(p->in, p->at, size);
	/* A NUL ends the pattern; what is no UTF-8 spoils it. */
	p->bad = p->bad || r == 0xFFFD;
	return r;
}

/* Characters up to one of `stop`, backslashes taken off. */
static kv_str parse_text(struct parser *p, const char *stop)
{
	struct kv_buf b;
	kv_buf_init(&b, p->job->arena, KV_BUF_MAX);
	bool escaped = false;
	for (;;) {
		size_t size;
		uint32_t r = peek_rune(p, &size);
		if (r == 0 || p->bad)
			break;
		if (!escaped && r < 0x80 && strchr(stop, (int)r))
			break;
		p->at += size;
		if (!escaped && r == '\\') {
			escaped = true;
			continue;
		}
		escaped = false;
		kv_buf_rune(&b, r);
	}
	return kv_buf_view(&b);
}

/* Behind "[". */
static void parse_class(struct parser *p, struct glob_node *n)
{
	size_t size, next;
	uint32_t r = peek_rune(p, &size);
	if (r == '!') {
		n->not = true;
		p->at += size;
		r = peek_rune(p, &size);
	}
	if (r == 0) {
		p->bad = true;
		return;
	}
	p->at += size;
	if (peek_rune(p, &next) == '-') {
		p->at += next;
		n->kind = GLOB_RANGE;
		n->lo = r;
		n->hi = peek_rune(p, &size);
		p->at += size;
		p->bad = p->bad || n->hi == 0 || n->hi < n->lo;
	} else {
		p->at -= size;
		n->kind = GLOB_LIST;
		n->text = parse_text(p, "]");
		p->bad = p->bad || n->text.n == 0;
	}
	p->bad = p->bad || peek_rune(p, &size) != ']';
	p->at += size;
}

static struct glob_node *parse_pattern(struct parser *p);

static void parse_alternatives(struct parser *p, struct glob_node *n)
{
	n->kind = GLOB_ALTERNATIVES;
	struct glob_branch **tail = &n->branches;
	if (++p->depth > p->job->limits.depth) {
		p->bad = true;
		return;
	}
	for (;;) {
		struct glob_branch *b = KV_NEW(p->job->arena, struct glob_branch);
		b->first = parse_pattern(p);
		*tail = b;
		tail = &b->next;
		size_t size;
		uint32_t r = peek_rune(p, &size);
		p->at += size;
		if (p->bad || r != ',') {
			break;
		}
	}
	p->depth--;
}

/* One term; NULL at the end of the pattern or of an alternative. */
static struct glob_node *parse_term(struct parser *p)
{
	size_t size;
	uint32_t r = peek_rune(p, &size);
	if (r == 0 || p->bad || (p->depth && (r == ',' || r == '}')))
		return NULL;
	struct glob_node *n = KV_NEW(p->job->arena, struct glob_node);
	if (r == '*' || r == '?' || r == '[' || r == '{')
		p->at += size;
	switch (r) {
	case '*':
		n->kind = GLOB_ANY;
		if (peek_rune(p, &size) == '*') {
			n->kind = GLOB_SUPER;
			p->at += size;
		}
		break;
	case '?': n->kind = GLOB_SINGLE; break;
	case '[': parse_class(p, n); break;
	case '{': parse_alternatives(p, n); break;
	default: n->text = parse_text(p, p->depth ? "?*[{}," : "?*[{"); break;
	}
	return n;
}

static struct glob_node *parse_pattern(struct parser *p)
{
	struct glob_node *first = NULL, **tail = &first;
	while ((*tail = parse_term(p)) && !p->bad)
		tail = &(*tail)->next;
	return first;
}

struct rnd_glob *rnd_glob_compile(struct kv_job *job, kv_str pattern, char separator)
{
	struct parser p = { .job = job, .in = pattern };
	struct rnd_glob *g = KV_NEW(job->arena, struct rnd_glob);
	g->first = parse_pattern(&p);
	g->separator = separator;
	return p.bad ? NULL : g;
}

/* --- matching -------------------------------------------------------------------------------------- */

struct matcher {
	struct kv_job *job;
	kv_str text;
	uint32_t separator;
};

/* places[i]: the terms so far can end before byte i. */
static bool *places_new(struct matcher *m)
{
	return KV_NEW_N(m->job->arena, bool, m->text.n + 1);
}

static bool takes(const struct matcher *m, const struct glob_node *n, uint32_t r)
{
	size_t size;
	switch (n->kind) {
	case GLOB_SINGLE: return r != m->separator;
	case GLOB_RANGE: return (r >= n->lo && r <= n->hi) != n->not ;
	default:
		for (size_t i = 0; i < n->text.n; i += size)
			if (kv_utf8_decode(n->text, i, &size) == r)
				return !n->not ;
		return n->not ;
	}
}

static bool *match_terms(struct matcher *m, const struct glob_node *n, bool *places);

static bool *match_term(struct matcher *m, const struct glob_node *n, const bool *places)
{
	bool *out = places_new(m);
	if (n->kind == GLOB_ALTERNATIVES) {
		for (const struct glob_branch *b = n->branches; b; b = b->next) {
			bool *copy = places_new(m);
			memcpy(copy, places, m->text.n + 1);
			copy = match_terms(m, b->first, copy);
			for (size_t i = 0; i <= m->text.n; i++)
				out[i] = out[i] || copy[i];
		}
		return out;
	}
	bool running = false;
	for (size_t i = 0, size = 1; i <= m->text.n; i += size) {
		uint32_t r = i < m->text.n ? kv_utf8_decode(m->text, i, &size) : 0;
		running = running || places[i];
		if (n->kind == GLOB_TEXT) {
			if (places[i] && kv_str_starts(kv_str_sub(m->text, i, m->text.n), n->text))
				out[i + n->text.n] = true;
		} else if (n->kind == GLOB_ANY || n->kind == GLOB_SUPER) {
			out[i] = running;
			running = running && !(n->kind == GLOB_ANY && i < m->text.n && r == m->separator);
		} else if (places[i] && i < m->text.n && takes(m, n, r)) {
			out[i + size] = true;
		}
	}
	return out;
}

static bool *match_terms(struct matcher *m, const struct glob_node *n, bool *places)
{
	for (; n; n = n->next)
		places = match_term(m, n, places);
	return places;
}

bool rnd_glob_match(struct kv_job *job, const struct rnd_glob *glob, kv_str text)
{
	struct kv_arena_mark mark = kv_arena_mark(job->arena);
	struct matcher m = { job, text, glob->separator ? (unsigned char)glob->separator : UINT32_MAX };
	bool *places = places_new(&m);
	places[0] = true;
	bool matches = match_terms(&m, glob->first, places)[text.n];
	kv_arena_release(job->arena, mark);
	return matches;
}
