/* krm/yaml_nodes.c: trees as kyaml prints its nodes: what was read keeps its order, style, spelling and comments
 * (kyaml/yaml/rnode.go String; go-yaml v3 encode.go node, emitterc.go). */
#include "base/map.h"
#include "krm/scalar.h"
#include "krm/yaml_internal.h"

struct printer {
	struct kv_job *job;
	struct yml_out out;
	size_t depth;
	size_t flow;           /* open flow collections */
	struct kv_map anchors; /* those printed so far */
	kv_str error;
};

/* Outside of the root collection. */
#define NO_INDENT SIZE_MAX

static size_t deeper(size_t indent)
{
	return indent == NO_INDENT ? 0 : indent + YML_INDENT;
}

/* --- comments --------------------------------------------------------------------------------- */

static bool is_blank_or(kv_str s, char c)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != ' ' && s.p[i] != c)
			return false;
	return true;
}

/* Cuts the last line off. */
static kv_str take_last_line(kv_str *text)
{
	size_t end = kv_str_rchr(*text, '\n');
	kv_str line = kv_str_sub(*text, end == SIZE_MAX ? 0 : end + 1, text->n);

	text->n = end == SIZE_MAX ? 0 : end;
	return line;
}

/* The comment lines right above the node that begins at `pos`, if nothing but `lead` stands before it in its line. */
static void write_head_comments(struct printer *p, kv_pos pos, char lead, size_t indent)
{
	kv_str rest, above, line;
	size_t start;

	krm_source_at(p->job, pos, &rest);
	if (!rest.n || !is_blank_or(take_last_line(&rest), lead))
		return;
	above = rest;
	start = rest.n;
	while (rest.n) {
		line = kv_str_trim(take_last_line(&rest), " \t\r");
		if (!line.n || line.p[0] != '#')
			break;
		start = rest.n ? rest.n + 1 : 0;
	}
	above = kv_str_sub(above, start, above.n);
	while (kv_str_line(&above, &line)) {
		krm_yml_out_indent(&p->out, indent);
		kv_buf_str(p->out.b, kv_str_trim(line, " \t\r"));
		p->out.indention = p->out.whitespace = false;
	}
}

/* Where a scalar that begins at the start of `text` ends, so that no '#' within quotes counts. */
static size_t end_of_scalar(kv_str text)
{
	char quote = text.n && (text.p[0] == '"' || text.p[0] == '\'') ? text.p[0] : 0;
	size_t i = 1;

	if (!quote)
		return 0;
	while (i < text.n && text.p[i] != quote)
		i += quote == '"' && text.p[i] == '\\' ? 2 : 1;
	return i;
}

/* The comment behind a scalar or a key, in the same line. */
static void write_line_comment(struct printer *p, kv_pos pos)
{
	kv_str before, text = krm_source_at(p->job, pos, &before), line;

	text = kv_str_sub(text, end_of_scalar(text), text.n);
	if (p->flow || !kv_str_line(&text, &line))
		return;
	for (size_t i = 1; i < line.n; i++) {
		if (line.p[i] != '#' || line.p[i - 1] != ' ')
			continue;
		kv_buf_c(p->out.b, ' ');
		kv_buf_str(p->out.b, kv_str_trim(kv_str_sub(line, i, line.n), " \t\r"));
		p->out.whitespace = p->out.indention = false;
		return;
	}
}

/* --- tags and anchors ------------------------------------------------------------------------- */

/* Prints what stands before the node in its source. True if the node is an alias, which is printed with this: a copy of an
 * anchored node has the anchor's position. */
static bool write_properties(struct printer *p, kv_pos pos)
{
	kv_str before, text = krm_source_at(p->job, pos, &before);

	while (text.n && (text.p[0] == '&' || text.p[0] == '!')) {
		size_t n = 0;
		bool anchor = text.p[0] == '&';
		kv_str word;

		while (n < text.n && !strchr(" \t\r\n", text.p[n]))
			n++;
		word = kv_str_sub(text, 0, n);
		if (anchor && kv_map_has(&p->anchors, word)) {
			krm_yml_out_indicator(&p->out,
					      kv_arena_cat(p->job->arena, KV_S("*"), kv_str_sub(word, 1, n)),
					      true, false);
			return true;
		}
		if (anchor)
			kv_map_put(&p->anchors, word, p);
		krm_yml_out_indicator(&p->out, word, true, false);
		while (n < text.n && text.p[n] == ' ')
			n++;
		text = kv_str_sub(text, n, text.n);
	}
	return false;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static bool has_flow_indicator(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(",?[]{}:", s.p[i]))
			return true;
	return false;
}

/* select_scalar_style, after encode.go has forced quotes on a string that would not be read as one. */
static enum yml_style style_of(struct printer *p, krm_val v, kv_str text)
{
	struct yml_analysis a = krm_yml_analyze(text, YML_V3);
	bool plain = a.plain_allowed && !(p->flow && has_flow_indicator(text));
	bool block = a.block_allowed && !p->flow;

	bool date = v.kind == KRM_STRING && !(v.flags & KRM_TAGGED) && v.pos && !kv_str_eq(text, krm_str(v));

	if (v.kind != KRM_STRING || date)
		return YML_PLAIN;
	if ((v.style == KRM_STYLE_LITERAL || v.style == KRM_STYLE_FOLDED) && block)
		return v.style == KRM_STYLE_LITERAL ? YML_LITERAL : YML_FOLDED;
	if (v.style == KRM_STYLE_SINGLE && a.single_allowed)
		return YML_SINGLE;
	if (v.style != KRM_STYLE_PLAIN && v.style != KRM_STYLE_ANY)
		return YML_DOUBLE;
	if (kv_str_chr(text, '\n') != SIZE_MAX)
		return block ? YML_LITERAL : YML_DOUBLE;
	if (!text.n && p->flow && (v.flags & (KRM_EMPTY | KRM_TAGGED)))
		return YML_SINGLE;
	if (!(v.flags & KRM_TAGGED) && krm_yml_resolve(text, YML_V3, true).type != YML_STR)
		return YML_DOUBLE;
	return plain ? YML_PLAIN : a.single_allowed ? YML_SINGLE : YML_DOUBLE;
}

