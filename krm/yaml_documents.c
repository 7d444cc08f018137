/* krm/yaml_documents.c: texts of one or of many documents: where they are cut, and which problem is told, when
 * (kyaml kio/byteio_reader.go; sigs.k8s.io/yaml yaml.go). */
#include <math.h>

#include "base/num.h"
#include "base/utf8.h"
#include "krm/yaml_quick.h"

/* --- one document ----------------------------------------------------------------------------- */

/* The problem as Go's error says it. */
static kv_str go_text(const struct yml_reader *r, const struct yml_noted *p, enum yml_step step)
{
	const char *outer = r->version == YML_V2 ? "error converting YAML to JSON: " : "";
	const char *inner = step == YML_STEP_PARSE || step == YML_STEP_DECODE ? "yaml: "
			    : step == YML_STEP_COLLECT                        ? "yaml: unmarshal errors:\n  "
									      : "";
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	kv_buf_printf(&b, "%s%s", outer, inner);
	if (p->line)
		kv_buf_printf(&b, "line %zu: ", p->line);
	kv_buf_str(&b, p->text);
	return kv_buf_view(&b);
}

/* What to do about libyaml's usual complaints, by the character they are about; 0: any. */
static const struct {
	const char *text;
	char at;
	const char *note;
} advice[] = {
	{ "found character that cannot start any token", '\t', "a tab does not indent: put blanks in its place" },
	{ "found character that cannot start any token", '@', "a text that begins so is put in quotes" },
	{ "found character that cannot start any token", '`', "a text that begins so is put in quotes" },
	{ "found character that cannot start any token", '%', "a text that begins so is put in quotes" },
	{ "mapping values are not allowed in this context", 0, "a text with a colon and a blank in it is put in quotes" },
	{ "did not find expected key", 0, "the lines of a mapping begin in one column" },
	{ "did not find expected '-' indicator", 0, "the items of a list begin in one column" },
	{ "could not find expected ':'", 0, "a key is followed by a colon and a blank" },
	{ "found unexpected end of stream", 0, "a quote is not closed" },
	{ "did not find expected ',' or ']'", 0, "a [ is not closed, or a comma is missing" },
	{ "did not find expected ',' or '}'", 0, "a { is not closed, or a comma is missing" },
};

static void advise(struct kv_job *job, const struct yml_noted *p)
{
	const struct kv_source *source = kv_source_of(job, p->pos);
	size_t at = source ? p->pos - source->base : 0;
	bool ended = source && !kv_str_trim_space(kv_str_sub(source->text, at, source->text.n)).n;
	if (ended && kv_str_eq(p->text, KV_S("did not find expected node content")))
		kv_note(job, 0, "the text ends before a [ or { is closed");
	for (size_t i = 0; source && i < sizeof advice / sizeof *advice; i++)
		if (kv_str_eq(p->text, kv_str_c(advice[i].text)) &&
		    (!advice[i].at || (at < source->text.n && source->text.p[at] == advice[i].at)))
			kv_note(job, 0, "%s", advice[i].note);
}

static int report(struct yml_reader *r)
{
	enum yml_step step;
	const struct yml_noted *p = krm_yml_reader_problem(r, &step);
	if (!p)
		return 0;
	kv_error(r->job, p->pos, "%.*s", KV_ARG(p->text));
	advise(r->job, p);
	return -1;
}

/* The scanner counts in 32 bits. */
static size_t byte_limit(const struct kv_job *job)
{
	return job->limits.document_bytes < UINT32_MAX ? job->limits.document_bytes : UINT32_MAX - 1;
}

static int check_size(struct kv_job *job, kv_pos base, kv_str text)
{
	if (text.n > byte_limit(job))
		return kv_error(job, base, "too many bytes in one text (limit %zu)", byte_limit(job));
	return 0;
}

