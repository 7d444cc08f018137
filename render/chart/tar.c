/* render/chart/tar.c: Go's reader of tar archives over bytes in memory. */
#include "render/chart/tar.h"

#include <limits.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/utf8.h"

#define BROKEN_HEADER "archive/tar: invalid tar header"
#define SPARSE "sparse file in archive"

/* Go's maxSpecialFileSize: of an extension header, and of a long name. */
#define EXTENSION_MAX ((size_t)1 << 20)

/* --- numbers ------------------------------------------------------------------------------------- */

/* Octal text between blanks and NULs; what follows a NUL inside does not count. */
static bool read_octal(kv_str s, int64_t *ret)
{
	static const char filler[] = { ' ', 0 };
	while (s.n && memchr(filler, s.p[0], sizeof filler))
		s = kv_str_sub(s, 1, s.n);
	while (s.n && memchr(filler, s.p[s.n - 1], sizeof filler))
		s.n--;
	uint64_t v = 0;
	bool right = s.n == 0 || kv_num_parse_uint(kv_str_sub(s, 0, kv_str_chr(s, 0)), 8, &v) == KV_NUM_OK;
	*ret = (int64_t)v;
	return right;
}

/* Base 256, in two's complement, where the top bit is set; otherwise octal. */
static bool read_number(kv_str s, int64_t *ret)
{
	if (!((unsigned char)s.p[0] & 0x80))
		return read_octal(s, ret);
	unsigned inverted = (unsigned char)s.p[0] & 0x40 ? 0xff : 0;
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned c = (unsigned char)s.p[i] ^ inverted;
		if (v >> 56)
			return false;
		v = v << 8 | (i == 0 ? c & 0x7f : c);
	}
	*ret = inverted ? (int64_t)~v : (int64_t)v;
	return !(v >> 63);
}

/* --- a header block ------------------------------------------------------------------------------ */

struct field {
	unsigned short at, size;
};

/* Fields of all forms; of all but the oldest; of Schily's; of GNU's, whose times older writers of Go took for a prefix. */
static const struct field size_field = { 124, 12 }, mode_field = { 100, 8 }, sum_field = { 148, 8 };
static const struct field name_field = { 0, 100 }, ustar_prefix = { 345, 155 }, star_prefix = { 345, 131 };
static const struct field numbers_of_all[] = { { 108, 8 }, { 116, 8 }, { 136, 12 } };
static const struct field numbers_of_ustar[] = { { 329, 8 }, { 337, 8 } };
static const struct field times_of_star[] = { { 476, 12 }, { 488, 12 } };
static const struct field times_of_gnu[] = { { 345, 12 }, { 357, 12 } };

enum form { FORM_NONE, FORM_V7, FORM_USTAR, FORM_STAR, FORM_GNU };

static kv_str field_of(const char *block, struct field f)
{
	return kv_str_of(block + f.at, f.size);
}

static kv_str text_of(const char *block, struct field f)
{
	return kv_str_of(block + f.at, strnlen(block + f.at, f.size));
}

static bool are_numbers(const char *block, const struct field *fields, size_t n)
{
	int64_t ignored;
	for (size_t i = 0; i < n; i++)
		if (!read_number(field_of(block, fields[i]), &ignored))
			return false;
	return true;
}

static bool is_checksum_right(const char *block)
{
	/* The field itself counts as blanks. */
	int sum = sum_field.size * ' ', signed_sum = sum;
	int64_t want;
	if (!read_octal(field_of(block, sum_field), &want))
		return false;
	for (size_t i = 0; i < RND_TAR_BLOCK; i++) {
		sum += (unsigned char)block[i];
		signed_sum += (signed char)block[i];
	}
	for (size_t i = sum_field.at; i < (size_t)sum_field.at + sum_field.size; i++) {
		sum -= (unsigned char)block[i];
		signed_sum -= (signed char)block[i];
	}
	return want == sum || want == signed_sum;
}

static enum form form_of(const char *block)
{
	if (!is_checksum_right(block))
		return FORM_NONE;
	if (memcmp(block + 257, "ustar\0", 6) == 0)
		return memcmp(block + 508, "tar\0", 4) == 0 ? FORM_STAR : FORM_USTAR;
	return memcmp(block + 257, "ustar  \0", 8) == 0 ? FORM_GNU : FORM_V7;
}

