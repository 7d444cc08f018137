/* filters/secret_guard.c: searches resources for secrets, applies the allow rules and reports. */
#include "filters/secret_guard.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/map.h"
#include "filters/secret_rules.h"
#include "krm/yaml.h"

struct search {
	struct kv_job *job;
	struct flt_secret_search texts;
	struct flt_secret_findings *out;
	const struct krm_resource *resource;
	struct kv_map *names; /* of the resources in the set */
	bool entropy;
};

/* The way from a resource's root to a node. */
struct step {
	const struct step *up;
	kv_str key;   /* of a map; empty for an item of a list */
	size_t index; /* of an item; of a key that is not shown */
	bool hidden;  /* the key itself looks like a secret */
};

/* --- paths ------------------------------------------------------------------------------------ */

static bool is_plain_key(kv_str key)
{
	return key.n && kv_str_chr(key, '.') == SIZE_MAX && kv_str_chr(key, '/') == SIZE_MAX;
}

static void write_path(const struct step *s, struct kv_buf *out)
{
	/* Nesting is limited by the reader of the resource. */
	if (s->up)
		write_path(s->up, out);
	if (s->hidden)
		kv_buf_printf(out, "[key %zu]", s->index + 1);
	else if (!s->key.p)
		kv_buf_printf(out, "[%zu]", s->index);
	else if (is_plain_key(s->key))
		kv_buf_printf(out, "%s%.*s", out->n ? "." : "", KV_ARG(s->key));
	else
		kv_buf_printf(out, "[\"%.*s\"]", KV_ARG(s->key));
}

static kv_str path_of(struct search *s, const struct step *step)
{
	struct kv_buf out;
	kv_buf_init(&out, s->job->arena, KV_BUF_MAX);
	if (step)
		write_path(step, &out);
	return kv_buf_view(&out);
}

/* --- Secrets ---------------------------------------------------------------------------------- */

bool flt_is_secret(krm_val obj)
{
	return krm_is_str(krm_get(obj, "kind"), "Secret") && krm_is_str(krm_get(obj, "apiVersion"), "v1");
}

static bool is_empty(krm_val v)
{
	return v.kind == KRM_NIL || (v.kind == KRM_STRING && krm_str(v).n == 0);
}

bool flt_secret_value(struct kv_job *job, krm_val secret, kv_str key, kv_str *ret)
{
	krm_val plain = krm_get_str(krm_get(secret, "stringData"), key);
	krm_val coded = krm_get_str(krm_get(secret, "data"), key);
	if (is_empty(plain) && is_empty(coded))
		return false;
	krm_val v = is_empty(plain) ? coded : plain;
	*ret = krm_str(v);
	if (v.kind != KRM_STRING) {
		struct kv_buf out;
		kv_buf_init(&out, job->arena, KV_BUF_MAX);
		krm_yaml_spelling(job, v, &out);
		*ret = kv_buf_view(&out);
	}
	/* What is no base64 is taken as it is: the cluster would refuse it. */
	if (is_empty(plain))
		(void)flt_base64(job, *ret, ret);
	return true;
}

static kv_str *keys_of(struct kv_job *job, krm_val secret, bool empty_too, size_t *ret_n)
{
	krm_val data = krm_get(secret, "data"), strings = krm_get(secret, "stringData");
	kv_str *keys = KV_NEW_N(job->arena, kv_str, krm_map_len(data) + krm_map_len(strings));
	size_t n = 0;
	if (data.kind == KRM_MAP)
		krm_map_each (data.m, e)
			if (empty_too || !is_empty(e->val) ||
			    !is_empty(krm_get_str(strings, krm_str(e->key))))
				keys[n++] = krm_str(e->key);
	if (strings.kind == KRM_MAP)
		krm_map_each (strings.m, e)
			if ((empty_too || !is_empty(e->val)) &&
			    (data.kind != KRM_MAP || !krm_map_find(data.m, krm_str(e->key))))
				keys[n++] = krm_str(e->key);
	if (n)
		qsort(keys, n, sizeof *keys, kv_str_by_bytes);
	*ret_n = n;
	return keys;
}

kv_str *flt_secret_keys(struct kv_job *job, krm_val secret, size_t *ret_n)
{
	return keys_of(job, secret, false, ret_n);
}

