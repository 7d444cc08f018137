/* render/chart/repository.c: see repository.h. */
#include "render/chart/repository.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "krm/yaml.h"
#include "render/chart/archive.h"
#include "render/semver.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void put(struct kv_job *job, krm_val map, const char *key, krm_val v)
{
	krm_map_set_c(job->arena, map.m, key, v);
}

static krm_val text(struct kv_job *job, kv_str s)
{
	return krm_string(job->arena, s);
}

/* --- entries of an index ---------------------------------------------------------------------- */

#define VERSION(name, type, member)                                                                          \
	{                                                                                                    \
		name, type, offsetof(struct rnd_chart_version, member), NULL                                 \
	}
static const struct rnd_field version_fields[] = {
	VERSION("urls", RND_FIELD_STRINGS, urls),
	VERSION("created", RND_FIELD_STRING, created),
	VERSION("removed", RND_FIELD_BOOL, removed),
	VERSION("digest", RND_FIELD_STRING, digest),
};
#undef VERSION

static const struct rnd_struct version_type = {
	"ChartVersion", { "repo", "repo" },    sizeof(struct rnd_chart_version),
	version_fields, COUNT(version_fields),
};

static const struct rnd_field index_fields[] = {
	{ "apiVersion", RND_FIELD_STRING, offsetof(struct rnd_index, api_version), NULL },
	{ "generated", RND_FIELD_STRING, offsetof(struct rnd_index, generated), NULL },
	{ "annotations", RND_FIELD_STRMAP, offsetof(struct rnd_index, annotations), NULL },
};

static const struct rnd_struct index_type = {
	"IndexFile", { "repo", "repo" }, sizeof(struct rnd_index), index_fields, COUNT(index_fields),
};

void rnd_index_init(struct kv_job *job, struct rnd_index *index, kv_str generated)
{
	*index = (struct rnd_index){ .api_version = KV_S("v1"), .generated = generated };
	kv_map_init(&index->entries, job->arena);
}

static struct rnd_chart_versions *versions_of(struct kv_job *job, struct rnd_index *index, kv_str name)
{
	void **slot = kv_map_slot(&index->entries, name);
	if (!*slot)
		*slot = KV_NEW(job->arena, struct rnd_chart_versions);
	return *slot;
}

static void add_version(struct kv_job *job, struct rnd_chart_versions *list, struct rnd_chart_version *v)
{
	KV_PUSH(job->arena, list->v, list->n, list->cap, v);
}

/* Helm tells of entries that it skips on standard error; the readers of ours cannot change them. */
static bool is_valid(struct kv_job *job, struct rnd_chart_version *v)
{
	kv_str why;
	if (v->metadata.api_version.n == 0)
		v->metadata.api_version = KV_S("v1");
	return rnd_metadata_validate(job, &v->metadata, &why) == 0 ||
	       kv_str_starts(why, KV_S("validation: more than one dependency with name or alias"));
}

static int read_entry(struct kv_job *job, enum rnd_engine engine, struct rnd_chart_versions *list,
		      krm_val tree, kv_str *ret_error)
{
	if (tree.kind == KRM_NIL)
		return 0;
	struct rnd_chart_version *v = KV_NEW(job->arena, struct rnd_chart_version);
	if (rnd_metadata_decode(job, engine, tree, &v->metadata, ret_error) ||
	    rnd_decode(job, engine, tree, &version_type, v, ret_error))
		return -1;
	if (is_valid(job, v))
		add_version(job, list, v);
	return 0;
}

static int read_entries(struct kv_job *job, enum rnd_engine engine, krm_val entries, struct rnd_index *index,
			kv_str *ret_error)
{
	if (entries.kind != KRM_MAP)
		return 0;
	krm_map_each (entries.m, e) {
		struct rnd_chart_versions *list = versions_of(job, index, krm_str(e->key));
		for (size_t i = 0; e->val.kind == KRM_LIST && i < e->val.l->n; i++)
			if (read_entry(job, engine, list, e->val.l->v[i], ret_error))
				return -1;
	}
	return 0;
}

int rnd_index_parse(struct kv_job *job, enum rnd_engine engine, kv_str path, kv_str bytes, struct rnd_index *ret,
		    kv_str *ret_error)
{
	kv_str error;
	krm_val tree;
	rnd_index_init(job, ret, KV_S(""));
	ret->api_version = KV_S("");
	if (bytes.n == 0)
		error = KV_S("empty index.yaml file");
	else if (krm_yaml_try(job, bytes, KRM_YAML_HELM_TYPED, &tree, &error) ||
		 rnd_decode(job, engine, tree, &index_type, ret, &error) ||
		 read_entries(job, engine, tree.kind == KRM_MAP ? krm_get(tree, "entries") : krm_nil(), ret,
			      &error))
		;
	else if (ret->api_version.n == 0)
		error = KV_S("no API version specified");
	else {
		rnd_index_sort(job, ret);
		return 0;
	}
	*ret_error = kv_arena_printf(job->arena, "error loading %.*s: %.*s", KV_ARG(path), KV_ARG(error));
	return -1;
}

