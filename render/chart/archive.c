/* render/chart/archive.c: gzip in memory, and what Helm makes of a tar archive (go: compress/gzip; helm:
 * pkg/chart/loader/archive). */
#include "render/chart/archive.h"

#include <libdeflate.h>
#include <zlib.h>

#include "base/file.h"
#include "render/chart/sniff.h"
#include "render/chart/tar.h"

/* --- gzip ------------------------------------------------------------------------------------- */

struct gunzip {
	kv_str text;
	const char *error; /* why the stream ended early, told only to a reader who wants more; or NULL */
	bool too_large;
	bool grows; /* too much for the bytes that it has, but not for Helm */
};

/* Flags of a gzip header (RFC 1952). */
enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

/* Go's reader holds names and comments in a buffer of that size. */
#define GZIP_TEXT_MAX ((size_t)512)

/* The sum and the size behind a member. */
#define GZIP_TRAILER ((size_t)8)

#define SHORT "unexpected EOF"
#define BROKEN_GZIP "gzip: invalid header"

/* Passes over what stands in front of the deflated bytes (go: compress/gzip, readHeader). Flags that nobody defined are let pass. */
static const char *read_gzip_header(kv_str in, size_t *ret)
{
	if (in.n < 10)
		return SHORT;
	if (!kv_str_starts(in, KV_S("\x1F\x8B\x08")))
		return BROKEN_GZIP;
	unsigned flags = (unsigned char)in.p[3];
	size_t n = 10;
	if (flags & FEXTRA) {
		if (in.n < n + 2)
			return SHORT;
		n += 2 + (size_t)(unsigned char)in.p[n] + ((size_t)(unsigned char)in.p[n + 1] << 8);
		if (in.n < n)
			return SHORT;
	}
	for (unsigned text = FNAME; text <= FCOMMENT; text <<= 1) {
		if (!(flags & text))
			continue;
		size_t end = kv_str_chr(kv_str_sub(in, n, n + GZIP_TEXT_MAX), 0);
		if (end == SIZE_MAX)
			return in.n - n < GZIP_TEXT_MAX ? SHORT : BROKEN_GZIP;
		n += end + 1;
	}
	if (flags & FHCRC) {
		if (in.n < n + 2)
			return SHORT;
		unsigned long sum = crc32(0, (const Bytef *)in.p, (uInt)n) & 0xffff;
		if (sum != (unsigned long)((unsigned char)in.p[n] | (unsigned char)in.p[n + 1] << 8))
			return BROKEN_GZIP;
		n += 2;
	}
	*ret = n;
	return NULL;
}

