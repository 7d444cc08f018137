/* krm/splice_tree.c: what was set in an item's tree, set in its lines: new entries at the end of their mapping, changed ones in their
 * place. What nobody changed keeps its bytes. */
#include "krm/splice.h"
#include "krm/yaml.h"

struct edit {
	struct kv_job *job;
	kv_str raw;
	kv_pos base;
	struct kv_buf *out;
	size_t done; /* bytes of raw that are in `out` or replaced */
};

/* --- places ----------------------------------------------------------------------------------- */

/* Where a node was read; SIZE_MAX for one that was set since then. */
static size_t place_of(const struct edit *e, kv_pos pos)
{
	return pos >= e->base && pos - e->base < e->raw.n ? pos - e->base : SIZE_MAX;
}

static bool is_read(const struct edit *e, kv_pos pos)
{
	return place_of(e, pos) != SIZE_MAX;
}

/* A value that is not there is read where the next thing begins. */
static bool is_kept(const struct edit *e, krm_val v)
{
	return is_read(e, v.pos) || (v.kind == KRM_NIL && v.pos && v.pos == e->base + e->raw.n);
}

static size_t start_of_line(const struct edit *e, size_t at)
{
	size_t before = kv_str_rchr(kv_str_sub(e->raw, 0, at), '\n');
	return before == SIZE_MAX ? 0 : before + 1;
}

/* The "-" before an item, which stands in the item's line; SIZE_MAX if it does not. */
static size_t dash_before(const struct edit *e, size_t at)
{
	if (at == SIZE_MAX)
		return SIZE_MAX;
	while (at > 0 && e->raw.p[at - 1] == ' ')
		at--;
	return at > 0 && e->raw.p[at - 1] == '-' ? at - 1 : SIZE_MAX;
}

/* The scalar or empty collection that a node ends with; `read`: of what was read. */
static krm_val last_leaf(const struct edit *e, krm_val v, bool read)
{
	for (;;) {
		krm_val last = krm_nil();
		if (v.kind == KRM_LIST && v.l->n)
			last = v.l->v[v.l->n - 1];
		else if (v.kind == KRM_MAP)
			krm_map_each (v.m, entry)
				if (!read || is_read(e, entry->key.pos))
					last = entry->val;
		if (last.kind == KRM_NIL)
			return v;
		v = last;
	}
}

/* Whether a node ends with a text of several lines, whose empty lines are its own. */
static bool ends_with_text(const struct edit *e, krm_val v)
{
	krm_val leaf = last_leaf(e, v, true);
	return leaf.style == KRM_STYLE_LITERAL || leaf.style == KRM_STYLE_FOLDED;
}

/* The end of the lines of a node in a mapping at `column`, before what begins at `limit`: comments that stand further to the left,
 * and empty lines, belong to what follows. */