int rnd_index_read(struct kv_job *job, enum rnd_engine engine, kv_str path, struct rnd_index *ret,
		   kv_str *ret_error)
{
	kv_str bytes;
	return kv_file_read(job, path, &bytes) ? -1
					       : rnd_index_parse(job, engine, path, bytes, ret, ret_error);
}

/* --- order and search ------------------------------------------------------------------------- */

struct ranked {
	struct rnd_chart_version *v;
	struct rnd_semver version;
	bool valid;
	size_t at;
};

/* Downwards; what is no version last, equal ones as they came. */
static int by_version(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = x->valid && y->valid ? rnd_semver_cmp(&y->version, &x->version) : y->valid - x->valid;
	return order ? order : x->at < y->at ? -1 : 1;
}

static void sort_versions(struct kv_job *job, struct rnd_chart_versions *list)
{
	struct ranked *ranked = KV_NEW_N(job->arena, struct ranked, list->n + 1);
	kv_str ignored;
	for (size_t i = 0; i < list->n; i++) {
		ranked[i] = (struct ranked){ .v = list->v[i], .at = i };
		ranked[i].valid = rnd_semver_parse(job->arena, list->v[i]->metadata.version,
						   &ranked[i].version, &ignored) == 0;
	}
	qsort(ranked, list->n, sizeof *ranked, by_version);
	for (size_t i = 0; i < list->n; i++)
		list->v[i] = ranked[i].v;
}

void rnd_index_sort(struct kv_job *job, struct rnd_index *index)
{
	for (size_t i = 0; i < index->entries.n; i++)
		sort_versions(job, index->entries.entries[i].value);
}

static const struct rnd_chart_version *choose(struct kv_job *job, const struct rnd_chart_versions *list,
					      kv_str version, const struct rnd_constraints *allowed)
{
	kv_str *versions = KV_NEW_N(job->arena, kv_str, list->n);
	for (size_t i = 0; i < list->n; i++)
		versions[i] = list->v[i]->metadata.version;
	size_t found = rnd_version_choose(job->arena, versions, list->n, version, allowed);
	return found < list->n ? list->v[found] : NULL;
}

int rnd_index_get(struct kv_job *job, const struct rnd_index *index, kv_str name, kv_str version,
		  const struct rnd_chart_version **ret, kv_str *ret_error)
{
	const struct rnd_chart_versions *list = kv_map_get(&index->entries, name);
	*ret_error = !list ? KV_S("no chart name found") : KV_S("no chart version found");
	if (!list || list->n == 0)
		return -1;
	const struct rnd_constraints *allowed =
		rnd_constraints_parse(job->arena, rnd_version_default(version, false), ret_error);
	if (!allowed)
		return -1;
	const struct rnd_chart_version *found = choose(job, list, version, allowed);
	if (!found) {
		*ret_error = kv_arena_printf(job->arena, "no chart version found for %.*s-%.*s", KV_ARG(name),
					     KV_ARG(version));
		return -1;
	}
	*ret = found;
	return 0;
}

void rnd_index_merge(struct kv_job *job, struct rnd_index *into, const struct rnd_index *from)
{
	const struct rnd_chart_version *ignored;
	kv_str why;
	for (size_t i = 0; i < from->entries.n; i++) {
		const struct rnd_chart_versions *list = from->entries.entries[i].value;
		for (size_t k = 0; k < list->n; k++) {
			const struct rnd_metadata *m = &list->v[k]->metadata;
			if (rnd_index_get(job, into, m->name, m->version, &ignored, &why))
				add_version(job, versions_of(job, into, m->name), list->v[k]);
		}
	}
}

/* --- an index of a folder --------------------------------------------------------------------- */

struct folder {
	struct kv_job *job;
	enum rnd_engine engine;
	kv_str url, now;
	struct rnd_index *index;
	kv_str error;
};

/* urlutil.URLJoin where it matters: path.Join behind "scheme://host". */
static kv_str join_url(struct kv_arena *a, kv_str base, kv_str name)
{
	size_t scheme = kv_str_find(base, KV_S("://"), 0);
	if (base.n == 0 || scheme == SIZE_MAX)
		return kv_path_join(a, base, name);
	kv_str rest = kv_str_sub(base, scheme + 3, base.n);
	size_t slash = kv_str_chr(rest, '/');
	kv_str host = kv_str_sub(rest, 0, slash),
	       path = slash == SIZE_MAX ? KV_S("/") : kv_str_sub(rest, slash, rest.n);
	path = name.n ? kv_path_join(a, path, name) : kv_path_clean(a, path);
	return kv_arena_cat(a, kv_str_sub(base, 0, scheme + 3), host, path);
}

