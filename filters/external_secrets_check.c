/* filters/external_secrets_check.c: what external-secrets' webhook refuses (externalsecret_validator.go, v2.9.0). */
#include <ctype.h>
#include <strings.h>

#include "filters/external_secrets.h"

#include "base/map.h"

struct check {
	struct kv_job *job;
	const struct krm_resource *resource;
	krm_val spec, target, template;
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void refuse(struct check *c, const char *fmt, ...)
{
	va_list ap;
	krm_val obj = c->resource->obj;
	kv_str namespace = krm_namespace(obj);
	va_start(ap, fmt);
	kv_str text = kv_arena_vprintf(c->job->arena, fmt, ap);
	va_end(ap);
	kv_error(c->job, c->resource->origin.pos, "ExternalSecret %.*s%s%.*s: %.*s", KV_ARG(namespace),
		 namespace.n ? "/" : "", KV_ARG(krm_name(obj)), KV_ARG(text));
	c->failed = true;
}

static bool is(krm_val v, const char *word)
{
	return krm_is_str(v, word);
}

static void check_policies(struct check *c)
{
	krm_val creation = krm_get(c->target, "creationPolicy"),
		deletion = krm_get(c->target, "deletionPolicy");
	bool foreign = is(creation, "Merge") || is(creation, "None") || is(creation, "CreateOrMerge");
	if (is(deletion, "Delete") && foreign)
		refuse(c,
		       "deletionPolicy=Delete must not be used when the controller doesn't own the secret. "
		       "Please set creationPolicy=Owner");
	/* No webhook says so, but the operator fails when the provider has no data: "creationPolicy=Orphan is not Owner". */
	if (is(deletion, "Delete") && is(creation, "Orphan"))
		refuse(c, "deletionPolicy=Delete works only with creationPolicy=Owner");
	if (is(deletion, "Merge") && is(creation, "None"))
		refuse(c, "deletionPolicy=Merge must not be used with creationPolicy=None. There is no "
			  "Secret to "
			  "merge with");
}

static void check_keys(struct check *c)
{
	krm_val data = krm_get(c->spec, "data"), deletion = krm_get(c->target, "deletionPolicy");
	struct kv_map seen;
	if (deletion.kind != KRM_NIL && !is(deletion, "Retain"))
		return;
	kv_map_init(&seen, c->job->arena);
	for (size_t i = 0; i < krm_list_len(data); i++) {
		kv_str key = krm_str(krm_get(data.l->v[i], "secretKey"));
		if (kv_map_put(&seen, key, c))
			refuse(c, "duplicate secretKey found: %.*s", KV_ARG(key));
	}
}

static void check_source(struct check *c, krm_val entry)
{
	krm_val source = krm_get(entry, "sourceRef");
	krm_val generator = krm_get(source, "generatorRef"), store = krm_get(source, "storeRef");
	bool extract = krm_get(entry, "extract").kind != KRM_NIL,
	     find = krm_get(entry, "find").kind != KRM_NIL;
	if (extract + find + (generator.kind != KRM_NIL) > 1)
		refuse(c, "extract, find, or generatorRef cannot be set at the same time");
	if (!extract && !find && source.kind == KRM_NIL)
		refuse(c, "either extract, find, or sourceRef must be set to dataFrom");
	if (source.kind != KRM_NIL && generator.kind == KRM_NIL && store.kind == KRM_NIL)
		refuse(c, "generatorRef or storeRef must be set when using sourceRef in dataFrom");
}

#define ACCOUNT "kubernetes.io/service-account.name"
#define TOKEN "kubernetes.io/service-account-token"

static bool is_word(kv_str text, const char *word)
{
	return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

/* isManifestSecretTarget: another kind of object has other fields to fill. */
static bool makes_secret(const struct check *c)
{
	krm_val manifest = krm_get(c->target, "manifest");
	return manifest.kind == KRM_NIL ||
	       (is(krm_get(manifest, "apiVersion"), "v1") && is(krm_get(manifest, "kind"), "Secret"));
}

static void check_template_from(struct check *c, krm_val entry)
{
	kv_str target = krm_str(krm_get(entry, "target"));
	if (target.n && !is_word(target, "Data") && !is_word(target, "Annotations") &&
	    !is_word(target, "Labels"))
		refuse(c,
		       "templateFrom target=\"%.*s\" is not allowed when targeting a Secret, must be one of "
		       "\"Data\", \"Annotations\" or \"Labels\"",
		       KV_ARG(target));
}

/* validatePrivilegedTemplate: the first of them counts. */
static void check_token(struct check *c, krm_val from)
{
	if (krm_has(krm_path(c->template, "metadata", "annotations", NULL), ACCOUNT)) {
		refuse(c, "template.type=\"%s\" with annotation \"%s\" is not allowed", TOKEN, ACCOUNT);
		return;
	}
	for (size_t i = 0; i < krm_list_len(from); i++)
		if (is_word(krm_str(krm_get(from.l->v[i], "target")), "Annotations")) {
			refuse(c,
			       "template.type=\"%s\" with templateFrom target=\"Annotations\" is not allowed",
			       TOKEN);
			return;
		}
}

static void check_template(struct check *c)
{
	krm_val type = krm_get(c->template, "type"), from = krm_get(c->template, "templateFrom");
	if (is(type, "bootstrap.kubernetes.io/token"))
		refuse(c, "template.type=\"%.*s\" is not allowed", KV_ARG(krm_str(type)));
	if (is(type, TOKEN))
		check_token(c, from);
	for (size_t i = 0; makes_secret(c) && i < krm_list_len(from); i++)
		check_template_from(c, from.l->v[i]);
}

int flt_external_secret_check(struct kv_job *job, const struct krm_resource *r)
{
	struct check c = { .job = job, .resource = r, .spec = krm_get(r->obj, "spec") };
	struct krm_gvk gvk = krm_gvk_of(r->obj);
	if (!kv_str_eq(gvk.kind, KV_S("ExternalSecret")) ||
	    !kv_str_eq(gvk.group, KV_S("external-secrets.io")))
		return 0;
	c.target = krm_get(c.spec, "target");
	c.template = krm_get(c.target, "template");
	krm_val from = krm_get(c.spec, "dataFrom");
	check_policies(&c);
	if (!krm_list_len(krm_get(c.spec, "data")) && !krm_list_len(from))
		refuse(&c, "either data or dataFrom should be specified");
	check_template(&c);
	for (size_t i = 0; i < krm_list_len(from); i++)
		check_source(&c, from.l->v[i]);
	check_keys(&c);
	return c.failed ? -1 : 0;
}
