/* render/template/func_words.c: case and words: goutils v1.1.1, xstrings v1.5.0, and Go's strings.ToUpper and
 * kin. */
#include "render/template/functions.h"
#include "render/template/result.h"

#include "base/utf8.h"

/* --- character by character ------------------------------------------------------------------- */

/* strings.Map with a memory of what came before; a bad byte becomes U+FFFD. */
static int map_runes(struct rnd_call *c, krm_val s, uint32_t (*map)(uint32_t rune, bool *state), bool state,
		     krm_val *ret)
{
	kv_str text = krm_str(s);
	struct kv_buf b = rnd_buf(c);

	for (size_t i = 0, size; i < text.n; i += size)
		kv_buf_rune(&b, map(kv_utf8_decode(text, i, &size), &state));
	return rnd_ret_buf(c, &b, ret);
}

static uint32_t to_upper(uint32_t r, bool *unused)
{
	(void)unused;
	return kv_rune_upper(r);
}

static uint32_t to_lower(uint32_t r, bool *unused)
{
	(void)unused;
	return kv_rune_lower(r);
}

int rnd_fn_upper(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return map_runes(c, args[0], to_upper, false, ret);
}

int rnd_fn_lower(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return map_runes(c, args[0], to_lower, false, ret);
}

/* isSeparator of Go's strings.Title. */
static bool is_separator(uint32_t r)
{
	if (r < 128)
		return !(kv_rune_is_letter(r) || kv_rune_is_digit(r) || r == '_');
	return !kv_rune_is_letter(r) && !kv_rune_is_digit(r) && kv_rune_is_space(r);
}

static uint32_t title_rune(uint32_t r, bool *after_separator)
{
	uint32_t mapped = *after_separator ? kv_rune_title(r) : r;

	*after_separator = is_separator(r);
	return mapped;
}

int rnd_fn_title(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return map_runes(c, args[0], title_rune, true, ret);
}

/* goutils.Uncapitalize */
static uint32_t untitle_rune(uint32_t r, bool *word_begins)
{
	if (kv_rune_is_space(r)) {
		*word_begins = true;
	} else if (*word_begins) {
		*word_begins = false;
		return kv_rune_lower(r);
	}
	return r;
}

int rnd_fn_untitle(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return map_runes(c, args[0], untitle_rune, true, ret);
}

/* goutils.SwapCase: a lower-case letter after a space becomes title case. */
static uint32_t swap_rune(uint32_t r, bool *after_space)
{
	bool first = *after_space;

	if (kv_rune_is_upper(r) || kv_rune_is_title(r)) {
		*after_space = false;
		return kv_rune_lower(r);
	}
	if (kv_rune_is_lower(r)) {
		*after_space = false;
		return first ? kv_rune_title(r) : kv_rune_upper(r);
	}
	*after_space = kv_rune_is_space(r);
	return r;
}

int rnd_fn_swapcase(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return map_runes(c, args[0], swap_rune, true, ret);
}

/* goutils.DeleteWhiteSpace takes bytes for characters: once anything is deleted, what is not ASCII is
 * mangled. */
int rnd_fn_nospace(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c);
	size_t kept = 0;

	(void)nargs;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];

		if (kv_rune_is_space(byte))
			continue;
		kv_buf_rune(&b, byte);
		kept++;
	}
	return kept == s.n ? rnd_ret_part(c, args[0], s, ret) : rnd_ret_buf(c, &b, ret);
}

/* goutils.Initials takes bytes for characters too. */
int rnd_fn_initials(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c);
	bool gap = true;

	(void)nargs;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char byte = (unsigned char)s.p[i];
		bool space = kv_rune_is_space(byte);

		if (!space && gap)
			kv_buf_rune(&b, byte);
		gap = space;
	}
	return rnd_charge(c, s.n / 8) ? -1 : rnd_ret_buf(c, &b, ret);
}

/* --- shortening ------------------------------------------------------------------------------- */

