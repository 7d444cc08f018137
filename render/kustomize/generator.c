/* render/kustomize/generator.c: ConfigMaps and Secrets from literals, files and env files
 * (api/internal/generators, api/kv/kv.go, kyaml/yaml/datamap.go). */
#include "base/base64.h"
#include "base/file.h"
#include "base/utf8.h"
#include "render/kustomize/target.h"

struct pairs {
	struct rnd_k_build *b;
	kv_str name; /* of the generated object, for messages */
	krm_val map; /* key -> STRING with the bytes of the source */
};

static int add_pair(struct pairs *p, kv_pos pos, kv_str key, kv_str value)
{
	struct kv_arena *a = p->b->job->arena;

	if (krm_map_find(p->map.m, key))
		return kv_error(p->b->job, pos, "configmap %.*s illegally repeats the key `%.*s`",
				KV_ARG(p->name), KV_ARG(key));
	if (kv_str_eq(key, KV_S("<<"))) /* written without a tag it is YAML's merge key */
		return kv_error(p->b->job, pos, "the key `<<`: map merge requires map or sequence of maps as the value");
	krm_map_set(a, p->map.m, kv_arena_dup(a, key), krm_string(a, value));
	return 0;
}

/* --- env files -------------------------------------------------------------------------------- */

static kv_str trim_left_space(kv_str s)
{
	size_t size;

	while (s.n && kv_rune_is_space(kv_utf8_decode(s, 0, &size)))
		s = kv_str_sub(s, size, s.n);
	return s;
}

static int env_line(struct pairs *p, kv_pos pos, kv_str line, bool first)
{
	kv_str bom = KV_S("\xef\xbb\xbf");
	size_t eq;

	if (!kv_utf8_valid(line))
		return kv_error(p->b->job, pos, "line has invalid utf8 bytes : %.*s", KV_ARG(line));
	if (first && kv_str_starts(line, bom))
		line = kv_str_sub(line, bom.n, line.n);
	line = trim_left_space(line);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	eq = kv_str_chr(line, '=');
	if (eq == 0)
		return 0;
	return add_pair(p, pos, kv_str_sub(line, 0, eq),
			eq == SIZE_MAX ? KV_S("") : kv_str_sub(line, eq + 1, line.n));
}

/* The longest line that bufio.Scanner hands out: a longer one silently ends the file. */
enum { LINE_MAX_BYTES = 65535 };

static int env_file(struct pairs *p, kv_pos pos, kv_str path)
{
	kv_str text, line;
	bool first = true;

	if (rnd_k_load_at(p->b, pos, path, &text) < 0)
		return -1;
	while (kv_str_line(&text, &line) && line.n <= LINE_MAX_BYTES) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (env_line(p, pos, line, first) < 0)
			return -1;
		first = false;
	}
	return 0;
}

/* --- literals and files ----------------------------------------------------------------------- */

static kv_str remove_quotes(kv_str s)
{
	if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '"' && s.p[0] != '\''))
		return s;
	return kv_str_sub(s, 1, s.n - 1);
}

static int literal(struct pairs *p, kv_pos pos, kv_str source)
{
	size_t eq = kv_str_chr(source, '=');

	if (eq == 0 || eq == SIZE_MAX)
		return kv_error(p->b->job, pos, "invalid literal source %.*s, expected key=value",
				KV_ARG(source));
	return add_pair(p, pos, kv_str_sub(source, 0, eq),
			remove_quotes(kv_str_sub(source, eq + 1, source.n)));
}

static int file_source(struct pairs *p, kv_pos pos, kv_str source)
{
	size_t eq = kv_str_chr(source, '=');
	kv_str key = kv_path_base(source), path = source, text;

	if (eq != SIZE_MAX && eq != kv_str_rchr(source, '='))
		return kv_error(p->b->job, pos, "source \"%.*s\" key name or file path contains '='",
				KV_ARG(source));
	if (eq != SIZE_MAX) {
		key = kv_str_sub(source, 0, eq);
		path = kv_str_sub(source, eq + 1, source.n);
		if (key.n == 0)
			return kv_error(p->b->job, pos,
					"missing key name for file path \"%.*s\" in source \"%.*s\"",
					KV_ARG(path), KV_ARG(source));
		if (path.n == 0)
			return kv_error(p->b->job, pos,
					"missing file path for key name \"%.*s\" in source \"%.*s\"",
					KV_ARG(key), KV_ARG(source));
	}
	if (rnd_k_load_at(p->b, pos, path, &text) < 0)
		return -1;
	return add_pair(p, pos, key, text);
}

static int each_source(struct pairs *p, krm_val list, int (*add)(struct pairs *, kv_pos, kv_str))
{
	for (size_t i = 0; i < krm_list_len(list); i++)
		if (add(p, list.l->v[i].pos, krm_str(list.l->v[i])) < 0)
			return -1;
	return 0;
}

