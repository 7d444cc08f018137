/* render/chart/package.c: see package.h (go: archive/tar/writer.go, compress/gzip). */
#include "render/chart/package.h"

#include <stdio.h>
#include <zlib.h>

#include "base/file.h"
#include "krm/json.h"
#include "krm/yaml.h"

enum { BLOCK = 512, NAME_MAX_BYTES = 100, PREFIX_MAX_BYTES = 155 };

/* Places of the fields of a header block (POSIX.1-1988, ustar). */
enum {
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	SIZE_AT = 124,
	MTIME_AT = 136,
	SUM_AT = 148,
	TYPE_AT = 156,
	MAGIC_AT = 257,
	MAJOR_AT = 329,
	MINOR_AT = 337,
	PREFIX_AT = 345
};

struct package {
	struct kv_job *job;
	enum rnd_engine engine;
	int64_t now;
	struct kv_buf tar;
	kv_str error;
};

static int fail(struct package *p, kv_str error)
{
	p->error = error;
	return -1;
}

/* --- tar -------------------------------------------------------------------------------------- */

/* Octal digits and a NUL in `width` bytes. */
static void put_octal(char *at, int width, uint64_t n)
{
	at[--width] = 0;
	while (width > 0) {
		at[--width] = (char)('0' + n % 8);
		n /= 8;
	}
}

static void put_header(struct package *p, kv_str prefix, kv_str name, char type, size_t size)
{
	char h[BLOCK] = { 0 };
	unsigned sum = 0;
	memcpy(h, name.p, name.n);
	put_octal(h + MODE_AT, 8, 0644);
	put_octal(h + UID_AT, 8, 0);
	put_octal(h + GID_AT, 8, 0);
	put_octal(h + SIZE_AT, 12, size);
	put_octal(h + MTIME_AT, 12, (uint64_t)p->now);
	memset(h + SUM_AT, ' ', 8);
	h[TYPE_AT] = type;
	memcpy(h + MAGIC_AT, "ustar\00000", 8);
	put_octal(h + MAJOR_AT, 8, 0);
	put_octal(h + MINOR_AT, 8, 0);
	if (prefix.n)
		memcpy(h + PREFIX_AT, prefix.p, prefix.n);
	for (size_t i = 0; i < sizeof h; i++)
		sum += (unsigned char)h[i];
	put_octal(h + SUM_AT, 7, sum);
	kv_buf_add(&p->tar, h, sizeof h);
}

static void put_body(struct package *p, kv_str body)
{
	kv_buf_str(&p->tar, body);
	kv_buf_fill(&p->tar, 0, (BLOCK - body.n % BLOCK) % BLOCK);
}

/* A path in a header's two fields, cut at a slash; false if it fits in no way (go: splitUSTARPath). */
static bool fits_ustar(kv_str path, kv_str *ret_prefix, kv_str *ret_name)
{
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] >= 0x80 || !path.p[i])
			return false;
	*ret_prefix = KV_S("");
	*ret_name = path;
	if (path.n <= NAME_MAX_BYTES)
		return true;
	size_t slash = kv_str_rchr(kv_str_sub(path, 0, PREFIX_MAX_BYTES + 1), '/');
	if (slash == SIZE_MAX || slash == 0 || path.n - slash - 1 > NAME_MAX_BYTES || slash + 1 == path.n)
		return false;
	*ret_prefix = kv_str_sub(path, 0, slash);
	*ret_name = kv_str_sub(path, slash + 1, path.n);
	return true;
}

/* "LENGTH path=PATH\n", the length counting itself. */
static kv_str pax_record(struct package *p, kv_str path)
{
	size_t rest = path.n + strlen(" path=\n"), n = rest + 1;
	for (int i = 0; i < 3; i++)
		n = rest + (size_t)snprintf(NULL, 0, "%zu", n);
	return kv_arena_printf(p->job->arena, "%zu path=%.*s\n", n, KV_ARG(path));
}

static void put_file(struct package *p, kv_str path, kv_str body)
{
	kv_str prefix, name;
	if (!fits_ustar(path, &prefix, &name)) {
		kv_str record = pax_record(p, path), base = kv_str_sub(kv_path_base(path), 0, 80);
		put_header(p, KV_S(""), kv_arena_cat(p->job->arena, KV_S("PaxHeaders.0/"), base), 'x',
			   record.n);
		put_body(p, record);
		prefix = KV_S("");
		name = kv_str_sub(path, 0, NAME_MAX_BYTES);
	}
	put_header(p, prefix, name, '0', body.n);
	put_body(p, body);
}

/* --- the files of a chart --------------------------------------------------------------------- */

static int put_yaml(struct package *p, kv_str path, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, p->job->arena, p->job->limits.output_bytes);
	if (krm_yaml_write(p->job, v, &b, &p->error))
		return -1;
	put_file(p, path, kv_buf_view(&b));
	return 0;
}

