/* krm/splice_list.c: where a list stands is read off the tokens of the text; what was meant is checked by reading the
 * result. */
#include "krm/splice_list.h"

#include "base/file.h"
#include "base/map.h"
#include "krm/yaml_scan.h"

enum shape {
	SHAPE_MISSING, /* no such key */
	SHAPE_NOTHING, /* a key without a value */
	SHAPE_SCALAR,  /* "null", or a mistake */
	SHAPE_BLOCK,
	SHAPE_FLOW,
	SHAPE_OTHER,
};

struct entry {
	size_t start; /* "-", or the first byte in a flow list */
	size_t node;  /* the first byte of the value */
	size_t last;  /* the first byte of the last token */
	size_t comma; /* in a flow list, the comma behind it; 0: none */
};

struct list {
	struct kv_job *job;
	kv_str name, text;
	const struct krm_list_change *change;
	krm_val doc;

	size_t top;    /* column of its keys */
	size_t sample; /* column of the entries of any block list in it */
	bool sampled;
	enum shape shape;
	size_t key, value;  /* the key's first byte; behind its colon */
	size_t open, close; /* of a flow list: its brackets; of a scalar: its first byte and behind it */
	size_t end;         /* where the next key begins, or the document ends */
	struct entry *v;
	size_t n, cap;
};

/* --- lines ------------------------------------------------------------------------------------ */

static size_t line_start(kv_str text, size_t at)
{
	size_t feed = kv_str_rchr(kv_str_sub(text, 0, at), '\n');
	return feed == SIZE_MAX ? 0 : feed + 1;
}

/* Behind the line's content: at its line break or the end of the text. */
static size_t line_end(kv_str text, size_t at)
{
	size_t feed = kv_str_find(text, KV_S("\n"), at);
	if (feed == SIZE_MAX)
		return text.n;
	return feed > at && text.p[feed - 1] == '\r' ? feed - 1 : feed;
}

static size_t line_next(kv_str text, size_t at)
{
	size_t feed = kv_str_find(text, KV_S("\n"), at);
	return feed == SIZE_MAX ? text.n : feed + 1;
}

static kv_str line_break(kv_str text)
{
	size_t feed = kv_str_chr(text, '\n');
	return feed != SIZE_MAX && feed > 0 && text.p[feed - 1] == '\r' ? KV_S("\r\n") : KV_S("\n");
}

/* Where the blanks and line breaks before a place begin. */
static size_t before_blanks(kv_str text, size_t at)
{
	while (at > 0 && strchr(" \t\r\n", text.p[at - 1]))
		at--;
	return at;
}

static bool is_blank(kv_str s)
{
	return kv_str_trim(s, " \t\r\n").n == 0;
}

/* Blank, or a comment that is indented by no more than `column`: no part of what stands before it. */
static bool is_apart(kv_str line, size_t column)
{
	kv_str rest = kv_str_trim(line, " \t\r\n");
	return rest.n == 0 || (rest.p[0] == '#' && (size_t)(rest.p - line.p) <= column);
}

/* The start of the line behind something whose last token begins at `last`, when the next thing begins at `end`. */
static size_t content_end(kv_str text, size_t last, size_t end, size_t column)
{
	size_t first = line_next(text, last), at = end < text.n ? line_start(text, end) : text.n;
	while (at > first) {
		size_t start = line_start(text, at - 1);
		if (!is_apart(kv_str_sub(text, start, at), column))
			break;
		at = start;
	}
	return at > first ? at : first;
}

/* --- where the list stands -------------------------------------------------------------------- */

struct walk {
	struct list *list;
	size_t depth, list_depth;
	bool at_key, inside, valued, item; /* item: the next token begins an entry of a flow list */
	bool ended;
};

static bool opens(enum yml_token_type type)
{
	return type == YML_BLOCK_MAP_TOKEN || type == YML_BLOCK_LIST_TOKEN || type == YML_FLOW_MAP_TOKEN ||
	       type == YML_FLOW_LIST_TOKEN;
}

static bool closes(enum yml_token_type type)
{
	return type == YML_BLOCK_END_TOKEN || type == YML_FLOW_MAP_END_TOKEN ||
	       type == YML_FLOW_LIST_END_TOKEN;
}

static void add_entry(struct list *l, size_t start, size_t node)
{
	struct entry e = { .start = start, .node = node, .last = start };
	KV_PUSH(l->job->arena, l->v, l->n, l->cap, e);
}

