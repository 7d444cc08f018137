/* krm/yaml_fold.c: what becomes of a block scalar when go-yaml v3 prints it and reads it again, as kustomize
 * does.
 *
 * The emitter of v3 asks about the start of a folded text where it means the text behind a line break
 * (emitterc.go, write_folded_scalar), so some line breaks come back doubled and others are lost. A text that
 * begins with a tab comes out as a block that no reader takes.
 */
#include "krm/yaml_internal.h"

bool krm_yml_prints_with_tab(kv_str text)
{
	return text.n > 0 && text.p[0] == '\t' && krm_yml_analyze(text, YML_V3).block_allowed;
}

static int print_and_read(struct kv_job *job, kv_str text, kv_str *ret)
{
	kv_str error;
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	struct yml_out out = {
		.b = &b, .whitespace = true, .indention = true, .width = SIZE_MAX, .version = YML_V3
	};
	krm_yml_out_scalar(&out, text, YML_FOLDED, YML_INDENT, false);
	krm_yml_out_indent(&out, 0);
	if (krm_yml_reread_scalar(job, kv_buf_view(&b), job->arena, ret, &error) < 0)
		return kv_error(job, 0, "%.*s", KV_ARG(error));
	return 0;
}

static int refold_text(struct kv_job *job, krm_val *v)
{
	kv_str before = krm_str(*v), after;
	kv_pos pos = v->pos;
	if (kv_str_has(before, KV_S("\xC2\x85")))
		kv_warn(job, pos, "kustomize makes a blank of the line break U+0085 in this text; --keep-text keeps it");
	if (v->style != KRM_STYLE_FOLDED || kv_str_chr(before, '\n') == SIZE_MAX ||
	    !krm_yml_analyze(before, YML_V3).block_allowed)
		return 0;
	if (print_and_read(job, before, &after) < 0)
		return -1;
	if (!kv_str_eq(before, after)) {
		*v = krm_string(job->arena, after);
		v->pos = pos;
		kv_warn(job, pos,
			"kustomize changes the line breaks of this folded text; --keep-text keeps them");
	}
	v->style = KRM_STYLE_LITERAL;
	return 0;
}

static int refold(struct kv_job *job, krm_val *v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, v->pos, "nested too deeply (limit %zu)", job->limits.depth);
	if (v->kind == KRM_STRING)
		return refold_text(job, v);
	for (size_t i = 0; i < krm_list_len(*v); i++)
		if (refold(job, &v->l->v[i], depth + 1) < 0)
			return -1;
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e)
			if (refold(job, &e->val, depth + 1) < 0)
				return -1;
	return 0;
}

int krm_yaml_refold(struct kv_job *job, krm_val *v)
{
	return job->folded_texts && !job->keep_text ? refold(job, v, 0) : 0;
}

/* The last thing in a tree, or NULL. */
static krm_val *last_leaf(krm_val *v)
{
	while (v && (v->kind == KRM_LIST || v->kind == KRM_MAP)) {
		krm_val *last = NULL;
		if (v->kind == KRM_LIST && v->l->n)
			last = &v->l->v[v->l->n - 1];
		else if (v->kind == KRM_MAP)
			krm_map_each (v->m, e)
				last = &e->val;
		v = last;
	}
	return v;
}

void krm_yml_add_comment_line(struct kv_job *job, krm_val *document)
{
	krm_val *leaf = last_leaf(document);
	if (!leaf || leaf->kind != KRM_STRING ||
	    (leaf->style != KRM_STYLE_LITERAL && leaf->style != KRM_STYLE_FOLDED))
		return;
	kv_str text = krm_str(*leaf);
	if (!krm_yml_analyze(text, YML_V3).block_allowed ||
	    !(kv_str_ends(text, KV_S("\n\n")) || kv_str_eq(text, KV_S("\n"))))
		return;
	krm_val longer = krm_string(job->arena, kv_arena_cat(job->arena, text, KV_S("\n")));
	kv_warn(job, leaf->pos,
		"kustomize adds an empty line to this text, which ends in some before a comment; --keep-text does not");
	leaf->s = longer.s;
}
