/* krm/scalar.c: from values back to the texts that go-yaml v3 nodes hold. */
#include <math.h>

#include "krm/scalar.h"

#include "krm/yaml.h"

kv_str krm_source_at(const struct kv_job *job, kv_pos pos, kv_str *ret_before)
{
	const struct kv_source *source = kv_source_of(job, pos);

	*ret_before = source ? kv_str_sub(source->text, 0, pos - source->base) : KV_S("");
	return source ? kv_str_sub(source->text, pos - source->base, source->text.n) : KV_S("");
}

static bool is_plain_byte(char c)
{
	return kv_is_alnum(c) || c == '_' || c == '+' || c == '-' || c == '.' || c == '~';
}

/* A spelling counts only if it means the value: whoever changed the value may have kept the position. */
static bool means(struct kv_job *job, kv_str spelling, krm_val v)
{
	krm_val read;

	/* JSON does not know them, so they are not read alone: ".nan" or ".inf" in its letters' cases. */
	if (v.kind == KRM_FLOAT && !isfinite(v.f))
		return spelling.n >= 4 && (spelling.p[spelling.n - 1] | 0x20) == (isnan(v.f) ? 'n' : 'f');
	read = krm_scalar_plain(job, spelling);
	if (read.kind == KRM_INT)
		read.kind = KRM_INT64;
	if (v.kind == KRM_INT)
		v.kind = KRM_INT64;
	return krm_equal(read, v);
}

static kv_str spelled(struct kv_job *job, krm_val v)
{
	struct kv_buf b;

	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	krm_yaml_spelling(job, v, &b);
	kv_arena_trim(job->arena, b.p, b.cap, b.n);
	return kv_buf_view(&b);
}

/* A date that was read is a string in RFC 3339, whatever it was written like. */
static bool may_be_date(krm_val v)
{
	kv_str s = krm_str(v);

	return v.pos && v.style == KRM_STYLE_PLAIN && s.n >= sizeof "2006-01-02T15:04:05Z" - 1 &&
	       s.p[4] == '-' && s.p[10] == 'T';
}

kv_str krm_scalar_text(struct kv_job *job, krm_val v)
{
	krm_val computed = v;
	kv_str text, written;

	computed.pos = 0;
	if (v.kind >= KRM_LIST)
		return KV_S("");
	if (v.kind == KRM_STRING && !may_be_date(v))
		return krm_str(v);
	text = spelled(job, computed);
	written = v.pos ? spelled(job, v) : text;
	return !kv_str_eq(written, text) && means(job, written, v) ? written : text;
}

bool krm_is_null(krm_val v)
{
	return v.kind == KRM_NIL || v.flags & KRM_EMPTY;
}

bool krm_null_is_blank(struct kv_job *job, krm_val v)
{
	return krm_is_null(v) && !krm_scalar_text(job, v).n;
}

/* Could a plain scalar that begins like this be anything but a string? */
static bool may_be_typed(kv_str text)
{
	return text.n == 0 || kv_is_digit(text.p[0]) || strchr("+-.~tTfFnN", text.p[0]);
}

static bool is_scalar(krm_val v)
{
	return v.kind < KRM_LIST;
}

krm_val krm_scalar_plain(struct kv_job *job, kv_str text)
{
	krm_val v;
	kv_str error;

	if (text.n == 0)
		return krm_nil();
	for (size_t i = 0; i < text.n; i++)
		if (!is_plain_byte(text.p[i]) && text.p[i] != ':' && text.p[i] != ' ')
			return krm_string_shared(job, text);
	/* With blanks at its ends it is printed in quotes, and so is a string. */
	if (!may_be_typed(text) || text.p[0] == ' ' || text.p[text.n - 1] == ' ' || krm_yaml_try(job, text, KRM_YAML_KUSTOMIZE, &v, &error) || !is_scalar(v) ||
	    kv_str_eq(text, KV_S("---")))
		return krm_string_shared(job, text);
	v.pos = 0;
	return v;
}

krm_val krm_scalar_untagged(struct kv_job *job, kv_str text)
{
	krm_val v = krm_scalar_plain(job, text);
	struct kv_spelling spelling = { .pos = job->next_pos };

	v.flags |= KRM_UNTAGGED;
	if (!job->next_pos || kv_str_eq(krm_scalar_text(job, v), text))
		return v;
	/* The number lies behind every text that is there and before every text to come, so spellings stay sorted. */
	spelling.text = kv_arena_dup(job->arena, text);
	v.pos = job->next_pos++;
	v.style = v.kind == KRM_STRING ? KRM_STYLE_PLAIN : v.style;
	KV_PUSH(job->arena, job->spellings, job->nspellings, job->spellings_cap, spelling);
	return v;
}

const char *krm_scalar_tag(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: return "!!null";
	case KRM_BOOL: return "!!bool";
	case KRM_FLOAT: return "!!float";
	case KRM_STRING: return "!!str";
	default: return "!!int";
	}
}

