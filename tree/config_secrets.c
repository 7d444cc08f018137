/* tree/config_secrets.c: the field secrets of configurations. docs/secrets.md explains it. */
#include "render/template/gotime.h"
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

#define POLICIES "refuse|warn|off"

static int policy(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_guard *g = &((struct tree_secrets *)into)->guard;
	size_t choice;
	/* YAML 1.1 calls this word a boolean. */
	if (krm_is_str(v, "off"))
		choice = FLT_GUARD_OFF;
	else if (tree_read_choice(r, v, POLICIES, &choice) < 0)
		return -1;
	g->has_policy = true;
	g->policy = (enum flt_guard_policy)choice;
	return 0;
}

/* --- allow rules ------------------------------------------------------------------------------- */

static int allow_resource(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_allow *)into)->resource);
}

static int allow_path(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_allow *)into)->path);
}

static int allow_sha256(struct tree_reader *r, krm_val v, void *into)
{
	kv_str *digest = &((struct flt_allow *)into)->sha256;
	if (tree_read_text(r, v, digest) < 0)
		return -1;
	if (digest->n == 64 && !kv_str_trim(*digest, "0123456789abcdef").n)
		return 0;
	return kv_error(r->job, v.pos, "a sha256 is 64 lower-case hexadecimal digits");
}

static int read_item(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, into);
}

static int allow_keys(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_allow *a = into;
	return tree_read_list(r, v, sizeof *a->keys, read_item, &a->keys, &a->nkeys);
}

static int allow_reason(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_allow *)into)->reason);
}

static const struct tree_field allow_fields[] = {
	{ "resource", VENDOR, allow_resource, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "path", VENDOR, allow_path, .shape = TREE_TEXT, .help = "The path of the text, in a resource that is not a Secret." },
	{ "sha256", VENDOR, allow_sha256, .shape = TREE_TEXT, .help = "The SHA-256 of the content that is allowed." },
	{ "keys", VENDOR, allow_keys, .shape = TREE_TEXTS, .help = "Instead of sha256: the keys that the Secret may have." },
	{ "reason", VENDOR, allow_reason, .shape = TREE_TEXT },
};
static const struct tree_fields allow_rows = TREE_FIELDS(allow_fields);

static int read_allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_allow *a = into;
	a->pos = v.pos;
	if (tree_read_fields(r, v, allow_fields, KV_COUNT(allow_fields), a) < 0)
		return -1;
	if (!a->resource.pos)
		return kv_error(r->job, v.pos, "the allow rule has no \"resource\"");
	if (!kv_str_trim(a->reason, " \n").n)
		return kv_error(r->job, v.pos, "the allow rule has no \"reason\"");
	if (a->nkeys && (a->sha256.n || a->path.n))
		return kv_error(r->job, v.pos, "an allow rule has keys, or sha256 and path, not both");
	return 0;
}

static int allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_guard *g = &((struct tree_secrets *)into)->guard;
	return tree_read_list(r, v, sizeof *g->allow, read_allow, &g->allow, &g->nallow);
}

static int entropy(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct tree_secrets *)into)->guard.entropy);
}

/* --- external secrets -------------------------------------------------------------------------- */

/* A reader of a field that is a string. */
#define TEXT(function, type, field)                                                                          \
	static int function(struct tree_reader *r, krm_val v, void *into)                                    \
	{                                                                                                    \
		return tree_read_string(r, v, &((struct type *)into)->field);                                \
	}
/* The same for texts with {namespace}, {name} and {key}. */
#define PATTERN(function, type, field)                                                                       \
	static int function(struct tree_reader *r, krm_val v, void *into)                                    \
	{                                                                                                    \
		struct type *to = into;                                                                      \
		return tree_read_string(r, v, &to->field) < 0                                                \
			       ? -1                                                                          \
			       : flt_external_text_check(r->job, v.pos, to->field);                          \
	}
#define FLAG(function, type, field)                                                                          \
	static int function(struct tree_reader *r, krm_val v, void *into)                                    \
	{                                                                                                    \
		return tree_read_bool(r, v, &((struct type *)into)->field);                                  \
	}

PATTERN(store_name, flt_store, name)

#define STORES "ClusterSecretStore|SecretStore"

static int store_kind(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, STORES, &choice) < 0)
		return -1;
	((struct flt_store *)into)->kind = krm_str(v);
	return 0;
}

#define PROVIDERS "onepassword|onepasswordSDK"

static int store_provider(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, PROVIDERS, &choice) < 0)
		return -1;
	((struct flt_store *)into)->provider = choice ? FLT_PROVIDER_SDK : FLT_PROVIDER_CONNECT;
	return 0;
}

