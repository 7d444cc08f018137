/* render/chart/manifest.c: see manifest.h (helm: pkg/releaseutil/manifest.go, manifest_sorter.go,
 * kind_sorter.go). */
#include "render/chart/manifest.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/num.h"
#include "base/utf8.h"
#include "krm/yaml.h"
#include "render/log.h"

/* --- splitting -------------------------------------------------------------------------------- */

/* \s of a regular expression. */
static bool is_re_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

/* The next separator at or after `from`. Helm 3: (?:^|\s*\n)---\s*; Helm 4: (?m)^---[ \t]*. */
static bool find_separator(enum rnd_engine engine, kv_str text, size_t from, size_t *ret_from, size_t *ret_to)
{
	for (size_t at = from;; at++) {
		at = kv_str_find(text, KV_S("---"), at);
		if (at == SIZE_MAX)
			return false;
		if (at > 0 && text.p[at - 1] != '\n')
			continue;
		size_t begin = at, end = at + 3;
		/* Helm 3 takes the line feed too; one that the separator before took is not there any more. */
		if (engine == RND_HELM3 && at > 0) {
			if (at == from)
				continue;
			while (begin > from && is_re_space(text.p[begin - 1]))
				begin--;
		}
		while (end < text.n && (engine == RND_HELM3 ? is_re_space(text.p[end])
							    : text.p[end] == ' ' || text.p[end] == '\t'))
			end++;
		*ret_from = begin;
		*ret_to = end;
		return true;
	}
}

struct rnd_strings rnd_manifest_split(struct kv_job *job, enum rnd_engine engine, kv_str text, size_t most)
{
	struct rnd_strings docs = { 0 };
	size_t cap = 0;
	text = engine == RND_HELM3 ? kv_str_trim_space(text) : kv_str_trim_space_left(text);
	size_t at = 0, from = 0, to = 0;
	bool more = true;
	while (more && docs.n < most) {
		more = find_separator(engine, text, at, &from, &to);
		kv_str doc = kv_str_sub(text, at, more ? from : text.n);
		at = to;
		/* Helm 3 leaves out what is empty before it trims, Helm 4 what is empty after. */
		if (engine == RND_HELM3 ? doc.n == 0 : kv_str_trim_space_left(doc).n == 0)
			continue;
		doc = engine == RND_HELM3 ? kv_str_trim_space(doc) : kv_str_trim_space_left(doc);
		KV_PUSH(job->arena, docs.v, docs.n, cap, doc);
	}
	return docs;
}

/* --- heads ------------------------------------------------------------------------------------ */

struct head_metadata {
	kv_str name;
	krm_val annotations;
};

struct head {
	kv_str api_version, kind;
	struct head_metadata *metadata;
};

static const struct rnd_field head_metadata_fields[] = {
	{ "name", RND_FIELD_STRING, offsetof(struct head_metadata, name), NULL },
	{ "annotations", RND_FIELD_STRMAP, offsetof(struct head_metadata, annotations), NULL },
};
static const char head_metadata_go[] =
	"struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string "
	"\"json:\\\"annotations\\\"\" }";
static const struct rnd_struct head_metadata_type = {
	"", { head_metadata_go, head_metadata_go }, sizeof(struct head_metadata), head_metadata_fields, 2,
};
static const struct rnd_field head_fields[] = {
	{ "apiVersion", RND_FIELD_STRING, offsetof(struct head, api_version), NULL },
	{ "kind", RND_FIELD_STRING, offsetof(struct head, kind), NULL },
	{ "metadata", RND_FIELD_STRUCT, offsetof(struct head, metadata), &head_metadata_type },
};
static const struct rnd_struct head_type = {
	"SimpleHead", { "util", "releaseutil" }, sizeof(struct head), head_fields, 3,
};

static krm_val kept_annotations(struct kv_arena *a, krm_val annotations)
{
	if (annotations.kind != KRM_MAP)
		return annotations;
	krm_val kept = krm_map(a, annotations.m->type);
	kept.flags = annotations.flags;
	krm_map_each (annotations.m, e)
		krm_map_set(a, kept.m, krm_str(e->key), krm_string(a, krm_str(e->val)));
	return kept;
}

