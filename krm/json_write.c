/* krm/json_write.c: what encoding/json's Marshal, Encoder and MarshalIndent print (encode.go, indent.go). */
#include "krm/json.h"

#include <math.h>

#include "base/base64.h"
#include "base/num.h"
#include "base/utf8.h"

struct writer {
	struct kv_job *job;
	struct kv_buf *out;
	struct krm_json_style style;
	size_t depth, objects; /* collections, and objects that the value is inside of */
	kv_str error;
};

/* ASCII that is written as it is: always, and unless the text may be HTML. */
enum { PLAIN = 1, PLAIN_UNLESS_HTML = 2 };

static const uint8_t class_of[256] = {
	[' ' ... '!'] = PLAIN | PLAIN_UNLESS_HTML,
	['#' ... '%'] = PLAIN | PLAIN_UNLESS_HTML,
	['&'] = PLAIN_UNLESS_HTML,
	['\'' ... ';'] = PLAIN | PLAIN_UNLESS_HTML,
	['<'] = PLAIN_UNLESS_HTML,
	['='] = PLAIN | PLAIN_UNLESS_HTML,
	['>'] = PLAIN_UNLESS_HTML,
	['?' ... '['] = PLAIN | PLAIN_UNLESS_HTML,
	[']' ... 0x7F] = PLAIN | PLAIN_UNLESS_HTML,
};

static size_t skip_plain(kv_str s, size_t i, uint8_t plain)
{
	const unsigned char *c = (const unsigned char *)s.p;
	while (i + 4 <= s.n && class_of[c[i]] & class_of[c[i + 1]] & class_of[c[i + 2]] & class_of[c[i + 3]] & plain)
		i += 4;
	while (i < s.n && class_of[c[i]] & plain)
		i++;
	return i;
}

static void escape_ascii(struct kv_buf *b, char c)
{
	static const char from[] = "\b\f\n\r\t\"\\", to[] = "bfnrt\"\\";
	const char *at = memchr(from, c, sizeof from - 1);
	if (at) {
		char pair[2] = { '\\', to[at - from] };
		kv_buf_add(b, pair, 2);
	} else {
		kv_buf_printf(b, "\\u%04x", (unsigned)(unsigned char)c);
	}
}

void krm_json_write_string(struct kv_buf *b, kv_str s, bool html)
{
	size_t start = 0, size;
	uint8_t plain = html ? PLAIN : PLAIN_UNLESS_HTML;
	kv_buf_c(b, '"');
	for (size_t i = skip_plain(s, 0, plain); i < s.n; i = skip_plain(s, i + size, plain)) {
		unsigned char c = (unsigned char)s.p[i];
		size = 1;
		if (c < 0x80) {
			kv_buf_add(b, s.p + start, i - start);
			escape_ascii(b, (char)c);
		} else {
			uint32_t r = kv_utf8_decode(s, i, &size);
			bool bad = size == 1;
			if (!bad && r != 0x2028 && r != 0x2029)
				continue;
			kv_buf_add(b, s.p + start, i - start);
			kv_buf_printf(b, "\\u%04x", bad ? 0xFFFDu : (unsigned)r);
		}
		start = i + size;
	}
	kv_buf_add(b, s.p + start, s.n - start);
	kv_buf_c(b, '"');
}

static void new_line(struct writer *w)
{
	if (!w->style.indent)
		return;
	kv_buf_c(w->out, '\n');
	for (size_t i = 0; i < w->depth; i++)
		kv_buf_str(w->out, kv_str_c(w->style.indent));
}

static int write_value(struct writer *w, krm_val v);

static int write_list(struct writer *w, const struct krm_list *l)
{
	kv_buf_c(w->out, '[');
	w->depth++;
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			kv_buf_c(w->out, ',');
		new_line(w);
		if (write_value(w, l->v[i]) < 0)
			return -1;
	}
	w->depth--;
	if (l->n)
		new_line(w);
	kv_buf_c(w->out, ']');
	return 0;
}

static int write_member(struct writer *w, const struct krm_entry *e)
{
	if (e->key.kind != KRM_STRING) {
		w->error = KV_S("json: unsupported type: map[interface {}]interface {}");
		return -1;
	}
	new_line(w);
	krm_json_write_string(w->out, krm_str(e->key), w->style.html);
	kv_buf_c(w->out, ':');
	if (w->style.indent)
		kv_buf_c(w->out, ' ');
	return write_value(w, e->val);
}

