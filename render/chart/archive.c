/* render/chart/archive.c: gzip and tar in memory (go: archive/tar, compress/gzip; helm:
 * pkg/chart/loader/archive). */
#include "render/chart/archive.h"

#include <libdeflate.h>
#include <zlib.h>

#include "base/file.h"
#include "base/num.h"

#define TAR_BLOCK 512u

/* --- blocks of tar ------------------------------------------------------------------------------- */

/* A numeric field: octal text, or base 256 with the top bit set. False if malformed or negative. */
static bool tar_number(const char *p, size_t n, size_t *ret)
{
	uint64_t v = 0;
	if ((unsigned char)p[0] & 0x80) {
		if ((unsigned char)p[0] & 0x40)
			return false;
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)p[i];
			if (v >> 55)
				return false;
			v = v << 8 | (i == 0 ? c & 0x3f : c);
		}
		*ret = (size_t)v;
		return true;
	}
	size_t i = 0;
	while (i < n && (p[i] == ' ' || p[i] == 0))
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
		if (v >> 60)
			return false;
		v = v << 3 | (uint64_t)(p[i] - '0');
	}
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != 0)
			return false;
	*ret = (size_t)v;
	return true;
}

static bool tar_checksum_right(const char *block)
{
	size_t want;
	if (!tar_number(block + 148, 8, &want))
		return false;
	/* The field itself counts as spaces. */
	size_t sum = 8 * ' ';
	long signed_sum = 8 * ' ';
	for (size_t i = 0; i < TAR_BLOCK; i++) {
		sum += (unsigned char)block[i];
		signed_sum += (signed char)block[i];
	}
	for (size_t i = 148; i < 156; i++) {
		sum -= (unsigned char)block[i];
		signed_sum -= (signed char)block[i];
	}
	return want == sum || (long)want == signed_sum;
}

static bool tar_zero_block(const char *block)
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

/* --- gzip ------------------------------------------------------------------------------------- */

struct gunzip {
	kv_str text;
	const char *error; /* why the stream ended early, told only to a reader who wants more; or NULL */
	bool too_large;
};

/* Flags of a gzip header (RFC 1952). */
enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

/* Bytes of the header: ten, and what its flags announce. */
static size_t header_size(kv_str in)
{
	unsigned flags = (unsigned char)in.p[3];
	size_t n = 10;
	if (flags & FEXTRA && in.n >= n + 2)
		n += 2 + (size_t)(unsigned char)in.p[n] + ((size_t)(unsigned char)in.p[n + 1] << 8);
	for (unsigned text = FNAME; text <= FCOMMENT; text <<= 1) {
		size_t end = flags & text ? kv_str_chr(kv_str_sub(in, n, in.n), 0) : SIZE_MAX;
		n += end == SIZE_MAX ? 0 : end + 1;
	}
	return n + (flags & FHCRC ? 2 : 0);
}

/* deflate makes at most that many bytes of one. */
enum { WINDOW = 1 << 16, MOST_PER_BYTE = 1032 };

/* Room for a first look: what the trailer says is in the archive, as far as deflate can have made that of its bytes. */
static size_t expected_size(kv_str in)
{
	size_t said = 0;
	for (size_t i = 0; i < 4 && in.n >= 4; i++)
		said = said << 8 | (unsigned char)in.p[in.n - 1 - i];
	return said > WINDOW && said / MOST_PER_BYTE <= in.n ? said + 1 : WINDOW;
}

/* What a stream unpacks to, counted without keeping it. */
struct measure {
	size_t bytes, files; /* all of it, and the bytes of files */
	size_t skip, have;   /* of a file's bytes; of the next header */
	char header[TAR_BLOCK];
	bool tar_ended;
};