/* A text with the same head that may be much shorter. */
static kv_str head_text(struct kv_job *scratch, kv_str text)
{
	static const char *const fields[] = { "apiVersion", "kind", "metadata" };
	struct kv_buf head;
	kv_buf_init(&head, scratch->arena, KV_BUF_MAX);
	return krm_yaml_excerpt(scratch, text, fields, 3, &head) ? kv_buf_view(&head) : text;
}

/* Most heads are read from an excerpt; a list of 2 MB in flow style takes as much. */
#define MEMORY_OF_HEAD ((size_t)24 << 20)

/* The tree of the document is a temporary of `scratch`; only the head is kept. */
static int read_head(struct kv_job *job, struct kv_job *scratch, enum rnd_engine engine, kv_str text,
		     struct rnd_head *ret, kv_str *ret_error)
{
	krm_val doc;
	struct head h = { 0 };
	kv_str error;
	if (krm_yaml_try(scratch, head_text(scratch, text), KRM_YAML_HELM_TYPED, &doc, &error) ||
	    rnd_decode(scratch, engine, doc, &head_type, &h, &error)) {
		*ret_error = kv_arena_dup(job->arena, error);
		return -1;
	}
	*ret = (struct rnd_head){ .api_version = kv_arena_dup(job->arena, h.api_version),
				  .kind = kv_arena_dup(job->arena, h.kind),
				  .has_metadata = h.metadata };
	if (h.metadata) {
		ret->name = kv_arena_dup(job->arena, h.metadata->name);
		ret->annotations = kept_annotations(job->arena, h.metadata->annotations);
	}
	return 0;
}

bool rnd_next_word(struct kv_arena *a, kv_str *list, kv_str *ret)
{
	size_t comma = kv_str_chr(*list, ','), size;
	struct kv_buf lower;
	if (!list->p)
		return false;
	kv_str word = kv_str_trim_space(kv_str_sub(*list, 0, comma));
	*list = comma == SIZE_MAX ? (kv_str){ 0 } : kv_str_sub(*list, comma + 1, list->n);
	kv_buf_init(&lower, a, KV_BUF_MAX);
	for (size_t i = 0; i < word.n; i += size)
		kv_buf_rune(&lower, kv_rune_lower(kv_utf8_decode(word, i, &size)));
	*ret = kv_buf_view(&lower);
	return true;
}

static bool known_event(kv_str word)
{
	static const char *const events[] = { "pre-install",  "post-install",  "pre-delete",
					      "post-delete",  "pre-upgrade",   "post-upgrade",
					      "pre-rollback", "post-rollback", "test", "test-success" };
	for (size_t i = 0; i < KV_COUNT(events); i++)
		if (kv_str_eq(word, kv_str_c(events[i])))
			return true;
	return false;
}

/* What the annotation of a hook says; false if one of its words names no event. */
static bool read_events(struct kv_job *job, kv_str list, bool *ret_test)
{
	struct kv_arena_mark mark = kv_arena_mark(job->scratch);
	bool known = true;
	kv_str word;
	*ret_test = false;
	while (known && rnd_next_word(job->scratch, &list, &word)) {
		known = known_event(word);
		*ret_test |= kv_str_starts(word, KV_S("test"));
		kv_arena_release(job->scratch, mark);
	}
	return known;
}

static int hook_weight(const struct rnd_head *head)
{
	krm_val *v = krm_map_find(head->annotations.m, KV_S("helm.sh/hook-weight"));
	int64_t i;
	if (!v || kv_num_parse_int(krm_str(*v), 10, &i) != KV_NUM_OK || i < INT32_MIN || i > INT32_MAX)
		return 0;
	return (int)i;
}

/* --- order ------------------------------------------------------------------------------------ */

