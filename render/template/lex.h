/* render/template/lex.h: the tokens of Go's text/template (parse/lex.go).
 *
 * A lexer reads one text and lives on its parser's stack; tokens are views into the text, errors are texts in
 * the arena. Delimiters are always {{ and }}: Helm sets no others.
 */
#ifndef RENDER_TEMPLATE_LEX_H
#define RENDER_TEMPLATE_LEX_H

#include "base/buf.h"

enum rnd_token_kind {
	TOK_ERROR, /* the value is the message */
	TOK_BOOL,
	TOK_CHAR, /* a printable ASCII character without a meaning of its own, such as a comma */
	TOK_CHAR_CONSTANT,
	TOK_COMPLEX,
	TOK_ASSIGN,
	TOK_DECLARE,
	TOK_EOF,
	TOK_FIELD, /* .name */
	TOK_IDENTIFIER,
	TOK_LEFT_DELIM,
	TOK_LEFT_PAREN,
	TOK_NUMBER,
	TOK_PIPE,
	TOK_RAW_STRING, /* with its quotes, as TOK_STRING */
	TOK_RIGHT_DELIM,
	TOK_RIGHT_PAREN,
	TOK_STRING,
	TOK_TEXT,
	TOK_VARIABLE, /* $ or $name */
	TOK_KEYWORD,  /* keywords come after this one */
	TOK_BLOCK,
	TOK_BREAK,
	TOK_CONTINUE,
	TOK_DOT,
	TOK_DEFINE,
	TOK_ELSE,
	TOK_END,
	TOK_IF,
	TOK_NIL,
	TOK_RANGE,
	TOK_TEMPLATE,
	TOK_WITH,
};

/* Go has a token for blanks, which means something only between operands. */
struct rnd_token {
	kv_str val;
	uint32_t at;  /* byte offset of its first byte */
	uint8_t kind; /* enum rnd_token_kind */
	bool apart;   /* blanks stand before it */
};

struct rnd_lexer {
	struct kv_arena *arena;
	kv_str input;
	size_t pos, start; /* next byte; first byte of the token being read */
	size_t width;      /* of the code point read last; 0 at the end */
	size_t parens; /* open ones in this action */
	bool in_action;
};

void rnd_lex_init(struct rnd_lexer *l, struct kv_arena *a, kv_str input);
void rnd_lex_next(struct rnd_lexer *l, struct rnd_token *ret);
/* The token as error messages show it. */
void rnd_token_print(const struct rnd_token *t, struct kv_buf *out);

#endif
