/* render/template/func_lists.c: Sprig's list.go. A mustX is its X: where one returns an error the other
 * panics with it, and text/template prints both alike. */
#include "render/template/cast.h"
#include "render/template/functions.h"
#include "render/template/result.h"
#include "render/template/sequence.h"

#include <math.h>

/* The slice, or a failure in the words of the function: "Cannot find last on type map". */
static int slice_arg(struct rnd_call *c, krm_val v, const char *complaint, struct rnd_seq *ret)
{
	if (v.kind == KRM_NIL)
		return rnd_panic(c, "runtime error: invalid memory address or nil pointer dereference");
	if (!rnd_seq_of(c->job, v, ret))
		return rnd_fail(c, "%s %s", complaint, rnd_kind(v));
	return 0;
}

static void copy_items(krm_val *to, const struct rnd_seq *from, size_t start, size_t n)
{
	if (from->v && n)
		memcpy(to, from->v + start, n * sizeof *to);
	else
		for (size_t i = 0; i < n; i++)
			to[i] = rnd_seq_at(from, start + i);
}

int rnd_fn_list(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	if (rnd_ret_list(c, KRM_OF_ANY, nargs, ret))
		return -1;
	if (nargs)
		memcpy(ret->l->v, args, nargs * sizeof *args);
	return 0;
}

int rnd_fn_append(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot push on type", &seq) || rnd_ret_list(c, KRM_OF_ANY, seq.n + 1, ret))
		return -1;
	copy_items(ret->l->v, &seq, 0, seq.n);
	ret->l->v[seq.n] = args[1];
	return 0;
}

int rnd_fn_prepend(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot prepend on type", &seq) ||
	    rnd_ret_list(c, KRM_OF_ANY, seq.n + 1, ret))
		return -1;
	copy_items(ret->l->v + 1, &seq, 0, seq.n);
	ret->l->v[0] = args[1];
	return 0;
}

int rnd_fn_first(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot find first on type", &seq))
		return -1;
	*ret = seq.n ? rnd_seq_at(&seq, 0) : krm_nil();
	return 0;
}

int rnd_fn_last(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot find last on type", &seq))
		return -1;
	*ret = seq.n ? rnd_seq_at(&seq, seq.n - 1) : krm_nil();
	return 0;
}

/* All items but one, from `start`; of an empty slice that is Go's nil. */
static int all_but_one(struct rnd_call *c, const struct rnd_seq *seq, size_t start, krm_val *ret)
{
	if (!seq->n) {
		rnd_ret_nil_list(c, ret);
		return 0;
	}
	if (rnd_ret_list(c, KRM_OF_ANY, seq->n - 1, ret))
		return -1;
	copy_items(ret->l->v, seq, start, seq->n - 1);
	return 0;
}

int rnd_fn_rest(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	return slice_arg(c, args[0], "Cannot find rest on type", &seq) ? -1 : all_but_one(c, &seq, 1, ret);
}

int rnd_fn_initial(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	return slice_arg(c, args[0], "Cannot find initial on type", &seq) ? -1 : all_but_one(c, &seq, 0, ret);
}

int rnd_fn_reverse(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot find reverse on type", &seq) ||
	    rnd_ret_list(c, KRM_OF_ANY, seq.n, ret))
		return -1;
	for (size_t i = 0; i < seq.n; i++)
		ret->l->v[seq.n - 1 - i] = rnd_seq_at(&seq, i);
	return 0;
}

/* --- filters ---------------------------------------------------------------------------------- */

int rnd_fn_compact(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	size_t kept = 0;

	(void)nargs;
	if (slice_arg(c, args[0], "Cannot compact on type", &seq) || rnd_ret_list(c, KRM_OF_ANY, seq.n, ret))
		return -1;
	for (size_t i = 0; i < seq.n; i++) {
		krm_val item = rnd_seq_at(&seq, i);

		if (!rnd_empty(item))
			ret->l->v[kept++] = item;
	}
	ret->l->n = kept;
	return 0;
}

int rnd_fn_uniq(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	struct rnd_set seen;
	size_t kept = 0;

	(void)nargs;
	rnd_set_init(&seen, c->job);
	if (slice_arg(c, args[0], "Cannot find uniq on type", &seq) ||
	    rnd_ret_list(c, KRM_OF_ANY, seq.n, ret))
		return -1;
	for (size_t i = 0; i < seq.n; i++) {
		krm_val item = rnd_seq_at(&seq, i);

		if (rnd_set_add(&seen, item))
			ret->l->v[kept++] = item;
		if (rnd_charge(c, 0))
			return -1;
	}
	ret->l->n = kept;
	return 0;
}

