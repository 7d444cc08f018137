/* render/chart/metadata.c: Chart.yaml read and validated (helm: pkg/chart/metadata.go, dependency.go). */
#include <strings.h>

#include "base/map.h"
#include "base/utf8.h"
#include "krm/yaml.h"
#include "render/chart/load.h"
#include "render/semver.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct rnd_field maintainer_fields[] = {
	{ "name", RND_FIELD_STRING, offsetof(struct rnd_maintainer, name), NULL },
	{ "email", RND_FIELD_STRING, offsetof(struct rnd_maintainer, email), NULL },
	{ "url", RND_FIELD_STRING, offsetof(struct rnd_maintainer, url), NULL },
};

static const struct rnd_struct maintainer_type = {
	"Maintainer",      { "v2", "chart" },        sizeof(struct rnd_maintainer),
	maintainer_fields, COUNT(maintainer_fields),
};

#define DEPENDENCY(name, type, member)                                                                       \
	{                                                                                                    \
		name, type, offsetof(struct rnd_dependency, member), NULL                                    \
	}
static const struct rnd_field dependency_fields[] = {
	DEPENDENCY("name", RND_FIELD_STRING, name),
	DEPENDENCY("version", RND_FIELD_STRING, version),
	DEPENDENCY("repository", RND_FIELD_STRING, repository),
	DEPENDENCY("condition", RND_FIELD_STRING, condition),
	DEPENDENCY("tags", RND_FIELD_STRINGS, tags),
	DEPENDENCY("enabled", RND_FIELD_BOOL, enabled),
	DEPENDENCY("import-values", RND_FIELD_LIST, import_values),
	DEPENDENCY("alias", RND_FIELD_STRING, alias),
};
#undef DEPENDENCY

static const struct rnd_struct dependency_type = {
	"Dependency",      { "v2", "chart" },        sizeof(struct rnd_dependency),
	dependency_fields, COUNT(dependency_fields),
};

#define METADATA(name, type, member, item)                                                                   \
	{                                                                                                    \
		name, type, offsetof(struct rnd_metadata, member), item                                      \
	}
static const struct rnd_field metadata_fields[] = {
	METADATA("name", RND_FIELD_STRING, name, NULL),
	METADATA("home", RND_FIELD_STRING, home, NULL),
	METADATA("sources", RND_FIELD_STRINGS, sources, NULL),
	METADATA("version", RND_FIELD_STRING, version, NULL),
	METADATA("description", RND_FIELD_STRING, description, NULL),
	METADATA("keywords", RND_FIELD_STRINGS, keywords, NULL),
	METADATA("maintainers", RND_FIELD_STRUCTS, maintainers, &maintainer_type),
	METADATA("icon", RND_FIELD_STRING, icon, NULL),
	METADATA("apiVersion", RND_FIELD_STRING, api_version, NULL),
	METADATA("condition", RND_FIELD_STRING, condition, NULL),
	METADATA("tags", RND_FIELD_STRING, tags, NULL),
	METADATA("appVersion", RND_FIELD_STRING, app_version, NULL),
	METADATA("deprecated", RND_FIELD_BOOL, deprecated, NULL),
	METADATA("annotations", RND_FIELD_STRMAP, annotations, NULL),
	METADATA("kubeVersion", RND_FIELD_STRING, kube_version, NULL),
	METADATA("dependencies", RND_FIELD_STRUCTS, dependencies, &dependency_type),
	METADATA("type", RND_FIELD_STRING, type, NULL),
};
#undef METADATA

static const struct rnd_struct metadata_type = {
	"Metadata", { "v2", "chart" }, sizeof(struct rnd_metadata), metadata_fields, COUNT(metadata_fields),
};

#define LOCK(name, type, member, item)                                                                       \
	{                                                                                                    \
		name, type, offsetof(struct rnd_lock, member), item                                          \
	}
