/* render/kustomize/textdata.c: JSON and YAML held in the text of a field
 * (api/filters/replacement/replacement.go). */
#include "base/utf8.h"
#include "krm/json.h"
#include "krm/scalar.h"
#include "krm/yaml.h"
#include "render/kustomize/path.h"

bool rnd_k_read_nodes(struct rnd_k_build *b, kv_str text, krm_val *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(b->job);
	krm_val *docs;
	size_t n;

	*ret = krm_nil();
	if (krm_yaml_read_all(b->job, KV_S("text of a field"), text, KRM_YAML_KUSTOMIZE, &docs, &n)) {
		kv_diag_forget(b->job, mark);
		return false;
	}
	if (n)
		*ret = docs[0];
	return true;
}

/* The first prefix of the path that ends at a scalar with more path to come, whose text reads as YAML. */
static krm_val *find_text(struct rnd_k_build *b, krm_val *root, const struct rnd_k_parts *parts,
			  krm_val *ret_data, size_t *ret_used)
{
	for (size_t i = 1; i < parts->n; i++) {
		krm_val *node;
		kv_str error;

		if (rnd_k_path_get(b, root, parts->v, i, &node, &error) || !node || !rnd_k_is_scalar(*node))
			continue;
		*ret_used = i;
		if (rnd_k_read_nodes(b, rnd_k_scalar_text(b, *node), ret_data))
			return node;
	}
	return NULL;
}

/* "!!timestamp" too, which values do not tell from a string. */
static const char *tag_of(struct rnd_k_build *b, krm_val v)
{
	return krm_scalar_is_date(b->job, v) ? "!!timestamp" : krm_scalar_tag(v);
}

static const char *tag_of_text(struct rnd_k_build *b, kv_str text)
{
	krm_val plain = krm_scalar_plain(b->job, text);
	bool date = plain.kind == KRM_STRING && !kv_str_eq(krm_str(plain), text);

	return date ? "!!timestamp" : krm_scalar_tag(plain);
}

/* What JSON makes of it under a tag: an empty text was printed in quotes. */
static krm_val as_json(struct rnd_k_build *b, kv_str text, bool number)
{
	krm_val v = krm_scalar_plain(b->job, text);

	if (!text.n)
		return krm_string(b->job->arena, text);
	if (!number)
		return v;
	return v.kind == KRM_FLOAT ? v : krm_float((double)v.i);
}

/* A scalar keeps its tag and is printed as it is spelled. Where the new text does not fit the tag, YAML shows it; in JSON the
 * whole attempt fails, and the field stays as it is. */
static bool set_scalar(struct rnd_k_build *b, krm_val *node, kv_str text, bool json)
{
	krm_val old = *node;
	const char *tag = tag_of(b, old), *new = tag_of_text(b, text);
	bool number = old.kind == KRM_FLOAT && !(old.flags & KRM_UNTAGGED) &&
		      krm_scalar_plain(b->job, text).kind != KRM_UINT64;
	bool fits = (old.flags & KRM_UNTAGGED) || strcmp(new, tag) == 0;

	if (!(old.flags & KRM_UNTAGGED) && old.kind == KRM_STRING && strcmp(tag, "!!timestamp") != 0) {
		*node = krm_string(b->job->arena, text);
	} else if (json && (fits || (number && strcmp(new, "!!int") == 0))) {
		*node = as_json(b, text, number);
	} else if (json) {
		return false;
	} else {
		*node = krm_string(b->job->arena,
				   fits ? text : kv_arena_printf(b->job->arena, "%s %.*s", tag, KV_ARG(text)));
		node->flags = KRM_TAGGED;
	}
	if (old.flags & KRM_UNTAGGED)
		return true;
	node->style = old.style;
	node->pos = old.pos;
	return true;
}

static bool is_json(kv_str text)
{
	text = kv_str_trim_space(text);
	return text.n && (text.p[0] == '{' || text.p[0] == '[');
}

/* encoding/json on what go-yaml v3 reads from its own print. */
static bool print_json(struct rnd_k_build *b, krm_val data, kv_str old, kv_str *ret)
{
	bool indented = kv_str_has(old, KV_S("\n")) && kv_str_has(old, KV_S("  "));
	struct krm_json_style style = { .html = true, .indent = indented ? "  " : NULL };
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, b->job->arena, b->job->limits.output_bytes);
	if (krm_json_write(b->job, data, style, &out, &error))
		return false;
	*ret = kv_str_trim(kv_buf_view(&out), "\n");
	return true;
}

static bool print_yaml(struct rnd_k_build *b, krm_val data, kv_str *ret)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, b->job->arena, b->job->limits.output_bytes);
	if (krm_yaml_write_nodes(b->job, data, &out, &error))
		return false;
	*ret = kv_str_trim_space(kv_buf_view(&out));
	return true;
}

bool rnd_k_set_in_text(struct rnd_k_build *b, krm_val *root, const struct rnd_k_parts *parts, krm_val v,
		       kv_str text, enum krm_kind create)
{
	struct rnd_k_nodes nodes;
	krm_val data, *field;
	kv_str old, error, printed;
	size_t used = 0;

	field = find_text(b, root, parts, &data, &used);
	if (!field || field->kind != KRM_STRING)
		return false;
	old = krm_str(*field);
	if (rnd_k_path_match(b, &data, parts->v + used, parts->n - used, create, &nodes, &error) || !nodes.n)
		return false;
	for (size_t i = 0; i < nodes.n; i++) {
		if (!rnd_k_is_scalar(*nodes.v[i]))
			*nodes.v[i] = v;
		else if (!set_scalar(b, nodes.v[i], text, is_json(old)))
			return false;
	}
	if (is_json(old) ? !print_json(b, data, old, &printed) : !print_yaml(b, data, &printed))
		return false;
	*field = krm_scalar_in_place_of(b->job, *field, krm_string(b->job->arena, printed));
	return true;
}
