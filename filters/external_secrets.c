/* filters/external_secrets.c: one Secret to one ExternalSecret. docs/secrets.md has the forms. */
#include "filters/external_secrets.h"

#include "base/re.h"
#include "filters/external_secrets_template.h"
#include "filters/secret_guard.h"
#include "filters/secret_rules.h"

#define GROUP "external-secrets.io"

struct convert {
	struct kv_job *job;
	struct flt_external *config;
	const struct flt_external_rule *rule;
	const struct krm_resource *resource;
	krm_val secret;
	struct flt_store store;
	const struct krm_resources *stores; /* that are in the list */
	krm_val data;      /* spec.data */
	krm_val templates; /* target.template.data */
	bool extract;      /* one item is the whole Secret */
	bool injected;     /* nobody renders the Secret: its values are not known */
	bool composed;     /* some template is made of values that are no keys of the Secret */
	bool placeholders; /* some value is one */
};

/* --- small trees -------------------------------------------------------------------------------- */

static void set(struct convert *c, krm_val map, const char *key, krm_val v)
{
	krm_map_set_c(c->job->arena, map.m, key, v);
}

static void set_text(struct convert *c, krm_val map, const char *key, kv_str text)
{
	if (text.n)
		set(c, map, key, krm_string(c->job->arena, text));
}

static krm_val new_map(struct convert *c)
{
	return krm_map(c->job->arena, KRM_OF_ANY);
}

static krm_val store_tree(struct convert *c, struct flt_store store)
{
	krm_val v = new_map(c);
	set_text(c, v, "kind", store.kind.n ? store.kind : KV_S("ClusterSecretStore"));
	set_text(c, v, "name", store.name);
	return v;
}

/* --- texts with {words} ------------------------------------------------------------------------- */

static bool word(const struct convert *c, kv_str name, kv_str key, kv_str *ret)
{
	if (kv_str_eq(name, KV_S("namespace")))
		*ret = c ? krm_namespace(c->secret) : name;
	else if (kv_str_eq(name, KV_S("name")))
		*ret = c ? krm_name(c->secret) : name;
	else if (kv_str_eq(name, KV_S("key")))
		*ret = key;
	else
		return false;
	return true;
}

int flt_external_text_check(struct kv_job *job, kv_pos pos, kv_str text)
{
	kv_str value;
	for (size_t at = 0; (at = kv_str_find(text, KV_S("{"), at)) != SIZE_MAX; at++) {
		size_t end = kv_str_find(text, KV_S("}"), at);
		kv_str name = kv_str_sub(text, at + 1, end);
		if (end == SIZE_MAX || !word(NULL, name, KV_S("key"), &value))
			return kv_error(job, pos, "unknown \"{%.*s}\": it is {namespace}, {name} or {key}",
					KV_ARG(name));
	}
	return 0;
}

static kv_str expand(struct convert *c, kv_str text, kv_str key)
{
	struct kv_buf out;
	kv_str value;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < text.n; i++) {
		size_t end = text.p[i] == '{' ? kv_str_find(text, KV_S("}"), i) : SIZE_MAX;
		if (end == SIZE_MAX || !word(c, kv_str_sub(text, i + 1, end), key, &value)) {
			kv_buf_c(&out, text.p[i]);
			continue;
		}
		kv_buf_str(&out, value);
		i = end;
	}
	return kv_buf_view(&out);
}

/* --- stores ---------------------------------------------------------------------------------------- */

static struct flt_store store_of(const struct convert *c, kv_str vault)
{
	for (size_t i = 0; i < c->config->nvaults; i++)
		if (kv_str_eq(c->config->vaults[i].name, vault))
			return c->config->vaults[i].store;
	return c->store;
}

/* --- spec.data ---------------------------------------------------------------------------------- */

struct remote {
	struct flt_store store;
	kv_str item, property, version, decoding;
};