kv_str *flt_secret_all_keys(struct kv_job *job, krm_val secret, size_t *ret_n)
{
	return keys_of(job, secret, true, ret_n);
}

/* The digest of a Secret's data and stringData, as struct flt_allow explains it. */
static kv_str secret_digest(struct kv_job *job, krm_val secret)
{
	struct kv_buf lines;
	size_t n;
	kv_str value;
	kv_str *keys = flt_secret_keys(job, secret, &n);
	kv_buf_init(&lines, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++)
		if (flt_secret_value(job, secret, keys[i], &value))
			kv_buf_printf(&lines, "%.*s  %.*s\n",
				      KV_ARG(kv_digest_hex(job->arena, KV_SHA256, value)), KV_ARG(keys[i]));
	return kv_digest_hex(job->arena, KV_SHA256, kv_buf_view(&lines));
}

static void add(struct search *s, struct flt_secret_finding finding)
{
	finding.resource = s->resource;
	KV_PUSH(s->job->arena, s->out->v, s->out->n, s->out->cap, finding);
}

/* Shorter texts meet no rule. */
#define SHORTEST_TEXT 12

/* No token is shorter, and most keys are. */
#define SHORTEST_KEY 20

/* Whether a key is itself a secret; ret_rule->id is that of the rule, else NULL. */
static int look_at_key(struct search *s, kv_str key, struct flt_secret_rule *ret_rule, size_t *ret_length)
{
	ret_rule->id = NULL;
	return key.n < SHORTEST_KEY ? 0 : flt_secret_in_text(&s->texts, key, ret_rule, ret_length);
}

/* A Secret in which every value stands for another is what argocd-vault-plugin and sops want in Git. */
static int add_key(struct search *s, krm_val secret, kv_str key, size_t index, struct kv_buf *out)
{
	struct flt_secret_rule rule;
	size_t length;
	kv_str value;
	if (!flt_secret_value(s->job, secret, key, &value) || flt_is_placeholder(value))
		return 0;
	if (look_at_key(s, key, &rule, &length) < 0)
		return -1;
	if (rule.id)
		key = kv_arena_printf(s->job->arena, "key %zu", index + 1);
	kv_buf_printf(out, "%s%.*s (%zu byte%s)", out->n ? ", " : "", KV_ARG(key), value.n,
		      value.n == 1 ? "" : "s");
	return 0;
}

static int look_at_secret(struct search *s, krm_val secret, const struct step *step)
{
	struct kv_buf what;
	size_t n;
	kv_str *keys = flt_secret_keys(s->job, secret, &n);
	if (krm_is_str(krm_get(secret, "$patch"), "delete"))
		return 0;
	kv_buf_init(&what, s->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++)
		if (add_key(s, secret, keys[i], i, &what) < 0)
			return -1;
	if (what.n)
		add(s, (struct flt_secret_finding){ .tier = FLT_TIER_SECRET,
						    .rule = "secret-with-data",
						    .path = path_of(s, step),
						    .what = kv_buf_view(&what),
						    .pos = secret.pos,
						    .digest = secret_digest(s->job, secret),
						    .secret = secret });
	return 0;
}

/* --- texts ------------------------------------------------------------------------------------ */

static void add_text(struct search *s, enum flt_tier tier, const char *rule, const char *what, size_t length,
		     krm_val text, const struct step *step)
{
	kv_str shown = kv_arena_printf(s->job->arena, "%s, %zu byte%s", what, length, length == 1 ? "" : "s");
	add(s, (struct flt_secret_finding){ .tier = tier,
					    .rule = rule,
					    .path = path_of(s, step),
					    .what = shown,
					    .pos = text.pos,
					    .digest = kv_digest_hex(s->job->arena, KV_SHA256, krm_str(text)),
					    .secret = krm_nil() });
}

/* Certificates, keys of hosts, checksums, and the descriptions and examples in CustomResourceDefinitions. */
static bool is_random_by_nature(const struct search *s, kv_str text, const struct step *step)
{
	static const char *const keys[] = { "caBundle", "ssh_known_hosts", "ca.crt", "tls.crt" };
	for (size_t i = 0; step && i < sizeof keys / sizeof *keys; i++)
		if (kv_str_eq(step->key, kv_str_c(keys[i])))
			return true;
	return (step && kv_str_starts(step->key, KV_S("checksum/"))) ||
	       krm_is_str(krm_get(s->resource->obj, "kind"), "CustomResourceDefinition") ||
	       kv_str_has(text, KV_S("-----BEGIN CERTIFICATE")) || kv_str_starts(text, KV_S("LS0tLS1CRUdJTiBDRVJU"));
}

