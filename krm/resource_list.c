/* krm/resource_list.c: reading and writing a ResourceList. */
#include "krm/resource_list.h"

#include "base/utf8.h"
#include "krm/splice.h"
#include "krm/yaml.h"

/* --- reading ---------------------------------------------------------------------------------- */

static int check(struct kv_job *job, krm_val doc)
{
	kv_str group, version;
	if (doc.kind != KRM_MAP || !krm_is_str(krm_get(doc, "kind"), "ResourceList"))
		return kv_error(job, doc.pos, "standard input must be a ResourceList");
	krm_split_api_version(krm_api_version(doc), &group, &version);
	if (!kv_str_eq(group, KV_S("config.kubernetes.io")) ||
	    (!kv_str_eq(version, KV_S("v1")) && !kv_str_eq(version, KV_S("v1beta1"))))
		return kv_error(job, doc.pos,
				"the ResourceList's apiVersion is config.kubernetes.io/v1 or v1beta1");
	krm_val items = krm_get(doc, "items");
	if (items.kind != KRM_LIST && items.kind != KRM_NIL)
		return kv_error(job, items.pos, "items must be a list");
	return 0;
}

/* Blanks before the "- " of the item whose first key is at `at`: in this line, or above it comments only. 0 where there is none. */
static size_t margin_of(kv_str text, size_t at)
{
	for (size_t before; at; at = before) {
		before = kv_str_rchr(kv_str_sub(text, 0, at), '\n');
		before = before == SIZE_MAX ? 0 : before;
		kv_str line = kv_str_trim(kv_str_sub(text, before, at), "\n");
		kv_str words = kv_str_trim_space_left(line);
		if (kv_str_starts(words, KV_S("- ")))
			return line.n - words.n;
		if (words.n && words.p[0] != '#')
			return 0;
	}
	return 0;
}

static bool opens_item(kv_str line, size_t margin)
{
	return line.n > margin && !kv_str_trim(kv_str_sub(line, 0, margin), " ").n &&
	       kv_str_starts(kv_str_sub(line, margin, line.n), KV_S("- "));
}

/* The start of the line "- ..." that opens an item whose first key is at `at`: this line, or above it comments
 * and blank lines only. SIZE_MAX if it is not found down to `from`. */
static size_t opening(kv_str text, size_t margin, size_t from, size_t at)
{
	while (at > from) {
		size_t before = kv_str_rchr(kv_str_sub(text, from, at), '\n');
		size_t start = before == SIZE_MAX ? from : from + before + 1;
		kv_str line = kv_str_trim(kv_str_sub(text, start, at), " \t\r");
		if (opens_item(kv_str_sub(text, start, text.n), margin))
			return start;
		if (line.n && line.p[0] != '#')
			return SIZE_MAX;
		if (before == SIZE_MAX)
			return SIZE_MAX;
		at = start - 1;
	}
	return SIZE_MAX;
}

/* The lines without the blanks that all of them begin with; comments may have fewer. False if others have. */
static bool moved_left(struct kv_arena *a, kv_str text, size_t margin, kv_str *ret)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (kv_str line; kv_str_line(&text, &line); kv_buf_c(&out, '\n')) {
		size_t n = 0;
		while (n < margin && n < line.n && line.p[n] == ' ')
			n++;
		if (n < margin && n < line.n && line.p[n] != '#')
			return false;
		kv_buf_str(&out, kv_str_sub(line, n, line.n));
	}
	*ret = kv_buf_view(&out);
	return true;
}

/* Where the line of the first key of the list's document that comes after `at` starts. */
static size_t end_of_items(krm_val doc, kv_pos base, kv_str text, size_t at)
{
	size_t end = text.n;
	krm_map_each (doc.m, e)
		if (e->key.pos > base + at && e->key.pos - base < end)
			end = e->key.pos - base;
	return end;
}

/* An item stands alone: no anchors, and no end of the document in it. */
static bool is_whole(kv_str raw)
{
	return !krm_yaml_may_have_alias(raw) && !krm_yaml_may_have_mark(raw);
}

static void take_lines(struct kv_job *job, struct krm_item *item, kv_str lines, size_t margin, kv_pos pos)
{
	if (margin == 0) {
		item->raw = lines;
		item->raw_pos = pos;
	} else if (!moved_left(job->arena, lines, margin, &item->raw)) {
		item->raw = KV_S("");
	}
}

/* Comments alone may stand between `items:` and the first of them. */
static kv_str head_of(kv_str text, size_t first)
{
	size_t start = first;
	while (start) {
		size_t before = kv_str_rchr(kv_str_sub(text, 0, start - 1), '\n'), line = before == SIZE_MAX ? 0 : before + 1;
		kv_str trimmed = kv_str_trim(kv_str_sub(text, line, start), " \t\r\n");
		if (trimmed.n && trimmed.p[0] != '#')
			break;
		start = line;
	}
	return start ? kv_str_sub(text, start, first) : KV_S("");
}

