/* krm/yaml_scan.c: from characters to tokens (go-yaml: readerc.go, scannerc.go).
 *
 * A key without "?" is recognised only at its ":", so tokens wait in a queue until no KEY token can be put before them.
 */
#include "krm/yaml_scan.h"

/* --- characters ------------------------------------------------------------------------------- */

/* readerc.go reads this many bytes at a time, and a bad character ends the reading as soon as its window is needed. */
#define WINDOW 512u

struct bad {
	const char *problem;
	size_t at;
};

static bool is_tail(kv_str s, size_t i)
{
	return ((unsigned char)s.p[i] & 0xC0) == 0x80;
}

const char *krm_yml_bad_character(kv_str s, size_t i, size_t *ret_size)
{
	unsigned char c = (unsigned char)s.p[i];
	size_t width = c < 0x80             ? 1
		       : (c & 0xE0) == 0xC0 ? 2
		       : (c & 0xF0) == 0xE0 ? 3
		       : (c & 0xF8) == 0xF0 ? 4
					    : 0;
	uint32_t r = width == 1 ? c : width == 2 ? c & 0x1Fu : width == 3 ? c & 0x0Fu : c & 0x07u;
	*ret_size = width;
	if (!width)
		return "invalid leading UTF-8 octet";
	if (width > s.n - i)
		return "incomplete UTF-8 octet sequence";
	for (size_t k = 1; k < width; k++) {
		if (!is_tail(s, i + k))
			return "invalid trailing UTF-8 octet";
		r = r << 6 | ((unsigned char)s.p[i + k] & 0x3Fu);
	}
	if ((width == 2 && r < 0x80) || (width == 3 && r < 0x800) || (width == 4 && r < 0x10000))
		return "invalid length of a UTF-8 sequence";
	if ((r >= 0xD800 && r <= 0xDFFF) || r > 0x10FFFF)
		return "invalid Unicode character";
	if (r < 0x20 ? r != '\t' && r != '\n' && r != '\r'
		     : (r >= 0x7F && r < 0xA0 && r != 0x85) || r == 0xFFFE || r == 0xFFFF)
		return "control characters are not allowed";
	return NULL;
}

#define EASY_BLOCK 64

/* Eight bytes that are all printable ASCII or line feeds. */
static bool is_easy(const char *p)
{
	uint64_t w, high = 0x8080808080808080u, ones = 0x0101010101010101u;
	memcpy(&w, p, sizeof w);
	uint64_t not_low = (w & ~high) + ones * (0x80 - 0x20); /* top bit: at least 0x20 */
	uint64_t line = w ^ ones * '\n';                       /* zero byte: a line feed */
	uint64_t is_line = ~(((line & ~high) + ~high) | line | ~high);
	uint64_t del = (w & ~high) + ones; /* top bit: 0x7F */
	return !(w & high) && ((not_low | is_line) & high) == high && !(del & high);
}

/* A compiler can look at several bytes at once. */
static bool are_easy(const char *p)
{
	unsigned char bad = 0;
	for (size_t i = 0; i < EASY_BLOCK; i++) {
		unsigned char c = (unsigned char)p[i];
		bad |= (unsigned char)(((unsigned char)(c - ' ') > '~' - ' ') & (c != '\n'));
	}
	return !bad;
}

size_t krm_yml_skip_easy(kv_str s, size_t from)
{
	while (from + EASY_BLOCK <= s.n && are_easy(s.p + from))
		from += EASY_BLOCK;
	while (from + 8 <= s.n && is_easy(s.p + from))
		from += 8;
	return from;
}

static bool find_bad(kv_str s, struct bad *ret)
{
	for (size_t i = 0, size; i < s.n; i += size) {
		i = krm_yml_skip_easy(s, i);
		if (i >= s.n)
			break;
		const char *problem = krm_yml_bad_character(s, i, &size);
		if (problem) {
			*ret = (struct bad){ problem, i };
			return true;
		}
	}
	return false;
}

/* The start of the window that holds s[at]; windows begin with the character that did not fit the one before. */
static size_t window_start(kv_str s, size_t at)
{
	size_t start = 0;
	while (start + WINDOW <= at) {
		size_t next = start + WINDOW;
		while (next > start && is_tail(s, next))
			next--;
		start = next;
	}
	return start;
}

