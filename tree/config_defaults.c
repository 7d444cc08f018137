/* tree/config_defaults.c: the fields of .kvendor.yaml. */
#include "krm/yaml.h"
#include "tree/config_read.h"
#include "tree/config_yaml.h"

enum { VENDOR = TREE_IN_VENDOR };

static int defaults_engine(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_defaults *d = into;
	kv_str text;
	d->has_engine = true;
	return tree_read_string(r, v, &text) < 0 ? -1 : tree_engine_parse(r->job, v.pos, text, &d->engine);
}

static int defaults_pod_security(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_defaults *d = into;
	if (tree_read_pod_security(r, v, &d->pod_security) < 0)
		return -1;
	d->pod_security->shared = true;
	return 0;
}

static int defaults_secrets(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_secrets(r, v, &((struct tree_defaults *)into)->secrets);
}

static int defaults_volatile(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_volatile(r, v, &((struct tree_defaults *)into)->generated);
}

static int defaults_checks(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_checks(r, v, &((struct tree_defaults *)into)->checks);
}

static int defaults_keyring(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct tree_defaults *)into)->keyring);
}

static const struct tree_field defaults_fields[] = {
	{ "apiVersion", VENDOR, tree_read_nothing, .shape = TREE_TEXT },
	{ "kind", VENDOR, tree_read_nothing, .shape = TREE_TEXT },
	{ "engine", VENDOR, defaults_engine, .shape = TREE_TEXT },
	{ "keyring", VENDOR, defaults_keyring, .shape = TREE_TEXT },
	{ "podSecurity", VENDOR, defaults_pod_security, .shape = TREE_ONE, .rows = &tree_pod_security_rows },
	{ "secrets", VENDOR, defaults_secrets, .shape = TREE_ONE, .rows = &tree_secrets_rows },
	{ "audit", VENDOR, defaults_checks, .shape = TREE_ONE, .rows = &tree_checks_rows },
	{ "volatile", VENDOR, defaults_volatile, .shape = TREE_ONE, .rows = &tree_volatile_rows },
};

int tree_defaults_read(struct kv_job *job, kv_str name, kv_str text, struct tree_defaults *ret)
{
	struct tree_reader r = { .job = job, .kind = TREE_VENDOR, .kinds = VENDOR, .typed = krm_nil() };
	krm_val doc;
	*ret = (struct tree_defaults){ 0 };
	if (tree_config_yaml(job, name, text, &doc) < 0)
		return -1;
	if (doc.kind == KRM_NIL)
		return 0;
	if (!krm_is_str(krm_get(doc, "apiVersion"), "kvendor.dev/v1alpha1"))
		return tree_wrong_identity(&r, doc, "apiVersion", "kvendor.dev/v1alpha1");
	if (!krm_is_str(krm_get(doc, "kind"), "Defaults"))
		return tree_wrong_identity(&r, doc, "kind", "Defaults");
	return tree_read_fields(&r, doc, defaults_fields, KV_COUNT(defaults_fields), ret);
}
