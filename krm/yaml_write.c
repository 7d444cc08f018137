/* krm/yaml_write.c: trees as sigs.k8s.io/yaml and go-yaml v3 print them (encode.go, emitterc.go; sigs:
 * yaml.go).
 *
 * sigs encodes to JSON, reads that with v2 and prints the result with v2. What this does to numbers and
 * strings is done here value by value.
 */
#include <ctype.h>
#include <math.h>

#include "base/base64.h"
#include "base/num.h"
#include "base/utf8.h"
#include "krm/json.h"
#include "krm/yaml_internal.h"

struct writer {
	struct kv_job *job;
	struct yml_out out;
	struct kv_arena *scratch; /* sorted keys and rewritten strings; given back node by node */
	size_t depth;
	kv_str error;
};

/* The node's place: emitterc.go's root, sequence, mapping and simple key contexts. */
enum place { ROOT, ITEM, VALUE, SIMPLE_KEY };

/* Outside of the root collection; go-yaml's indent of -1. */
#define NO_INDENT SIZE_MAX

static size_t deeper(size_t indent, size_t from_none)
{
	return indent == NO_INDENT ? from_none : indent + YML_INDENT;
}

static bool is_pretty(const struct writer *w)
{
	return w->out.version == YML_V3;
}

static int fail(struct writer *w, kv_str text)
{
	w->error = text;
	return -1;
}

/* --- strings ---------------------------------------------------------------------------------- */

static bool is_plain_ascii(kv_str s)
{
	size_t i = 0;
	uint64_t word;
	/* Any byte of 0x7F or more: adding 1 carries into the top bit. */
	for (; i + sizeof word <= s.n; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		if ((word | ((word & 0x7F7F7F7F7F7F7F7Fu) + 0x0101010101010101u)) & 0x8080808080808080u)
			return false;
	}
	for (; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x7F)
			return false;
	return true;
}

/* readerc.go: what v2 refuses to read; encoding/json leaves it as it is. */
static bool is_refused(uint32_t r)
{
	return r == 0x7F || (r >= 0x80 && r < 0xA0 && r != 0x85) || r == 0xFFFE || r == 0xFFFF;
}

/* A string as it comes out of encoding/json and v2's reader: bad bytes are U+FFFD, U+0085 is a line break
 * that gets folded, other control characters end the reading. */
static int through_json(struct writer *w, kv_str s, kv_str *ret)
{
	bool bad = false, next_line = false;
	for (size_t i = 0, size; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (is_refused(r) && !w->job->keep_text)
			return fail(w, KV_S("yaml: control characters are not allowed"));
		bad = bad || (r == 0xFFFD && size == 1);
		next_line = next_line || (r == 0x85 && !w->job->keep_text);
	}
	*ret = s;
	if (!bad && !next_line)
		return 0;
	struct kv_buf b;
	kv_buf_init(&b, w->scratch, KV_BUF_MAX);
	if (next_line) {
		krm_json_write_string(&b, s, true);
		return krm_yml_reread_scalar(w->job, kv_buf_view(&b), w->scratch, ret, &w->error);
	}
	for (size_t i = 0, size; i < s.n; i += size)
		kv_buf_rune(&b, kv_utf8_decode(s, i, &size));
	*ret = kv_buf_view(&b);
	return 0;
}

static bool reads_as_string(enum yml_version version, kv_str s)
{
	if (krm_yml_resolve(s, version, true).type != YML_STR || krm_yml_is_base60(s))
		return false;
	return version == YML_V2 || !krm_yml_is_old_bool(s);
}

/* encode.go, stringv, and emitterc.go, select_scalar_style. */
static enum yml_style style_of(enum yml_version version, kv_str s, struct yml_analysis a, enum place place)
{
	bool lines = a.multiline && kv_str_chr(s, '\n') != SIZE_MAX;
	if (place == SIMPLE_KEY && a.multiline)
		return YML_DOUBLE;
	if (lines)
		return a.block_allowed && place != SIMPLE_KEY ? YML_LITERAL : YML_DOUBLE;
	if (!reads_as_string(version, s))
		return YML_DOUBLE;
	if (a.plain_allowed)
		return YML_PLAIN;
	return a.single_allowed ? YML_SINGLE : YML_DOUBLE;
}

enum krm_style krm_yaml_style_of(kv_str text)
{
	static const enum krm_style styles[] = {
		[YML_PLAIN] = KRM_STYLE_PLAIN,     [YML_SINGLE] = KRM_STYLE_SINGLE,
		[YML_DOUBLE] = KRM_STYLE_DOUBLE,   [YML_LITERAL] = KRM_STYLE_LITERAL,
		[YML_FOLDED] = KRM_STYLE_FOLDED,
	};
	return styles[style_of(YML_V3, text, krm_yml_analyze(text, YML_V3), VALUE)];
}