/* Dependencies of a chart of version 1 are in its requirements.yaml. */
static int put_metadata(struct package *p, const struct rnd_chart *c, kv_str base)
{
	struct rnd_metadata m = *c->metadata;
	if (kv_str_eq(m.api_version, KV_S("v1")))
		m.dependencies = (struct rnd_pointers){ 0 };
	return put_yaml(p, kv_path_join(p->job->arena, base, KV_S("Chart.yaml")),
			rnd_metadata_tree(p->job, &m));
}

static int put_lock(struct package *p, const struct rnd_chart *c, kv_str base)
{
	if (!c->lock || !kv_str_eq(c->metadata->api_version, KV_S("v2")))
		return 0;
	return put_yaml(p, kv_path_join(p->job->arena, base, KV_S("Chart.lock")),
			rnd_lock_tree(p->job, c->lock));
}

static int put_schema(struct package *p, const struct rnd_chart *c, kv_str base)
{
	krm_val ignored;
	kv_str error;
	size_t offset;
	if (!c->has_schema)
		return 0;
	if (krm_json_read(p->job, c->schema, KRM_JSON_TEXT, &ignored, &error, &offset))
		return fail(p, p->engine == RND_HELM3 ? KV_S("Invalid JSON in values.schema.json")
						      : KV_S("invalid JSON in values.schema.json"));
	put_file(p, kv_path_join(p->job->arena, base, KV_S("values.schema.json")), c->schema);
	return 0;
}

static void put_files(struct package *p, const struct rnd_files *files, kv_str base)
{
	for (size_t i = 0; i < files->n; i++)
		put_file(p, kv_path_join(p->job->arena, base, files->v[i].name), files->v[i].data);
}

/* writeTarContents; charts nest no deeper than the loader lets them. */
static int put_chart(struct package *p, const struct rnd_chart *c, kv_str above)
{
	struct kv_arena *a = p->job->arena;
	if (!kv_str_eq(kv_path_base(c->metadata->name), c->metadata->name))
		return fail(p, kv_arena_printf(a, "%.*s is not a valid chart name",
					       KV_ARG(rnd_quoted(p->job, c->metadata->name))));
	kv_str base = kv_path_join(a, above, c->metadata->name);
	if (put_metadata(p, c, base) || put_lock(p, c, base))
		return -1;
	if (c->values_text.p)
		put_file(p, kv_path_join(a, base, KV_S("values.yaml")), c->values_text);
	if (put_schema(p, c, base))
		return -1;
	put_files(p, &c->templates, base);
	put_files(p, &c->files, base);
	for (size_t i = 0; i < c->ndependencies; i++)
		if (put_chart(p, c->dependencies[i], kv_path_join(a, base, KV_S("charts"))))
			return -1;
	return 0;
}

/* --- gzip ------------------------------------------------------------------------------------- */

/* Helm marks its archives in the header's extra field and comment; its fourth version with a field in RFC 1952's form. */
static const kv_str marks[] = {
	[RND_HELM4] = KV_STR("rr\x28\x00"
			     "aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo="),
	[RND_HELM3] = KV_STR("+aHR0cHM6Ly95b3V0dS5iZS96OVV6MWljandyTQo="),
};

static int gzip(struct package *p, struct kv_buf *out)
{
	char window[1 << 16];
	kv_str mark = marks[p->engine];
	gz_header head = { .extra = (Bytef *)(uintptr_t)mark.p,
			   .extra_len = (uInt)mark.n,
			   .comment = (Bytef *)(uintptr_t) "Helm",
			   .os = 255 };
	z_stream z = { .next_in = (Bytef *)p->tar.p, .avail_in = (uInt)p->tar.n };
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return fail(p, KV_S("gzip: no memory"));
	deflateSetHeader(&z, &head);
	int rc = Z_OK;
	while (rc == Z_OK) {
		z.next_out = (Bytef *)window;
		z.avail_out = sizeof window;
		rc = deflate(&z, Z_FINISH);
		kv_buf_add(out, window, sizeof window - z.avail_out);
	}
	deflateEnd(&z);
	return rc == Z_STREAM_END ? 0 : fail(p, KV_S("gzip: failed"));
}

int rnd_chart_package(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart, int64_t now,
		      struct kv_buf *out, kv_str *ret_error)
{
	struct package p = { .job = job, .engine = engine, .now = now };
	kv_buf_init(&p.tar, job->arena, job->limits.output_bytes);
	int rc = put_chart(&p, chart, KV_S(""));
	kv_buf_fill(&p.tar, 0, 2 * (size_t)BLOCK);
	if (rc == 0 && kv_buf_over(&p.tar))
		rc = fail(&p, kv_arena_printf(job->arena, "too many bytes in the chart (limit %zu)",
					      job->limits.output_bytes));
	if (rc == 0)
		rc = gzip(&p, out);
	if (rc)
		*ret_error = p.error;
	return rc;
}

kv_str rnd_package_name(struct kv_job *job, const struct rnd_chart *chart)
{
	return kv_arena_cat(job->arena, chart->metadata->name, KV_S("-"), chart->metadata->version,
			    KV_S(".tgz"));
}