static int look_at_text(struct search *s, krm_val v, const struct step *step)
{
	struct flt_secret_rule rule;
	size_t length;
	if (krm_str(v).n < SHORTEST_TEXT)
		return 0;
	if (flt_secret_in_text(&s->texts, krm_str(v), &rule, &length) < 0)
		return -1;
	if (rule.id)
		add_text(s, FLT_TIER_SECRET, rule.id, rule.what, length, v, step);
	else if (s->entropy && !is_random_by_nature(s, krm_str(v), step) &&
		 (length = flt_secret_random_run(krm_str(v))))
		add_text(s, FLT_TIER_SUSPECT, "high-entropy", "a text that looks random", length, v, step);
	return 0;
}

/* --- environment and arguments ---------------------------------------------------------------- */

static bool matches(struct search *s, const char *pattern, kv_str text)
{
	kv_str error;
	const struct kv_re *re = kv_re_get_own(s->job, pattern, &error);
	return re && kv_re_match(s->job, re, text);
}

/* "name", or "namespace/name". */
static bool is_object(const struct search *s, kv_str value)
{
	size_t slash = kv_str_chr(value, '/');
	return kv_map_has(s->names, value) ||
	       (slash != SIZE_MAX && kv_map_has(s->names, kv_str_sub(value, slash + 1, value.n)));
}

/* Values that people give to variables with such names and that are no secrets: paths, addresses, switches, numbers, names
 * of other objects. */
static bool is_harmless(struct search *s, kv_str value)
{
	return flt_is_placeholder(value) || is_object(s, value) ||
	       matches(s, "^(?:[./~].*|[A-Za-z][A-Za-z0-9+.-]*://.*|(?i:true|false|yes|no|on|off)|[0-9.]*)$",
		       value);
}

static void look_at_variable(struct search *s, krm_val item, const struct step *step)
{
	krm_val name = krm_get(item, "name"), value = krm_get(item, "value");
	struct step value_step = { .up = step, .key = KV_STR("value") };
	if (name.kind != KRM_STRING || value.kind != KRM_STRING || !krm_str(value).n ||
	    !matches(s, "(?i)(?:password|passwd|secret|token|api_?key|private_?key|credentials)$",
		     krm_str(name)) ||
	    is_harmless(s, krm_str(value)))
		return;
	bool known = flt_is_default_credential(s->job, krm_str(value));
	add_text(s, FLT_TIER_SUSPECT, known ? "default-credential" : "secret-variable",
		 known ? "a default credential" : "a value under a secret's name", krm_str(value).n, value,
		 &value_step);
}

/* An argument, or an option and the argument behind it. */
static int look_at_argument(struct search *s, krm_val list, size_t i, const struct step *step)
{
	struct flt_secret_rule rule;
	size_t length;
	krm_val v = list.l->v[i];
	kv_str text = krm_str(v);
	if (kv_str_starts(text, KV_S("--")) && kv_str_chr(text, '=') == SIZE_MAX && i + 1 < list.l->n &&
	    kv_str_chr(text, ' ') == SIZE_MAX)
		text = kv_arena_cat(s->job->arena, text, KV_S("="), krm_str(list.l->v[i + 1]));
	if (flt_secret_in_argument(s->job, text, &rule, &length) < 0)
		return -1;
	if (rule.id && !is_harmless(s, kv_str_sub(text, text.n - length, text.n)))
		add_text(s, FLT_TIER_SECRET, rule.id, rule.what, length, v, step);
	return 0;
}

static int look_at_named_list(struct search *s, krm_val list, const struct step *step)
{
	bool variables = kv_str_eq(step->key, KV_S("env"));
	bool arguments = kv_str_eq(step->key, KV_S("args")) || kv_str_eq(step->key, KV_S("command"));
	for (size_t i = 0; i < list.l->n; i++) {
		struct step item = { .up = step, .index = i };
		if (variables)
			look_at_variable(s, list.l->v[i], &item);
		if (arguments && look_at_argument(s, list, i, &item) < 0)
			return -1;
	}
	return 0;
}