static const struct tree_field store_fields[] = {
	{ "name", VENDOR, store_name, .shape = TREE_TEXT },
	{ "kind", VENDOR, store_kind, .shape = TREE_TEXT, .values = STORES },
	{ "provider", VENDOR, store_provider, .shape = TREE_TEXT, .values = PROVIDERS,
	  .help = "The provider of the store, which decides what key and property mean." },
};
static const struct tree_fields store_rows = TREE_FIELDS(store_fields);

static int read_store(struct tree_reader *r, krm_val v, struct flt_store *ret)
{
	if (tree_read_fields(r, v, store_fields, KV_COUNT(store_fields), ret) < 0)
		return -1;
	return ret->name.n ? 0 : kv_error(r->job, v.pos, "the store has no name");
}

/* --- keys of a Secret --- */

TEXT(key_name, flt_external_key, name)
PATTERN(key_item, flt_external_key, item)
TEXT(key_version, flt_external_key, version)
FLAG(key_literal, flt_external_key, literal)
TEXT(key_template, flt_external_key, text)

static int key_property(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_key *k = into;
	k->has_property = true;
	return tree_read_string(r, v, &k->property) < 0 ? -1
							: flt_external_text_check(r->job, v.pos, k->property);
}

#define ENCODINGS "base64"

static int key_encode(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	((struct flt_external_key *)into)->encode = true;
	return tree_read_choice(r, v, ENCODINGS, &choice);
}

#define DECODINGS "None|Base64|Base64URL|Auto"

static int key_decode(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, DECODINGS, &choice) < 0)
		return -1;
	((struct flt_external_key *)into)->decoding = krm_str(v);
	return 0;
}

static const struct tree_field part_fields[] = {
	{ "name", VENDOR, key_name, .shape = TREE_TEXT },
	{ "key", VENDOR, key_item, .shape = TREE_TEXT, .help = "The entry of the vault." },
	{ "property", VENDOR, key_property, .shape = TREE_TEXT },
	{ "version", VENDOR, key_version, .shape = TREE_TEXT },
	{ "decode", VENDOR, key_decode, .shape = TREE_TEXT, .values = DECODINGS },
};
static const struct tree_fields part_rows = TREE_FIELDS(part_fields);

static int read_part(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_key *k = into;
	k->pos = v.pos;
	if (tree_read_fields(r, v, part_fields, KV_COUNT(part_fields), k) < 0)
		return -1;
	return k->name.n ? 0 : kv_error(r->job, v.pos, "the value has no \"name\"");
}

static int key_from(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_key *k = into;
	return tree_read_list(r, v, sizeof *k->from, read_part, &k->from, &k->nfrom);
}

static const struct tree_field key_fields[] = {
	{ "name", VENDOR, key_name, .shape = TREE_TEXT },
	{ "key", VENDOR, key_item, .shape = TREE_TEXT, .help = "The entry of the vault." },
	{ "property", VENDOR, key_property, .shape = TREE_TEXT },
	{ "version", VENDOR, key_version, .shape = TREE_TEXT },
	{ "decode", VENDOR, key_decode, .shape = TREE_TEXT, .values = DECODINGS },
	{ "literal", VENDOR, key_literal, .shape = TREE_FLAG, .help = "The value is not a secret: keep it in the template." },
	{ "encode", VENDOR, key_encode, .shape = TREE_TEXT, .values = ENCODINGS },
	{ "template", VENDOR, key_template, .shape = TREE_TEXT,
	  .help = "A Go template over the values of from." },
	{ "from", VENDOR, key_from, .shape = TREE_MANY, .rows = &part_rows },
};
static const struct tree_fields key_rows = TREE_FIELDS(key_fields);

static int read_key(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_key *k = into;
	k->pos = v.pos;
	if (tree_read_fields(r, v, key_fields, KV_COUNT(key_fields), k) < 0)
		return -1;
	if (!k->name.n)
		return kv_error(r->job, v.pos, "the key has no \"name\"");
	if ((k->text.n > 0) != (k->nfrom > 0))
		return kv_error(r->job, v.pos, "\"template\" and \"from\" belong together");
	return 0;
}

/* --- rules --- */

PATTERN(rule_item, flt_external_rule, item)
FLAG(rule_extract, flt_external_rule, extract)
FLAG(rule_skip, flt_external_rule, skip)

