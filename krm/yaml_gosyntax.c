/* krm/yaml_gosyntax.c: values in Go's syntax, for the two messages of go-yaml and sigs that show one (fmt's
 * %#v). */
#include "base/num.h"
#include "base/utf8.h"
#include "krm/yaml_internal.h"

/* strconv.Quote. */
static void quote(struct kv_buf *b, kv_str s)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"", to[] = "abfnrtv\\\"";
	kv_buf_c(b, '"');
	for (size_t i = 0, size; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		const char *named = r < 0x80 ? memchr(from, (int)r, sizeof from - 1) : NULL;
		if (named)
			kv_buf_printf(b, "\\%c", to[named - from]);
		else if (r == 0xFFFD && size == 1)
			kv_buf_printf(b, "\\x%02x", (unsigned)(unsigned char)s.p[i]);
		else if (kv_rune_is_print(r))
			kv_buf_rune(b, r);
		else
			kv_buf_printf(b,
				      r < 0x80      ? "\\x%02x"
				      : r < 0x10000 ? "\\u%04x"
						    : "\\U%08x",
				      (unsigned)r);
	}
	kv_buf_c(b, '"');
}

static void list_syntax(struct kv_buf *b, const struct krm_list *l, size_t depth)
{
	kv_buf_lit(b, "[]interface {}{");
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			kv_buf_lit(b, ", ");
		krm_yml_go_syntax(b, l->v[i], depth - 1);
	}
	kv_buf_c(b, '}');
}

static void map_syntax(struct kv_buf *b, const struct krm_map *m, size_t depth)
{
	struct krm_entry **sorted = krm_map_sorted(b->arena, m);
	kv_buf_lit(b, "map[interface {}]interface {}{");
	for (size_t i = 0; i < m->live; i++) {
		if (i)
			kv_buf_lit(b, ", ");
		krm_yml_go_syntax(b, sorted[i]->key, depth - 1);
		kv_buf_c(b, ':');
		krm_yml_go_syntax(b, sorted[i]->val, depth - 1);
	}
	kv_buf_c(b, '}');
}

void krm_yml_go_syntax(struct kv_buf *b, krm_val v, size_t depth)
{
	if (depth == 0 || kv_buf_over(b))
		return;
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING:
	case KRM_BYTES: quote(b, krm_str(v)); return;
	case KRM_BOOL: kv_buf_str(b, v.b ? KV_S("true") : KV_S("false")); return;
	case KRM_INT:
	case KRM_INT64: kv_num_int(b, v.i); return;
	case KRM_UINT8:
	case KRM_UINT64: kv_buf_printf(b, "0x%llx", (unsigned long long)v.u); return;
	case KRM_FLOAT: kv_num_float(b, v.f, 'g', -1); return;
	case KRM_LIST: list_syntax(b, v.l, depth); return;
	case KRM_MAP: map_syntax(b, v.m, depth); return;
	case KRM_NIL:
	case KRM_OBJECT:
	case KRM_NKINDS: break;
	}
	kv_buf_lit(b, "interface {}(nil)");
}