static void add_data(struct convert *c, kv_str name, const struct remote *r)
{
	krm_val entry = new_map(c), ref = new_map(c);
	bool joined = r->store.provider == FLT_PROVIDER_SDK && r->property.n;
	set_text(c, entry, "secretKey", name);
	set_text(c, ref, "key",
		 joined ? kv_arena_cat(c->job->arena, r->item, KV_S("/"), r->property) : r->item);
	if (!joined)
		set_text(c, ref, "property", r->property);
	set_text(c, ref, "version", r->version);
	set_text(c, ref, "decodingStrategy", r->decoding);
	set(c, entry, "remoteRef", ref);
	if (!kv_str_eq(r->store.name, c->store.name)) {
		krm_val source = new_map(c);
		set(c, source, "storeRef", store_tree(c, r->store));
		set(c, entry, "sourceRef", source);
	}
	krm_list_push(c->job->arena, c->data.l, entry);
}

/* What a rule says of a key, then the rule of the Secret, then the defaults. */
static struct remote remote_of(struct convert *c, const struct flt_external_key *k, kv_str key)
{
	const struct flt_external_rule *rule = c->rule, *d = &c->config->defaults;
	bool own = k && k->has_property, rules = rule->has_property;
	kv_str item = k && k->item.n ? k->item : rule->item.n ? rule->item : d->item;
	kv_str property = own               ? k->property
			  : rules           ? rule->property
			  : d->has_property ? d->property
					    : KV_S("{key}");
	return (struct remote){ c->store, expand(c, item.n ? item : KV_S("{namespace}.{name}"), key),
				expand(c, property, key), k ? k->version : KV_S(""),
				k ? k->decoding : KV_S("") };
}

/* --- target.template.data ------------------------------------------------------------------------ */

static void set_template(struct convert *c, kv_str key, const struct kv_buf *text)
{
	krm_map_set(c->job->arena, c->templates.m, key, krm_string(c->job->arena, kv_buf_view(text)));
}

static void add_use(struct convert *c, kv_str key, kv_str functions)
{
	struct kv_buf out;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	flt_template_use(&out, key, functions);
	set_template(c, key, &out);
}

/* Two templates may use one value: it is fetched once. */
static void forget_twin(struct krm_list *data)
{
	for (size_t i = 0; i + 1 < data->n; i++)
		if (krm_equal(data->v[i], data->v[data->n - 1])) {
			data->n--;
			return;
		}
}

static void add_from(struct convert *c, kv_str key, const struct flt_external_key *k)
{
	for (size_t i = 0; i < k->nfrom; i++) {
		struct remote r = remote_of(c, &k->from[i], k->from[i].name);
		add_data(c, k->from[i].name, &r);
		forget_twin(c->data.l);
	}
	krm_map_set(c->job->arena, c->templates.m, key, krm_string(c->job->arena, k->text));
	c->composed = true;
}

/* --- one key -------------------------------------------------------------------------------------- */

static const struct flt_external_key *key_rule(const struct convert *c, kv_str key)
{
	for (size_t i = 0; i < c->rule->nkeys; i++)
		if (kv_str_eq(c->rule->keys[i].name, key))
			return &c->rule->keys[i];
	return NULL;
}

static int refuse(struct convert *c, const char *why, const char *hint)
{
	kv_str namespace = krm_namespace(c->secret);
	kv_error_file(c->job, c->resource->origin.path,
		      "Secret %.*s%s%.*s cannot become an ExternalSecret: %s", KV_ARG(namespace),
		      namespace.n ? "/" : "", KV_ARG(krm_name(c->secret)), why);
	kv_note(c->job, c->rule->pos, "%s", hint);
	return -1;
}

/* What was made for the Secret must not come into the template that takes its place. */
static bool is_generated(const struct convert *c, kv_str key)
{
	for (size_t i = 0; i < c->resource->ngenerated; i++) {
		const struct krm_generated *g = &c->resource->generated[i];
		bool whole = kv_str_eq(g->path, KV_S("data")) || kv_str_eq(g->path, KV_S("stringData"));
		bool inside = kv_str_starts(g->path, KV_S("data")) || kv_str_starts(g->path, KV_S("stringData"));
		if (whole || (inside && kv_str_eq(g->key, key)))
			return true;
	}
	return false;
}

static int refuse_generated(struct convert *c)
{
	return refuse(c, "chance or the clock made what would stand in its template, and whoever has the chart can compute it",
		      "take \"literal\" out of the rule, or the value out of the text around the placeholder");
}