/* InstallOrder. The last two are in it since Helm 4. */
static const char *const install_order[] = {
	"PriorityClass",
	"Namespace",
	"NetworkPolicy",
	"ResourceQuota",
	"LimitRange",
	"PodSecurityPolicy",
	"PodDisruptionBudget",
	"ServiceAccount",
	"Secret",
	"SecretList",
	"ConfigMap",
	"StorageClass",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"CustomResourceDefinition",
	"ClusterRole",
	"ClusterRoleList",
	"ClusterRoleBinding",
	"ClusterRoleBindingList",
	"Role",
	"RoleList",
	"RoleBinding",
	"RoleBindingList",
	"Service",
	"DaemonSet",
	"Pod",
	"ReplicationController",
	"ReplicaSet",
	"Deployment",
	"HorizontalPodAutoscaler",
	"StatefulSet",
	"Job",
	"CronJob",
	"IngressClass",
	"Ingress",
	"APIService",
	"MutatingWebhookConfiguration",
	"ValidatingWebhookConfiguration",
};

static size_t kind_rank(enum rnd_engine engine, kv_str kind)
{
	size_t n = sizeof install_order / sizeof *install_order - (engine == RND_HELM3 ? 2 : 0);
	for (size_t i = 0; i < n; i++)
		if (kv_str_eq(kind, kv_str_c(install_order[i])))
			return i;
	return n;
}

struct ranked {
	const struct rnd_manifest *m;
	size_t rank;
	bool unknown;
};

/* Known kinds by rank, unknown ones behind them by name; else as they came. */
static int by_kind(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	int c = x->unknown ? kv_str_cmp(x->m->head.kind, y->m->head.kind) : 0;
	return c ? c : (x->m > y->m) - (x->m < y->m);
}

static void sort_by_kind(struct kv_job *job, enum rnd_engine engine, struct rnd_manifests *list)
{
	struct ranked *ranked = KV_NEW_N(job->arena, struct ranked, list->n);
	size_t known = sizeof install_order / sizeof *install_order - (engine == RND_HELM3 ? 2 : 0);
	for (size_t i = 0; i < list->n; i++) {
		size_t rank = kind_rank(engine, list->v[i].head.kind);
		ranked[i] = (struct ranked){ &list->v[i], rank, rank == known };
	}
	qsort(ranked, list->n, sizeof *ranked, by_kind);
	struct rnd_manifest *sorted = KV_NEW_N(job->arena, struct rnd_manifest, list->n);
	for (size_t i = 0; i < list->n; i++)
		sorted[i] = *ranked[i].m;
	list->v = sorted;
	list->cap = list->n;
}

static int by_path(const void *a, const void *b)
{
	return kv_str_cmp(((const struct rnd_file *)a)->name, ((const struct rnd_file *)b)->name);
}

/* --- sorting ---------------------------------------------------------------------------------- */

/* A document of a file: a hook, a manifest, or, with an unknown hook word, nothing. */
static void add_document(struct kv_job *job, enum rnd_engine engine, struct rnd_manifest m, struct rnd_manifests *hooks,
			 struct rnd_manifests *manifests)
{
	const krm_val *hook = m.head.annotations.kind == KRM_MAP ? krm_map_find(m.head.annotations.m, KV_S("helm.sh/hook")) : NULL;
	kv_str words = hook ? krm_str(*hook) : KV_S("");
	if (!hook) {
		KV_PUSH(job->arena, manifests->v, manifests->n, manifests->cap, m);
		return;
	}
	if (!read_events(job, words, &m.is_test)) {
		if (engine == RND_HELM4)
			rnd_log4(job, "INFO", "skipping unknown hooks", "hookTypes", words, NULL);
		else
			rnd_log(job, engine, "manifest_sorter.go:199",
				kv_arena_cat(job->arena, KV_S("info: skipping unknown hook: "), rnd_quoted(job, words)));
		return;
	}
	m.weight = hook_weight(&m.head);
	KV_PUSH(job->arena, hooks->v, hooks->n, hooks->cap, m);
}