/* goutils.AbbreviateFull; width is at least 4, and at least 7 where offset is above 0. All counts are bytes. */
static void abbreviate(struct kv_buf *b, kv_str s, int64_t offset, int64_t width)
{
	int64_t n = (int64_t)s.n;

	if (n <= width) {
		kv_buf_str(b, s);
		return;
	}
	if (offset > n)
		offset = n;
	/* Go's subtraction wraps where offset is very negative. */
	if ((int64_t)((uint64_t)n - (uint64_t)offset) < width - 3)
		offset = n - (width - 3);
	if (offset <= 4) {
		kv_buf_str(b, kv_str_sub(s, 0, (size_t)width - 3));
		kv_buf_lit(b, "...");
		return;
	}
	if (width < 7) /* too narrow for two marks: upstream's error, which gives no text */
		return;
	kv_buf_lit(b, "...");
	if (offset + width - 3 < n) {
		kv_buf_str(b, kv_str_sub(s, (size_t)offset, (size_t)(offset + width - 6)));
		kv_buf_lit(b, "...");
	} else {
		kv_buf_str(b, kv_str_sub(s, (size_t)(n - (width - 3)), s.n));
	}
}

int rnd_fn_abbrev(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);

	(void)nargs;
	if (args[0].i < 4)
		return rnd_ret_part(c, args[1], krm_str(args[1]), ret);
	abbreviate(&b, krm_str(args[1]), 0, args[0].i);
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_abbrevboth(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t left = args[0].i, right = args[1].i;
	struct kv_buf b = rnd_buf(c);

	(void)nargs;
	if (right < 4 || (left > 0 && right < 7))
		return rnd_ret_part(c, args[2], krm_str(args[2]), ret);
	abbreviate(&b, krm_str(args[2]), left, right);
	return rnd_ret_buf(c, &b, ret);
}

/* --- wrapping --------------------------------------------------------------------------------- */

/* Where the line that begins at `offset` ends: before the last blank within width, else (a long word) at the
 * width or at the next blank. *ret_skip: a blank is dropped there. False: the rest is one line. */
static bool line_end(kv_str s, size_t offset, size_t width, bool break_words, size_t *ret_end, bool *ret_skip)
{
	kv_str window = kv_str_sub(s, offset, offset + width + 1);
	size_t blank = kv_str_rchr(window, ' ');

	*ret_skip = true;
	if (blank == SIZE_MAX && break_words) {
		*ret_skip = false;
		blank = width;
	} else if (blank == SIZE_MAX) {
		blank = kv_str_chr(kv_str_sub(s, offset + width, s.n), ' ');
		if (blank == SIZE_MAX)
			return false;
		blank += width;
	}
	*ret_end = offset + blank;
	return true;
}

