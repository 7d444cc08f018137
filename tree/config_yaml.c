/* tree/config_yaml.c: reads YAML with libfyaml, behind a guard, into values. */
#include "tree/config_yaml.h"

#include <libfyaml.h>

#include "base/map.h"
#include "base/utf8.h"

/* Configurations of real repositories stay below 10 KB; a page of inline values may follow. */
#define CONFIG_BYTES ((size_t)1 << 20)
/* libfyaml's own limit in its document mode. */
#define CONFIG_DEPTH 64

/* --- guard ------------------------------------------------------------------------------------ */

static size_t first_bad_utf8(kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size)
		if (kv_utf8_decode(s, i, &size) == 0xfffd && size == 1)
			return i;
	return s.n;
}

static bool is_control(uint32_t rune)
{
	if (rune < 0x20)
		return rune != '\t' && rune != '\n' && rune != '\r';
	return rune == 0x7f || (rune >= 0x80 && rune < 0xa0) || rune == 0xfeff;
}

static int guard(struct kv_job *job, kv_str name, kv_str text, kv_pos base)
{
	if (text.n > CONFIG_BYTES)
		return kv_error_file(job, name, "the configuration is too large (limit %zu bytes)",
				     CONFIG_BYTES);
	size_t bad = first_bad_utf8(text);
	if (bad < text.n)
		return kv_error(job, kv_pos_at(base, bad), "the text is not valid UTF-8");
	for (size_t i = 0, size; i < text.n; i += size) {
		uint32_t rune = kv_utf8_decode(text, i, &size);
		if (is_control(rune))
			return kv_error(job, kv_pos_at(base, i), "control character U+%04X", rune);
		if (rune == '%' && (i == 0 || text.p[i - 1] == '\n' || text.p[i - 1] == '\r'))
			return kv_error(job, kv_pos_at(base, i), "YAML directives are not supported here");
	}
	return 0;
}

/* --- events to values ------------------------------------------------------------------------- */

struct frame {
	krm_val node; /* the collection that is open */
	krm_val key;  /* of a mapping: the key that waits for its value */
	bool has_key;
	kv_str anchor;
};

struct reader {
	struct kv_job *job;
	kv_pos base;
	kv_str text;
	struct kv_map anchors; /* name to krm_val */
	struct frame stack[CONFIG_DEPTH];
	size_t depth;
	krm_val root;
	size_t documents;
	size_t last; /* offset of the newest event with a mark */
};

static void free_parser(struct fy_parser **parser)
{
	if (*parser)
		fy_parser_destroy(*parser);
}

static void free_diag(struct fy_diag **diag)
{
	if (*diag)
		fy_diag_destroy(*diag);
}

static kv_str token_text(struct reader *r, struct fy_token *token)
{
	size_t n = 0;
	const char *p = token ? fy_token_get_text(token, &n) : NULL;
	return kv_arena_dup(r->job->arena, kv_str_of(p, p ? n : 0));
}

static kv_pos event_pos(struct reader *r, struct fy_event *e)
{
	const struct fy_mark *mark = fy_event_start_mark(e);
	/* A value that is not written at all has no mark. */
	size_t at = mark && mark->input_pos <= r->text.n ? mark->input_pos : r->last;
	/* The mark of a quoted scalar is behind its quote. */
	if (e->type == FYET_SCALAR && at > 0 && (r->text.p[at - 1] == '"' || r->text.p[at - 1] == '\''))
		at--;
	r->last = at;
	return kv_pos_at(r->base, at);
}

static int insert(struct reader *r, struct krm_map *map, krm_val key, krm_val value)
{
	krm_val *old = krm_map_find(map, krm_str(key));
	if (old) {
		kv_error(r->job, key.pos, "the key \"%.*s\" occurs twice", KV_ARG(krm_str(key)));
		kv_note(r->job, old->pos, "the first one is here");
		return -1;
	}
	krm_map_set_key(r->job->arena, map, key, value);
	return 0;
}

/* What a merge key brings: no key may stand beside it that it brings too. Among several maps the first one
 * wins. */
static int merge(struct reader *r, struct krm_map *into, krm_val key, krm_val from,
		 const struct krm_map *before)
{
	if (from.kind != KRM_MAP)
		return kv_error(r->job, key.pos, "a merge key needs a mapping");
	krm_map_each (from.m, e) {
		if (before && krm_map_find(before, krm_str(e->key)))
			continue;
		krm_val named = e->key;
		named.pos = key.pos;
		if (insert(r, into, named, e->val) < 0)
			return -1;
		if (++r->job->steps > r->job->limits.alias_nodes)
			return kv_error(r->job, key.pos, "too many alias nodes (limit %zu)",
					r->job->limits.alias_nodes);
	}
	return 0;
}