/* --- UTF-16 ----------------------------------------------------------------------------------- */

static uint32_t unit_at(kv_str s, size_t i, bool little)
{
	unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
	return little ? a | (uint32_t)b << 8 : b | (uint32_t)a << 8;
}

/* As UTF-8, up to what is wrong with it. */
static kv_str from_utf16(struct yml_scanner *s, kv_str in, bool little)
{
	struct kv_buf out;
	kv_buf_init(&out, s->arena, KV_BUF_MAX);
	for (size_t i = 2; i < in.n; i += 2) {
		if (in.n - i < 2) {
			s->bad = "incomplete UTF-16 character";
			break;
		}
		uint32_t r = unit_at(in, i, little);
		if ((r & 0xFC00) == 0xD800 && in.n - i >= 4) {
			uint32_t low = unit_at(in, i + 2, little);
			if ((low & 0xFC00) != 0xDC00) {
				s->bad = "expected low surrogate area";
				break;
			}
			r = 0x10000 + ((r & 0x3FF) << 10) + (low & 0x3FF);
			i += 2;
		} else if ((r & 0xF800) == 0xD800) {
			s->bad = (r & 0xFC00) == 0xDC00 ? "unexpected low surrogate area"
							: "incomplete UTF-16 surrogate pair";
			break;
		}
		kv_buf_rune(&out, r);
	}
	s->converted = true;
	return kv_buf_view(&out);
}

static void take_text(struct yml_scanner *s, kv_str text)
{
	struct bad bad;
	if (text.n == 0)
		text = KV_S("");
	if (text.n >= 2 && memcmp(text.p, "\xFF\xFE", 2) == 0)
		text = from_utf16(s, text, true);
	else if (text.n >= 2 && memcmp(text.p, "\xFE\xFF", 2) == 0)
		text = from_utf16(s, text, false);
	else if (kv_str_starts(text, KV_S("\xEF\xBB\xBF")))
		s->at = 3;
	s->text = text;
	if (find_bad(kv_str_sub(text, s->at, text.n), &bad)) {
		s->bad = bad.problem;
		s->bad_at = bad.at + s->at;
		/* A character cut off by the end is missed only when nothing before it is left. */
		bool cut = kv_str_starts(kv_str_c(bad.problem), KV_S("incomplete"));
		s->text.n = cut ? s->bad_at : window_start(text, s->bad_at);
		if (s->text.n < s->at)
			s->text.n = s->at;
	}
	/* Characters are counted from behind the mark. */
	s->tails = s->at;
}

/* --- failures --------------------------------------------------------------------------------- */

static struct yml_mark mark_here(const struct yml_scanner *s)
{
	return (struct yml_mark){ (uint32_t)s->at, (uint32_t)yml_index(s), (uint32_t)s->line,
				  (uint32_t)yml_column(s) };
}

int krm_yml_scan_fail(struct yml_scanner *s, struct yml_mark context, const char *problem)
{
	s->failure = YML_SCANNER_FAILURE;
	s->problem = problem;
	s->problem_mark = mark_here(s);
	s->context_mark = context;
	return -1;
}

/* The scanner has come to where go-yaml would have met the bad character. */
static int fail_reading(struct yml_scanner *s)
{
	s->failure = YML_READER_FAILURE;
	s->problem = s->bad;
	s->problem_mark = (struct yml_mark){ .offset = (uint32_t)s->bad_at };
	s->context_mark = (struct yml_mark){ .offset = 0 };
	return -1;
}

static bool has_met_bad(const struct yml_scanner *s)
{
	return s->bad && s->at >= s->text.n;
}

/* --- the queue -------------------------------------------------------------------------------- */

