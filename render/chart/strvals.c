/* render/chart/strvals.c: the --set language (helm: pkg/strvals/parser.go, literal_parser.go).
 *
 *   line  = item { "," item }          literal: one item, its value is the rest of the line
 *   item  = key "=" value
 *   key   = name { "." name | "[" index "]" }
 *   value = text | "{" text { "," text } "}" | JSON
 *
 * A backslash takes the next character as it is, but in literals. Helm's parser stops without an error where
 * the text ends in the middle of many things; the end of the text is therefore a result of its own here.
 */
#include "render/chart/strvals.h"

#include <strings.h>

#include "base/file.h"
#include "base/inputs.h"
#include "base/num.h"
#include "base/utf8.h"
#include "krm/json.h"
#include "render/chart/load.h"
#include "render/template/func.h"
#include "render/template/url.h"

/* strvals.MaxIndex, strvals.MaxNestedNameLevel */
#define INDEX_MAX 65536
#define NAME_LEVEL_MAX 30

enum outcome { DONE, END_OF_TEXT, FAILED };

struct setter {
	struct kv_job *job;
	enum rnd_engine engine;
	enum rnd_set_kind kind;
	kv_str in;
	kv_pos base; /* of `in`, which is a source of the job; 0 if it is none */
	size_t at;
	size_t depth; /* of nested lists, which have no limit of Helm's */
	rnd_get_fn *get;
	kv_str error;
};

static enum outcome fail(struct setter *s, kv_str error)
{
	s->error = error;
	return FAILED;
}

/* Reads to one of the stop characters, which is taken too, or to the end: then END_OF_TEXT. */
static enum outcome read_until(struct setter *s, const char *stop, kv_str *ret, char *ret_last)
{
	struct kv_buf b;
	kv_buf_init(&b, s->job->arena, KV_BUF_MAX);
	bool escapes = s->kind != RND_SET_LITERAL;
	enum outcome out = END_OF_TEXT;
	*ret_last = 0;
	while (s->at < s->in.n) {
		size_t size;
		uint32_t rune = kv_utf8_decode(s->in, s->at, &size);
		s->at += size;
		if (rune && rune < 0x80 && strchr(stop, (int)rune)) {
			*ret_last = (char)rune;
			out = DONE;
			break;
		}
		if (escapes && rune == '\\') {
			if (s->at == s->in.n)
				break;
			rune = kv_utf8_decode(s->in, s->at, &size);
			s->at += size;
		}
		kv_buf_rune(&b, rune);
	}
	*ret = kv_buf_view(&b);
	return out;
}