/* --- resources -------------------------------------------------------------------------------- */

static int look(struct search *s, krm_val v, const struct step *step, size_t depth);

/* Texts in texts: a manifest in base64 in a manifest in a ConfigMap. */
#define MOST_LAYERS 4

static int look_at_manifest(struct search *s, kv_str text, kv_pos pos, const struct step *step, size_t layer);

/* The Secrets in what was read out of a text, at any depth. */
static int look_at_inner(struct search *s, krm_val v, kv_pos pos, const struct step *step, size_t layer,
			 size_t depth)
{
	int failed = 0;
	if (depth > s->job->limits.depth)
		return kv_error(s->job, pos, "too deep a nesting (limit %zu)", s->job->limits.depth);
	if (v.kind == KRM_STRING)
		return look_at_manifest(s, krm_str(v), pos, step, layer + 1);
	for (size_t i = 0; i < krm_list_len(v); i++)
		failed |= look_at_inner(s, v.l->v[i], pos, step, layer, depth + 1);
	if (v.kind != KRM_MAP)
		return failed;
	if (flt_is_secret(v)) {
		v.pos = pos;
		return look_at_secret(s, v, step);
	}
	krm_map_each (v.m, e)
		failed |= look_at_inner(s, e->val, pos, step, layer, depth + 1);
	return failed;
}

/* A stream of documents. What cannot be read is a template of some other program. */
static bool read_documents(struct search *s, kv_str text, krm_val **ret, size_t *ret_n)
{
	struct kv_diag_mark mark = kv_diag_mark(s->job);
	bool read = krm_yaml_read_all(s->job, KV_S("a text"), text, KRM_YAML_KUSTOMIZE, ret, ret_n) == 0;
	if (!read)
		kv_diag_forget(s->job, mark);
	return read;
}

static int look_at_documents(struct search *s, krm_val *docs, size_t n, kv_pos pos, const struct step *step,
			     size_t layer)
{
	int failed = 0;
	for (size_t i = 0; i < n; i++)
		failed |= look_at_inner(s, docs[i], pos, step, layer, 0);
	return failed;
}

/* One broken document of a stream hides no other: each is read from its marker on. */
static int look_at_stream(struct search *s, kv_str text, kv_pos pos, const struct step *step, size_t layer)
{
	krm_val *docs;
	size_t n;
	int failed = 0;
	if (read_documents(s, text, &docs, &n))
		return look_at_documents(s, docs, n, pos, step, layer);
	for (size_t at = 0, end; at < text.n; at = end) {
		end = kv_str_find(text, KV_S("\n---"), at);
		end = end == SIZE_MAX ? text.n : end + 1;
		if (read_documents(s, kv_str_sub(text, at, end), &docs, &n))
			failed |= look_at_documents(s, docs, n, pos, step, layer);
	}
	return failed;
}

/* Manifests are longer than this behind base64. */
#define SHORTEST_MANIFEST 64

/* Words of base64, and a text that is one in lines. */
static int look_at_encoded(struct search *s, kv_str text, kv_pos pos, const struct step *step, size_t layer)
{
	kv_str decoded;
	int failed = 0;
	if (flt_base64(s->job, text, &decoded))
		return look_at_manifest(s, decoded, pos, step, layer + 1);
	for (size_t i = 0, end; flt_base64_run(text, SHORTEST_MANIFEST, &i, &end); i = end)
		if (flt_base64(s->job, kv_str_sub(text, i, end), &decoded))
			failed |= look_at_manifest(s, decoded, pos, step, layer + 1);
	return failed;
}

/* A manifest inside a text, alone, among others, as JSON in a string, or behind base64. */
static int look_at_manifest(struct search *s, kv_str text, kv_pos pos, const struct step *step, size_t layer)
{
	if (layer > MOST_LAYERS || text.n < SHORTEST_TEXT)
		return 0;
	if (kv_str_has(text, KV_S("Secret")) && kv_str_has(text, KV_S("kind")) &&
	    matches(s, "\\bkind\\b[\\\\\"']*\\s*:\\s*[\\\\\"']*Secret\\b", text))
		return look_at_stream(s, text, pos, step, layer);
	return text.n < SHORTEST_MANIFEST ? 0 : look_at_encoded(s, text, pos, step, layer);
}

