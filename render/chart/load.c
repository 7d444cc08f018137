/* render/chart/load.c: directories and archives to charts (helm: pkg/chart/loader, internal/sympath). */
#include "render/chart/load.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "base/utf8.h"
#include "krm/yaml.h"
#include "render/chart/archive.h"
#include "render/chart/ignore.h"
#include "render/log.h"

/* Charts in charts in charts: deeper nesting than any registry holds, shallow enough for the stack. */
#define CHART_DEPTH_MAX 50

int rnd_chart_error(struct kv_job *job, kv_pos pos, kv_str text)
{
	return job->imitating ? kv_error_verbatim(job, pos, kv_arena_cat(job->arena, KV_S("Error: "), text))
			      : kv_error(job, pos, "%.*s", KV_ARG(text));
}

/* --- a folder --------------------------------------------------------------------------------- */

struct walk {
	struct kv_job *job;
	enum rnd_engine engine;
	kv_str top;
	struct rnd_ignore *rules;
	struct rnd_files files;
	size_t depth;
	kv_str error;
};

static int walk_fail(struct walk *w, kv_str error)
{
	w->error = error;
	return -1;
}

/* A file of a chart that the walk has not come to. */
static int read_file(struct kv_job *job, kv_str path, kv_str *ret)
{
	size_t limit = kv_job_narrow_files(job, RND_CHART_FILE_MAX);
	int rc = kv_file_read(job, path, ret);
	job->limits.file_bytes = limit;
	return rc;
}

static int add_file(struct walk *w, kv_str path, kv_str name)
{
	kv_str text = { 0 };
	struct stat st;
	bool large = kv_file_stat(path, &st) && (size_t)st.st_size > RND_CHART_FILE_MAX;
	if (!large && kv_file_read(w->job, path, &text))
		return -1;
	if (large || text.n > RND_CHART_FILE_MAX)
		return walk_fail(
			w, kv_arena_printf(
				   w->job->arena, "chart file %.*s is larger than the maximum file size %zu",
				   KV_ARG(rnd_quoted(w->job, kv_path_base(name))), RND_CHART_FILE_MAX));
	if (kv_str_starts(text, KV_S("\xEF\xBB\xBF")))
		text = kv_str_sub(text, 3, text.n);
	if (w->files.n >= w->job->limits.archive_files)
		return walk_fail(w, kv_arena_printf(w->job->arena, "too many files in chart (limit %zu)",
						    w->job->limits.archive_files));
	KV_PUSH(w->job->arena, w->files.v, w->files.n, w->files.cap, ((struct rnd_file){ name, text }));
	return 0;
}

static kv_str without_last(kv_str path)
{
	size_t slash = kv_str_rchr(path, '/');
	return kv_str_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

/* What filepath.EvalSymlinks says of an absolute path that cannot be followed: the first part that is not there. */
static kv_str symlink_error(struct kv_arena *a, kv_str path)
{
	kv_str at = KV_S(""), part;
	char target[4096];
	for (size_t links = 0; path.n;) {
		size_t slash = kv_str_chr(path, '/');
		part = kv_str_sub(path, 0, slash);
		path = slash == SIZE_MAX ? KV_S("") : kv_str_sub(path, slash + 1, path.n);
		if (!part.n || kv_str_eq(part, KV_S(".")))
			continue;
		if (kv_str_eq(part, KV_S(".."))) {
			at = without_last(at);
			continue;
		}
		at = kv_arena_cat(a, at, KV_S("/"), part);
		if (kv_file_kind_link(at) == KV_FILE_NONE)
			return kv_arena_cat(a, KV_S("lstat "), at, KV_S(": no such file or directory"));
		ssize_t n = readlink(kv_arena_cstr(a, at), target, sizeof target);
		if (n < 0)
			continue;
		if (++links > 255)
			return KV_S("EvalSymlinks: too many links");
		path = kv_arena_cat(a, kv_str_of(target, (size_t)n), KV_S("/"), path);
		at = target[0] == '/' ? KV_S("") : without_last(at);
	}
	return KV_S("no such file or directory");
}

/* helm: internal/sympath/walk.go; also of links that are ignored. */
static void log_link(const struct walk *w, kv_str path)
{
	kv_str target;
	struct kv_diag_mark mark = kv_diag_mark(w->job);
	if (kv_path_real(w->job, path, &target) < 0)
		kv_diag_forget(w->job, mark);
	else if (w->engine == RND_HELM4)
		rnd_log4(w->job, "INFO", "found symbolic link in path. Contents of linked file included and used", "path", path,
			 "resolved", target, NULL);
	else
		rnd_log(w->job, w->engine, "walk.go:75",
			kv_arena_printf(w->job->arena,
					"found symbolic link in path: %.*s resolves to %.*s. Contents of linked file "
					"included and used",
					KV_ARG(path), KV_ARG(target)));
}

static int walk_dir(struct walk *w, kv_str name);

/* One entry; a link counts as what it leads to, under its own name. */
static int walk_entry(struct walk *w, kv_str name, enum kv_file_kind kind)
{
	kv_str path = kv_arena_cat(w->job->arena, w->top, KV_S("/"), name);
	if (kind == KV_FILE_LINK) {
		kind = kv_input_kind(w->job, path);
		log_link(w, path);
	}
	if (kind == KV_FILE_NONE)
		return walk_fail(w,
				 kv_arena_printf(w->job->arena,
						 "error evaluating symlink %.*s: %.*s", KV_ARG(path),
						 KV_ARG(symlink_error(w->job->arena, path))));
	if (rnd_ignore_match(w->rules, name, kind == KV_FILE_DIR))
		return 0;
	if (kind == KV_FILE_DIR)
		return walk_dir(w, name);
	if (kind != KV_FILE_REGULAR)
		return walk_fail(
			w,
			kv_arena_printf(w->job->arena,
					"cannot load irregular file %.*s as it has file mode type bits set",
					KV_ARG(path)));
	return add_file(w, path, name);
}

static int walk_dir(struct walk *w, kv_str name)
{
	kv_str path = name.n ? kv_arena_cat(w->job->arena, w->top, KV_S("/"), name) : w->top;
	/* A link to a folder above itself never ends. */
	if (w->depth >= w->job->limits.depth)
		return walk_fail(w,
				 kv_arena_printf(w->job->arena, "too many nested folders (limit %zu) in %.*s",
						 w->job->limits.depth, KV_ARG(w->top)));
	struct kv_dirent *entries;
	size_t n;
	if (kv_dir_read(w->job, path, &entries, &n))
		return -1;
	w->depth++;
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++) {
		kv_str below = name.n ? kv_arena_cat(w->job->arena, name, KV_S("/"), entries[i].name)
				      : entries[i].name;
		rc = walk_entry(w, below, entries[i].kind);
	}
	w->depth--;
	return rc;
}

