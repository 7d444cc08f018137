/* render/chart/jsonschema_error.c: what a check found, as trees of texts (jsonschema: output.go, kind.go). */
#include <stdarg.h>

#include "render/chart/jsonschema_check.h"

struct rnd_js_error rnd_js_unread;

void rnd_js_way_print(struct kv_job *job, const struct rnd_js_way *at, struct kv_buf *out)
{
	size_t n = 0;
	for (const struct rnd_js_way *l = at; l && !l->root; l = l->up)
		n++;
	const struct rnd_js_way **way = KV_NEW_N(job->arena, const struct rnd_js_way *, n);
	for (size_t i = n; i-- > 0; at = at->up)
		way[i] = at;
	for (size_t i = 0; i < n; i++) {
		kv_buf_c(out, '/');
		kv_buf_str(out, rnd_js_pointer_escape(job, way[i]->token));
	}
}

/* %s a C string, %S a kv_str, %Q a quoted kv_str, %d a count, %N a number. */
static void format_text(struct kv_buf *b, const char *format, va_list ap)
{
	for (; *format; format++) {
		if (*format != '%') {
			kv_buf_c(b, *format);
			continue;
		}
		switch (*++format) {
		case 's': kv_buf_str(b, kv_str_c(va_arg(ap, const char *))); break;
		case 'S': kv_buf_str(b, *va_arg(ap, const kv_str *)); break;
		case 'Q': rnd_js_quote(*va_arg(ap, const kv_str *), b); break;
		case 'd': rnd_js_count_print(va_arg(ap, int64_t), b); break;
		case 'N': rnd_js_number_print(va_arg(ap, const struct rnd_js_number *), b); break;
		default: break;
		}
	}
}

/* What an error takes, in time and in room: schemas that ask each other make millions of them. */
static void count_error(struct rnd_js_run *run, size_t bytes)
{
	enum { ERROR = 1000 };
	run->job->steps += ERROR + bytes;
}

struct rnd_js_error *rnd_js_error_new(struct rnd_js_check *d, enum rnd_js_error_kind kind, const char *format,
				      ...)
{
	if (d->only_whether)
		return &rnd_js_unread;
	struct rnd_js_error *e = KV_NEW(d->run->job->arena, struct rnd_js_error);
	struct kv_buf way, b;
	kv_buf_init(&way, d->run->job->arena, KV_BUF_MAX);
	kv_buf_init(&b, d->run->job->arena, KV_BUF_MAX);
	rnd_js_way_print(d->run->job, d->at, &way);
	kv_buf_lit(&b, "at ");
	rnd_js_quote(kv_buf_view(&way), &b);
	kv_buf_lit(&b, ": ");
	va_list ap;
	va_start(ap, format);
	format_text(&b, format, ap);
	va_end(ap);
	e->kind = kind;
	e->pos = d->v.pos;
	e->text = kv_buf_view(&b);
	count_error(d->run, b.n);
	return e;
}

void rnd_js_error_push(struct rnd_js_check *d, struct rnd_js_errors *list, struct rnd_js_error *e)
{
	if (e)
		KV_PUSH(d->run->job->arena, list->v, list->n, list->cap, e);
}

void rnd_js_error_push_over(struct rnd_js_check *d, struct rnd_js_error *e,
			    const struct rnd_js_errors *causes)
{
	if (e != &rnd_js_unread)
		e->causes = *causes;
	rnd_js_error_push(d, &d->errors, e);
}

void rnd_js_error_print(const struct rnd_js_error *e, size_t indent, struct kv_buf *out)
{
	bool skip = e->kind == RND_JS_REFERENCE && e->causes.n == 1;
	if (!skip) {
		kv_buf_c(out, '\n');
		kv_buf_fill(out, ' ', 2 * (indent - 1));
		kv_buf_lit(out, "- ");
		kv_buf_str(out, e->text);
		indent++;
	}
	for (size_t i = 0; i < e->causes.n; i++)
		rnd_js_error_print(e->causes.v[i], indent, out);
}

void rnd_js_error_collect(struct kv_job *job, const struct rnd_js_error *e, struct rnd_js_faults *faults)
{
	if (e->kind == RND_JS_PLAIN)
		KV_PUSH(job->arena, faults->v, faults->n, faults->cap, ((struct rnd_js_fault){ e->text, e->pos }));
	else
		for (size_t i = 0; i < e->causes.n; i++)
			rnd_js_error_collect(job, e->causes.v[i], faults);
}
