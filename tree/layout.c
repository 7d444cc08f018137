/* tree/layout.c: names files and prints their texts. */
#include "tree/layout.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/utf8.h"
#include "krm/folder.h"
#include "krm/yaml.h"

/* NAME_MAX of every file system in use. */
#define LONGEST_NAME 255

bool tree_is_generated_name(enum tree_target_form form, kv_str name)
{
	size_t dashes = kv_str_find(name, KV_S("--"), 0);
	if (form == TREE_FORM_KUSTOMIZE && krm_is_folder_name(name))
		return true;
	return dashes != SIZE_MAX && dashes > 0 && kv_str_ends(name, KV_S(".yaml"));
}

/* --- names ------------------------------------------------------------------------------------ */

static bool is_portable(kv_str part, size_t i)
{
	unsigned char c = (unsigned char)part.p[i];
	if (c < 0x20 || c == 0x7f || strchr("<>:\"|?*\\%", c))
		return false;
	return i > 0 || (c != '.' && c != '-' && c != ' ');
}

/* Percent-encodes what Windows, Git or a shell would trip over; "%" itself too, so that it can be undone. */
static kv_str encode(struct kv_arena *a, kv_str name)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < name.n; i++)
		if (is_portable(name, i))
			kv_buf_c(&out, name.p[i]);
		else
			kv_buf_printf(&out, "%%%02X", (unsigned)(unsigned char)name.p[i]);
	return kv_buf_view(&out);
}

static kv_str file_name(struct kv_arena *a, krm_val obj, enum tree_names names)
{
	kv_str namespace = krm_namespace(obj);
	kv_str stem = kv_arena_cat(a, krm_kind(obj), KV_S("--"), namespace,
				   namespace.n ? KV_S("--") : KV_S(""), krm_name(obj));
	return kv_arena_cat(a, names == TREE_NAMES_PORTABLE ? encode(a, stem) : stem, KV_S(".yaml"));
}

static kv_pos origin_pos(const struct krm_resource *r)
{
	return r->origin.pos ? r->origin.pos : r->obj.pos;
}

/* Of metadata.name, where it was read from a file. */
static kv_pos name_pos(const struct krm_resource *r)
{
	kv_pos pos = krm_path(r->obj, "metadata", "name", NULL).pos;
	return pos && r->origin.pos ? pos : origin_pos(r);
}

static void note_origin(struct kv_job *job, const struct krm_resource *r, const char *what)
{
	kv_str shown = krm_shown(job->arena, r->obj);
	const struct krm_origin *o = &r->origin;
	kv_pos pos = origin_pos(r);
	if (o->template.n)
		kv_note(job, pos, "%s%.*s, from the template %.*s of the chart %.*s", what, KV_ARG(shown),
			KV_ARG(o->template), KV_ARG(o->chart));
	else if (!pos && o->path.n)
		kv_note(job, pos, "%s%.*s, from %.*s", what, KV_ARG(shown), KV_ARG(o->path));
	else
		kv_note(job, pos, "%s%.*s", what, KV_ARG(shown));
}

static bool is_dots(kv_str s)
{
	return kv_str_eq(s, KV_S(".")) || kv_str_eq(s, KV_S(".."));
}

static const char *bad_name(krm_val obj, kv_str name)
{
	if (kv_str_chr(name, '/') != SIZE_MAX)
		return "it has a slash";
	if (kv_str_chr(name, '\0') != SIZE_MAX)
		return "it has a NUL";
	if (is_dots(krm_name(obj)) || is_dots(krm_namespace(obj)))
		return "it is made of dots";
	return name.n > LONGEST_NAME ? "it is too long, more than 255 bytes" : NULL;
}

/* A number or boolean has more than one text, so it is no part of a file name. */
static int check_strings(struct kv_job *job, const struct krm_resource *r)
{
	static const char *const fields[] = { "name", "namespace" };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		krm_val v = krm_path(r->obj, "metadata", fields[i], NULL);
		if (v.kind == KRM_STRING || v.kind == KRM_NIL)
			continue;
		kv_error(job, v.pos ? v.pos : origin_pos(r), "metadata.%s is not a string: put it in quotes",
			 fields[i]);
		note_origin(job, r, "the resource is ");
		return -1;
	}
	return 0;
}