static int add_literal(struct convert *c, kv_str key, kv_str value)
{
	struct kv_buf out;
	if (c->injected)
		return refuse(c, "nobody renders it, so the value of a literal is not known",
			      "take \"literal\" out of the rule");
	if (is_generated(c, key))
		return refuse_generated(c);
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	flt_template_literal(&out, value);
	set_template(c, key, &out);
	return 0;
}

/* --- placeholders ------------------------------------------------------------------------------- */

/* The provider of the store, as configured or as the store in the list has it. */
static enum flt_provider known_provider(const struct convert *c, const struct flt_store *store)
{
	return store->provider ? store->provider
			       : flt_provider_of_store(flt_store_named(c->stores, store->kind, store->name,
								       krm_namespace(c->secret)));
}

/* An entry of 1Password. Connect has no sections in its fields' names, and nothing but a field's value. */
static int remote_of_op(struct convert *c, const struct flt_place *p, struct remote *ret)
{
	struct kv_arena *a = c->job->arena;
	enum flt_provider provider = known_provider(c, &ret->store);
	if (provider == FLT_PROVIDER_SDK) {
		ret->store.provider = provider;
		ret->property =
			kv_arena_cat(a, p->section, p->section.n ? KV_S("/") : KV_S(""), p->field, p->query);
		return 0;
	}
	if (p->query.n)
		return refuse(c,
			      "an attribute of a field (?attribute=, ?ssh-format=) is something that only "
			      "the provider "
			      "onepasswordSDK fetches",
			      "give the store its \"provider\", or the key a rule of its own");
	if (p->section.n && provider == FLT_PROVIDER_UNKNOWN)
		return refuse(c,
			      "op://VAULT/ITEM/SECTION/FIELD means different things to 1Password's providers",
			      "give the store its \"provider\": onepassword or onepasswordSDK");
	return 0;
}

static int remote_of_place(struct convert *c, const struct flt_place *p, const struct flt_external_key *k,
			   struct remote *ret)
{
	*ret = (struct remote){ store_of(c, p->vault), p->item, p->field, p->version, KV_S("") };
	if (k && k->version.n)
		ret->version = k->version;
	if (k)
		ret->decoding = k->decoding;
	if (p->kind == FLT_PLACE_OP)
		return remote_of_op(c, p, ret);
	if (p->kind == FLT_PLACE_REF && known_provider(c, &ret->store) != FLT_PROVIDER_UNKNOWN)
		return refuse(c,
			      "a placeholder of vals names another kind of vault than the store, which is "
			      "1Password's",
			      "name a store for its backend under secrets.externalSecrets.vaults");
	return 0;
}

/* The values of all placeholders, by their names. */
static int add_places(struct convert *c, const struct flt_piece *pieces, size_t n,
		      const struct flt_external_key *k, const kv_str **names)
{
	for (size_t i = 0; i < n; i++) {
		struct remote r;
		if (pieces[i].ninner) {
			if (add_places(c, pieces[i].inner, pieces[i].ninner, k, names) < 0)
				return -1;
			continue;
		}
		if (remote_of_place(c, &pieces[i].place, k, &r) < 0)
			return -1;
		add_data(c, *(*names)++, &r);
	}
	return 0;
}

/* A name for a value that is no key of the Secret: letters, digits and "_", so that a template can call it. */
static kv_str part_name(struct convert *c, kv_str key, size_t i)
{
	kv_str name = kv_arena_printf(c->job->arena, "%.*s_%zu", KV_ARG(key), i + 1);
	char *p = (char *)(uintptr_t)name.p;
	for (size_t k = 0; k < name.n; k++)
		if (!kv_is_alnum(p[k]) || (!k && p[k] >= '0' && p[k] <= '9'))
			p[k] = '_';
	return name;
}

/* `data` holds the placeholder without base64, so the vault has the value in base64. */
static bool is_raw(const struct convert *c, kv_str key)
{
	kv_str decoded, plain = krm_str(krm_get_str(krm_get(c->secret, "stringData"), key));
	kv_str coded = krm_str(krm_get_str(krm_get(c->secret, "data"), key));
	return !plain.n && coded.n && !flt_base64(c->job, coded, &decoded);
}