static size_t little_endian(const char *p)
{
	size_t v = 0;
	for (size_t i = 4; i-- > 0;)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

/* deflate makes at most that many bytes of one. */
enum { WINDOW = 1 << 16, MOST_PER_BYTE = 1032 };

/* Room for a first look: what the trailer says is in the archive, as far as deflate can have made that of its bytes. */
static size_t expected_size(kv_str in)
{
	size_t said = in.n >= 4 ? little_endian(in.p + in.n - 4) : 0;
	return said > WINDOW && said / MOST_PER_BYTE <= in.n ? said + 1 : WINDOW;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What a stream unpacks to, counted without keeping it. */
struct measure {
	size_t bytes, files; /* all of it, and the bytes of files */
	size_t skip, have;   /* of a file's bytes; of the next header */
	char header[RND_TAR_BLOCK];
	bool tar_ended;
};

static void measure_header(struct measure *m)
{
	struct rnd_tar_header h;
	m->have = 0;
	m->tar_ended = rnd_tar_header(m->header, &h) != RND_TAR_HEADER || h.size < 0;
	if (m->tar_ended || rnd_tar_is_header_only(h.type))
		return;
	size_t size = (size_t)h.size;
	m->skip = size + (RND_TAR_BLOCK - size % RND_TAR_BLOCK) % RND_TAR_BLOCK;
	m->files += rnd_tar_is_extension(h.type) ? 0 : size;
}

static void measure_add(struct measure *m, const char *p, size_t n)
{
	m->bytes += n;
	while (n && !m->tar_ended) {
		size_t left = m->skip ? m->skip : RND_TAR_BLOCK - m->have, part = n < left ? n : left;
		if (m->skip) {
			m->skip -= part;
		} else {
			memcpy(m->header + m->have, p, part);
			m->have += part;
			if (m->have == RND_TAR_BLOCK)
				measure_header(m);
		}
		p += part;
		n -= part;
	}
}

/* True if the stream unpacks to more than `limit` bytes, or to files of more than `total`. */
static bool is_beyond(struct kv_job *job, kv_str in, size_t limit, size_t total)
{
	struct measure m = { 0 };
	char *window = kv_arena_alloc(job->arena, WINDOW);
	size_t header;
	while (in.n && in.n <= UINT32_MAX && m.bytes <= limit && m.files <= total && !read_gzip_header(in, &header)) {
		in = kv_str_sub(in, header, in.n);
		z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };
		int rc = inflateInit2(&z, -MAX_WBITS);
		while (rc == Z_OK && m.bytes <= limit && m.files <= total) {
			z.next_out = (Bytef *)window;
			z.avail_out = WINDOW;
			rc = inflate(&z, Z_NO_FLUSH);
			measure_add(&m, window, WINDOW - z.avail_out);
		}
		in = kv_str_sub(in, in.n - z.avail_in + GZIP_TRAILER, in.n);
		inflateEnd(&z);
		if (rc != Z_STREAM_END)
			break;
	}
	return m.bytes > limit || m.files > total;
}

/* A member that is sound and fits into its expected size, at once: twice as fast as zlib. */
static bool gunzip_whole(struct libdeflate_decompressor *d, struct kv_buf *out, kv_str *in, size_t header)
{
	size_t room, read, made;
	kv_str deflated = kv_str_sub(*in, header, in->n);
	char *to = kv_buf_space(out, expected_size(*in), &room);
	bool whole = d && libdeflate_deflate_decompress_ex(d, deflated.p, deflated.n, to, room, &read, &made) ==
			     LIBDEFLATE_SUCCESS &&
		     deflated.n - read >= GZIP_TRAILER && little_endian(deflated.p + read) == libdeflate_crc32(0, to, made) &&
		     little_endian(deflated.p + read + 4) == (made & UINT32_MAX);
	if (!whole)
		return false;
	out->n += made;
	*in = kv_str_sub(deflated, read + GZIP_TRAILER, deflated.n);
	return true;
}

/* The sums behind a member. */
static const char *read_gzip_trailer(kv_str *in, unsigned long sum, size_t size)
{
	if (in->n < GZIP_TRAILER)
		return SHORT;
	bool right = little_endian(in->p) == sum && little_endian(in->p + 4) == (size & UINT32_MAX);
	*in = kv_str_sub(*in, GZIP_TRAILER, in->n);
	return right ? NULL : "gzip: invalid checksum";
}

/* One gzip member from the front of *in. */
static const char *gunzip_member(struct kv_buf *out, kv_str *in, size_t header, bool *too_large)
{
	*in = kv_str_sub(*in, header, in->n);
	z_stream z = { .next_in = (Bytef *)(uintptr_t)in->p, .avail_in = (uInt)in->n };
	int rc = inflateInit2(&z, -MAX_WBITS);
	unsigned long sum = crc32(0, NULL, 0);
	while (rc == Z_OK && !*too_large) {
		char beyond;
		size_t room, before = z.total_out;
		char *to = kv_buf_space(out, expected_size(*in), &room);
		room = room < UINT32_MAX ? room : UINT32_MAX;
		z.next_out = (Bytef *)(room ? to : &beyond);
		z.avail_out = room ? (uInt)room : 1;
		rc = inflate(&z, Z_NO_FLUSH);
		*too_large = room == 0 && z.total_out > before;
		if (room) {
			sum = crc32(sum, (const Bytef *)to, (uInt)(z.total_out - before));
			out->n += z.total_out - before;
		}
		if (rc == Z_BUF_ERROR && z.avail_in == 0)
			break;
	}
	const char *error = NULL;
	*in = kv_str_sub(*in, in->n - z.avail_in, in->n);
	if (rc == Z_DATA_ERROR)
		error = kv_arena_cstr(out->arena,
				      kv_arena_printf(out->arena, "flate: corrupt input before offset %zu", (size_t)z.total_in));
	else if (rc == Z_STREAM_END && !*too_large)
		error = read_gzip_trailer(in, sum, z.total_out);
	else if (!*too_large)
		error = SHORT;
	inflateEnd(&z);
	return error;
}

/* Up to that size an archive is unpacked without being measured first. */
#define MEASURED_FROM ((size_t)32 << 20)

/* `limit` of all bytes, `total` of those of files, `most` of what is kept. */
static struct gunzip gunzip(struct kv_job *job, kv_str in, size_t limit, size_t total, size_t most)
{
	struct gunzip g = { 0 };
	struct kv_buf out;
	kv_str whole = in;
	bool measured = expected_size(in) > MEASURED_FROM;
	kv_buf_init(&out, job->arena, min_size(limit, most));
	g.error = in.n == 0 ? "EOF" : NULL;
	g.too_large = in.n > UINT32_MAX || (measured && is_beyond(job, in, limit, total));
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	/* What is damaged or larger is read again by zlib, which tells how far it gets. */
	for (size_t header; in.n && !g.error && !g.too_large;) {
		g.error = read_gzip_header(in, &header);
		if (g.error || gunzip_whole(d, &out, &in, header))
			continue;
		g.too_large = !measured && in.n > MEASURED_FROM / MOST_PER_BYTE && is_beyond(job, in, limit - out.n, total);
		measured = true;
		if (!g.too_large)
			g.error = gunzip_member(&out, &in, header, &g.too_large);
	}
	libdeflate_free_decompressor(d);
	g.grows = g.too_large && most < limit && !is_beyond(job, whole, limit, total);
	g.text = kv_buf_view(&out);
	return g;
}

/* --- Helm's view of an archive ---------------------------------------------------------------- */

static kv_str replace_backslashes(struct kv_job *job, kv_str s)
{
	char *p = kv_arena_alloc(job->arena, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] == '\\' ? '/' : s.p[i];
	return kv_str_of(p, s.n);
}

static bool is_drive_path(kv_str n)
{
	return n.n >= 3 && ((n.p[0] | 32) >= 'a' && (n.p[0] | 32) <= 'z') && n.p[1] == ':' && n.p[2] == '/';
}

/* The name below the chart's folder; an empty *ret_error when it is fine. */
static kv_str entry_name(struct kv_job *job, kv_str full, kv_str *ret_error)
{
	kv_str name = full;
	if (kv_str_chr(full, '\\') != SIZE_MAX) {
		/* Only the backslash separates then; a slash before the first one belongs to the first
		 * element. */
		size_t cut = kv_str_chr(full, '\\');
		name = replace_backslashes(job, kv_str_sub(full, cut + 1, full.n));
		full = kv_str_sub(full, 0, cut);
	} else {
		size_t cut = kv_str_chr(full, '/');
		name = cut == SIZE_MAX ? KV_S("") : kv_str_sub(full, cut + 1, full.n);
		full = cut == SIZE_MAX ? full : kv_str_sub(full, 0, cut);
	}
	if (name.n && name.p[0] == '/') {
		*ret_error = KV_S("chart illegally contains absolute paths");
		return name;
	}
	name = kv_path_clean(job->arena, name);
	if (kv_str_starts(name, KV_S("..")))
		*ret_error = KV_S("chart illegally references parent directory");
	else if (is_drive_path(name))
		*ret_error = KV_S("chart contains illegally named files");
	else if (!kv_str_eq(name, KV_S(".")) && kv_str_eq(full, KV_S("Chart.yaml")))
		*ret_error = KV_S("chart yaml not in base directory");
	return name;
}

static kv_str too_large(struct kv_job *job, enum rnd_engine engine, size_t limit)
{
	return kv_arena_printf(job->arena, "decompressed chart is larger than the maximum %ssize %zu",
			       engine == RND_HELM3 ? "file " : "", limit);
}

static kv_str without_bom(kv_str s)
{
	return kv_str_starts(s, KV_S("\xEF\xBB\xBF")) ? kv_str_sub(s, 3, s.n) : s;
}

/* Adds the entry; an empty text when it is fine. */
static kv_str add_entry(struct kv_job *job, enum rnd_engine engine, const struct rnd_tar_entry *e,
			size_t *remaining, struct rnd_files *files)
{
	size_t total = min_size(RND_CHART_TOTAL_MAX, job->limits.archive_bytes);
	size_t single = min_size(RND_CHART_FILE_MAX, job->limits.archive_file);
	kv_str error = KV_S("");
	kv_str name = entry_name(job, e->name, &error);
	if (error.n)
		return error;
	if (kv_str_eq(name, KV_S(".")))
		return kv_arena_cat(job->arena,
				    KV_S("chart illegally contains content outside the base directory: "),
				    rnd_quoted(job, e->name));
	if (e->size > *remaining)
		return too_large(job, engine, total);
	if (e->size > single)
		return kv_arena_printf(
			job->arena, "decompressed chart file %.*s is larger than the maximum file size %zu",
			KV_ARG(rnd_quoted(job, e->name)), single);
	if (e->broken)
		return kv_str_c(e->broken);
	*remaining -= e->data.n;
	if (*remaining == 0)
		return too_large(job, engine, total);
	if (files->n >= job->limits.archive_files)
		return kv_arena_printf(job->arena, "too many files in chart archive (limit %zu)",
				       job->limits.archive_files);
	KV_PUSH(job->arena, files->v, files->n, files->cap,
		((struct rnd_file){ kv_arena_dup(job->arena, name), without_bom(e->data) }));
	return error;
}

/* Charts unpack to up to fifteen times their archives, runs of one byte to a thousand times: more than that is for small ones. */
#define GROWTH_OF_TEXT 16
#define GROWTH ((size_t)24 << 20)

struct rnd_allowance rnd_archive_allowance(const struct kv_job *job)
{
	return (struct rnd_allowance){ .bytes = min_size(RND_CHART_TOTAL_MAX, job->limits.archive_bytes), .growth = GROWTH };
}

static kv_str grows_too_much(struct kv_job *job, size_t bytes, size_t most)
{
	return kv_arena_printf(job->arena, "chart archive of %zu bytes unpacks to more than %zu", bytes, most);
}

int rnd_archive_read(struct kv_job *job, enum rnd_engine engine, kv_str bytes, struct rnd_allowance *allowance,
		     struct rnd_files *ret, kv_str *ret_error)
{
	struct rnd_allowance own = rnd_archive_allowance(job);
	size_t total = own.bytes, usual = bytes.n * GROWTH_OF_TEXT;
	if (!allowance)
		allowance = &own;
	size_t remaining = allowance->bytes, most = usual + allowance->growth;
	/* Headers and padding come on top of the files' bytes. */
	struct gunzip g = gunzip(job, bytes, remaining + total / 4, remaining, most);
	if (g.grows) {
		*ret_error = grows_too_much(job, bytes.n, most);
		return -1;
	}
	allowance->growth -= g.text.n > usual ? g.text.n - usual : 0;
	if (g.error && g.text.n == 0) {
		*ret_error = kv_str_c(g.error);
		return -1;
	}
	if (g.too_large && g.text.n == 0) {
		*ret_error = too_large(job, engine, total);
		return -1;
	}
	struct rnd_tar t = { .job = job, .in = g.text, .early = g.error };
	struct rnd_files files = { 0 };
	for (bool end = false;;) {
		struct rnd_tar_entry e = { 0 };
		const char *broken = rnd_tar_next(&t, &e, &end);
		if (end)
			break;
		kv_str error = broken ? kv_str_c(broken) : e.dir ? KV_S("") : add_entry(job, engine, &e, &remaining, &files);
		if (error.n) {
			*ret_error = g.too_large && (broken || e.broken) ? too_large(job, engine, total) : error;
			return -1;
		}
	}
	if (files.n == 0) {
		*ret_error = KV_S("no files in chart archive");
		return -1;
	}
	allowance->bytes = remaining;
	*ret = files;
	return 0;
}

bool rnd_archive_looks_right(struct kv_job *job, kv_str name, kv_str bytes, kv_str *ret_error)
{
	if (kv_str_starts(bytes, KV_S("\x1F\x8B\x08")))
		return true;
	if (kv_str_ends(name, KV_S(".yml")) || kv_str_ends(name, KV_S(".yaml")))
		*ret_error = kv_arena_printf(
			job->arena, "file '%.*s' seems to be a YAML file, but expected a gzipped archive",
			KV_ARG(name));
	else
		*ret_error = kv_arena_printf(job->arena,
					     "file '%.*s' does not appear to be a gzipped archive; got '%s'",
					     KV_ARG(name), rnd_content_type(bytes));
	return false;
}
