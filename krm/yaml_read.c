/* krm/yaml_read.c: events to values, as go-yaml's decoders and what comes behind them see it (v2 and v3
 * decode.go, sigs.k8s.io/yaml yaml.go, kyaml yaml/rnode.go).
 *
 * Upstream parses, then decodes, then converts, then encodes; a mistake that an earlier step finds hides
 * those of later steps, wherever it stands in the text. Here all steps happen in one pass: what a later step
 * would refuse is noted down and the reading goes on.
 */
#include <math.h>

#include "base/base64.h"
#include "base/map.h"
#include "base/num.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "krm/yaml_reader.h"

struct anchor {
	krm_val value;
	bool open;      /* still being read: an alias to it would hold itself */
	size_t decodes; /* what one more decoding costs (decode.go, decodeCount) */
};

/* --- problems --------------------------------------------------------------------------------- */

static void note_problem(struct yml_reader *r, enum yml_step step, kv_pos pos, kv_str text)
{
	struct yml_noted *p = &r->problems[step];
	if (!p->set)
		*p = (struct yml_noted){ .set = true, .text = text, .pos = pos };
}

static int stop(struct yml_reader *r, kv_pos pos, kv_str text)
{
	note_problem(r, YML_STEP_PARSE, pos, text);
	return -1;
}

static int stop_at_limit(struct yml_reader *r, kv_pos pos, const char *noun, size_t limit)
{
	return stop(r, pos, kv_arena_printf(r->job->arena, "too many %s (limit %zu)", noun, limit));
}

static int next_event(struct yml_reader *r, struct yml_event *e)
{
	if (krm_yml_parser_next(r->parser, e) == 0)
		return 0;
	struct yml_problem p = krm_yml_parser_problem(r->parser);
	note_problem(r, YML_STEP_PARSE, kv_pos_at(r->base, p.offset), p.text);
	r->problems[YML_STEP_PARSE].line = p.line;
	return -1;
}

static kv_pos pos_of(const struct yml_reader *r, const struct yml_event *e)
{
	return kv_pos_at(r->base, e->offset);
}

static bool is_kustomize(const struct yml_reader *r)
{
	return r->rules == KRM_YAML_KUSTOMIZE;
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* A scalar on its way to be a key or a value. */
struct scalar {
	struct yml_resolved r;
	kv_str text;   /* what a string holds; for other types what is written */
	bool is_other; /* !!binary or a tag that go-yaml knows nothing of */
	bool empty;    /* written as nothing, but printed as an empty string */
};

#define TAG_PREFIX "tag:yaml.org,2002:"

/* The part behind "!!", or an empty string for all other tags. */
static kv_str core_name(kv_str tag)
{
	return kv_str_starts(tag, KV_S(TAG_PREFIX)) ? kv_str_sub(tag, sizeof TAG_PREFIX - 1, tag.n)
						    : KV_S("");
}

static bool is_core(const struct yml_event *e, const char *name)
{
	return kv_str_eq(core_name(e->tag), kv_str_c(name));
}

/* resolve.go, resolvableTag. */
static bool type_of_tag(const struct yml_event *e, enum yml_type *ret)
{
	for (enum yml_type t = YML_STR; t <= YML_TIME; t++) {
		if (is_core(e, krm_yml_type_tag(t) + 2)) {
			*ret = t;
			return true;
		}
	}
	return false;
}

/* encoding/json makes U+FFFD of bad bytes; only !!binary can bring them in. */
static kv_str clean_utf8(struct kv_arena *a, kv_str s)
{
	struct kv_buf b;
	if (kv_utf8_valid(s))
		return s;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0, size; i < s.n; i += size)
		kv_buf_rune(&b, kv_utf8_decode(s, i, &size));
	return kv_buf_view(&b);
}

static void resolve_binary(struct yml_reader *r, const struct yml_event *e, struct scalar *s)
{
	struct kv_buf b;
	size_t bad;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	if (!kv_base64_decode(&b, e->value, false, &bad))
		note_problem(r, YML_STEP_DECODE, pos_of(r, e),
			     KV_S("!!binary value contains invalid base64 data"));
	s->text = r->rules == KRM_YAML_PLAIN || r->typed ? kv_buf_view(&b) : clean_utf8(r->job->arena, kv_buf_view(&b));
	s->is_other = true;
}