static int look(struct search *s, krm_val v, const struct step *step, size_t depth);

/* Names the key by its number, since its name is the secret. */
static int enter_key(struct search *s, const struct krm_entry *e, struct step *child)
{
	struct flt_secret_rule rule;
	size_t length;
	krm_val key = e->key;
	if (look_at_key(s, child->key, &rule, &length) < 0)
		return -1;
	child->hidden = rule.id != NULL;
	if (rule.id)
		add_text(s, FLT_TIER_SECRET, rule.id, rule.what, length, key, child);
	return 0;
}

/* Judged as a whole with its Secret; or a name whose secret is elsewhere, as cert-manager's Route 53 solvers have it. */
static bool is_passed_over(krm_val parent, bool secret, kv_str key)
{
	if (secret && (kv_str_eq(key, KV_S("data")) || kv_str_eq(key, KV_S("stringData"))))
		return true;
	return kv_str_eq(key, KV_S("accessKeyID")) && krm_has(parent, "secretAccessKeySecretRef");
}

static int look_at_map(struct search *s, krm_val v, const struct step *step, size_t depth)
{
	bool secret = flt_is_secret(v);
	size_t index = 0;
	if (secret && look_at_secret(s, v, step) < 0)
		return -1;
	krm_map_each (v.m, e) {
		struct step child = { .up = step, .key = krm_str(e->key), .index = index++ };
		if (!child.key.p || is_passed_over(v, secret, child.key))
			continue;
		if (enter_key(s, e, &child) < 0 || look(s, e->val, &child, depth) < 0)
			return -1;
	}
	return 0;
}

static int look(struct search *s, krm_val v, const struct step *step, size_t depth)
{
	if (depth > s->job->limits.depth)
		return kv_error(s->job, v.pos, "too deep a nesting (limit %zu)", s->job->limits.depth);
	if (v.kind == KRM_STRING)
		return look_at_text(s, v, step) < 0 ? -1 : look_at_manifest(s, krm_str(v), v.pos, step, 0);
	if (v.kind == KRM_MAP)
		return look_at_map(s, v, step, depth + 1);
	if (v.kind != KRM_LIST)
		return 0;
	if (step && step->key.p && look_at_named_list(s, v, step) < 0)
		return -1;
	for (size_t i = 0; i < v.l->n; i++) {
		struct step child = { .up = step, .index = i };
		if (look(s, v.l->v[i], &child, depth + 1) < 0)
			return -1;
	}
	return 0;
}

int flt_secrets_find(struct kv_job *job, const struct krm_resources *list, bool entropy,
		     struct flt_secret_findings *ret)
{
	struct kv_map names;
	struct search s = { .job = job, .out = ret, .names = &names, .entropy = entropy };
	kv_map_init(&names, job->arena);
	for (size_t i = 0; i < list->n; i++)
		kv_map_put(&names, krm_name(list->v[i]->obj), list->v[i]);
	flt_secret_search(job, &s.texts);
	for (size_t i = 0; i < list->n; i++) {
		s.resource = list->v[i];
		if (look(&s, list->v[i]->obj, NULL, 0) < 0)
			return -1;
	}
	return 0;
}

/* --- allow rules ------------------------------------------------------------------------------ */

static bool keys_match(struct kv_job *job, const struct flt_allow *a, krm_val secret)
{
	size_t n;
	kv_str *keys = flt_secret_keys(job, secret, &n);
	for (size_t i = 0; i < n; i++) {
		bool found = false;
		for (size_t k = 0; k < a->nkeys; k++)
			found |= kv_str_eq(keys[i], a->keys[k]);
		if (!found)
			return false;
	}
	return n > 0;
}

static bool is_meant(struct kv_job *job, struct flt_allow *a, const struct flt_secret_finding *f)
{
	bool whole = f->secret.kind != KRM_NIL;
	return (whole ? a->path.n == 0 || kv_str_eq(a->path, f->path) : kv_str_eq(a->path, f->path)) &&
	       flt_selector_matches(job, &a->resource, f->resource->obj);
}

