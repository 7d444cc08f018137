/* krm/yaml_scan.h: the tokens of a YAML text, exactly as go-yaml's scanner sees them (scannerc.go, readerc.go).
 *
 * krm/yaml_scan.c finds the tokens, krm/yaml_text.c reads the scalars, krm/yaml_parse.c makes events of tokens. A scanner
 * belongs to its arena; values are slices of the text or texts in the arena.
 */
#ifndef KRM_YAML_SCAN_H
#define KRM_YAML_SCAN_H

#include "krm/yaml_internal.h"

/* Texts are shorter than 4 GiB (krm/yaml_documents.c). */
struct yml_mark {
	uint32_t offset; /* in bytes */
	uint32_t index;  /* in characters */
	uint32_t line;   /* from 0 */
	uint32_t column; /* in characters, from 0 */
};

enum yml_token_type {
	YML_STREAM_END_TOKEN,
	YML_VERSION_TOKEN,
	YML_TAG_DIRECTIVE_TOKEN,
	YML_DOCUMENT_START_TOKEN,
	YML_DOCUMENT_END_TOKEN,
	YML_BLOCK_LIST_TOKEN,
	YML_BLOCK_MAP_TOKEN,
	YML_BLOCK_END_TOKEN,
	YML_FLOW_LIST_TOKEN,
	YML_FLOW_LIST_END_TOKEN,
	YML_FLOW_MAP_TOKEN,
	YML_FLOW_MAP_END_TOKEN,
	YML_BLOCK_ENTRY_TOKEN,
	YML_FLOW_ENTRY_TOKEN,
	YML_KEY_TOKEN,
	YML_VALUE_TOKEN,
	YML_ALIAS_TOKEN,
	YML_ANCHOR_TOKEN,
	YML_TAG_TOKEN,
	YML_SCALAR_TOKEN,
};

struct yml_token {
	enum yml_token_type type;
	enum krm_style style;
	uint32_t key; /* 1 + the flow level at which it may begin a simple key; 0: it may not */
	bool owned;   /* the value is the s[] of a struct krm_text in the arena */
	uint8_t major, minor;
	kv_str value;  /* scalar, anchor, alias; handle of a tag */
	kv_str suffix; /* of a tag; prefix of a tag directive */
	struct yml_mark start;
};

/* A place where a key without "?" may have begun, one for each flow level. */
struct yml_simple_key {
	bool possible, required;
	bool indexed; /* known by its token's number */
	size_t token;
	struct yml_mark mark;
};

enum yml_failure { YML_NO_FAILURE, YML_READER_FAILURE, YML_SCANNER_FAILURE, YML_PARSER_FAILURE };

struct yml_scanner {
	struct kv_arena *arena, *scratch; /* of texts that become values; of all else */
	enum yml_version version;
	kv_str text;      /* up to the end or to where go-yaml stops to read */
	size_t at, tails; /* the current byte; bytes of characters before it that are not their first */
	size_t line, line_index; /* the current line and the character number of its start */
	bool converted;          /* from UTF-16: offsets mean nothing */
	const char *bad;         /* why the text ends where it does, if it is not its real end */
	size_t bad_at;

	struct yml_token *tokens;
	size_t head, ntokens, tokens_cap; /* the queue is tokens[head, ntokens) */
	size_t parsed;                    /* tokens taken from the queue so far */
	bool available;                   /* the head is known to be final */
	uint32_t next_key;                /* `key` of the next token to be appended */

	ptrdiff_t indent; /* column of the block collection, -1: none */
	ptrdiff_t *indents;
	size_t nindents, indents_cap;
	struct yml_simple_key *keys;
	size_t nkeys, keys_cap; /* nkeys - 1 is the flow level */
	bool key_allowed;

	struct kv_buf build, breaks; /* a scalar under construction, and its pending line breaks */

	struct {
		size_t n, first_column, last_column, last_line;
	} comments; /* since the last token that is no end of anything */

	enum yml_failure failure;
	const char *problem;
	struct yml_mark problem_mark, context_mark;
};

void krm_yml_scanner_init(struct yml_scanner *s, struct kv_arena *arena, struct kv_arena *scratch, kv_str text,
			  enum yml_version version);
