/* render/chart/glob.c: gobwas' glob language, parsed and compiled (gobwas/glob: syntax/, compiler/compiler.go).
 *
 *   pattern = { term }
 *   term    = "*" | "**" | "?" | "[" ["!"] (lo "-" hi | chars) "]" | "{" pattern { "," pattern } "}" | text
 */
#include "render/chart/glob.h"

#include "base/utf8.h"
#include "render/chart/glob_match.h"

/* Merging looks at all runs of terms; no pattern that people write has more. */
#define GLOB_TERMS_MAX 128

enum node_kind {
	GLOB_PATTERN,      /* children in a row */
	GLOB_ALTERNATIVES, /* children are patterns */
	GLOB_NOTHING,
	GLOB_TEXT,
	GLOB_ANY,
	GLOB_SUPER,
	GLOB_SINGLE,
	GLOB_LIST,
	GLOB_RANGE,
};

struct nodes {
	struct node **v;
	size_t n, cap;
};

struct node {
	enum node_kind kind;
	bool not ;
	kv_str text; /* TEXT, and the characters of LIST */
	uint32_t lo, hi;
	struct nodes children;
};

struct rnd_glob {
	struct matcher *matcher;
	struct matcher_panic panic;
};

/* --- parsing ---------------------------------------------------------------------------------- */

struct parser {
	struct kv_job *job;
	kv_str in;
	size_t at;
	size_t depth;
	bool bad;
};

static struct node *new_node(struct kv_job *job, enum node_kind kind)
{
	struct node *n = KV_NEW(job->arena, struct node);
	n->kind = kind;
	return n;
}

static void add_child(struct kv_job *job, struct node *parent, struct node *child)
{
	KV_PUSH(job->arena, parent->children.v, parent->children.n, parent->children.cap, child);
}

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
static void parse_class(struct parser *p, struct node *n)
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

static struct node *parse_pattern(struct parser *p);

static void parse_alternatives(struct parser *p, struct node *n)
{
	uint32_t r;
	n->kind = GLOB_ALTERNATIVES;
	if (++p->depth > p->job->limits.depth) {
		p->bad = true;
		return;
	}
	do {
		size_t size;
		add_child(p->job, n, parse_pattern(p));
		r = peek_rune(p, &size);
		p->at += size;
	} while (!p->bad && r == ',');
	p->depth--;
}