static bool is_fold(kv_str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static krm_val typed(struct setter *s, kv_str text)
{
	int64_t i;
	if (is_fold(text, "true") || is_fold(text, "false"))
		return krm_bool(text.n == 4);
	if (is_fold(text, "null"))
		return krm_nil();
	if (kv_str_eq(text, KV_S("0")))
		return krm_int64(0);
	if (text.n && text.p[0] != '0' && kv_num_parse_int(text, 10, &i) == KV_NUM_OK)
		return krm_int64(i);
	return krm_string(s->job->arena, text);
}

static bool is_address(kv_str path)
{
	return kv_str_is_http(path) || kv_str_starts(path, KV_S("oci://"));
}

/* A file named by --set-file or -f; "-" is standard input. Helm reads no file whose name is no URL, such as 50%.yaml. */
static int read_named(struct kv_job *job, rnd_get_fn *get, kv_str path, kv_str *ret, kv_str *ret_error)
{
	if (kv_str_eq(kv_str_trim_space(path), KV_S("-")))
		return kv_stdin_read(job, ret);
	struct rnd_url url;
	if (job->imitating && rnd_url_parse(job->arena, path, &url, ret_error))
		return -1;
	if (is_address(path))
		kv_input_note_failure(job, path);
	if (is_address(path) && get)
		return get(job, path, ret, ret_error);
	if (is_address(path)) {
		*ret_error = kv_arena_cat(job->arena, KV_S("values are not read from the network: "), path);
		return -1;
	}
	enum kv_file_kind kind = kv_input_kind(job, path);
	if (kind == KV_FILE_NONE) {
		*ret_error =
			kv_arena_cat(job->arena, KV_S("open "), path, KV_S(": no such file or directory"));
		return -1;
	}
	if (kind == KV_FILE_DIR) {
		*ret_error = kv_arena_cat(job->arena, KV_S("read "), path, KV_S(": is a directory"));
		return -1;
	}
	/* Whoever calls Helm may name a pipe; the files of a repository are none. */
	bool pipe = kind == KV_FILE_OTHER && job->imitating;
	return pipe ? kv_pipe_read(job, path, ret) : kv_file_read(job, path, ret);
}

/* Values need several times their size, and what a file holds whole is there to be rendered. */
static int read_within_output(struct kv_job *job, rnd_get_fn *get, kv_str path, kv_str *ret, kv_str *ret_error)
{
	size_t limit = kv_job_narrow_files(job, job->limits.output_bytes);
	int rc = read_named(job, get, path, ret, ret_error);
	job->limits.file_bytes = limit;
	return rc;
}

static enum outcome value_of(struct setter *s, kv_str text, krm_val *ret)
{
	kv_str data;
	switch (s->kind) {
	case RND_SET: *ret = typed(s, text); return DONE;
	case RND_SET_FILE:
		s->error = KV_S("");
		if (read_within_output(s->job, s->get, text, &data, &s->error))
			return FAILED;
		*ret = krm_string(s->job->arena, data);
		return DONE;
	default: *ret = krm_string(s->job->arena, text); return DONE;
	}
}

static void set_key(struct setter *s, struct krm_map *map, kv_str key, krm_val v)
{
	if (key.n)
		krm_map_set(s->job->arena, map, key, v);
}

static krm_val nil_list(struct setter *s)
{
	return krm_list(s->job->arena, KRM_OF_ANY);
}

static enum outcome set_index(struct setter *s, krm_val *list, int64_t index, krm_val v)
{
	if (index > INDEX_MAX)
		return fail(s, kv_arena_printf(s->job->arena,
					       "index of %lld is greater than maximum supported index of %d",
					       (long long)index, INDEX_MAX));
	struct krm_list *l = list->l;
	if (l->n <= (size_t)index && kv_arena_used(s->job->arena) + (size_t)index * sizeof(krm_val) > s->job->limits.memory)
		return fail(s, kv_job_excess(s->job, 0));
	if (l->n <= (size_t)index) {
		/* A longer list is a new one in Go: who else holds the old one keeps it. */
		krm_val longer = nil_list(s);
		longer.l->v = KV_NEW_N(s->job->arena, krm_val, (size_t)index + 1);
		longer.l->cap = (size_t)index + 1;
		for (size_t i = 0; i <= (size_t)index; i++)
			krm_list_push(s->job->arena, longer.l, i < l->n ? l->v[i] : krm_nil());
		*list = longer;
		l = longer.l;
	}
	l->v[index] = v;
	return DONE;
}

/* The runtime's words for a failed type assertion. */
static enum outcome wrong_type(struct setter *s, krm_val v, const char *want)
{
	struct kv_buf b;
	kv_buf_init(&b, s->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "unable to parse key: interface conversion: interface {} is ");
	if (v.kind == KRM_NIL)
		kv_buf_lit(&b, "nil");
	else
		rnd_type_name(v, &b);
	kv_buf_printf(&b, ", not %s", want);
	return fail(s, kv_buf_view(&b));
}

/* --- JSON values ------------------------------------------------------------------------------ */

/* After a JSON value: blanks and a comma, or nothing. True if no value stands here. */
static bool take_empty(struct setter *s)
{
	while (s->at < s->in.n) {
		size_t size;
		uint32_t rune = kv_utf8_decode(s->in, s->at, &size);
		if (rune != ',' && !kv_rune_is_space(rune))
			return false;
		s->at += size;
		if (rune == ',')
			return true;
	}
	return true;
}

static size_t json_string_end(kv_str in, size_t at)
{
	for (at++; at < in.n && in.p[at] != '"'; at++)
		if (in.p[at] == '\\')
			at++;
	return at + 1;
}

static size_t digits_end(kv_str in, size_t at)
{
	while (at < in.n && kv_is_digit(in.p[at]))
		at++;
	return at;
}

/* Before the first byte that cannot go on with a number, which need not be one that can follow a value. */
static size_t json_number_end(kv_str in, size_t at)
{
	at += in.p[at] == '-';
	at = at < in.n && in.p[at] == '0' ? at + 1 : digits_end(in, at);
	if (at < in.n && in.p[at] == '.')
		at = digits_end(in, at + 1);
	if (at < in.n && (in.p[at] | 32) == 'e') {
		at++;
		at += at < in.n && (in.p[at] == '+' || in.p[at] == '-');
		at = digits_end(in, at);
	}
	return at;
}

/* Where the JSON value at `at` ends, as far as brackets, quotes and the shape of numbers and words tell. */
static size_t json_end(kv_str in, size_t at)
{
	char first = in.p[at];
	if (first == '"')
		return json_string_end(in, at);
	if (first == '{' || first == '[') {
		size_t open = 0;
		while (at < in.n) {
			char c = in.p[at];
			if (c == '"') {
				at = json_string_end(in, at);
				continue;
			}
			at++;
			if (c == '{' || c == '[')
				open++;
			else if ((c == '}' || c == ']') && --open == 0)
				break;
		}
		return at;
	}
	const char *words[] = { "true", "false", "null" };
	for (size_t i = 0; i < 3; i++)
		if (kv_str_starts(kv_str_sub(in, at, in.n), kv_str_c(words[i])))
			return at + strlen(words[i]);
	return json_number_end(in, at);
}

static enum outcome json_value(struct setter *s, krm_val *ret)
{
	while (s->at < s->in.n && strchr(" \t\r\n", s->in.p[s->at]))
		s->at++;
	size_t end = s->at < s->in.n ? json_end(s->in, s->at) : s->in.n;
	if (end > s->in.n || end <= s->at)
		return fail(s, KV_S("unexpected end of JSON input"));
	size_t offset;
	if (krm_json_read(s->job, kv_str_sub(s->in, s->at, end), KRM_JSON_FLOAT, ret, &s->error, &offset))
		return FAILED;
	s->at = end;
	take_empty(s);
	return DONE;
}

/* --- the grammar ------------------------------------------------------------------------------ */

/* "{" text { "," text } "}", the brace already seen. */
static enum outcome value_list(struct setter *s, krm_val *ret)
{
	s->at++;
	*ret = nil_list(s);
	for (;;) {
		kv_str text;
		char last;
		krm_val v;
		if (read_until(s, ",}", &text, &last) != DONE)
			return fail(s, KV_S("list must terminate with '}'"));
		if (last == '}' && s->at < s->in.n && s->in.p[s->at] == ',')
			s->at++;
		if (value_of(s, text, &v) == FAILED)
			return FAILED;
		krm_list_push(s->job->arena, ret->l, v);
		if (last == '}')
			return DONE;
	}
}

/* What stands behind "=". END_OF_TEXT: nothing did, *ret is "". */
static enum outcome value(struct setter *s, krm_val *ret)
{
	kv_str text;
	char last;
	if (s->kind == RND_SET_JSON) {
		*ret = krm_nil();
		return take_empty(s) ? DONE : json_value(s, ret);
	}
	if (s->kind == RND_SET_LITERAL) {
		(void)read_until(s, "", &text, &last);
		*ret = krm_string(s->job->arena, text);
		return DONE;
	}
	*ret = krm_string(s->job->arena, KV_S(""));
	if (s->at == s->in.n)
		return END_OF_TEXT;
	if (s->in.p[s->at] == '{')
		return value_list(s, ret);
	(void)read_until(s, ",", &text, &last);
	return value_of(s, text, ret);
}

static enum outcome key_index(struct setter *s, int64_t *ret)
{
	kv_str text;
	char last;
	if (read_until(s, "]", &text, &last) != DONE) {
		/* Helm 4 asks whether the end is somewhere in the chain of errors, Helm 3 whether it is the
		 * error. */
		if (s->engine == RND_HELM4)
			return END_OF_TEXT;
		return fail(s, KV_S("error parsing index: EOF"));
	}
	enum kv_num_error bad = kv_num_parse_int(text, 10, ret);
	if (bad == KV_NUM_OK)
		return DONE;
	return fail(s, kv_arena_cat(s->job->arena, KV_S("error parsing index: strconv.Atoi: parsing "),
				    rnd_quoted(s->job, text),
				    bad == KV_NUM_RANGE ? KV_S(": value out of range")
							: KV_S(": invalid syntax")));
}

static enum outcome key(struct setter *s, struct krm_map *into, size_t level);

/* %q of []rune: ['a' 'b'] */
static kv_str quoted_runes(struct setter *s, kv_str text)
{
	struct kv_buf b;
	kv_buf_init(&b, s->job->arena, KV_BUF_MAX);
	kv_buf_c(&b, '[');
	size_t size;
	for (size_t i = 0; i < text.n; i += size) {
		kv_utf8_decode(text, i, &size);
		kv_str one = kv_str_sub(text, i, i + size);
		kv_str q = rnd_quoted(s->job, one);
		kv_buf_str(&b, i ? KV_S(" '") : KV_S("'"));
		if (*one.p == '"')
			kv_buf_c(&b, '"');
		else if (*one.p == '\'')
			kv_buf_lit(&b, "\\'");
		else
			kv_buf_str(&b, kv_str_sub(q, 1, q.n - 1));
		kv_buf_c(&b, '\'');
	}
	kv_buf_c(&b, ']');
	return kv_buf_view(&b);
}

/* Behind "a[0]": an object's key, another index, or the value. *list is replaced where it grows. */
static enum outcome list_item(struct setter *s, krm_val *list, int64_t index, size_t level)
{
	kv_str text;
	char last;
	if (index < 0)
		return fail(s, kv_arena_printf(s->job->arena, "negative %lld index not allowed",
					       (long long)index));
	if (s->depth >= s->job->limits.depth)
		return fail(s, kv_arena_printf(s->job->arena, "too many nested indexes (limit %zu)",
					       s->job->limits.depth));
	enum outcome out = read_until(s, "[.=", &text, &last);
	if (text.n)
		return fail(s, kv_arena_cat(s->job->arena, KV_S("unexpected data at end of array index: "),
					    quoted_runes(s, text)));
	if (out != DONE)
		return out;
	struct krm_list *l = list->l;
	bool there = l->n > (size_t)index;
	krm_val item = krm_nil();
	if (last == '=') {
		if (value(s, &item) == FAILED)
			return FAILED;
	} else if (last == '[') {
		int64_t next;
		out = key_index(s, &next);
		if (out != DONE)
			return out;
		item = there && l->v[index].kind != KRM_NIL ? l->v[index] : nil_list(s);
		if (item.kind != KRM_LIST)
			return wrong_type(s, item, "[]interface {}");
		s->depth++;
		out = list_item(s, &item, next, level);
		s->depth--;
		if (out != DONE)
			return out;
	} else {
		item = there && l->v[index].kind == KRM_MAP ? l->v[index]
							    : krm_map(s->job->arena, KRM_OF_ANY);
		if (there)
			l->v[index] = item;
		s->depth++;
		out = key(s, item.m, level);
		s->depth--;
		if (out != DONE)
			return out;
	}
	return set_index(s, list, index, item);
}

static enum outcome key_list(struct setter *s, struct krm_map *into, kv_str name, size_t level)
{
	int64_t index;
	enum outcome out = key_index(s, &index);
	if (out != DONE)
		return out;
	krm_val *old = krm_map_find(into, name);
	krm_val list = old ? *old : nil_list(s);
	if (list.kind != KRM_LIST)
		return wrong_type(s, list, "[]interface {}");
	out = list_item(s, &list, index, level);
	set_key(s, into, name, list);
	return out;
}

static enum outcome key_map(struct setter *s, struct krm_map *into, kv_str name, size_t level)
{
	if (level > NAME_LEVEL_MAX)
		return fail(s, kv_arena_printf(s->job->arena,
					       "value name nested level is greater than maximum supported "
					       "nested level of %d",
					       NAME_LEVEL_MAX));
	krm_val *old = krm_map_find(into, name);
	krm_val inner = old ? *old : krm_map(s->job->arena, KRM_OF_ANY);
	if (inner.kind != KRM_MAP)
		return wrong_type(s, inner, "map[string]interface {}");
	enum outcome out = key(s, inner.m, level);
	if (out == DONE && inner.m->live == 0)
		return fail(s, kv_arena_cat(s->job->arena, KV_S("key map "), rnd_quoted(s->job, name),
					    KV_S(" has no value")));
	if (inner.m->live)
		set_key(s, into, name, inner);
	return out;
}

static enum outcome key(struct setter *s, struct krm_map *into, size_t level)
{
	kv_str name;
	char last;
	enum outcome out = read_until(s, s->kind == RND_SET_LITERAL ? "=[." : "=[,.", &name, &last);
	if (out != DONE)
		return name.n ? fail(s, kv_arena_cat(s->job->arena, KV_S("key "), rnd_quoted(s->job, name),
						     KV_S(" has no value")))
			      : END_OF_TEXT;
	switch (last) {
	case '[': return key_list(s, into, name, level);
	case '.': return key_map(s, into, name, level + 1);
	case ',':
		return fail(s, kv_arena_cat(s->job->arena, KV_S("key "), rnd_quoted(s->job, name),
					    KV_S(" has no value (cannot end with ,)")));
	default: break;
	}
	krm_val v;
	kv_pos start = kv_pos_at(s->base, s->at);
	out = value(s, &v);
	v.pos = start;
	if (out != FAILED)
		set_key(s, into, name, v);
	return out;
}

static int parse(struct setter *s, struct krm_map *into)
{
	enum outcome out;
	while ((out = key(s, into, 0)) == DONE)
		;
	return out == END_OF_TEXT ? 0 : -1;
}

int rnd_strvals_parse(struct kv_job *job, enum rnd_engine engine, enum rnd_set_kind kind, kv_str text,
		      struct krm_map *into, kv_str *ret_error)
{
	struct setter s = { .job = job, .engine = engine, .kind = kind, .in = text };
	if (parse(&s, into) == 0)
		return 0;
	*ret_error = s.error;
	return -1;
}

/* --- a whole command line --------------------------------------------------------------------- */

/* What one values file becomes takes some three times as much as the file. */
#define MEMORY_OF_VALUES ((size_t)40 << 20)
/* Flags are short, but a list of 65,537 items is said in ten letters; a file that one names is in it as it is. */
#define MEMORY_OF_FLAGS ((size_t)8 << 20)

static int add_values_file(struct kv_job *job, enum rnd_engine engine, rnd_get_fn *get, kv_str path, krm_val *base)
{
	kv_str text, error = KV_S("");
	krm_val v;
	if (read_within_output(job, get, path, &text, &error))
		return error.n ? rnd_chart_error(job, 0, error) : -1;
	size_t memory = kv_job_narrow(job, MEMORY_OF_VALUES);
	int rc = rnd_values_read(job, engine, kv_source_add(job, path, text), text, &v, &error);
	job->limits.memory = memory;
	if (rc)
		return rnd_chart_error(
			job, rnd_values_error_pos(job, engine, path, text, error),
			kv_arena_cat(job->arena, KV_S("failed to parse "), path, KV_S(": "), error));
	*base = rnd_values_merge(job, *base, v);
	return 0;
}

/* Helm 4 takes a whole JSON object too. */
static int add_json_object(struct kv_job *job, kv_str text, krm_val *base)
{
	kv_str error;
	size_t offset;
	krm_val v;
	if (krm_json_read(job, kv_str_trim_space(text), KRM_JSON_FLOAT, &v, &error, &offset))
		return rnd_chart_error(
			job, 0,
			kv_arena_cat(job->arena, KV_S("failed parsing --set-json data JSON: "), text));
	*base = rnd_values_merge(job, *base, v);
	return 0;
}

static int add_set(struct kv_job *job, enum rnd_engine engine, rnd_get_fn *get, const struct rnd_set_arg *arg, krm_val *base)
{
	static const char *const flags[] = { "-f",           "--set-json", "--set",
					     "--set-string", "--set-file", "--set-literal" };
	kv_str flag = kv_str_c(flags[arg->kind]), trimmed = kv_str_trim_space(arg->text);
	if (arg->kind == RND_SET_FILE_VALUES)
		return add_values_file(job, engine, get, arg->text, base);
	if (arg->kind == RND_SET_JSON && engine == RND_HELM4 && trimmed.n && trimmed.p[0] == '{')
		return add_json_object(job, arg->text, base);
	struct setter s = { .job = job, .engine = engine, .kind = arg->kind, .in = arg->text, .get = get };
	s.base = kv_source_add(job, flag, arg->text);
	if (parse(&s, base->m) == 0)
		return 0;
	if (arg->kind == RND_SET_JSON)
		return rnd_chart_error(
			job, 0,
			kv_arena_cat(job->arena, KV_S("failed parsing "), flag, KV_S(" data "), arg->text));
	return s.error.n ? rnd_chart_error(job, 0,
					   kv_arena_cat(job->arena, KV_S("failed parsing "), flag,
							KV_S(" data: "), s.error))
			 : -1;
}

int rnd_user_values(struct kv_job *job, enum rnd_engine engine, rnd_get_fn *get, krm_val base,
		    const struct rnd_set_arg *sets, size_t nsets, krm_val *ret)
{
	krm_val values = krm_map(job->arena, KRM_OF_ANY);
	if (base.kind == KRM_MAP && krm_copy(job, base, &values))
		return -1;
	size_t memory = job->limits.memory;
	int rc = 0;
	for (int kind = RND_SET_FILE_VALUES; kind <= RND_SET_LITERAL; kind++) {
		for (size_t i = 0; i < nsets && rc == 0; i++)
			if ((int)sets[i].kind == kind)
				rc = add_set(job, engine, get, &sets[i], &values);
		if (kind == RND_SET_FILE_VALUES)
			kv_job_narrow(job, MEMORY_OF_FLAGS);
	}
	job->limits.memory = memory;
	if (rc)
		return -1;
	*ret = values;
	return 0;
}