static int merge_all(struct reader *r, struct krm_map *into, krm_val key, krm_val value)
{
	if (value.kind != KRM_LIST)
		return merge(r, into, key, value, NULL);
	krm_val brought = krm_map(r->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < value.l->n; i++)
		if (merge(r, brought.m, key, value.l->v[i], brought.m) < 0)
			return -1;
	return merge(r, into, key, brought, NULL);
}

static bool is_merge_key(krm_val key)
{
	return key.style == KRM_STYLE_PLAIN && krm_is_str(key, "<<");
}

/* A finished node goes where the open collection waits for it. */
static int place(struct reader *r, krm_val v)
{
	struct frame *top = r->depth ? &r->stack[r->depth - 1] : NULL;
	if (!top) {
		r->root = v;
		return 0;
	}
	if (top->node.kind == KRM_LIST) {
		krm_list_push(r->job->arena, top->node.l, v);
		return 0;
	}
	if (!top->has_key) {
		if (v.kind != KRM_STRING && v.kind != KRM_NIL)
			return kv_error(r->job, v.pos, "a key must be a string");
		top->key = v.kind == KRM_NIL ? krm_string_c(r->job->arena, "null") : v;
		top->key.pos = v.pos;
		top->has_key = true;
		return 0;
	}
	top->has_key = false;
	return is_merge_key(top->key) ? merge_all(r, top->node.m, top->key, v)
				      : insert(r, top->node.m, top->key, v);
}

static void remember(struct reader *r, kv_str anchor, krm_val v)
{
	if (!anchor.n)
		return;
	krm_val *kept = KV_NEW(r->job->arena, krm_val);
	*kept = v;
	kv_map_put(&r->anchors, anchor, kept);
}

static bool is_null(kv_str s)
{
	return s.n == 0 || kv_str_eq(s, KV_S("~")) || kv_str_eq(s, KV_S("null")) ||
	       kv_str_eq(s, KV_S("Null")) || kv_str_eq(s, KV_S("NULL"));
}

static int on_scalar(struct reader *r, struct fy_event *e)
{
	static const enum krm_style styles[] = { KRM_STYLE_PLAIN, KRM_STYLE_SINGLE, KRM_STYLE_DOUBLE,
						 KRM_STYLE_LITERAL, KRM_STYLE_FOLDED };
	enum fy_scalar_style style = fy_token_scalar_style(e->scalar.value);
	kv_str text = token_text(r, e->scalar.value);
	bool tagged = e->scalar.tag != NULL;
	krm_val v = krm_nil();
	if (style != FYSS_PLAIN || tagged || !is_null(text)) {
		v = krm_string(r->job->arena, text);
		v.style = (uint8_t)(tagged || style < 0 || style >= FYSS_MAX ? KRM_STYLE_SINGLE
									     : styles[style]);
	}
	v.pos = event_pos(r, e);
	remember(r, token_text(r, e->scalar.anchor), v);
	return place(r, v);
}

static int on_alias(struct reader *r, struct fy_event *e)
{
	kv_str name = token_text(r, e->alias.anchor);
	krm_val *v = kv_map_get(&r->anchors, name);
	if (!v)
		return kv_error(r->job, event_pos(r, e), "unknown anchor \"%.*s\"", KV_ARG(name));
	return place(r, *v);
}

static int open_collection(struct reader *r, struct fy_event *e, krm_val node, struct fy_token *anchor)
{
	node.pos = event_pos(r, e);
	if (r->depth == CONFIG_DEPTH)
		return kv_error(r->job, node.pos, "too many levels of nesting (limit %d)", CONFIG_DEPTH);
	r->stack[r->depth++] = (struct frame){ .node = node, .anchor = token_text(r, anchor) };
	return 0;
}

static int close_collection(struct reader *r)
{
	struct frame *top = &r->stack[--r->depth];
	remember(r, top->anchor, top->node);
	return place(r, top->node);
}

static int on_document(struct reader *r, struct fy_event *e)
{
	if (r->documents++ > 0)
		return kv_error(r->job, event_pos(r, e),
				"a second document: a configuration is one document");
	return 0;
}

static int on_event(struct reader *r, struct fy_event *e)
{
	switch (e->type) {
	case FYET_DOCUMENT_START: return on_document(r, e);
	case FYET_SCALAR: return on_scalar(r, e);
	case FYET_ALIAS: return on_alias(r, e);
	case FYET_MAPPING_START:
		return open_collection(r, e, krm_map(r->job->arena, KRM_OF_ANY), e->mapping_start.anchor);
	case FYET_SEQUENCE_START:
		return open_collection(r, e, krm_list(r->job->arena, KRM_OF_ANY), e->sequence_start.anchor);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END: return close_collection(r);
	default: return 0;
	}
}