/* One term; NULL at the end of the pattern or of an alternative. */
static struct node *parse_term(struct parser *p)
{
	size_t size;
	uint32_t r = peek_rune(p, &size);
	if (r == 0 || p->bad || (p->depth && (r == ',' || r == '}')))
		return NULL;
	struct node *n = new_node(p->job, GLOB_TEXT);
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

static struct node *parse_pattern(struct parser *p)
{
	struct node *pattern = new_node(p->job, GLOB_PATTERN), *term;
	while (!p->bad && (term = parse_term(p))) {
		/* A backslash at the end makes an empty text, which upstream does not count. */
		if (term->kind != GLOB_TEXT || term->text.n)
			add_child(p->job, pattern, term);
		p->bad = p->bad || pattern->children.n > GLOB_TERMS_MAX;
	}
	return pattern;
}

/* --- alternatives with common ends ------------------------------------------------------------ */

static bool same_node(const struct node *a, const struct node *b)
{
	if (a->kind != b->kind || a->not != b->not || a->lo != b->lo || a->hi != b->hi ||
	    !kv_str_eq(a->text, b->text) || a->children.n != b->children.n)
		return false;
	for (size_t i = 0; i < a->children.n; i++)
		if (!same_node(a->children.v[i], b->children.v[i]))
			return false;
	return true;
}

/* How many terms all patterns begin and end with, as upstream counts: both ends at once, over the shortest pattern. */
static void common_ends(const struct nodes *patterns, size_t *ret_left, size_t *ret_right)
{
	size_t shortest = 0, total = 0;
	*ret_left = *ret_right = 0;
	if (patterns->n < 2)
		return;
	for (size_t i = 1; i < patterns->n; i++)
		if (patterns->v[i]->children.n < patterns->v[shortest]->children.n)
			shortest = i;
	const struct nodes *tree = &patterns->v[shortest]->children;
	bool break_left = false, break_right = false;
	for (size_t i = 0; total < tree->n && i < tree->n && !(break_left && break_right); i++) {
		size_t j = tree->n - 1 - i;
		for (size_t k = 0; k < patterns->n && !(break_left && break_right); k++) {
			if (k == shortest)
				continue;
			const struct nodes *other = &patterns->v[k]->children;
			break_left = break_left || !same_node(tree->v[i], other->v[i]);
			break_right = break_right || (!break_left && j <= i);
			break_right = break_right || !same_node(tree->v[j], other->v[j + other->n - tree->n]);
		}
		*ret_left += !break_left;
		*ret_right += !break_right;
		total = *ret_left + *ret_right;
	}
}

static struct node *sub_pattern(struct kv_job *job, const struct nodes *of, size_t from, size_t to)
{
	struct node *n = new_node(job, GLOB_PATTERN);
	for (size_t i = from; i < to; i++)
		add_child(job, n, of->v[i]);
	return n;
}

static void add_unique(struct kv_job *job, struct node *list, struct node *n)
{
	for (size_t i = 0; i < list->children.n; i++)
		if (same_node(list->children.v[i], n))
			return;
	add_child(job, list, n);
}

/* {ab*,ab?} is ab{*,?}. NULL where the alternatives have nothing in common. */
static struct node *factored(struct kv_job *job, const struct node *alternatives)
{
	const struct nodes *patterns = &alternatives->children;
	size_t left, right;
	common_ends(patterns, &left, &right);
	if (left + right == 0)
		return NULL;
	const struct nodes *first = &patterns->v[0]->children;
	struct node *out = new_node(job, GLOB_PATTERN), *rest = new_node(job, GLOB_ALTERNATIVES);
	for (size_t i = 0; i < patterns->n; i++) {
		const struct nodes *c = &patterns->v[i]->children;
		add_unique(job, rest,
			   c->n == left + right ? new_node(job, GLOB_NOTHING)
						: sub_pattern(job, c, left, c->n - right));
	}
	if (left)
		add_child(job, out, sub_pattern(job, first, 0, left));
	if (rest->children.n > 1)
		add_child(job, out, rest);
	else if (rest->children.v[0]->kind != GLOB_NOTHING)
		add_child(job, out, rest->children.v[0]);
	if (right)
		add_child(job, out, sub_pattern(job, first, first->n - right, first->n));
	return out;
}

/* --- merging ---------------------------------------------------------------------------------- */

struct compiler {
	struct kv_job *job;
	kv_str separators;
	struct matcher_panic *panic;
};

static struct matcher *new_matcher(struct compiler *c, enum matcher_kind kind, kv_str a)
{
	struct matcher *m = KV_NEW(c->job->arena, struct matcher);
	m->kind = kind;
	m->a = a;
	return m;
}

static struct matcher *new_pair(struct compiler *c, enum matcher_kind kind, kv_str a, kv_str b)
{
	struct matcher *m = new_matcher(c, kind, a);
	m->b = b;
	return m;
}

static void add_matcher(struct compiler *c, struct matchers *list, struct matcher *m)
{
	KV_PUSH(c->job->arena, list->v, list->n, list->cap, m);
}

static bool is_kind(const struct matcher *m, enum matcher_kind kind)
{
	return m && m->kind == kind;
}

static struct matcher *optimize(struct compiler *c, struct matcher *m);

/* A text with something simple on its sides. */
static struct matcher *optimize_tree(struct compiler *c, struct matcher *m)
{
	if (m->left)
		m->left = optimize(c, m->left);
	if (m->right)
		m->right = optimize(c, m->right);
	if (m->value->kind != MATCH_TEXT)
		return m;
	kv_str text = m->value->a;
	if (!m->left && !m->right)
		return new_matcher(c, MATCH_TEXT, text);
	if (is_kind(m->left, MATCH_SUPER) && is_kind(m->right, MATCH_SUPER))
		return new_matcher(c, MATCH_CONTAINS, text);
	if (is_kind(m->left, MATCH_SUPER) && !m->right)
		return new_matcher(c, MATCH_SUFFIX, text);
	if (is_kind(m->right, MATCH_SUPER) && !m->left)
		return new_matcher(c, MATCH_PREFIX, text);
	if (!m->left && is_kind(m->right, MATCH_SUFFIX))
		return new_pair(c, MATCH_PREFIX_SUFFIX, text, m->right->a);
	if (!m->right && is_kind(m->left, MATCH_PREFIX))
		return new_pair(c, MATCH_PREFIX_SUFFIX, m->left->a, text);
	if (!m->right && is_kind(m->left, MATCH_ANY))
		return new_pair(c, MATCH_SUFFIX_ANY, text, m->left->a);
	if (!m->left && is_kind(m->right, MATCH_ANY))
		return new_pair(c, MATCH_PREFIX_ANY, text, m->right->a);
	return m;
}

static struct matcher *optimize(struct compiler *c, struct matcher *m)
{
	switch (m->kind) {
	case MATCH_ANY: return m->a.n ? m : new_matcher(c, MATCH_SUPER, KV_S(""));
	case MATCH_ANY_OF: return m->list.n == 1 ? m->list.v[0] : m;
	case MATCH_LIST: return !m->not &&kv_utf8_count(m->a) == 1 ? new_matcher(c, MATCH_TEXT, m->a) : m;
	case MATCH_TREE: return optimize_tree(c, m);
	default: return m;
	}
}

/* A run of * ** ? [!...] that all spare the same characters: one matcher that counts. NULL: no such run. */
static struct matcher *glue_every(struct compiler *c, struct matcher *const *v, size_t n)
{
	bool any = false, super = false, single = false;
	int64_t min = 0;
	kv_str separators = KV_S("");
	for (size_t i = 0; i < n; i++) {
		kv_str own = v[i]->kind == MATCH_SUPER ? KV_S("") : v[i]->a;
		switch (v[i]->kind) {
		case MATCH_SUPER: super = true; break;
		case MATCH_ANY: any = true; break;
		case MATCH_LIST:
			if (!v[i]->not )
				return NULL;
			single = true;
			min++;
			break;
		case MATCH_SINGLE:
			single = true;
			min++;
			break;
		default: return NULL;
		}
		if (i == 0)
			separators = own;
		else if (!kv_str_eq(own, separators))
			return NULL;
	}
	if (super && !any && !single)
		return new_matcher(c, MATCH_SUPER, KV_S(""));
	if (any && !super && !single)
		return new_matcher(c, MATCH_ANY, separators);
	struct matcher *at_least = new_matcher(c, MATCH_MIN, KV_S(""));
	at_least->n = min;
	if ((any || super) && min > 0 && separators.n == 0)
		return at_least;
	struct matcher *every = new_matcher(c, MATCH_EVERY_OF, KV_S(""));
	if (min > 0)
		add_matcher(c, &every->list, at_least);
	if (min > 0 && !any && !super) {
		struct matcher *at_most = new_matcher(c, MATCH_MAX, KV_S(""));
		at_most->n = min;
		add_matcher(c, &every->list, at_most);
	}
	if (separators.n) {
		struct matcher *without = new_matcher(c, MATCH_CONTAINS, separators);
		without->not = true;
		add_matcher(c, &every->list, without);
	}
	return every;
}

/* A run in which each has a known length. */
static struct matcher *glue_row(struct compiler *c, struct matcher *const *v, size_t n)
{
	int64_t total = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t len = rnd_matcher_len(v[i]);
		if (len == -1)
			return NULL;
		total += len;
	}
	struct matcher *row = new_matcher(c, MATCH_ROW, KV_S(""));
	row->n = total;
	row->panic = c->panic;
	for (size_t i = 0; i < n; i++)
		add_matcher(c, &row->list, v[i]);
	return row;
}