/* One placeholder is the value: it has the key's name. What is done to it needs a template. */
static int add_whole(struct convert *c, kv_str key, const struct flt_external_key *k, struct flt_piece *place,
		     bool raw)
{
	kv_str functions = place->place.functions, encode = KV_STR(" | b64enc");
	struct remote r;
	if (remote_of_place(c, &place->place, k, &r) < 0)
		return -1;
	if (raw && kv_str_ends(functions, encode))
		functions = kv_str_sub(functions, 0, functions.n - encode.n);
	else if (raw && !functions.n)
		r.decoding = KV_S("Base64");
	else if (raw)
		functions = kv_arena_cat(c->job->arena, functions, KV_S(" | b64dec"));
	if (k && k->encode)
		functions = kv_arena_cat(c->job->arena, functions, encode);
	add_data(c, key, &r);
	if (functions.n)
		add_use(c, key, functions);
	return 0;
}

/* Placeholders in a text, or behind base64. */
static int add_composed(struct convert *c, kv_str key, kv_str value, const struct flt_external_key *k,
			const struct flt_pieces *pieces)
{
	struct kv_buf out;
	size_t n = flt_template_places(pieces->v, pieces->n);
	bool alone = n == 1 && pieces->v->from == 0 && pieces->v->to == value.n;
	kv_str *names = KV_NEW_N(c->job->arena, kv_str, n);
	for (size_t i = 0; i < n; i++)
		names[i] = alone ? key : part_name(c, key, i);
	const kv_str *next = names;
	if (add_places(c, pieces->v, pieces->n, NULL, &next) < 0)
		return -1;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	flt_template_text(&out, value, pieces->v, pieces->n, names, k && k->encode);
	set_template(c, key, &out);
	c->composed |= !alone;
	return 0;
}

static struct flt_place_annotations annotations_of(const struct convert *c)
{
	return (struct flt_place_annotations){ krm_annotation(c->secret, "avp.kubernetes.io/path"),
					       krm_annotation(c->secret,
							      "avp.kubernetes.io/secret-version") };
}

/* *ret_done: placeholders said where the value comes from. */
static int add_placeholders(struct convert *c, kv_str key, kv_str value, const struct flt_external_key *k,
			    bool *ret_done)
{
	struct flt_place_annotations annotations = annotations_of(c);
	struct flt_pieces pieces;
	if (flt_placeholders(c->job, value, &annotations, &pieces) < 0)
		return -1;
	if (pieces.why)
		return refuse(c, kv_arena_printf(c->job->arena, "key %.*s: %s", KV_ARG(key), pieces.why).p,
			      pieces.hint);
	*ret_done = pieces.n > 0;
	c->placeholders |= pieces.n > 0;
	if (!pieces.n)
		return 0;
	if (pieces.n == 1 && !pieces.v->ninner && pieces.v->from == 0 && pieces.v->to == value.n)
		return add_whole(c, key, k, pieces.v, is_raw(c, key));
	if (is_raw(c, key))
		return refuse(c, "a text with placeholders is in data, which must be base64",
			      "write it under stringData");
	if (is_generated(c, key))
		return refuse_generated(c);
	return add_composed(c, key, value, k, &pieces);
}

/* --- one key ------------------------------------------------------------------------------------ */

/* A rule that says from where goes before placeholders. */
static bool says_where(const struct flt_external_key *k)
{
	return k && (k->item.n || k->has_property);
}

/* A key without a value stays one, unless a rule says otherwise: a workload that names it would not start without. */
static int add_key(struct convert *c, kv_str key)
{
	kv_str value = KV_S("");
	bool done = false;
	const struct flt_external_key *k = key_rule(c, key);
	bool empty = !flt_secret_value(c->job, c->secret, key, &value);
	if (empty && !k && c->extract)
		return 0;
	if (kv_str_trim(key, "-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789").n)
		return refuse(c, "a key has other bytes than letters, digits, '-', '_' and '.'",
			      "no cluster takes such a key");
	if (k ? k->literal : empty)
		return add_literal(c, key, value);
	if (k && k->text.n) {
		add_from(c, key, k);
		return 0;
	}
	if (!says_where(k) && add_placeholders(c, key, value, k, &done) < 0)
		return -1;
	if (done)
		return 0;
	struct remote r = remote_of(c, k, key);
	if (!c->extract)
		add_data(c, key, &r);
	if (k && k->encode)
		add_use(c, key, KV_S(" | b64enc"));
	return 0;
}

