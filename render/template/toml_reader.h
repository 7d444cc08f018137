/* render/template/toml_reader.h: what the files of the TOML decoder share (toml: lex.go, parse.go, error.go).
 *
 * One pass without tokens. Messages name the line where upstream's lexer stands and the key that its parser has in hand, so
 * both are moved exactly when upstream moves them: a key counts once its "=" is read, a line once its feed is.
 * Functions return 0, or -1 after setting the reader's error.
 */
#ifndef RENDER_TEMPLATE_TOML_READER_H
#define RENDER_TEMPLATE_TOML_READER_H

#include "base/map.h"
#include "render/template/toml.h"

/* A key's parts as they were read. */
struct rnd_toml_path {
	kv_str *v;
	size_t n, cap;
};

/* A place in the tree: its name, and the place above it; NULL is the root. */
struct rnd_toml_place {
	const struct rnd_toml_place *up;
	kv_str name;
	size_t depth; /* from 1 */
};

struct rnd_toml_reader {
	struct kv_job *job;
	struct kv_arena *a;
	kv_str text;
	size_t i;    /* the next byte */
	size_t last; /* the first byte of the character read last */
	size_t line;
	bool at_eof;     /* the last read met the end */
	size_t key_line; /* where the first part of the newest key stands */
	const struct rnd_toml_place *context;
	kv_str key; /* the key in hand, below the context */
	krm_val root;
	/* Texts of places. Present ones have a value, others NULL or none. */
	struct kv_map implicit;              /* made because something below was named */
	struct kv_map arrays;                /* hold array values */
	const struct rnd_toml_place **chain; /* scratch of place_chain */
	size_t chain_cap;
	struct kv_buf scratch; /* of place_text */
	size_t depth, nodes;
	kv_str *error;
};

/* What rnd_toml_next gives behind the last character. */
#define RND_TOML_END 0u

static inline bool rnd_toml_is_blank(uint32_t c)
{
	return c == ' ' || c == '\t';
}

static inline bool rnd_toml_is_feed(uint32_t c)
{
	return c == '\n' || c == '\r';
}

static inline bool rnd_toml_is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool rnd_toml_is_hex(uint32_t c)
{
	return rnd_toml_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* toml_text.c */
int rnd_toml_fail_line(struct rnd_toml_reader *r, size_t line, kv_str what);
/* lexer.errorf: at the end of the text behind a line feed the line before is meant. */
size_t rnd_toml_error_line(const struct rnd_toml_reader *r);
int rnd_toml_fail(struct rnd_toml_reader *r, const char *what);
/* The same with a character or text in Go's quotes between two parts. */
int rnd_toml_fail_rune(struct rnd_toml_reader *r, size_t line, const char *before, uint32_t rune,
		       const char *after);
int rnd_toml_fail_text(struct rnd_toml_reader *r, const char *before, kv_str text, const char *after);
/* parser.panicf: the line of the newest key. */
int rnd_toml_fail_key(struct rnd_toml_reader *r, const char *what, const struct rnd_toml_place *place);
/* lexer.next: the next character, RND_TOML_END behind the last. */
int rnd_toml_next(struct rnd_toml_reader *r, uint32_t *ret);
/* lexer.backup, over one character. */
void rnd_toml_back(struct rnd_toml_reader *r);
int rnd_toml_peek(struct rnd_toml_reader *r, uint32_t *ret);
int rnd_toml_skip_blanks(struct rnd_toml_reader *r);
/* Reads the character if it is the wanted one. */
int rnd_toml_accept(struct rnd_toml_reader *r, uint32_t wanted, bool *ret);
/* To the end of the line, which stays. */
int rnd_toml_skip_comment(struct rnd_toml_reader *r);
/* Between the quotes, on one line; the first quote is read. */
int rnd_toml_read_string(struct rnd_toml_reader *r, uint32_t quote, kv_str *ret);
/* How many quotes stand here, up to six. */
size_t rnd_toml_count_quotes(const struct rnd_toml_reader *r, char quote);
/* Up to three quotes, which up to two more may precede; the first three are read. */
int rnd_toml_read_long_string(struct rnd_toml_reader *r, char quote, kv_str *ret);

/* toml_tree.c */
const struct rnd_toml_place *rnd_toml_below(struct rnd_toml_reader *r, const struct rnd_toml_place *up,
					    kv_str name);
size_t rnd_toml_depth_of(const struct rnd_toml_place *p);
/* The places from the root down to p; good until the next call. */
const struct rnd_toml_place **rnd_toml_place_chain(struct rnd_toml_reader *r, const struct rnd_toml_place *p);
/* "a.b" as messages and upstream's maps have it; good until the next call. */
kv_str rnd_toml_place_text(struct rnd_toml_reader *r, const struct rnd_toml_place *p);
bool rnd_toml_is_tables(krm_val v);
void rnd_toml_mark(struct rnd_toml_reader *r, struct kv_map *set, const struct rnd_toml_place *p, bool on);
krm_val rnd_toml_new_table(struct rnd_toml_reader *r);
/* parser.setValue: the key below the context. A table that only existed because something below it was named may be
 * named itself, once; an array value may replace what its inline tables left. */
int rnd_toml_set_value(struct rnd_toml_reader *r, kv_str key, krm_val value);
void rnd_toml_set_array(struct rnd_toml_reader *r, kv_str key, bool array);
/* parser.addContext: makes the place the context. */
int rnd_toml_add_context(struct rnd_toml_reader *r, const struct rnd_toml_place *place, bool array);
/* The tables that a dotted key runs through; its last part becomes the key in hand. */
int rnd_toml_open_key(struct rnd_toml_reader *r, const struct rnd_toml_path *key);

/* toml_number.c */
int rnd_toml_read_float(struct rnd_toml_reader *r, kv_str s, krm_val *ret);
kv_str rnd_toml_since(const struct rnd_toml_reader *r, size_t start);
/* A number or date; no character of it is read. */
int rnd_toml_read_number(struct rnd_toml_reader *r, krm_val *ret);
/* Behind a sign, which is read. */
int rnd_toml_read_signed(struct rnd_toml_reader *r, krm_val *ret);

#endif