/* v3 alone can meet one: it becomes !!binary, in lines of 70 letters. */
static void write_binary(struct writer *w, kv_str s, size_t indent)
{
	struct kv_buf code, lines;
	kv_buf_init(&code, w->scratch, KV_BUF_MAX);
	kv_buf_init(&lines, w->scratch, KV_BUF_MAX);
	kv_base64_encode(&code, s, false);
	for (size_t i = 0; i < code.n; i += 70) {
		kv_buf_str(&lines, kv_str_sub(kv_buf_view(&code), i, i + 70));
		if (code.n >= 70)
			kv_buf_c(&lines, '\n');
	}
	krm_yml_out_indicator(&w->out, KV_S("!!binary"), true, false);
	krm_yml_out_scalar(&w->out, kv_buf_view(&lines), lines.n > code.n ? YML_LITERAL : YML_PLAIN,
			   deeper(indent, YML_INDENT), false);
}

static int write_string(struct writer *w, kv_str s, size_t indent, enum place place)
{
	if (!is_plain_ascii(s)) {
		if (is_pretty(w) && !kv_utf8_valid(s)) {
			write_binary(w, s, indent);
			return 0;
		}
		if (!is_pretty(w) && through_json(w, s, &s) < 0)
			return -1;
	}
	struct yml_analysis a = krm_yml_analyze(s, w->out.version);
	krm_yml_out_scalar(&w->out, s, style_of(w->out.version, s, a, place), deeper(indent, YML_INDENT),
			   place == SIMPLE_KEY);
	return 0;
}

/* --- numbers and words ------------------------------------------------------------------------ */

static void begin_plain(struct writer *w)
{
	if (!w->out.whitespace)
		kv_buf_c(w->out.b, ' ');
	w->out.whitespace = w->out.indention = false;
}

static int write_word(struct writer *w, kv_str word)
{
	begin_plain(w);
	kv_buf_str(w->out.b, word);
	return 0;
}

/* encoding/json writes plain digits below 1e21, and those of them that fit an integer are one for v2. */
static void write_json_float(struct kv_buf *b, double f)
{
	size_t start = b->n;
	int64_t i;
	uint64_t u;
	kv_num_float_json(b, f);
	kv_str text = kv_str_sub(kv_buf_view(b), start, b->n);
	if (kv_num_parse_int(text, 10, &i) != KV_NUM_OK && kv_num_parse_uint(text, 10, &u) != KV_NUM_OK) {
		b->n = start;
		kv_num_float(b, f, 'g', -1);
	} else if (f == 0) {
		b->n = start; /* "-0" is the integer 0 */
		kv_buf_c(b, '0');
	}
}

static int write_float(struct writer *w, double f)
{
	if (isfinite(f)) {
		begin_plain(w);
		if (is_pretty(w))
			kv_num_float(w->out.b, f, 'g', -1);
		else
			write_json_float(w->out.b, f);
		return 0;
	}
	if (is_pretty(w))
		return write_word(w, isnan(f) ? KV_S(".nan") : f < 0 ? KV_S("-.inf") : KV_S(".inf"));
	const char *text = isnan(f) ? "NaN" : f < 0 ? "-Inf" : "+Inf";
	return fail(w, kv_arena_printf(w->job->arena,
				       "error marshaling into JSON: json: unsupported value: %s", text));
}

/* --- collections ------------------------------------------------------------------------------ */

static int write_node(struct writer *w, krm_val v, size_t indent, enum place place);

/* v2 writes lists that are values of a key at the key's own column (increase_indent, indentless); v3 does
 * not, unless told to. */
static size_t list_indent(const struct writer *w, size_t indent, enum place place)
{
	if (!is_pretty(w) && place == VALUE && !w->out.indention)
		return indent;
	return deeper(indent, 0);
}

static int write_item(struct writer *w, krm_val v, size_t indent)
{
	krm_yml_out_indent(&w->out, indent);
	krm_yml_out_indicator(&w->out, KV_S("-"), true, true);
	return write_node(w, v, indent, ITEM);
}

static int write_list(struct writer *w, const struct krm_list *l, size_t indent, enum place place)
{
	if (l->n == 0) {
		krm_yml_out_indicator(&w->out, KV_S("[]"), true, false);
		return 0;
	}
	indent = list_indent(w, indent, place);
	for (size_t i = 0; i < l->n; i++)
		if (write_item(w, l->v[i], indent) < 0)
			return -1;
	return 0;
}

/* v3 has no other name for []byte than a list of numbers. */
static int write_byte_list(struct writer *w, kv_str s, size_t indent, enum place place)
{
	if (s.n == 0)
		return write_word(w, KV_S("[]"));
	indent = list_indent(w, indent, place);
	for (size_t i = 0; i < s.n; i++)
		if (write_item(w, krm_int((unsigned char)s.p[i]), indent) < 0)
			return -1;
	return 0;
}