/* The forms of crypt(3), of LDAP and of htpasswd, and digests as hexadecimal digits. */
static bool is_hash(kv_str value)
{
	static const char *const prefixes[] = { "$2", "$1$", "$5$", "$6$", "$apr1$", "$argon2", "{SHA", "{SSHA" };
	size_t colon = kv_str_chr(value, ':');
	/* Of htpasswd the part behind the user. */
	kv_str text = colon == SIZE_MAX ? value : kv_str_sub(value, colon + 1, value.n);
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (kv_str_starts(text, kv_str_c(prefixes[i])))
			return true;
	return (value.n == 32 || value.n == 40 || value.n == 64 || value.n == 128) &&
	       !kv_str_trim(value, "0123456789abcdefABCDEF").n;
}

/* A placeholder that went through a hash is gone. */
static int check_hashes(struct convert *c, const kv_str *keys, size_t n)
{
	kv_str value;
	for (size_t i = 0; i < n; i++)
		if (c->placeholders && !key_rule(c, keys[i]) &&
		    flt_secret_value(c->job, c->secret, keys[i], &value) && is_hash(value))
			return refuse(c,
				      kv_arena_printf(c->job->arena, "the value of %.*s is a hash, maybe of a placeholder",
						      KV_ARG(keys[i])).p,
				      "give the key a rule of its own under secrets.externalSecrets");
	return 0;
}

/* With other values about, every key of the Secret needs a template of its own. */
static void add_missing_templates(struct convert *c, const kv_str *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!krm_map_find(c->templates.m, keys[i]))
			add_use(c, keys[i], KV_S(""));
}

static int add_keys(struct convert *c)
{
	size_t n;
	kv_str *keys = flt_secret_all_keys(c->job, c->secret, &n);
	c->data = krm_list(c->job->arena, KRM_OF_ANY);
	c->templates = new_map(c);
	for (size_t i = 0; i < n; i++)
		if (add_key(c, keys[i]) < 0)
			return -1;
	if (c->composed)
		add_missing_templates(c, keys, n);
	return check_hashes(c, keys, n);
}

/* --- types ---------------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	const char *keys[2]; /* that the API wants */
	const char *refused, *hint;
} types[] = {
	{ "kubernetes.io/tls", { "tls.crt", "tls.key" }, NULL, NULL },
	{ "kubernetes.io/dockerconfigjson", { ".dockerconfigjson" }, NULL, NULL },
	{ "kubernetes.io/dockercfg", { ".dockercfg" }, NULL, NULL },
	{ "kubernetes.io/ssh-auth", { "ssh-privatekey" }, NULL, NULL },
	{ "kubernetes.io/service-account-token",
	  { NULL },
	  "its type belongs to the cluster, which fills it",
	  "give it a rule with \"skip: true\", and leave it out with a filter" },
	{ "bootstrap.kubernetes.io/token",
	  { NULL },
	  "external-secrets does not take bootstrap tokens",
	  "give it a rule with \"skip: true\", and leave it out with a filter" },
	{ "helm.sh/release.v1",
	  { NULL },
	  "it is Helm's own record of a release",
	  "give it a rule with \"skip: true\", and leave it out with a filter" },
};

static int check_type(struct convert *c, kv_str type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		kv_str value;
		if (!kv_str_eq(type, kv_str_c(types[i].type)))
			continue;
		if (types[i].refused)
			return refuse(c, types[i].refused, types[i].hint);
		for (size_t k = 0; k < 2 && types[i].keys[k]; k++)
			if (!flt_secret_value(c->job, c->secret, kv_str_c(types[i].keys[k]), &value))
				return refuse(c,
					      kv_arena_printf(c->job->arena, "its type %s wants the key %s",
							      types[i].type, types[i].keys[k])
						      .p,
					      "no cluster takes it without");
	}
	return 0;
}

/* --- metadata ------------------------------------------------------------------------------------- */

/* What belongs to the tool that made the Secret, or would change with every release of the chart. */
static bool is_dropped(kv_str key)
{
	static const char *const prefixes[] = { "helm.sh/",
						"meta.helm.sh/",
						"checksum/",
						"app.kubernetes.io/managed-by",
						"kubectl.kubernetes.io/",
						"config.kubernetes.io/",
						"kustomize.config.k8s.io/",
						"internal.config.kubernetes.io/",
						"config.k8s.io/",
						"avp.kubernetes.io/" };
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (kv_str_starts(key, kv_str_c(prefixes[i])))
			return true;
	return false;
}