static const struct rnd_field lock_fields[] = {
	LOCK("generated", RND_FIELD_TIME, generated, NULL),
	LOCK("digest", RND_FIELD_STRING, digest, NULL),
	LOCK("dependencies", RND_FIELD_STRUCTS, dependencies, &dependency_type),
};
#undef LOCK

static const struct rnd_struct lock_type = {
	"Lock", { "v2", "chart" }, sizeof(struct rnd_lock), lock_fields, COUNT(lock_fields),
};

/* The largest Chart.yaml has 100 KB. What templates see of it takes five times its tree. */
#define MEMORY_OF_METADATA ((size_t)4 << 20)

static int read_struct(struct kv_job *job, enum rnd_engine engine, kv_str text, const struct rnd_struct *type, void *into,
		       krm_val *ret_tree, kv_str *ret_error)
{
	size_t memory = kv_job_narrow(job, MEMORY_OF_METADATA);
	int rc = krm_yaml_try(job, text, KRM_YAML_HELM_TYPED, ret_tree, ret_error) ||
				 rnd_decode(job, engine, *ret_tree, type, into, ret_error)
			 ? -1
			 : 0;
	job->limits.memory = memory;
	return rc;
}

int rnd_lock_read(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_lock **ret,
		  kv_str *ret_error)
{
	krm_val doc;
	struct rnd_lock *lock = KV_NEW(job->arena, struct rnd_lock);
	if (read_struct(job, engine, text, &lock_type, lock, &doc, ret_error))
		return -1;
	*ret = doc.kind == KRM_NIL ? NULL : lock;
	return 0;
}

int rnd_metadata_decode(struct kv_job *job, enum rnd_engine engine, krm_val tree, struct rnd_metadata *m,
			kv_str *ret_error)
{
	return rnd_decode(job, engine, tree, &metadata_type, m, ret_error);
}

int rnd_metadata_read(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_metadata *m,
		      kv_str *ret_error)
{
	krm_val tree;
	return read_struct(job, engine, text, &metadata_type, m, &tree, ret_error);
}

/* encoding/json takes a field by its name in any case. */
static const struct rnd_field *find_field(const struct rnd_struct *type, kv_str name)
{
	for (size_t i = 0; i < type->nfields; i++)
		if (name.n == strlen(type->fields[i].name) &&
		    strncasecmp(name.p, type->fields[i].name, name.n) == 0)
			return &type->fields[i];
	return NULL;
}

/* Structs nest as deep as the tables say. */
static kv_str find_unknown(struct kv_job *job, const struct rnd_struct *type, krm_val tree)
{
	kv_str unknown = { 0 };
	if (tree.kind != KRM_MAP)
		return unknown;
	struct krm_entry **sorted = krm_map_sorted(job->arena, tree.m);
	for (size_t i = 0; i < tree.m->live && !unknown.p; i++) {
		const struct rnd_field *f = find_field(type, krm_str(sorted[i]->key));
		if (!f)
			return krm_str(sorted[i]->key);
		for (size_t k = 0;
		     f->item && sorted[i]->val.kind == KRM_LIST && k < sorted[i]->val.l->n && !unknown.p; k++)
			unknown = find_unknown(job, f->item, sorted[i]->val.l->v[k]);
	}
	return unknown;
}

kv_str rnd_metadata_unknown(struct kv_job *job, krm_val tree)
{
	return find_unknown(job, &metadata_type, tree);
}

/* --- validation ------------------------------------------------------------------------------- */

/* White space becomes a blank, what cannot be printed goes. */
static void sanitize(struct kv_job *job, kv_str *s)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	size_t size;
	for (size_t i = 0; i < s->n; i += size) {
		uint32_t rune = kv_utf8_decode(*s, i, &size);
		if (kv_rune_is_space(rune))
			kv_buf_c(&b, ' ');
		else if (kv_rune_is_print(rune))
			kv_buf_rune(&b, rune);
	}
	*s = kv_buf_view(&b);
}

