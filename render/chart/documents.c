/* render/chart/documents.c: see documents.h. */
#include "render/chart/documents.h"

#include <string.h>

#include "base/utf8.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/chart/load.h"

/* How much is looked at for the brace. */
#define LOOK_AHEAD 4096

void rnd_documents_init(struct rnd_documents *d, struct kv_job *job, enum rnd_engine engine, const struct rnd_struct *type,
			kv_str text)
{
	kv_str head = kv_str_trim_space_left(kv_str_sub(text, 0, LOOK_AHEAD));
	*d = (struct rnd_documents){ .job = job, .engine = engine, .type = type, .text = text };
	d->form = kv_str_starts(head, KV_S("{")) ? RND_DOCUMENTS_JSON : RND_DOCUMENTS_YAML;
}

static kv_str rest(const struct rnd_documents *d)
{
	return kv_str_sub(d->text, d->at, d->text.n);
}

static bool json_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One value from the front of the text; *ret_n bytes are it, or lie before the error. Numbers that fit nowhere are none: no
 * field takes one. */
static int value_read(struct rnd_documents *d, kv_str text, krm_val *ret, size_t *ret_n, kv_str *ret_error)
{
	kv_str error = KV_S("");
	int status = krm_json_read(d->job, text, KRM_JSON_FLOAT, ret, &error, ret_n);
	if (status && kv_str_ends(error, KV_S("after top-level value"))) {
		text = kv_str_sub(text, 0, *ret_n);
		status = krm_json_read(d->job, text, KRM_JSON_FLOAT, ret, &error, ret_n);
	}
	if (status && !kv_str_starts(error, KV_S("json: cannot unmarshal number"))) {
		*ret_error = error;
		return -1;
	}
	while (text.n && json_space(text.p[text.n - 1]))
		text.n--;
	*ret_n = text.n;
	return 0;
}

static int json_next(struct rnd_documents *d, void *into, bool *ret_null, kv_str *ret_error)
{
	krm_val v;
	size_t at = d->at, n = 0;
	kv_str error;
	while (at < d->text.n && json_space(d->text.p[at]))
		at++;
	if (at == d->text.n)
		return 0;
	if (value_read(d, kv_str_sub(d->text, at, d->text.n), &v, &n, &error)) {
		if (kv_str_eq(error, KV_S("unexpected end of JSON input")))
			*ret_error = KV_S("unexpected EOF");
		else if (d->values > 1)
			*ret_error = error;
		else
			*ret_error = kv_arena_printf(d->job->arena, "json: offset %zu: %.*s", at + n + 1,
						     KV_ARG(error));
		return -1;
	}
	if (rnd_decode_json(d->job, d->engine, v, d->type, into, ret_error))
		return -1;
	d->at = at + n;
	d->values++;
	*ret_null = v.kind == KRM_NIL;
	return 1;
}

/* Past white space, up to and with the end of the line. False: less than four bytes are left, or no UTF-8. */
static bool to_yaml(struct rnd_documents *d)
{
	for (;;) {
		kv_str text = rest(d);
		size_t n;
		if (text.n < 4)
			return false;
		uint32_t rune = kv_utf8_decode(text, 0, &n);
		if (rune == 0xfffd)
			return false;
		if (!kv_rune_is_space(rune))
			return true;
		d->at += n;
		if (rune == '\n')
			return true;
	}
}

static int yaml_next(struct rnd_documents *d, void *into, bool *ret_null, kv_str *ret_error)
{
	kv_str text = rest(d), doc;
	krm_val v;
	int more = rnd_next_document(d->job, &text, &doc, ret_error);
	d->at = d->text.n - text.n;
	if (more < 1)
		return more;
	if (krm_yaml_try(d->job, doc, KRM_YAML_HELM_TYPED, &v, ret_error) ||
	    rnd_decode(d->job, d->engine, v, d->type, into, ret_error))
		return -1;
	*ret_null = v.kind == KRM_NIL;
	return 1;
}

int rnd_documents_next(struct rnd_documents *d, void *into, bool *ret_null, kv_str *ret_error)
{
	bool json = d->form == RND_DOCUMENTS_JSON;
	int more = -1;
	if (json) {
		more = json_next(d, into, ret_null, ret_error);
		if (more >= 0 || d->values > 1)
			return more;
		d->form = to_yaml(d) ? RND_DOCUMENTS_YAML : RND_DOCUMENTS_NEITHER;
		memset(into, 0, d->type->size);
	}
	kv_str error;
	if (d->form == RND_DOCUMENTS_YAML)
		more = yaml_next(d, into, ret_null, json ? &error : ret_error);
	return more;
}