int rnd_chart_dir(struct kv_job *job, enum rnd_engine engine, kv_str dir, struct rnd_files *ret, kv_str *ret_error)
{
	kv_str rules = KV_S("");
	kv_str path = kv_path_join(job->arena, dir, KV_S(".helmignore"));
	if (kv_input_kind(job, path) != KV_FILE_NONE && read_file(job, path, &rules))
		return -1;
	struct walk w = { .job = job, .engine = engine, .top = dir };
	if (rnd_ignore_parse(job, engine, rules, &w.rules, ret_error))
		return -1;
	if (walk_dir(&w, KV_S(""))) {
		*ret_error = w.error;
		return -1;
	}
	*ret = w.files;
	return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

krm_val rnd_values_merge(struct kv_job *job, krm_val base, krm_val over)
{
	krm_val out = krm_map(job->arena, KRM_OF_ANY);
	if (base.kind == KRM_MAP)
		krm_map_each (base.m, e)
			krm_map_set_key(job->arena, out.m, e->key, e->val);
	if (over.kind != KRM_MAP)
		return out;
	krm_map_each (over.m, e) {
		krm_val *old = krm_map_find(out.m, krm_str(e->key));
		bool tables = old && old->kind == KRM_MAP && e->val.kind == KRM_MAP;
		krm_map_set_key(job->arena, out.m, e->key,
				tables ? rnd_values_merge(job, *old, e->val) : e->val);
	}
	return out;
}

static const char *json_word(krm_val v)
{
	switch (v.kind) {
	case KRM_BOOL: return "bool";
	case KRM_STRING: return "string";
	case KRM_LIST: return "array";
	default: return "number";
	}
}

/* yaml.Unmarshal into a map[string]interface{}. */
static int read_map(struct kv_job *job, kv_pos base, kv_str text, krm_val *ret, kv_str *ret_error)
{
	krm_val v;
	if (krm_yaml_try_at(job, base, text, KRM_YAML_HELM, &v, ret_error))
		return -1;
	if (v.kind != KRM_MAP && v.kind != KRM_NIL) {
		*ret_error = kv_arena_printf(
			job->arena,
			"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s "
			"into Go value of type map[string]interface {}",
			json_word(v));
		return -1;
	}
	*ret = v.kind == KRM_MAP ? v : krm_map(job->arena, KRM_OF_ANY);
	return 0;
}

/* The next document as k8s' YAMLReader cuts it: at lines that begin with "---", which stay out unless they
 * are the first of a document. 1: a document, 0: the end, -1: something but a comment behind a separator. */
int rnd_next_document(struct kv_job *job, kv_str *rest, kv_str *ret, kv_str *ret_error)
{
	kv_str start = *rest, line;
	size_t taken = 0;
	while (kv_str_line(rest, &line)) {
		if (kv_str_starts(line, KV_S("---"))) {
			kv_str behind = kv_str_trim_space(kv_str_sub(line, 3, line.n));
			if (behind.n && behind.p[0] != '#') {
				*ret_error = kv_arena_cat(job->arena, KV_S("invalid Yaml document separator: "), behind);
				return -1;
			}
			if (taken) {
				*ret = kv_str_of(start.p, taken);
				return 1;
			}
		}
		taken = (size_t)(line.p + line.n - start.p);
		if (taken < start.n)
			taken++;
	}
	*ret = kv_str_of(start.p, start.n);
	return start.n > 0;
}

int rnd_values_read(struct kv_job *job, enum rnd_engine engine, kv_pos base, kv_str text, krm_val *ret, kv_str *ret_error)
{
	if (engine == RND_HELM3)
		return read_map(job, base, text, ret, ret_error);
	/* The reader of documents ends every line. */
	if (text.n && text.p[text.n - 1] != '\n')
		text = kv_arena_cat(job->arena, text, KV_S("\n"));
	krm_val values = krm_nil();
	kv_str doc, whole = text;
	int more;
	while ((more = rnd_next_document(job, &text, &doc, ret_error)) == 1) {
		krm_val one;
		if (read_map(job, kv_pos_at(base, (size_t)(doc.p - whole.p)), doc, &one, ret_error)) {
			*ret_error = kv_arena_cat(job->arena, KV_S("cannot unmarshal yaml document: "),
						  *ret_error);
			return -1;
		}
		values = values.kind == KRM_MAP ? rnd_values_merge(job, values, one) : one;
	}
	if (more < 0) {
		*ret_error = kv_arena_cat(job->arena, KV_S("error reading yaml document: "), *ret_error);
		return -1;
	}
	*ret = values.kind == KRM_MAP ? values : krm_map(job->arena, KRM_OF_ANY);
	return 0;
}

/* Of what is read again for the place of an error alone. */
#define MEMORY_OF_A_TREE ((size_t)16 << 20)

/* The document of a values file that cannot be read; the whole file where that takes long to be found. */
static kv_str failing_document(struct kv_job *job, enum rnd_engine engine, kv_str text)
{
	size_t memory = kv_job_narrow(job, MEMORY_OF_A_TREE);
	kv_str rest = text, doc = text, error;
	krm_val ignored;
	bool failed = false;
	while (engine == RND_HELM4 && !failed && rnd_next_document(job, &rest, &doc, &error) == 1)
		failed = read_map(job, 0, doc, &ignored, &error) < 0;
	bool fits = !kv_job_over(job);
	job->limits.memory = memory;
	return failed && fits ? doc : text;
}

/* Where a text cannot be read; 0 if it can be, or takes long to be read up to there. */
static kv_pos unreadable_at(struct kv_job *job, kv_str name, kv_str text)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	size_t memory = kv_job_narrow(job, MEMORY_OF_A_TREE);
	krm_val ignored;
	int rc = krm_yaml_read(job, name, text, KRM_YAML_HELM, &ignored);
	bool fits = !kv_job_over(job);
	job->limits.memory = memory;
	if (rc == 0)
		return 0;
	kv_pos pos = (mark.last ? mark.last->next : job->diags)->pos;
	kv_diag_forget(job, mark);
	return fits ? pos : 0;
}

