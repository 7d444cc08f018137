/* filters/notice.c: adds a notice to a list. */
#include "filters/notice.h"

void flt_notice(struct kv_job *job, struct flt_notices *notices, const struct flt_rule *rule, size_t at,
		kv_pos pos, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct flt_notice n = { rule, at, pos, kv_arena_vprintf(job->arena, fmt, ap) };
	va_end(ap);
	KV_PUSH(job->arena, notices->v, notices->n, notices->cap, n);
}

