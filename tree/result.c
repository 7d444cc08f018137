/* tree/result.c: writes and reads the product of a unit as one text. */
#include "tree/result.h"

#include "base/field.h"

#define FORM "kvendor result 1"

/* --- printing --------------------------------------------------------------------------------- */

static kv_str warnings_since(const struct kv_job *job, struct kv_diag_mark since)
{
	struct kv_job part = *job;
	struct kv_buf out;
	part.diags = since.last ? since.last->next : job->diags;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_diags_print(&part, &out, false);
	return kv_str_trim(kv_buf_view(&out), "\n");
}

kv_str tree_result_print(const struct tree_product *p, struct kv_diag_mark since)
{
	struct kv_buf out;
	kv_buf_init(&out, p->unit->job->arena, KV_BUF_MAX);
	kv_field_put(&out, KV_S(FORM));
	kv_field_put(&out, kv_buf_view(&p->begun));
	kv_field_put(&out, kv_buf_view(&p->done));
	kv_field_put(&out, kv_buf_view(&p->remarks));
	kv_field_put(&out, warnings_since(p->unit->job, since));
	kv_field_put_number(&out, (int64_t)p->nfiles);
	for (size_t t = 0; t < p->nfiles; t++) {
		kv_field_put_number(&out, (int64_t)p->files[t].n);
		for (size_t i = 0; i < p->files[t].n; i++) {
			kv_field_put(&out, p->files[t].v[i].name);
			kv_field_put(&out, p->files[t].v[i].text);
		}
	}
	return kv_buf_view(&out);
}

/* --- parsing ---------------------------------------------------------------------------------- */

/* The longest name of a file. */
#define NAME_BYTES 255

static bool is_file_name(kv_str name)
{
	return name.n && name.n <= NAME_BYTES && kv_str_chr(name, '/') == SIZE_MAX &&
	       kv_str_chr(name, '\0') == SIZE_MAX && !kv_str_eq(name, KV_S(".")) &&
	       !kv_str_eq(name, KV_S(".."));
}

/* In the order of their names, none twice: others look them up by halves. */
static bool parse_files(struct kv_arena *a, kv_str *rest, struct tree_files *ret)
{
	size_t cap = 0;
	int64_t n;
	if (!kv_field_take_number(rest, &n))
		return false;
	for (int64_t i = 0; i < n; i++) {
		struct tree_file f = { 0 };
		if (!kv_field_take(rest, &f.name) || !is_file_name(f.name) || !kv_field_take(rest, &f.text) ||
		    (i && kv_str_cmp(ret->v[i - 1].name, f.name) >= 0))
			return false;
		KV_PUSH(a, ret->v, ret->n, cap, f);
	}
	return true;
}

static size_t count_targets(const struct tree_unit *u)
{
	size_t n = 0;
	for (size_t g = 0; g < u->config.ngroups; g++)
		n += u->config.groups[g].ntargets;
	return n;
}

static void set_text(struct kv_buf *buf, kv_str text)
{
	buf->n = 0;
	kv_buf_str(buf, text);
}

bool tree_result_parse(kv_str text, struct tree_product *p)
{
	struct kv_arena *a = p->unit->job->arena;
	struct tree_product found = *p;
	kv_str begun, done, remarks, warnings;
	int64_t n;
	if (!kv_field_skip(&text, KV_S(FORM)) || !kv_field_take(&text, &begun) ||
	    !kv_field_take(&text, &done) || !kv_field_take(&text, &remarks) ||
	    !kv_field_take(&text, &warnings) || !kv_field_take_number(&text, &n) ||
	    (size_t)n != count_targets(p->unit))
		return false;
	found.nfiles = (size_t)n;
	found.files = KV_NEW_N(a, struct tree_files, found.nfiles);
	for (size_t t = 0; t < found.nfiles; t++) {
		found.files[t].form = tree_product_target(&found, t)->form;
		if (!parse_files(a, &text, &found.files[t]))
			return false;
	}
	if (text.n)
		return false;
	p->nfiles = found.nfiles;
	p->files = found.files;
	set_text(&p->begun, begun);
	set_text(&p->done, done);
	set_text(&p->remarks, remarks);
	if (warnings.n)
		kv_warn_verbatim(p->unit->job, warnings);
	return true;
}