static int add_archive(struct folder *f, kv_str path, kv_str below, kv_str name)
{
	struct kv_job *job = f->job;
	struct rnd_files files;
	struct rnd_chart *chart;
	kv_str bytes, error;
	kv_pos pos;
	if (kv_file_read(job, path, &bytes))
		return -1;
	if (!rnd_archive_looks_right(job, path, bytes, &error) ||
	    rnd_archive_read(job, f->engine, bytes, NULL, &files, &error) ||
	    rnd_chart_files(job, f->engine, &files, path, &chart, &error, &pos))
		return 0;
	struct rnd_chart_version *v = KV_NEW(job->arena, struct rnd_chart_version);
	kv_str url = f->url.n || below.n ? join_url(job->arena, f->url, below) : KV_S("");
	*v = (struct rnd_chart_version){ .metadata = *chart->metadata,
					 .created = f->now,
					 .digest = kv_digest_hex(job->arena, KV_SHA256, bytes) };
	v->urls = (struct rnd_strings){ KV_NEW(job->arena, kv_str), 1, true };
	*v->urls.v = url.n ? join_url(job->arena, url, name) : name;
	add_version(job, versions_of(job, f->index, chart->metadata->name), v);
	return 0;
}

/* The archives of one folder, and with `deeper` those of its subfolders: Helm looks one level down. */
static int add_folder(struct folder *f, kv_str dir, kv_str below, bool deeper)
{
	struct kv_dirent *entries;
	size_t n;
	if (kv_dir_read(f->job, dir, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(f->job->arena, dir, entries[i].name);
		bool is_dir = kv_input_kind(f->job, path) == KV_FILE_DIR;
		if (deeper != is_dir)
			continue;
		if (is_dir ? add_folder(f, path, entries[i].name, false)
			   : kv_str_ends(path, KV_S(".tgz")) && add_archive(f, path, below, entries[i].name))
			return -1;
	}
	return 0;
}

int rnd_index_folder(struct kv_job *job, enum rnd_engine engine, kv_str dir, kv_str url, kv_str now,
		     struct rnd_index *ret, kv_str *ret_error)
{
	struct folder f = { .job = job, .engine = engine, .url = url, .now = now, .index = ret };
	rnd_index_init(job, ret, now);
	/* A folder that is not there holds no archives. */
	if (kv_input_kind(job, dir) != KV_FILE_DIR)
		return 0;
	if (add_folder(&f, dir, KV_S(""), false) == 0 && add_folder(&f, dir, KV_S(""), true) == 0)
		return 0;
	*ret_error = f.error;
	return -1;
}

/* --- trees ------------------------------------------------------------------------------------ */

static krm_val version_tree(struct kv_job *job, const struct rnd_chart_version *v)
{
	krm_val tree = rnd_metadata_tree(job, &v->metadata), urls = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < v->urls.n; i++)
		krm_list_push(job->arena, urls.l, text(job, v->urls.v[i]));
	put(job, tree, "urls", urls);
	put(job, tree, "created", text(job, v->created.n ? v->created : KV_S("0001-01-01T00:00:00Z")));
	if (v->removed)
		put(job, tree, "removed", krm_bool(true));
	if (v->digest.n)
		put(job, tree, "digest", text(job, v->digest));
	return tree;
}

krm_val rnd_index_tree(struct kv_job *job, const struct rnd_index *index)
{
	krm_val tree = krm_map(job->arena, KRM_OF_ANY), entries = krm_map(job->arena, KRM_OF_ANY);
	put(job, tree, "apiVersion", text(job, index->api_version));
	put(job, tree, "generated", text(job, index->generated));
	for (size_t i = 0; i < index->entries.n; i++) {
		const struct rnd_chart_versions *list = index->entries.entries[i].value;
		krm_val items = krm_list(job->arena, KRM_OF_ANY);
		for (size_t k = 0; k < list->n; k++)
			krm_list_push(job->arena, items.l, version_tree(job, list->v[k]));
		krm_map_set(job->arena, entries.m, index->entries.entries[i].key, items);
	}
	krm_val sorted = krm_map(job->arena, KRM_OF_ANY);
	struct krm_entry **in_order = krm_map_sorted(job->arena, entries.m);
	for (size_t i = 0; i < entries.m->live; i++)
		krm_map_set_key(job->arena, sorted.m, in_order[i]->key, in_order[i]->val);
	put(job, tree, "entries", sorted);
	if (index->annotations.kind == KRM_MAP && index->annotations.m->live)
		put(job, tree, "annotations", index->annotations);
	return tree;
}