kv_pos rnd_yaml_error_pos(struct kv_job *job, kv_str name, kv_str text, kv_str error)
{
	size_t at = kv_str_find(error, KV_S("yaml: line "), 0), line = 0, offset = 0;
	if (at == SIZE_MAX)
		return unreadable_at(job, name, text);
	for (at += strlen("yaml: line "); at < error.n && error.p[at] >= '0' && error.p[at] <= '9'; at++)
		line = line * 10 + (size_t)(error.p[at] - '0');
	for (; line > 1 && offset < text.n; offset++)
		line -= text.p[offset] == '\n';
	while (offset < text.n && (text.p[offset] == ' ' || text.p[offset] == '\t'))
		offset++;
	return kv_pos_at(kv_source_add(job, name, text), offset);
}

kv_pos rnd_values_error_pos(struct kv_job *job, enum rnd_engine engine, kv_str name, kv_str text,
			    kv_str error)
{
	kv_str doc = failing_document(job, engine, text);
	kv_pos pos = rnd_yaml_error_pos(job, name, doc, error);
	if (pos == 0 || doc.p == text.p)
		return pos;
	/* The line counts from the start of its document. */
	size_t within = pos - job->sources[job->nsources - 1].base;
	return kv_pos_at(kv_source_add(job, name, text), (size_t)(doc.p - text.p) + within);
}