static void add_metadata(struct convert *c, krm_val metadata, const char *field)
{
	krm_val from = krm_path(c->secret, "metadata", field, NULL), to = new_map(c);
	if (from.kind != KRM_MAP)
		return;
	krm_map_each (from.m, e) {
		struct kv_buf out;
		if (is_dropped(krm_str(e->key)))
			continue;
		kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
		flt_template_literal(&out, krm_str(e->val));
		krm_map_set(c->job->arena, to.m, krm_str(e->key),
			    krm_string(c->job->arena, kv_buf_view(&out)));
	}
	if (krm_map_len(to))
		set(c, metadata, field, to);
}

static krm_val template_tree(struct convert *c, kv_str type)
{
	krm_val template = new_map(c), metadata = new_map(c);
	add_metadata(c, metadata, "labels");
	add_metadata(c, metadata, "annotations");
	if (type.n && !kv_str_eq(type, KV_S("Opaque")))
		set_text(c, template, "type", type);
	if (krm_map_len(c->templates)) {
		set_text(c, template, "engineVersion", KV_S("v2"));
		set_text(c, template, "mergePolicy", c->composed ? KV_S("Replace") : KV_S("Merge"));
	}
	if (krm_map_len(metadata) || c->config->explicit_metadata)
		set(c, template, "metadata", metadata);
	if (krm_map_len(c->templates))
		set(c, template, "data", c->templates);
	return template;
}

/* --- the whole ------------------------------------------------------------------------------------ */

static kv_str said(kv_str rule, kv_str defaults)
{
	return rule.n ? rule : defaults;
}

static krm_val target_tree(struct convert *c, kv_str type)
{
	const struct flt_external_rule *d = &c->config->defaults;
	krm_val target = new_map(c), template = template_tree(c, type),
		immutable = krm_get(c->secret, "immutable");
	set_text(c, target, "name", krm_name(c->secret));
	set_text(c, target, "creationPolicy",
		 said(said(c->rule->creation_policy, d->creation_policy), KV_S("Owner")));
	set_text(c, target, "deletionPolicy", said(c->rule->deletion_policy, d->deletion_policy));
	if (immutable.kind == KRM_BOOL && immutable.b)
		set(c, target, "immutable", krm_bool(true));
	if (krm_map_len(template))
		set(c, target, "template", template);
	return target;
}

static krm_val extract_tree(struct convert *c)
{
	krm_val list = krm_list(c->job->arena, KRM_OF_ANY), entry = new_map(c), extract = new_map(c);
	struct remote r = remote_of(c, NULL, KV_S(""));
	set_text(c, extract, "key", r.item);
	set(c, entry, "extract", extract);
	krm_list_push(c->job->arena, list.l, entry);
	return list;
}

static krm_val spec_tree(struct convert *c, kv_str type)
{
	krm_val spec = new_map(c);
	set_text(c, spec, "refreshInterval",
		 said(c->rule->refresh_interval, c->config->defaults.refresh_interval));
	set(c, spec, "secretStoreRef", store_tree(c, c->store));
	set(c, spec, "target", target_tree(c, type));
	if (krm_list_len(c->data))
		set(c, spec, "data", c->data);
	if (c->extract)
		set(c, spec, "dataFrom", extract_tree(c));
	return spec;
}

/* Of a Secret that nobody renders, and that is used as a whole, only a rule can name the keys. */
static void take_wanted_keys(struct convert *c)
{
	krm_val data = krm_get(c->secret, "stringData");
	if (!c->injected || krm_map_len(data))
		return;
	for (size_t i = 0; i < c->rule->nkeys; i++)
		krm_map_set(c->job->arena, data.m, c->rule->keys[i].name, krm_string_c(c->job->arena, "?"));
}

