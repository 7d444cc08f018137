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
#include "base/utf8.h"
#include "krm/yaml_internal.h"

/* The steps, in their order; COLLECT is what v3 gathers while it decodes and tells at the end. */
enum step { PARSE, DECODE, COLLECT, CONVERT, ENCODE, NSTEPS };

struct problem {
	bool set;
	kv_str text; /* without what the step puts before it */
	kv_pos pos;
	size_t line; /* as go-yaml prints it; 0: none */
};

struct anchor {
	krm_val value;
	bool open;      /* still being read: an alias to it would hold itself */
	size_t decodes; /* what one more decoding costs (decode.go, decodeCount) */
};

/* Documents repeat few keys often. A power of two. */
#define KEY_CACHE 256u

struct reader {
	struct kv_job *job;
	enum krm_yaml_rules rules;
	enum yml_version version;
	struct yml_parser *parser;
	kv_pos base; /* of the text; 0 when values get no positions */
	bool warn;
	bool chunk; /* problems wait until the document is printed */
	struct kv_map anchors;
	size_t depth, flow, nodes, alias_nodes;
	size_t decodes, alias_decodes;
	struct problem problems[NSTEPS];
	const struct krm_text *keys[KEY_CACHE]; /* texts of recent keys, to be shared */
};

/* --- problems --------------------------------------------------------------------------------- */

static void note_problem(struct reader *r, enum step step, kv_pos pos, kv_str text)
{
	struct problem *p = &r->problems[step];
	if (!p->set)
		*p = (struct problem){ .set = true, .text = text, .pos = pos };
}

static int stop(struct reader *r, kv_pos pos, kv_str text)
{
	note_problem(r, PARSE, pos, text);
	return -1;
}

static int stop_at_limit(struct reader *r, kv_pos pos, const char *noun, size_t limit)
{
	return stop(r, pos, kv_arena_printf(r->job->arena, "too many %s (limit %zu)", noun, limit));
}

static int next_event(struct reader *r, struct yml_event *e)
{
	if (krm_yml_parser_next(r->parser, e) == 0)
		return 0;
	struct yml_problem p = krm_yml_parser_problem(r->parser);
	note_problem(r, PARSE, kv_pos_at(r->base, p.offset), p.text);
	r->problems[PARSE].line = p.line;
	return -1;
}

static kv_pos pos_of(const struct reader *r, const struct yml_event *e)
{
	return kv_pos_at(r->base, e->offset);
}

