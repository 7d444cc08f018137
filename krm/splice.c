/* krm/splice.c: annotations set in the lines of an item. */
#include "krm/splice.h"

#include "krm/yaml.h"

struct splice {
	struct kv_arena *arena;
	struct krm_item *item;
	kv_str raw;
	const struct krm_setting *settings;
	size_t n;
	struct kv_buf out;
	size_t done; /* bytes of raw that are in `out` or replaced */
};

static const struct krm_entry *entry_of(krm_val map, const char *key)
{
	if (map.kind == KRM_MAP)
		krm_map_each (map.m, e)
			if (krm_is_str(e->key, key))
				return e;
	return NULL;
}

/* Where a position of the input lies in the item's lines; SIZE_MAX if it does not. */
static size_t offset_of(const struct splice *s, kv_pos pos)
{
	kv_pos start = s->item->raw_pos;
	return pos > start && pos - start < s->raw.n ? pos - start : SIZE_MAX;
}

static bool copy_to(struct splice *s, size_t offset)
{
	if (offset == SIZE_MAX || offset < s->done)
		return false;
	kv_buf_str(&s->out, kv_str_sub(s->raw, s->done, offset));
	s->done = offset;
	return true;
}

static void add_quoted(struct splice *s, kv_str value)
{
	kv_buf_c(&s->out, '\'');
	for (size_t i = 0; i < value.n; i++)
		kv_buf_str(&s->out, value.p[i] == '\'' ? KV_S("''") : kv_str_sub(value, i, i + 1));
	kv_buf_c(&s->out, '\'');
}

/* The end of a scalar of one line, also one in a flow mapping. */
static size_t end_of_scalar(kv_str raw, size_t at)
{
	char quote = raw.p[at];
	size_t i = at;
	if (quote == '|' || quote == '>')
		return SIZE_MAX;
	if (quote == '\'' || quote == '"') {
		for (i++; i < raw.n && raw.p[i] != quote; i++)
			if (raw.p[i] == '\n' || raw.p[i] == '\\')
				return SIZE_MAX;
		return i < raw.n ? i + 1 : SIZE_MAX;
	}
	while (i < raw.n && !strchr("\n\r,}#", raw.p[i]))
		i++;
	while (i > at && raw.p[i - 1] == ' ')
		i--;
	return i;
}

static bool replace(struct splice *s, krm_val old, kv_str value)
{
	size_t at = offset_of(s, old.pos);
	if (kv_str_eq(krm_str(old), value))
		return true;
	size_t end = at == SIZE_MAX ? SIZE_MAX : end_of_scalar(s->raw, at);
	if (end == SIZE_MAX || !copy_to(s, at))
		return false;
	add_quoted(s, value);
	s->done = end;
	return true;
}

/* What an inserted entry stands between: its own lines with the blanks of its neighbour, or commas. */
struct room {
	bool flow, last;
	kv_str indent;
};

/* Goes to the place of the first entry of a mapping, which is right behind the line of its key: comments in between
 * are about what follows. */
static bool go_to_front(struct splice *s, const struct krm_entry *entry, struct room *ret)
{
	krm_val map = entry->val;
	size_t at = offset_of(s, map.pos), key = offset_of(s, entry->key.pos);
	*ret = (struct room){ .last = krm_map_len(map) == 0 };
	if (at == SIZE_MAX || key == SIZE_MAX)
		return false;
	ret->flow = s->raw.p[at] == '{';
	if (ret->flow)
		return copy_to(s, at + 1);
	size_t before = kv_str_rchr(kv_str_sub(s->raw, 0, at), '\n');
	size_t start = before == SIZE_MAX ? 0 : before + 1;
	ret->indent = kv_str_sub(s->raw, start, at);
	size_t below = kv_str_find(s->raw, KV_S("\n"), key) + 1;
	return kv_str_trim(ret->indent, " ").n == 0 && below <= start && copy_to(s, below);
}

static void add_entries(struct splice *s, const struct room *room, krm_val existing)
{
	bool first = true;
	for (size_t i = 0; i < s->n; i++) {
		const struct krm_setting *set = &s->settings[i];
		if (entry_of(existing, set->key))
			continue;
		if (room->flow && !first)
			kv_buf_lit(&s->out, ", ");
		kv_buf_printf(&s->out, "%.*s%s: ", KV_ARG(room->indent), set->key);
		add_quoted(s, set->value);
		if (!room->flow)
			kv_buf_c(&s->out, '\n');
		first = false;
	}
	if (room->flow && !room->last && !first)
		kv_buf_lit(&s->out, ", ");
}

static bool add_annotations(struct splice *s, const struct krm_entry *metadata)
{
	struct room room;
	if (krm_map_len(metadata->val) == 0 || !go_to_front(s, metadata, &room))
		return false;
	kv_buf_printf(&s->out, "%.*sannotations:%s", KV_ARG(room.indent), room.flow ? " {" : "\n");
	struct room inner = room;
	inner.last = true;
	if (!room.flow)
		inner.indent = kv_arena_printf(s->arena, "%.*s  ", KV_ARG(room.indent));
	add_entries(s, &inner, krm_nil());
	if (room.flow)
		kv_buf_lit(&s->out, "}, ");
	return true;
}

static bool change_annotations(struct splice *s, const struct krm_entry *entry)
{
	krm_val annotations = entry->val;
	struct room room;
	if (!go_to_front(s, entry, &room))
		return false;
	add_entries(s, &room, annotations);
	/* In the order of the text, so that each change lies behind the one before. */
	krm_map_each (annotations.m, e)
		for (size_t i = 0; i < s->n; i++)
			if (krm_is_str(e->key, s->settings[i].key) &&
			    !replace(s, e->val, s->settings[i].value))
				return false;
	return true;
}

static bool change(struct splice *s)
{
	const struct krm_entry *metadata = entry_of(s->item->resource->obj, "metadata");
	if (!s->raw.n || !metadata || metadata->val.kind != KRM_MAP)
		return false;
	const struct krm_entry *annotations = entry_of(metadata->val, "annotations");
	if (annotations && annotations->val.kind != KRM_MAP)
		return false;
	if (!(annotations ? change_annotations(s, annotations) : add_annotations(s, metadata)))
		return false;
	return copy_to(s, s->raw.n);
}

static bool reads_as(struct kv_job *job, kv_str raw, krm_val obj)
{
	krm_val list;
	kv_str error;
	return krm_yaml_try(job, raw, KRM_YAML_KUSTOMIZE, &list, &error) == 0 && krm_list_len(list) == 1 &&
	       krm_equal(list.l->v[0], obj);
}

void krm_splice_annotations(struct kv_job *job, struct krm_item *item, const struct krm_setting *settings,
			    size_t n)
{
	struct splice s = { job->arena, item, item->raw, settings, n, .done = 0 };
	krm_val obj = item->resource->obj;
	kv_buf_init(&s.out, job->arena, KV_BUF_MAX);
	bool changed = !item->edited && change(&s);
	for (size_t i = 0; i < n; i++)
		krm_annotate(job->arena, obj, settings[i].key, settings[i].value);
	if (item->edited)
		return;
	item->raw =
		changed && reads_as(job, kv_buf_view(&s.out), obj) ? kv_buf_view(&s.out) : kv_str_of("", 0);
	item->raw_pos = 0;
}