/* --- files to a chart ------------------------------------------------------------------------- */

struct loader {
	struct kv_job *job;
	enum rnd_engine engine;
	size_t depth;
	kv_str where; /* the chart in hand, for positions */
	kv_str error;
	kv_pos pos;
	struct rnd_allowance allowance; /* of the archives in the chart */
	size_t memory; /* that what is read of its files may still take */
};

static int load_fail(struct loader *l, const char *what, kv_str why)
{
	l->error = kv_arena_cat(l->job->arena, kv_str_c(what), why);
	return -1;
}

/* What is no YAML is told with its place, of which Helm's text has a line at best. */
static bool is_told(struct kv_job *job, kv_str name, kv_str text)
{
	krm_val ignored;
	return !job->imitating && krm_yaml_read(job, name, text, KRM_YAML_HELM, &ignored) < 0;
}

static int load_fail_in(struct loader *l, const char *what, const struct rnd_file *f, kv_str why)
{
	if (is_told(l->job, kv_arena_cat(l->job->arena, l->where, KV_S("/"), f->name), f->data))
		return -1;
	l->pos = rnd_yaml_error_pos(l->job, kv_arena_cat(l->job->arena, l->where, KV_S("/"), f->name),
				    f->data, why);
	return load_fail(l, what, why);
}

void rnd_chart_add_dependency(struct kv_job *job, struct rnd_chart *chart, struct rnd_chart *dependency)
{
	dependency->parent = chart;
	KV_PUSH(job->arena, chart->dependencies, chart->ndependencies, chart->dependencies_cap, dependency);
}

static struct rnd_metadata *metadata_of(struct loader *l, struct rnd_chart *c)
{
	if (!c->metadata)
		c->metadata = KV_NEW(l->job->arena, struct rnd_metadata);
	return c->metadata;
}

static void push_file(struct loader *l, struct rnd_files *files, kv_str name, kv_str data)
{
	KV_PUSH(l->job->arena, files->v, files->n, files->cap, ((struct rnd_file){ name, data }));
}

/* 0 without a Chart.yaml: a requirements.yaml makes metadata too. */
static kv_pos field_pos(struct kv_job *job, kv_str dir, kv_str text, kv_str field)
{
	if (!text.p)
		return 0;
	kv_pos base = kv_source_add(job, kv_arena_cat(job->arena, dir, KV_S("/Chart.yaml")), text);
	krm_val doc;
	kv_str ignored;
	if (krm_yaml_try_at(job, base, text, KRM_YAML_HELM, &doc, &ignored) || doc.kind != KRM_MAP)
		return base;
	const krm_val *v = krm_map_find(doc.m, field);
	return v && v->pos ? v->pos : base;
}

kv_pos rnd_chart_field_pos(struct kv_job *job, const struct rnd_chart *chart, const char *field)
{
	return field_pos(job, chart->path, chart->metadata_text, kv_str_c(field));
}

/* The field that Helm's text about metadata speaks of. */
static kv_str blamed_field(kv_str error)
{
	kv_str lead = KV_S("chart.metadata.");
	size_t at = kv_str_find(error, lead, 0);
	if (at == SIZE_MAX)
		return kv_str_has(error, KV_S("maintainers")) ? KV_S("maintainers") : KV_S("dependencies");
	kv_str rest = kv_str_sub(error, at + lead.n, error.n);
	return kv_str_sub(rest, 0, kv_str_chr(rest, ' '));
}

static int load_metadata(struct loader *l, struct rnd_chart *c, const struct rnd_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		if (!kv_str_eq(files->v[i].name, KV_S("Chart.yaml")))
			continue;
		struct rnd_metadata *m = metadata_of(l, c);
		kv_str error;
		c->metadata_text = files->v[i].data;
		if (rnd_metadata_read(l->job, l->engine, files->v[i].data, m, &error))
			return load_fail_in(l, "cannot load Chart.yaml: ", &files->v[i], error);
		if (m->api_version.n == 0)
			m->api_version = KV_S("v1");
	}
	return 0;
}

static int load_lock(struct loader *l, struct rnd_chart *c, const struct rnd_file *f)
{
	kv_str error;
	if (rnd_lock_read(l->job, l->engine, f->data, &c->lock, &error) == 0)
		return 0;
	kv_str what = kv_arena_cat(l->job->arena, KV_S("cannot load "), f->name, KV_S(": "));
	return load_fail_in(l, kv_arena_cstr(l->job->arena, what), f, error);
}

