/* render/template/pem.c: PEM (go: encoding/pem/pem.go). */
#include "render/template/pem.h"

#include "base/base64.h"

static const kv_str begin_mark = KV_STR("-----BEGIN "), end_mark = KV_STR("\n-----END "),
		    dashes = KV_STR("-----");

/* The text up to the line feed, without blanks at its end. Cuts the line from *rest. */
static kv_str take_line(kv_str *rest)
{
	size_t feed = kv_str_chr(*rest, '\n');
	kv_str line = kv_str_sub(*rest, 0, feed);
	*rest = feed == SIZE_MAX ? kv_str_sub(*rest, rest->n, rest->n) : kv_str_sub(*rest, feed + 1, rest->n);
	if (feed != SIZE_MAX && line.n && line.p[line.n - 1] == '\r')
		line.n--;
	while (line.n && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

/* The last "-----BEGIN " at the start of a line before `end`; SIZE_MAX if the last one stands elsewhere. */
static size_t find_begin(kv_str text, size_t end)
{
	size_t found = SIZE_MAX;
	for (size_t at = end; at-- > 0;) {
		if (text.p[at] == '-' && at + begin_mark.n <= end &&
		    kv_str_starts(kv_str_sub(text, at, end), begin_mark)) {
			found = at;
			break;
		}
	}
	return found == SIZE_MAX || (found > 0 && text.p[found - 1] != '\n') ? SIZE_MAX : found;
}

/* "KEY: value" lines in front of the body go. */
static void skip_headers(kv_str *body)
{
	for (;;) {
		kv_str next = *body, line = take_line(&next);
		if (!body->n || kv_str_chr(line, ':') == SIZE_MAX)
			return;
		*body = next;
	}
}

static bool decode_body(struct kv_arena *a, kv_str body, kv_str *ret)
{
	struct kv_buf plain, out;
	size_t bad;
	kv_buf_init(&plain, a, KV_BUF_MAX);
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] != ' ' && body.p[i] != '\t')
			kv_buf_c(&plain, body.p[i]);
	if (!kv_base64_decode(&out, kv_buf_view(&plain), false, &bad))
		return false;
	*ret = kv_buf_view(&out);
	return true;
}

/* What follows "-----END " must be the same type, five dashes, and blanks to the end of the line. */
static bool ends_block(kv_str after, kv_str type)
{
	kv_str trailer = kv_str_sub(after, 0, type.n + dashes.n);
	kv_str line = kv_str_sub(after, trailer.n, after.n);
	return trailer.n == type.n + dashes.n && kv_str_starts(trailer, type) &&
	       kv_str_ends(trailer, dashes) && take_line(&line).n == 0;
}

/* The block that ends at `end`, where "\n-----END " stands. */
static bool decode_block(struct kv_arena *a, kv_str text, size_t end, kv_str *ret_type, kv_str *ret_bytes)
{
	size_t begin = find_begin(text, end);
	if (begin == SIZE_MAX)
		return false;
	/* an empty block shares its line feed with the end mark */
	kv_str body = kv_str_sub(text, begin + begin_mark.n, end + 1), type = take_line(&body);
	if (!kv_str_ends(type, dashes))
		return false;
	type = kv_str_sub(type, 0, type.n - dashes.n);
	skip_headers(&body);
	if (!ends_block(kv_str_sub(text, end + end_mark.n, text.n), type) || !decode_body(a, body, ret_bytes))
		return false;
	*ret_type = type;
	return true;
}

bool rnd_pem_next(struct kv_arena *a, kv_str *rest, kv_str *ret_type, kv_str *ret_bytes)
{
	size_t end;
	while ((end = kv_str_find(*rest, end_mark, 0)) != SIZE_MAX) {
		kv_str block = *rest;
		*rest = kv_str_sub(*rest, end + end_mark.n, rest->n);
		if (decode_block(a, block, end, ret_type, ret_bytes))
			return true;
	}
	return false;
}

bool rnd_pem_decode(struct kv_arena *a, kv_str text, kv_str *ret_type, kv_str *ret_bytes)
{
	return rnd_pem_next(a, &text, ret_type, ret_bytes);
}

kv_str rnd_pem_encode(struct kv_arena *a, kv_str type, kv_str bytes)
{
	struct kv_buf base64, b;
	kv_buf_init(&base64, a, KV_BUF_MAX);
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_base64_encode(&base64, bytes, false);
	kv_buf_str(&b, begin_mark);
	kv_buf_str(&b, type);
	kv_buf_lit(&b, "-----\n");
	for (size_t i = 0; i < base64.n; i += 64) {
		kv_buf_str(&b, kv_str_sub(kv_buf_view(&base64), i, i + 64));
		kv_buf_c(&b, '\n');
	}
	kv_buf_lit(&b, "-----END ");
	kv_buf_str(&b, type);
	kv_buf_lit(&b, "-----\n");
	return kv_buf_view(&b);
}