/* goutils.WrapCustom, in bytes */
static int wrap(struct rnd_call *c, kv_str s, int64_t length, kv_str newline, bool break_words, krm_val *ret)
{
	size_t width = length < 1 ? 1 : (size_t)length, offset = 0, end;
	struct kv_buf b = rnd_buf(c);
	bool skip;

	if (!newline.n)
		newline = KV_S("\n");
	while (s.n - offset > width && !kv_buf_over(&b)) {
		if (s.p[offset] == ' ') {
			offset++;
			continue;
		}
		if (!line_end(s, offset, width, break_words, &end, &skip))
			break;
		kv_buf_str(&b, kv_str_sub(s, offset, end));
		kv_buf_str(&b, newline);
		offset = end + skip;
	}
	kv_buf_str(&b, kv_str_sub(s, offset, s.n));
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_wrap(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return wrap(c, krm_str(args[1]), args[0].i, KV_S(""), false, ret);
}

int rnd_fn_wrapWith(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return wrap(c, krm_str(args[2]), args[0].i, krm_str(args[1]), true, ret);
}

/* --- camel, snake and kebab case -------------------------------------------------------------- */

static bool is_connector(uint32_t r)
{
	return r == '-' || r == '_' || kv_rune_is_space(r);
}

/* xstrings.ToPascalCase */
int rnd_fn_camelcase(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c);
	uint32_t rune = 0, before;
	bool upper_word = false; /* the word began in upper case: its other letters are made lower */
	size_t i = 0, size;

	(void)nargs;
	for (bool leading = true; leading && i < s.n; i += size) {
		rune = kv_utf8_decode(s, i, &size);
		leading = is_connector(rune);
		if (leading)
			kv_buf_rune(&b, rune); /* and once more below if all are connectors, as upstream */
		upper_word = kv_rune_is_upper(rune);
		rune = leading ? rune : kv_rune_upper(rune);
	}
	for (; i < s.n; i += size) {
		before = rune;
		rune = kv_utf8_decode(s, i, &size);
		if (is_connector(before) && !is_connector(rune)) {
			upper_word = kv_rune_is_upper(rune);
			rune = kv_rune_upper(rune);
			continue;
		}
		if (!is_connector(before) && upper_word) {
			upper_word = kv_rune_is_upper(rune);
			rune = upper_word ? kv_rune_lower(rune) : rune;
		}
		kv_buf_rune(&b, before);
	}
	if (s.n)
		kv_buf_rune(&b, rune);
	return rnd_ret_buf(c, &b, ret);
}

/* isAlphabet of xstrings: letters but for the commonest ideographs. */
static bool is_alphabet(uint32_t r)
{
	if (!kv_rune_is_letter(r))
		return false;
	return !(r >= 0x4E00 && r <= 0x9FCC) && !(r >= 0x3400 && r <= 0x4D85) &&
	       !(r >= 0x20000 && r <= 0x2B81D);
}

static bool is_small_alphabet(uint32_t r)
{
	return is_alphabet(r) && !kv_rune_is_upper(r);
}

static bool is_other(uint32_t r)
{
	return !is_connector(r) && !is_alphabet(r) && !kv_rune_is_number(r) && !kv_rune_is_punct(r);
}

enum word_type {
	WORD_INVALID,
	WORD_NUMBER,
	WORD_UPPER,
	WORD_ALPHABET,
	WORD_CONNECTOR,
	WORD_PUNCT,
	WORD_OTHER
};

struct word {
	enum word_type type;
	kv_str text;
};

/* The next code point at i with the bad bytes before it counted in; `before` again where there is none. */
static uint32_t next_valid(kv_str s, size_t i, uint32_t before, size_t *ret_size)
{
	size_t start = i, size;

	for (; i < s.n; i += size) {
		uint32_t rune = kv_utf8_decode(s, i, &size);

		if (rune != 0xFFFD) {
			*ret_size = i + size - start;
			return rune;
		}
	}
	*ret_size = i - start;
	return before;
}

/* The end of the run of code points that belong to the class. */
static size_t run_end(kv_str s, size_t i, uint32_t rune, bool (*belongs)(uint32_t))
{
	size_t size;

	for (; i < s.n; i += size) {
		rune = next_valid(s, i, rune, &size);
		if (!belongs(rune))
			break;
	}
	return i;
}

/* "HTTPServer" is "HTTP" and "Server", "Server" is one word. */
static size_t upper_end(kv_str s, size_t i, uint32_t rune)
{
	size_t size, last = 0;

	if (i == s.n)
		return i;
	rune = next_valid(s, i, rune, &size);
	if (!kv_rune_is_upper(rune))
		return is_alphabet(rune) ? run_end(s, i + size, rune, is_small_alphabet) : i;
	while (kv_rune_is_upper(rune)) {
		i += last = size;
		if (i == s.n)
			return i;
		rune = next_valid(s, i, rune, &size);
	}
	return is_alphabet(rune) ? i - last : i;
}

/* nextWord of xstrings */
static struct word take_word(kv_str *rest)
{
	kv_str s = *rest;
	struct word word = { .type = WORD_INVALID };
	size_t size, end;
	uint32_t rune;

