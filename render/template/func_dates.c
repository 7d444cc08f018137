/* render/template/func_dates.c: Sprig's dates and durations (sprig: date.go).
 *
 * What reads the clock is tainted: now, ago, durationRound of a time, and every date function whose argument
 * is neither a time nor an integer, which Sprig takes for the present.
 */
#include "render/template/functions.h"

#include "base/num.h"
#include "render/template/chance.h"
#include "render/template/result.h"
#include "render/template/time_class.h"

static const struct rnd_zone *local_zone(const struct rnd_call *c)
{
	return rnd_zone_local(c->job, rnd_call_chance(c)->os);
}

/* time.Now, whose monotonic reading is that of a program that has just started. */
static struct rnd_time now(const struct rnd_call *c)
{
	int64_t ns = rnd_clock_now(c);
	struct rnd_time t = rnd_time_add(rnd_time_unix(ns / RND_SECOND, local_zone(c)), ns % RND_SECOND);
	t.has_mono = true;
	t.mono = 0;
	return t;
}

/* The point in time that the argument means; *ret_clock says that it is the present. */
static struct rnd_time moment(const struct rnd_call *c, krm_val v, bool *ret_clock)
{
	const struct rnd_time *t = rnd_time_of(v);
	*ret_clock = false;
	if (t)
		return *t;
	if (krm_is(v, KRM_INT) || krm_is(v, KRM_INT64))
		return rnd_time_unix(v.i, local_zone(c));
	*ret_clock = true;
	return now(c);
}

static krm_val tainted_if(bool tainted, krm_val v)
{
	if (tainted)
		v.flags |= KRM_TAINT;
	return v;
}

/* --- printing --------------------------------------------------------------------------------- */

/* Reading a layout takes some 10 ns a byte. */
static int charge_layout(struct rnd_call *c, kv_str layout)
{
	return rnd_charge(c, layout.n / 2);
}

/* A zone that does not exist is UTC. */
static int date_in_zone(struct rnd_call *c, kv_str layout, krm_val date, kv_str zone_name, krm_val *ret)
{
	bool clock;
	struct kv_buf b = rnd_buf(c);
	const struct rnd_zone *zone = rnd_zone_load(c->job, zone_name, rnd_call_chance(c)->os);
	struct rnd_time t = rnd_time_in(moment(c, date, &clock), zone ? zone : &rnd_zone_utc);
	rnd_time_format(&t, layout, &b);
	if (charge_layout(c, layout) || rnd_ret_buf(c, &b, ret))
		return -1;
	*ret = tainted_if(clock, *ret);
	return 0;
}

int rnd_fn_date(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return date_in_zone(c, krm_str(args[0]), args[1], KV_S("Local"), ret);
}

int rnd_fn_dateInZone(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return date_in_zone(c, krm_str(args[0]), args[1], krm_str(args[2]), ret);
}

int rnd_fn_htmlDate(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return date_in_zone(c, KV_S("2006-01-02"), args[0], KV_S("Local"), ret);
}

int rnd_fn_htmlDateInZone(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return date_in_zone(c, KV_S("2006-01-02"), args[0], krm_str(args[1]), ret);
}

/* --- times ------------------------------------------------------------------------------------ */

int rnd_fn_now(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs;
	*ret = tainted_if(true, rnd_time_val(c->job->arena, now(c)));
	return 0;
}

/* What cannot be read as a duration changes nothing. */
int rnd_fn_dateModify(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	int64_t d;
	kv_str error;
	if (rnd_duration_parse(c->job->arena, krm_str(args[0]), &d, &error))
		*ret = args[1];
	else
		*ret = rnd_time_val(c->job->arena, rnd_time_add(*rnd_time_of(args[1]), d));
	return 0;
}

int rnd_fn_mustDateModify(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	int64_t d;
	kv_str error;
	if (rnd_duration_parse(c->job->arena, krm_str(args[0]), &d, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = rnd_time_val(c->job->arena, rnd_time_add(*rnd_time_of(args[1]), d));
	return 0;
}

/* The zero time for what cannot be read. */
int rnd_fn_toDate(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_time t;
	kv_str error;
	if (rnd_time_parse(c->job->arena, krm_str(args[0]), krm_str(args[1]), local_zone(c), &t, &error))
		t = rnd_time_unix(RND_ZERO_TIME, &rnd_zone_utc);
	*ret = rnd_time_val(c->job->arena, t);
	return charge_layout(c, krm_str(args[0])) || charge_layout(c, krm_str(args[1]));
}

int rnd_fn_mustToDate(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_time t;
	kv_str error;
	if (rnd_time_parse(c->job->arena, krm_str(args[0]), krm_str(args[1]), local_zone(c), &t, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = rnd_time_val(c->job->arena, t);
	return charge_layout(c, krm_str(args[0])) || charge_layout(c, krm_str(args[1]));
}

int rnd_fn_unixEpoch(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	long long sec = rnd_time_of(args[0])->sec;
	*ret = krm_string(c->job->arena, kv_arena_printf(c->job->arena, "%lld", sec));
	return 0;
}

/* --- durations -------------------------------------------------------------------------------- */

static int return_duration(struct rnd_call *c, int64_t d, krm_val *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_duration_print(d, &b);
	*ret = krm_string(c->job->arena, kv_buf_view(&b));
	return 0;
}

static int64_t since(const struct rnd_call *c, const struct rnd_time *t)
{
	struct rnd_time present = now(c);
	return rnd_time_sub(&present, t);
}

int rnd_fn_ago(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	bool clock;
	struct rnd_time t = moment(c, args[0], &clock);
	(void)return_duration(c, rnd_duration_round(since(c, &t), RND_SECOND), ret);
	*ret = tainted_if(true, *ret);
	return 0;
}

/* Seconds, of a string or an int64; anything else is none. */
int rnd_fn_duration(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	int64_t n = 0;
	if (krm_is(args[0], KRM_STRING) && kv_num_parse_int(krm_str(args[0]), 10, &n) == KV_NUM_SYNTAX)
		n = 0;
	else if (krm_is(args[0], KRM_INT64))
		n = args[0].i;
	return return_duration(c, (int64_t)((uint64_t)n * (uint64_t)RND_SECOND), ret);
}

/* The largest unit that fits more than once, cut to a whole number. */
static kv_str round_duration(struct kv_arena *a, int64_t d)
{
	static const struct {
		uint64_t seconds;
		const char *unit;
	} units[] = {
		{ 365 * 86400, "y" }, { 30 * 86400, "mo" }, { 86400, "d" },
		{ 3600, "h" },        { 60, "m" },          { 1, "s" },
	};
	uint64_t u = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		uint64_t unit = units[i].seconds * (uint64_t)RND_SECOND;
		if (u > unit)
			return kv_arena_printf(a, "%llu%s", (unsigned long long)(u / unit), units[i].unit);
	}
	return KV_S("0s");
}

int rnd_fn_durationRound(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	const struct rnd_time *t = rnd_time_of(args[0]);
	int64_t d = 0;
	kv_str error;
	if (krm_is(args[0], KRM_STRING) && rnd_duration_parse(c->job->arena, krm_str(args[0]), &d, &error))
		d = 0;
	else if (krm_is(args[0], KRM_INT64))
		d = args[0].i;
	else if (t)
		d = since(c, t);
	*ret = tainted_if(t != NULL, krm_string(c->job->arena, round_duration(c->job->arena, d)));
	return 0;
}