/* emitterc.go, check_simple_key: at most 128 bytes in one line. */
#define SIMPLE_KEY_BYTES 128u
/* scannerc.go: a key and its ":" lie within 1,024 characters of one line, also in the JSON text that v2
 * reads. */
#define READABLE_KEY 1024u

/* Would v2 find the key in the JSON text? */
static bool is_readable_key(struct writer *w, kv_str key)
{
	struct kv_buf b;
	if (key.n * 6 + 2 <= READABLE_KEY && is_plain_ascii(key))
		return true;
	kv_buf_init(&b, w->scratch, KV_BUF_MAX);
	krm_json_write_string(&b, key, true);
	return kv_utf8_count(kv_buf_view(&b)) <= READABLE_KEY && !kv_str_has(key, KV_S("\xC2\x85"));
}

static bool is_simple_key(kv_str key)
{
	if (key.n > SIMPLE_KEY_BYTES)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < 0x20 || (unsigned char)key.p[i] >= 0x7F)
			return !krm_yml_analyze(key, YML_V2).multiline;
	return true;
}

static int write_key(struct writer *w, krm_val key, size_t indent)
{
	if (key.kind != KRM_STRING && !is_pretty(w))
		return fail(w, KV_S("error marshaling into JSON: json: unsupported type: map[interface "
				    "{}]interface {}"));
	kv_str text = krm_str(key);
	if (!is_pretty(w) && !is_readable_key(w, text))
		return through_json(w, text, &text) < 0
			       ? -1
			       : fail(w, KV_S("yaml: did not find expected ',' or '}'"));
	if (is_simple_key(text)) {
		if (write_node(w, key, indent, SIMPLE_KEY) < 0)
			return -1;
		krm_yml_out_indicator(&w->out, KV_S(":"), false, false);
		return 0;
	}
	krm_yml_out_indicator(&w->out, KV_S("?"), true, true);
	if (write_node(w, key, indent, VALUE) < 0)
		return -1;
	krm_yml_out_indent(&w->out, indent);
	krm_yml_out_indicator(&w->out, KV_S(":"), true, true);
	return 0;
}

static int write_entry(struct writer *w, krm_val key, krm_val v, size_t indent)
{
	krm_yml_out_indent(&w->out, indent);
	return write_key(w, key, indent) < 0 ? -1 : write_node(w, v, indent, VALUE);
}

static int write_map(struct writer *w, const struct krm_map *m, size_t indent)
{
	if (m->live == 0) {
		krm_yml_out_indicator(&w->out, KV_S("{}"), true, false);
		return 0;
	}
	indent = deeper(indent, 0);
	struct krm_entry **sorted = krm_yml_sorted_keys(w->scratch, m, w->out.version);
	for (size_t i = 0; i < m->live; i++)
		if (write_entry(w, sorted[i]->key, sorted[i]->val, indent) < 0)
			return -1;
	return 0;
}