static void measure_header(struct measure *m)
{
	size_t size;
	m->have = 0;
	m->tar_ended = tar_zero_block(m->header) || !tar_checksum_right(m->header) ||
		       !tar_number(m->header + 124, 12, &size);
	if (m->tar_ended || (m->header[156] && strchr("123456", m->header[156])))
		return;
	m->skip = size + (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
	m->files += m->header[156] && strchr("xgLK", m->header[156]) ? 0 : size;
}

static void measure_add(struct measure *m, const char *p, size_t n)
{
	m->bytes += n;
	while (n && !m->tar_ended) {
		size_t left = m->skip ? m->skip : TAR_BLOCK - m->have, part = n < left ? n : left;
		if (m->skip) {
			m->skip -= part;
		} else {
			memcpy(m->header + m->have, p, part);
			m->have += part;
			if (m->have == TAR_BLOCK)
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
	while (in.n && in.n <= UINT32_MAX && m.bytes <= limit && m.files <= total) {
		z_stream z = { .next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };
		int rc = inflateInit2(&z, 16 + MAX_WBITS);
		while (rc == Z_OK && m.bytes <= limit && m.files <= total) {
			z.next_out = (Bytef *)window;
			z.avail_out = WINDOW;
			rc = inflate(&z, Z_NO_FLUSH);
			measure_add(&m, window, WINDOW - z.avail_out);
		}
		in = kv_str_sub(in, in.n - z.avail_in, in.n);
		inflateEnd(&z);
		if (rc != Z_STREAM_END)
			break;
	}
	return m.bytes > limit || m.files > total;
}

/* A member that is sound and fits into its expected size, at once: twice as fast as zlib. libdeflate passes over the checksum of
 * a header. */
static bool gunzip_whole(struct kv_buf *out, kv_str *in)
{
	if (in->n < 10 || (unsigned char)in->p[3] & FHCRC)
		return false;
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	if (!d)
		return false;
	size_t room, read, made;
	char *to = kv_buf_space(out, expected_size(*in), &room);
	bool whole = libdeflate_gzip_decompress_ex(d, in->p, in->n, to, room, &read, &made) == LIBDEFLATE_SUCCESS;
	libdeflate_free_decompressor(d);
	if (!whole)
		return false;
	out->n += made;
	*in = kv_str_sub(*in, read, in->n);
	return true;
}

/* One gzip member from the front of *in. */
static const char *gunzip_member(struct kv_buf *out, kv_str *in, bool *too_large)
{
	/* A gzip header has at least ten bytes, which Go reads before it looks. */
	if (in->n < 10)
		return "unexpected EOF";
	size_t header = header_size(*in);
	z_stream z = { 0 };
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return "gzip: invalid header";
	z.next_in = (Bytef *)(uintptr_t)in->p;
	z.avail_in = (uInt)in->n;
	int rc = Z_OK;
	while (rc == Z_OK && !*too_large) {
		char beyond;
		size_t room, before = z.total_out;
		char *to = kv_buf_space(out, expected_size(*in), &room);
		room = room < UINT32_MAX ? room : UINT32_MAX;
		z.next_out = (Bytef *)(room ? to : &beyond);
		z.avail_out = room ? (uInt)room : 1;
		rc = inflate(&z, Z_NO_FLUSH);
		*too_large = room == 0 && z.total_out > before;
		if (room)
			out->n += z.total_out - before;
		if (rc == Z_BUF_ERROR && z.avail_in == 0)
			break;
	}
	const char *error = NULL;
	if (rc == Z_DATA_ERROR && z.msg && strcmp(z.msg, "incorrect header check") == 0)
		error = "gzip: invalid header";
	else if (rc == Z_DATA_ERROR && z.msg && strcmp(z.msg, "incorrect data check") == 0)
		error = "gzip: invalid checksum";
	else if (rc == Z_DATA_ERROR)
		error = kv_arena_cstr(out->arena,
				      kv_arena_printf(out->arena, "flate: corrupt input before offset %zu",
						      z.total_in > header ? z.total_in - header : 0));
	else if (rc != Z_STREAM_END && !*too_large)
		error = "unexpected EOF";
	*in = kv_str_sub(*in, in->n - z.avail_in, in->n);
	inflateEnd(&z);
	return error;
}

/* Up to that size an archive is unpacked without being measured first. */
#define MEASURED_FROM ((size_t)32 << 20)

/* `limit` of all bytes, `total` of those of files. */
static struct gunzip gunzip(struct kv_job *job, kv_str in, size_t limit, size_t total)
{
	struct gunzip g = { 0 };
	struct kv_buf out;
	bool measured = expected_size(in) > MEASURED_FROM;
	kv_buf_init(&out, job->arena, limit);
	g.too_large = in.n > UINT32_MAX || (measured && is_beyond(job, in, limit, total));
	/* What is damaged or larger is read again by zlib, which tells how far it gets. */
	while (in.n && !g.error && !g.too_large) {
		if (gunzip_whole(&out, &in))
			continue;
		g.too_large = !measured && in.n > MEASURED_FROM / MOST_PER_BYTE && is_beyond(job, in, limit - out.n, total);
		measured = true;
		if (!g.too_large)
			g.error = gunzip_member(&out, &in, &g.too_large);
	}
	if (in.n == 0 && out.n == 0 && !g.error)
		g.error = "EOF";
	g.text = kv_buf_view(&out);
	return g;
}

/* --- tar -------------------------------------------------------------------------------------- */

struct tar_entry {
	kv_str name, data;
	char type;
	bool dir;
};

struct tar {
	struct kv_job *job;
	kv_str in;
	size_t at;
	const char *short_read; /* what to say where the stream ends early */
	/* from extension headers, for the next entry */
	kv_str next_name;
	bool has_next_name, has_next_size;
	size_t next_size;
};

static kv_str tar_text(const char *p, size_t n)
{
	return kv_str_of(p, strnlen(p, n));
}

/* The name field with ustar's prefix; GNU headers use those bytes for times. */
static kv_str tar_name(struct kv_job *job, const char *block)
{
	kv_str name = tar_text(block, 100);
	kv_str prefix = tar_text(block + 345, 155);
	bool ustar = memcmp(block + 257, "ustar\0", 6) == 0;
	return ustar && prefix.n ? kv_arena_cat(job->arena, prefix, KV_S("/"), name) : name;
}

/* The records of a pax header: "27 path=some/long/name\n". */
static const char *tar_pax(struct tar *t, kv_str text)
{
	while (text.n) {
		size_t sp = kv_str_chr(text, ' ');
		size_t len = 0;
		if (sp == SIZE_MAX || sp == 0 || sp > 9)
			return "archive/tar: invalid tar header";
		for (size_t i = 0; i < sp; i++) {
			if (text.p[i] < '0' || text.p[i] > '9')
				return "archive/tar: invalid tar header";
			len = len * 10 + (size_t)(text.p[i] - '0');
		}
		if (len > text.n || len < sp + 2 || text.p[len - 1] != '\n')
			return "archive/tar: invalid tar header";
		kv_str record = kv_str_of(text.p + sp + 1, len - sp - 2);
		size_t eq = kv_str_chr(record, '=');
		if (eq == SIZE_MAX || eq == 0)
			return "archive/tar: invalid tar header";
		kv_str key = kv_str_sub(record, 0, eq), value = kv_str_sub(record, eq + 1, record.n);
		text = kv_str_sub(text, len, text.n);
		if (kv_str_starts(key, KV_S("GNU.sparse.")))
			return "sparse file in archive";
		if (kv_str_eq(key, KV_S("path")) && value.n) {
			t->next_name = value;
			t->has_next_name = true;
		} else if (kv_str_eq(key, KV_S("size")) && value.n) {
			int64_t size;
			if (kv_num_parse_int(value, 10, &size) != KV_NUM_OK || size < 0)
				return "archive/tar: invalid tar header";
			t->next_size = (size_t)size;
			t->has_next_size = true;
		}
	}
	return NULL;
}

/* One header block and the bytes that belong to it. *ret_end at the end of the archive. */
static const char *tar_block(struct tar *t, struct tar_entry *e, bool *ret_end)
{
	size_t left = t->in.n - t->at;
	*ret_end = left == 0 && !t->short_read;
	if (*ret_end)
		return NULL;
	if (left < TAR_BLOCK)
		return t->short_read ? t->short_read : "unexpected EOF";
	const char *block = t->in.p + t->at;
	t->at += TAR_BLOCK;
	if (tar_zero_block(block)) {
		left -= TAR_BLOCK;
		*ret_end = left == 0 || (left >= TAR_BLOCK && tar_zero_block(block + TAR_BLOCK));
		return *ret_end ? NULL : "archive/tar: invalid tar header";
	}
	size_t size, mode;
	if (!tar_checksum_right(block) || !tar_number(block + 124, 12, &size) ||
	    !tar_number(block + 100, 8, &mode))
		return "archive/tar: invalid tar header";
	e->type = block[156];
	e->name = tar_name(t->job, block);
	bool extension = e->type && strchr("xgLK", e->type);
	if (!extension && t->has_next_size)
		size = t->next_size;
	if (!extension && t->has_next_name)
		e->name = t->next_name;
	e->dir = e->type == '5' || (mode & 0170000) == 0040000 ||
		 ((e->type == 0 || e->type == '0') && kv_str_ends(e->name, KV_S("/")));
	if (e->type && strchr("123456", e->type))
		size = 0;
	left = t->in.n - t->at;
	if (size > left)
		return t->short_read ? t->short_read : "unexpected EOF";
	e->data = kv_str_of(t->in.p + t->at, size);
	size_t padded = size + (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
	t->at += padded < left ? padded : left;
	return NULL;
}

/* The next entry that is not an extension header. */
static const char *tar_next(struct tar *t, struct tar_entry *e, bool *ret_end)
{
	t->has_next_name = t->has_next_size = false;
	for (;;) {
		const char *error = tar_block(t, e, ret_end);
		if (error || *ret_end)
			return error;
		switch (e->type) {
		case 'x':
			if ((error = tar_pax(t, e->data)))
				return error;
			continue;
		case 'L':
			t->next_name = tar_text(e->data.p, e->data.n);
			t->has_next_name = true;
			continue;
		case 'K':
		case 'g': continue;
		case 0:
		case '0':
		case '7':
		case '5': return NULL;
		case 'S': return "sparse file in archive";
		default: return e->dir ? NULL : "link or device in archive";
		}
	}
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

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static kv_str without_bom(kv_str s)
{
	return kv_str_starts(s, KV_S("\xEF\xBB\xBF")) ? kv_str_sub(s, 3, s.n) : s;
}

/* Adds the entry; an empty text when it is fine. */
static kv_str add_entry(struct kv_job *job, enum rnd_engine engine, const struct tar_entry *e,
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
	if (e->data.n > *remaining)
		return too_large(job, engine, total);
	if (e->data.n > single)
		return kv_arena_printf(
			job->arena, "decompressed chart file %.*s is larger than the maximum file size %zu",
			KV_ARG(rnd_quoted(job, e->name)), single);
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

size_t rnd_archive_allowance(const struct kv_job *job)
{
	return min_size(RND_CHART_TOTAL_MAX, job->limits.archive_bytes);
}

int rnd_archive_read(struct kv_job *job, enum rnd_engine engine, kv_str bytes, size_t *allowance,
		     struct rnd_files *ret, kv_str *ret_error)
{
	size_t total = rnd_archive_allowance(job), remaining = allowance ? *allowance : total;
	/* Headers and padding come on top of the files' bytes. */
	struct gunzip g = gunzip(job, bytes, remaining + total / 4, remaining);
	if (g.error && g.text.n == 0) {
		*ret_error = kv_str_c(g.error);
		return -1;
	}
	if (g.too_large && g.text.n == 0) {
		*ret_error = too_large(job, engine, total);
		return -1;
	}
	struct tar t = { .job = job, .in = g.text, .short_read = g.error };
	struct rnd_files files = { 0 };
	for (;;) {
		struct tar_entry e = { 0 };
		bool end = false;
		const char *broken = tar_next(&t, &e, &end);
		if (broken && g.too_large) {
			*ret_error = too_large(job, engine, total);
			return -1;
		}
		if (broken) {
			*ret_error = kv_str_c(broken);
			return -1;
		}
		if (end)
			break;
		if (e.dir)
			continue;
		kv_str error = add_entry(job, engine, &e, &remaining, &files);
		if (error.n) {
			*ret_error = error;
			return -1;
		}
	}
	if (files.n == 0) {
		*ret_error = KV_S("no files in chart archive");
		return -1;
	}
	if (allowance)
		*allowance = remaining;
	*ret = files;
	return 0;
}

/* The few answers of Go's http.DetectContentType that a text file given for a chart can get; Helm looks at
 * 512 bytes, padded with NULs, so short texts count as binary. */
static const char *content_type(kv_str bytes)
{
	kv_str head = kv_str_sub(bytes, 0, 512);
	if (kv_str_starts(head, KV_S("%PDF-")))
		return "application/pdf";
	if (kv_str_starts(head, KV_S("PK\x03\x04")))
		return "application/zip";
	if (kv_str_starts(head, KV_S("\x89PNG\r\n\x1a\n")))
		return "image/png";
	if (kv_str_starts(head, KV_S("\xEF\xBB\xBF")))
		return "text/plain; charset=utf-8";
	if (kv_str_starts(kv_str_trim(head, " \t\r\n\f"), KV_S("<?xml")))
		return "text/xml; charset=utf-8";
	if (head.n < 512)
		return "application/octet-stream";
	for (size_t i = 0; i < head.n; i++) {
		unsigned char c = (unsigned char)head.p[i];
		if (c <= 8 || c == 11 || (c >= 14 && c <= 26) || (c >= 28 && c <= 31))
			return "application/octet-stream";
	}
	return "text/plain; charset=utf-8";
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
					     KV_ARG(name), content_type(bytes));
	return false;
}
