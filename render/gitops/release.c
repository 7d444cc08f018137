/* render/gitops/release.c: renders a chart with its values to resources. */
#include "base/file.h"
#include "render/chart/complete.h"
#include "render/gitops/internal.h"

int rnd_gitops_load_folder(struct rnd_gitops_run *r, const struct rnd_gitops_place *place,
			   struct rnd_gitops_chart *c)
{
	c->place = *place;
	return rnd_chart_load(r->job, place->dir, c->release.engine, &c->chart);
}

int rnd_gitops_load_archive(struct rnd_gitops_run *r, const struct rnd_chart_asked *asked,
			    struct rnd_gitops_chart *c)
{
	kv_str bytes, version, values;

	c->place = (struct rnd_gitops_place){ .dir = KV_S("") };
	if (!r->options->fetcher)
		return kv_error_missing(r->job, c->pos, "the chart '%.*s' %.*s of %.*s needs fetching first",
					KV_ARG(asked->name), KV_ARG(asked->version), KV_ARG(asked->repository));
	if (rnd_fetch_chart(r->options->fetcher, c->pos, asked, &bytes, &version) < 0)
		return -1;
	return rnd_chart_load_archive(r->job,
				      kv_arena_cat(r->job->arena, asked->name, KV_S("-"), version, KV_S(".tgz")),
				      bytes, c->release.engine, &c->chart, &values);
}

/* --- values ------------------------------------------------------------------------------------- */

int rnd_gitops_add_values(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str name, kv_str text)
{
	kv_str error;
	krm_val v;

	if (rnd_values_read(r->job, c->release.engine, kv_source_add(r->job, name, text), text, &v, &error) < 0)
		return rnd_chart_error(r->job, rnd_values_error_pos(r->job, c->release.engine, name, text, error),
				       kv_arena_cat(r->job->arena, KV_S("failed to parse "), name, KV_S(": "), error));
	if (c->release.values.kind != KRM_MAP)
		c->release.values = krm_map(r->job->arena, KRM_OF_ANY);
	c->release.values = rnd_values_merge(r->job, c->release.values, v);
	return 0;
}

int rnd_gitops_chart_file(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str path, kv_str *ret)
{
	*ret = (kv_str){ 0 };
	path = kv_path_clean(r->job->arena, path);
	if (c->place.dir.n) {
		kv_str file = kv_path_join(r->job->arena, c->place.dir, path);

		return kv_input_kind(r->job, file) == KV_FILE_NONE ? 0 : kv_file_read(r->job, file, ret);
	}
	if (kv_str_eq(path, KV_S("values.yaml")))
		*ret = c->chart->values_text;
	for (size_t i = 0; i < c->chart->files.n; i++)
		if (kv_str_eq(c->chart->files.v[i].name, path))
			*ret = c->chart->files.v[i].data;
	return 0;
}

void rnd_gitops_add_set(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, enum rnd_set_kind kind, kv_str text)
{
	struct rnd_set_arg arg = { kind, text };

	KV_PUSH(r->job->arena, c->release.sets, c->release.nsets, c->sets_cap, arg);
}

/* --- the release -------------------------------------------------------------------------------- */

void rnd_gitops_capabilities(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str kube_version,
			     krm_val versions)
{
	c->release.kube_version = kube_version.n ? kube_version : r->options->helm_kube_version;
	c->release.api_versions = r->options->helm_api_versions;
	c->release.napi_versions = r->options->nhelm_api_versions;
	if (!krm_list_len(versions))
		return;
	c->release.api_versions = NULL;
	c->release.napi_versions = 0;
	for (size_t i = 0; i < krm_list_len(versions); i++)
		KV_PUSH(r->job->arena, c->release.api_versions, c->release.napi_versions, c->versions_cap,
			rnd_gitops_text(r, versions.l->v[i]));
}

/* Argo CD and Flux run `helm dependency build` where a chart lacks what it depends on. */
static int complete(struct rnd_gitops_run *r, struct rnd_gitops_chart *c)
{
	return rnd_chart_complete(r->job, c->pos, c->release.engine, r->options->fetcher, c->chart, c->place.dir,
				  c->place.root);
}

int rnd_gitops_template(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, struct krm_resources *ret)
{
	struct rnd_release *release = &c->release;
	struct krm_origin origin = { .chart = c->chart->metadata->name };
	struct kv_buf out;
	size_t before = ret->n;

	release->chance = r->options->chance;
	release->chance.seed = kv_arena_cat(r->job->arena, release->chance.seed, KV_S("/"), release->namespace,
					    KV_S("/"), release->name);
	release->lenient = true;
	kv_buf_init(&out, r->job->arena, r->job->limits.output_bytes);
	if (complete(r, c) < 0 || rnd_chart_template(r->job, c->chart, release, &out) < 0)
		return -1;
	if (krm_resources_read(r->job, kv_arena_cat(r->job->arena, KV_S("chart "), origin.chart), kv_buf_view(&out),
			       origin, KRM_READ_LENIENT, ret) < 0)
		return -1;
	for (size_t i = before; i < ret->n; i++)
		ret->v[i]->origin.chart = origin.chart;
	return 0;
}