/* The first token of the value says how it is written. */
static void begin_value(struct walk *w, const struct yml_token *t)
{
	struct list *l = w->list;
	size_t at = t->start.offset;
	if (t->type == YML_ANCHOR_TOKEN || t->type == YML_TAG_TOKEN)
		return;
	w->valued = true;
	w->list_depth = w->depth;
	if (t->type == YML_BLOCK_LIST_TOKEN || t->type == YML_BLOCK_ENTRY_TOKEN) {
		l->shape = SHAPE_BLOCK;
	} else if (t->type == YML_FLOW_LIST_TOKEN) {
		l->shape = SHAPE_FLOW;
		l->open = at;
		w->item = true;
	} else if (t->type == YML_SCALAR_TOKEN) {
		l->shape = SHAPE_SCALAR;
		l->open = at;
		l->close = at + t->value.n;
	} else {
		l->shape = SHAPE_OTHER;
	}
}

static void inside_value(struct walk *w, const struct yml_token *t)
{
	struct list *l = w->list;
	size_t at = t->start.offset;
	bool first = !w->valued;
	if (first)
		begin_value(w, t);
	if (l->shape == SHAPE_BLOCK && t->type == YML_BLOCK_ENTRY_TOKEN && w->depth == w->list_depth) {
		add_entry(l, at, 0);
	} else if (l->shape == SHAPE_FLOW && !first) {
		bool level = w->depth == w->list_depth;
		if (t->type == YML_FLOW_LIST_END_TOKEN && w->depth + 1 == w->list_depth) {
			l->close = at;
			return;
		}
		if (level && t->type == YML_FLOW_ENTRY_TOKEN) {
			if (l->n)
				l->v[l->n - 1].comma = at;
			w->item = true;
			return;
		}
		if (w->item)
			add_entry(l, at, at);
		w->item = false;
	}
	if (l->n && !closes(t->type)) {
		struct entry *e = &l->v[l->n - 1];
		e->last = at;
		if (!e->node && at > e->start)
			e->node = at;
	}
}

static void leave(struct walk *w, const struct yml_token *t)
{
	if (w->inside || w->list->shape == SHAPE_MISSING)
		w->list->end = t->start.offset;
	w->inside = false;
}

static void at_top(struct walk *w, const struct yml_token *t)
{
	struct list *l = w->list;
	if (t->type == YML_KEY_TOKEN) {
		leave(w, t);
		l->top = t->start.column;
		w->at_key = true;
	} else if (w->at_key && t->type == YML_SCALAR_TOKEN) {
		w->at_key = false;
		if (l->shape == SHAPE_MISSING && kv_str_eq(t->value, kv_str_c(l->change->field))) {
			w->inside = true;
			w->valued = false;
			l->shape = SHAPE_NOTHING;
			l->key = t->start.offset;
			l->value = 0;
		}
	} else if (t->type == YML_VALUE_TOKEN && w->inside) {
		l->value = t->start.offset + 1;
	} else if (t->type == YML_BLOCK_ENTRY_TOKEN) {
		l->sample = t->start.column;
		l->sampled = true;
	}
}

static bool take(struct walk *w, const struct yml_token *t)
{
	struct list *l = w->list;
	bool starts_document = t->type == YML_DOCUMENT_START_TOKEN;
	if (w->depth == 0 && !w->ended && !starts_document && t->type != YML_DOCUMENT_END_TOKEN &&
	    t->type != YML_STREAM_END_TOKEN && t->type != YML_BLOCK_MAP_TOKEN)
		return false;
	if (w->ended && t->type != YML_DOCUMENT_END_TOKEN && t->type != YML_STREAM_END_TOKEN)
		return false;
	bool valued = w->inside && l->value;
	if (closes(t->type))
		w->depth--;
	if (opens(t->type))
		w->depth++;
	if (w->depth == 2 && t->type == YML_BLOCK_LIST_TOKEN) {
		l->sample = t->start.column;
		l->sampled = true;
	}
	if (w->depth == 1)
		at_top(w, t);
	if (valued && w->inside && w->depth)
		inside_value(w, t);
	if (w->depth == 0 && !starts_document && !w->ended) {
		leave(w, t);
		w->ended = true;
	}
	return true;
}

/* False if the text is more than one mapping in block style. */
static bool locate(struct list *l)
{
	struct yml_scanner s;
	struct walk w = { .list = l };
	struct yml_token *t;
	krm_yml_scanner_init(&s, l->job->arena, l->job->arena, l->text, YML_V3);
	while ((t = krm_yml_token_peek(&s))) {
		if (!take(&w, t))
			return false;
		if (t->type == YML_STREAM_END_TOKEN)
			return !s.converted;
		krm_yml_token_skip(&s);
	}
	return false;
}