static bool is_kustomize(const struct reader *r)
{
	return r->rules == KRM_YAML_KUSTOMIZE;
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* A scalar on its way to be a key or a value. */
struct scalar {
	struct yml_resolved r;
	kv_str text;   /* what a string holds; for other types what is written */
	bool is_other; /* !!binary or a tag that go-yaml knows nothing of */
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

static void resolve_binary(struct reader *r, const struct yml_event *e, struct scalar *s)
{
	struct kv_buf b;
	size_t bad;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	if (!kv_base64_decode(&b, e->value, false, &bad))
		note_problem(r, DECODE, pos_of(r, e), KV_S("!!binary value contains invalid base64 data"));
	s->text = r->rules == KRM_YAML_PLAIN ? kv_buf_view(&b) : clean_utf8(r->job->arena, kv_buf_view(&b));
	s->is_other = true;
}

/* resolve.go: the tag has to fit what the text looks like; an integer may be a float. */
static void resolve_tagged(struct reader *r, const struct yml_event *e, struct scalar *s)
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
	note_problem(r, DECODE, pos_of(r, e),
		     kv_arena_printf(r->job->arena, "cannot decode %s `%.*s` as a %s",
				     krm_yml_type_tag(s->r.type), KV_ARG(e->value),
				     krm_yml_type_tag(wanted)));
}

/* An empty plain scalar cannot be printed within a flow collection or as a key, so v3 prints quotes there. */
static bool is_printed_empty(const struct reader *r, const struct yml_event *e, bool key)
{
	return is_kustomize(r) && (key || r->flow > 0) && e->value.n == 0 && !e->tagged;
}

/* What kustomize's printing and reading makes of a block scalar. */
static void round_trip(struct reader *r, const struct yml_event *e, struct scalar *s)
{
	kv_str text, error;
	if (krm_yml_through_v3(r->job, e->value, e->style, &text, &error) < 0) {
		note_problem(r, DECODE, pos_of(r, e), error);
	} else if (text.p != e->value.p && !kv_str_eq(text, e->value)) {
		s->text = text;
		if (r->warn)
			kv_warn(r->job, pos_of(r, e),
				"kustomize changes the line breaks of this folded text");
	}
}

static struct scalar resolve_scalar(struct reader *r, const struct yml_event *e, bool key)
{
	struct scalar s = { .r = { .type = YML_STR }, .text = e->value };
	bool plain = r->version == YML_V2 ? e->plain_implicit : e->style == KRM_STYLE_PLAIN;
	if (e->tagged)
		resolve_tagged(r, e, &s);
	else if (plain && !is_printed_empty(r, e, key))
		s.r = krm_yml_resolve(e->value, r->version, r->version == YML_V3);
	if (is_kustomize(r) && (e->style == KRM_STYLE_LITERAL || e->style == KRM_STYLE_FOLDED))
		round_trip(r, e, &s);
	return s;
}

/* The parser's own text is taken as it is, a slice of the source is copied. */
static krm_val string_of(struct reader *r, const struct yml_event *e, const struct scalar *s)
{
	if (e->owned && s->text.p == e->value.p)
		return krm_string_take(
			(const struct krm_text *)(const void *)(s->text.p - offsetof(struct krm_text, s)));
	return krm_string(r->job->arena, s->text);
}

static krm_val float_of(struct reader *r, const struct yml_event *e, double f)
{
	if (!isfinite(f) && (is_kustomize(r) || r->rules == KRM_YAML_HELM)) {
		const char *name = isnan(f) ? "NaN" : f < 0 ? "-Inf" : "+Inf";
		note_problem(r, ENCODE, pos_of(r, e),
			     kv_arena_printf(r->job->arena, "json: unsupported value: %s", name));
	}
	return krm_float(f);
}

/* v2 gives timestamps to interface{} as they are written, v3 a time.Time, which becomes text in JSON. */
static krm_val time_of(struct reader *r, const struct yml_event *e, const struct scalar *s)
{
	char text[YML_TIME_SIZE];
	if (!is_kustomize(r) || !krm_yml_time_text(s->text, text))
		return string_of(r, e, s);
	if (!text[0])
		note_problem(r, ENCODE, pos_of(r, e),
			     KV_S("json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: "
				  "timezone hour "
				  "outside of range [0,23]"));
	return krm_string_c(r->job->arena, text);
}

static krm_val typed_value(struct reader *r, const struct yml_event *e, const struct scalar *s)
{
	bool floats = r->rules == KRM_YAML_HELM;
	switch (s->r.type) {
	case YML_STR: return string_of(r, e, s);
	case YML_NULL: return krm_nil();
	case YML_BOOL: return krm_bool(s->r.b);
	case YML_INT: return floats ? krm_float((double)s->r.i) : krm_int64(s->r.i);
	case YML_UINT: return floats ? krm_float((double)s->r.u) : krm_uint64(s->r.u);
	case YML_FLOAT: return float_of(r, e, s->r.f);
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

static void remember_spelling(struct reader *r, kv_pos pos, kv_str text)
{
	struct kv_job *job = r->job;
	struct kv_spelling spelling = { .pos = pos, .text = kv_arena_dup(job->arena, text) };
	if (pos && (job->nspellings == 0 || job->spellings[job->nspellings - 1].pos < pos))
		KV_PUSH(job->arena, job->spellings, job->nspellings, job->spellings_cap, spelling);
}

static krm_val scalar_value(struct reader *r, const struct yml_event *e)
{
	struct scalar s = resolve_scalar(r, e, false);
	krm_val v = typed_value(r, e, &s);
	v.style = (uint8_t)e->style;
	v.pos = pos_of(r, e);
	if (e->tagged)
		v.flags |= KRM_TAGGED;
	if (is_kustomize(r) && !is_canonical(&s))
		remember_spelling(r, v.pos, s.text);
	return v;
}

/* --- aliases ---------------------------------------------------------------------------------- */

static int copy_node(struct reader *r, krm_val v, size_t depth, kv_pos pos, krm_val *ret);

static int copy_list(struct reader *r, const struct krm_list *l, size_t depth, kv_pos pos,
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

static int copy_map(struct reader *r, const struct krm_map *m, size_t depth, kv_pos pos, struct krm_map *to)
{
	krm_map_each (m, e) {
		krm_val item;
		if (copy_node(r, e->val, depth, pos, &item) < 0)
			return -1;
		krm_map_set_key(r->job->arena, to, e->key, item);
	}
	return 0;
}

static int copy_node(struct reader *r, krm_val v, size_t depth, kv_pos pos, krm_val *ret)
{
	if (++r->alias_nodes > r->job->limits.alias_nodes)
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

static int read_alias(struct reader *r, const struct yml_event *e, krm_val *ret)
{
	struct anchor *a = kv_map_get(&r->anchors, e->value);
	kv_pos pos = pos_of(r, e);
	*ret = krm_nil();
	if (!a)
		return stop(
			r, pos,
			kv_arena_printf(r->job->arena, "unknown anchor '%.*s' referenced", KV_ARG(e->value)));
	if (a->open) {
		note_problem(r, DECODE, pos,
			     kv_arena_printf(r->job->arena, "anchor '%.*s' value contains itself",
					     KV_ARG(e->value)));
		return 0;
	}
	r->decodes += a->decodes;
	r->alias_decodes += a->decodes;
	if (!is_kustomize(r) && is_excessive(r->alias_decodes, r->decodes)) {
		note_problem(r, DECODE, pos, KV_S("document contains excessive aliasing"));
		return 0;
	}
	return copy_node(r, a->value, r->depth, pos, ret);
}

/* --- keys ------------------------------------------------------------------------------------- */

static int read_node(struct reader *r, const struct yml_event *e, krm_val *ret);

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
static bool is_merge_key(const struct reader *r, const struct yml_event *e)
{
	if (e->kind != YML_SCALAR || !kv_str_eq(e->value, KV_S("<<")))
		return false;
	if (e->tagged && is_core(e, "merge"))
		return true;
	return r->version == YML_V2 ? e->plain_implicit : !e->tagged && e->style == KRM_STYLE_PLAIN;
}

static void refuse_key_type(struct reader *r, kv_pos pos)
{
	note_problem(r, ENCODE, pos, KV_S("json: unsupported type: map[interface {}]interface {}"));
}

/* The keys of the document's root go into a map[string]interface{}, which takes any scalar as it is written;
 * a map below with a key that is no string is one that JSON does not know. */
static void check_kustomize_key(struct reader *r, struct key *k)
{
	bool string = k->s.r.type == YML_STR && !k->s.is_other;
	if (k->s.r.type == YML_NULL)
		note_problem(r, COLLECT, k->pos,
			     kv_arena_printf(r->job->arena, "mapping key \"%.*s\" already defined",
					     KV_ARG(k->s.text)));
	else if (!string && r->depth > 1 && r->chunk) {
		k->val.flags |= KRM_TYPED_KEY;
		r->job->typed_keys = true;
	} else if (!string && r->depth > 1)
		refuse_key_type(r, k->pos);
}

/* A key's text; the same as that of an earlier key where it is still at hand. */
static krm_val key_string(struct reader *r, kv_str s)
{
	unsigned hash = (unsigned)s.n * 31;
	for (size_t i = 0; i < s.n; i += 1 + s.n / 8)
		hash = hash * 33 + (unsigned char)s.p[i];
	const struct krm_text **slot = &r->keys[hash % KEY_CACHE];
	if (!*slot || !kv_str_eq(kv_str_of((*slot)->s, (*slot)->n), s))
		*slot = krm_string(r->job->arena, s).s;
	return krm_string_take(*slot);
}

static void scalar_key(struct reader *r, const struct yml_event *e, struct key *k)
{
	kv_str text;
	k->s = resolve_scalar(r, e, true);
	text = k->s.text;
	if (r->version == YML_V2)
		k->refused = !sigs_key(r->job->arena, &k->s, &text);
	k->val = key_string(r, text);
	k->val.style = (uint8_t)e->style;
	k->val.pos = k->pos;
	k->s.text = krm_str(k->val);
	if (is_kustomize(r))
		check_kustomize_key(r, k);
}

static void refuse_key(struct reader *r, struct key *k, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid map key: ");
	krm_yml_go_syntax(&b, v, r->job->limits.depth);
	note_problem(r, DECODE, k->pos, kv_buf_view(&b));
	k->val = krm_nil();
}

/* A scalar behind an alias: the type is known, not how it was written. */
static void alias_key(struct reader *r, krm_val v, struct key *k)
{
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	k->refused = v.kind == KRM_NIL;
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

static int read_key(struct reader *r, const struct yml_event *e, struct key *k)
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
	bool seen;
};

/* Only a list that stands there itself may hold the maps, not one behind an alias. */
static void add_merges(struct reader *r, struct merges *m, enum yml_event_kind kind, krm_val v, kv_pos pos)
{
	bool bad = v.kind != KRM_MAP && (v.kind != KRM_LIST || kind != YML_LIST);
	for (size_t i = 0; !bad && v.kind == KRM_LIST && i < v.l->n; i++) {
		bad = v.l->v[i].kind != KRM_MAP;
		KV_PUSH(r->job->arena, m->v, m->n, m->cap, v.l->v[i]);
	}
	if (v.kind == KRM_MAP)
		KV_PUSH(r->job->arena, m->v, m->n, m->cap, v);
	if (bad) {
		note_problem(r, DECODE, pos, KV_S("map merge requires map or sequence of maps as the value"));
		m->n = 0;
	}
}

/* v2 decodes the maps into the one it is at, the last first: what was set before is overwritten. */
static void merge_over(struct reader *r, struct krm_map *to, const struct merges *m)
{
	for (size_t i = m->n; i > 0; i--)
		krm_map_each (m->v[i - 1].m, e)
			krm_map_set_key(r->job->arena, to, e->key, e->val);
}

/* v3 and kyaml: explicit keys win wherever they stand, then the first map. */
static void merge_under(struct reader *r, struct krm_map *to, const struct merges *m)
{
	for (size_t i = 0; i < m->n; i++)
		krm_map_each (m->v[i].m, e)
			if (!krm_map_find(to, krm_str(e->key)))
				krm_map_set_key(r->job->arena, to, e->key, e->val);
}

static int read_merge(struct reader *r, const struct key *k, struct krm_map *to, struct merges *later)
{
	struct yml_event e;
	krm_val v;
	struct merges now = { .n = 0 };
	bool v2 = r->version == YML_V2;
	if (next_event(r, &e) < 0)
		return -1;
	enum yml_event_kind kind = e.kind;
	if (read_node(r, &e, &v) < 0)
		return -1;
	if (!v2 && later->seen)
		note_problem(r, COLLECT, k->pos, KV_S("duplicate merge key"));
	add_merges(r, v2 ? &now : later, kind, v, k->pos);
	later->seen = true;
	if (v2)
		merge_over(r, to, &now);
	return 0;
}

/* --- collections ------------------------------------------------------------------------------ */

static void refuse_duplicate(struct reader *r, const struct key *k, const struct krm_map *m)
{
	struct kv_place first;
	if (r->problems[COLLECT].set)
		return;
	kv_str text = kv_arena_printf(r->job->arena, "mapping key \"%.*s\" already defined",
				      KV_ARG(krm_str(k->val)));
	krm_map_each (m, e)
		if (kv_str_eq(krm_str(e->key), krm_str(k->val)) && kv_source_find(r->job, e->key.pos, &first))
			text = kv_arena_printf(r->job->arena, "%.*s at line %zu", KV_ARG(text), first.line);
	note_problem(r, COLLECT, k->pos, text);
	r->problems[COLLECT].line = k->line;
}

static void refuse_key_kind(struct reader *r, const struct key *k, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	if (k->s.r.type == YML_UINT)
		kv_buf_printf(&b, "unsupported map key of type: uint64, key: 0x%llx, value: ",
			      (unsigned long long)k->s.r.u);
	else
		kv_buf_lit(&b, "unsupported map key of type: %!s(<nil>), key: <nil>, value: ");
	if (v.kind == KRM_NIL)
		kv_buf_lit(&b, "<nil>");
	else
		krm_yml_go_syntax(&b, v, r->job->limits.depth);
	note_problem(r, CONVERT, k->pos, kv_buf_view(&b));
}

static int read_pair(struct reader *r, const struct yml_event *key_event, struct krm_map *m,
		     struct merges *later)
{
	struct key k;
	struct yml_event e;
	krm_val v;
	if (read_key(r, key_event, &k) < 0)
		return -1;
	if (k.is_merge)
		return read_merge(r, &k, m, later);
	if (next_event(r, &e) < 0 || read_node(r, &e, &v) < 0)
		return -1;
	if (k.refused)
		refuse_key_kind(r, &k, v);
	else if (r->version == YML_V3 && k.val.kind == KRM_STRING && krm_map_find(m, krm_str(k.val)))
		refuse_duplicate(r, &k, m);
	else if (k.val.kind == KRM_STRING)
		krm_map_set_key(r->job->arena, m, k.val, v);
	return 0;
}

static int read_map(struct reader *r, krm_val *ret)
{
	struct merges later = { .n = 0 };
	struct yml_event e;
	*ret = krm_map(r->job->arena, KRM_OF_ANY);
	for (;;) {
		if (next_event(r, &e) < 0)
			return -1;
		if (e.kind == YML_END)
			break;
		if (read_pair(r, &e, ret->m, &later) < 0)
			return -1;
	}
	/* kyaml removes the merge key by its text, and so removes a quoted one too (rnode.go,
	 * removeMergeTags). */
	if (is_kustomize(r))
		krm_map_del(ret->m, KV_S("<<"));
	merge_under(r, ret->m, &later);
	return 0;
}

static int read_list(struct reader *r, krm_val *ret)
{
	struct yml_event e;
	krm_val item;
	*ret = krm_list(r->job->arena, KRM_OF_ANY);
	for (;;) {
		if (next_event(r, &e) < 0)
			return -1;
		if (e.kind == YML_END)
			return 0;
		if (read_node(r, &e, &item) < 0)
			return -1;
		krm_list_push(r->job->arena, ret->l, item);
	}
}

static int read_collection(struct reader *r, const struct yml_event *e, krm_val *ret)
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
static struct anchor *begin_anchor(struct reader *r, const struct yml_event *e)
{
	struct anchor *a = KV_NEW(r->job->arena, struct anchor);
	a->open = true;
	kv_map_put(&r->anchors, kv_arena_dup(r->job->arena, e->anchor), a);
	return a;
}

static int read_node(struct reader *r, const struct yml_event *e, krm_val *ret)
{
	struct anchor *a = e->anchored ? begin_anchor(r, e) : NULL;
	size_t before = r->decodes++;
	int status = 0;
	if (++r->nodes > r->job->limits.nodes)
		return stop_at_limit(r, pos_of(r, e), "nodes", r->job->limits.nodes);
	if (e->kind == YML_SCALAR)
		*ret = scalar_value(r, e);
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

/* --- documents -------------------------------------------------------------------------------- */

/* The next document of the text; *ret_found is false at its end. */
static int read_document(struct reader *r, krm_val *ret, bool *ret_found)
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
		kv_map_init(&r->anchors, r->job->arena);
	r->decodes++;
	if (next_event(r, &e) < 0 || read_node(r, &e, ret) < 0 || next_event(r, &e) < 0)
		return -1;
	*ret_found = true;
	return 0;
}

static void open_reader(struct reader *r, struct kv_job *job, kv_str text, kv_pos base,
			enum krm_yaml_rules rules)
{
	bool helm = rules == KRM_YAML_HELM || rules == KRM_YAML_HELM_TYPED;
	*r = (struct reader){ .job = job, .rules = rules, .version = helm ? YML_V2 : YML_V3, .base = base };
	kv_map_init(&r->anchors, job->arena);
	r->parser = krm_yml_parser_open(job->arena, text, r->version);
}

/* The first problem in the order of the steps, or NULL. */
static const struct problem *first_problem(const struct reader *r, enum step *ret_step)
{
	for (enum step s = PARSE; s < NSTEPS; s++) {
		if (r->problems[s].set) {
			*ret_step = s;
			return &r->problems[s];
		}
	}
	return NULL;
}

/* The problem as Go's error says it. */
static kv_str go_text(const struct reader *r, const struct problem *p, enum step step)
{
	const char *outer = r->version == YML_V2 ? "error converting YAML to JSON: " : "";
	const char *inner = step == PARSE || step == DECODE ? "yaml: "
			    : step == COLLECT               ? "yaml: unmarshal errors:\n  "
							    : "";
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	kv_buf_printf(&b, "%s%s", outer, inner);
	if (p->line)
		kv_buf_printf(&b, "line %zu: ", p->line);
	kv_buf_str(&b, p->text);
	return kv_buf_view(&b);
}

static int report(struct reader *r)
{
	enum step step;
	const struct problem *p = first_problem(r, &step);
	return p ? kv_error(r->job, p->pos, "%.*s", KV_ARG(p->text)) : 0;
}

/* The scanner counts in 32 bits. */
static size_t byte_limit(const struct kv_job *job)
{
	return job->limits.document_bytes < UINT32_MAX ? job->limits.document_bytes : UINT32_MAX - 1;
}

static int check_size(struct kv_job *job, kv_pos base, kv_str text)
{
	if (text.n > job->limits.document_bytes)
		return kv_error(job, base, "too many bytes in one text (limit %zu)",
				job->limits.document_bytes);
	return 0;
}

int krm_yaml_read(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules, krm_val *ret)
{
	struct reader r;
	bool found;
	krm_val v;
	kv_pos base = kv_source_add(job, name, text);
	if (check_size(job, base, text) < 0)
		return -1;
	open_reader(&r, job, text, base, rules);
	r.warn = true;
	int status = read_document(&r, &v, &found);
	if (report(&r) < 0 || status < 0)
		return -1;
	*ret = v;
	return 0;
}

int krm_yaml_try(struct kv_job *job, kv_str text, enum krm_yaml_rules rules, krm_val *ret, kv_str *ret_error)
{
	struct reader r;
	bool found;
	krm_val v;
	enum step step = PARSE;
	if (text.n > byte_limit(job)) {
		*ret_error = kv_arena_printf(job->arena, "too many bytes in one text (limit %zu)",
					     byte_limit(job));
		return -1;
	}
	open_reader(&r, job, text, 0, rules);
	int status = read_document(&r, &v, &found);
	const struct problem *p = first_problem(&r, &step);
	if (p) {
		*ret_error = go_text(&r, p, step);
		return -1;
	}
	*ret = v;
	return status;
}

/* --- many documents --------------------------------------------------------------------------- */

struct documents {
	krm_val *v;
	size_t n, cap;
};

static int read_stream(struct reader *r, struct documents *docs)
{
	krm_val v;
	bool found;
	for (;;) {
		int status = read_document(r, &v, &found);
		if (report(r) < 0 || status < 0)
			return -1;
		if (!found)
			return 0;
		KV_PUSH(r->job->arena, docs->v, docs->n, docs->cap, v);
	}
}

static int read_whole(struct kv_job *job, kv_str text, kv_pos base, enum krm_yaml_rules rules,
		      struct documents *docs)
{
	struct reader r;
	open_reader(&r, job, text, base, rules);
	r.warn = true;
	int status = read_stream(&r, docs);
	return status;
}

/* Keeps what was found after the parser for krm_yaml_check. Without a position it cannot be found again. */
static int postpone(struct reader *r, kv_pos document)
{
	enum step step;
	const struct problem *p = first_problem(r, &step);
	if (!p)
		return 0;
	if (step == PARSE || document == 0)
		return report(r);
	struct kv_late late = { document, p->pos, p->text };
	KV_PUSH(r->job->arena, r->job->late, r->job->nlate, r->job->late_cap, late);
	return 0;
}

/* The late problem of a document, which were noted in the order of positions. */
static const struct kv_late *find_late(const struct kv_job *job, kv_pos document)
{
	size_t low = 0, high = job->nlate;
	while (document && low < high) {
		size_t middle = low + (high - low) / 2;
		if (job->late[middle].document == document)
			return &job->late[middle];
		if (job->late[middle].document < document)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A map below the root with a key that is no string is one that JSON does not know. */
static int check_keys(struct kv_job *job, krm_val v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, v.pos, "too many levels (limit %zu)", job->limits.depth);
	for (size_t i = 0; i < krm_list_len(v); i++)
		if (check_keys(job, v.l->v[i], depth + 1) < 0)
			return -1;
	if (v.kind != KRM_MAP)
		return 0;
	krm_map_each (v.m, e) {
		if (e->key.flags & KRM_TYPED_KEY)
			return kv_error(job, e->key.pos,
					"json: unsupported type: map[interface {}]interface {}");
		if (check_keys(job, e->val, depth + 1) < 0)
			return -1;
	}
	return 0;
}

int krm_yaml_check(struct kv_job *job, kv_pos document, krm_val v)
{
	const struct kv_late *late = find_late(job, document);
	if (late)
		return kv_error(job, late->pos, "%.*s", KV_ARG(late->text));
	return job->typed_keys ? check_keys(job, v, 0) : 0;
}

/* One chunk between separators: only its first document is looked at (kio/byteio_reader.go, decode). */
static int read_chunk(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	struct reader r;
	krm_val v;
	bool found;
	open_reader(&r, job, text, base, KRM_YAML_KUSTOMIZE);
	r.warn = r.chunk = true;
	int status = read_document(&r, &v, &found);
	if (status == 0 && krm_yml_parser_ends_with_comment(r.parser))
		krm_yml_add_comment_line(job->arena, &v);
	if (status < 0 ? report(&r) < 0 : postpone(&r, found && v.kind == KRM_MAP ? v.pos : 0) < 0)
		return -1;
	if (status < 0)
		return -1;
	if (found && v.kind != KRM_NIL)
		KV_PUSH(job->arena, docs->v, docs->n, docs->cap, v);
	return 0;
}

/* The next match of \n---.*\n at or after `from`. */
static bool find_separator(kv_str text, size_t from, size_t *ret_start, size_t *ret_end)
{
	const char *end = text.p + text.n, *p = text.p + from;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		if (end - p >= 4 && memcmp(p, "\n---", 4) == 0) {
			const char *last = memchr(p + 4, '\n', (size_t)(end - p - 4));
			if (!last)
				return false;
			*ret_start = (size_t)(p - text.p);
			*ret_end = (size_t)(last - text.p) + 1;
			return true;
		}
		p++;
	}
	return false;
}

static int check_separator(struct kv_job *job, kv_pos pos, kv_str separator)
{
	kv_str rest = kv_str_trim_space(kv_str_sub(separator, 4, separator.n));
	if (rest.n == 0 || rest.p[0] == '#')
		return 0;
	return kv_error(job, pos, "invalid document separator: %.*s", KV_ARG(kv_str_trim_space(separator)));
}

struct separators {
	struct {
		size_t start, end;
	} * v;
	size_t n, cap;
};

/* kio/byteio_reader.go, splitDocuments: all separators are looked for before the first chunk is read. */
static int find_separators(struct kv_job *job, kv_str text, kv_pos base, struct separators *ret)
{
	size_t start, end = 0;
	while (find_separator(text, end, &start, &end)) {
		if (check_separator(job, kv_pos_at(base, start + 1), kv_str_sub(text, start, end)) < 0)
			return -1;
		ret->v = kv_array_reserve(job->arena, ret->v, ret->n, &ret->cap, sizeof *ret->v);
		ret->v[ret->n].start = start;
		ret->v[ret->n++].end = end;
	}
	return 0;
}

static int read_chunks(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	size_t from = 0;
	struct separators between = { .n = 0 };
	if (find_separators(job, text, base, &between) < 0)
		return -1;
	for (size_t i = 0; i < between.n; from = between.v[i++].end)
		if (read_chunk(job, kv_str_sub(text, from, between.v[i].start + 1), kv_pos_at(base, from),
			       docs) < 0)
			return -1;
	return read_chunk(job, kv_str_sub(text, from, text.n), kv_pos_at(base, from), docs);
}

/* Line feeds for CR LF. */
static kv_str normal_breaks(struct kv_arena *a, kv_str s)
{
	if (kv_str_chr(s, '\r') == SIZE_MAX)
		return s;
	char *p = kv_arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			p[n++] = s.p[i];
	return kv_str_of(p, n);
}

int krm_yaml_read_all(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules,
		      krm_val **ret_docs, size_t *ret_n)
{
	struct documents docs = { .n = 0 };
	if (text.n == 0)
		text = KV_S("");
	if (rules == KRM_YAML_KUSTOMIZE)
		text = normal_breaks(job->arena, text);
	kv_pos base = kv_source_add(job, name, text);
	if (check_size(job, base, text) < 0)
		return -1;
	int status = rules == KRM_YAML_KUSTOMIZE ? read_chunks(job, text, base, &docs)
						 : read_whole(job, text, base, rules, &docs);
	if (status < 0)
		return -1;
	*ret_docs = docs.v;
	*ret_n = docs.n;
	return 0;
}

/* --- spellings -------------------------------------------------------------------------------- */

static const struct kv_spelling *find_spelling(const struct kv_job *job, kv_pos pos)
{
	size_t low = 0, high = job->nspellings;
	while (pos && low < high) {
		size_t middle = low + (high - low) / 2;
		if (job->spellings[middle].pos == pos)
			return &job->spellings[middle];
		if (job->spellings[middle].pos < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void krm_yaml_spelling(const struct kv_job *job, krm_val v, struct kv_buf *out)
{
	const struct kv_spelling *written = find_spelling(job, v.pos);
	if (written) {
		kv_buf_str(out, written->text);
		return;
	}
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING: kv_buf_str(out, krm_str(v)); break;
	case KRM_BOOL: kv_buf_str(out, v.b ? KV_S("true") : KV_S("false")); break;
	case KRM_INT:
	case KRM_INT64: kv_num_int(out, v.i); break;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(out, v.u); break;
	case KRM_FLOAT: kv_num_float(out, v.f, 'g', -1); break;
	default: kv_buf_lit(out, "null"); break;
	}
}
