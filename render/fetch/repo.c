/* render/fetch/repo.c: index.yaml by lines, versions by constraint. */
#include "render/fetch/repo.h"

#include "base/digest.h"
#include "krm/yaml.h"
#include "render/fetch/cache.h"
#include "render/semver.h"

enum { BEFORE_ENTRIES, AT_ENTRIES, IN_ENTRIES, IN_CHART, PAST, WHOLE };

/* No line of an index that anybody should read is longer; icons as data: URLs come to some 100 kB. */
#define LINE_MOST ((size_t)4 << 20)

void rnd_index_scan_init(struct rnd_index_scan *s, struct kv_arena *a, kv_str chart, size_t limit)
{
	*s = (struct rnd_index_scan){ .arena = a, .chart = chart };
	kv_buf_init(&s->line, a, LINE_MOST);
	kv_buf_init(&s->found, a, limit);
}

static size_t indent_of(kv_str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* A key of a block mapping that holds a collection: `name:`, 'name': or "name":. */
static bool is_key(kv_str line, kv_str name)
{
	size_t colon = kv_str_rchr(line, ':');
	kv_str key = kv_str_sub(line, 0, colon);

	if (colon == SIZE_MAX || kv_str_trim(kv_str_sub(line, colon + 1, line.n), " \t").n)
		return false;
	if (key.n >= 2 && (key.p[0] == '"' || key.p[0] == '\'') && key.p[key.n - 1] == key.p[0])
		key = kv_str_sub(key, 1, key.n - 1);
	return kv_str_eq(key, name);
}

static bool says_nothing(kv_str text)
{
	return text.n == 0 || text.p[0] == '#' || kv_str_eq(text, KV_S("---"));
}

/* A line at the indentation of the charts' names or before it: one begins, or the entries end. */
static void at_name(struct rnd_index_scan *s, size_t indent, kv_str text)
{
	if (s->state == IN_CHART || indent < s->indent)
		s->state = PAST;
	else if (is_key(text, s->chart))
		s->state = IN_CHART;
}

static void take_line(struct rnd_index_scan *s, kv_str raw)
{
	kv_str line = raw.n && raw.p[raw.n - 1] == '\r' ? kv_str_sub(raw, 0, raw.n - 1) : raw;
	size_t indent = indent_of(line);
	kv_str text = kv_str_sub(line, indent, line.n);
	bool item = text.n && text.p[0] == '-' && (text.n == 1 || text.p[1] == ' ');

	if (s->state == BEFORE_ENTRIES && text.n && text.p[0] == '{') {
		s->state = WHOLE;
	} else if (s->state == BEFORE_ENTRIES) {
		if (indent == 0 && is_key(text, KV_S("entries")))
			s->state = AT_ENTRIES;
	} else if (s->state == AT_ENTRIES && !says_nothing(text)) {
		s->indent = indent;
		s->state = indent ? IN_ENTRIES : PAST;
		at_name(s, indent, text);
	} else if ((s->state == IN_ENTRIES || s->state == IN_CHART) && indent <= s->indent &&
		   !says_nothing(text) && !(item && indent == s->indent)) {
		at_name(s, indent, text);
	}
	if (s->state == IN_CHART || s->state == WHOLE) {
		kv_buf_str(&s->found, line);
		kv_buf_c(&s->found, '\n');
	}
}

bool rnd_index_scan_add(struct rnd_index_scan *s, kv_str piece)
{
	while (piece.n && s->state != PAST) {
		size_t end = kv_str_chr(piece, '\n');

		kv_buf_str(&s->line, kv_str_sub(piece, 0, end));
		if (end == SIZE_MAX)
			return false;
		take_line(s, kv_buf_view(&s->line));
		s->line.n = 0;
		piece = kv_str_sub(piece, end + 1, piece.n);
	}
	return s->state == PAST;
}

kv_str rnd_index_scan_end(struct rnd_index_scan *s)
{
	if (s->line.n)
		take_line(s, kv_buf_view(&s->line));
	s->line.n = 0;
	return s->line.over || s->found.over ? KV_S("") : kv_buf_view(&s->found);
}

/* --- versions --------------------------------------------------------------------------------- */

static kv_str version_of(krm_val entry)
{
	return krm_str(krm_get(entry, "version"));
}

/* NIL if none is wanted. */
static krm_val choose(struct kv_job *job, krm_val entries, kv_str version, const struct rnd_constraints *allowed)
{
	size_t n = krm_list_len(entries), found;
	kv_str *versions = KV_NEW_N(job->arena, kv_str, n);

	for (size_t i = 0; i < n; i++)
		versions[i] = version_of(entries.l->v[i]);
	found = rnd_version_choose(job->arena, versions, n, version, allowed);
	return found < n ? entries.l->v[found] : krm_nil();
}

static int describe(struct kv_job *job, kv_pos pos, kv_str name, krm_val entry, struct rnd_index_version *ret)
{
	krm_val urls = krm_get(entry, "urls");
	struct rnd_index_version v = { .version = version_of(entry),
				       .digest = krm_str(krm_get(entry, "digest")) };

	if (krm_list_len(urls))
		v.url = krm_str(urls.l->v[0]);
	if (!v.url.n)
		return kv_error_missing(job, pos, "%.*s: the version %.*s has no URL", KV_ARG(name),
					KV_ARG(v.version));
	if (kv_str_starts(v.digest, KV_S("sha256:")))
		v.digest = kv_str_sub(v.digest, 7, v.digest.n);
	if (!rnd_is_sha256(v.digest))
		v.digest = KV_S("");
	*ret = v;
	return 0;
}

/* Names a few versions, since the wanted one is mostly a slip away from one of them. */
static int no_version(struct kv_job *job, kv_pos pos, kv_str name, kv_str chart, kv_str version,
		      krm_val entries)
{
	kv_str error;
	const struct rnd_constraints *any = rnd_constraints_parse(job->arena, KV_S("*"), &error);
	krm_val newest = any ? choose(job, entries, KV_S(""), any) : krm_nil();

	kv_error_missing(job, pos, "%.*s has no version %.*s of the chart '%.*s'", KV_ARG(name),
			 KV_ARG(version.n ? version : KV_S("that is no pre-release")), KV_ARG(chart));
	if (newest.kind != KRM_NIL)
		kv_note(job, 0, "the newest one is %.*s", KV_ARG(version_of(newest)));
	return -1;
}

static int read_lines(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart, krm_val *ret)
{
	krm_val doc = krm_nil(), entries;

	if (lines.n && krm_yaml_read(job, name, lines, KRM_YAML_HELM, &doc) < 0)
		return -1;
	entries = krm_get(doc, "entries").kind == KRM_MAP && lines.p[indent_of(lines)] == '{'
			  ? krm_get(doc, "entries")
			  : doc;
	*ret = krm_get_str(entries, chart);
	if (krm_list_len(*ret))
		return 0;
	return kv_error_missing(job, pos, "%.*s has no chart '%.*s'", KV_ARG(name), KV_ARG(chart));
}

int rnd_index_choose(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart, kv_str version,
		     bool devel, struct rnd_index_version *ret)
{
	const struct rnd_constraints *wanted;
	kv_str error;
	krm_val entries, found;

	if (read_lines(job, pos, name, lines, chart, &entries) < 0)
		return -1;
	wanted = rnd_constraints_parse(job->arena, rnd_version_default(version, devel), &error);
	/* What is no constraint may still be written so in the index. */
	found = choose(job, entries, version, wanted);
	if (!wanted && found.kind == KRM_NIL)
		return kv_error(job, pos, "'%.*s' is no version: %.*s", KV_ARG(version), KV_ARG(error));
	if (found.kind == KRM_NIL)
		return no_version(job, pos, name, chart, version, entries);
	return describe(job, pos, name, found, ret);
}