/* --- what it says ----------------------------------------------------------------------------- */

kv_str krm_list_entry_name(struct kv_arena *a, krm_val entry, const char *key)
{
	kv_str name = krm_str(key ? krm_get(entry, key) : entry);
	return name.n ? kv_path_clean(a, name) : name;
}

static void index_names(const struct list *l, struct kv_map *names)
{
	krm_val list = krm_get(l->doc, l->change->field);
	kv_map_init(names, l->job->arena);
	for (size_t i = 0; i < krm_list_len(list); i++)
		kv_map_put(names, krm_list_entry_name(l->job->arena, list.l->v[i], l->change->key), names);
}

static int refuse(const struct list *l, const char *why)
{
	const struct krm_list_change *c = l->change;
	kv_error_file(l->job, l->name, "%s: %s", c->field, why);
	for (size_t i = 0; i < c->nadd + c->nremove; i++)
		kv_note(l->job, 0, "%s by hand: - %s%s%.*s", i < c->nadd ? "add" : "remove",
			c->key ? c->key : "", c->key ? ": " : "",
			KV_ARG(i < c->nadd ? c->add[i] : c->remove[i - c->nadd]));
	return -1;
}

static int read_list(struct list *l)
{
	kv_str error;
	l->shape = SHAPE_MISSING;
	l->n = 0;
	l->end = l->text.n;
	if (krm_yaml_try(l->job, l->text, KRM_YAML_PLAIN, &l->doc, &error) < 0)
		return kv_error_file(l->job, l->name, "%.*s", KV_ARG(error));
	if (l->doc.kind != KRM_NIL && l->doc.kind != KRM_MAP)
		return refuse(l, "the file is not a mapping");
	if (!locate(l))
		return refuse(l, "the file is not one mapping in block style");
	krm_val list = krm_get(l->doc, l->change->field);
	if ((list.kind != KRM_NIL && list.kind != KRM_LIST) || l->shape == SHAPE_OTHER ||
	    krm_list_len(list) != l->n)
		return refuse(l, "there is no list of its own here");
	return 0;
}

/* The tree with an empty list taken for none. */
static void drop_empty(krm_val doc, const char *field)
{
	krm_val list = krm_get(doc, field);
	if (doc.kind == KRM_MAP && (list.kind == KRM_NIL || (list.kind == KRM_LIST && !list.l->n)))
		krm_map_del(doc.m, kv_str_c(field));
}

/* Takes the new text if it means what was meant. */
static int settle(struct list *l, kv_str text, krm_val entries)
{
	struct kv_arena *a = l->job->arena;
	krm_val now, meant = l->doc.kind == KRM_MAP ? l->doc : krm_map(a, KRM_OF_ANY);
	kv_str error;
	krm_map_set_c(a, meant.m, l->change->field, entries);
	drop_empty(meant, l->change->field);
	if (krm_yaml_try(l->job, text, KRM_YAML_PLAIN, &now, &error) < 0)
		return refuse(l, "the list cannot be changed in place");
	drop_empty(now, l->change->field);
	if (now.kind == KRM_NIL ? krm_map_len(meant) > 0 : !krm_equal(now, meant))
		return refuse(l, "the list cannot be changed in place");
	l->text = text;
	return 0;
}

/* --- adding ----------------------------------------------------------------------------------- */

static void print_scalar(struct list *l, struct kv_buf *out, kv_str name)
{
	struct kv_buf b;
	kv_str error, text;
	kv_buf_init(&b, l->job->arena, KV_BUF_MAX);
	if (krm_yaml_write(l->job, krm_string(l->job->arena, name), &b, &error) < 0)
		return; /* the result will not read as meant */
	text = kv_str_trim(kv_buf_view(&b), "\n");
	bool quote = l->shape == SHAPE_FLOW && !strchr("'\"", text.p[0]) &&
		     strpbrk(kv_arena_cstr(l->job->arena, text), ",?[]{}");
	kv_buf_printf(out, quote ? "'%.*s'" : "%.*s", KV_ARG(text));
}

static void print_entry(struct list *l, struct kv_buf *out, kv_str name)
{
	bool flow = l->shape == SHAPE_FLOW;
	if (l->change->key)
		kv_buf_printf(out, "%s%s: ", flow ? "{" : "", l->change->key);
	print_scalar(l, out, name);
	if (l->change->key && flow)
		kv_buf_c(out, '}');
}