/* resolve.go: the tag has to fit what the text looks like; an integer may be a float. */
static void resolve_tagged(struct yml_reader *r, const struct yml_event *e, struct scalar *s)
{
	enum yml_type wanted;
	if (is_core(e, "binary")) {
		resolve_binary(r, e, s);
		return;
	}
	s->is_other = !type_of_tag(e, &wanted);
	if (s->is_other || wanted == YML_STR)
		return;
	s->r = krm_yml_resolve(e->value, r->version, wanted == YML_TIME);
	if (s->r.type == wanted || (wanted == YML_INT && s->r.type == YML_UINT))
		return;
	if (wanted == YML_FLOAT && s->r.type == YML_INT) {
		s->r = (struct yml_resolved){ .type = YML_FLOAT, .f = (double)s->r.i };
		return;
	}
	note_problem(r, YML_STEP_DECODE, pos_of(r, e),
		     kv_arena_printf(r->job->arena, "cannot decode %s `%.*s` as a %s",
				     krm_yml_type_tag(s->r.type), KV_ARG(e->value),
				     krm_yml_type_tag(wanted)));
}

/* An empty plain scalar cannot be printed within a flow collection or as a key, so v3 prints quotes there. */
static bool is_printed_empty(const struct yml_reader *r, const struct yml_event *e, bool key)
{
	return is_kustomize(r) && (key || r->flow > 0) && e->value.n == 0 && !e->tagged;
}

/* What kustomize cannot read again after printing it. */
static void check_block(struct yml_reader *r, const struct yml_event *e)
{
	if (!r->job->keep_text && !r->job->decoded && krm_yml_prints_with_tab(e->value))
		note_problem(r, YML_STEP_DECODE, pos_of(r, e),
			     KV_S("found a tab character where an indentation space is expected"));
	if (e->style == KRM_STYLE_FOLDED)
		r->job->folded_texts = true;
}

/* The annotations of an object: kustomize writes them anew, as strings of what stands there, before it resolves anything
 * (SetAnnotations in kyaml/yaml/rnode.go). */
static bool is_annotation(const struct yml_reader *r)
{
	return r->path == YML_ANNOTATION && r->depth == 3 && is_kustomize(r);
}

static struct scalar resolve_scalar(struct yml_reader *r, const struct yml_event *e, bool key)
{
	struct scalar s = { .r = { .type = YML_STR }, .text = e->value };
	bool plain = r->version == YML_V2 ? e->plain_implicit : e->style == KRM_STYLE_PLAIN;
	if (e->tagged && !key && is_annotation(r))
		return s;
	if (e->tagged)
		resolve_tagged(r, e, &s);
	else if (plain && is_printed_empty(r, e, key))
		s.empty = true;
	else if (plain)
		s.r = krm_yml_resolve(e->value, r->version, r->version == YML_V3);
	if (is_kustomize(r) && e->style == KRM_STYLE_DOUBLE && kv_str_has(e->value, KV_S("\xC2\x85")))
		r->job->folded_texts = true;
	if (is_kustomize(r) && (e->style == KRM_STYLE_LITERAL || e->style == KRM_STYLE_FOLDED))
		check_block(r, e);
	return s;
}

/* The parser's own text is taken as it is, a slice of the source is copied. */
static krm_val string_of(struct yml_reader *r, const struct yml_event *e, const struct scalar *s)
{
	if (e->owned && s->text.p == e->value.p)
		return krm_string_take(
			(const struct krm_text *)(const void *)(s->text.p - offsetof(struct krm_text, s)));
	return krm_string_shared(r->job, s->text);
}

static krm_val float_of(struct yml_reader *r, double f)
{
	if (!isfinite(f) && is_kustomize(r) && r->chunk) {
		r->job->doubtful = true;
	} else if (!isfinite(f) && r->rules != KRM_YAML_PLAIN) {
		r->infinite = true;
	}
	return krm_float(f);
}

/* v2 gives timestamps to interface{} as they are written, v3 a time.Time, which becomes text in JSON. */
static krm_val time_of(struct yml_reader *r, const struct yml_event *e, const struct scalar *s)
{
	char text[YML_TIME_SIZE];
	if (!is_kustomize(r) || r->job->keep_text || !krm_yml_time_text(s->text, text))
		return string_of(r, e, s);
	if (r->warn && text[0] && !kv_str_eq(s->text, kv_str_c(text)))
		kv_warn(r->job, pos_of(r, e),
			"outside of annotations kustomize writes this date as %s; quotes or --keep-text keep "
			"it",
			text);
	if (!text[0])
		note_problem(r, YML_STEP_ENCODE, pos_of(r, e),
			     KV_S("json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: "
				  "timezone hour "
				  "outside of range [0,23]"));
	return krm_string_c(r->job->arena, text);
}

