/* krm/yaml_fold.c: what becomes of a block scalar when go-yaml v3 prints it and reads it again, as kustomize
 * does.
 *
 * The emitter of v3 asks about the start of a folded text where it means the text behind a line break
 * (emitterc.go, write_folded_scalar), so some line breaks come back doubled and others are lost. A text that
 * begins with a tab comes out as a block that no reader takes.
 */
#include "krm/yaml_internal.h"

static bool begins_with_tab(kv_str s)
{
	return s.n > 0 && s.p[0] == '\t';
}

int krm_yml_through_v3(struct kv_job *job, kv_str text, enum krm_style style, kv_str *ret, kv_str *ret_error)
{
	*ret = text;
	if (!krm_yml_analyze(text, YML_V3).block_allowed || text.n == 0)
		return 0;
	if (begins_with_tab(text)) {
		*ret_error = KV_S("found a tab character where an indentation space is expected");
		return -1;
	}
	if (style != KRM_STYLE_FOLDED || kv_str_chr(text, '\n') == SIZE_MAX)
		return 0;
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	struct yml_out out = {
		.b = &b, .whitespace = true, .indention = true, .width = SIZE_MAX, .version = YML_V3
	};
	krm_yml_out_scalar(&out, text, YML_FOLDED, YML_INDENT, false);
	krm_yml_out_indent(&out, 0);
	return krm_yml_reread_scalar(job, kv_buf_view(&b), job->arena, ret, ret_error);
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

void krm_yml_add_comment_line(struct kv_arena *a, krm_val *document)
{
	krm_val *leaf = last_leaf(document);
	if (!leaf || leaf->kind != KRM_STRING ||
	    (leaf->style != KRM_STYLE_LITERAL && leaf->style != KRM_STYLE_FOLDED))
		return;
	kv_str text = krm_str(*leaf);
	if (!krm_yml_analyze(text, YML_V3).block_allowed ||
	    !(kv_str_ends(text, KV_S("\n\n")) || kv_str_eq(text, KV_S("\n"))))
		return;
	krm_val longer = krm_string(a, kv_arena_cat(a, text, KV_S("\n")));
	leaf->s = longer.s;
}