static void sanitize_all(struct kv_job *job, struct rnd_strings *list)
{
	for (size_t i = 0; i < list->n; i++)
		sanitize(job, &list->v[i]);
}

static bool is_alias(kv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-')
			return false;
	}
	return s.n > 0;
}

/* An empty text if the names and the version are fine. */
static kv_str check_head(struct kv_job *job, const struct rnd_metadata *m)
{
	struct rnd_semver version;
	kv_str why;
	if (m->api_version.n == 0)
		return KV_S("chart.metadata.apiVersion is required");
	if (m->name.n == 0)
		return KV_S("chart.metadata.name is required");
	if (kv_str_eq(m->name, KV_S(".")) || kv_str_eq(m->name, KV_S("..")))
		return kv_arena_printf(job->arena, "chart.metadata.name %.*s is not allowed",
				       KV_ARG(rnd_quoted(job, m->name)));
	bool slash = kv_str_chr(m->name, '/') != SIZE_MAX;
	if (slash && !kv_str_eq(m->name, KV_S("/")))
		return kv_arena_printf(job->arena, "chart.metadata.name %.*s is invalid",
				       KV_ARG(rnd_quoted(job, m->name)));
	if (m->version.n == 0)
		return KV_S("chart.metadata.version is required");
	if (rnd_semver_parse(job->arena, m->version, &version, &why))
		return kv_arena_printf(job->arena, "chart.metadata.version %.*s is invalid",
				       KV_ARG(rnd_quoted(job, m->version)));
	if (m->type.n && !kv_str_eq(m->type, KV_S("application")) && !kv_str_eq(m->type, KV_S("library")))
		return KV_S("chart.metadata.type must be application or library");
	return KV_S("");
}

static kv_str check_dependencies(struct kv_job *job, struct rnd_metadata *m)
{
	struct kv_map seen;
	kv_map_init(&seen, job->arena);
	for (size_t i = 0; i < m->dependencies.n; i++) {
		struct rnd_dependency *d = rnd_dependency_at(m, i);
		if (!d)
			return KV_S("dependencies must not contain empty or null nodes");
		sanitize(job, &d->name);
		sanitize(job, &d->version);
		sanitize(job, &d->repository);
		sanitize(job, &d->condition);
		sanitize_all(job, &d->tags);
		if (d->alias.n && !is_alias(d->alias))
			return kv_arena_printf(job->arena,
					       "dependency %.*s has disallowed characters in the alias",
					       KV_ARG(rnd_quoted(job, d->name)));
		if (kv_map_put(&seen, d->alias.n ? d->alias : d->name, d))
			return kv_arena_printf(job->arena, "more than one dependency with name or alias %.*s",
					       KV_ARG(rnd_quoted(job, d->alias.n ? d->alias : d->name)));
	}
	return KV_S("");
}

int rnd_metadata_validate(struct kv_job *job, struct rnd_metadata *m, kv_str *ret_error)
{
	kv_str *texts[] = { &m->name,      &m->description, &m->home,        &m->icon,
			    &m->condition, &m->tags,        &m->app_version, &m->kube_version };
	for (size_t i = 0; i < COUNT(texts); i++)
		sanitize(job, texts[i]);
	sanitize_all(job, &m->sources);
	sanitize_all(job, &m->keywords);
	kv_str error = check_head(job, m);
	for (size_t i = 0; i < m->maintainers.n && !error.n; i++) {
		struct rnd_maintainer *who = m->maintainers.v[i];
		if (!who) {
			error = KV_S("maintainers must not contain empty or null nodes");
			break;
		}
		sanitize(job, &who->name);
		sanitize(job, &who->email);
		sanitize(job, &who->url);
	}
	if (!error.n)
		error = check_dependencies(job, m);
	if (!error.n)
		return 0;
	*ret_error = kv_arena_cat(job->arena, KV_S("validation: "), error);
	return -1;
}