/* Helm 2's requirements.yaml and .lock: still read; part of .Files where they belong. */
static int load_requirements(struct loader *l, struct rnd_chart *c, const struct rnd_file *f, bool lock)
{
	struct rnd_metadata *m = metadata_of(l, c);
	kv_str error;
	bool v1 = kv_str_eq(m->api_version, KV_S("v1"));
	if (lock && load_lock(l, c, f))
		return -1;
	if (!v1)
		rnd_log(l->job, l->engine, lock ? "load.go:138" : "load.go:120",
			lock ? KV_S("Warning: Dependency locking is handled in Chart.lock since apiVersion \"v2\". "
				    "We recommend migrating to Chart.lock.")
			     : KV_S("Warning: Dependencies are handled in Chart.yaml since apiVersion \"v2\". "
				    "We recommend migrating dependencies to Chart.yaml."));
	if (!lock && rnd_metadata_read(l->job, l->engine, f->data, m, &error))
		return load_fail_in(l, "cannot load requirements.yaml: ", f, error);
	if (kv_str_eq(m->api_version, KV_S("v1")))
		push_file(l, &c->files, f->name, f->data);
	return 0;
}

/* A file below charts/: kept by the name of its subchart. */
static void add_subchart_file(struct loader *l, struct kv_map *subcharts, kv_str below, kv_str data)
{
	size_t slash = kv_str_chr(below, '/');
	void **slot = kv_map_slot(subcharts, slash == SIZE_MAX ? below : kv_str_sub(below, 0, slash));
	if (!*slot)
		*slot = KV_NEW(l->job->arena, struct rnd_files);
	push_file(l, *slot, below, data);
}

static int load_values(struct loader *l, struct rnd_chart *c, const struct rnd_file *f)
{
	kv_str error, name = kv_arena_cat(l->job->arena, l->where, KV_S("/"), f->name);
	c->values_text = f->data;
	push_file(l, &c->values_files, f->name, f->data);
	if (rnd_values_read(l->job, l->engine, kv_source_add(l->job, name, f->data), f->data, &c->values, &error) == 0)
		return 0;
	if (is_told(l->job, name, f->data))
		return -1;
	l->pos = rnd_values_error_pos(l->job, l->engine, name, f->data, error);
	return load_fail(l, "cannot load values.yaml: ", error);
}

static int load_file(struct loader *l, struct rnd_chart *c, struct kv_map *subcharts,
		     const struct rnd_file *f)
{
	if (kv_str_eq(f->name, KV_S("Chart.yaml")))
		return 0;
	if (kv_str_eq(f->name, KV_S("Chart.lock")))
		return load_lock(l, c, f);
	if (kv_str_eq(f->name, KV_S("values.yaml")))
		return load_values(l, c, f);
	if (kv_str_eq(f->name, KV_S("values.schema.json"))) {
		c->schema = f->data;
		c->has_schema = true;
	} else if (kv_str_eq(f->name, KV_S("requirements.yaml")) ||
		   kv_str_eq(f->name, KV_S("requirements.lock"))) {
		return load_requirements(l, c, f, kv_str_ends(f->name, KV_S("lock")));
	} else if (kv_str_starts(f->name, KV_S("templates/"))) {
		push_file(l, &c->templates, f->name, f->data);
	} else if (kv_str_starts(f->name, KV_S("charts/")) && !kv_str_ends(f->name, KV_S(".prov"))) {
		add_subchart_file(l, subcharts, kv_str_sub(f->name, strlen("charts/"), f->name.n), f->data);
	} else {
		push_file(l, &c->files, f->name, f->data);
	}
	return 0;
}

static int load_own_files(struct loader *l, struct rnd_chart *c, struct kv_map *subcharts, const struct rnd_files *files)
{
	size_t used = kv_job_memory(l->job), limit = kv_job_narrow(l->job, l->memory);
	int rc = load_metadata(l, c, files);
	for (size_t i = 0; i < files->n && rc == 0; i++)
		rc = load_file(l, c, subcharts, &files->v[i]);
	l->job->limits.memory = limit;
	used = kv_job_memory(l->job) - used;
	l->memory -= used < l->memory ? used : l->memory;
	return rc;
}

static int load_files(struct loader *l, const struct rnd_files *files, struct rnd_chart **ret);

static int load_subchart_archive(struct loader *l, kv_str name, const struct rnd_files *files,
				 struct rnd_chart **ret)
{
	if (!kv_str_eq(files->v[0].name, name))
		return load_fail(l, "",
				 kv_arena_printf(l->job->arena, "expected %.*s, got %.*s", KV_ARG(name),
						 KV_ARG(files->v[0].name)));
	struct rnd_files unpacked;
	/* Archives in archives grow a thousandfold at each level: Helm allows each as much as the outermost. */
	if (rnd_archive_read(l->job, l->engine, files->v[0].data, &l->allowance, &unpacked, &l->error))
		return -1;
	return load_files(l, &unpacked, ret);
}