/* --- the reader ------------------------------------------------------------------------------- */

/* Byte offset of a line and column, both from one, columns in characters. */
static size_t offset_of(kv_str text, int line, int column)
{
	size_t at = 0;
	for (; line > 1 && at < text.n; line--) {
		size_t end = kv_str_find(text, KV_S("\n"), at);
		at = end == SIZE_MAX ? text.n : end + 1;
	}
	for (size_t size; column > 1 && at < text.n && text.p[at] != '\n'; column--, at += size)
		kv_utf8_decode(text, at, &size);
	return at;
}

/* libfyaml collects several errors for one cause; the first one says it. */
static int report(struct reader *r, struct fy_diag *diag)
{
	void *next = NULL;
	struct fy_diag_error *e = fy_diag_errors_iterate(diag, &next);
	if (!e)
		return kv_error(r->job, r->base, "the text is not YAML");
	kv_str message = kv_str_trim(kv_str_c(e->msg), " \n");
	return kv_error(r->job, kv_pos_at(r->base, offset_of(r->text, e->line, e->column)), "%.*s",
			KV_ARG(message));
}

static int read_events(struct reader *r, struct fy_parser *parser, struct fy_diag *diag)
{
	struct fy_event *e;
	int failed = 0;
	while (failed == 0 && (e = fy_parser_parse(parser))) {
		failed = on_event(r, e);
		fy_parser_event_free(parser, e);
	}
	if (failed == 0 && fy_parser_get_stream_error(parser))
		return report(r, diag);
	return failed;
}

int tree_config_yaml(struct kv_job *job, kv_str name, kv_str text, krm_val *ret)
{
	kv_pos base = kv_source_add(job, name, text);
	kv_str mark = KV_STR("\xef\xbb\xbf");
	if (kv_str_starts(text, mark)) {
		text = kv_str_sub(text, mark.n, text.n);
		base = kv_pos_at(base, mark.n);
	}
	if (guard(job, name, text, base) < 0)
		return -1;
	*ret = krm_nil();
	if (text.n == 0)
		return 0;
	struct fy_diag_cfg quiet;
	fy_diag_cfg_default(&quiet);
	quiet.fp = NULL;
	__attribute__((cleanup(free_diag))) struct fy_diag *diag = fy_diag_create(&quiet);
	if (!diag)
		kv_oom(sizeof quiet);
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg config = { .flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS | FYPCF_JSON_NONE,
				       .diag = diag };
	__attribute__((cleanup(free_parser))) struct fy_parser *parser = fy_parser_create(&config);
	if (!parser || fy_parser_set_string(parser, text.p, text.n) != 0)
		kv_oom(text.n);
	struct reader *r = KV_NEW(job->arena, struct reader);
	*r = (struct reader){ .job = job, .base = base, .text = text };
	kv_map_init(&r->anchors, job->arena);
	if (read_events(r, parser, diag) < 0)
		return -1;
	*ret = r->root;
	return 0;
}

/* --- plain scalars ---------------------------------------------------------------------------- */

static size_t skip_digits(kv_str s, size_t i)
{
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? of YAML 1.2's core schema. */
static bool is_decimal(kv_str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	size_t whole = skip_digits(s, i), digits = whole - i;
	i = whole;
	if (i < s.n && s.p[i] == '.') {
		size_t end = skip_digits(s, i + 1);
		digits += end - i - 1;
		i = end;
	}
	if (digits == 0)
		return false;
	if (i < s.n && (s.p[i] | 0x20) == 'e') {
		i++;
		if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
			i++;
		size_t end = skip_digits(s, i);
		if (end == i)
			return false;
		i = end;
	}
	return i == s.n;
}

/* 0o17, 0x1F */
static bool is_based(kv_str s)
{
	if (s.n < 3 || s.p[0] != '0' || (s.p[1] != 'o' && s.p[1] != 'x'))
		return false;
	const char *digits = s.p[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
	return kv_str_trim(kv_str_sub(s, 2, s.n), digits).n == 0;
}

bool tree_plain_is_typed(kv_str s)
{
	static const char *const words[] = { "true", "True", "TRUE", "false", "False", "FALSE",
					     ".nan", ".NaN", ".NAN", ".inf",  ".Inf",  ".INF" };
	kv_str unsigned_ = s.n && (s.p[0] == '-' || s.p[0] == '+') ? kv_str_sub(s, 1, s.n) : s;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (kv_str_eq(i < 9 ? s : unsigned_, kv_str_c(words[i])))
			return true;
	return is_decimal(s) || is_based(s);
}