static bool is_zeros(const char *block)
{
	for (size_t i = 0; i < RND_TAR_BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

bool rnd_tar_is_header_only(char type)
{
	return type >= '1' && type <= '6';
}

bool rnd_tar_is_extension(char type)
{
	return type && strchr("xgLK", type);
}

enum rnd_tar_state rnd_tar_header(const char *block, struct rnd_tar_header *ret)
{
	if (is_zeros(block))
		return RND_TAR_ZEROS;
	enum form form = form_of(block);
	if (form == FORM_NONE || !are_numbers(block, numbers_of_all, 3) ||
	    (form != FORM_V7 && !are_numbers(block, numbers_of_ustar, 2)) ||
	    (form == FORM_STAR && !are_numbers(block, times_of_star, 2)) ||
	    !read_number(field_of(block, size_field), &ret->size) ||
	    !read_number(field_of(block, mode_field), &ret->mode))
		return RND_TAR_BROKEN;
	ret->type = block[156];
	return RND_TAR_HEADER;
}

/* A time of GNU's counts where its first byte is set. */
static bool are_times_of_gnu(const char *block)
{
	for (size_t i = 0; i < 2; i++)
		if (block[times_of_gnu[i].at] && !are_numbers(block, &times_of_gnu[i], 1))
			return false;
	return true;
}

static kv_str name_of(struct kv_job *job, const char *block)
{
	kv_str name = text_of(block, name_field), prefix = KV_S("");
	switch (form_of(block)) {
	case FORM_USTAR: prefix = text_of(block, ustar_prefix); break;
	case FORM_STAR: prefix = text_of(block, star_prefix); break;
	case FORM_GNU:
		if (!are_times_of_gnu(block) && kv_is_ascii(text_of(block, ustar_prefix)))
			prefix = text_of(block, ustar_prefix);
		break;
	default: break;
	}
	return prefix.n ? kv_arena_cat(job->arena, prefix, KV_S("/"), name) : name;
}

/* --- pax records --------------------------------------------------------------------------------- */

/* What the headers before an entry say about it; empty texts say nothing. */
struct said {
	kv_str path, size, long_name;
	kv_str sparse_major, sparse_minor, sparse_map;
	bool wrong; /* a number is none; told at the entry itself */
};

/* strconv.ParseInt with base 10. */
static bool is_integer(kv_str s)
{
	int64_t ignored;
	return kv_num_parse_int(s, 10, &ignored) == KV_NUM_OK;
}

/* Seconds, and parts of one behind a dot. */
static bool is_pax_time(kv_str s)
{
	size_t dot = kv_str_chr(s, '.');
	for (size_t i = dot; i != SIZE_MAX && ++i < s.n;)
		if (!kv_is_digit(s.p[i]))
			return false;
	return is_integer(kv_str_sub(s, 0, dot));
}

/* validPAXRecord. */
static bool is_valid_record(kv_str key, kv_str value)
{
	bool text = kv_str_eq(key, KV_S("path")) || kv_str_eq(key, KV_S("linkpath")) ||
		    kv_str_eq(key, KV_S("uname")) || kv_str_eq(key, KV_S("gname"));
	return key.n && kv_str_chr(text ? value : key, 0) == SIZE_MAX;
}

static void take_record(struct said *said, kv_str key, kv_str value)
{
	struct {
		const char *key;
		kv_str *to;
		bool (*is_right)(kv_str);
	} known[] = {
		{ "path", &said->path, NULL },
		{ "size", &said->size, is_integer },
		{ "uid", NULL, is_integer },
		{ "gid", NULL, is_integer },
		{ "atime", NULL, is_pax_time },
		{ "mtime", NULL, is_pax_time },
		{ "ctime", NULL, is_pax_time },
		{ "GNU.sparse.major", &said->sparse_major, NULL },
		{ "GNU.sparse.minor", &said->sparse_minor, NULL },
		{ "GNU.sparse.map", &said->sparse_map, NULL },
		/* The oldest form, which Go turns into a map. */
		{ "GNU.sparse.offset", &said->sparse_map, NULL },
	};
	for (size_t i = 0; i < KV_COUNT(known); i++) {
		if (!kv_str_eq(key, kv_str_c(known[i].key)))
			continue;
		if (known[i].to)
			*known[i].to = value;
		said->wrong |= value.n && known[i].is_right && !known[i].is_right(value);
	}
}

/* "27 path=some/long/name\n", again and again; they replace those of the header before. */
static const char *read_records(struct said *said, kv_str text)
{
	*said = (struct said){ .long_name = said->long_name };
	while (text.n) {
		size_t blank = kv_str_chr(text, ' ');
		int64_t n = 0;
		if (blank == SIZE_MAX || kv_num_parse_int(kv_str_sub(text, 0, blank), 10, &n) != KV_NUM_OK || n < 5 ||
		    (uint64_t)n > text.n || (uint64_t)n <= blank + 1 || text.p[n - 1] != '\n')
			return BROKEN_HEADER;
		kv_str record = kv_str_sub(text, blank + 1, (size_t)n - 1);
		size_t equals = kv_str_chr(record, '=');
		if (equals == SIZE_MAX)
			return BROKEN_HEADER;
		kv_str key = kv_str_sub(record, 0, equals), value = kv_str_sub(record, equals + 1, record.n);
		if (!is_valid_record(key, value))
			return BROKEN_HEADER;
		take_record(said, key, value);
		text = kv_str_sub(text, (size_t)n, text.n);
	}
	return NULL;
}

/* readGNUSparsePAXHeaders: which versions are known. */
static bool is_sparse(const struct said *said)
{
	kv_str major = said->sparse_major, minor = said->sparse_minor;
	if (kv_str_eq(major, KV_S("0")))
		return kv_str_eq(minor, KV_S("0")) || kv_str_eq(minor, KV_S("1"));
	if (kv_str_eq(major, KV_S("1")))
		return kv_str_eq(minor, KV_S("0"));
	return major.n == 0 && minor.n == 0 && said->sparse_map.n;
}

/* --- entries ------------------------------------------------------------------------------------- */

static size_t padding(size_t size)
{
	return (RND_TAR_BLOCK - size % RND_TAR_BLOCK) % RND_TAR_BLOCK;
}

/* The next `size` bytes and their padding. What is missing is told only to who asks for it. */
static kv_str take_data(struct rnd_tar *t, size_t size, const char **ret_broken)
{
	size_t left = t->in.n - t->at, n = size < left ? size : left;
	kv_str data = kv_str_of(t->in.p + t->at, n);
	*ret_broken = n == size ? NULL : t->early ? t->early : "unexpected EOF";
	left -= n;
	t->at += n + (padding(n) < left ? padding(n) : left);
	return data;
}

/* The next block that is not of zeros. */
static const char *take_block(struct rnd_tar *t, const char **ret, bool *ret_end)
{
	for (bool zeros = false;; zeros = true) {
		size_t left = t->in.n - t->at;
		*ret_end = left == 0 && !t->early;
		if (*ret_end)
			return NULL;
		if (left < RND_TAR_BLOCK)
			return t->early ? t->early : "unexpected EOF";
		*ret = t->in.p + t->at;
		t->at += RND_TAR_BLOCK;
		*ret_end = zeros && is_zeros(*ret);
		if (*ret_end || !(zeros || is_zeros(*ret)))
			return NULL;
		if (zeros)
			return BROKEN_HEADER;
	}
}

/* An extension header. A global one stands for itself, so what was said before it is lost. */
static const char *take_extension(struct rnd_tar *t, const struct rnd_tar_header *h, struct said *said)
{
	const char *broken;
	kv_str data = take_data(t, (size_t)h->size, &broken);
	if (data.n > EXTENSION_MAX)
		return "archive/tar: header field too long";
	if (broken)
		return broken;
	switch (h->type) {
	case 'x': return read_records(said, data);
	case 'g':
		broken = read_records(said, data);
		*said = (struct said){ 0 };
		return broken;
	case 'L': said->long_name = kv_str_of(data.p, strnlen(data.p, data.n)); return NULL;
	default: return NULL;
	}
}

static const char *take_entry(struct rnd_tar *t, struct rnd_tar_header h, kv_str name, const struct said *said,
			      struct rnd_tar_entry *ret)
{
	if (said->wrong)
		return BROKEN_HEADER;
	name = said->path.n ? said->path : name;
	name = said->long_name.n ? said->long_name : name;
	if (said->size.n && kv_num_parse_int(said->size, 10, &h.size) != KV_NUM_OK)
		return BROKEN_HEADER;
	if (h.type == 0)
		h.type = kv_str_ends(name, KV_S("/")) ? '5' : '0';
	if (h.size < 0 && !rnd_tar_is_header_only(h.type))
		return BROKEN_HEADER;
	if (h.type == 'S' || is_sparse(said))
		return SPARSE;
	/* Go's FileInfo().IsDir(), of 32 bits of the mode. */
	ret->dir = h.type == '5' || ((uint32_t)h.mode & ~(uint32_t)07777) == 0040000;
	if (!ret->dir && !strchr("07", h.type))
		return "link or device in archive";
	ret->name = name;
	ret->size = (size_t)h.size;
	ret->data = take_data(t, rnd_tar_is_header_only(h.type) ? 0 : ret->size, &ret->broken);
	t->skipping = ret->dir ? ret->broken : NULL;
	return NULL;
}

const char *rnd_tar_next(struct rnd_tar *t, struct rnd_tar_entry *ret, bool *ret_end)
{
	struct said said = { 0 };
	const char *block;
	while (!t->skipping) {
		const char *error = take_block(t, &block, ret_end);
		if (error || *ret_end)
			return error;
		struct rnd_tar_header h;
		if (rnd_tar_header(block, &h) != RND_TAR_HEADER || (h.size < 0 && !rnd_tar_is_header_only(h.type)))
			return BROKEN_HEADER;
		if (!rnd_tar_is_extension(h.type))
			return take_entry(t, h, name_of(t->job, block), &said, ret);
		if ((error = take_extension(t, &h, &said)))
			return error;
	}
	return t->skipping;
}