static int convert(struct convert *c, kv_str api_version, krm_val *ret)
{
	krm_val obj = new_map(c), metadata = new_map(c);
	kv_str type = krm_str(krm_get(c->secret, "type"));
	struct flt_store store = c->rule->store.name.n ? c->rule->store : c->config->defaults.store;
	c->store = (struct flt_store){ expand(c, store.name, KV_S("")), store.kind, store.provider };
	if (!c->store.name.n)
		return refuse(c, "no store is named", "give secrets.externalSecrets a store");
	take_wanted_keys(c);
	c->extract = c->rule->extract || (c->injected && !krm_map_len(krm_get(c->secret, "stringData")));
	if (check_type(c, type) < 0 || add_keys(c) < 0)
		return -1;
	if (!krm_list_len(c->data) && !c->extract)
		return refuse(c, "all its keys are literals",
			      "give it a rule with \"skip: true\", and allow it under secrets.allow");
	set_text(c, metadata, "name", krm_name(c->secret));
	set_text(c, metadata, "namespace", krm_namespace(c->secret));
	set_text(c, obj, "apiVersion", api_version);
	set_text(c, obj, "kind", KV_S("ExternalSecret"));
	set(c, obj, "metadata", metadata);
	set(c, obj, "spec", spec_tree(c, type));
	*ret = obj;
	return 0;
}

/* In the order in which people write them: defaults have come behind the others. */
static krm_val ordered(struct kv_job *job, krm_val map, const char *const *fields)
{
	krm_val sorted = krm_map(job->arena, KRM_OF_ANY);
	if (map.kind != KRM_MAP)
		return map;
	for (size_t i = 0; fields[i]; i++)
		if (krm_has(map, fields[i]))
			krm_map_set_c(job->arena, sorted.m, fields[i], krm_get(map, fields[i]));
	krm_map_each (map.m, e)
		krm_map_set(job->arena, sorted.m, krm_str(e->key), e->val);
	return sorted;
}

static void order(struct kv_job *job, krm_val obj)
{
	static const char *const of_spec[] = {
		"refreshPolicy", "refreshInterval", "secretStoreRef", "target", "data", "dataFrom", NULL
	};
	static const char *const of_target[] = { "name",      "creationPolicy", "deletionPolicy",
						 "immutable", "template",       NULL };
	static const char *const of_template[] = { "type",     "engineVersion", "mergePolicy",
						   "metadata", "data",          NULL };
	krm_val spec = ordered(job, krm_get(obj, "spec"), of_spec);
	krm_val target = ordered(job, krm_get(spec, "target"), of_target);
	if (krm_has(target, "template"))
		krm_map_set(job->arena, target.m, KV_S("template"),
			    ordered(job, krm_get(target, "template"), of_template));
	krm_map_set(job->arena, spec.m, KV_S("target"), target);
	krm_map_set(job->arena, obj.m, KV_S("spec"), spec);
}

static const struct flt_external_rule *find_rule(struct kv_job *job, struct flt_external *e, krm_val obj)
{
	for (size_t i = 0; i < e->nrules; i++)
		if (flt_selector_matches(job, &e->rules[i].resource, obj))
			return &e->rules[i];
	return &e->defaults;
}

static bool is_crd(krm_val obj)
{
	return kv_str_eq(krm_kind(obj), KV_S("CustomResourceDefinition")) &&
	       kv_str_eq(krm_name(obj), KV_S("externalsecrets." GROUP));
}

static bool is_served(krm_val crd, const char *version)
{
	krm_val versions = krm_path(crd, "spec", "versions", NULL);
	for (size_t i = 0; i < krm_list_len(versions); i++) {
		krm_val v = versions.l->v[i], served = krm_get(v, "served");
		if (krm_is_str(krm_get(v, "name"), version) && served.kind == KRM_BOOL && served.b)
			return true;
	}
	return false;
}

/* Releases to 0.15 have v1beta1 alone, those from 0.17 on v1 alone. */
static kv_str api_version_of(const struct flt_external *e, krm_val crd)
{
	if (e->api_version.n)
		return e->api_version;
	bool old = is_crd(crd) && !is_served(crd, "v1") && is_served(crd, "v1beta1");
	return old ? KV_S(GROUP "/v1beta1") : KV_S(GROUP "/v1");
}

static krm_val schema_of(krm_val crd, kv_str api_version)
{
	krm_val versions = krm_path(crd, "spec", "versions", NULL);
	for (size_t i = 0; i < krm_list_len(versions); i++)
		if (kv_str_ends(api_version, krm_str(krm_get(versions.l->v[i], "name"))))
			return krm_path(versions.l->v[i], "schema", "openAPIV3Schema", NULL);
	return krm_nil();
}