/* v3 writes a struct's exported fields in their order, by their names in lower case. */
static int write_struct(struct writer *w, const struct krm_map *fields, size_t indent)
{
	bool any = false;
	indent = deeper(indent, 0);
	krm_map_each (fields, e) {
		krm_val name = krm_string(w->scratch, krm_str(e->key));
		char *p = ((struct krm_text *)(uintptr_t)name.s)->s;
		if (*p < 'A' || *p > 'Z')
			continue;
		for (; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		if (write_entry(w, name, e->val, indent) < 0)
			return -1;
		any = true;
	}
	if (!any)
		krm_yml_out_indicator(&w->out, KV_S("{}"), true, false);
	return 0;
}

static int write_collection(struct writer *w, krm_val v, size_t indent, enum place place)
{
	if ((v.flags & KRM_NILREF) && !is_pretty(w))
		return write_word(w, KV_S("null"));
	if (kv_buf_over(w->out.b)) /* a value that shares its parts prints far longer than it is */
		return fail(w, KV_S("text too long"));
	if (w->depth > w->job->limits.depth) {
		/* Deeper than any document: templates can tie a map into itself, and Go says so. */
		return fail(
			w, kv_arena_printf(
				   w->job->arena,
				   "error marshaling into JSON: json: unsupported value: encountered a cycle "
				   "via %s",
				   v.kind == KRM_LIST ? "[]interface {}" : "map[string]interface {}"));
	}
	struct kv_arena_mark mark = kv_arena_mark(w->scratch);
	w->depth++;
	int status = v.kind == KRM_LIST ? write_list(w, v.l, indent, place) : write_map(w, v.m, indent);
	w->depth--;
	kv_arena_release(w->scratch, mark);
	return status;
}

static int write_object(struct writer *w, const struct krm_object *o, size_t indent, enum place place)
{
	if (strcmp(o->class->go_kind, "complex128") == 0)
		return fail(w,
			    is_pretty(w)
				    ? KV_S("cannot marshal type: complex128")
				    : KV_S("error marshaling into JSON: json: unsupported type: complex128"));
	if (!o->class->tree || w->depth > w->job->limits.depth)
		return write_word(w, KV_S("{}"));
	krm_val tree = o->class->tree(w->job, o);
	if (is_pretty(w) && tree.kind == KRM_STRING && strcmp(o->class->go_type, "time.Time") == 0)
		return write_word(w, krm_str(tree));
	if (is_pretty(w) && strcmp(o->class->go_type, "time.Duration") == 0) {
		struct kv_buf text;
		kv_buf_init(&text, w->scratch, KV_BUF_MAX);
		o->class->print(w->job, o, &text);
		return write_string(w, kv_buf_view(&text), indent, place);
	}
	w->depth++;
	bool as_struct = is_pretty(w) && o->class->fields && tree.kind == KRM_MAP;
	int status = as_struct ? write_struct(w, o->class->fields(w->job, o).m, indent)
			       : write_node(w, tree, indent, place);
	w->depth--;
	return status;
}

static int write_bytes(struct writer *w, kv_str s, size_t indent, enum place place)
{
	struct kv_buf code;
	if (is_pretty(w))
		return write_byte_list(w, s, indent, place);
	kv_buf_init(&code, w->scratch, KV_BUF_MAX);
	kv_base64_encode(&code, s, false);
	return write_string(w, kv_buf_view(&code), indent, place);
}

static int write_node(struct writer *w, krm_val v, size_t indent, enum place place)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING: return write_string(w, krm_str(v), indent, place);
	case KRM_BOOL: return write_word(w, v.b ? KV_S("true") : KV_S("false"));
	case KRM_INT:
	case KRM_INT64:
		begin_plain(w);
		kv_num_int(w->out.b, v.i);
		return 0;
	case KRM_UINT8:
	case KRM_UINT64:
		begin_plain(w);
		kv_num_uint(w->out.b, v.u);
		return 0;
	case KRM_FLOAT: return write_float(w, v.f);
	case KRM_BYTES: return write_bytes(w, krm_str(v), indent, place);
	case KRM_LIST:
	case KRM_MAP: return write_collection(w, v, indent, place);
	case KRM_OBJECT: return write_object(w, v.o, indent, place);
	case KRM_NIL:
	case KRM_NKINDS: break;
	}
	return write_word(w, KV_S("null"));
}

static int write_document(struct kv_job *job, krm_val v, enum yml_version version, struct kv_buf *out,
			  kv_str *ret_error)
{
	struct writer w = { .job = job,
			    .out = { .b = out,
				     .line = out->n,
				     .whitespace = true,
				     .indention = true,
				     .width = version == YML_V2 ? YML_WIDTH : SIZE_MAX,
				     .version = version },
			    .scratch = kv_arena_beside(job->arena) };
	size_t start = out->n;
	int status = write_node(&w, v, NO_INDENT, ROOT);
	krm_yml_out_indent(&w.out, 0);
	if (status < 0) {
		out->n = start;
		*ret_error = kv_arena_dup(job->arena, w.error);
	}
	kv_arena_free(w.scratch);
	return status;
}

static bool is_printable_text(kv_str s)
{
	if (is_plain_ascii(s))
		return true;
	for (size_t i = 0, size; i < s.n; i += size)
		if (is_refused(kv_utf8_decode(s, i, &size)))
			return false;
	return !kv_str_has(s, KV_S("\xC2\x85"));
}

static bool is_printable(const struct kv_job *job, krm_val v, size_t depth)
{
	if (v.kind == KRM_STRING)
		return is_printable_text(krm_str(v));
	if (v.kind < KRM_LIST)
		return v.kind != KRM_FLOAT || isfinite(v.f);
	if (v.kind == KRM_OBJECT || depth > job->limits.depth)
		return false;
	for (size_t i = 0; i < krm_list_len(v); i++)
		if (!is_printable(job, v.l->v[i], depth + 1))
			return false;
	if (v.kind == KRM_LIST)
		return true;
	krm_map_each (v.m, e)
		if (e->key.kind != KRM_STRING || krm_str(e->key).n > SIMPLE_KEY_BYTES ||
		    !is_plain_ascii(krm_str(e->key)) || !is_printable(job, e->val, depth + 1))
			return false;
	return true;
}

bool krm_yaml_is_printable(const struct kv_job *job, krm_val v)
{
	return is_printable(job, v, 0);
}

int krm_yaml_write(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error)
{
	return write_document(job, v, YML_V2, out, ret_error);
}

int krm_yaml_write_pretty(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error)
{
	return write_document(job, v, YML_V3, out, ret_error);
}