/* As Go prints it, since the operator writes it back so: what lies in Git would differ from what the cluster has. */
static int rule_refresh(struct tree_reader *r, krm_val v, void *into)
{
	struct kv_buf out;
	kv_str text, error;
	int64_t duration;
	if (tree_read_string(r, v, &text) < 0)
		return -1;
	if (rnd_duration_parse(r->job->arena, text, &duration, &error) < 0 || duration < 0)
		return kv_error(r->job, v.pos,
				"refreshInterval must be a duration, such as \"1h30m\" or \"0s\"");
	kv_buf_init(&out, r->job->arena, KV_BUF_MAX);
	rnd_duration_print(duration, &out);
	((struct flt_external_rule *)into)->refresh_interval = kv_buf_view(&out);
	return 0;
}

static int rule_store(struct tree_reader *r, krm_val v, void *into)
{
	return read_store(r, v, &((struct flt_external_rule *)into)->store);
}

static int rule_property(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_rule *rule = into;
	rule->has_property = true;
	return tree_read_string(r, v, &rule->property) < 0
		       ? -1
		       : flt_external_text_check(r->job, v.pos, rule->property);
}

#define CREATION "Owner|Orphan|Merge|None|CreateOrMerge"
#define DELETION "Retain|Delete|Merge"

static int rule_creation(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, CREATION, &choice) < 0)
		return -1;
	((struct flt_external_rule *)into)->creation_policy = krm_str(v);
	return 0;
}

static int rule_deletion(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, DELETION, &choice) < 0)
		return -1;
	((struct flt_external_rule *)into)->deletion_policy = krm_str(v);
	return 0;
}

static int rule_resource(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_external_rule *)into)->resource);
}

static int rule_keys(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_rule *rule = into;
	return tree_read_list(r, v, sizeof *rule->keys, read_key, &rule->keys, &rule->nkeys);
}

/* What a rule and the defaults have in common. */
#define RULE_FIELDS                                                                                          \
	{ "store", VENDOR, rule_store, .shape = TREE_ONE, .rows = &store_rows },                             \
		{ "key", VENDOR, rule_item, .shape = TREE_TEXT, .help = "The entry of the vault." },         \
		{ "property", VENDOR, rule_property, .shape = TREE_TEXT },                                   \
		{ "creationPolicy", VENDOR, rule_creation, .shape = TREE_TEXT, .values = CREATION },         \
		{ "deletionPolicy", VENDOR, rule_deletion, .shape = TREE_TEXT, .values = DELETION },         \
	{                                                                                                    \
		"refreshInterval", VENDOR, rule_refresh, .shape = TREE_TEXT                                  \
	}

static const struct tree_field rule_fields[] = {
	RULE_FIELDS,
	{ "resource", VENDOR, rule_resource, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "extract", VENDOR, rule_extract, .shape = TREE_FLAG, .help = "The entry holds the whole Secret." },
	{ "skip", VENDOR, rule_skip, .shape = TREE_FLAG, .help = "Keep it a Secret." },
	{ "keys", VENDOR, rule_keys, .shape = TREE_MANY, .rows = &key_rows },
};
static const struct tree_fields rule_rows = TREE_FIELDS(rule_fields);

static int read_rule(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_rule *rule = into;
	rule->pos = v.pos;
	if (tree_read_fields(r, v, rule_fields, KV_COUNT(rule_fields), rule) < 0)
		return -1;
	return rule->resource.pos ? 0 : kv_error(r->job, v.pos, "the rule has no \"resource\"");
}

/* --- all of it --- */

static int external_rules(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external *e = into;
	return tree_read_list(r, v, sizeof *e->rules, read_rule, &e->rules, &e->nrules);
}

TEXT(vault_name, flt_vault, name)

static int vault_store(struct tree_reader *r, krm_val v, void *into)
{
	return read_store(r, v, &((struct flt_vault *)into)->store);
}

static const struct tree_field vault_fields[] = {
	{ "name", VENDOR, vault_name, .shape = TREE_TEXT },
	{ "store", VENDOR, vault_store, .shape = TREE_ONE, .rows = &store_rows },
};
static const struct tree_fields vault_rows = TREE_FIELDS(vault_fields);

static int read_vault(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_vault *vault = into;
	if (tree_read_fields(r, v, vault_fields, KV_COUNT(vault_fields), vault) < 0)
		return -1;
	if (!vault->name.n || !vault->store.name.n)
		return kv_error(r->job, v.pos, "a vault needs a \"name\" and a \"store\"");
	return 0;
}

static int external_vaults(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external *e = into;
	return tree_read_list(r, v, sizeof *e->vaults, read_vault, &e->vaults, &e->nvaults);
}

/* --- Secrets that nobody renders --- */

TEXT(wanted_name, flt_external_wanted, name)
TEXT(wanted_namespace, flt_external_wanted, namespace)
TEXT(wanted_type, flt_external_wanted, type)