int krm_yaml_read(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules, krm_val *ret)
{
	struct yml_reader r;
	bool found;
	krm_val v;
	kv_pos base = kv_source_add(job, name, text);
	if (check_size(job, base, text) < 0)
		return -1;
	krm_yml_reader_open(&r, job, text, base, rules);
	r.warn = true;
	int status = krm_yml_read_document(&r, &v, &found);
	if (report(&r) < 0)
		status = -1;
	krm_yml_reader_close(&r);
	if (status < 0)
		return -1;
	*ret = v;
	return 0;
}

int krm_yaml_try_at(struct kv_job *job, kv_pos base, kv_str text, enum krm_yaml_rules rules, krm_val *ret,
		    kv_str *ret_error)
{
	struct yml_reader r;
	bool found;
	krm_val v;
	enum yml_step step = YML_STEP_PARSE;
	if (text.n > byte_limit(job)) {
		*ret_error = kv_arena_printf(job->arena, "too many bytes in one text (limit %zu)",
					     byte_limit(job));
		return -1;
	}
	krm_yml_reader_open(&r, job, text, base, rules);
	int status = krm_yml_read_quick(&r, text, &v) ? 0 : krm_yml_read_document(&r, &v, &found);
	const struct yml_noted *p = krm_yml_reader_problem(&r, &step);
	if (p) {
		*ret_error = go_text(&r, p, step);
		status = -1;
	} else {
		*ret = v;
	}
	krm_yml_reader_close(&r);
	return status;
}

int krm_yaml_try(struct kv_job *job, kv_str text, enum krm_yaml_rules rules, krm_val *ret, kv_str *ret_error)
{
	return krm_yaml_try_at(job, 0, text, rules, ret, ret_error);
}

void krm_yaml_repeated_keys(struct kv_job *job, kv_str text, struct kv_buf *out)
{
	struct yml_reader r;
	bool found;
	krm_val v;
	if (text.n > byte_limit(job))
		return;
	krm_yml_reader_open(&r, job, text, 0, KRM_YAML_HELM_TYPED);
	r.repeated = out;
	/* What is wrong with the text is told where it is read for good. */
	(void)!krm_yml_read_document(&r, &v, &found);
	krm_yml_reader_close(&r);
}

/* --- many documents --------------------------------------------------------------------------- */

/* They grow in the job's `nested`, to which reading one gives back all that it takes. */
struct documents {
	krm_val *v;
	size_t n, cap;
};

static int read_stream(struct yml_reader *r, struct documents *docs)
{
	krm_val v;
	bool found;
	for (;;) {
		int status = krm_yml_read_document(r, &v, &found);
		if (report(r) < 0 || status < 0)
			return -1;
		if (!found)
			return 0;
		KV_PUSH(r->job->nested, docs->v, docs->n, docs->cap, v);
	}
}

static int read_whole(struct kv_job *job, kv_str text, kv_pos base, enum krm_yaml_rules rules,
		      struct documents *docs)
{
	struct yml_reader r;
	krm_yml_reader_open(&r, job, text, base, rules);
	r.warn = true;
	int status = read_stream(&r, docs);
	krm_yml_reader_close(&r);
	return status;
}

/* Keeps what was found after the parser for krm_yaml_check. Without a position it cannot be found again. */
static int postpone(struct yml_reader *r, kv_pos document)
{
	enum yml_step step;
	const struct yml_noted *p = krm_yml_reader_problem(r, &step);
	if (!p)
		return 0;
	if (step == YML_STEP_PARSE || document == 0)
		return report(r);
	struct kv_late late = { document, p->pos, p->text };
	KV_PUSH(r->job->arena, r->job->late, r->job->nlate, r->job->late_cap, late);
	return 0;
}