/* --- repositories.yaml ------------------------------------------------------------------------ */

#define REPOSITORY(name, type, member)                                                                       \
	{                                                                                                    \
		name, type, offsetof(struct rnd_repository, member), NULL                                    \
	}
static const struct rnd_field repository_fields[] = {
	REPOSITORY("name", RND_FIELD_STRING, name),
	REPOSITORY("url", RND_FIELD_STRING, url),
	REPOSITORY("username", RND_FIELD_STRING, username),
	REPOSITORY("password", RND_FIELD_STRING, password),
	REPOSITORY("certFile", RND_FIELD_STRING, cert_file),
	REPOSITORY("keyFile", RND_FIELD_STRING, key_file),
	REPOSITORY("caFile", RND_FIELD_STRING, ca_file),
	REPOSITORY("insecure_skip_tls_verify", RND_FIELD_BOOL, insecure),
	REPOSITORY("pass_credentials_all", RND_FIELD_BOOL, pass_credentials),
};
#undef REPOSITORY

static const struct rnd_struct repository_type = {
	"Entry",           { "repo", "repo" },       sizeof(struct rnd_repository),
	repository_fields, COUNT(repository_fields),
};

static const struct rnd_field repositories_fields[] = {
	{ "apiVersion", RND_FIELD_STRING, offsetof(struct rnd_repositories, api_version), NULL },
	{ "generated", RND_FIELD_STRING, offsetof(struct rnd_repositories, generated), NULL },
	{ "repositories", RND_FIELD_STRUCTS, offsetof(struct rnd_repositories, list), &repository_type },
};

static const struct rnd_struct repositories_type = {
	"File",
	{ "repo", "repo" },
	sizeof(struct rnd_repositories),
	repositories_fields,
	COUNT(repositories_fields),
};

int rnd_repositories_read(struct kv_job *job, enum rnd_engine engine, kv_str bytes,
			  struct rnd_repositories *ret, kv_str *ret_error)
{
	krm_val tree;
	*ret = (struct rnd_repositories){ .generated = KV_S("0001-01-01T00:00:00Z") };
	return krm_yaml_try(job, bytes, KRM_YAML_HELM_TYPED, &tree, ret_error)
		       ? -1
		       : rnd_decode(job, engine, tree, &repositories_type, ret, ret_error);
}

const struct rnd_repository *rnd_repositories_find(const struct rnd_repositories *all, kv_str name)
{
	for (size_t i = 0; i < all->list.n; i++) {
		const struct rnd_repository *r = all->list.v[i];
		if (r && kv_str_eq(r->name, name))
			return r;
	}
	return NULL;
}

void rnd_repositories_put(struct kv_job *job, struct rnd_repositories *all, struct rnd_repository *one)
{
	struct rnd_pointers *list = &all->list;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] && kv_str_eq(((struct rnd_repository *)list->v[i])->name, one->name)) {
			list->v[i] = one;
			return;
		}
	void **more = KV_NEW_N(job->arena, void *, list->n + 1);
	if (list->n)
		memcpy(more, list->v, list->n * sizeof *more);
	more[list->n++] = one;
	list->v = more;
}

bool rnd_repositories_remove(struct rnd_repositories *all, kv_str name)
{
	size_t n = 0;
	bool found = false;
	for (size_t i = 0; i < all->list.n; i++) {
		struct rnd_repository *r = all->list.v[i];
		if (r && kv_str_eq(r->name, name))
			found = true;
		else if (r)
			all->list.v[n++] = r;
	}
	all->list.n = n;
	return found;
}

static krm_val repository_tree(struct kv_job *job, const struct rnd_repository *r)
{
	krm_val tree = krm_map(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < COUNT(repository_fields); i++) {
		const struct rnd_field *f = &repository_fields[i];
		const char *at = (const char *)r + f->offset;
		put(job, tree, f->name,
		    f->type == RND_FIELD_BOOL ? krm_bool(*(const bool *)at) : text(job, *(const kv_str *)at));
	}
	return tree;
}

krm_val rnd_repositories_tree(struct kv_job *job, const struct rnd_repositories *all)
{
	krm_val tree = krm_map(job->arena, KRM_OF_ANY), list = krm_list(job->arena, KRM_OF_ANY);
	put(job, tree, "apiVersion", text(job, all->api_version));
	put(job, tree, "generated", text(job, all->generated));
	for (size_t i = 0; i < all->list.n; i++)
		if (all->list.v[i])
			krm_list_push(job->arena, list.l, repository_tree(job, all->list.v[i]));
	put(job, tree, "repositories", list);
	return tree;
}
