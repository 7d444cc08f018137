/* render/kustomize/labelselector.c: labels.Parse and Requirement.Matches of apimachinery (the copy in
 * kyaml/yaml/internal/k8sgen/pkg/labels/selector.go). */
#include "render/kustomize/labelselector.h"

#include "base/num.h"

enum token {
	TOKEN_ERROR,
	TOKEN_END,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_NOT,
	TOKEN_DOUBLE_EQUALS,
	TOKEN_EQUALS,
	TOKEN_GREATER,
	TOKEN_IDENTIFIER,
	TOKEN_IN,
	TOKEN_LESS,
	TOKEN_NOT_EQUALS,
	TOKEN_NOT_IN,
	TOKEN_OPEN,
};

struct requirement {
	kv_str key;
	enum token operator; /* TOKEN_IDENTIFIER: exists; TOKEN_NOT: does not */
	kv_str *values;
	size_t n, cap;
};

struct rnd_k_labelsel {
	struct requirement *v;
	size_t n, cap;
};

/* --- tokens ----------------------------------------------------------------------------------- */

struct parser {
	struct rnd_k_build *b;
	kv_pos pos;
	kv_str rest;
	enum token token; /* the one that comes next */
	kv_str literal;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_symbol(char c)
{
	return c && strchr("=!(),><", c);
}

static const struct {
	const char *text;
	enum token token;
} symbols[] = {
	/* the longer ones first */
	{ "==", TOKEN_DOUBLE_EQUALS }, { "!=", TOKEN_NOT_EQUALS }, { ")", TOKEN_CLOSE },
	{ ",", TOKEN_COMMA },          { "!", TOKEN_NOT },         { "=", TOKEN_EQUALS },
	{ ">", TOKEN_GREATER },        { "<", TOKEN_LESS },        { "(", TOKEN_OPEN },
};

static void take(struct parser *p, enum token token, size_t n)
{
	p->token = token;
	p->literal = kv_str_sub(p->rest, 0, n);
	p->rest = kv_str_sub(p->rest, n, p->rest.n);
}

static void take_symbol(struct parser *p)
{
	for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
		if (kv_str_starts(p->rest, kv_str_c(symbols[i].text))) {
			take(p, symbols[i].token, strlen(symbols[i].text));
			return;
		}
}

static void next(struct parser *p)
{
	size_t n = 0;

	while (p->rest.n && is_space(p->rest.p[0]))
		p->rest = kv_str_sub(p->rest, 1, p->rest.n);
	if (!p->rest.n || !p->rest.p[0]) {
		take(p, TOKEN_END, 0);
		return;
	}
	if (is_symbol(p->rest.p[0])) {
		take_symbol(p);
		return;
	}
	while (n < p->rest.n && p->rest.p[n] && !is_space(p->rest.p[n]) && !is_symbol(p->rest.p[n]))
		n++;
	take(p, TOKEN_IDENTIFIER, n);
	if (kv_str_eq(p->literal, KV_S("in")))
		p->token = TOKEN_IN;
	else if (kv_str_eq(p->literal, KV_S("notin")))
		p->token = TOKEN_NOT_IN;
}

/* Where a key or value may stand, "in" and "notin" are words like any other. */
static bool at_word(const struct parser *p)
{
	return p->token == TOKEN_IDENTIFIER || p->token == TOKEN_IN || p->token == TOKEN_NOT_IN;
}

static int unexpected(struct parser *p, const char *expected)
{
	return kv_error(p->b->job, p->pos, "unable to parse requirement: found '%.*s', expected: %s",
			KV_ARG(p->literal), expected);
}

/* --- names ------------------------------------------------------------------------------------ */

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9], at most 63 bytes */
static bool is_label_name(kv_str s)
{
	if (!s.n || s.n > 63 || !kv_is_alnum(s.p[0]) || !kv_is_alnum(s.p[s.n - 1]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_alnum(s.p[i]) && !strchr("-_.", s.p[i]))
			return false;
	return true;
}

static bool is_lower_alnum(char c)
{
	return kv_is_alnum(c) && !(c >= 'A' && c <= 'Z');
}

/* A DNS-1123 subdomain, at most 253 bytes. */
static bool is_subdomain(kv_str s)
{
	if (!s.n || s.n > 253)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool edge = i == 0 || i + 1 == s.n || s.p[i - 1] == '.' || s.p[i + 1] == '.';

		if (s.p[i] == '.' ? edge && (i == 0 || i + 1 == s.n || s.p[i - 1] == '.')
				  : !(is_lower_alnum(s.p[i]) || (s.p[i] == '-' && !edge)))
			return false;
	}
	return true;
}

bool rnd_k_is_label_key(kv_str s)
{
	size_t slash = kv_str_chr(s, '/');

	if (slash == SIZE_MAX)
		return is_label_name(s);
	return is_subdomain(kv_str_sub(s, 0, slash)) && is_label_name(kv_str_sub(s, slash + 1, s.n));
}

/* --- requirements ----------------------------------------------------------------------------- */

static void add_value(struct parser *p, struct requirement *r, kv_str value)
{
	KV_PUSH(p->b->job->arena, r->values, r->n, r->cap, value);
}

/* '(' words and commas ')': an empty place between commas is an empty value. */
static int parse_values(struct parser *p, struct requirement *r)
{
	bool word = false;

	if (p->token != TOKEN_OPEN)
		return unexpected(p, "'('");
	for (next(p);; next(p)) {
		if (at_word(p) && !word) {
			add_value(p, r, p->literal);
			word = true;
		} else if (p->token == TOKEN_COMMA || p->token == TOKEN_CLOSE) {
			if (!word)
				add_value(p, r, KV_S(""));
			word = false;
		} else {
			return unexpected(p, "',' or ')'");
		}
		if (p->token == TOKEN_CLOSE)
			break;
	}
	next(p);
	return 0;
}