/* The late problem of a document, which were noted in the order of positions. */
static const struct kv_late *find_late(const struct kv_job *job, kv_pos document)
{
	size_t low = 0, high = job->nlate;
	while (document && low < high) {
		size_t middle = low + (high - low) / 2;
		if (job->late[middle].document == document)
			return &job->late[middle];
		if (job->late[middle].document < document)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* JSON knows no number that is not finite, and no map below the root with a key that is no string. */
static int check_parts(struct kv_job *job, krm_val v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, v.pos, "too many levels (limit %zu)", job->limits.depth);
	for (size_t i = 0; i < krm_list_len(v); i++)
		if (check_parts(job, v.l->v[i], depth + 1) < 0)
			return -1;
	if (v.kind == KRM_FLOAT && !isfinite(v.f))
		return kv_error(job, v.pos, "json: unsupported value: %s", isnan(v.f) ? "NaN" : v.f < 0 ? "-Inf" : "+Inf");
	if (v.kind != KRM_MAP)
		return 0;
	krm_map_each (v.m, e) {
		if (e->key.flags & KRM_TYPED_KEY)
			return kv_error(job, e->key.pos,
					"json: unsupported type: map[interface {}]interface {}");
		if (check_parts(job, e->val, depth + 1) < 0)
			return -1;
	}
	return 0;
}

int krm_yaml_check_document(struct kv_job *job, kv_pos document)
{
	const struct kv_late *late = find_late(job, document);
	return late ? kv_error(job, late->pos, "%.*s", KV_ARG(late->text)) : 0;
}

int krm_yaml_check(struct kv_job *job, kv_pos document, krm_val v)
{
	if (krm_yaml_check_document(job, document) < 0)
		return -1;
	return job->doubtful ? check_parts(job, v, 0) : 0;
}

static int read_first(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	struct yml_reader r;
	krm_val v;
	bool found;
	krm_yml_reader_open(&r, job, text, base, KRM_YAML_KUSTOMIZE);
	r.warn = r.chunk = true;
	bool quick = krm_yml_read_quick(&r, text, &v);
	int status = quick ? 0 : krm_yml_read_document(&r, &v, &found);
	if (quick)
		found = true;
	else if (status == 0 && !job->keep_text && !job->decoded && krm_yml_parser_ends_with_comment(r.parser))
		krm_yml_add_comment_line(job, &v);
	if (status < 0 ? report(&r) < 0 : postpone(&r, found && v.kind == KRM_MAP ? v.pos : 0) < 0)
		status = -1;
	if (status == 0 && found && v.kind != KRM_NIL)
		KV_PUSH(job->nested, docs->v, docs->n, docs->cap, v);
	krm_yml_reader_close(&r);
	return status;
}

static bool is_content(kv_str line)
{
	line = kv_str_trim_space(line);
	return line.n && line.p[0] != '#' && !kv_str_eq(line, KV_S("..."));
}

/* The place behind a line "..." that has more than blanks and comments behind it. */
static bool find_rest(kv_str text, size_t *ret)
{
	kv_str rest, line;
	size_t at = 0;
	while ((at = kv_str_find(text, KV_S("\n..."), at)) != SIZE_MAX) {
		at += 4;
		rest = kv_str_sub(text, at, text.n);
		if (!kv_str_line(&rest, &line) || kv_str_trim_space(line).n)
			continue;
		*ret = text.n - rest.n;
		while (kv_str_line(&rest, &line))
			if (is_content(line))
				return true;
		return false;
	}
	return false;
}

/* One chunk between separators: only its first document is looked at (kio/byteio_reader.go, decode). */
static int read_chunk(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	size_t rest;
	for (;;) {
		if (read_first(job, text, base, docs) < 0)
			return -1;
		if (!find_rest(text, &rest))
			return 0;
		base = kv_pos_at(base, rest);
		text = kv_str_sub(text, rest, text.n);
		if (!job->keep_text)
			break;
	}
	kv_warn(job, base, "kustomize does not read what follows \"...\"; --keep-text does");
	return 0;
}

/* The next match of \n---.*\n at or after `from`. */
static bool find_separator(kv_str text, size_t from, size_t *ret_start, size_t *ret_end)
{
	const char *end = text.p + text.n, *p = text.p + from;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		if (end - p >= 4 && memcmp(p, "\n---", 4) == 0) {
			const char *last = memchr(p + 4, '\n', (size_t)(end - p - 4));
			if (!last)
				return false;
			*ret_start = (size_t)(p - text.p);
			*ret_end = (size_t)(last - text.p) + 1;
			return true;
		}
		p++;
	}
	return false;
}

