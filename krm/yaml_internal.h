/* krm/yaml_internal.h: what the YAML files of krm/ share; nobody else includes it.
 *
 * "v2" and "v3" are go.yaml.in/yaml/v2 and /v3; file names in comments are theirs.
 */
#ifndef KRM_YAML_INTERNAL_H
#define KRM_YAML_INTERNAL_H

#include "krm/yaml.h"

/* --- scalars (yaml_resolve.c) ----------------------------------------------------------------- */

enum yml_type { YML_STR, YML_NULL, YML_BOOL, YML_INT, YML_UINT, YML_FLOAT, YML_TIME };

struct yml_resolved {
	enum yml_type type;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double f;
	};
};

enum yml_version { YML_V2, YML_V3 };

/* What an untagged plain scalar means (resolve.go). Timestamps are looked for only when `times` is set. */
struct yml_resolved krm_yml_resolve(kv_str text, enum yml_version version, bool times);
/* What the first byte of a plain scalar can begin (resolveTable); words that begin like numbers have a sign. */
enum yml_hint { YML_NO_HINT, YML_DIGIT, YML_SIGN, YML_POINT, YML_LETTER };
extern const uint8_t krm_yml_hints[256];
/* The longest word that is no string: "false". */
#define YML_LONGEST_WORD 5u
/* Whether the first byte and the length tell that a plain scalar is a string. */
static inline bool krm_yml_is_surely_string(kv_str text)
{
	uint8_t hint = text.n ? krm_yml_hints[(unsigned char)text.p[0]] : YML_POINT;
	return hint == YML_NO_HINT || (hint == YML_LETTER && text.n > YML_LONGEST_WORD);
}
static inline bool krm_yml_is_string(kv_str text, enum yml_version version)
{
	return krm_yml_is_surely_string(text) || krm_yml_resolve(text, version, true).type == YML_STR;
}
/* "!!int" and the like: what messages call the type. */
const char *krm_yml_type_tag(enum yml_type type);
/* Base 60 and the booleans of YAML 1.1: strings that go-yaml's encoders quote although they read them as
 * strings. */
bool krm_yml_is_base60(kv_str text);
bool krm_yml_is_old_bool(kv_str text);

/* Room for a date, a time with nine decimals, and an offset. */
#define YML_TIME_SIZE 48
/* The timestamp as time.Time's MarshalJSON writes it; false if `text` is none. An offset that Go refuses to
 * write (24 hours) gives an empty text. */
bool krm_yml_time_text(kv_str text, char out[YML_TIME_SIZE]);

/* --- keys (yaml_key.c) ------------------------------------------------------------------------ */

/* The live entries of a map with string keys in go-yaml's order; as many as m->live. */
struct krm_entry **krm_yml_sorted_keys(struct kv_arena *a, const struct krm_map *m, enum yml_version version);

/* --- emitter (yaml_scalar.c) ------------------------------------------------------------------ */

/* Where the text stands, in the words of emitterc.go. */
struct yml_out {
	struct kv_buf *b;
	size_t line;     /* offset of the line's first byte */
	bool whitespace; /* the last thing written was a blank or an indentation */
	bool indention;  /* the line holds nothing but indentation, "-" and "?" */
	size_t width;    /* lines are folded at the first blank beyond this column */
	enum yml_version version;
};

#define YML_WIDTH 80
#define YML_INDENT 2

enum yml_style { YML_PLAIN, YML_SINGLE, YML_DOUBLE, YML_LITERAL, YML_FOLDED };

/* What analyze_scalar finds out. */
struct yml_analysis {
	bool multiline, plain_allowed, single_allowed, block_allowed;
};

/* `text` is valid UTF-8. */
struct yml_analysis krm_yml_analyze(kv_str text, enum yml_version version);
/* Starts a new line unless this one is still free up to `indent`, then goes there. */
void krm_yml_out_indent(struct yml_out *o, size_t indent);
/* An indicator such as "-", with a blank before it where one is needed. */
void krm_yml_out_indicator(struct yml_out *o, kv_str indicator, bool need_blank, bool is_indention);
/* A scalar in a style that the analysis allows; continuation lines start at `indent`. */
void krm_yml_out_scalar(struct yml_out *o, kv_str text, enum yml_style style, size_t indent, bool simple_key);

/* --- events (yaml_parse.c) -------------------------------------------------------------------- */

enum yml_event_kind {
	YML_END_OF_STREAM,
	YML_DOCUMENT,
	YML_DOCUMENT_END,
	YML_SCALAR,
	YML_ALIAS,
	YML_LIST,
	YML_MAP,
	YML_END
};

/* Texts are slices of the parsed text or live in the parser's arena. */
struct yml_event {
	enum yml_event_kind kind;
	enum krm_style style;
	bool plain_implicit; /* a plain scalar without a tag, or with "!" */
	bool tagged, anchored;
	bool owned;   /* the value is the s[] of a struct krm_text in the parser's arena */
	kv_str value; /* of a scalar; the name of an alias */
	kv_str tag, anchor;
	size_t offset; /* first byte of the node in the text */
	size_t line;   /* one-based */
};

struct yml_parser;

/* The parser lives in `scratch`; `text` stays the caller's. */
struct yml_parser *krm_yml_parser_open(struct kv_arena *arena, struct kv_arena *scratch, kv_str text,
				       enum yml_version version);
/* -1 when the text is no YAML: then krm_yml_parser_problem says why. */
KV_MUST int krm_yml_parser_next(struct yml_parser *p, struct yml_event *ret);

struct yml_problem {
	kv_str text;   /* go-yaml's words */
	size_t offset; /* where, as a byte of the text */
	size_t line;   /* the number that this version of go-yaml prints; 0: none */
};

struct yml_problem krm_yml_parser_problem(const struct yml_parser *p);
/* Behind the end of a document: has v3 a comment to print below it? */
bool krm_yml_parser_ends_with_comment(const struct yml_parser *p);

/* The value of a text that is one scalar; the result lives in `arena`. *ret_error: go-yaml v2's text. */
KV_MUST int krm_yml_reread_scalar(struct kv_job *job, kv_str text, struct kv_arena *arena, kv_str *ret,
				  kv_str *ret_error);

/* --- kustomize's inner round trip (yaml_fold.c) ----------------------------------------------- */

/* Does v3 print this text as a block that begins with a tab? No reader takes that. */
bool krm_yml_prints_with_tab(kv_str text);

/* A comment below the document is printed with an empty line before it; a block that keeps its last line breaks, if it is the last
 * thing in the document, then has one more of them, with a warning. */
void krm_yml_add_comment_line(struct kv_job *job, krm_val *document);

/* --- Go's %#v (yaml_gosyntax.c) --------------------------------------------------------------- */

/* A value as fmt's %#v spells it in "invalid map key" and "unsupported map key". With `typed` it comes from a reader that is so, which
 * has made its keys by krm_yml_typed_key. */
void krm_yml_go_syntax(struct kv_buf *b, krm_val v, bool typed, size_t depth);
/* A scalar as a key: one text for each type and value, in whose order fmt sorts them. */
kv_str krm_yml_typed_key(struct kv_arena *a, krm_val v);

#endif