static int parse_exact_value(struct parser *p, struct requirement *r)
{
	if (p->token == TOKEN_END || p->token == TOKEN_COMMA) {
		add_value(p, r, KV_S(""));
		return 0;
	}
	if (!at_word(p))
		return unexpected(p, "identifier");
	add_value(p, r, p->literal);
	next(p);
	return 0;
}

static int parse_operator(struct parser *p, struct requirement *r)
{
	switch (p->token) {
	case TOKEN_IN:
	case TOKEN_NOT_IN:
		r->operator= p->token;
		next(p);
		return parse_values(p, r);
	case TOKEN_EQUALS:
	case TOKEN_DOUBLE_EQUALS:
	case TOKEN_NOT_EQUALS:
	case TOKEN_GREATER:
	case TOKEN_LESS:
		r->operator= p->token;
		next(p);
		return parse_exact_value(p, r);
	default: return unexpected(p, "'=', '!=', '==', 'in', notin'");
	}
}

static int check_values(struct parser *p, const struct requirement *r)
{
	int64_t n;

	for (size_t i = 0; i < r->n; i++) {
		if ((r->operator== TOKEN_GREATER || r->operator== TOKEN_LESS) &&
		    kv_num_parse_int(r->values[i], 10, &n) != KV_NUM_OK)
			return kv_error(p->b->job, p->pos,
					"unable to parse requirement: for 'Gt', 'Lt' operators, the value "
					"must be an integer");
		if (r->values[i].n && !is_label_name(r->values[i]))
			return kv_error(p->b->job, p->pos,
					"unable to parse requirement: invalid label value: \"%.*s\": at key: "
					"\"%.*s\"",
					KV_ARG(r->values[i]), KV_ARG(r->key));
	}
	return 0;
}

/* ['!'] key [operator value] */
static int parse_requirement(struct parser *p, struct requirement *r)
{
	r->operator= TOKEN_IDENTIFIER;
	if (p->token == TOKEN_NOT) {
		r->operator= TOKEN_NOT;
		next(p);
	}
	if (!at_word(p))
		return unexpected(p, "identifier");
	r->key = p->literal;
	if (!rnd_k_is_label_key(r->key))
		return kv_error(p->b->job, p->pos, "unable to parse requirement: invalid label key \"%.*s\"",
				KV_ARG(r->key));
	next(p);
	if (r->operator== TOKEN_NOT || p->token == TOKEN_END || p->token == TOKEN_COMMA)
		return 0;
	return parse_operator(p, r) ? -1 : check_values(p, r);
}

int rnd_k_labelsel_parse(struct rnd_k_build *b, krm_val text, const struct rnd_k_labelsel **ret)
{
	struct rnd_k_labelsel *s = KV_NEW(b->job->arena, struct rnd_k_labelsel);
	struct parser p = { .b = b, .pos = text.pos, .rest = krm_str(text) };

	next(&p);
	while (p.token != TOKEN_END) {
		struct requirement r = { .key = KV_STR("") };

		if (!at_word(&p) && p.token != TOKEN_NOT)
			return unexpected(&p, "!, identifier, or 'end of string'");
		if (parse_requirement(&p, &r))
			return -1;
		KV_PUSH(b->job->arena, s->v, s->n, s->cap, r);
		if (p.token == TOKEN_END)
			break;
		if (p.token != TOKEN_COMMA)
			return unexpected(&p, "',' or 'end of string'");
		next(&p);
		if (p.token == TOKEN_END)
			return unexpected(&p, "identifier after ','");
	}
	*ret = s;
	return 0;
}

/* --- matching --------------------------------------------------------------------------------- */

static bool has_value(const struct requirement *r, kv_str value)
{
	for (size_t i = 0; i < r->n; i++)
		if (kv_str_eq(r->values[i], value))
			return true;
	return false;
}

static bool compares(const struct requirement *r, kv_str value)
{
	int64_t have, want;

	if (kv_num_parse_int(value, 10, &have) != KV_NUM_OK ||
	    kv_num_parse_int(r->values[0], 10, &want) != KV_NUM_OK)
		return false;
	return r->operator== TOKEN_GREATER ? have > want : have<want;
}

static bool requirement_holds(struct rnd_k_build *b, const struct requirement *r, krm_val labels)
{
	krm_val *v = labels.kind == KRM_MAP ? krm_map_find(labels.m, r->key) : NULL;
	kv_str value = v ? rnd_k_scalar_text(b, *v) : KV_S("");

	switch (r->operator) {
	case TOKEN_IDENTIFIER: return v != NULL;
	case TOKEN_NOT: return !v;
	case TOKEN_NOT_IN:
	case TOKEN_NOT_EQUALS: return !v || !has_value(r, value);
	case TOKEN_GREATER:
	case TOKEN_LESS: return v && compares(r, value);
	default: return v && has_value(r, value);
	}
}

bool rnd_k_labelsel_matches(struct rnd_k_build *b, const struct rnd_k_labelsel *s, krm_val labels)
{
	for (size_t i = 0; i < s->n; i++)
		if (!requirement_holds(b, &s->v[i], labels))
			return false;
	return true;
}

bool rnd_k_labelsel_is_empty(const struct rnd_k_labelsel *s)
{
	return !s->n;
}