const char *krm_node_kind(krm_val v)
{
	return v.kind == KRM_MAP ? "MappingNode" : v.kind == KRM_LIST ? "SequenceNode" : "ScalarNode";
}

bool krm_scalar_is_quoted(krm_val v)
{
	return v.kind == KRM_STRING && (v.style == KRM_STYLE_SINGLE || v.style == KRM_STYLE_DOUBLE ||
					v.style == KRM_STYLE_LITERAL || v.style == KRM_STYLE_FOLDED);
}

bool krm_scalar_is_date(struct kv_job *job, krm_val v)
{
	return v.kind == KRM_STRING && v.pos && !krm_scalar_is_quoted(v) &&
	       !kv_str_eq(krm_scalar_text(job, v), krm_str(v));
}

void krm_scalar_decode(struct kv_job *job, krm_val *v)
{
	if (v->flags & KRM_EMPTY)
		*v = krm_nil();
	else if (v->kind == KRM_STRING && v->flags & KRM_TYPED_TEXT)
		*v = krm_scalar_plain(job, krm_str(*v));
	for (size_t i = 0; i < krm_list_len(*v); i++)
		krm_scalar_decode(job, &v->l->v[i]);
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e)
			krm_scalar_decode(job, &e->val);
}

krm_val krm_scalar_in_place_of(struct kv_job *job, krm_val old, krm_val v)
{
	if (!is_scalar(v) || !is_scalar(old) || v.kind == KRM_NIL)
		return v;
	if (krm_scalar_is_quoted(old)) {
		kv_pos pos = v.pos;

		if (v.kind != KRM_STRING || may_be_date(v)) {
			v = krm_string(job->arena, krm_scalar_text(job, v));
			v.flags |= KRM_TYPED_TEXT;
		}
		v.pos = pos;
		v.style = old.style;
	} else if (v.kind == KRM_STRING) {
		v.style = KRM_STYLE_PLAIN;
	}
	return v;
}

/* Behind a '#' that begins a comment; false if the line has none from there on. */
static bool comment_in(kv_str line, kv_str *ret)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != '#' || (i && line.p[i - 1] != ' ' && line.p[i - 1] != '\t'))
			continue;
		*ret = kv_str_trim(kv_str_sub(line, i, line.n), "# \t\r");
		return true;
	}
	return false;
}

/* How far from its field a comment is looked for: a text may be one line of many megabytes. */
#define COMMENT_REACH 4096u

kv_str krm_comment_at(struct kv_job *job, kv_pos pos)
{
	kv_str before, after = krm_source_at(job, pos, &before);
	kv_str line, comment = KV_S("");
	size_t start;

	before = kv_str_sub(before, before.n > COMMENT_REACH ? before.n - COMMENT_REACH : 0, before.n);
	after = kv_str_sub(after, 0, COMMENT_REACH);
	if (!after.n || (kv_str_line(&after, &line) && comment_in(line, &comment)))
		return comment;
	start = kv_str_rchr(before, '\n');
	if (start == SIZE_MAX || !start)
		return comment;
	before = kv_str_sub(before, 0, start);
	start = kv_str_rchr(before, '\n');
	line = kv_str_trim(kv_str_sub(before, start == SIZE_MAX ? 0 : start + 1, before.n), " \t");
	if (line.n && line.p[0] == '#')
		comment_in(line, &comment);
	return comment;
}

krm_val krm_scalar_share(struct kv_job *job, krm_val v)
{
	/* The number lies behind every text that is there and before every text to come. */
	v.pos = job->next_pos ? job->next_pos++ : 0;
	if (v.pos)
		v.flags |= KRM_SHARED;
	return v;
}

krm_val krm_scalar_change(struct kv_job *job, struct krm_shared_changes *changes, krm_val old, krm_val v)
{
	v.flags &= (uint16_t)~KRM_SHARED;
	v = krm_scalar_in_place_of(job, old, v);
	if (!(old.flags & KRM_SHARED) || !is_scalar(v))
		return v;
	v.flags |= KRM_SHARED;
	v.pos = old.pos;
	KV_PUSH(job->arena, changes->v, changes->n, changes->cap, v);
	return v;
}

static int apply_changes(struct kv_job *job, const struct krm_shared_changes *changes, krm_val *v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, 0, "nested too deeply (limit %zu)", job->limits.depth);
	for (size_t i = 0; i < krm_list_len(*v); i++)
		if (apply_changes(job, changes, &v->l->v[i], depth + 1))
			return -1;
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e)
			if (apply_changes(job, changes, &e->val, depth + 1))
				return -1;
	for (size_t i = 0; (v->flags & KRM_SHARED) && i < changes->n; i++)
		if (changes->v[i].pos == v->pos)
			*v = changes->v[i];
	return 0;
}

int krm_shared_changes_apply(struct kv_job *job, struct krm_shared_changes *changes, krm_val *obj)
{
	int failed = changes->n ? apply_changes(job, changes, obj, 0) : 0;

	changes->n = 0;
	return failed;
}