static struct matcher *glue(struct compiler *c, struct matcher *const *v, size_t n)
{
	if (n <= 1)
		return NULL;
	struct matcher *m = glue_every(c, v, n);
	return m ? m : glue_row(c, v, n);
}

/* The run to merge: the longest, or one whose merged length is greater. False: none. */
static bool best_run(struct compiler *c, const struct matchers *list, size_t *ret_from, size_t *ret_to,
		     struct matcher **ret)
{
	struct matcher *done = NULL;
	size_t count = 0;
	for (size_t from = 0; from < list->n; from++) {
		for (size_t to = list->n; to > from; to--) {
			struct matcher *m = glue(c, list->v + from, to - from);
			if (!m)
				continue;
			int64_t old = done ? rnd_matcher_len(done) : 0, new = rnd_matcher_len(m);
			if (done && !(old > -1 && new > -1 && new > old) && count >= to - from)
				continue;
			done = m;
			count = to - from;
			*ret_from = from;
			*ret_to = to;
		}
	}
	*ret = done;
	return done;
}

static struct matchers minimize(struct compiler *c, struct matchers list)
{
	size_t from, to;
	struct matcher *m;
	while (best_run(c, &list, &from, &to, &m)) {
		struct matchers next = { 0 };
		for (size_t i = 0; i < from; i++)
			add_matcher(c, &next, list.v[i]);
		add_matcher(c, &next, m);
		for (size_t i = to; i < list.n; i++)
			add_matcher(c, &next, list.v[i]);
		bool same = next.n == list.n;
		list = next;
		if (same)
			break;
	}
	return list;
}