static int load_subchart_folder(struct loader *l, kv_str name, const struct rnd_files *files,
				struct rnd_chart **ret)
{
	struct rnd_files below = { 0 };
	for (size_t i = 0; i < files->n; i++) {
		kv_str f = files->v[i].name;
		if (f.n > name.n)
			push_file(l, &below, kv_str_sub(f, name.n + 1, f.n), files->v[i].data);
	}
	return load_files(l, &below, ret);
}

static int load_subchart(struct loader *l, struct rnd_chart *c, kv_str name, const struct rnd_files *files)
{
	if (name.n && (name.p[0] == '_' || name.p[0] == '.'))
		return 0;
	struct rnd_chart *sub;
	bool archive = kv_str_ends(name, KV_S(".tgz"));
	if (l->depth >= CHART_DEPTH_MAX)
		return load_fail(l, "too many nested charts in ", c->metadata->name);
	kv_str outer = l->where;
	l->where = kv_arena_cat(l->job->arena, outer, KV_S("/charts/"), name);
	l->depth++;
	int rc = archive ? load_subchart_archive(l, name, files, &sub)
			 : load_subchart_folder(l, name, files, &sub);
	l->depth--;
	l->where = outer;
	if (rc && l->error.n) {
		bool misplaced = archive && !kv_str_eq(files->v[0].name, name);
		kv_str what = misplaced ? KV_S("tar") : name;
		l->error = kv_arena_cat(l->job->arena, KV_S("error unpacking subchart "), what, KV_S(" in "),
					c->metadata->name, KV_S(": "), l->error);
	}
	if (rc)
		return -1;
	rnd_chart_add_dependency(l->job, c, sub);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct kv_map_entry *x = a, *y = b;
	return kv_str_cmp(x->key, y->key);
}

static int load_files(struct loader *l, const struct rnd_files *files, struct rnd_chart **ret)
{
	struct rnd_chart *c = KV_NEW(l->job->arena, struct rnd_chart);
	c->path = l->where;
	struct kv_map subcharts;
	kv_map_init(&subcharts, l->job->arena);
	if (load_own_files(l, c, &subcharts, files))
		return -1;
	if (!c->metadata)
		return load_fail(l, "Chart.yaml file is missing", KV_S(""));
	if (rnd_metadata_validate(l->job, c->metadata, &l->error)) {
		l->pos = field_pos(l->job, l->where, c->metadata_text, blamed_field(l->error));
		return -1;
	}
	/* Helm's order is that of a Go map, by chance; ours is that of the names. */
	struct kv_map_entry *sorted = KV_NEW_N(l->job->arena, struct kv_map_entry, subcharts.n);
	if (subcharts.n)
		memcpy(sorted, subcharts.entries, subcharts.n * sizeof *sorted);
	qsort(sorted, subcharts.n, sizeof *sorted, by_key);
	for (size_t i = 0; i < subcharts.n; i++)
		if (load_subchart(l, c, sorted[i].key, sorted[i].value))
			return -1;
	*ret = c;
	return 0;
}

int rnd_chart_files(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files, kv_str source,
		    struct rnd_chart **ret, kv_str *ret_error, kv_pos *ret_pos)
{
	struct loader l = { .job = job, .engine = engine, .where = source,
			    .allowance = rnd_archive_allowance(job), .memory = RND_MEMORY_OF_TREES };
	if (load_files(&l, files, ret) == 0)
		return 0;
	*ret_error = l.error;
	*ret_pos = l.pos;
	return -1;
}

/* --- entry ------------------------------------------------------------------------------------ */

/* The Chart.yaml of a chart; of a folder also one that is ignored. *ret_found is false with an empty error where it is no file. */
static int find_chart_yaml(struct kv_job *job, const struct rnd_files *files, kv_str path, bool archive, kv_str *ret,
			   bool *ret_found, kv_str *ret_error)
{
	kv_str file = kv_path_join(job->arena, path, KV_S("Chart.yaml"));
	*ret_found = true;
	for (size_t i = 0; i < files->n; i++) {
		if (!kv_str_eq(files->v[i].name, KV_S("Chart.yaml")))
			continue;
		*ret = files->v[i].data;
		return 0;
	}
	*ret_found = false;
	if (archive) {
		*ret_error = KV_S("unable to detect chart version, no Chart.yaml found");
		return -1;
	}
	switch (kv_input_kind(job, file)) {
	case KV_FILE_NONE:
		*ret_error = kv_arena_printf(
			job->arena, "unable to detect chart at %.*s: open %.*s: no such file or directory", KV_ARG(file), KV_ARG(file));
		return -1;
	case KV_FILE_REGULAR: *ret_found = true; return read_file(job, file, ret);
	default: return 0;
	}
}