static int wanted_keys(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_wanted *w = into;
	return tree_read_list(r, v, sizeof *w->keys, read_item, &w->keys, &w->nkeys);
}

static const struct tree_field wanted_fields[] = {
	{ "name", VENDOR, wanted_name, .shape = TREE_TEXT },
	{ "namespace", VENDOR, wanted_namespace, .shape = TREE_TEXT },
	{ "type", VENDOR, wanted_type, .shape = TREE_TEXT },
	{ "keys", VENDOR, wanted_keys, .shape = TREE_TEXTS },
};
static const struct tree_fields wanted_rows = TREE_FIELDS(wanted_fields);

static int read_wanted(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external_wanted *w = into;
	w->pos = v.pos;
	if (tree_read_fields(r, v, wanted_fields, KV_COUNT(wanted_fields), w) < 0)
		return -1;
	return w->name.n ? 0 : kv_error(r->job, v.pos, "the Secret has no \"name\"");
}

FLAG(inject_references, flt_external, follows_uses)

static int inject_secrets(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external *e = into;
	return tree_read_list(r, v, sizeof *e->wanted, read_wanted, &e->wanted, &e->nwanted);
}

static const struct tree_field inject_fields[] = {
	{ "references", VENDOR, inject_references, .shape = TREE_FLAG,
	  .help = "Also for Secrets that workloads refer to and nothing provides." },
	{ "secrets", VENDOR, inject_secrets, .shape = TREE_MANY, .rows = &wanted_rows },
};
static const struct tree_fields inject_rows = TREE_FIELDS(inject_fields);

static int external_inject(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_fields(r, v, inject_fields, KV_COUNT(inject_fields), into);
}

/* --- the rest --- */

#define DEFAULTS "omit|crd"

static int external_defaults(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, DEFAULTS, &choice) < 0)
		return -1;
	((struct flt_external *)into)->crd_defaults = choice == 1;
	return 0;
}

TEXT(external_api_version, flt_external, api_version)
FLAG(external_metadata, flt_external, explicit_metadata)

/* The first member is the defaults, so that the common rows can be read into it. */
_Static_assert(offsetof(struct flt_external, defaults) == 0, "defaults come first");

static const struct tree_field external_fields[] = {
	RULE_FIELDS,
	{ "rules", VENDOR, external_rules, .shape = TREE_MANY, .rows = &rule_rows,
	  .help = "Rules; the first one that selects a Secret counts." },
	{ "vaults", VENDOR, external_vaults, .shape = TREE_MANY, .rows = &vault_rows,
	  .help = "Stores for the vaults of op:// placeholders." },
	{ "inject", VENDOR, external_inject, .shape = TREE_ONE, .rows = &inject_rows,
	  .help = "Make ExternalSecrets for Secrets that nothing renders." },
	{ "apiVersion", VENDOR, external_api_version, .shape = TREE_TEXT },
	{ "defaults", VENDOR, external_defaults, .shape = TREE_TEXT, .values = DEFAULTS,
	  .help = "Whether to write the defaults of the vendored CustomResourceDefinition: crd, or omit." },
	{ "explicitMetadata", VENDOR, external_metadata, .shape = TREE_FLAG,
	  .help = "Whether to write an empty template.metadata; default: true." },
};
static const struct tree_fields external_rows = TREE_FIELDS(external_fields);

static int external_secrets(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_external *e = KV_NEW(r->job->arena, struct flt_external);
	e->defaults.pos = v.pos;
	e->crd_defaults = e->explicit_metadata = true;
	if (tree_read_fields(r, v, external_fields, KV_COUNT(external_fields), e) < 0)
		return -1;
	((struct tree_secrets *)into)->external = e;
	return 0;
}

/* --- the field --------------------------------------------------------------------------------- */

static const struct tree_field fields[] = {
	{ "policy", VENDOR, policy, .shape = TREE_TEXT, .values = POLICIES,
	  .help = "What to do when a resource to write holds a secret." },
	{ "allow", VENDOR, allow, .shape = TREE_MANY, .rows = &allow_rows,
	  .help = "Findings that are not secrets, each with a reason." },
	{ "entropy", VENDOR, entropy, .shape = TREE_FLAG, .help = "Also warn about texts that look random." },
	{ "externalSecrets", VENDOR, external_secrets, .shape = TREE_ONE, .rows = &external_rows,
	  .help = "Turn Secrets into ExternalSecrets." },
};
const struct tree_fields tree_secrets_rows = TREE_FIELDS(fields);

int tree_read_secrets(struct tree_reader *r, krm_val v, struct tree_secrets *ret)
{
	return v.kind == KRM_NIL ? 0 : tree_read_fields(r, v, fields, KV_COUNT(fields), ret);
}