/* A tree around the longest matcher of known length, else around the first. */
static struct matcher *to_tree(struct compiler *c, struct matcher *const *v, size_t n)
{
	if (n == 0)
		return NULL;
	if (n == 1)
		return v[0];
	struct matcher *m = glue(c, v, n);
	if (m)
		return m;
	size_t middle = 0;
	int64_t longest = -1;
	for (size_t i = 0; i < n; i++) {
		int64_t len = rnd_matcher_len(v[i]);
		if (len == -1 || len < longest)
			continue;
		longest = len;
		middle = i;
	}
	m = new_matcher(c, MATCH_TREE, KV_S(""));
	m->value = v[middle];
	m->left = to_tree(c, v, middle);
	m->right = to_tree(c, v + middle + 1, n - middle - 1);
	int64_t left = m->left ? rnd_matcher_len(m->left) : 0,
		right = m->right ? rnd_matcher_len(m->right) : 0;
	int64_t own = rnd_matcher_len(m->value);
	m->n = left == -1 || right == -1 || own == -1 ? -1 : left + own + right;
	return m;
}

/* --- compiling -------------------------------------------------------------------------------- */

static struct matcher *compile(struct compiler *c, const struct node *n);

static struct matchers compile_children(struct compiler *c, const struct node *n)
{
	struct matchers list = { 0 };
	for (size_t i = 0; i < n->children.n; i++)
		add_matcher(c, &list, optimize(c, compile(c, n->children.v[i])));
	return list;
}

static struct matcher *compile_alternatives(struct compiler *c, const struct node *n)
{
	struct node *other = factored(c->job, n);
	if (other)
		return compile(c, other);
	struct matcher *m = new_matcher(c, MATCH_ANY_OF, KV_S(""));
	m->list = compile_children(c, n);
	return m;
}

static struct matcher *compile(struct compiler *c, const struct node *n)
{
	struct matcher *m = NULL;
	struct matchers list;
	switch (n->kind) {
	case GLOB_ALTERNATIVES: return compile_alternatives(c, n);
	case GLOB_PATTERN:
		if (n->children.n == 0)
			return new_matcher(c, MATCH_NOTHING, KV_S(""));
		list = minimize(c, compile_children(c, n));
		m = to_tree(c, list.v, list.n);
		break;
	case GLOB_NOTHING: m = new_matcher(c, MATCH_NOTHING, KV_S("")); break;
	case GLOB_TEXT: m = new_matcher(c, MATCH_TEXT, n->text); break;
	case GLOB_ANY: m = new_matcher(c, MATCH_ANY, c->separators); break;
	case GLOB_SUPER: m = new_matcher(c, MATCH_SUPER, KV_S("")); break;
	case GLOB_SINGLE: m = new_matcher(c, MATCH_SINGLE, c->separators); break;
	case GLOB_LIST:
	case GLOB_RANGE:
		m = new_matcher(c, n->kind == GLOB_LIST ? MATCH_LIST : MATCH_RANGE, n->text);
		m->not = n->not ;
		m->lo = n->lo;
		m->hi = n->hi;
		break;
	}
	return optimize(c, m);
}

struct rnd_glob *rnd_glob_compile(struct kv_job *job, kv_str pattern, char separator)
{
	struct parser p = { .job = job, .in = pattern };
	struct node *tree = parse_pattern(&p);
	if (p.bad)
		return NULL;
	struct rnd_glob *g = KV_NEW(job->arena, struct rnd_glob);
	struct compiler c = { job, KV_S(""), &g->panic };
	if (separator)
		c.separators = kv_arena_printf(job->arena, "%c", separator);
	g->matcher = compile(&c, tree);
	return g;
}

kv_str rnd_glob_panic(struct kv_job *job, const struct rnd_glob *glob)
{
	return glob->panic.end ? kv_arena_printf(job->arena,
						 "runtime error: slice bounds out of range [:%zu] with length %zu",
						 glob->panic.end, glob->panic.length)
			       : KV_S("");
}

bool rnd_glob_match(struct kv_job *job, const struct rnd_glob *glob, kv_str text)
{
	struct kv_arena_mark mark = kv_arena_mark(job->arena);
	bool matches = rnd_matcher_match(job, glob->matcher, text);
	kv_arena_release(job->arena, mark);
	return matches;
}