/* A new token `before` tokens behind the head, or at the end of the queue for SIZE_MAX. */
static struct yml_token *insert_token(struct yml_scanner *s, size_t before, enum yml_token_type type,
				      struct yml_mark mark)
{
	/* The array of a short queue stays short: there is one for each document. */
	if (s->head && s->ntokens == s->tokens_cap && s->head * 2 >= s->ntokens) {
		memmove(s->tokens, s->tokens + s->head, (s->ntokens - s->head) * sizeof *s->tokens);
		s->ntokens -= s->head;
		s->head = 0;
	}
	if (s->ntokens == s->tokens_cap)
		s->tokens = kv_array_reserve(s->scratch, s->tokens, s->ntokens, &s->tokens_cap, sizeof *s->tokens);
	size_t place = before == SIZE_MAX ? s->ntokens : s->head + before;
	struct yml_token *t = &s->tokens[place];
	for (struct yml_token *last = &s->tokens[s->ntokens++]; last > t; last--)
		*last = last[-1];
	*t = (struct yml_token){ .type = type, .start = mark };
	return t;
}

static struct yml_token *append_token(struct yml_scanner *s, enum yml_token_type type, struct yml_mark mark)
{
	struct yml_token *t = insert_token(s, SIZE_MAX, type, mark);
	t->key = s->next_key;
	s->next_key = 0;
	if (type > YML_BLOCK_END_TOKEN)
		s->comments.n = 0;
	return t;
}

/* The number that the next token to be appended will have. */
static size_t next_token(const struct yml_scanner *s)
{
	return s->parsed + (s->ntokens - s->head);
}

/* Where the token of that number is in the queue. Upstream lets it be one that was taken already: then SIZE_MAX. */
static size_t place_of(const struct yml_scanner *s, size_t token)
{
	return token >= s->parsed ? token - s->parsed : SIZE_MAX;
}

/* --- simple keys ------------------------------------------------------------------------------ */

static struct yml_simple_key *current_key(struct yml_scanner *s)
{
	return &s->keys[s->nkeys - 1];
}

static bool in_flow(const struct yml_scanner *s)
{
	return s->nkeys > 1;
}

/* A key and its ":" lie in one line and at most this many characters apart. */
#define KEY_LENGTH 1024u

static int check_key(struct yml_scanner *s, struct yml_simple_key *k, bool *ret_valid)
{
	*ret_valid = false;
	if (!k->possible)
		return 0;
	if (k->mark.line < s->line || k->mark.index + KEY_LENGTH < yml_index(s)) {
		if (k->required)
			return krm_yml_scan_fail(s, k->mark, "could not find expected ':'");
		k->possible = false;
		return 0;
	}
	*ret_valid = true;
	return 0;
}

static int remove_key(struct yml_scanner *s)
{
	struct yml_simple_key *k = current_key(s);
	if (!k->possible)
		return 0;
	if (k->required)
		return krm_yml_scan_fail(s, k->mark, "could not find expected ':'");
	k->possible = k->indexed = false;
	return 0;
}

/* A key may begin here. It must be one if it stands at the indentation of a block. */
static int save_key(struct yml_scanner *s)
{
	if (!s->key_allowed)
		return 0;
	bool required = !in_flow(s) && s->indent == (ptrdiff_t)yml_column(s);
	if (remove_key(s) < 0)
		return -1;
	*current_key(s) = (struct yml_simple_key){ .possible = true,
						   .required = required,
						   .indexed = true,
						   .token = next_token(s),
						   .mark = mark_here(s) };
	s->next_key = (uint32_t)s->nkeys;
	return 0;
}

static void open_level(struct yml_scanner *s)
{
	struct yml_simple_key k = { .token = next_token(s), .mark = mark_here(s) };
	KV_PUSH(s->scratch, s->keys, s->nkeys, s->keys_cap, k);
}

/* Leaving a level forgets the number of its last key; of an empty collection that is the number of its own bracket, so the
 * key that the collection might be is forgotten with it. */
static void close_level(struct yml_scanner *s)
{
	if (!in_flow(s))
		return;
	size_t token = current_key(s)->token;
	s->nkeys--;
	if (current_key(s)->token == token)
		current_key(s)->indexed = false;
}

/* --- indentation ------------------------------------------------------------------------------ */

/* A block collection begins if the column is deeper than the one around it. */
static void roll_indent(struct yml_scanner *s, size_t column, size_t before, enum yml_token_type type,
			struct yml_mark mark)
{
	if (in_flow(s) || s->indent >= (ptrdiff_t)column)
		return;
	KV_PUSH(s->scratch, s->indents, s->nindents, s->indents_cap, s->indent);
	s->indent = (ptrdiff_t)column;
	insert_token(s, before, type, mark);
}

