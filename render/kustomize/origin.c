/* render/kustomize/origin.c: where resources come from, for buildMetadata (api/resource/origin.go, resmap's
 * AddOriginAnnotation and AddTransformerAnnotation). */
#include "base/file.h"
#include "krm/yaml.h"
#include "render/kustomize/internal.h"

static const char key_origin[] = "config.kubernetes.io/origin";
static const char key_transformations[] = "alpha.config.kubernetes.io/transformations";

/* One field as a line, the value quoted where YAML wants it. Nothing for an empty one. */
static void line(struct kv_job *job, struct kv_buf *out, size_t indent, const char *key, kv_str v)
{
	kv_str error;

	if (v.n == 0)
		return;
	kv_buf_fill(out, ' ', indent);
	kv_buf_printf(out, "%s: ", key);
	if (krm_yaml_write_pretty(job, krm_string(job->arena, v), out, &error) < 0)
		kv_buf_lit(out, "\n"); /* cannot be: a string can always be printed */
}

/* The fields in the order of the Go struct. */
static void write_origin(struct rnd_k_build *b, const struct rnd_k_origin *o, bool in_list,
			 struct kv_buf *out)
{
	size_t indent = in_list ? 2 : 0, start = out->n;

	line(b->job, out, indent, "path", o->path);
	line(b->job, out, indent, "repo", o->repo);
	line(b->job, out, indent, "ref", o->ref);
	line(b->job, out, indent, "configuredIn", o->configured_in);
	if (o->by_kind.n || o->by_api_version.n) {
		kv_buf_fill(out, ' ', indent);
		kv_buf_lit(out, "configuredBy:\n");
		line(b->job, out, indent + 2, "apiVersion", o->by_api_version);
		line(b->job, out, indent + 2, "kind", o->by_kind);
		line(b->job, out, indent + 2, "name", o->by_name);
		line(b->job, out, indent + 2, "namespace", o->by_namespace);
	}
	if (out->n == start)
		kv_buf_str(out, in_list ? KV_S("- {}\n") : KV_S("{}\n"));
	else if (in_list)
		out->p[start] = '-';
}

static void set(struct rnd_k_build *b, struct krm_map *annotations, const char *key,
		const struct kv_buf *text)
{
	krm_map_set_text(b->job->arena, annotations, key, kv_buf_view(text));
}

void rnd_k_origin_expose(struct rnd_k_build *b, const struct rnd_k_res *res, struct krm_map *annotations)
{
	struct kv_buf out;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	if (res->origin) {
		write_origin(b, res->origin, false, &out);
		set(b, annotations, key_origin, &out);
	}
	if (!res->ntransformations)
		return;
	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < res->ntransformations; i++)
		write_origin(b, res->transformations[i], true, &out);
	set(b, annotations, key_transformations, &out);
}

static kv_str text(krm_val v, const char *key)
{
	return krm_str(krm_get(v, key));
}

static struct rnd_k_origin *origin_of(struct rnd_k_build *b, krm_val v)
{
	struct rnd_k_origin *o = KV_NEW(b->job->arena, struct rnd_k_origin);
	krm_val by = krm_get(v, "configuredBy");

	*o = (struct rnd_k_origin){ text(v, "path"),         text(v, "repo"),        text(v, "ref"),
				    text(v, "configuredIn"), text(by, "apiVersion"), text(by, "kind"),
				    text(by, "name"),        text(by, "namespace") };
	return o;
}

/* The tree an annotation holds, which is then removed; NIL if there is none or it is no YAML. */
static krm_val take(struct rnd_k_build *b, struct krm_map *annotations, const char *key)
{
	krm_val *v = krm_map_find(annotations, kv_str_c(key)), tree = krm_nil();
	kv_str error;

	if (v && krm_yaml_try(b->job, krm_str(*v), KRM_YAML_PLAIN, &tree, &error) < 0)
		tree = krm_nil();
	krm_map_del(annotations, kv_str_c(key));
	return tree;
}

void rnd_k_origin_absorb(struct rnd_k_build *b, struct rnd_k_res *res, struct krm_map *annotations)
{
	krm_val origin = take(b, annotations, key_origin), list = take(b, annotations, key_transformations);

	res->origin = origin.kind == KRM_MAP ? origin_of(b, origin) : NULL;
	res->ntransformations = 0;
	for (size_t i = 0; i < krm_list_len(list); i++)
		KV_PUSH(b->job->arena, res->transformations, res->ntransformations, res->transformations_cap,
			origin_of(b, list.l->v[i]));
}

struct rnd_k_origin *rnd_k_origin_append(struct rnd_k_build *b, const struct rnd_k_origin *o, kv_str path)
{
	struct rnd_k_origin *n = KV_NEW(b->job->arena, struct rnd_k_origin);
	struct rnd_git_url url;
	kv_str why;

	*n = *o;
	if (rnd_git_url_parse(b->job->arena, path, &url, &why)) {
		n->repo = url.repository;
		n->ref = url.ref;
		n->path = KV_S("");
		/* Where upstream would have cloned it to shows when there is no path. */
		path = kv_path_clean(b->job->arena, url.path);
		if (kv_str_eq(path, KV_S(".")))
			path = KV_S("notCloned");
	}
	n->path = kv_path_clean(b->job->arena,
				kv_arena_cat(b->job->arena, o->path, o->path.n ? KV_S("/") : KV_S(""), path));
	return n;
}

struct rnd_k_origin *rnd_k_origin_builtin(struct rnd_k_build *b, const struct rnd_k_target *t,
					  const char *kind)
{
	struct rnd_k_origin *n;

	if (!t->origin)
		return NULL;
	n = KV_NEW(b->job->arena, struct rnd_k_origin);
	n->repo = t->origin->repo;
	n->ref = t->origin->ref;
	n->configured_in = rnd_k_origin_append(b, t->origin, t->file)->path;
	n->by_api_version = KV_S("builtin");
	n->by_kind = kv_str_c(kind);
	return n;
}

struct rnd_k_origin *rnd_k_origin_custom(struct rnd_k_build *b, const struct rnd_k_res *config)
{
	struct rnd_k_origin *n;
	krm_val obj = config->r->obj;

	if (!config->origin)
		return NULL;
	n = KV_NEW(b->job->arena, struct rnd_k_origin);
	*n = (struct rnd_k_origin){ .repo = config->origin->repo,
				    .ref = config->origin->ref,
				    .configured_in = config->origin->path,
				    .by_api_version = krm_api_version(obj),
				    .by_kind = krm_kind(obj),
				    .by_name = krm_name(obj),
				    .by_namespace = krm_namespace(obj) };
	return n;
}

void rnd_k_origin_transformed(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_origin *by)
{
	for (size_t i = 0; by && i < acc->list.n; i++) {
		struct rnd_k_res *res = acc->list.v[i];

		if (!res->origin)
			res->origin = by; /* made by the transformer, not changed by it */
		else
			KV_PUSH(b->job->arena, res->transformations, res->ntransformations,
				res->transformations_cap, by);
		rnd_k_annotate(b, res);
	}
}
