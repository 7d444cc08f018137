/* render/chart/message.c: cleanupParseError, cleanupExecError of Helm 3, reformatExecErrorMsg of Helm 4. */
#include "render/chart/message.h"

#include "base/utf8.h"

static kv_str after(kv_str s, size_t from)
{
	return kv_str_sub(s, from, s.n);
}

/* "template: c/templates/x.yaml:3: unexpected ..." keeps its location and the text after the last colon. */
static kv_str parse_message(struct kv_job *job, kv_str file, kv_str text)
{
	size_t first = kv_str_find(text, KV_S(": "), 0);
	if (first == SIZE_MAX)
		return kv_arena_cat(job->arena, KV_S("parse error in ("), file, KV_S("): "), text);
	size_t second = kv_str_find(text, KV_S(": "), first + 2), last = first;
	for (size_t at = first; at != SIZE_MAX; at = kv_str_find(text, KV_S(": "), at + 2))
		last = at;
	kv_str location = kv_str_sub(text, first + 2, second == SIZE_MAX ? text.n : second);
	return kv_arena_cat(job->arena, KV_S("parse error at ("), location, KV_S("): "),
			    after(text, last + 2));
}

/* What `required` and `fail` said: their text stands between two marks. */
static bool marked_text(kv_str text, kv_str *ret)
{
	size_t start = kv_str_find(text, KV_S("HELM_ERR_START"), 0), end = SIZE_MAX;
	if (start == SIZE_MAX)
		return false;
	start += strlen("HELM_ERR_START");
	for (size_t at = kv_str_find(text, KV_S("HELM_ERR_END"), start); at != SIZE_MAX;
	     at = kv_str_find(text, KV_S("HELM_ERR_END"), at + 1))
		end = at;
	if (end == SIZE_MAX)
		return false;
	*ret = kv_str_sub(text, start, end);
	return true;
}

/* One error of Go's chain, taken apart. */
struct trace {
	kv_str location, function, message;
};

/* A message ends where the next error of the chain begins. */
static kv_str own_message(kv_str message)
{
	size_t cut = kv_str_find(message, KV_S(" template:"), 0);
	return cut == SIZE_MAX ? message : kv_str_sub(message, 0, cut);
}

/* NAME: executing "FUNCTION" at <NODE>: MESSAGE */
static bool executing_trace(struct kv_job *job, kv_str rest, struct trace *ret, kv_str *ret_message)
{
	size_t at = kv_str_find(rest, KV_S(": executing "), 0);
	if (at == SIZE_MAX)
		return false;
	kv_str behind = after(rest, at + strlen(": executing "));
	size_t quote = behind.n > 1 && behind.p[0] == '"' ? kv_str_chr(after(behind, 1), '"') : SIZE_MAX;
	if (quote == SIZE_MAX || !kv_str_starts(after(behind, quote + 2), KV_S(" at <")))
		return false;
	kv_str node = after(behind, quote + 2 + strlen(" at <"));
	size_t end = kv_str_find(node, KV_S(">: "), 0);
	if (end == SIZE_MAX)
		return false;
	*ret_message = after(node, end + 3);
	ret->location = kv_str_sub(rest, 0, at);
	ret->message = own_message(*ret_message);
	ret->function = kv_arena_cat(job->arena, KV_S("executing "), kv_str_sub(behind, 0, quote + 2),
				     KV_S(" at <"), kv_str_sub(node, 0, end), KV_S(">:"));
	return true;
}

/* False if the text has none of the three forms. *ret_message: all of the message, the chain behind it
 * included. */
static bool read_trace(struct kv_job *job, kv_str text, struct trace *ret, kv_str *ret_message)
{
	*ret = (struct trace){ KV_S(""), KV_S(""), KV_S("") };
	*ret_message = KV_S("");
	if (!kv_str_starts(text, KV_S("template: ")))
		return false;
	kv_str rest = after(text, strlen("template: "));
	if (kv_str_starts(rest, KV_S("no template "))) {
		ret->message = text;
		return true;
	}
	if (executing_trace(job, rest, ret, ret_message))
		return true;
	size_t last = SIZE_MAX;
	for (size_t at = kv_str_find(rest, KV_S(": "), 0); at != SIZE_MAX;
	     at = kv_str_find(rest, KV_S(": "), at + 1))
		last = at;
	if (last == SIZE_MAX)
		return false;
	ret->location = kv_str_sub(rest, 0, last);
	ret->message = own_message(after(rest, last + 2));
	return true;
}