bool krm_yaml_is_split(kv_str text)
{
	size_t start, end;
	return find_separator(text, 0, &start, &end);
}

static int check_separator(struct kv_job *job, kv_pos pos, kv_str separator)
{
	kv_str rest = kv_str_trim_space(kv_str_sub(separator, 4, separator.n));
	if (rest.n == 0 || rest.p[0] == '#')
		return 0;
	return kv_error(job, pos, "invalid document separator: %.*s", KV_ARG(kv_str_trim_space(separator)));
}

struct separators {
	struct {
		size_t start, end;
	} * v;
	size_t n, cap;
};

/* kio/byteio_reader.go, splitDocuments: all separators are looked for before the first chunk is read. */
static int find_separators(struct kv_job *job, kv_str text, kv_pos base, struct separators *ret)
{
	size_t start, end = 0;
	while (find_separator(text, end, &start, &end)) {
		if (check_separator(job, kv_pos_at(base, start + 1), kv_str_sub(text, start, end)) < 0)
			return -1;
		ret->v = kv_array_reserve(job->scratch, ret->v, ret->n, &ret->cap, sizeof *ret->v);
		ret->v[ret->n].start = start;
		ret->v[ret->n++].end = end;
	}
	return 0;
}

/* What lies between the separators, and what is found there. */
struct chunks {
	kv_str text;
	kv_pos base;
	struct separators between;
	struct documents *docs; /* of each chunk: one more than separators */
};

static kv_str chunk_at(const struct chunks *c, size_t i, size_t *ret_from)
{
	size_t from = i ? c->between.v[i - 1].end : 0;
	*ret_from = from;
	return kv_str_sub(c->text, from, i < c->between.n ? c->between.v[i].start + 1 : c->text.n);
}

static int read_part(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct chunks *c = arg;
	for (size_t i = from, at; i < to; i++) {
		kv_str chunk = chunk_at(c, i, &at);
		if (read_chunk(job, chunk, kv_pos_at(c->base, at), &c->docs[i]) < 0)
			return -1;
	}
	return 0;
}

/* A shorter text is read before a thread has started. */
#define WORTH_A_THREAD ((size_t)256 << 10)

/* The first chunk behind the separator that is nearest to the middle. */
static size_t middle_of(const struct chunks *c)
{
	size_t i = 0, half = c->text.n / 2;
	while (i + 1 < c->between.n && c->between.v[i].start + c->between.v[i + 1].start < 2 * half)
		i++;
	return i + (c->between.n > 0);
}

static int read_between(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	struct chunks c = { .text = text, .base = base };
	if (find_separators(job, text, base, &c.between) < 0)
		return -1;
	size_t n = c.between.n + 1;
	krm_val whole;
	if (n == 1 && text.n >= WORTH_A_THREAD && krm_yml_read_in_parts(job, text, base, &whole)) {
		KV_PUSH(job->nested, docs->v, docs->n, docs->cap, whole);
		return 0;
	}
	c.docs = KV_NEW_N(job->nested, struct documents, n);
	if (text.n < WORTH_A_THREAD || n == 1 ? read_part(job, &c, 0, n) < 0
				    : kv_job_halves(job, middle_of(&c), n, read_part, &c) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t d = 0; d < c.docs[i].n; d++)
			KV_PUSH(job->nested, docs->v, docs->n, docs->cap, c.docs[i].v[d]);
	return 0;
}