static void unroll_indent(struct yml_scanner *s, ptrdiff_t column)
{
	while (!in_flow(s) && s->indent > column) {
		append_token(s, YML_BLOCK_END_TOKEN, mark_here(s));
		s->indent = s->indents[--s->nindents];
	}
}

/* --- indicators ------------------------------------------------------------------------------- */

static int fetch_stream_end(struct yml_scanner *s)
{
	if (yml_column(s) != 0) {
		s->line++;
		s->line_index = yml_index(s);
	}
	unroll_indent(s, -1);
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = false;
	append_token(s, YML_STREAM_END_TOKEN, mark_here(s));
	return 0;
}

static int fetch_document_mark(struct yml_scanner *s)
{
	enum yml_token_type type = yml_byte(s, 0) == '-' ? YML_DOCUMENT_START_TOKEN : YML_DOCUMENT_END_TOKEN;
	unroll_indent(s, -1);
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = false;
	append_token(s, type, mark_here(s));
	s->at += 3;
	return 0;
}

static int fetch_flow_start(struct yml_scanner *s, enum yml_token_type type)
{
	if (save_key(s) < 0)
		return -1;
	open_level(s);
	s->key_allowed = true;
	append_token(s, type, mark_here(s));
	s->at++;
	return 0;
}

static int fetch_flow_end(struct yml_scanner *s, enum yml_token_type type)
{
	if (remove_key(s) < 0)
		return -1;
	close_level(s);
	s->key_allowed = false;
	append_token(s, type, mark_here(s));
	s->at++;
	return 0;
}

static int fetch_flow_entry(struct yml_scanner *s)
{
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = true;
	append_token(s, YML_FLOW_ENTRY_TOKEN, mark_here(s));
	s->at++;
	return 0;
}

/* "-" and "?": in block context only where a key may begin. In a flow collection the parser refuses "-". */
static int fetch_entry(struct yml_scanner *s, enum yml_token_type type, enum yml_token_type collection,
		       const char *problem)
{
	if (!in_flow(s)) {
		if (!s->key_allowed)
			return krm_yml_scan_fail(s, mark_here(s), problem);
		roll_indent(s, yml_column(s), SIZE_MAX, collection, mark_here(s));
	}
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = type == YML_BLOCK_ENTRY_TOKEN || !in_flow(s);
	append_token(s, type, mark_here(s));
	s->at++;
	return 0;
}

/* ":" behind a simple key: KEY, and the start of the map if it is the first, are put before the key's tokens. */
static void begin_simple_key(struct yml_scanner *s, struct yml_simple_key *k)
{
	insert_token(s, place_of(s, k->token), YML_KEY_TOKEN, k->mark);
	roll_indent(s, k->mark.column, place_of(s, k->token), YML_BLOCK_MAP_TOKEN, k->mark);
	k->possible = k->indexed = false;
	s->key_allowed = false;
}

static int fetch_value(struct yml_scanner *s)
{
	struct yml_simple_key *k = current_key(s);
	bool valid;
	if (check_key(s, k, &valid) < 0)
		return -1;
	if (valid) {
		begin_simple_key(s, k);
	} else {
		if (!in_flow(s)) {
			if (!s->key_allowed)
				return krm_yml_scan_fail(s, mark_here(s),
							 "mapping values are not allowed in this context");
			roll_indent(s, yml_column(s), SIZE_MAX, YML_BLOCK_MAP_TOKEN, mark_here(s));
		}
		s->key_allowed = !in_flow(s);
	}
	append_token(s, YML_VALUE_TOKEN, mark_here(s));
	s->at++;
	return 0;
}

/* --- anchors and tags ------------------------------------------------------------------------- */

static bool is_word(unsigned char c)
{
	return kv_is_alnum(c) || c == '_' || c == '-';
}

static kv_str take_word(struct yml_scanner *s)
{
	size_t from = s->at;
	while (is_word(yml_byte(s, 0)))
		s->at++;
	return kv_str_sub(s->text, from, s->at);
}