/* `env` is put into `envs` where a kustomization file is read, and is not looked at in the configuration of a plugin
 * (FixKustomizationPreMarshalling in api/types/kustomization.go). */
static int collect(struct pairs *p, krm_val config)
{
	if (each_source(p, krm_get(config, "envs"), env_file) < 0 ||
	    each_source(p, krm_get(config, "literals"), literal) < 0 ||
	    each_source(p, krm_get(config, "files"), file_source) < 0)
		return -1;
	return 0;
}

/* --- the object ------------------------------------------------------------------------------- */

/* Broken every 70 characters when it is longer, each line with its feed. */
static kv_str base64_lines(struct kv_arena *a, kv_str s)
{
	enum { LINE = 70 };
	struct kv_buf flat, out;

	kv_buf_init(&flat, a, KV_BUF_MAX);
	kv_base64_encode(&flat, s, false);
	if (flat.n < LINE)
		return kv_buf_view(&flat);
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < flat.n; i += LINE) {
		kv_buf_str(&out, kv_str_sub(kv_buf_view(&flat), i, i + LINE));
		kv_buf_c(&out, '\n');
	}
	return kv_buf_view(&out);
}

/* Whether go-yaml v3 would print the text as a literal block (emitterc.go, analyze_scalar: block_allowed). */
static bool block_allowed(kv_str s)
{
	size_t size;

	for (size_t i = 0; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		bool printable = r == '\n' || r == '\t' || (r >= 0x20 && r <= 0x7e) || r == 0x85 ||
				 (r >= 0xa0 && r <= 0xd7ff) || (r >= 0xe000 && r <= 0xfffd && r != 0xfeff);

		if (!printable || (r == ' ' && (i + 1 == s.n || s.p[i + 1] == '\n')))
			return false;
	}
	return true;
}

/* kustomize asks for a literal block for every text of several lines, and its own parser cannot read a block
 * that begins with a tab. */
static int data_value(struct rnd_k_build *b, kv_pos pos, kv_str text, krm_val *ret)
{
	if (text.n && text.p[0] == '\t' && kv_str_chr(text, '\n') != SIZE_MAX && block_allowed(text))
		return kv_error(b->job, pos,
				"yaml: found a tab character where an indentation space is expected");
	*ret = krm_string(b->job->arena, text);
	if (kv_str_chr(text, '\n') != SIZE_MAX)
		ret->style = KRM_STYLE_LITERAL;
	return 0;
}

static struct krm_map *map_field(struct rnd_k_build *b, krm_val obj, const char *name)
{
	krm_val v = krm_get(obj, name);

	if (v.kind != KRM_MAP) {
		v = krm_map(b->job->arena, KRM_OF_ANY);
		krm_map_set_c(b->job->arena, obj.m, name, v);
	}
	return v.m;
}

static int set_data(struct rnd_k_build *b, krm_val obj, krm_val pairs, kv_pos pos, bool secret)
{
	struct krm_entry **sorted = krm_map_sorted(b->job->arena, pairs.m);

	if (secret)
		map_field(b, obj, "data");
	for (size_t i = 0; i < pairs.m->live; i++) {
		kv_str text = krm_str(sorted[i]->val);
		bool plain = !secret && kv_utf8_valid(text);
		krm_val v;

		if (data_value(b, pos, plain ? text : base64_lines(b->job->arena, text), &v) < 0)
			return -1;
		krm_map_set_key(b->job->arena, map_field(b, obj, plain || secret ? "data" : "binaryData"),
				rnd_k_key(b, krm_str(sorted[i]->key)), v);
	}
	return 0;
}

static void set_text(struct rnd_k_build *b, krm_val map, const char *key, kv_str v)
{
	krm_map_set_text(b->job->arena, map.m, key, v);
}

static krm_val base_object(struct rnd_k_build *b, const char *kind, kv_str name, kv_str namespace)
{
	krm_val obj = krm_map(b->job->arena, KRM_OF_ANY), meta = krm_map(b->job->arena, KRM_OF_ANY);

	set_text(b, obj, "apiVersion", KV_S("v1"));
	set_text(b, obj, "kind", kv_str_c(kind));
	krm_map_set(b->job->arena, obj.m, KV_S("metadata"), meta);
	set_text(b, meta, "name", name);
	if (namespace.n)
		set_text(b, meta, "namespace", namespace);
	return obj;
}

static void set_options(struct rnd_k_build *b, krm_val obj, krm_val options)
{
	static const char *const maps[] = { "labels", "annotations" };
	krm_val meta = krm_get(obj, "metadata");

	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		krm_val from = krm_get(options, maps[i]);

		if (krm_map_len(from) == 0)
			continue;
		struct krm_map *into = map_field(b, meta, maps[i]);

		krm_map_each (from.m, e) {
			krm_map_set_key(b->job->arena, into, rnd_k_key(b, krm_str(e->key)), e->val);
		}
	}
	if (krm_flag(options, "immutable"))
		krm_map_set(b->job->arena, obj.m, KV_S("immutable"), krm_bool(true));
}