static void write_scalar(struct printer *p, krm_val v, size_t indent, bool key)
{
	kv_str text = krm_scalar_text(p->job, v);

	if (v.kind == KRM_NIL && !text.n)
		return;
	if (v.kind == KRM_STRING && (v.flags & KRM_TAGGED) && kv_str_starts(text, KV_S("!!"))) {
		size_t blank = kv_str_chr(text, ' ');

		krm_yml_out_indicator(&p->out, kv_str_sub(text, 0, blank), true, false);
		text = kv_str_sub(text, blank == SIZE_MAX ? text.n : blank + 1, text.n);
	}
	krm_yml_out_scalar(&p->out, text, style_of(p, v, text), deeper(indent), key);
}

/* --- collections ------------------------------------------------------------------------------ */

static int write_node(struct printer *p, krm_val v, size_t indent, bool value);

static bool is_flow(const struct printer *p, krm_val v)
{
	return p->flow || v.style == KRM_STYLE_FLOW ||
	       (v.kind == KRM_MAP ? !krm_map_len(v) : !krm_list_len(v));
}

static int write_flow_list(struct printer *p, krm_val v, size_t indent)
{
	krm_yml_out_indicator(&p->out, KV_S("["), true, false);
	p->out.whitespace = true;
	for (size_t i = 0; i < v.l->n; i++) {
		if (i)
			krm_yml_out_indicator(&p->out, KV_S(","), false, false);
		if (write_node(p, v.l->v[i], indent, false))
			return -1;
	}
	krm_yml_out_indicator(&p->out, KV_S("]"), false, false);
	return 0;
}

static int write_flow_map(struct printer *p, krm_val v, size_t indent)
{
	bool first = true;

	krm_yml_out_indicator(&p->out, KV_S("{"), true, false);
	p->out.whitespace = true;
	krm_map_each (v.m, e) {
		if (!first)
			krm_yml_out_indicator(&p->out, KV_S(","), false, false);
		first = false;
		write_scalar(p, e->key, indent, true);
		krm_yml_out_indicator(&p->out, KV_S(":"), false, false);
		if (write_node(p, e->val, indent, true))
			return -1;
	}
	krm_yml_out_indicator(&p->out, KV_S("}"), false, false);
	return 0;
}

static int write_list(struct printer *p, krm_val v, size_t indent)
{
	for (size_t i = 0; i < v.l->n; i++) {
		write_head_comments(p, v.l->v[i].pos, '-', indent);
		krm_yml_out_indent(&p->out, indent);
		krm_yml_out_indicator(&p->out, KV_S("-"), true, true);
		if (write_node(p, v.l->v[i], indent, false))
			return -1;
	}
	return 0;
}

static int write_map(struct printer *p, krm_val v, size_t indent)
{
	krm_map_each (v.m, e) {
		bool block = (e->val.kind == KRM_MAP || e->val.kind == KRM_LIST) && !is_flow(p, e->val);

		write_head_comments(p, e->key.pos, ' ', indent);
		krm_yml_out_indent(&p->out, indent);
		write_scalar(p, e->key, indent, true);
		krm_yml_out_indicator(&p->out, KV_S(":"), false, false);
		if (block)
			write_line_comment(p, e->key.pos);
		if (write_node(p, e->val, indent, true))
			return -1;
	}
	return 0;
}

static int write_collection(struct printer *p, krm_val v, size_t indent, bool value)
{
	int failed;

	if (is_flow(p, v)) {
		p->flow++;
		/* Also at the root lines that go on are indented (yaml_emitter_increase_indent). */
		indent = indent == NO_INDENT ? YML_INDENT : deeper(indent);
		failed = v.kind == KRM_MAP ? write_flow_map(p, v, indent) : write_flow_list(p, v, indent);
		p->flow--;
		return failed;
	}
	if (v.kind == KRM_MAP)
		return write_map(p, v, deeper(indent));
	/* Lists are not indented below their key. */
	return write_list(p, v, value && !p->out.indention ? indent : deeper(indent));
}

/* `value`: the node is the value of a key. */
static int write_node(struct printer *p, krm_val v, size_t indent, bool value)
{
	int failed;

	if (write_properties(p, v.pos))
		return 0;
	if (v.kind != KRM_MAP && v.kind != KRM_LIST) {
		write_scalar(p, v, indent, false);
		write_line_comment(p, v.pos);
		return 0;
	}
	if (p->depth >= p->job->limits.depth) {
		p->error = kv_arena_printf(p->job->arena, "too many nesting levels (limit %zu)",
					   p->job->limits.depth);
		return -1;
	}
	p->depth++;
	failed = write_collection(p, v, indent, value);
	p->depth--;
	return failed;
}

int krm_yaml_write_nodes(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error)
{
	struct printer p = { .job = job,
			     .out = { .b = out,
				      .line = out->n,
				      .whitespace = true,
				      .indention = true,
				      .width = SIZE_MAX,
				      .version = YML_V3 } };
	int failed;

	kv_map_init(&p.anchors, job->arena);
	failed = write_node(&p, v, NO_INDENT, false);

	krm_yml_out_indent(&p.out, 0);
	*ret_error = p.error;
	return failed;
}