static int check_name(struct kv_job *job, const struct krm_resource *r, kv_str name)
{
	const char *why = bad_name(r->obj, name);
	if (check_strings(job, r) < 0)
		return -1;
	if (krm_name(r->obj).n == 0)
		return kv_error(job, origin_pos(r),
				"a resource of kind %.*s without metadata.name cannot have a file",
				KV_ARG(krm_kind(r->obj)));
	if (!why)
		return 0;
	kv_error(job, name_pos(r), "\"%.*s\" cannot be a file name: %s", KV_ARG(name), why);
	note_origin(job, r, "the resource is ");
	kv_note(job, 0, "give it another metadata.name, or keep it out of the target with exclude in its filter");
	return -1;
}

static int by_name(const void *a, const void *b)
{
	return kv_str_cmp(((const struct tree_file *)a)->name, ((const struct tree_file *)b)->name);
}

bool tree_files_have(const struct tree_files *files, kv_str name)
{
	struct tree_file sought = { .name = name };
	return bsearch(&sought, files->v, files->n, sizeof *files->v, by_name) != NULL;
}

/* Names that differ only in case are one file on the file systems of other people's machines. */
static kv_str fold(struct kv_arena *a, kv_str name)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0, size; i < name.n; i += size)
		kv_buf_rune(&out, kv_rune_lower(kv_utf8_decode(name, i, &size)));
	return kv_buf_view(&out);
}

static int check_twice(struct kv_job *job, const struct tree_files *files, enum tree_names names)
{
	struct kv_map seen;
	int failed = 0;
	kv_map_init(&seen, job->arena);
	for (size_t i = 0; i < files->n; i++) {
		struct tree_file *b = &files->v[i];
		struct tree_file *a = kv_map_put(
			&seen, names == TREE_NAMES_PORTABLE ? fold(job->arena, b->name) : b->name, b);
		if (!a)
			continue;
		failed = kv_error(job, origin_pos(b->resource), "two resources give the file name \"%.*s\"%s",
				  KV_ARG(b->name),
				  kv_str_eq(a->name, b->name) ? "" : ", but for upper and lower case");
		note_origin(job, a->resource, "one is ");
		note_origin(job, b->resource, "the other is ");
		kv_note(job, 0, "give them two targets by the filters of the targets, or one another name");
	}
	return failed;
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Where goccy/go-yaml, which kubesource prints with, puts a file name in quotes (token.IsNeedQuoted): names
 * that begin with a kind and end in ".yaml" meet only some of its reasons. */
static bool needs_quotes(kv_str s)
{
	if (strchr("*&[{}],!|>%'\"@ `", s.p[0]))
		return true;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '#' || c == '\\' || c < 0x20 || c == 0x7f)
			return true;
		if ((c == ':' || c == '-') && i + 1 < s.n && s.p[i + 1] == ' ')
			return true;
	}
	return false;
}

static void add_quoted(struct kv_buf *out, kv_str s)
{
	kv_buf_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			kv_buf_printf(out, "\\%c", c);
		else if (c == '\n')
			kv_buf_lit(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			kv_buf_printf(out, "\\x%02x", c);
		else
			kv_buf_c(out, (char)c);
	}
	kv_buf_c(out, '"');
}

static kv_str kustomization(struct kv_arena *a, const struct tree_file *files, size_t n)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	kv_buf_lit(&out, "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:");
	kv_buf_str(&out, n ? KV_S("\n") : KV_S(" []\n"));
	for (size_t i = 0; i < n; i++) {
		kv_buf_lit(&out, "- ");
		if (needs_quotes(files[i].name))
			add_quoted(&out, files[i].name);
		else
			kv_buf_str(&out, files[i].name);
		kv_buf_c(&out, '\n');
	}
	return kv_buf_view(&out);
}

static int print(struct kv_job *job, struct tree_file *file)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	const struct krm_resource *r = file->resource;
	int written = r->in_order ? krm_yaml_write_ordered(job, r->obj, &out, &error)
				  : krm_yaml_write(job, r->obj, &out, &error);
	if (written < 0) {
		kv_error(job, origin_pos(file->resource), "the resource cannot be printed: %.*s",
			 KV_ARG(error));
		note_origin(job, file->resource, "it is ");
		return -1;
	}
	if (kv_buf_over(&out))
		return kv_error(job, origin_pos(file->resource), "the file %.*s is too large",
				KV_ARG(file->name));
	file->text = kv_buf_view(&out);
	return 0;
}