/* Helm 4 looks at apiVersion before it loads (helm4: pkg/chart/loader/load.go). Charts of version 3 can be loaded but not rendered:
 * then *ret_pos is the place of the version and *ret_v3 true. */
static int check_api_version(struct kv_job *job, const struct rnd_files *files, kv_str path, bool archive, bool *ret_v3,
			     kv_str *ret_error, kv_pos *ret_pos)
{
	static const struct rnd_field fields[] = { { "apiVersion", RND_FIELD_STRING, 0, NULL } };
	static const struct rnd_struct base = {
		"chartBase", { "loader", "loader" }, sizeof(kv_str), fields, 1
	};
	kv_str text = KV_S(""), version = KV_S(""), error;
	bool found;
	krm_val doc;
	if (find_chart_yaml(job, files, path, archive, &text, &found, ret_error))
		return -1;
	if (!found)
		return 0;
	if (krm_yaml_try(job, text, KRM_YAML_HELM_TYPED, &doc, &error) ||
	    rnd_decode(job, RND_HELM4, doc, &base, &version, &error)) {
		if (!is_told(job, kv_path_join(job->arena, path, KV_S("Chart.yaml")), text))
			*ret_error = kv_arena_cat(job->arena, KV_S("cannot load Chart.yaml: "), error);
		return -1;
	}
	if (version.n == 0 || kv_str_eq(version, KV_S("v1")) || kv_str_eq(version, KV_S("v2")))
		return 0;
	*ret_pos = field_pos(job, path, text, KV_S("apiVersion"));
	*ret_v3 = kv_str_eq(version, KV_S("v3"));
	if (*ret_v3)
		return 0;
	*ret_error = KV_S("unsupported chart version");
	return -1;
}

/* The files of a chart of version 3, to which Helm 2's requirements.yaml and .lock say nothing (helm 4: internal/chart/v3/loader/load.go). */
static struct rnd_files without_requirements(struct kv_job *job, const struct rnd_files *files)
{
	struct rnd_files kept = { 0 };
	for (size_t i = 0; i < files->n; i++) {
		kv_str base = kv_path_base(files->v[i].name);
		if (!kv_str_eq(base, KV_S("requirements.yaml")) && !kv_str_eq(base, KV_S("requirements.lock")))
			KV_PUSH(job->arena, kept.v, kept.n, kept.cap, files->v[i]);
	}
	return kept;
}

/* The files of a chart as one, `source` being what messages call it; what its version allows, where that is to be detected. */
static int load_detected(struct kv_job *job, enum rnd_engine engine, bool detect, const struct rnd_files *files, kv_str path,
			 bool archive, kv_str source, struct rnd_chart **ret, kv_str *ret_error, kv_pos *ret_pos)
{
	bool v3 = false;
	if (detect && check_api_version(job, files, path, archive, &v3, ret_error, ret_pos))
		return -1;
	struct rnd_files kept = v3 ? without_requirements(job, files) : *files;
	if (rnd_chart_files(job, engine, &kept, source, ret, ret_error, ret_pos)) {
		size_t type = v3 ? kv_str_find(*ret_error, KV_S("v2."), 0) : SIZE_MAX;
		if (type != SIZE_MAX)
			*ret_error = kv_arena_cat(job->arena, kv_str_sub(*ret_error, 0, type), KV_S("v3."),
						  kv_str_sub(*ret_error, type + strlen("v2."), ret_error->n));
		return -1;
	}
	if (!v3)
		return 0;
	*ret_error = KV_S("invalid chart apiVersion");
	return -1;
}

/* `detect`: as Helm 4's loader that tells the versions of charts apart (helm 4: pkg/chart/loader), not that of version 2 alone. */
static int unpack(struct kv_job *job, kv_str path, kv_str bytes, enum rnd_engine engine, bool detect,
		  struct rnd_files *ret, kv_str *ret_error)
{
	if (!rnd_archive_looks_right(job, path, bytes, ret_error))
		return -1;
	if (rnd_archive_read(job, engine, bytes, NULL, ret, ret_error) == 0)
		return 0;
	if (kv_str_eq(*ret_error, KV_S("gzip: invalid header")))
		*ret_error = kv_arena_printf(
			job->arena, "file '%.*s' does not appear to be a valid chart file (details: %.*s)",
			KV_ARG(path), KV_ARG(*ret_error));
	else if (detect)
		*ret_error = KV_S("unable to load chart archive");
	return -1;
}

static int read_archive(struct kv_job *job, kv_str path, enum rnd_engine engine, bool detect,
			struct rnd_files *ret, kv_str *ret_error)
{
	kv_str bytes;
	return kv_file_read(job, path, &bytes) ? -1 : unpack(job, path, bytes, engine, detect, ret, ret_error);
}

