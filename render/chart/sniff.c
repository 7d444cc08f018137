/* render/chart/sniff.c: http.DetectContentType. */
#include "render/chart/sniff.h"

#define SNIFF_LENGTH ((size_t)512)

static const char blanks[] = "\t\n\f\r ";

/* In Go's order, where the first that matches counts. A tag in capitals stands for small letters as well and ends in a blank
 * or ">"; a dot in a masked pattern is any byte. */
static const struct signature {
	enum { TAG, EXACT, MASKED, MP4 } how;
	bool behind_blanks;
	uint8_t length;
	char text[40], type[32]; /* the longest have 36 and 29 bytes */
} signatures[] = {
#define HTML(tag) { TAG, true, KV_BYTES(tag), "text/html; charset=utf-8" }
	HTML("<!DOCTYPE HTML"),
	HTML("<HTML"),
	HTML("<HEAD"),
	HTML("<SCRIPT"),
	HTML("<IFRAME"),
	HTML("<H1"),
	HTML("<DIV"),
	HTML("<FONT"),
	HTML("<TABLE"),
	HTML("<A"),
	HTML("<STYLE"),
	HTML("<TITLE"),
	HTML("<B"),
	HTML("<BODY"),
	HTML("<BR"),
	HTML("<P"),
	HTML("<!--"),
#undef HTML
	{ EXACT, true, KV_BYTES("<?xml"), "text/xml; charset=utf-8" },
	{ EXACT, false, KV_BYTES("%PDF-"), "application/pdf" },
	{ EXACT, false, KV_BYTES("%!PS-Adobe-"), "application/postscript" },
	{ EXACT, false, KV_BYTES("\xFE\xFF"), "text/plain; charset=utf-16be" },
	{ EXACT, false, KV_BYTES("\xFF\xFE"), "text/plain; charset=utf-16le" },
	{ EXACT, false, KV_BYTES("\xEF\xBB\xBF"), "text/plain; charset=utf-8" },
	{ EXACT, false, KV_BYTES("\0\0\1\0"), "image/x-icon" },
	{ EXACT, false, KV_BYTES("\0\0\2\0"), "image/x-icon" },
	{ EXACT, false, KV_BYTES("BM"), "image/bmp" },
	{ EXACT, false, KV_BYTES("GIF87a"), "image/gif" },
	{ EXACT, false, KV_BYTES("GIF89a"), "image/gif" },
	{ MASKED, false, KV_BYTES("RIFF....WEBPVP"), "image/webp" },
	{ EXACT, false, KV_BYTES("\x89PNG\r\n\x1A\n"), "image/png" },
	{ EXACT, false, KV_BYTES("\xFF\xD8\xFF"), "image/jpeg" },
	{ MASKED, false, KV_BYTES("FORM....AIFF"), "audio/aiff" },
	{ EXACT, false, KV_BYTES("ID3"), "audio/mpeg" },
	{ EXACT, false, KV_BYTES("OggS\0"), "application/ogg" },
	{ EXACT, false, KV_BYTES("MThd\0\0\0\6"), "audio/midi" },
	{ MASKED, false, KV_BYTES("RIFF....AVI "), "video/avi" },
	{ MASKED, false, KV_BYTES("RIFF....WAVE"), "audio/wave" },
	{ MP4, false, KV_BYTES("ftyp"), "video/mp4" },
	{ EXACT, false, KV_BYTES("\x1A\x45\xDF\xA3"), "video/webm" },
	{ MASKED, false, KV_BYTES("..................................LP"), "application/vnd.ms-fontobject" },
	{ EXACT, false, KV_BYTES("\0\1\0\0"), "font/ttf" },
	{ EXACT, false, KV_BYTES("OTTO"), "font/otf" },
	{ EXACT, false, KV_BYTES("ttcf"), "font/collection" },
	{ EXACT, false, KV_BYTES("wOFF"), "font/woff" },
	{ EXACT, false, KV_BYTES("wOF2"), "font/woff2" },
	{ EXACT, false, KV_BYTES("\x1F\x8B\x08"), "application/x-gzip" },
	{ EXACT, false, KV_BYTES("PK\3\4"), "application/zip" },
	{ EXACT, false, KV_BYTES("Rar!\x1A\7\0"), "application/x-rar-compressed" },
	{ EXACT, false, KV_BYTES("Rar!\x1A\7\1\0"), "application/x-rar-compressed" },
	{ EXACT, false, KV_BYTES("\0asm"), "application/wasm" },
};

static bool is_tag(kv_str head, kv_str tag)
{
	if (head.n <= tag.n)
		return false;
	for (size_t i = 0; i < tag.n; i++) {
		bool letter = tag.p[i] >= 'A' && tag.p[i] <= 'Z';
		if (tag.p[i] != (letter ? head.p[i] & 0xDF : head.p[i]))
			return false;
	}
	return head.p[tag.n] == ' ' || head.p[tag.n] == '>';
}

static bool is_masked(kv_str head, kv_str pattern)
{
	for (size_t i = 0; i < pattern.n; i++)
		if (i >= head.n || (pattern.p[i] != '.' && pattern.p[i] != head.p[i]))
			return false;
	return true;
}

/* A box of brands, the second four bytes of which are a version. */
static bool is_mp4(kv_str head)
{
	size_t size = 0;
	for (size_t i = 0; i < 4; i++)
		size = size << 8 | (unsigned char)head.p[i];
	if (head.n < size || size % 4 || !kv_str_eq(kv_str_sub(head, 4, 8), KV_S("ftyp")))
		return false;
	for (size_t at = 8; at < size; at += 4)
		if (at != 12 && kv_str_eq(kv_str_sub(head, at, at + 3), KV_S("mp4")))
			return true;
	return false;
}

static bool is_text(kv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= 8 || c == 11 || (c >= 14 && c <= 26) || (c >= 28 && c <= 31))
			return false;
	}
	return true;
}

const char *rnd_content_type(kv_str bytes)
{
	char padded[SNIFF_LENGTH] = { 0 };
	bytes = kv_str_sub(bytes, 0, SNIFF_LENGTH);
	if (bytes.n)
		memcpy(padded, bytes.p, bytes.n);
	kv_str head = kv_str_of(padded, sizeof padded), behind = head;
	while (behind.n && behind.p[0] && strchr(blanks, behind.p[0]))
		behind = kv_str_sub(behind, 1, behind.n);
	for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
		const struct signature *s = &signatures[i];
		kv_str from = s->behind_blanks ? behind : head, text = kv_str_of(s->text, s->length);
		if ((s->how == TAG && is_tag(from, text)) || (s->how == EXACT && kv_str_starts(from, text)) ||
		    (s->how == MASKED && is_masked(from, text)) || (s->how == MP4 && is_mp4(from)))
			return s->type;
	}
	return is_text(behind) ? "text/plain; charset=utf-8" : "application/octet-stream";
}
