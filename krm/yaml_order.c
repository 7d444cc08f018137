/* krm/yaml_order.c: trees as people write them by hand: block style, keys in the tree's order, lists indented. */
#include "krm/yaml.h"

struct ordered {
	struct kv_job *job;
	struct kv_buf *out;
	kv_str *error;
};

static int write_tree(struct ordered *o, krm_val v, size_t indent, size_t depth);

/* What krm_yaml_write makes of it, moved to the right; lines of block scalars move with it. */
static int write_moved(struct ordered *o, krm_val v, size_t indent, bool first_is_placed)
{
	struct kv_buf text;
	kv_str rest, line;
	kv_buf_init(&text, o->job->arena, KV_BUF_MAX);
	if (krm_yaml_write(o->job, v, &text, o->error) < 0)
		return -1;
	for (rest = kv_buf_view(&text); kv_str_line(&rest, &line); first_is_placed = false) {
		if (line.n && !first_is_placed)
			kv_buf_fill(o->out, ' ', indent);
		kv_buf_str(o->out, line);
		kv_buf_c(o->out, '\n');
	}
	return 0;
}

static bool is_collection(krm_val v)
{
	return krm_map_len(v) || krm_list_len(v);
}

/* The first key of an item stands behind its dash. */
static int write_map(struct ordered *o, krm_val v, size_t indent, size_t depth, bool first_is_placed)
{
	krm_map_each (v.m, e) {
		krm_val one = krm_map(o->job->arena, KRM_OF_ANY);
		krm_map_set_key(o->job->arena, one.m, e->key, is_collection(e->val) ? krm_nil() : e->val);
		if (write_moved(o, one, indent, first_is_placed) < 0)
			return -1;
		first_is_placed = false;
		if (!is_collection(e->val))
			continue;
		/* "key: null" becomes "key:", above what it holds. */
		if (!kv_buf_over(o->out))
			o->out->n -= sizeof " null\n" - 1;
		kv_buf_c(o->out, '\n');
		if (write_tree(o, e->val, indent + 2, depth + 1) < 0)
			return -1;
	}
	return 0;
}

static int write_tree(struct ordered *o, krm_val v, size_t indent, size_t depth)
{
	if (depth > o->job->limits.depth) {
		*o->error = KV_S("too deep a nesting");
		return -1;
	}
	if (v.kind == KRM_MAP)
		return write_map(o, v, indent, depth, false);
	for (size_t i = 0; i < krm_list_len(v); i++) {
		krm_val item = v.l->v[i];
		kv_buf_fill(o->out, ' ', indent);
		kv_buf_lit(o->out, "- ");
		int written = krm_map_len(item) ? write_map(o, item, indent + 2, depth + 1, true)
						: write_moved(o, item, indent + 2, true);
		if (written < 0)
			return -1;
	}
	return 0;
}

int krm_yaml_write_ordered(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error)
{
	struct ordered o = { job, out, ret_error };
	return is_collection(v) ? write_tree(&o, v, 0, 0) : krm_yaml_write(job, v, out, ret_error);
}