/* Reads on until the token at the head is final; NULL after a failure. */
struct yml_token *krm_yml_token_find(struct yml_scanner *s);
/* The token at the head, or NULL after a failure. */
static inline struct yml_token *krm_yml_token_peek(struct yml_scanner *s)
{
	return s->available ? &s->tokens[s->head] : krm_yml_token_find(s);
}
/* Takes the head away; it must have been peeked at. */
static inline void krm_yml_token_skip(struct yml_scanner *s)
{
	s->available = false;
	s->parsed++;
	s->head++;
}

/* The scanner below a parser. */
struct yml_scanner *krm_yml_parser_scanner(struct yml_parser *p);

/* --- characters ------------------------------------------------------------------------------- */

/* readerc.go, update_buffer: what is wrong with the character at s[i]; NULL if nothing. */
const char *krm_yml_bad_character(kv_str s, size_t i, size_t *ret_size);

/* Behind the printable ASCII and line feeds that begin at `from`, or a little before their end. */
size_t krm_yml_skip_easy(kv_str s, size_t from);

/* --- for yaml_text.c -------------------------------------------------------------------------- */

/* Notes down a failure at the current place and returns -1. */
int krm_yml_scan_fail(struct yml_scanner *s, struct yml_mark context, const char *problem);
int krm_yml_scan_block(struct yml_scanner *s, struct yml_token *t, bool literal);
int krm_yml_scan_quoted(struct yml_scanner *s, struct yml_token *t, bool single);
int krm_yml_scan_plain(struct yml_scanner *s, struct yml_token *t);

/* The byte `ahead` of the current one; 0 at the end. */
static inline unsigned char yml_byte(const struct yml_scanner *s, size_t ahead)
{
	return s->at + ahead < s->text.n ? (unsigned char)s->text.p[s->at + ahead] : 0;
}

static inline bool yml_at_blank(const struct yml_scanner *s, size_t ahead)
{
	unsigned char c = yml_byte(s, ahead);
	return c == ' ' || c == '\t';
}

/* Length of the line break there: CR LF counts as one; 0 if there is none. */
static inline size_t yml_break_size(const struct yml_scanner *s, size_t ahead)
{
	unsigned char c = yml_byte(s, ahead);
	if (c == '\n')
		return 1;
	if (c == '\r')
		return yml_byte(s, ahead + 1) == '\n' ? 2 : 1;
	if (c == 0xC2)
		return yml_byte(s, ahead + 1) == 0x85 ? 2 : 0;
	if (c != 0xE2 || yml_byte(s, ahead + 1) != 0x80)
		return 0;
	return (yml_byte(s, ahead + 2) & 0xFE) == 0xA8 ? 3 : 0;
}

static inline bool yml_at_end(const struct yml_scanner *s, size_t ahead)
{
	return s->at + ahead >= s->text.n;
}

static inline bool yml_at_breakz(const struct yml_scanner *s, size_t ahead)
{
	return yml_at_end(s, ahead) || yml_break_size(s, ahead) > 0;
}

static inline bool yml_at_blankz(const struct yml_scanner *s, size_t ahead)
{
	return yml_at_blank(s, ahead) || yml_at_breakz(s, ahead);
}

static inline size_t yml_index(const struct yml_scanner *s)
{
	return s->at - s->tails;
}

static inline size_t yml_column(const struct yml_scanner *s)
{
	return yml_index(s) - s->line_index;
}

/* Over one character that is no line break. */
static inline void yml_advance(struct yml_scanner *s)
{
	s->at++;
	while (s->at < s->text.n && ((unsigned char)s->text.p[s->at] & 0xC0) == 0x80) {
		s->at++;
		s->tails++;
	}
}

/* Over the line break of `size` bytes. */
static inline void yml_next_line(struct yml_scanner *s, size_t size)
{
	if (s->text.p[s->at] != '\r')
		s->tails += size - 1;
	s->at += size;
	s->line++;
	s->line_index = yml_index(s);
}

/* "---" or "..." at the start of a line. */
static inline bool yml_at_document_mark(const struct yml_scanner *s)
{
	unsigned char c = yml_byte(s, 0);
	return (c == '-' || c == '.') && yml_column(s) == 0 && yml_byte(s, 1) == c && yml_byte(s, 2) == c &&
	       yml_at_blankz(s, 3);
}

#endif