/* The lines of each item of a block list, as every host writes it. Anything else, and any doubt, leaves the items without raw bytes. */
static void cut_items(struct kv_job *job, struct krm_resource_list *list, krm_val doc)
{
	kv_str text = list->text;
	kv_pos base = list->base;
	size_t *starts = KV_NEW_N(job->arena, size_t, list->n + 1), from = 0, margin = 0;
	if (!base || !list->n)
		return;
	for (size_t i = 0; i < list->n; i++) {
		kv_pos pos = list->items[i].resource->obj.pos;
		size_t at = pos > base ? pos - base : 0;
		if (at <= from || at >= text.n)
			return;
		if (i == 0)
			margin = margin_of(text, at);
		starts[i] = opening(text, margin, from, at);
		from = at;
	}
	starts[list->n] = end_of_items(doc, base, text, from);
	if (starts[0] != SIZE_MAX)
		list->head = head_of(text, starts[0]);
	bool whole = is_whole(text);
	for (size_t i = 0; i < list->n; i++) {
		kv_str raw = kv_str_sub(text, starts[i], starts[i + 1]);
		if (starts[i] != SIZE_MAX && starts[i + 1] != SIZE_MAX && (whole || is_whole(raw)))
			take_lines(job, &list->items[i], raw, margin, base + (kv_pos)starts[i]);
	}
}

int krm_resource_list_read(struct kv_job *job, kv_str name, kv_str text, struct krm_resource_list *ret)
{
	krm_val *docs;
	size_t ndocs;
	*ret = (struct krm_resource_list){ 0 };
	if (krm_yaml_read_all(job, name, text, KRM_YAML_KUSTOMIZE, &docs, &ndocs) < 0)
		return -1;
	if (ndocs != 1)
		return kv_error_file(job, name, "expected one document, a ResourceList, not %zu", ndocs);
	if (check(job, docs[0]) < 0)
		return -1;
	krm_val items = krm_get(docs[0], "items");
	ret->api_version = krm_api_version(docs[0]);
	ret->has_items = items.kind == KRM_LIST;
	ret->function_config = krm_get(docs[0], "functionConfig");
	for (size_t i = 0; i < krm_list_len(items); i++) {
		krm_val obj = items.l->v[i];
		if (obj.kind != KRM_MAP)
			return kv_error(job, obj.pos, "item %zu is not an object", i);
		struct krm_origin origin = { .path = name, .pos = obj.pos };
		struct krm_item item = { .resource = krm_resource_new(job->arena, obj, origin), .raw = KV_STR("") };
		KV_PUSH(job->arena, ret->items, ret->n, ret->cap, item);
	}
	/* Of a text with CR LF a copy was read. */
	const struct kv_source *source = kv_source_of(job, docs[0].pos);
	ret->text = source ? source->text : text;
	ret->base = source ? source->base : 0;
	cut_items(job, ret, docs[0]);
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The lines of a text with two blanks before each, "- " before the first if it is an item. */
static void add_indented(struct kv_buf *out, kv_str text, bool item)
{
	while (text.n) {
		size_t end = kv_str_chr(text, '\n');
		kv_str line = kv_str_sub(text, 0, end == SIZE_MAX ? text.n : end + 1);
		if (item)
			kv_buf_lit(out, "- ");
		else if (end)
			kv_buf_lit(out, "  ");
		kv_buf_str(out, line);
		text = kv_str_sub(text, line.n, text.n);
		item = false;
		if (end == SIZE_MAX)
			kv_buf_c(out, '\n');
	}
}

static int add_tree(struct kv_job *job, struct kv_buf *out, krm_val v, bool item)
{
	struct kv_buf text;
	kv_str error;
	kv_buf_init(&text, job->arena, KV_BUF_MAX);
	if (krm_yaml_write(job, v, &text, &error) < 0)
		return kv_error(job, v.pos, "it cannot be printed: %.*s", KV_ARG(error));
	add_indented(out, kv_buf_view(&text), item);
	return 0;
}

static int add_item(struct kv_job *job, struct kv_buf *out, const struct krm_item *item)
{
	if (item->edited && krm_splice_tree(job, item, out))
		return 0;
	if (item->edited || !item->raw.n)
		return add_tree(job, out, item->resource->obj, true);
	kv_buf_str(out, item->raw);
	if (item->raw.p[item->raw.n - 1] != '\n')
		kv_buf_c(out, '\n');
	return 0;
}

/* The second half is printed beside the first one. */
struct printing {
	const struct krm_resource_list *list;
	struct kv_buf *out; /* two */
};

/* About as much as goes out for items. */
static void reserve(struct kv_buf *out, const struct krm_item *items, size_t n)
{
	size_t bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += items[i].raw.n;
	kv_buf_reserve(out, out->n + bytes + bytes / 8);
}

static int add_part(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct printing *p = arg;
	struct kv_buf *out = &p->out[from > 0];
	if (from)
		kv_buf_init(out, job->arena, KV_BUF_MAX);
	reserve(out, p->list->items + from, to - from);
	for (size_t i = from; i < to; i++)
		if (add_item(job, out, &p->list->items[i]) < 0)
			return -1;
	return 0;
}

/* Fewer items are printed before a thread has started. */
#define WORTH_A_THREAD 200

static int add_items(struct kv_job *job, const struct krm_resource_list *list, struct kv_buf out[2])
{
	struct printing p = { .list = list, .out = out };
	size_t printed = 0;
	for (size_t i = 0; i < list->n; i++)
		printed += !list->items[i].raw.n || list->items[i].edited;
	kv_buf_str(&out[0], list->n ? KV_S("items:\n") : KV_S("items: []\n"));
	if (list->n)
		kv_buf_str(&out[0], list->head);
	if (printed < WORTH_A_THREAD)
		return add_part(job, &p, 0, list->n);
	return kv_job_halves(job, list->n / 2, list->n, add_part, &p);
}

static krm_val reference_to(struct kv_arena *a, krm_val obj)
{
	krm_val ref = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, ref.m, KV_S("apiVersion"), krm_string(a, krm_api_version(obj)));
	krm_map_set(a, ref.m, KV_S("kind"), krm_string(a, krm_kind(obj)));
	krm_map_set(a, ref.m, KV_S("name"), krm_string(a, krm_name(obj)));
	if (krm_namespace(obj).n)
		krm_map_set(a, ref.m, KV_S("namespace"), krm_string(a, krm_namespace(obj)));
	return ref;
}