/* What to do where a chart cannot be loaded, and a shorter word for it. */
static const struct {
	const char *error, *word, *note;
} advice[] = {
	{ "unsupported chart version", NULL, "the apiVersion of a chart is v1 or v2" },
	{ "invalid chart apiVersion", NULL, "the apiVersion of a chart is v1 or v2" },
	{ "chart.metadata.version", NULL, "a version is MAJOR.MINOR.PATCH, such as 1.2.3" },
	{ "Chart.yaml file is missing", "it has no Chart.yaml, so it is not a chart",
	  "chartHome of helmGlobals names the folder above that of the chart" },
	{ "unable to detect chart at", "it has no Chart.yaml, so it is not a chart",
	  "chartHome of helmGlobals names the folder above that of the chart" },
	{ "unable to load chart archive", NULL, "it is not a gzipped tar archive, as helm package makes them" },
};

static int load_error(struct kv_job *job, kv_str path, kv_pos pos, kv_str error)
{
	if (job->imitating)
		return rnd_chart_error(job, pos, error);
	size_t i = 0, n = sizeof advice / sizeof *advice;
	while (i < n && !kv_str_has(error, kv_str_c(advice[i].error)))
		i++;
	if (i < n && advice[i].word)
		error = kv_str_c(advice[i].word);
	if (pos)
		kv_error(job, pos, "%.*s", KV_ARG(error));
	else
		kv_error_file(job, path, "%.*s", KV_ARG(error));
	if (i < n)
		kv_note(job, 0, "%s", advice[i].note);
	return -1;
}

/* Messages about an archive call it `named`. */
static int load(struct kv_job *job, kv_str path, kv_str named, enum rnd_engine engine, bool detect,
		struct rnd_chart **ret)
{
	kv_str cwd, error = KV_S("");
	kv_pos pos = 0;
	enum kv_file_kind kind = kv_input_kind(job, path);
	if (kind == KV_FILE_NONE)
		return rnd_chart_error(
			job, 0,
			kv_arena_printf(job->arena, "path %.*s not found", KV_ARG(rnd_quoted(job, path))));
	if (kv_path_cwd(job, &cwd))
		return -1;
	kv_str absolute = kv_path_join(job->arena, cwd, path);
	struct rnd_files files = { 0 };
	bool archive = kind != KV_FILE_DIR;
	int rc = archive ? read_archive(job, named, engine, detect, &files, &error)
			 : rnd_chart_dir(job, engine, absolute, &files, &error);
	bool v3;
	/* A version that will not do is told before a .helmignore that cannot be read. */
	if (rc && !archive && detect)
		(void)!check_api_version(job, &files, absolute, false, &v3, &error, &pos);
	if (rc == 0)
		rc = load_detected(job, engine, detect, &files, absolute, archive, path, ret, &error, &pos);
	/* Without a text the operating system's reason was reported where it came up. */
	return rc && error.n ? load_error(job, path, pos, error) : rc;
}

int rnd_chart_load(struct kv_job *job, kv_str path, enum rnd_engine engine, struct rnd_chart **ret)
{
	kv_str cwd;
	return kv_path_cwd(job, &cwd) ||
			       load(job, path, kv_path_join(job->arena, cwd, path), engine, engine == RND_HELM4, ret)
		       ? -1
		       : 0;
}

int rnd_chart_load_v2(struct kv_job *job, kv_str path, enum rnd_engine engine, struct rnd_chart **ret)
{
	return load(job, path, path, engine, false, ret);
}

int rnd_chart_load_archive(struct kv_job *job, kv_str name, kv_str bytes, enum rnd_engine engine,
			   struct rnd_chart **ret, kv_str *ret_values)
{
	struct rnd_files files = { 0 };
	kv_str error = KV_S("");
	kv_pos pos = 0;
	int rc = unpack(job, name, bytes, engine, engine == RND_HELM4, &files, &error);
	*ret_values = (kv_str){ 0 };
	for (size_t i = 0; rc == 0 && i < files.n; i++)
		if (kv_str_eq(files.v[i].name, KV_S("values.yaml")))
			*ret_values = files.v[i].data;
	if (rc == 0)
		rc = load_detected(job, engine, engine == RND_HELM4, &files, name, true, name, ret, &error, &pos);
	return rc && error.n ? load_error(job, name, pos, error) : rc;
}

kv_str rnd_chart_full_path(struct kv_job *job, const struct rnd_chart *chart)
{
	kv_str path = chart->metadata->name;
	for (const struct rnd_chart *up = chart->parent; up; up = up->parent)
		path = kv_arena_cat(job->arena, up->metadata->name, KV_S("/charts/"), path);
	return path;
}

bool rnd_chart_is_library(const struct rnd_chart *chart)
{
	return chart->metadata->type.n == 7 && strncasecmp(chart->metadata->type.p, "library", 7) == 0;
}