/* What stands before an entry on its line. */
static kv_str entry_lead(const struct list *l)
{
	struct kv_arena *a = l->job->arena;
	size_t column = l->sampled ? l->sample : l->top;
	kv_str gap = KV_S(" ");
	if (l->n) {
		const struct entry *e = &l->v[l->n - 1];
		column = e->start - line_start(l->text, e->start);
		kv_str between = kv_str_sub(l->text, e->start + 1, e->node);
		if (between.n && kv_str_trim(between, " ").n == 0)
			gap = between;
	}
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_fill(&b, ' ', column);
	kv_buf_c(&b, '-');
	kv_buf_str(&b, gap);
	return kv_buf_view(&b);
}

static void print_block(struct list *l, struct kv_buf *out, const kv_str *names, size_t n)
{
	kv_str lead = entry_lead(l);
	for (size_t i = 0; i < n; i++) {
		kv_buf_str(out, line_break(l->text));
		kv_buf_str(out, lead);
		print_entry(l, out, names[i]);
	}
}

static void add_to_flow(struct list *l, struct kv_buf *out, const kv_str *names, size_t n)
{
	bool comma = l->v[l->n - 1].comma != 0;
	size_t at = before_blanks(l->text, l->close);
	kv_buf_str(out, kv_str_sub(l->text, 0, at));
	for (size_t i = 0; i < n; i++) {
		kv_buf_str(out, comma ? KV_S(" ") : KV_S(", "));
		print_entry(l, out, names[i]);
		if (comma)
			kv_buf_c(out, ',');
	}
	kv_buf_str(out, kv_str_sub(l->text, at, l->text.n));
}

static void add_to_block(struct list *l, struct kv_buf *out, const kv_str *names, size_t n)
{
	size_t next = content_end(l->text, l->v[l->n - 1].last, l->end, l->top);
	size_t at = next > 0 && l->text.p[next - 1] == '\n' ? line_end(l->text, next - 1) : next;
	if (at > 0 && at < l->text.n && l->text.p[at] == '\n' && l->text.p[at - 1] == '\r')
		at--;
	kv_buf_str(out, kv_str_sub(l->text, 0, at));
	print_block(l, out, names, n);
	kv_buf_str(out, kv_str_sub(l->text, at, l->text.n));
}

/* Where nothing stands: null, an empty list, or only the key. */
static void fill(struct list *l, struct kv_buf *out, const kv_str *names, size_t n)
{
	size_t from = l->value, to = l->value;
	if (l->shape == SHAPE_SCALAR)
		to = l->close;
	else if (l->shape == SHAPE_FLOW)
		to = l->close + 1;
	l->shape = SHAPE_NOTHING;
	size_t end = line_end(l->text, to);
	kv_buf_str(out, kv_str_sub(l->text, 0, from));
	kv_buf_str(out, kv_str_sub(l->text, to, end));
	print_block(l, out, names, n);
	kv_buf_str(out, kv_str_sub(l->text, end, l->text.n));
}

static void add_field(struct list *l, struct kv_buf *out, const kv_str *names, size_t n)
{
	size_t at = l->end < l->text.n ? line_start(l->text, l->end) : l->text.n;
	kv_str before = kv_str_sub(l->text, 0, before_blanks(l->text, at));
	kv_buf_str(out, before);
	if (before.n)
		kv_buf_str(out, line_break(l->text));
	kv_buf_fill(out, ' ', l->top);
	kv_buf_printf(out, "%s:", l->change->field);
	print_block(l, out, names, n);
	kv_buf_str(out, before.n < at ? kv_str_sub(l->text, before.n, l->text.n) : line_break(l->text));
}

/* Which names are not there yet, each once. */
static size_t new_names(struct list *l, kv_str *ret)
{
	struct kv_map seen;
	size_t n = 0;
	index_names(l, &seen);
	for (size_t i = 0; i < l->change->nadd; i++) {
		kv_str name = l->change->add[i], clean = kv_path_clean(l->job->arena, name);
		if (!kv_map_put(&seen, clean, l))
			ret[n++] = name;
	}
	return n;
}

static krm_val extended(struct list *l, const kv_str *names, size_t n)
{
	struct kv_arena *a = l->job->arena;
	krm_val old = krm_get(l->doc, l->change->field), list = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < krm_list_len(old); i++)
		krm_list_push(a, list.l, old.l->v[i]);
	for (size_t i = 0; i < n; i++) {
		krm_val entry = krm_string(a, names[i]);
		if (l->change->key) {
			entry = krm_map(a, KRM_OF_ANY);
			krm_map_set_text(a, entry.m, l->change->key, names[i]);
		}
		krm_list_push(a, list.l, entry);
	}
	return list;
}

