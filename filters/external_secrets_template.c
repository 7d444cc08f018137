/* filters/external_secrets_template.c: values of a template: literals, names, pipelines. */
#include "filters/external_secrets_template.h"

#include "base/utf8.h"

/* A brace before an action would be read as its first one. */
static void put_literal(struct kv_buf *out, kv_str text, bool before_action)
{
	for (size_t i = 0; i < text.n; i++) {
		if (i + 1 < text.n && text.p[i] == '{' && text.p[i + 1] == '{') {
			kv_buf_lit(out, "{{ \"{{\" }}");
			i++;
		} else if (before_action && i + 1 == text.n && text.p[i] == '{') {
			kv_buf_lit(out, "{{ \"{\" }}");
		} else {
			kv_buf_c(out, text.p[i]);
		}
	}
}

void flt_template_literal(struct kv_buf *out, kv_str text)
{
	put_literal(out, text, false);
}

static bool is_identifier(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(kv_is_alnum(s.p[i]) || s.p[i] == '_') || (!i && s.p[i] >= '0' && s.p[i] <= '9'))
			return false;
	return s.n > 0;
}

/* ".name" for what Go can name, else `index . "the.name"`. */
static void put_name(struct kv_buf *out, kv_str name)
{
	if (is_identifier(name))
		kv_buf_printf(out, ".%.*s", KV_ARG(name));
	else
		kv_buf_printf(out, "index . \"%.*s\"", KV_ARG(name));
}

void flt_template_use(struct kv_buf *out, kv_str name, kv_str functions)
{
	kv_buf_lit(out, "{{ ");
	put_name(out, name);
	kv_buf_printf(out, "%.*s }}", KV_ARG(functions));
}

size_t flt_template_places(const struct flt_piece *pieces, size_t n)
{
	size_t places = 0;
	/* Layers are limited by flt_placeholders. */
	for (size_t i = 0; i < n; i++)
		places += pieces[i].ninner ? flt_template_places(pieces[i].inner, pieces[i].ninner) : 1;
	return places;
}

/* The inside of a string of Go, which printf takes as its format. */
static void put_format(struct kv_buf *out, kv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '%')
			kv_buf_lit(out, "%%");
		else if (c == '"' || c == '\\')
			kv_buf_printf(out, "\\%c", c);
		else if (c == '\n')
			kv_buf_lit(out, "\\n");
		else if (c < ' ' || c == 127)
			kv_buf_printf(out, "\\x%02x", c);
		else
			kv_buf_c(out, (char)c);
	}
}

static void put_pipeline(struct kv_buf *out, const struct flt_piece *piece, const kv_str **names);

/* `printf "a%sb" .x (index . "y")` */
static void put_printf(struct kv_buf *out, kv_str text, const struct flt_piece *pieces, size_t n,
		       const kv_str **names)
{
	size_t at = 0;
	kv_buf_lit(out, "printf \"");
	for (size_t i = 0; i < n; at = pieces[i++].to) {
		put_format(out, kv_str_sub(text, at, pieces[i].from));
		kv_buf_lit(out, "%s");
	}
	put_format(out, kv_str_sub(text, at, text.n));
	kv_buf_c(out, '"');
	for (size_t i = 0; i < n; i++) {
		bool plain = !pieces[i].ninner && !pieces[i].place.functions.n && is_identifier(**names);
		kv_buf_str(out, plain ? KV_S(" ") : KV_S(" ("));
		put_pipeline(out, &pieces[i], names);
		kv_buf_str(out, plain ? KV_S("") : KV_S(")"));
	}
}

/* A text as an expression, without a function behind it. */
static void put_expression(struct kv_buf *out, kv_str text, const struct flt_piece *pieces, size_t n,
			   const kv_str **names)
{
	if (n == 1 && !pieces->from && pieces->to == text.n)
		put_pipeline(out, pieces, names);
	else
		put_printf(out, text, pieces, n, names);
}

static void put_pipeline(struct kv_buf *out, const struct flt_piece *piece, const kv_str **names)
{
	if (piece->ninner) {
		put_expression(out, piece->text, piece->inner, piece->ninner, names);
		kv_buf_lit(out, " | b64enc");
		return;
	}
	put_name(out, *(*names)++);
	kv_buf_str(out, piece->place.functions);
}

void flt_template_text(struct kv_buf *out, kv_str text, const struct flt_piece *pieces, size_t n,
		       const kv_str *names, bool encode)
{
	size_t at = 0;
	if (encode) {
		kv_buf_lit(out, "{{ ");
		put_expression(out, text, pieces, n, &names);
		kv_buf_lit(out, " | b64enc }}");
		return;
	}
	for (size_t i = 0; i < n; at = pieces[i++].to) {
		put_literal(out, kv_str_sub(text, at, pieces[i].from), true);
		kv_buf_lit(out, "{{ ");
		put_pipeline(out, &pieces[i], &names);
		kv_buf_lit(out, " }}");
	}
	put_literal(out, kv_str_sub(text, at, text.n), false);
}
