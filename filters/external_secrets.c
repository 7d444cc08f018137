/* filters/external_secrets.c: one Secret to one ExternalSecret. docs/secrets.md has the forms. */
#include "filters/external_secrets.h"

#include "base/re.h"
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
	krm_map_set(c->job->arena, map.m, kv_str_c(key), v);
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

/* --- placeholders ------------------------------------------------------------------------------- */

struct place {
	kv_str vault, item, property;
	size_t from, to; /* in the value */
};

#define PLACEHOLDER                                                                                          \
	"(?:ref\\+)?op://([^/\\s\"']+)/([^/\\s\"']+)/([^\\s\"'@:,;#&?]+)"                                    \
	"|ref\\+[a-z0-9]+://([^#\\s\"']+)#/?([\\w./-]+)"                                                     \
	"|<path:([^#>\\s]+)#([^#>\\s|]+)>"

static kv_str group(kv_str text, struct kv_re_span span)
{
	return span.from == SIZE_MAX ? KV_S("") : kv_str_sub(text, span.from, span.to);
}

static void read_place(kv_str text, const struct kv_re_span *s, struct place *ret)
{
	kv_str op = group(text, s[2]), ref = group(text, s[4]);
	*ret = (struct place){ .vault = group(text, s[1]), .from = s[0].from, .to = s[0].to };
	ret->item = op.n ? op : ref.n ? ref : group(text, s[6]);
	ret->property = group(text, s[op.n ? 3 : ref.n ? 5 : 7]);
}

/* The placeholders of a value, in their order. */
static int find_places(struct convert *c, kv_str value, struct place **ret, size_t *ret_n)
{
	struct kv_re_walk walk;
	struct kv_re_span spans[8];
	struct place *v = NULL;
	size_t n = 0, cap = 0;
	kv_str error;
	const struct kv_re *re = kv_re_get(c->job, KV_S(PLACEHOLDER), &error);
	if (!re)
		return kv_error(c->job, 0, "%.*s", KV_ARG(error));
	kv_re_walk(c->job, re, value, &walk);
	while (kv_re_next(&walk, spans, 8)) {
		struct place p;
		read_place(value, spans, &p);
		KV_PUSH(c->job->arena, v, n, cap, p);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

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

/* The values of the template are Go templates. */
static void escape(struct kv_buf *out, kv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (i + 1 < text.n && text.p[i] == '{' && text.p[i + 1] == '{') {
			kv_buf_lit(out, "{{ \"{{\" }}");
			i++;
		} else {
			kv_buf_c(out, text.p[i]);
		}
	}
}

static bool is_identifier(kv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		bool letter = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
		if (!letter && !(i && ch >= '0' && ch <= '9'))
			return false;
	}
	return s.n > 0;
}

/* "{{ .name }}" for what Go can name, else "{{ index . "the.name" }}". */
static void use(struct kv_buf *out, kv_str name, const char *function)
{
	if (is_identifier(name))
		kv_buf_printf(out, "{{ .%.*s%s }}", KV_ARG(name), function);
	else
		kv_buf_printf(out, "{{ index . \"%.*s\"%s }}", KV_ARG(name), function);
}

static void set_template(struct convert *c, kv_str key, const struct kv_buf *text)
{
	krm_map_set(c->job->arena, c->templates.m, key, krm_string(c->job->arena, kv_buf_view(text)));
}

static void add_literal(struct convert *c, kv_str key, kv_str value)
{
	struct kv_buf out;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	escape(&out, value);
	set_template(c, key, &out);
}

/* A name for a value that is no key of the Secret. */
static kv_str part_name(struct convert *c, kv_str key, size_t i)
{
	kv_str name = kv_arena_printf(c->job->arena, "%.*s_%zu", KV_ARG(key), i + 1);
	char *p = (char *)(uintptr_t)name.p;
	for (size_t k = 0; k < name.n; k++)
		if (!is_identifier(kv_str_sub(name, k, k + 1)) && !(k && p[k] >= '0' && p[k] <= '9'))
			p[k] = '_';
	return name;
}

static struct remote remote_of_place(struct convert *c, const struct place *p)
{
	return (struct remote){ store_of(c, p->vault), p->item, p->property, KV_S(""), KV_S("") };
}

static void add_composed(struct convert *c, kv_str key, kv_str value, const struct place *places, size_t n)
{
	struct kv_buf out;
	size_t at = 0;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		kv_str name = part_name(c, key, i);
		struct remote r = remote_of_place(c, &places[i]);
		add_data(c, name, &r);
		escape(&out, kv_str_sub(value, at, places[i].from));
		use(&out, name, "");
		at = places[i].to;
	}
	escape(&out, kv_str_sub(value, at, value.n));
	set_template(c, key, &out);
	c->composed = true;
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

static void add_encoded(struct convert *c, kv_str key)
{
	struct kv_buf out;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	use(&out, key, " | b64enc");
	set_template(c, key, &out);
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

static int add_key(struct convert *c, kv_str key)
{
	kv_str value;
	struct place *places = NULL;
	size_t n = 0;
	const struct flt_external_key *k = key_rule(c, key);
	if (!flt_secret_value(c->job, c->secret, key, &value))
		return 0;
	if (kv_str_trim(key, "-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789").n)
		return refuse(c, "a key has other bytes than letters, digits, '-', '_' and '.'",
			      "no cluster takes such a key");
	if (k && k->literal && c->injected)
		return refuse(c, "nobody renders it, so the value of a literal is not known",
			      "take \"literal\" out of the rule");
	if (k && k->literal && is_generated(c, key))
		return refuse_generated(c);
	if (k && k->literal) {
		add_literal(c, key, value);
		return 0;
	}
	if (k && k->text.n) {
		add_from(c, key, k);
		return 0;
	}
	if (find_places(c, value, &places, &n) < 0)
		return -1;
	c->placeholders |= n > 0;
	bool composed = n && (n > 1 || places[0].from > 0 || places[0].to < value.n);
	if (composed && is_generated(c, key))
		return refuse_generated(c);
	if (composed) {
		add_composed(c, key, value, places, n);
		return 0;
	}
	struct remote r = n ? remote_of_place(c, &places[0]) : remote_of(c, k, key);
	if (!c->extract || n)
		add_data(c, key, &r);
	if (k && k->encode)
		add_encoded(c, key);
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
	struct kv_buf out;
	for (size_t i = 0; i < n; i++) {
		if (krm_map_find(c->templates.m, keys[i]))
			continue;
		kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
		use(&out, keys[i], "");
		set_template(c, keys[i], &out);
	}
}

static int add_keys(struct convert *c)
{
	size_t n;
	kv_str *keys = flt_secret_keys(c->job, c->secret, &n);
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
						"config.k8s.io/" };
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
		escape(&out, krm_str(e->val));
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
		failed = kv_error_file(job, r->origin.path, "Secret %.*s cannot become an ExternalSecret: it stands in %.*s %.*s",
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
		struct convert c = {
			.job = job, .config = e, .resource = r, .secret = r->obj, .injected = injected
		};
		krm_val obj;
		c.rule = injected || has_data(job, r->obj) ? find_rule(job, e, r->obj) : NULL;
		if (injected && c.rule->skip)
			continue;
		if (c.rule && !c.rule->skip) {
			if (convert(&c, api_version, &obj) < 0 || flt_fill_defaults(job, schema, obj) < 0) {
				failed = -1;
				continue;
			}
			r = replace(job, r, obj);
		}
		failed |= check(job, e, &stores, r) | check_list(job, e, r);
		krm_resources_push(job->arena, ret, r);
	}
	return failed;
}