static int fetch_anchor(struct yml_scanner *s, enum yml_token_type type)
{
	struct yml_mark start = mark_here(s);
	if (save_key(s) < 0)
		return -1;
	s->key_allowed = false;
	s->at++;
	kv_str name = take_word(s);
	unsigned char c = yml_byte(s, 0);
	if (!name.n || !(yml_at_blankz(s, 0) || strchr("?:,]}%@`", c)))
		return krm_yml_scan_fail(s, start, "did not find expected alphabetic or numeric character");
	append_token(s, type, start)->value = name;
	return 0;
}

static bool is_uri(unsigned char c)
{
	return is_word(c) || (c && strchr(";/?:@&=+$,.!~*'()[]%", c));
}

/* The bytes of one character, each as %XX. */
static int take_uri_escapes(struct yml_scanner *s, struct yml_mark start, struct kv_buf *to)
{
	for (size_t left = 0, first = 1; first || left; left--, first = 0) {
		int high = kv_hex_value(yml_byte(s, 1)), low = kv_hex_value(yml_byte(s, 2));
		if (yml_byte(s, 0) != '%' || high < 0 || low < 0)
			return krm_yml_scan_fail(s, start, "did not find URI escaped octet");
		unsigned octet = (unsigned)(high * 16 + low);
		if (first) {
			left = octet < 0x80 ? 1 : (octet & 0xE0) == 0xC0 ? 2 : (octet & 0xF0) == 0xE0 ? 3 : 4;
			if (left == 4 && (octet & 0xF8) != 0xF0)
				return krm_yml_scan_fail(s, start, "found an incorrect leading UTF-8 octet");
		} else if ((octet & 0xC0) != 0x80) {
			return krm_yml_scan_fail(s, start, "found an incorrect trailing UTF-8 octet");
		}
		kv_buf_c(to, (char)octet);
		s->at += 3;
	}
	return 0;
}

/* `head` is what was already read of it, with its "!". */
static int take_uri(struct yml_scanner *s, kv_str head, struct yml_mark start, kv_str *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, s->arena, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_sub(head, 1, head.n));
	bool any = head.n > 0;
	for (; is_uri(yml_byte(s, 0)); any = true) {
		if (yml_byte(s, 0) != '%') {
			kv_buf_c(&b, s->text.p[s->at++]);
		} else if (take_uri_escapes(s, start, &b) < 0) {
			return -1;
		}
	}
	if (!any)
		return krm_yml_scan_fail(s, start, "did not find expected tag URI");
	*ret = kv_buf_view(&b);
	return 0;
}

/* "!", "!word" or "!word!". */
static int take_handle(struct yml_scanner *s, bool directive, struct yml_mark start, kv_str *ret)
{
	size_t from = s->at;
	if (yml_byte(s, 0) != '!')
		return krm_yml_scan_fail(s, start, "did not find expected '!'");
	s->at++;
	take_word(s);
	if (yml_byte(s, 0) == '!')
		s->at++;
	else if (directive && s->at - from != 1)
		return krm_yml_scan_fail(s, start, "did not find expected '!'");
	*ret = kv_str_sub(s->text, from, s->at);
	return 0;
}

/* "!<uri>" */
static int take_verbatim_tag(struct yml_scanner *s, struct yml_mark start, kv_str *ret_suffix)
{
	s->at += 2;
	if (take_uri(s, KV_S(""), start, ret_suffix) < 0)
		return -1;
	if (yml_byte(s, 0) != '>')
		return krm_yml_scan_fail(s, start, "did not find the expected '>'");
	s->at++;
	return 0;
}

/* "!handle!suffix", "!suffix" or "!" alone, which is a suffix without a handle. */
static int take_short_tag(struct yml_scanner *s, struct yml_mark start, kv_str *ret_handle,
			  kv_str *ret_suffix)
{
	kv_str handle;
	if (take_handle(s, false, start, &handle) < 0)
		return -1;
	if (handle.n > 1 && handle.p[handle.n - 1] == '!') {
		*ret_handle = handle;
		return take_uri(s, KV_S(""), start, ret_suffix);
	}
	if (take_uri(s, handle, start, ret_suffix) < 0)
		return -1;
	*ret_handle = ret_suffix->n ? KV_S("!") : KV_S("");
	if (!ret_suffix->n)
		*ret_suffix = KV_S("!");
	return 0;
}

