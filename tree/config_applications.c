/* tree/config_applications.c: the field applications of a source. docs/argocd.md explains it. */
#include "render/kustomize/build.h"
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

static int text(struct tree_reader *r, krm_val v, void *into)
{
	kv_str *s = into;
	if (tree_read_string(r, v, s) < 0)
		return -1;
	return s->n ? 0 : kv_error(r->job, v.pos, "the string is empty");
}

static int files(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_applications *a = into;
	return tree_read_list(r, v, sizeof *a->files, text, &a->files, &a->nfiles);
}

static int repositories(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_applications *a = into;
	return tree_read_list(r, v, sizeof *a->repositories, text, &a->repositories, &a->nrepositories);
}

static int labels(struct tree_reader *r, krm_val v, void *into)
{
	kv_str value;
	int failed = 0;
	(void)into;
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	krm_map_each (v.m, e)
		if (tree_read_text(r, e->val, &value) < 0)
			failed = -1;
	return failed;
}

static int cluster_text(struct tree_reader *r, krm_val v, void *into)
{
	(void)into;
	return tree_read_text(r, v, &(kv_str){ 0 });
}

static const struct tree_field cluster_fields[] = {
	{ "name", VENDOR, cluster_text, .shape = TREE_TEXT },
	{ "server", VENDOR, cluster_text, .shape = TREE_TEXT },
	{ "project", VENDOR, cluster_text, .shape = TREE_TEXT },
	{ "labels", VENDOR, labels, .shape = TREE_LABELS },
	{ "annotations", VENDOR, labels, .shape = TREE_LABELS },
};
static const struct tree_fields cluster_rows = TREE_FIELDS(cluster_fields);

/* They are kept as they stand there: the generator makes parameters of them. */
static int clusters(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_applications *a = into;
	int failed = 0;
	if (v.kind != KRM_LIST)
		return tree_wrong(r, v, "a list");
	for (size_t i = 0; i < v.l->n; i++) {
		if (tree_read_fields(r, v.l->v[i], cluster_fields, KV_COUNT(cluster_fields), a) < 0)
			failed = -1;
		else if (!krm_has(v.l->v[i], "name") || !krm_has(v.l->v[i], "server"))
			failed = kv_error(r->job, v.l->v[i].pos, "a cluster needs a \"name\" and a \"server\"");
	}
	a->clusters = v;
	return failed;
}

static int filter(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_filter(r, v, &((struct tree_applications *)into)->select);
}

static int pattern(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_pattern(r, v, into);
}

static int nested(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_applications *a = into;
	return tree_read_list(r, v, sizeof *a->nested, pattern, &a->nested, &a->nnested);
}

static const struct tree_field fields[] = {
	{ "files", VENDOR, files, .shape = TREE_TEXTS,
	  .help = "Files and folders with Applications, ApplicationSets, HelmReleases, Kustomizations of Flux." },
	{ "repositories", VENDOR, repositories, .shape = TREE_TEXTS,
	  .help = "Addresses that this repository has besides its Git remotes." },
	{ "clusters", VENDOR, clusters, .shape = TREE_MANY, .rows = &cluster_rows,
	  .help = "The clusters for the generator clusters." },
	{ "nested", VENDOR, nested, .shape = TREE_TEXTS,
	  .help = "Names of objects that render further ones; patterns." },
	{ "filter", VENDOR, filter, .shape = TREE_ONE, .rows = &tree_filter_rows,
	  .help = "The objects to render." },
};
const struct tree_fields tree_applications_rows = TREE_FIELDS(fields);

int tree_read_applications(struct tree_reader *r, krm_val v, struct tree_applications **ret)
{
	struct tree_applications *a = KV_NEW(r->job->arena, struct tree_applications);
	a->pos = v.pos;
	if (tree_read_fields(r, v, fields, KV_COUNT(fields), a) < 0)
		return -1;
	if (!a->nfiles)
		return kv_error(r->job, v.pos, "\"files\" is missing: it says where the applications are");
	*ret = a;
	return 0;
}