static kv_str field(krm_val config, const char *name)
{
	kv_str s = krm_str(krm_get(config, name));

	return s.n ? s : krm_str(krm_path(config, "metadata", name, NULL));
}

static int generate(struct rnd_k_build *b, krm_val config, const char *kind, struct rnd_k_list *ret)
{
	struct pairs p = { b, field(config, "name"), krm_map(b->job->arena, KRM_OF_ANY) };
	bool secret = kv_str_eq(kv_str_c(kind), KV_S("Secret"));
	krm_val options = krm_get(config, "options"), obj, type = krm_get(config, "type");
	struct krm_origin origin = { .path = rnd_k_display(b, b->target->file), .pos = config.pos };
	struct rnd_k_res *res;

	if (p.name.n == 0)
		return kv_error(b->job, config.pos, "a configmap must have a name");
	if (collect(&p, config) < 0)
		return -1;
	obj = base_object(b, kind, p.name, field(config, "namespace"));
	if (secret)
		set_text(b, obj, "type", krm_str(type).n ? krm_str(type) : KV_S("Opaque"));
	if (set_data(b, obj, p.map, config.pos, secret) < 0)
		return -1;
	set_options(b, obj, options);
	origin.generator = secret ? KV_S("secretGenerator") : KV_S("configMapGenerator");
	res = rnd_k_res_new(b, krm_resource_new(b->job->arena, obj, origin));
	res->needs_hash = !krm_flag(options, "disableNameSuffixHash");
	res->behavior = rnd_k_behavior_of(krm_str(krm_get(config, "behavior")));
	res->has_behavior = true;
	KV_PUSH(b->job->arena, ret->v, ret->n, ret->cap, res);
	return 0;
}

int rnd_k_generate_config_map(struct rnd_k_build *b, krm_val config, struct rnd_k_list *ret)
{
	return generate(b, config, "ConfigMap", ret);
}

int rnd_k_generate_secret(struct rnd_k_build *b, krm_val config, struct rnd_k_list *ret)
{
	return generate(b, config, "Secret", ret);
}

krm_val rnd_k_map_over(struct rnd_k_build *b, krm_val under, krm_val over)
{
	krm_val out = krm_map(b->job->arena, KRM_OF_ANY);
	krm_val both[] = { under, over };

	for (size_t i = 0; i < 2; i++) {
		if (both[i].kind != KRM_MAP)
			continue;
		krm_map_each (both[i].m, e) {
			krm_map_set_key(b->job->arena, out.m, e->key, e->val);
		}
	}
	return out;
}

krm_val rnd_k_generator_options(struct rnd_k_build *b, krm_val local, krm_val global)
{
	static const char *const maps[] = { "labels", "annotations" }, *const flags[] = {
		"disableNameSuffixHash", "immutable"
	};
	krm_val out;

	if (global.kind != KRM_MAP)
		return local;
	out = krm_map(b->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < 2; i++) {
		krm_map_set_c(b->job->arena, out.m, maps[i],
			      rnd_k_map_over(b, krm_get(global, maps[i]), krm_get(local, maps[i])));
		krm_map_set_c(b->job->arena, out.m, flags[i],
			      krm_bool(krm_flag(local, flags[i]) || krm_flag(global, flags[i])));
	}
	return out;
}

int rnd_k_generate_iam_policy(struct rnd_k_build *b, krm_val config, struct rnd_k_list *ret)
{
	krm_val service = krm_get(config, "kubernetesService"), account = krm_get(config, "serviceAccount");
	struct krm_origin origin = { .path = rnd_k_display(b, b->target->file), .pos = config.pos };
	krm_val obj, annotations;

	/* api/filters/iampolicygenerator: Google Cloud is the only one there is. */
	if (!kv_str_eq(krm_str(krm_get(config, "cloud")), KV_S("gke")))
		return kv_error(b->job, config.pos, "cloud provider %.*s not supported yet",
				KV_ARG(krm_str(krm_get(config, "cloud"))));
	obj = base_object(b, "ServiceAccount", krm_str(krm_get(service, "name")),
			  krm_str(krm_get(service, "namespace")));
	annotations = krm_map(b->job->arena, KRM_OF_ANY);
	set_text(b, annotations, "iam.gke.io/gcp-service-account",
		 kv_arena_cat(b->job->arena, krm_str(krm_get(account, "name")), KV_S("@"),
			      krm_str(krm_get(account, "projectId")), KV_S(".iam.gserviceaccount.com")));
	krm_map_set(b->job->arena, krm_get(obj, "metadata").m, KV_S("annotations"), annotations);
	KV_PUSH(b->job->arena, ret->v, ret->n, ret->cap,
		rnd_k_res_new(b, krm_resource_new(b->job->arena, obj, origin)));
	return 0;
}
