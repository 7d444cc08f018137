/* render/log.c: see log.h (go: log/slog/text_handler.go). */
#include "render/log.h"

#include <stdarg.h>
#include <strings.h>

#include "base/quote.h"
#include "base/utf8.h"

/* go: log/slog/text_handler.go, needsQuoting */
static bool needs_quotes(kv_str s)
{
	size_t size;
	for (size_t i = 0; i < s.n; i += size) {
		uint32_t c = kv_utf8_decode(s, i, &size);
		if (c == ' ' || c == '=' || c == '"' || c < ' ' || c == 0x7f || c == 0xfffd || !kv_rune_is_print(c))
			return true;
	}
	return s.n == 0;
}

static void add(struct kv_buf *out, const char *name, kv_str value)
{
	kv_buf_printf(out, "%s%s=", out->n ? " " : "", name);
	if (needs_quotes(value))
		kv_quote_with(value, '"', false, out);
	else
		kv_buf_str(out, value);
}

/* The same line as a warning of ours. */
static void warn_attributes(struct kv_job *job, const char *message, va_list attributes)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (const char *name; (name = va_arg(attributes, const char *));) {
		kv_str value = va_arg(attributes, kv_str);
		kv_buf_printf(&b, "%s%s %.*s", b.n ? ", " : ": ", name, KV_ARG(value));
	}
	kv_warn(job, 0, "%s%.*s", message, KV_ARG(kv_buf_view(&b)));
}

void rnd_log4(struct kv_job *job, const char *level, const char *message, ...)
{
	struct kv_buf b;
	va_list attributes;
	if (!job->imitating) {
		/* What is logged as an error fails as well, and says so. */
		if (strcmp(level, "ERROR") == 0)
			return;
		va_start(attributes, message);
		warn_attributes(job, message, attributes);
		va_end(attributes);
		return;
	}
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	add(&b, "level", kv_str_c(level));
	add(&b, "msg", kv_str_c(message));
	va_start(attributes, message);
	for (const char *name; (name = va_arg(attributes, const char *));)
		add(&b, name, va_arg(attributes, kv_str));
	va_end(attributes);
	kv_warn_verbatim(job, kv_buf_view(&b));
}

void rnd_log(struct kv_job *job, enum rnd_engine engine, const char *place, kv_str text)
{
	kv_str lead = KV_S("warning: ");
	/* Package log ends a line once. */
	text = kv_str_without_end(text, KV_S("\n"));
	if (!job->imitating) {
		bool led = text.n > lead.n && strncasecmp(text.p, lead.p, lead.n) == 0;
		kv_warn(job, 0, "%.*s", KV_ARG(kv_str_sub(text, led ? lead.n : 0, text.n)));
		return;
	}
	if (engine == RND_HELM4)
		rnd_log4(job, "INFO", kv_arena_cstr(job->arena, text), NULL);
	else
		kv_warn_verbatim(job, kv_arena_cat(job->arena, kv_str_c(place), KV_S(": "), text));
}