static int add(struct list *l)
{
	struct kv_buf out;
	kv_buf_init(&out, l->job->arena, KV_BUF_MAX);
	if (read_list(l) < 0)
		return -1;
	kv_str *names = KV_NEW_N(l->job->arena, kv_str, l->change->nadd);
	size_t n = new_names(l, names);
	if (!n)
		return 0;
	if (l->shape == SHAPE_MISSING)
		add_field(l, &out, names, n);
	else if (!l->n)
		fill(l, &out, names, n);
	else if (l->shape == SHAPE_FLOW)
		add_to_flow(l, &out, names, n);
	else
		add_to_block(l, &out, names, n);
	return settle(l, kv_buf_view(&out), extended(l, names, n));
}

/* --- removing --------------------------------------------------------------------------------- */

/* Copies the text up to `from` and goes on at `to`. */
static void cut(struct list *l, struct kv_buf *out, size_t *at, size_t from, size_t to)
{
	if (from > *at)
		kv_buf_str(out, kv_str_sub(l->text, *at, from));
	if (to > *at)
		*at = to;
}

static void cut_block(struct list *l, struct kv_buf *out, const bool *gone, bool any_left)
{
	size_t at = 0;
	if (!any_left) {
		size_t end = line_end(l->text, l->value);
		if (is_blank(kv_str_sub(l->text, l->value, end))) {
			cut(l, out, &at, line_start(l->text, l->key), line_next(l->text, l->value));
		} else {
			cut(l, out, &at, l->value, l->value);
			kv_buf_lit(out, " []");
		}
	}
	for (size_t i = 0; i < l->n; i++) {
		size_t start = line_start(l->text, l->v[i].start);
		size_t next = i + 1 < l->n ? l->v[i + 1].start : l->end;
		if (gone[i])
			cut(l, out, &at, start,
			    content_end(l->text, l->v[i].last, next, l->v[i].start - start));
	}
	cut(l, out, &at, l->text.n, l->text.n);
}

static void cut_flow(struct list *l, struct kv_buf *out, const bool *gone)
{
	size_t at = 0, tail = l->n;
	while (tail > 0 && gone[tail - 1])
		tail--;
	for (size_t i = 0; i < tail; i++)
		if (gone[i])
			cut(l, out, &at, l->v[i].start, l->v[i + 1].start);
	size_t end = l->n && l->v[l->n - 1].comma ? l->v[l->n - 1].comma : before_blanks(l->text, l->close);
	if (tail == 0)
		cut(l, out, &at, l->open + 1, l->close);
	else if (tail < l->n)
		cut(l, out, &at, l->v[tail - 1].comma, end);
	cut(l, out, &at, l->text.n, l->text.n);
}

static int take_away(struct list *l)
{
	struct kv_map names;
	struct kv_buf out;
	kv_buf_init(&out, l->job->arena, KV_BUF_MAX);
	kv_map_init(&names, l->job->arena);
	if (read_list(l) < 0)
		return -1;
	for (size_t i = 0; i < l->change->nremove; i++)
		kv_map_put(&names, kv_path_clean(l->job->arena, l->change->remove[i]), l);
	krm_val old = krm_get(l->doc, l->change->field), left = krm_list(l->job->arena, KRM_OF_ANY);
	bool *gone = KV_NEW_N(l->job->arena, bool, l->n);
	for (size_t i = 0; i < l->n; i++) {
		gone[i] = kv_map_has(&names, krm_list_entry_name(l->job->arena, old.l->v[i], l->change->key));
		if (!gone[i])
			krm_list_push(l->job->arena, left.l, old.l->v[i]);
	}
	if (left.l->n == l->n)
		return 0;
	if (l->shape == SHAPE_FLOW)
		cut_flow(l, &out, gone);
	else
		cut_block(l, &out, gone, left.l->n > 0);
	return settle(l, kv_buf_view(&out), left);
}

/* Adding first: a list that gets and loses entries keeps its place. */
int krm_splice_lists(struct kv_job *job, kv_str name, kv_str text, const struct krm_list_change *changes,
		     size_t n, kv_str *ret)
{
	struct list l = { .job = job, .name = name, .text = text };
	for (size_t i = 0; i < n; i++) {
		l.change = &changes[i];
		if ((changes[i].nadd && add(&l) < 0) || (changes[i].nremove && take_away(&l) < 0))
			return -1;
	}
	*ret = l.text;
	return 0;
}