static size_t end_of_lines(const struct edit *e, krm_val last, size_t limit, size_t column)
{
	bool text = ends_with_text(e, last);
	size_t at = limit == e->raw.n ? limit : start_of_line(e, limit);
	while (at > 0) {
		size_t start = start_of_line(e, at - 1), blanks;
		kv_str line = kv_str_sub(e->raw, start, at - 1);
		blanks = kv_str_indent(line);
		bool empty = kv_str_trim(line, " \t\r").n == 0;
		if (empty ? text : line.p[blanks] != '#' || blanks >= column)
			break;
		at = start;
	}
	return at;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool copy_to(struct edit *e, size_t offset)
{
	if (offset == SIZE_MAX || offset < e->done || offset > e->raw.n)
		return false;
	kv_buf_str(e->out, kv_str_sub(e->raw, e->done, offset));
	e->done = offset;
	return true;
}

/* The lines of an entry of a block mapping at `column`; the first begins where `out` ends, or in a new line. */
static bool write_entry(struct edit *e, const struct krm_entry *entry, size_t column, bool new_line)
{
	struct krm_entry one = { krm_string(e->job->arena, krm_str(entry->key)), entry->val };
	struct krm_map m = { .e = &one, .n = 1, .cap = 1, .live = 1 };
	struct kv_buf lines;
	kv_str error, rest, line;
	kv_buf_init(&lines, e->job->arena, KV_BUF_MAX);
	if (krm_yaml_write(e->job, (krm_val){ .kind = KRM_MAP, .m = &m }, &lines, &error) < 0)
		return false;
	rest = kv_buf_view(&lines);
	while (kv_str_line(&rest, &line)) {
		for (size_t i = 0; new_line && line.n && i < column; i++)
			kv_buf_c(e->out, ' ');
		kv_buf_str(e->out, line);
		kv_buf_c(e->out, '\n');
		new_line = true;
	}
	return true;
}

/* The entry as a flow mapping would have it, without the braces. */
static bool write_flow_entry(struct edit *e, const struct krm_entry *entry)
{
	struct krm_entry one = { krm_string(e->job->arena, krm_str(entry->key)), entry->val };
	struct krm_map m = { .e = &one, .n = 1, .cap = 1, .live = 1 };
	struct kv_buf line;
	kv_str error;
	kv_buf_init(&line, e->job->arena, KV_BUF_MAX);
	if (krm_yaml_write_nodes(e->job, (krm_val){ .kind = KRM_MAP, .style = KRM_STYLE_FLOW, .m = &m },
				 &line, &error) < 0)
		return false;
	kv_str text = kv_str_trim(kv_buf_view(&line), "\n");
	kv_buf_str(e->out, kv_str_sub(text, 1, text.n - 1));
	return true;
}

/* An empty line behind a text of several lines might become one of its lines. */
static bool may_follow(const struct edit *e, krm_val written)
{
	kv_str rest = kv_str_sub(e->raw, e->done, e->raw.n), line;
	bool empty = kv_str_line(&rest, &line) && !kv_str_trim(line, " \t\r").n;
	return !empty || kv_str_chr(krm_str(last_leaf(e, written, false)), '\n') == SIZE_MAX;
}

/* --- mappings --------------------------------------------------------------------------------- */

static bool edit_node(struct edit *e, krm_val v, size_t limit);

static bool edit_flow_map(struct edit *e, krm_val v, size_t at)
{
	bool any = false;
	size_t left = v.m->live;
	krm_map_each (v.m, entry) {
		if (entry->key.pos)
			continue;
		if ((!any && !copy_to(e, at + 1)) || !write_flow_entry(e, entry))
			return false;
		any = true;
		if (--left)
			kv_buf_lit(e->out, ", ");
	}
	krm_map_each (v.m, entry)
		if (entry->key.pos &&
		    (!is_read(e, entry->key.pos) || !is_kept(e, entry->val) || !edit_node(e, entry->val, 0)))
			return false;
	return true;
}

/* Where the next entry that was read begins, else `limit`. */
static size_t end_of_entry(const struct edit *e, const struct krm_map *m, const struct krm_entry *entry,
			   size_t limit)
{
	for (const struct krm_entry *next = entry + 1; next < m->e + m->n; next++)
		if (next->key.kind != KRM_NKINDS && is_read(e, next->key.pos))
			return place_of(e, next->key.pos);
	return limit;
}

static bool edit_entry(struct edit *e, const struct krm_entry *entry, size_t limit, size_t column)
{
	size_t at = place_of(e, entry->key.pos);
	/* Keys that "?" begins stand elsewhere. */
	if (at == SIZE_MAX || at - start_of_line(e, at) != column)
		return false;
	if (is_kept(e, entry->val))
		return edit_node(e, entry->val, limit);
	if (!limit || !copy_to(e, at) || !write_entry(e, entry, column, false))
		return false;
	e->done = end_of_lines(e, krm_nil(), limit, column);
	return may_follow(e, entry->val);
}

static bool edit_block_map(struct edit *e, krm_val v, size_t at, size_t limit)
{
	size_t column = at - start_of_line(e, at);
	krm_val last = krm_nil();
	bool more = false;
	krm_map_each (v.m, entry) {
		if (!entry->key.pos) {
			more = true;
			continue;
		}
		last = entry->val;
		if (more || !edit_entry(e, entry, end_of_entry(e, v.m, entry, limit), column))
			return false;
	}
	if (!more)
		return true;
	if (!limit)
		return false;
	if (is_kept(e, last) && !copy_to(e, end_of_lines(e, last, limit, column)))
		return false;
	krm_map_each (v.m, entry)
		if (!entry->key.pos && (!write_entry(e, entry, column, true) || !may_follow(e, entry->val)))
			return false;
	return true;
}

/* --- nodes ------------------------------------------------------------------------------------ */

static bool edit_list(struct edit *e, krm_val v, size_t limit)
{
	for (size_t i = 0; i < v.l->n; i++) {
		size_t end = i + 1 < v.l->n ? place_of(e, v.l->v[i + 1].pos) : limit;
		bool collection = v.l->v[i].kind == KRM_MAP || v.l->v[i].kind == KRM_LIST;
		if (!is_kept(e, v.l->v[i]))
			return false;
		if (collection && limit && i + 1 < v.l->n)
			end = dash_before(e, end);
		if (collection && (end == SIZE_MAX || !edit_node(e, v.l->v[i], limit ? end : 0)))
			return false;
	}
	return true;
}

/* A node that was read, before what begins at `limit`; 0 within a flow collection. */
static bool edit_node(struct edit *e, krm_val v, size_t limit)
{
	size_t at = place_of(e, v.pos);
	if (v.kind != KRM_MAP && v.kind != KRM_LIST)
		return true;
	if (v.flags & KRM_TAGGED || (v.kind == KRM_MAP && v.m->live < v.m->n))
		return false;
	bool flow = e->raw.p[at] == '{' || e->raw.p[at] == '[';
	if (v.kind == KRM_LIST)
		return edit_list(e, v, flow ? 0 : limit);
	return flow ? edit_flow_map(e, v, at) : edit_block_map(e, v, at, limit);
}

/* What a merge key brings stands elsewhere. */
static bool may_have_merge(kv_str raw)
{
	for (size_t at = 0; (at = kv_str_find(raw, KV_S("<<"), at)) != SIZE_MAX; at += 2)
		if (at + 2 < raw.n && strchr(":'\" \n", raw.p[at + 2]))
			return true;
	return false;
}

bool krm_splice_tree(struct kv_job *job, const struct krm_item *item, struct kv_buf *out)
{
	struct edit e = { job, item->raw, item->raw_pos, out, .done = 0 };
	size_t before = out->n;
	krm_val obj = item->resource->obj;
	bool lines = item->raw.n && item->raw.p[item->raw.n - 1] == '\n' &&
		     !krm_yaml_has_other_breaks(item->raw) && !may_have_merge(item->raw);
	if (lines && is_read(&e, obj.pos) && edit_node(&e, obj, e.raw.n) && copy_to(&e, e.raw.n))
		return true;
	out->n = before;
	return false;
}