static bool allows(struct kv_job *job, const struct flt_allow *a, const struct flt_secret_finding *f)
{
	if (a->nkeys)
		return f->secret.kind != KRM_NIL && keys_match(job, a, f->secret);
	return a->sha256.n && kv_str_eq(a->sha256, f->digest);
}

/* The rule that allows the finding, else one that is meant for it and does not fit; NULL if there is none. */
static struct flt_allow *find_rule(struct kv_job *job, struct flt_guard *guard,
				   const struct flt_secret_finding *f, bool *ret_allows)
{
	struct flt_allow *near = NULL;
	*ret_allows = false;
	for (size_t i = 0; i < guard->nallow; i++) {
		struct flt_allow *a = &guard->allow[i];
		if (!is_meant(job, a, f))
			continue;
		near = a;
		a->met = true;
		if (!allows(job, a, f))
			continue;
		*ret_allows = true;
		return a;
	}
	return near;
}

bool flt_secret_allowed(struct kv_job *job, struct flt_guard *guard, const struct flt_secret_finding *f)
{
	bool allowed;
	(void)find_rule(job, guard, f, &allowed);
	return allowed;
}

/* --- messages --------------------------------------------------------------------------------- */

kv_str flt_secret_message(struct kv_job *job, const struct flt_secret_finding *f)
{
	kv_str name = krm_shown(job->arena, f->resource->obj);
	if (f->secret.kind == KRM_NIL)
		return kv_arena_printf(
			job->arena, "%.*s: %.*s holds %s%.*s (%s)", KV_ARG(name), KV_ARG(f->path),
			f->tier == FLT_TIER_SECRET ? "what looks like a secret: " : "",
			KV_ARG(f->what), f->rule);
	return kv_arena_printf(job->arena, "%.*s%s%.*s carries data: %.*s", KV_ARG(name),
			       f->path.n ? ": a Secret at " : "", KV_ARG(f->path), KV_ARG(f->what));
}

static void note_rule(struct kv_job *job, const struct flt_allow *a, const struct flt_secret_finding *f)
{
	if (a->nkeys)
		kv_note(job, a->pos, "this allow rule names other keys");
	else if (a->sha256.n)
		kv_note(job, a->pos,
			"this allow rule is stale: the content has changed since it was declared to be no "
			"secret; "
			"look at it, then take the rule's sha256 out to be told the new one");
	else
		kv_note(job, a->pos, "for this content the allow rule needs the line \"sha256: %.*s\"",
			KV_ARG(f->digest));
}

static void report(struct kv_job *job, bool refuse, const struct flt_secret_finding *f,
		   const struct flt_allow *rule)
{
	krm_report_discreetly(job, f->resource, f->pos ? f->pos : f->resource->origin.pos, refuse, flt_secret_message(job, f));
	krm_note_template(job, f->resource);
	if (rule)
		note_rule(job, rule, f);
}

void flt_guard_warn_unused(struct kv_job *job, const struct flt_guard *guard)
{
	for (size_t i = 0; i < guard->nown && guard->policy != FLT_GUARD_OFF; i++)
		if (!guard->allow[i].met)
			kv_warn(job, guard->allow[i].pos, "the allow rule matches no finding");
}

int flt_secret_guard(struct kv_job *job, struct flt_guard *guard, const struct krm_resources *list)
{
	struct flt_secret_findings found = { 0 };
	size_t refused = 0, warned = 0;
	if (guard->policy == FLT_GUARD_OFF)
		return 0;
	if (flt_secrets_find(job, list, guard->entropy, &found) < 0)
		return -1;
	for (size_t i = 0; i < found.n; i++) {
		struct flt_secret_finding *f = &found.v[i];
		bool allowed, refuse = guard->policy == FLT_GUARD_REFUSE && f->tier == FLT_TIER_SECRET;
		struct flt_allow *rule = find_rule(job, guard, f, &allowed);
		if (allowed)
			continue;
		report(job, refuse, f, rule);
		refused += refuse;
		if (refuse && refused == 1)
			kv_note(job, 0,
				"nothing of this unit is written: make it an ExternalSecret, leave it out "
				"with a "
				"filter, or allow it with a reason under secrets.allow");
		if (f->tier == FLT_TIER_SECRET && !refuse && !warned++ && guard->advice)
			kv_note(job, 0, "%s", guard->advice);
	}
	return refused ? -1 : 0;
}