static int write_members(struct writer *w, struct krm_entry *const *members, size_t n)
{
	kv_buf_c(w->out, '{');
	w->depth++;
	for (size_t i = 0; i < n; i++) {
		if (i)
			kv_buf_c(w->out, ',');
		if (write_member(w, members[i]) < 0)
			return -1;
	}
	w->depth--;
	if (n)
		new_line(w);
	kv_buf_c(w->out, '}');
	return 0;
}

/* A struct's members keep their order. */
static int write_struct(struct writer *w, const struct krm_map *m)
{
	struct krm_entry **members = KV_NEW_N(w->job->arena, struct krm_entry *, m->live);
	size_t n = 0;
	krm_map_each (m, e)
		members[n++] = e;
	return write_members(w, members, n);
}

static int write_map(struct writer *w, const struct krm_map *m)
{
	if (w->style.in_order && m->type == KRM_OF_ANY)
		return write_struct(w, m);
	return write_members(w, krm_map_sorted(w->job->arena, m), m->live);
}

static int write_collection(struct writer *w, krm_val v)
{
	if (v.flags & KRM_NILREF) {
		kv_buf_lit(w->out, "null");
		return 0;
	}
	if (w->depth > w->job->limits.depth) {
		/* Deeper than any document: templates can tie a map into itself, and Go says so. */
		const char *type = v.kind == KRM_LIST ? "[]interface {}" : "map[string]interface {}";
		w->error = kv_arena_printf(w->job->arena,
					   "json: unsupported value: encountered a cycle via %s", type);
		return -1;
	}
	if (kv_buf_over(w->out)) { /* a value that shares its parts prints far longer than it is */
		w->error = KV_S("text too long");
		return -1;
	}
	return v.kind == KRM_LIST ? write_list(w, v.l) : write_map(w, v.m);
}

static int write_float(struct writer *w, double f)
{
	if (isfinite(f)) {
		kv_num_float_json(w->out, f);
		return 0;
	}
	w->error = kv_arena_printf(w->job->arena, "json: unsupported value: %s",
				   isnan(f) ? "NaN"
				   : f < 0  ? "-Inf"
					    : "+Inf");
	return -1;
}

static int write_object(struct writer *w, const struct krm_object *o)
{
	if (strcmp(o->class->go_kind, "complex128") == 0) {
		w->error = KV_S("json: unsupported type: complex128");
		return -1;
	}
	bool is_struct = strcmp(o->class->go_kind, "struct") == 0 || strcmp(o->class->go_kind, "ptr") == 0;
	if (!o->class->tree || w->objects > w->job->limits.depth) {
		kv_buf_lit(w->out, "{}");
		return 0;
	}
	krm_val tree = o->class->tree(w->job, o);
	w->objects++;
	int status = is_struct && tree.kind == KRM_MAP ? write_struct(w, tree.m) : write_value(w, tree);
	w->objects--;
	return status;
}

static int write_value(struct writer *w, krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: kv_buf_str(w->out, v.b ? KV_S("true") : KV_S("false")); return 0;
	case KRM_INT:
	case KRM_INT64: kv_num_int(w->out, v.i); return 0;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(w->out, v.u); return 0;
	case KRM_FLOAT: return write_float(w, v.f);
	case KRM_STRING: krm_json_write_string(w->out, krm_str(v), w->style.html); return 0;
	case KRM_BYTES:
		kv_buf_c(w->out, '"');
		kv_base64_encode(w->out, krm_str(v), false);
		kv_buf_c(w->out, '"');
		return 0;
	case KRM_LIST:
	case KRM_MAP: return write_collection(w, v);
	case KRM_OBJECT: return write_object(w, v.o);
	case KRM_NIL:
	case KRM_NKINDS: break;
	}
	kv_buf_lit(w->out, "null");
	return 0;
}

int krm_json_write(struct kv_job *job, krm_val v, struct krm_json_style style, struct kv_buf *out,
		   kv_str *ret_error)
{
	struct writer w = { .job = job, .out = out, .style = style };
	if (write_value(&w, v) == 0)
		return 0;
	*ret_error = w.error;
	return -1;
}