	rune = next_valid(s, 0, 0xFFFD, &size);
	end = size;
	if (rune == 0xFFFD) {
		word.type = WORD_INVALID;
	} else if (is_connector(rune)) {
		word.type = WORD_CONNECTOR;
		end = run_end(s, size, rune, is_connector);
	} else if (kv_rune_is_punct(rune)) {
		word.type = WORD_PUNCT;
		end = run_end(s, size, rune, kv_rune_is_punct);
	} else if (kv_rune_is_upper(rune)) {
		word.type = WORD_UPPER;
		end = upper_end(s, size, rune);
	} else if (is_alphabet(rune)) {
		word.type = WORD_ALPHABET;
		end = run_end(s, size, rune, is_small_alphabet);
	} else if (kv_rune_is_number(rune)) {
		word.type = WORD_NUMBER;
		end = run_end(s, size, rune, kv_rune_is_number);
	} else {
		word.type = WORD_OTHER;
		end = run_end(s, size, rune, is_other);
	}
	word.text = kv_str_sub(s, 0, end);
	*rest = kv_str_sub(s, end, s.n);
	return word;
}

struct lowering {
	struct kv_buf out;
	kv_str rest;
	struct word word; /* the current one, not yet written */
	char connector;
};

static void write_word(struct lowering *l, struct word word)
{
	if (word.type != WORD_UPPER && word.type != WORD_CONNECTOR) {
		kv_buf_str(&l->out, word.text);
		return;
	}
	for (size_t i = 0, size; i < word.text.n; i += size) {
		uint32_t rune = kv_utf8_decode(word.text, i, &size);

		if (is_connector(rune))
			kv_buf_c(&l->out, l->connector);
		else
			kv_buf_rune(&l->out, kv_rune_is_upper(rune) ? kv_rune_lower(rune) : rune);
	}
}

static void connect(struct lowering *l, bool also_invalid)
{
	enum word_type type = l->word.type;

	if (type != WORD_CONNECTOR && type != WORD_PUNCT && (also_invalid || type != WORD_INVALID))
		kv_buf_c(&l->out, l->connector);
}

/* What follows a number without a gap belongs to it: "20x". */
static void write_number_tail(struct lowering *l)
{
	while (l->word.type == WORD_ALPHABET || l->word.type == WORD_NUMBER) {
		write_word(l, l->word);
		l->word = take_word(&l->rest);
	}
	connect(l, false);
}

/* A number after letters belongs to them, "bld4_floor", unless lower-case letters follow it: "http_2xx". */
static void write_after_letters(struct lowering *l)
{
	struct word number = l->word;

	if (number.type != WORD_NUMBER) {
		connect(l, true);
		return;
	}
	if (!l->rest.n)
		return;
	l->word = take_word(&l->rest);
	if (l->word.type != WORD_ALPHABET) {
		write_word(l, number);
		connect(l, true);
		return;
	}
	kv_buf_c(&l->out, l->connector);
	write_word(l, number);
	write_number_tail(l);
}

/* camelCaseToLowerCase of xstrings */
static int lower_words(struct rnd_call *c, kv_str s, char connector, krm_val *ret)
{
	struct lowering l = { .out = rnd_buf(c), .rest = s, .connector = connector };

	l.word = take_word(&l.rest);
	while (l.rest.n) {
		struct word before = l.word;

		write_word(&l, before);
		l.word = take_word(&l.rest);
		if (before.type == WORD_NUMBER)
			write_number_tail(&l);
		else if (before.type != WORD_CONNECTOR && before.type != WORD_PUNCT)
			write_after_letters(&l);
	}
	write_word(&l, l.word);
	return rnd_ret_buf(c, &l.out, ret);
}

int rnd_fn_snakecase(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return lower_words(c, krm_str(args[0]), '_', ret);
}

int rnd_fn_kebabcase(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return lower_words(c, krm_str(args[0]), '-', ret);
}
