/* render/template/result.c: results within limits. */
#include "render/template/result.h"

static size_t memory_left(const struct kv_job *job)
{
	size_t used = kv_arena_used(job->arena);

	return used < job->limits.memory ? job->limits.memory - used : 0;
}

static int too_much_memory(struct rnd_call *c)
{
	return rnd_fail(c, "too much memory (limit %zu bytes)", c->job->limits.memory);
}

int rnd_room(struct rnd_call *c, size_t n, size_t size)
{
	return n > memory_left(c->job) / size || kv_arena_used(c->job->arena) > c->job->limits.memory ? too_much_memory(c) : 0;
}

struct krm_text *rnd_text(struct rnd_call *c, size_t n)
{
	if (n > c->job->limits.output_bytes) {
		rnd_fail(c, "text too long (limit %zu bytes)", c->job->limits.output_bytes);
		return NULL;
	}
	return rnd_room(c, n, 1) ? NULL : krm_text_new(c->job->arena, n);
}

int rnd_ret_str(struct rnd_call *c, kv_str s, krm_val *ret)
{
	struct krm_text *t = rnd_text(c, s.n);

	if (!t)
		return -1;
	if (s.n)
		memcpy(t->s, s.p, s.n);
	*ret = krm_string_take(t);
	return 0;
}

int rnd_ret_tainted(struct rnd_call *c, kv_str s, krm_val *ret)
{
	*ret = krm_string(c->job->arena, s);
	ret->flags |= KRM_TAINT;
	return 0;
}

int rnd_ret_part(struct rnd_call *c, krm_val whole, kv_str part, krm_val *ret)
{
	if (part.n != krm_str(whole).n)
		return rnd_ret_str(c, part, ret);
	*ret = krm_string_take(whole.s);
	return 0;
}

struct kv_buf rnd_scratch(struct rnd_call *c)
{
	struct kv_buf b;

	kv_buf_init(&b, c->job->arena, c->job->limits.output_bytes);
	return b;
}

/* Room for the head and for the NUL behind the text. */
struct kv_buf rnd_buf(struct rnd_call *c)
{
	static const struct krm_text head = { 0 };
	size_t left = memory_left(c->job), most = c->job->limits.output_bytes;
	struct kv_buf b;

	kv_buf_init(&b, c->job->arena, (left < most ? left : most) + sizeof head + 1);
	kv_buf_add(&b, &head, sizeof head);
	return b;
}

int rnd_ret_buf(struct rnd_call *c, struct kv_buf *b, krm_val *ret)
{
	struct krm_text *t;

	kv_buf_c(b, '\0');
	if (kv_buf_over(b) && b->limit < c->job->limits.output_bytes)
		return too_much_memory(c);
	if (kv_buf_over(b))
		return rnd_fail(c, "text too long (limit %zu bytes)", c->job->limits.output_bytes);
	kv_arena_trim(c->job->arena, b->p, b->cap, b->n);
	t = (struct krm_text *)b->p;
	t->n = (uint32_t)(b->n - sizeof *t - 1);
	*ret = krm_string_take(t);
	return 0;
}

int rnd_ret_list(struct rnd_call *c, enum krm_type type, size_t n, krm_val *ret)
{
	krm_val list;

	if (rnd_room(c, n, sizeof(krm_val)))
		return -1;
	list = krm_list(c->job->arena, type);
	list.l->v = KV_NEW_N(c->job->arena, krm_val, n);
	list.l->n = list.l->cap = n;
	*ret = list;
	return 0;
}

void rnd_ret_nil_list(struct rnd_call *c, krm_val *ret)
{
	*ret = krm_list(c->job->arena, KRM_OF_ANY);
	ret->flags |= KRM_NILREF;
}