int rnd_fn_without(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	struct rnd_set omitted;
	size_t kept = 0;

	rnd_set_init(&omitted, c->job);
	for (size_t i = 1; i < nargs; i++)
		rnd_set_add(&omitted, args[i]);
	if (slice_arg(c, args[0], "Cannot find without on type", &seq) ||
	    rnd_ret_list(c, KRM_OF_ANY, seq.n, ret))
		return -1;
	for (size_t i = 0; i < seq.n; i++) {
		krm_val item = rnd_seq_at(&seq, i);

		if (!rnd_set_has(&omitted, item))
			ret->l->v[kept++] = item;
		if (rnd_charge(c, 0))
			return -1;
	}
	ret->l->n = kept;
	return 0;
}

int rnd_fn_has(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	bool found = false;
	size_t looked = 0;

	(void)nargs;
	if (args[1].kind != KRM_NIL) {
		if (slice_arg(c, args[1], "Cannot find has on type", &seq))
			return -1;
		for (size_t i = 0; i < seq.n && !found && looked < c->job->limits.steps; i++)
			found = krm_equal_counted(args[0], rnd_seq_at(&seq, i), &looked);
	}
	*ret = krm_bool(found);
	return rnd_charge(c, looked);
}

/* --- parts ------------------------------------------------------------------------------------ */

/* list[start:end] of the same type, sharing the items as Go's slices do. */
static int share_part(struct rnd_call *c, krm_val whole, const struct rnd_seq *seq, size_t start, size_t end,
		      krm_val *ret)
{
	if (!seq->v) {
		*ret = krm_bytes(c->job->arena, kv_str_of(seq->bytes + start, end - start));
		return 0;
	}
	*ret = krm_list(c->job->arena, whole.kind == KRM_LIST ? whole.l->type : KRM_OF_STRING);
	ret->l->name = whole.kind == KRM_LIST ? whole.l->name : NULL;
	ret->l->v = (krm_val *)(uintptr_t)(seq->v + start);
	ret->l->n = ret->l->cap = end - start;
	return 0;
}

int rnd_fn_slice(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	int64_t start, end;

	if (slice_arg(c, args[0], "list should be type of slice or array but", &seq))
		return -1;
	if (!seq.n) {
		*ret = krm_nil();
		return 0;
	}
	start = nargs > 1 ? rnd_to_int(args[1]) : 0;
	end = nargs > 2 ? rnd_to_int(args[2]) : (int64_t)seq.n;
	if (start < 0 || end < start || (uint64_t)end > seq.n)
		return rnd_panic(c, "reflect.Value.Slice: slice index out of bounds");
	return share_part(c, args[0], &seq, (size_t)start, (size_t)end, ret);
}

int rnd_fn_concat(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct rnd_seq seq;
	size_t total = 0;

	for (size_t i = 0; i < nargs; i++) {
		if (args[i].kind != KRM_NIL && !rnd_seq_of(c->job, args[i], &seq))
			return rnd_panic(c, "Cannot concat type %s as list", rnd_kind(args[i]));
		if (slice_arg(c, args[i], "", &seq))
			return -1;
		total += seq.n;
	}
	if (!total) {
		rnd_ret_nil_list(c, ret);
		return 0;
	}
	if (rnd_ret_list(c, KRM_OF_ANY, total, ret))
		return -1;
	total = 0;
	for (size_t i = 0; i < nargs; i++)
		if (rnd_seq_of(c->job, args[i], &seq)) {
			copy_items(ret->l->v + total, &seq, 0, seq.n);
			total += seq.n;
		}
	return 0;
}

/* Upstream counts chunks in float64, also for sizes that make no sense. */
static int64_t count_chunks(size_t n, int64_t size)
{
	return rnd_int_of_float(floor(((double)n - 1) / (double)size) + 1);
}

static int64_t last_chunk(size_t n, int64_t size)
{
	int64_t length = size ? (int64_t)n % size : INT64_MIN; /* of a remainder that is no number */

	return length ? length : size;
}

int rnd_fn_chunk(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t size = args[0].i, count, length;
	struct rnd_seq seq;

	(void)nargs;
	if (slice_arg(c, args[1], "Cannot chunk type", &seq))
		return -1;
	count = count_chunks(seq.n, size);
	if (count < 0)
		return rnd_panic(c, "runtime error: makeslice: len out of range");
	if (rnd_ret_list(c, KRM_OF_LIST, (size_t)count, ret))
		return -1;
	for (int64_t i = 0; i < count; i++) {
		length = i == count - 1 ? last_chunk(seq.n, size) : size;
		if (length < 0)
			return rnd_panic(c, "runtime error: makeslice: len out of range");
		if (rnd_ret_list(c, KRM_OF_ANY, (size_t)length, &ret->l->v[i]))
			return -1;
		copy_items(ret->l->v[i].l->v, &seq, (size_t)(i * size), (size_t)length);
	}
	return 0;
}