static krm_val path_object(struct kv_arena *a, kv_str path)
{
	krm_val object = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, object.m, KV_S("path"), krm_string(a, path));
	return object;
}

static int add_result(struct kv_job *job, const struct krm_result *r, struct kv_buf *out)
{
	static const char *const severities[] = { "error", "warning", "info" };
	struct kv_arena *a = job->arena;
	krm_val result = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, result.m, KV_S("message"), krm_string(a, r->message));
	krm_map_set(a, result.m, KV_S("severity"), krm_string_c(a, severities[r->severity]));
	/* Both need a name in the function's specification. */
	if (r->object.kind == KRM_MAP && krm_name(r->object).n) {
		krm_map_set(a, result.m, KV_S("resourceRef"), reference_to(a, r->object));
		if (r->field.n)
			krm_map_set(a, result.m, KV_S("field"), path_object(a, r->field));
	}
	if (r->file.n) {
		krm_val file = path_object(a, r->file);
		if (r->index)
			krm_map_set(a, file.m, KV_S("index"), krm_int(r->index));
		krm_map_set(a, result.m, KV_S("file"), file);
	}
	return add_tree(job, out, result, true);
}

static int add_rest(struct kv_job *job, const struct krm_resource_list *list, const struct krm_result *results,
		    size_t nresults, struct kv_buf *out)
{
	if (list->function_config.kind == KRM_MAP) {
		kv_buf_lit(out, "functionConfig:\n");
		if (add_tree(job, out, list->function_config, false) < 0)
			return -1;
	}
	if (nresults)
		kv_buf_lit(out, "results:\n");
	for (size_t i = 0; i < nresults; i++)
		if (add_result(job, &results[i], out) < 0)
			return -1;
	return 0;
}

int krm_resource_list_write(struct kv_job *job, const struct krm_resource_list *list,
			    const struct krm_result *results, size_t nresults, struct kv_buf out[2])
{
	kv_str version = list->api_version.n ? list->api_version : KV_S("config.kubernetes.io/v1");
	kv_buf_init(&out[0], job->arena, KV_BUF_MAX);
	kv_buf_init(&out[1], job->arena, KV_BUF_MAX);
	kv_buf_printf(&out[0], "apiVersion: %.*s\nkind: ResourceList\n", KV_ARG(version));
	/* Of a list that could not be read nothing is known: without `items` no host takes the reply for an empty package. */
	if (list->api_version.n && add_items(job, list, out) < 0)
		return -1;
	return add_rest(job, list, results, nresults, &out[1]);
}

void krm_resource_list_revert(const struct krm_resource_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].raw.n)
			list->items[i].edited = false;
}

void krm_annotate(struct kv_arena *a, krm_val obj, const char *key, kv_str value)
{
	static const char *const path[] = { "metadata", "annotations" };
	for (size_t i = 0; i < sizeof path / sizeof *path; i++) {
		krm_val below = krm_get(obj, path[i]);
		if (below.kind != KRM_MAP) {
			below = krm_map(a, KRM_OF_ANY);
			krm_map_set_c(a, obj.m, path[i], below);
		}
		obj = below;
	}
	krm_map_set_text(a, obj.m, key, value);
}