static int read_chunks(struct kv_job *job, kv_str text, kv_pos base, struct documents *docs)
{
	struct kv_arena_mark mark = kv_arena_mark(job->scratch);
	int status = read_between(job, text, base, docs);
	kv_arena_release(job->scratch, mark);
	return status;
}

/* Line feeds for CR LF. */
static kv_str normal_breaks(struct kv_arena *a, kv_str s)
{
	if (kv_str_chr(s, '\r') == SIZE_MAX)
		return s;
	char *p = kv_arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' || i + 1 == s.n || s.p[i + 1] != '\n')
			p[n++] = s.p[i];
	return kv_str_of(p, n);
}

int krm_yaml_read_all(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules,
		      krm_val **ret_docs, size_t *ret_n)
{
	struct documents docs = { .n = 0 };
	if (text.n == 0)
		text = KV_S("");
	if (rules == KRM_YAML_KUSTOMIZE)
		text = normal_breaks(job->arena, text);
	kv_pos base = kv_source_add(job, name, text);
	if (check_size(job, base, text) < 0)
		return -1;
	struct kv_arena_mark mark = kv_arena_mark(job->nested);
	int status = rules == KRM_YAML_KUSTOMIZE ? read_chunks(job, text, base, &docs)
						 : read_whole(job, text, base, rules, &docs);
	if (status == 0) {
		*ret_docs = KV_NEW_N(job->arena, krm_val, docs.n);
		*ret_n = docs.n;
		if (docs.n)
			memcpy(*ret_docs, docs.v, docs.n * sizeof *docs.v);
	}
	kv_arena_release(job->nested, mark);
	return status;
}

/* --- spellings -------------------------------------------------------------------------------- */

void krm_yaml_aliases(struct kv_job *job, kv_str text, struct krm_alias **ret, size_t *ret_n)
{
	struct kv_arena_mark mark = kv_arena_mark(job->scratch);
	struct yml_parser *parser = krm_yml_parser_open(job->arena, job->scratch, text, YML_V3);
	struct krm_alias *aliases = NULL;
	size_t n = 0, cap = 0;
	struct kv_map anchors;
	struct yml_event e;
	kv_map_init(&anchors, job->scratch);
	while (krm_yml_parser_next(parser, &e) == 0 && e.kind != YML_END_OF_STREAM) {
		if (e.kind == YML_DOCUMENT)
			kv_map_init(&anchors, job->scratch);
		if (e.anchored)
			kv_map_put(&anchors, kv_arena_dup(job->arena, e.anchor), (void *)(uintptr_t)e.offset);
		if (e.kind != YML_ALIAS)
			continue;
		struct krm_alias alias = { kv_arena_dup(job->arena, e.value), e.offset,
					   (size_t)(uintptr_t)kv_map_get(&anchors, e.value) };
		KV_PUSH(job->arena, aliases, n, cap, alias);
	}
	kv_arena_release(job->scratch, mark);
	*ret = aliases;
	*ret_n = n;
}

static const struct kv_spelling *find_spelling(const struct kv_job *job, kv_pos pos)
{
	size_t low = 0, high = job->nspellings;
	while (pos && low < high) {
		size_t middle = low + (high - low) / 2;
		if (job->spellings[middle].pos == pos)
			return &job->spellings[middle];
		if (job->spellings[middle].pos < pos)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void krm_yaml_spelling(const struct kv_job *job, krm_val v, struct kv_buf *out)
{
	const struct kv_spelling *written = find_spelling(job, v.pos);
	if (written) {
		kv_buf_str(out, written->text);
		return;
	}
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING: kv_buf_str(out, krm_str(v)); break;
	case KRM_BOOL: kv_buf_str(out, v.b ? KV_S("true") : KV_S("false")); break;
	case KRM_INT:
	case KRM_INT64: kv_num_int(out, v.i); break;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(out, v.u); break;
	case KRM_FLOAT: kv_num_float(out, v.f, 'g', -1); break;
	default: kv_buf_lit(out, "null"); break;
	}
}