static void print_trace(struct kv_buf *out, const struct trace *t)
{
	if (t->location.n) {
		kv_buf_str(out, t->location);
		kv_buf_lit(out, "\n  ");
	}
	if (t->function.n) {
		kv_buf_str(out, t->function);
		kv_buf_lit(out, "\n    ");
	}
	if (t->message.n) {
		kv_buf_str(out, t->message);
		kv_buf_c(out, '\n');
	}
}

/* The chain as blocks. An error in it that is none of a template leaves the text as it was. */
static kv_str traced_message(struct kv_job *job, kv_str text)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (kv_str at = text;;) {
		struct trace t;
		kv_str message;
		if (!read_trace(job, at, &t, &message))
			return text;
		print_trace(&out, &t);
		/* Only a function's own error is wrapped: that of include is the next of the chain. */
		if (!kv_str_starts(message, KV_S("error calling ")))
			break;
		size_t colon = kv_str_find(message, KV_S(": "), 0);
		if (colon == SIZE_MAX)
			break;
		at = after(message, colon + 2);
	}
	return kv_str_trim_space(kv_buf_view(&out));
}

static kv_str exec_message(struct kv_job *job, enum rnd_engine engine, kv_str file, kv_str text)
{
	size_t first = kv_str_find(text, KV_S(": "), 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : kv_str_find(text, KV_S(": "), first + 2);
	if (second == SIZE_MAX)
		return kv_arena_cat(job->arena, KV_S("execution error in ("), file, KV_S("): "), text);
	kv_str said;
	if (marked_text(after(text, second + 2), &said))
		return kv_arena_cat(job->arena, KV_S("execution error at ("),
				    kv_str_sub(text, first + 2, second), KV_S("): "), said);
	return engine == RND_HELM3 ? text : traced_message(job, text);
}

kv_str rnd_tpl_message(struct kv_job *job, enum rnd_engine engine, kv_str file,
		       const struct rnd_tpl_error *error)
{
	return error->parse ? parse_message(job, file, error->text)
			    : exec_message(job, engine, file, error->text);
}

/* "template: c/templates/x.yaml:3: unexpected ..." without its location. */
static kv_str own_parse_message(kv_str text)
{
	size_t first = kv_str_find(text, KV_S(": "), 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : kv_str_find(text, KV_S(": "), first + 2);
	return second == SIZE_MAX ? text : after(text, second + 2);
}

/* "<.Values.a.b>: nil pointer evaluating interface {}.b" */
static kv_str own_exec_message(struct kv_job *job, const struct trace *t, kv_str message)
{
	size_t node = kv_str_find(t->function, KV_S(" at <"), 0);
	if (!message.n)
		return kv_str_starts(t->message, KV_S("template: ")) ? after(t->message, strlen("template: "))
								     : t->message;
	return node == SIZE_MAX ? message
				: kv_arena_cat(job->arena, after(t->function, node + strlen(" at ")), KV_S(" "), message);
}

kv_str rnd_tpl_own_message(struct kv_job *job, const struct rnd_tpl_error *error)
{
	struct trace t = { .message = error->text }, next;
	kv_str message = error->text, said, at = error->text;
	if (error->parse)
		return own_parse_message(error->text);
	if (marked_text(error->text, &said))
		return said;
	while (read_trace(job, at, &next, &said)) {
		t = next;
		message = said;
		size_t colon = kv_str_find(message, KV_S(": "), 0);
		if (!kv_str_starts(message, KV_S("error calling ")) || colon == SIZE_MAX)
			break;
		at = after(message, colon + 2);
	}
	return own_exec_message(job, &t, message);
}