static int yaml_error(struct kv_job *job, const struct rnd_manifest *m, kv_str why, kv_str *ret_error,
		      kv_pos *ret_pos)
{
	kv_str name = kv_arena_cat(job->arena, m->path, KV_S(RND_AS_RENDERED));
	krm_val ignored;
	/* Helm's text has a line at best. */
	if (!job->imitating && krm_yaml_read(job, name, m->text, KRM_YAML_HELM, &ignored) < 0)
		return -1;
	size_t memory = kv_job_narrow(job, MEMORY_OF_HEAD);
	*ret_pos = rnd_yaml_error_pos(job, name, m->text, why);
	job->limits.memory = memory;
	*ret_error = kv_arena_cat(job->arena, KV_S("YAML parse error on "), m->path, KV_S(": "), why);
	return -1;
}

/* A document and, if its head cannot be read, why. */
struct document {
	struct rnd_manifest m;
	bool bad;
	kv_str why;
};

struct documents {
	enum rnd_engine engine;
	struct document *v;
	size_t n, cap, bytes;
};

/* -1: there are too many. */
static int split(struct kv_job *job, const struct rnd_file *file, struct documents *docs)
{
	size_t most = job->limits.documents - docs->n;
	struct rnd_strings texts = rnd_manifest_split(job, docs->engine, file->data, most + 1);
	if (texts.n > most)
		return -1;
	for (size_t i = 0; i < texts.n; i++) {
		struct document d = { .m = { .path = file->name, .text = texts.v[i] } };
		KV_PUSH(job->arena, docs->v, docs->n, docs->cap, d);
		docs->bytes += texts.v[i].n;
	}
	return 0;
}

/* Up to the first that is bad. */
static int read_heads(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct documents *docs = arg;
	struct kv_job *scratch = kv_job_beside(job);
	bool bad = false;
	kv_job_narrow(scratch, MEMORY_OF_HEAD);
	for (size_t i = from; i < to && !bad; i++) {
		struct document *d = &docs->v[i];
		bad = d->bad = read_head(job, scratch, docs->engine, d->m.text, &d->m.head, &d->why);
		kv_job_reset(scratch);
	}
	kv_job_free(scratch);
	return 0;
}

/* The document at which half of all bytes are behind us. */
static size_t middle_of(const struct documents *docs)
{
	size_t i = 0;
	for (size_t done = 0; i < docs->n && done < docs->bytes / 2; i++)
		done += docs->v[i].m.text.n;
	return i;
}

/* Less is read before a thread has started. */
#define WORTH_A_THREAD ((size_t)256 << 10)

static int read_all_heads(struct kv_job *job, struct documents *docs)
{
	return docs->bytes < WORTH_A_THREAD ? read_heads(job, docs, 0, docs->n)
					    : kv_job_halves(job, middle_of(docs), docs->n, read_heads, docs);
}

int rnd_manifests_sort(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files,
		       struct rnd_manifests *ret_hooks, struct rnd_manifests *ret_manifests,
		       kv_str *ret_error, kv_pos *ret_pos)
{
	struct rnd_manifests hooks = { 0 }, manifests = { 0 };
	struct rnd_file *sorted = KV_NEW_N(job->arena, struct rnd_file, files->n);
	struct documents docs = { .engine = engine };
	int failed;
	if (files->n)
		memcpy(sorted, files->v, files->n * sizeof *sorted);
	qsort(sorted, files->n, sizeof *sorted, by_path);
	for (size_t i = 0; i < files->n; i++)
		if (!kv_str_starts(kv_path_base(sorted[i].name), KV_S("_")) && split(job, &sorted[i], &docs)) {
			*ret_error = kv_arena_printf(job->arena, "too many documents in %.*s (limit %zu in all)",
						     KV_ARG(sorted[i].name), job->limits.documents);
			return -1;
		}
	failed = read_all_heads(job, &docs);
	for (size_t i = 0; i < docs.n && !failed; i++) {
		const struct document *d = &docs.v[i];
		if (d->bad)
			failed = yaml_error(job, &d->m, d->why, ret_error, ret_pos);
		else
			add_document(job, engine, d->m, &hooks, &manifests);
	}
	*ret_hooks = hooks;
	if (failed)
		return -1;
	sort_by_kind(job, engine, &hooks);
	sort_by_kind(job, engine, &manifests);
	*ret_hooks = hooks;
	*ret_manifests = manifests;
	return 0;
}