static bool has_data(struct kv_job *job, krm_val obj)
{
	size_t n = 0;
	if (flt_is_secret(obj) && !krm_is_str(krm_get(obj, "$patch"), "delete"))
		(void)flt_secret_keys(job, obj, &n);
	return n > 0;
}

/* The provider of the store that an ExternalSecret names: as configured, else of a store in the list. */
static enum flt_provider provider_of(const struct flt_external *e, const struct krm_resources *stores, krm_val obj)
{
	const struct flt_store *configured = &e->defaults.store;
	kv_str name = krm_str(krm_path(obj, "spec", "secretStoreRef", "name", NULL));
	if (configured->provider && kv_str_eq(configured->name, name))
		return configured->provider;
	return flt_provider_of_store(flt_store_of(stores, obj));
}

static int check(struct kv_job *job, const struct flt_external *e, const struct krm_resources *stores,
		 const struct krm_resource *r)
{
	int failed = flt_external_secret_check(job, r);
	return failed | (kv_str_eq(krm_kind(r->obj), KV_S("ExternalSecret")) ?
				 flt_external_secret_check_provider(job, r, provider_of(e, stores, r->obj)) :
				 0);
}

/* What stands in a List stays there. */
static int check_list(struct kv_job *job, struct flt_external *e, struct krm_resource *r)
{
	struct krm_resources one = { .v = &r, .n = 1 }, inner = krm_resources_opened(job->arena, &one);
	int failed = 0;
	for (size_t i = 0; i < inner.n; i++) {
		krm_val obj = inner.v[i]->obj;
		if (inner.v[i] == r || !has_data(job, obj) || find_rule(job, e, obj)->skip)
			continue;
		failed = kv_error_file(job, r->origin.path, "Secret %.*s cannot become an ExternalSecret: it is inside the %.*s %.*s",
				       KV_ARG(krm_name(obj)), KV_ARG(krm_kind(r->obj)), KV_ARG(krm_name(r->obj)));
		kv_note(job, 0, "write its objects one by one, or give it a rule with \"skip: true\"");
	}
	return failed;
}

/* The ExternalSecret, which has the Secret's name, and with it what made that. */
static struct krm_resource *replace(struct kv_job *job, const struct krm_resource *secret, krm_val obj)
{
	struct krm_resource *r = krm_resource_new(job->arena, obj, secret->origin);
	r->in_order = true;
	r->build = secret->build;
	for (size_t i = 0; i < secret->ngenerated; i++)
		if (kv_str_starts(secret->generated[i].path, KV_S("metadata")))
			KV_PUSH(job->arena, r->generated, r->ngenerated, r->generated_cap, secret->generated[i]);
	return r;
}

int flt_external_secrets(struct kv_job *job, struct flt_external *e, krm_val crd,
			 const struct krm_resources *given, struct krm_resources *ret)
{
	struct krm_resources missing = { 0 }, stores = flt_stores(job, given);
	int failed = 0;
	for (size_t i = 0; i < given->n; i++)
		if (is_crd(given->v[i]->obj))
			crd = given->v[i]->obj;
	kv_str api_version = api_version_of(e, crd);
	krm_val schema = e->crd_defaults ? schema_of(crd, api_version) : krm_nil();
	flt_missing_secrets(job, e, given, &missing);
	for (size_t i = 0; i < given->n + missing.n; i++) {
		bool injected = i >= given->n;
		struct krm_resource *r = injected ? missing.v[i - given->n] : given->v[i];
		struct convert c = { .job = job,
				     .config = e,
				     .resource = r,
				     .secret = r->obj,
				     .stores = &stores,
				     .injected = injected };
		krm_val obj;
		c.rule = injected || has_data(job, r->obj) ? find_rule(job, e, r->obj) : NULL;
		if (injected && c.rule->skip)
			continue;
		if (c.rule && !c.rule->skip) {
			if (convert(&c, api_version, &obj) < 0 || flt_fill_defaults(job, schema, obj) < 0) {
				failed = -1;
				continue;
			}
			order(job, obj);
			r = replace(job, r, obj);
		}
		failed |= check(job, e, &stores, r) | check_list(job, e, r);
		krm_resources_push(job->arena, ret, r);
	}
	return failed;
}