/* --- forms ------------------------------------------------------------------------------------ */

static int print_part(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct tree_files *files = arg;
	for (size_t i = from; i < to; i++)
		if (print(job, &files->v[i]) < 0)
			return -1;
	return 0;
}

/* Fewer files are printed before a thread has started. */
#define WORTH_A_THREAD 16u

static int print_all(struct kv_job *job, struct tree_files *files)
{
	if (files->n < WORTH_A_THREAD)
		return print_part(job, files, 0, files->n);
	return kv_job_halves(job, files->n / 2, files->n, print_part, files);
}

static void add(struct tree_files *files, kv_str name, kv_str text)
{
	files->v[files->n++] = (struct tree_file){ .name = name, .text = text };
}

/* All documents as kustomize build prints them, in the order of the list. */
static int manifest(struct kv_job *job, const struct krm_resources *list, kv_str *ret)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list->n; i++) {
		struct tree_file file = { .name = KV_S(TREE_MANIFEST), .resource = list->v[i] };
		if (print(job, &file) < 0)
			return -1;
		if (i)
			kv_buf_lit(&out, "---\n");
		kv_buf_str(&out, file.text);
	}
	*ret = kv_buf_view(&out);
	return kv_buf_over(&out) ? kv_error(job, 0, "the file " TREE_MANIFEST " is too large") : 0;
}

static int lay_out_as_one(struct kv_job *job, const struct krm_resources *list, struct tree_files *files)
{
	kv_str text;
	files->n = 0;
	if (manifest(job, list, &text) < 0)
		return -1;
	if (files->form == TREE_FORM_HYDRATOR) {
		add(files, KV_S(TREE_README),
		    KV_S("# Rendered manifests\n\nkvendor wrote the files of this folder. What is changed "
			 "here by hand is "
			 "lost when it is\nrendered again: change the sources and run\n\n    kvendor\n"));
		add(files, KV_S(TREE_METADATA), KV_S("{\n  \"commands\": [\n    \"kvendor\"\n  ]\n}\n"));
	}
	add(files, KV_S(TREE_MANIFEST), text);
	return 0;
}

static int check_names(struct kv_job *job, const struct tree_files *files)
{
	int failed = 0;
	for (size_t i = 0; i < files->n; i++)
		if (check_name(job, files->v[i].resource, files->v[i].name) < 0)
			failed = -1;
	return failed;
}

static void name_all(struct kv_job *job, const struct krm_resources *list, enum tree_names names, struct tree_files *files)
{
	bool kustomize = files->form == TREE_FORM_KUSTOMIZE, namespaces = kustomize && krm_has_several_namespaces(list);
	for (size_t i = 0; i < list->n; i++) {
		struct krm_resource *r = list->v[i];
		files->v[i].resource = r;
		files->v[i].name = kustomize ? encode(job->arena, krm_folder_name(job, r, namespaces))
					     : file_name(job->arena, r->obj, names);
	}
}

/* More files than resources: kustomization.yaml, or the three of the hydrator's form. */
#define MORE_FILES 3

int tree_layout(struct kv_job *job, const struct krm_resources *list, enum tree_names names,
		enum tree_target_form form, struct tree_files *ret)
{
	struct tree_files files = { KV_NEW_N(job->arena, struct tree_file, list->n + MORE_FILES), list->n,
				    form };
	bool one = form == TREE_FORM_SINGLE || form == TREE_FORM_HYDRATOR;
	name_all(job, list, names, &files);
	int failed = one ? 0 : check_names(job, &files);
	if (files.n)
		qsort(files.v, files.n, sizeof *files.v, by_name);
	if (check_twice(job, &files, names) < 0 || failed)
		return -1;
	if ((one ? lay_out_as_one(job, list, &files) : print_all(job, &files)) < 0)
		return -1;
	if (tree_lists_its_files(form))
		add(&files, KV_S("kustomization.yaml"), kustomization(job->arena, files.v, files.n));
	if (files.n)
		qsort(files.v, files.n, sizeof *files.v, by_name);
	*ret = files;
	return 0;
}