static int fetch_tag(struct yml_scanner *s)
{
	struct yml_mark start = mark_here(s);
	kv_str handle = KV_S(""), suffix;
	if (save_key(s) < 0)
		return -1;
	s->key_allowed = false;
	if (yml_byte(s, 1) == '<' ? take_verbatim_tag(s, start, &suffix)
				  : take_short_tag(s, start, &handle, &suffix))
		return -1;
	if (!yml_at_blankz(s, 0))
		return krm_yml_scan_fail(s, start, "did not find expected whitespace or line break");
	struct yml_token *t = append_token(s, YML_TAG_TOKEN, start);
	t->value = handle;
	t->suffix = suffix;
	return 0;
}

/* --- directives ------------------------------------------------------------------------------- */

static void skip_blanks(struct yml_scanner *s)
{
	while (yml_at_blank(s, 0))
		s->at++;
}

static int take_version_number(struct yml_scanner *s, struct yml_mark start, uint8_t *ret)
{
	unsigned value = 0, length = 0;
	for (; yml_byte(s, 0) >= '0' && yml_byte(s, 0) <= '9'; s->at++) {
		if (++length > 2)
			return krm_yml_scan_fail(s, start, "found extremely long version number");
		value = value * 10 + yml_byte(s, 0) - '0';
	}
	if (!length)
		return krm_yml_scan_fail(s, start, "did not find expected version number");
	*ret = (uint8_t)value;
	return 0;
}

static int take_version(struct yml_scanner *s, struct yml_mark start, struct yml_token *t)
{
	t->type = YML_VERSION_TOKEN;
	skip_blanks(s);
	if (take_version_number(s, start, &t->major) < 0)
		return -1;
	if (yml_byte(s, 0) != '.')
		return krm_yml_scan_fail(s, start, "did not find expected digit or '.' character");
	s->at++;
	return take_version_number(s, start, &t->minor);
}

static int take_tag_directive(struct yml_scanner *s, struct yml_mark start, struct yml_token *t)
{
	t->type = YML_TAG_DIRECTIVE_TOKEN;
	skip_blanks(s);
	if (take_handle(s, true, start, &t->value) < 0)
		return -1;
	if (!yml_at_blank(s, 0))
		return krm_yml_scan_fail(s, start, "did not find expected whitespace");
	skip_blanks(s);
	if (take_uri(s, KV_S(""), start, &t->suffix) < 0)
		return -1;
	if (!yml_at_blankz(s, 0))
		return krm_yml_scan_fail(s, start, "did not find expected whitespace or line break");
	return 0;
}

static void skip_comment(struct yml_scanner *s)
{
	if (yml_byte(s, 0) != '#')
		return;
	do {
		/* ASCII, all of one byte, breaks nothing. */
		while (s->at < s->text.n && s->text.p[s->at] >= ' ')
			s->at++;
		if (yml_at_breakz(s, 0))
			return;
		yml_advance(s);
	} while (true);
}

static int take_directive(struct yml_scanner *s, struct yml_mark start, struct yml_token *t)
{
	s->at++;
	kv_str name = take_word(s);
	if (!name.n)
		return krm_yml_scan_fail(s, start, "could not find expected directive name");
	if (!yml_at_blankz(s, 0))
		return krm_yml_scan_fail(s, start, "found unexpected non-alphabetical character");
	if (kv_str_eq(name, KV_S("YAML"))  ? take_version(s, start, t)
	    : kv_str_eq(name, KV_S("TAG")) ? take_tag_directive(s, start, t)
					   : krm_yml_scan_fail(s, start, "found unknown directive name"))
		return -1;
	skip_blanks(s);
	skip_comment(s);
	if (!yml_at_breakz(s, 0))
		return krm_yml_scan_fail(s, start, "did not find expected comment or line break");
	size_t size = yml_break_size(s, 0);
	if (size)
		yml_next_line(s, size);
	return 0;
}