static krm_val typed_value(struct yml_reader *r, const struct yml_event *e, const struct scalar *s)
{
	bool floats = r->rules == KRM_YAML_HELM && !r->typed;
	switch (s->r.type) {
	case YML_STR: return string_of(r, e, s);
	case YML_NULL: return krm_nil();
	case YML_BOOL: return krm_bool(s->r.b);
	case YML_INT: return floats ? krm_float((double)s->r.i) : krm_int64(s->r.i);
	case YML_UINT: return floats ? krm_float((double)s->r.u) : krm_uint64(s->r.u);
	case YML_FLOAT: return float_of(r, s->r.f);
	case YML_TIME: return time_of(r, e, s);
	}
	return krm_nil();
}

/* Decimal without sign tricks: the value prints as it is written. */
static bool is_canonical_integer(kv_str s)
{
	size_t i = s.n > 0 && s.p[0] == '-';
	if (i == s.n || (s.p[i] == '0' && s.n > 1))
		return false;
	for (; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool is_canonical(const struct scalar *s)
{
	switch (s->r.type) {
	case YML_STR: return true;
	case YML_NULL: return kv_str_eq(s->text, KV_S("null"));
	case YML_BOOL: return kv_str_eq(s->text, s->r.b ? KV_S("true") : KV_S("false"));
	case YML_INT:
	case YML_UINT: return is_canonical_integer(s->text);
	case YML_FLOAT:
	case YML_TIME: break;
	}
	return false;
}

static void remember_spelling(struct yml_reader *r, kv_pos pos, kv_str text)
{
	struct kv_job *job = r->job;
	struct kv_spelling spelling = { .pos = pos, .text = kv_arena_dup(job->arena, text) };
	if (pos && (job->nspellings == 0 || job->spellings[job->nspellings - 1].pos < pos))
		KV_PUSH(job->arena, job->spellings, job->nspellings, job->spellings_cap, spelling);
}

krm_val krm_yml_scalar_value(struct yml_reader *r, const struct yml_event *e)
{
	struct scalar s = resolve_scalar(r, e, false);
	krm_val v = typed_value(r, e, &s);
	v.style = (uint8_t)e->style;
	v.pos = pos_of(r, e);
	if (e->tagged)
		v.flags |= KRM_TAGGED;
	if (s.empty)
		v.flags |= KRM_EMPTY;
	if (is_kustomize(r) && !is_canonical(&s))
		remember_spelling(r, v.pos, s.text);
	return v;
}

/* --- aliases ---------------------------------------------------------------------------------- */

static int copy_node(struct yml_reader *r, krm_val v, size_t depth, kv_pos pos, krm_val *ret);

static int copy_list(struct yml_reader *r, const struct krm_list *l, size_t depth, kv_pos pos,
		     struct krm_list *to)
{
	for (size_t i = 0; i < l->n; i++) {
		krm_val item;
		if (copy_node(r, l->v[i], depth, pos, &item) < 0)
			return -1;
		krm_list_push(r->job->arena, to, item);
	}
	return 0;
}

static int copy_map(struct yml_reader *r, const struct krm_map *m, size_t depth, kv_pos pos,
		    struct krm_map *to)
{
	krm_map_each (m, e) {
		krm_val item;
		if (copy_node(r, e->val, depth, pos, &item) < 0)
			return -1;
		krm_map_set_key(r->job->arena, to, e->key, item);
	}
	return 0;
}

static int copy_node(struct yml_reader *r, krm_val v, size_t depth, kv_pos pos, krm_val *ret)
{
	if (++r->alias_nodes > r->job->limits.alias_nodes && r->alias_nodes > r->nodes - r->aliases)
		return stop_at_limit(r, pos, "nodes from aliases", r->job->limits.alias_nodes);
	*ret = v;
	if (v.kind != KRM_LIST && v.kind != KRM_MAP)
		return 0;
	if (depth >= r->job->limits.depth)
		return stop_at_limit(r, pos, "nesting levels", r->job->limits.depth);
	if (v.kind == KRM_LIST) {
		ret->l = krm_list(r->job->arena, KRM_OF_ANY).l;
		return copy_list(r, v.l, depth + 1, pos, ret->l);
	}
	ret->m = krm_map(r->job->arena, KRM_OF_ANY).m;
	return copy_map(r, v.m, depth + 1, pos, ret->m);
}

/* decode.go, allowedAliasRatio: above 100 decodings from aliases and 1,000 in all, a share of 99 %, sliding
 * to 10 % between 400,000 and 4,000,000. */
static bool is_excessive(size_t aliases, size_t all)
{
	const double low = 400000, high = 4000000;
	if (aliases <= 100 || all <= 1000)
		return false;
	double n = (double)all, allowed = n <= low    ? 0.99
					  : n >= high ? 0.10
						      : 0.99 - 0.89 * ((n - low) / (high - low));
	return (double)aliases / n > allowed;
}

static int read_alias(struct yml_reader *r, const struct yml_event *e, krm_val *ret)
{
	struct anchor *a = kv_map_get(&r->anchors, e->value);
	kv_pos pos = pos_of(r, e);
	*ret = krm_nil();
	r->aliases++;
	if (!a)
		return stop(
			r, pos,
			kv_arena_printf(r->job->arena, "unknown anchor '%.*s' referenced", KV_ARG(e->value)));
	if (a->open) {
		note_problem(r, YML_STEP_DECODE, pos,
			     kv_arena_printf(r->job->arena, "anchor '%.*s' value contains itself",
					     KV_ARG(e->value)));
		return 0;
	}
	r->decodes += a->decodes;
	r->alias_decodes += a->decodes;
	if (!is_kustomize(r) && is_excessive(r->alias_decodes, r->decodes)) {
		note_problem(r, YML_STEP_DECODE, pos, KV_S("document contains excessive aliasing"));
		return 0;
	}
	if (copy_node(r, a->value, r->depth, pos, ret) < 0)
		return -1;
	ret->flags |= KRM_ALIAS;
	return 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

static int read_node(struct yml_reader *r, const struct yml_event *e, krm_val *ret);

/* sigs yaml.go, convertToJSONableObject. False for a key that it refuses. */
static bool sigs_key(struct kv_arena *a, const struct scalar *s, kv_str *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	switch (s->r.type) {
	case YML_STR:
	case YML_TIME: *ret = s->text; return true;
	case YML_BOOL: *ret = s->r.b ? KV_S("true") : KV_S("false"); return true;
	case YML_INT: kv_num_int(&b, s->r.i); break;
	case YML_FLOAT:
		if (isfinite(s->r.f))
			kv_num_float32(&b, s->r.f, 'g', -1);
		else
			kv_buf_str(&b, isnan(s->r.f) ? KV_S(".nan")
				       : s->r.f < 0  ? KV_S("-.inf")
						     : KV_S(".inf"));
		/* Beyond a float32's range the number is an infinity in Go's spelling. */
		if (kv_str_eq(kv_buf_view(&b), KV_S("+Inf")) || kv_str_eq(kv_buf_view(&b), KV_S("-Inf"))) {
			b.n = 0;
			kv_buf_str(&b, s->r.f < 0 ? KV_S("-.inf") : KV_S(".inf"));
		}
		break;
	case YML_NULL:
	case YML_UINT: return false;
	}
	*ret = kv_buf_view(&b);
	return true;
}

/* A key and what has to be remembered about it until its value is read. */
struct key {
	krm_val val;  /* STRING, or NIL when there is none to set */
	bool refused; /* by convertToJSONableObject */
	bool is_merge;
	struct scalar s;
	kv_pos pos;
	size_t line;
};

/* v2 goes by the implicit flag, v3 by the style. */
static bool is_merge_key(const struct yml_reader *r, const struct yml_event *e)
{
	if (e->kind != YML_SCALAR || !kv_str_eq(e->value, KV_S("<<")))
		return false;
	if (e->tagged && is_core(e, "merge"))
		return true;
	return r->version == YML_V2 ? e->plain_implicit : !e->tagged && e->style == KRM_STYLE_PLAIN;
}

static void refuse_key_type(struct yml_reader *r, kv_pos pos)
{
	note_problem(r, YML_STEP_ENCODE, pos, KV_S("json: unsupported type: map[interface {}]interface {}"));
}

/* The keys of the document's root go into a map[string]interface{}, which takes any scalar as it is written;
 * a map below with a key that is no string is one that JSON does not know. */
static void check_kustomize_key(struct yml_reader *r, struct key *k)
{
	bool string = k->s.r.type == YML_STR && !k->s.is_other;
	if (k->s.r.type == YML_NULL)
		note_problem(r, YML_STEP_COLLECT, k->pos,
			     kv_arena_printf(r->job->arena, "mapping key \"%.*s\" already defined",
					     KV_ARG(k->s.text)));
	else if (!string && r->depth > 1 && r->chunk) {
		k->val.flags |= KRM_TYPED_KEY;
		r->job->doubtful = true;
	} else if (!string && r->depth > 1)
		refuse_key_type(r, k->pos);
}

static void scalar_key(struct yml_reader *r, const struct yml_event *e, struct key *k)
{
	kv_str text;
	k->s = resolve_scalar(r, e, true);
	text = k->s.text;
	if (r->version == YML_V2)
		k->refused = !sigs_key(r->job->arena, &k->s, &text);
	if (r->typed)
		text = krm_yml_typed_key(r->job->arena, typed_value(r, e, &k->s));
	k->val = krm_string_shared(r->job, text);
	k->val.style = (uint8_t)e->style;
	k->val.pos = k->pos;
	k->s.text = krm_str(k->val);
	if (is_kustomize(r))
		check_kustomize_key(r, k);
}

/* The text of a problem that shows a value in Go's syntax, from reading again with Go's types; empty where it is not needed. */
static kv_str retyped(struct yml_reader *r, enum yml_step step)
{
	struct yml_reader again;
	bool found = true;
	krm_val v;
	if (r->typed || r->version != YML_V2 || r->problems[step].set)
		return KV_S("");
	krm_yml_reader_open(&again, r->job, r->text, r->base, r->rules);
	again.typed = true;
	while (found && !again.problems[step].set && krm_yml_read_document(&again, &v, &found) == 0)
		continue;
	krm_yml_reader_close(&again);
	return again.problems[step].text;
}

static void refuse_key(struct yml_reader *r, struct key *k, krm_val v)
{
	kv_str text = retyped(r, YML_STEP_DECODE);
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	if (!text.n) {
		kv_buf_lit(&b, "invalid map key: ");
		krm_yml_go_syntax(&b, v, r->typed, r->job->limits.depth);
	}
	note_problem(r, YML_STEP_DECODE, k->pos, text.n ? text : kv_buf_view(&b));
	k->val = krm_nil();
}

/* A scalar behind an alias: the type is known, not how it was written. */
static void alias_key(struct yml_reader *r, krm_val v, struct key *k)
{
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	k->refused = v.kind == KRM_NIL;
	if (r->typed)
		v = krm_string(r->job->arena, krm_yml_typed_key(r->job->arena, v));
	if (v.kind == KRM_STRING) {
		k->val = v;
		return;
	}
	if (is_kustomize(r) && r->depth > 1)
		refuse_key_type(r, k->pos);
	krm_yaml_spelling(r->job, v, &b);
	k->val = krm_string(r->job->arena, kv_buf_view(&b));
	k->val.pos = k->pos;
}

static int read_key(struct yml_reader *r, const struct yml_event *e, struct key *k)
{
	krm_val v;
	*k = (struct key){ .pos = pos_of(r, e), .line = e->line, .is_merge = is_merge_key(r, e) };
	if (k->is_merge)
		return 0;
	if (e->kind == YML_SCALAR && !e->anchored) {
		r->decodes++;
		scalar_key(r, e, k);
		return 0;
	}
	enum yml_event_kind kind = e->kind;
	struct key scalar = *k;
	if (kind == YML_SCALAR)
		scalar_key(r, e, &scalar);
	if (read_node(r, e, &v) < 0)
		return -1;
	if (kind == YML_SCALAR)
		*k = scalar;
	else if (v.kind == KRM_LIST || v.kind == KRM_MAP)
		refuse_key(r, k, v);
	else
		alias_key(r, v, k);
	return 0;
}

/* --- merge keys ------------------------------------------------------------------------------- */

/* What "<<" names, in the order of precedence. */
struct merges {
	krm_val *v;
	size_t n, cap;
	bool seen, listed; /* as a list */
};

/* Only a list that stands there itself may hold the maps, not one behind an alias. */
static void add_merges(struct yml_reader *r, struct merges *m, enum yml_event_kind kind, krm_val v,
		       kv_pos pos)
{
	bool bad = v.kind != KRM_MAP && (v.kind != KRM_LIST || kind != YML_LIST);
	m->listed = v.kind == KRM_LIST;
	for (size_t i = 0; !bad && v.kind == KRM_LIST && i < v.l->n; i++) {
		bad = v.l->v[i].kind != KRM_MAP;
		KV_PUSH(r->job->arena, m->v, m->n, m->cap, v.l->v[i]);
	}
	if (v.kind == KRM_MAP)
		KV_PUSH(r->job->arena, m->v, m->n, m->cap, v);
	if (bad) {
		note_problem(r, YML_STEP_DECODE, pos,
			     KV_S("map merge requires map or sequence of maps as the value"));
		m->n = 0;
	}
}

/* v2 decodes the maps into the one it is at, the last first: what was set before is overwritten. */
static void merge_over(struct yml_reader *r, struct krm_map *to, const struct merges *m)
{
	for (size_t i = m->n; i > 0; i--)
		krm_map_each (m->v[i - 1].m, e)
			krm_map_set_key(r->job->nested, to, e->key, e->val);
}

/* v3 and kyaml: explicit keys win wherever they stand, then the first map. */
static void merge_under(struct yml_reader *r, struct krm_map *to, const struct merges *m)
{
	for (size_t i = 0; i < m->n; i++)
		krm_map_each (m->v[i].m, e)
			if (!krm_map_find(to, krm_str(e->key))) {
				krm_val v = e->val;

				v.flags |= m->v[i].flags & KRM_ALIAS && !m->listed ? KRM_MERGED : 0;
				krm_map_set_key(r->job->nested, to, e->key, v);
			}
}

static int read_merge(struct yml_reader *r, const struct key *k, struct krm_map *to, struct merges *later)
{
	struct yml_event e;
	krm_val v;
	struct merges now = { .n = 0 };
	bool v2 = r->version == YML_V2;
	if (next_event(r, &e) < 0)
		return -1;
	enum yml_event_kind kind = e.kind;
	struct yml_noted before = r->problems[YML_STEP_DECODE];
	if (read_node(r, &e, &v) < 0)
		return -1;
	/* v2 looks at the kinds first, and of several values at the last one first (decode.go, merge). */
	bool of_maps = kind == YML_ALIAS || (v.kind == KRM_LIST && v.l->n ? v.l->v[v.l->n - 1].kind == KRM_MAP : kind != YML_SCALAR);
	if (v2 && !of_maps)
		r->problems[YML_STEP_DECODE] = before;
	if (!v2 && later->seen)
		note_problem(r, YML_STEP_COLLECT, k->pos, KV_S("duplicate merge key"));
	add_merges(r, v2 ? &now : later, kind, v, k->pos);
	later->seen = true;
	if (v2)
		merge_over(r, to, &now);
	return 0;
}

/* --- collections ------------------------------------------------------------------------------ */

static void refuse_duplicate(struct yml_reader *r, const struct key *k, const struct krm_map *m)
{
	struct kv_place first;
	if (r->problems[YML_STEP_COLLECT].set)
		return;
	kv_str text = kv_arena_printf(r->job->arena, "mapping key \"%.*s\" already defined",
				      KV_ARG(krm_str(k->val)));
	krm_map_each (m, e)
		if (kv_str_eq(krm_str(e->key), krm_str(k->val)) && kv_source_find(r->job, e->key.pos, &first))
			text = kv_arena_printf(r->job->arena, "%.*s at line %zu", KV_ARG(text), first.line);
	note_problem(r, YML_STEP_COLLECT, k->pos, text);
	r->problems[YML_STEP_COLLECT].line = k->line;
}

static void refuse_key_kind(struct yml_reader *r, const struct key *k, krm_val v)
{
	kv_str text = retyped(r, YML_STEP_CONVERT);
	struct kv_buf b;
	if (text.n) {
		note_problem(r, YML_STEP_CONVERT, k->pos, text);
		return;
	}
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	if (k->s.r.type == YML_UINT)
		kv_buf_printf(&b, "unsupported map key of type: uint64, key: 0x%llx, value: ",
			      (unsigned long long)k->s.r.u);
	else
		kv_buf_lit(&b, "unsupported map key of type: %!s(<nil>), key: <nil>, value: ");
	if (v.kind == KRM_NIL)
		kv_buf_lit(&b, "<nil>");
	else
		krm_yml_go_syntax(&b, v, r->typed, r->job->limits.depth);
	note_problem(r, YML_STEP_CONVERT, k->pos, kv_buf_view(&b));
}

/* v2: decode.go, setMap; the line is that of the value. */
static void tell_repeated(struct yml_reader *r, const struct key *k, size_t line)
{
	kv_buf_printf(r->repeated, "\n  line %zu: key ", line);
	if (k->s.r.type == YML_STR)
		kv_quote_with(k->s.text, '"', false, r->repeated);
	else
		kv_buf_str(r->repeated, k->s.text);
	kv_buf_lit(r->repeated, " already set in map");
}

static enum yml_path path_below(const struct yml_reader *r, krm_val key)
{
	if (r->depth == 1 && krm_is_str(key, "metadata"))
		return YML_METADATA;
	if (r->depth == 2 && r->path == YML_METADATA && krm_is_str(key, "annotations"))
		return YML_ANNOTATIONS;
	return r->depth == 3 && r->path == YML_ANNOTATIONS ? YML_ANNOTATION : YML_ELSEWHERE;
}

/* A map while it is read. */
struct pairs {
	struct krm_map *m;
	struct merges later;
	struct key refused;	 /* the last one that convertToJSONableObject refuses */
	struct yml_noted before; /* what was wrong before that key stood there first */
};

static bool is_same_refused(const struct key *a, const struct key *b)
{
	return a->refused && b->refused && a->s.r.type == b->s.r.type && (a->s.r.type != YML_UINT || a->s.r.u == b->s.r.u);
}

static int read_pair(struct yml_reader *r, const struct yml_event *key_event, struct pairs *p)
{
	struct krm_map *m = p->m;
	struct key k;
	struct yml_event e;
	krm_val v;
	if (read_key(r, key_event, &k) < 0)
		return -1;
	if (k.is_merge)
		return read_merge(r, &k, m, &p->later);
	if (next_event(r, &e) < 0)
		return -1;
	size_t line = e.line;
	enum yml_path outer = r->path;
	r->path = path_below(r, k.val);
	struct yml_noted before = r->problems[YML_STEP_CONVERT];
	if (read_node(r, &e, &v) < 0)
		return -1;
	r->path = outer;
	if (r->repeated && k.val.kind == KRM_STRING && krm_map_find(m, krm_str(k.val)))
		tell_repeated(r, &k, line);
	if (k.refused) {
		if (!is_same_refused(&k, &p->refused))
			p->before = before;
		p->refused = k;
		r->problems[YML_STEP_CONVERT] = p->before; /* a key is converted before its value, the last one that it has */
		refuse_key_kind(r, &k, v);
	}
	if (k.refused && !r->typed)
		return 0;
	if (r->version == YML_V3 && k.val.kind == KRM_STRING && krm_map_find(m, krm_str(k.val)))
		refuse_duplicate(r, &k, m);
	else if (k.val.kind == KRM_STRING)
		krm_map_set_key(r->job->nested, m, k.val, v);
	return 0;
}

static int read_pairs(struct yml_reader *r, struct krm_map *m)
{
	struct pairs p = { .m = m };
	struct yml_event e;
	for (;;) {
		if (next_event(r, &e) < 0)
			return -1;
		if (e.kind == YML_END)
			break;
		if (read_pair(r, &e, &p) < 0)
			return -1;
	}
	/* kyaml removes the merge key by its text, and so removes a quoted one too (rnode.go,
	 * removeMergeTags). */
	if (is_kustomize(r))
		krm_map_del(m, KV_S("<<"));
	merge_under(r, m, &p.later);
	return 0;
}

/* Collections are made apart, so that what stays takes no more than it needs. */
static int read_map(struct yml_reader *r, krm_val *ret)
{
	struct kv_arena_mark mark = kv_arena_mark(r->job->nested);
	krm_val v = krm_map(r->job->nested, KRM_OF_ANY);
	int status = read_pairs(r, v.m);
	if (status == 0)
		*ret = krm_map_fit(r->job->arena, v);
	kv_arena_release(r->job->nested, mark);
	return status;
}

static int read_items(struct yml_reader *r, struct krm_list *l)
{
	struct yml_event e;
	krm_val item;
	for (;;) {
		if (next_event(r, &e) < 0)
			return -1;
		if (e.kind == YML_END)
			return 0;
		if (read_node(r, &e, &item) < 0)
			return -1;
		krm_list_push(r->job->nested, l, item);
	}
}

static int read_list(struct yml_reader *r, krm_val *ret)
{
	struct kv_arena_mark mark = kv_arena_mark(r->job->nested);
	krm_val v = krm_list(r->job->nested, KRM_OF_ANY);
	int status = read_items(r, v.l);
	if (status == 0)
		*ret = krm_list_fit(r->job->arena, v);
	kv_arena_release(r->job->nested, mark);
	return status;
}

static int read_collection(struct yml_reader *r, const struct yml_event *e, krm_val *ret)
{
	bool flow = e->style == KRM_STYLE_FLOW, map = e->kind == YML_MAP, tagged = e->tagged;
	kv_pos pos = pos_of(r, e);
	if (r->depth >= r->job->limits.depth)
		return stop_at_limit(r, pos, "nesting levels", r->job->limits.depth);
	r->depth++;
	r->flow += flow;
	int status = map ? read_map(r, ret) : read_list(r, ret);
	r->flow -= flow;
	r->depth--;
	ret->style = flow ? KRM_STYLE_FLOW : KRM_STYLE_ANY;
	ret->pos = pos;
	if (tagged)
		ret->flags |= KRM_TAGGED;
	return status;
}

/* An alias takes the definition that came last before it. */
static struct anchor *begin_anchor(struct yml_reader *r, const struct yml_event *e)
{
	struct anchor *a = KV_NEW(r->job->scratch, struct anchor);
	a->open = true;
	kv_map_put(&r->anchors, kv_arena_dup(r->job->scratch, e->anchor), a);
	return a;
}

static int read_node(struct yml_reader *r, const struct yml_event *e, krm_val *ret)
{
	struct anchor *a = e->anchored ? begin_anchor(r, e) : NULL;
	size_t before = r->decodes++;
	int status = 0;
	if (!kv_job_fits(r->job, ++r->nodes))
		return stop(r, pos_of(r, e), kv_job_excess(r->job, r->nodes));
	if (e->kind == YML_SCALAR)
		*ret = krm_yml_scalar_value(r, e);
	else if (e->kind == YML_ALIAS)
		status = read_alias(r, e, ret);
	else
		status = read_collection(r, e, ret);
	if (a && status == 0) {
		a->value = *ret;
		a->open = false;
		a->decodes = r->decodes - before;
	}
	return status;
}

/* --- one document ----------------------------------------------------------------------------- */

/* The first number that JSON does not know, with the keys sorted as encoding/json has them. */
static const krm_val *find_infinite(struct kv_job *job, const krm_val *v)
{
	const krm_val *found = NULL;
	if (v->kind == KRM_FLOAT && !isfinite(v->f))
		return v;
	for (size_t i = 0; i < krm_list_len(*v) && !found; i++)
		found = find_infinite(job, &v->l->v[i]);
	if (v->kind != KRM_MAP)
		return found;
	struct krm_entry **sorted = krm_map_sorted(job->arena, v->m);
	for (uint32_t i = 0; i < v->m->live && !found; i++)
		found = find_infinite(job, &sorted[i]->val);
	return found;
}

void krm_yml_check_numbers(struct yml_reader *r, krm_val v)
{
	const krm_val *found = r->infinite ? find_infinite(r->job, &v) : NULL;
	r->infinite = false;
	if (!found)
		return;
	const char *name = isnan(found->f) ? "NaN" : found->f < 0 ? "-Inf" : "+Inf";
	note_problem(r, YML_STEP_ENCODE, found->pos,
		     kv_arena_printf(r->job->arena, "json: unsupported value: %s", name));
}

int krm_yml_read_document(struct yml_reader *r, krm_val *ret, bool *ret_found)
{
	struct yml_event e;
	*ret_found = false;
	*ret = krm_nil();
	if (next_event(r, &e) < 0)
		return -1;
	if (e.kind != YML_DOCUMENT)
		return 0;
	/* v3 keeps anchors from one document to the next. */
	if (r->version == YML_V2)
		kv_map_init(&r->anchors, r->job->scratch);
	r->decodes++;
	if (next_event(r, &e) < 0 || read_node(r, &e, ret) < 0 || next_event(r, &e) < 0)
		return -1;
	krm_yml_check_numbers(r, *ret);
	*ret_found = true;
	return 0;
}

struct yml_known krm_yml_know(const struct kv_job *job)
{
	return (struct yml_known){ kv_diag_mark(job), job->nspellings, job->nlate, job->doubtful, job->folded_texts };
}

void krm_yml_forget(struct kv_job *job, const struct yml_known *k)
{
	kv_diag_forget(job, k->diags);
	job->nspellings = k->nspellings;
	job->nlate = k->nlate;
	job->doubtful = k->doubtful;
	job->folded_texts = k->folded_texts;
}

void krm_yml_reader_open(struct yml_reader *r, struct kv_job *job, kv_str text, kv_pos base,
			 enum krm_yaml_rules rules)
{
	bool helm = rules == KRM_YAML_HELM || rules == KRM_YAML_HELM_TYPED;
	*r = (struct yml_reader){
		.job = job, .rules = rules, .version = helm ? YML_V2 : YML_V3, .text = text, .base = base
	};
	r->scratch = kv_arena_mark(job->scratch);
	kv_map_init(&r->anchors, job->scratch);
	r->parser = krm_yml_parser_open(job->arena, job->scratch, text, r->version);
}

void krm_yml_reader_close(struct yml_reader *r)
{
	kv_arena_release(r->job->scratch, r->scratch);
}

const struct yml_noted *krm_yml_reader_problem(const struct yml_reader *r, enum yml_step *ret_step)
{
	for (enum yml_step s = YML_STEP_PARSE; s < YML_NSTEPS; s++) {
		if (r->problems[s].set) {
			*ret_step = s;
			return &r->problems[s];
		}
	}
	return NULL;
}