static int fetch_directive(struct yml_scanner *s)
{
	struct yml_mark start = mark_here(s);
	struct yml_token t = { .start = start };
	unroll_indent(s, -1);
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = false;
	if (take_directive(s, start, &t) < 0)
		return -1;
	*append_token(s, t.type, start) = t;
	return 0;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static int fetch_block_scalar(struct yml_scanner *s, bool literal)
{
	if (remove_key(s) < 0)
		return -1;
	s->key_allowed = true;
	return krm_yml_scan_block(s, append_token(s, YML_SCALAR_TOKEN, mark_here(s)), literal);
}

typedef int scan_fn(struct yml_scanner *s, struct yml_token *t);

static int scan_single(struct yml_scanner *s, struct yml_token *t)
{
	return krm_yml_scan_quoted(s, t, true);
}

static int scan_double(struct yml_scanner *s, struct yml_token *t)
{
	return krm_yml_scan_quoted(s, t, false);
}

/* A scalar that may be a key. */
static int fetch_scalar(struct yml_scanner *s, scan_fn *scan)
{
	if (save_key(s) < 0)
		return -1;
	s->key_allowed = false;
	return scan(s, append_token(s, YML_SCALAR_TOKEN, mark_here(s)));
}

/* Indicators that never begin a plain scalar. */
static const bool begins_other[256] = {
	[','] = true, ['['] = true, [']'] = true,  ['{'] = true, ['}'] = true, ['#'] = true, ['&'] = true, ['*'] = true,
	['!'] = true, ['|'] = true, ['>'] = true, ['\''] = true, ['"'] = true, ['%'] = true, ['@'] = true, ['`'] = true,
};

/* What a plain scalar may begin with: anything but an indicator, and some of those before a non-blank character. */
static bool may_begin_plain(const struct yml_scanner *s)
{
	unsigned char c = yml_byte(s, 0);
	if (c == '-')
		return !yml_at_blank(s, 1);
	if (c == '?' || c == ':')
		return !in_flow(s) && !yml_at_blankz(s, 1);
	return !begins_other[c] && !yml_at_blankz(s, 0);
}

/* --- dispatch --------------------------------------------------------------------------------- */

static void note_comment(struct yml_scanner *s)
{
	if (yml_byte(s, 0) != '#')
		return;
	if (s->comments.n++ == 0)
		s->comments.first_column = yml_column(s);
	s->comments.last_column = yml_column(s);
	s->comments.last_line = s->line;
	skip_comment(s);
}

/* v3 looks for the next comment behind a comment (scan_comments), and there takes tabs for blanks. */
static bool skip_tabs_to_comment(struct yml_scanner *s)
{
	size_t ahead = 0, size;
	if (s->version != YML_V3 || !s->comments.n)
		return false;
	/* A tab in the comment's own line is a mistake, unless that comes right below the comment before. */
	bool tab = false, below = s->comments.last_line + 1 == s->line;
	for (; yml_at_blank(s, ahead) || yml_break_size(s, ahead); ahead++) {
		below = below && !yml_break_size(s, ahead);
		tab = !below && !yml_break_size(s, ahead) && (tab || yml_byte(s, ahead) == '\t');
	}
	if (tab || yml_byte(s, ahead) != '#')
		return false;
	for (size_t end = s->at + ahead; s->at < end;) {
		if ((size = yml_break_size(s, 0)))
			yml_next_line(s, size);
		else
			s->at++;
	}
	return true;
}

static void skip_spaces(struct yml_scanner *s)
{
	s->at = (size_t)(kv_skip_spaces(s->text.p + s->at, s->text.p + s->text.n) - s->text.p);
}

/* Blanks, comments and line breaks. A tab may stand where no key can begin. */
static void skip_to_token(struct yml_scanner *s)
{
	size_t size;
	if (yml_byte(s, 0) == 0xEF && s->at == s->tails &&
	    kv_str_starts(kv_str_sub(s->text, s->at, s->text.n), KV_S("\xEF\xBB\xBF")))
		yml_advance(s);
	for (;;) {
		skip_spaces(s);
		while ((in_flow(s) || !s->key_allowed) && yml_byte(s, 0) == '\t') {
			s->at++;
			skip_spaces(s);
		}
		if (yml_byte(s, 0) == '\t' && !skip_tabs_to_comment(s))
			return;
		note_comment(s);
		if (!(size = yml_break_size(s, 0)))
			return;
		yml_next_line(s, size);
		if (!in_flow(s))
			s->key_allowed = true;
	}
}

static int fetch_by_character(struct yml_scanner *s)
{
	bool flow = in_flow(s);
	switch (yml_byte(s, 0)) {
	case '[': return fetch_flow_start(s, YML_FLOW_LIST_TOKEN);
	case '{': return fetch_flow_start(s, YML_FLOW_MAP_TOKEN);
	case ']': return fetch_flow_end(s, YML_FLOW_LIST_END_TOKEN);
	case '}': return fetch_flow_end(s, YML_FLOW_MAP_END_TOKEN);
	case ',': return fetch_flow_entry(s);
	case '-':
		if (yml_at_blankz(s, 1))
			return fetch_entry(s, YML_BLOCK_ENTRY_TOKEN, YML_BLOCK_LIST_TOKEN,
					   "block sequence entries are not allowed in this context");
		break;
	case '?':
		if (flow || yml_at_blankz(s, 1))
			return fetch_entry(s, YML_KEY_TOKEN, YML_BLOCK_MAP_TOKEN,
					   "mapping keys are not allowed in this context");
		break;
	case ':':
		if (flow || yml_at_blankz(s, 1))
			return fetch_value(s);
		break;
	case '*': return fetch_anchor(s, YML_ALIAS_TOKEN);
	case '&': return fetch_anchor(s, YML_ANCHOR_TOKEN);
	case '!': return fetch_tag(s);
	case '|':
	case '>':
		if (!flow)
			return fetch_block_scalar(s, yml_byte(s, 0) == '|');
		break;
	case '\'': return fetch_scalar(s, scan_single);
	case '"': return fetch_scalar(s, scan_double);
	default: break;
	}
	if (may_begin_plain(s))
		return fetch_scalar(s, krm_yml_scan_plain);
	return krm_yml_scan_fail(s, mark_here(s), "found character that cannot start any token");
}

static int fetch_token(struct yml_scanner *s)
{
	skip_to_token(s);
	if (has_met_bad(s))
		return fail_reading(s);
	unroll_indent(s, (ptrdiff_t)yml_column(s));
	int status;
	if (yml_at_end(s, 0))
		status = fetch_stream_end(s);
	else if (yml_byte(s, 0) == '%' && yml_column(s) == 0)
		status = fetch_directive(s);
	else if (yml_at_document_mark(s))
		status = fetch_document_mark(s);
	else
		status = fetch_by_character(s);
	return has_met_bad(s) ? fail_reading(s) : status;
}

void krm_yml_scanner_init(struct yml_scanner *s, struct kv_arena *arena, struct kv_arena *scratch, kv_str text,
			  enum yml_version version)
{
	*s = (struct yml_scanner){ .arena = arena, .scratch = scratch, .version = version, .indent = -1, .key_allowed = true };
	kv_buf_init(&s->build, scratch, KV_BUF_MAX);
	kv_buf_init(&s->breaks, scratch, KV_BUF_MAX);
	take_text(s, text);
	open_level(s);
}

static bool has_ended(const struct yml_scanner *s)
{
	return s->ntokens > s->head && s->tokens[s->ntokens - 1].type == YML_STREAM_END_TOKEN;
}

/* Might a KEY token still have to go before the head? */
static int needs_more(struct yml_scanner *s, bool *ret)
{
	/* v3 looks two tokens further, to find comments; and so finds mistakes behind the end of a document. */
	size_t ahead = s->version == YML_V3 ? 2 : 0;
	*ret = s->ntokens - s->head <= ahead && !has_ended(s);
	if (*ret)
		return 0;
	const struct yml_token *t = &s->tokens[s->head];
	if (!t->key || t->key > s->nkeys)
		return 0;
	struct yml_simple_key *k = &s->keys[t->key - 1];
	if (!k->indexed || k->token != s->parsed)
		return 0;
	int status = check_key(s, k, ret);
	*ret = *ret && !has_ended(s);
	return status;
}

struct yml_token *krm_yml_token_find(struct yml_scanner *s)
{
	bool more = true;
	while (!s->available) {
		if (s->failure || needs_more(s, &more) < 0)
			return NULL;
		if (more && fetch_token(s) < 0)
			return NULL;
		s->available = !more;
	}
	return &s->tokens[s->head];
}
