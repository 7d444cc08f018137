/* render/template/time_class.c: the methods that templates can call on times and durations.
 *
 * Methods that return two values are missing: text/template refuses to call them (ISOWeek, Clock, Date, Zone,
 * ZoneBounds).
 */
#include "render/template/time_class.h"

#include "render/template/chance.h"

static const struct krm_class time_class, duration_class, month_class, weekday_class, zone_class;

#define METHOD(name)                                                                                         \
	static int method_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
#define UNUSED_ARGS (void)c, (void)args, (void)nargs
#define GETTER(go, method, type)                                                                             \
	{                                                                                                    \
		.f = {.name = go, .fn = method, .result = type }                                             \
	}
#define TAKES(go, method, type, n, ...)                                                                      \
	{                                                                                                    \
		.f = {.name = go, .fn = method, .result = type, .nparams = n, .params = { __VA_ARGS__ } }    \
	}

static krm_val object(struct kv_arena *a, const struct krm_class *class, const void *data, size_t size)
{
	struct krm_object *o = KV_NEW(a, struct krm_object);
	void *copy = kv_arena_alloc(a, size);
	memcpy(copy, data, size);
	*o = (struct krm_object){ class, copy };
	return (krm_val){ .kind = KRM_OBJECT, .o = o };
}

krm_val rnd_time_val(struct kv_arena *a, struct rnd_time t)
{
	return object(a, &time_class, &t, sizeof t);
}

const struct rnd_time *rnd_time_of(krm_val v)
{
	return krm_is(v, KRM_OBJECT) && v.o->class == &time_class ? v.o->data : NULL;
}

/* An integer of a named type: time.Duration, time.Month, time.Weekday. */
static krm_val named_int(struct kv_arena *a, const struct krm_class *class, int64_t i)
{
	return object(a, class, &i, sizeof i);
}

static int64_t int_of(const krm_val *args)
{
	return *(const int64_t *)args[0].o->data;
}

/* A time.Duration: one of its own, or a constant of the template. */
static int duration_arg(struct rnd_call *c, krm_val v, int64_t *ret)
{
	if (krm_is(v, KRM_OBJECT) && v.o->class == &duration_class) {
		*ret = *(const int64_t *)v.o->data;
		return 0;
	}
	if (krm_is(v, KRM_INT)) {
		*ret = v.i;
		return 0;
	}
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_type_name(v, &b);
	return rnd_fail(c, "wrong type for value; expected time.Duration; got %.*s", KV_ARG(kv_buf_view(&b)));
}

static int return_time(struct rnd_call *c, struct rnd_time t, krm_val *ret)
{
	*ret = rnd_time_val(c->job->arena, t);
	return 0;
}

static int return_text(struct rnd_call *c, struct kv_buf *b, krm_val *ret)
{
	*ret = krm_string(c->job->arena, kv_buf_view(b));
	return 0;
}

/* --- time.Time: arithmetic -------------------------------------------------------------------- */

METHOD(add)
{
	UNUSED_ARGS;
	int64_t d;
	return duration_arg(c, args[1], &d) ? -1
					    : return_time(c, rnd_time_add(*rnd_time_of(args[0]), d), ret);
}

METHOD(round)
{
	UNUSED_ARGS;
	int64_t d;
	return duration_arg(c, args[1], &d) ? -1
					    : return_time(c, rnd_time_round(*rnd_time_of(args[0]), d), ret);
}

METHOD(truncate)
{
	UNUSED_ARGS;
	int64_t d;
	return duration_arg(c, args[1], &d)
		       ? -1
		       : return_time(c, rnd_time_truncate(*rnd_time_of(args[0]), d), ret);
}

METHOD(add_date)
{
	UNUSED_ARGS;
	return return_time(c, rnd_time_add_date(*rnd_time_of(args[0]), args[1].i, args[2].i, args[3].i), ret);
}

METHOD(sub)
{
	UNUSED_ARGS;
	int64_t d = rnd_time_sub(rnd_time_of(args[0]), rnd_time_of(args[1]));
	*ret = named_int(c->job->arena, &duration_class, d);
	return 0;
}

METHOD(after)
{
	UNUSED_ARGS;
	*ret = krm_bool(rnd_time_cmp(rnd_time_of(args[0]), rnd_time_of(args[1])) > 0);
	return 0;
}

METHOD(before)
{
	UNUSED_ARGS;
	*ret = krm_bool(rnd_time_cmp(rnd_time_of(args[0]), rnd_time_of(args[1])) < 0);
	return 0;
}

METHOD(equal)
{
	UNUSED_ARGS;
	*ret = krm_bool(rnd_time_cmp(rnd_time_of(args[0]), rnd_time_of(args[1])) == 0);
	return 0;
}

METHOD(compare)
{
	UNUSED_ARGS;
	*ret = krm_int(rnd_time_cmp(rnd_time_of(args[0]), rnd_time_of(args[1])));
	return 0;
}

/* --- time.Time: parts ------------------------------------------------------------------------- */

static struct rnd_civil civil_of(const krm_val *args)
{
	struct rnd_civil c;
	struct rnd_zone_state z;
	rnd_time_civil(rnd_time_of(args[0]), &c, &z);
	return c;
}

METHOD(year)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).year);
	return 0;
}

METHOD(month)
{
	UNUSED_ARGS;
	*ret = named_int(c->job->arena, &month_class, civil_of(args).month);
	return 0;
}

METHOD(day)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).day);
	return 0;
}

METHOD(weekday)
{
	UNUSED_ARGS;
	*ret = named_int(c->job->arena, &weekday_class, civil_of(args).weekday);
	return 0;
}

METHOD(year_day)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).year_day);
	return 0;
}

METHOD(hour)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).hour);
	return 0;
}

METHOD(minute)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).minute);
	return 0;
}

METHOD(second)
{
	UNUSED_ARGS;
	*ret = krm_int(civil_of(args).second);
	return 0;
}

METHOD(nanosecond)
{
	UNUSED_ARGS;
	*ret = krm_int(rnd_time_of(args[0])->nsec);
	return 0;
}

METHOD(is_zero)
{
	UNUSED_ARGS;
	const struct rnd_time *t = rnd_time_of(args[0]);
	*ret = krm_bool(t->sec == RND_ZERO_TIME && t->nsec == 0);
	return 0;
}

METHOD(is_dst)
{
	UNUSED_ARGS;
	const struct rnd_time *t = rnd_time_of(args[0]);
	*ret = krm_bool(rnd_zone_at(t->zone, t->sec).dst);
	return 0;
}

/* Seconds since 1970 in units of 1/scale second, wrapping as Go's do. */
static int return_unix(const krm_val *args, int64_t scale, krm_val *ret)
{
	const struct rnd_time *t = rnd_time_of(args[0]);
	uint64_t whole = (uint64_t)t->sec * (uint64_t)scale;
	*ret = krm_int64((int64_t)(whole + (uint64_t)(t->nsec / (RND_SECOND / scale))));
	return 0;
}

METHOD(unix)
{
	UNUSED_ARGS;
	return return_unix(args, 1, ret);
}

METHOD(unix_milli)
{
	UNUSED_ARGS;
	return return_unix(args, 1000, ret);
}

METHOD(unix_micro)
{
	UNUSED_ARGS;
	return return_unix(args, 1000000, ret);
}

METHOD(unix_nano)
{
	UNUSED_ARGS;
	return return_unix(args, RND_SECOND, ret);
}

/* --- time.Time: zones and texts --------------------------------------------------------------- */

METHOD(utc)
{
	UNUSED_ARGS;
	return return_time(c, rnd_time_in(*rnd_time_of(args[0]), &rnd_zone_utc), ret);
}

METHOD(local)
{
	UNUSED_ARGS;
	const struct rnd_zone *local = rnd_zone_local(c->job, rnd_call_chance(c)->os);
	return return_time(c, rnd_time_in(*rnd_time_of(args[0]), local), ret);
}

METHOD(in)
{
	UNUSED_ARGS;
	if (!krm_is(args[1], KRM_OBJECT) || args[1].o->class != &zone_class)
		return rnd_fail(c, "wrong type for value; expected *time.Location");
	const struct rnd_zone *zone = *(const struct rnd_zone *const *)args[1].o->data;
	return return_time(c, rnd_time_in(*rnd_time_of(args[0]), zone), ret);
}

METHOD(location)
{
	UNUSED_ARGS;
	const struct rnd_zone *zone = rnd_time_of(args[0])->zone;
	*ret = object(c->job->arena, &zone_class, &zone, sizeof zone);
	return 0;
}

METHOD(format)
{
	UNUSED_ARGS;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, c->job->limits.output_bytes);
	rnd_time_format(rnd_time_of(args[0]), krm_str(args[1]), &b);
	return return_text(c, &b, ret);
}

METHOD(string)
{
	UNUSED_ARGS;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_time_print(rnd_time_of(args[0]), &b);
	return return_text(c, &b, ret);
}

/* Methods whose results text/template cannot use. */
#define REFUSED(go, why)                                                                                     \
	{                                                                                                    \
		.f = {.name = go }, .refusal = why                                                           \
	}

static const struct rnd_method time_methods[] = {
	REFUSED("Clock", "function Clock has 3 return values; should be 1 or 2"),
	REFUSED("Date", "function Date has 3 return values; should be 1 or 2"),
	REFUSED("ISOWeek",
		"invalid function signature for ISOWeek: second return value should be error; is int"),
	REFUSED("Zone", "invalid function signature for Zone: second return value should be error; is int"),
	REFUSED("ZoneBounds", "invalid function signature for ZoneBounds: second return value should be "
			      "error; is time.Time"),
	TAKES("Add", method_add, RND_TIME, 1, RND_ANY),
	TAKES("AddDate", method_add_date, RND_TIME, 3, RND_INT, RND_INT, RND_INT),
	TAKES("After", method_after, RND_BOOL, 1, RND_TIME),
	TAKES("Before", method_before, RND_BOOL, 1, RND_TIME),
	TAKES("Compare", method_compare, RND_INT, 1, RND_TIME),
	GETTER("Day", method_day, RND_INT),
	TAKES("Equal", method_equal, RND_BOOL, 1, RND_TIME),
	TAKES("Format", method_format, RND_STRING, 1, RND_STRING),
	GETTER("Hour", method_hour, RND_INT),
	TAKES("In", method_in, RND_TIME, 1, RND_ANY),
	GETTER("IsDST", method_is_dst, RND_BOOL),
	GETTER("IsZero", method_is_zero, RND_BOOL),
	GETTER("Local", method_local, RND_TIME),
	GETTER("Location", method_location, RND_OBJECT),
	GETTER("Minute", method_minute, RND_INT),
	GETTER("Month", method_month, RND_OBJECT),
	GETTER("Nanosecond", method_nanosecond, RND_INT),
	TAKES("Round", method_round, RND_TIME, 1, RND_ANY),
	GETTER("Second", method_second, RND_INT),
	GETTER("String", method_string, RND_STRING),
	TAKES("Sub", method_sub, RND_OBJECT, 1, RND_TIME),
	TAKES("Truncate", method_truncate, RND_TIME, 1, RND_ANY),
	GETTER("UTC", method_utc, RND_TIME),
	GETTER("Unix", method_unix, RND_INT64),
	GETTER("UnixMicro", method_unix_micro, RND_INT64),
	GETTER("UnixMilli", method_unix_milli, RND_INT64),
	GETTER("UnixNano", method_unix_nano, RND_INT64),
	GETTER("Weekday", method_weekday, RND_OBJECT),
	GETTER("Year", method_year, RND_INT),
	GETTER("YearDay", method_year_day, RND_INT),
	{ .f = { .name = NULL } },
};

/* 1 January 1885, where the seconds beside a monotonic reading begin. */
#define SINCE_1885 ((int64_t)-2682288000)

static void time_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	(void)job;
	rnd_time_print(o->data, out);
}

/* go: time/format.go, GoString */
static void time_go_syntax(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	(void)job;
	const struct rnd_time *t = o->data;
	struct rnd_civil c;
	struct rnd_zone_state state;
	rnd_time_civil(t, &c, &state);
	kv_buf_printf(out, "time.Date(%lld, time.%s, %d, %d, %d, %d, %d, time.", (long long)c.year,
		      rnd_month_names[c.month - 1], c.day, c.hour, c.minute, c.second, t->nsec);
	kv_str zone = rnd_zone_name(t->zone);
	if (kv_str_eq(zone, KV_S("UTC")) || kv_str_eq(zone, KV_S("Local"))) {
		kv_buf_str(out, zone);
	} else {
		kv_buf_lit(out, "Location(");
		rnd_time_quote(zone, out);
		kv_buf_c(out, ')');
	}
	kv_buf_c(out, ')');
}

/* go: time/time.go, struct Time; UTC is a nil pointer. */
static krm_val time_fields(struct kv_job *job, const struct krm_object *o)
{
	struct kv_arena *a = job->arena;
	const struct rnd_time *t = o->data;
	krm_val fields = krm_map(a, KRM_OF_ANY), loc = object(a, &zone_class, &t->zone, sizeof t->zone);
	uint64_t wall = (uint64_t)t->nsec;
	int64_t ext = t->sec - RND_ZERO_TIME;
	if (t->has_mono) {
		wall |= (uint64_t)1 << 63 | (uint64_t)(t->sec - SINCE_1885) << 30;
		ext = t->mono;
	}
	if (t->zone == &rnd_zone_utc)
		loc.flags |= KRM_NILREF;
	krm_map_set(a, fields.m, KV_S("wall"), krm_uint64(wall));
	krm_map_set(a, fields.m, KV_S("ext"), krm_int64(ext));
	krm_map_set(a, fields.m, KV_S("loc"), loc);
	return fields;
}

/* What MarshalJSON gives. */
static krm_val time_tree(struct kv_job *job, const struct krm_object *o)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	rnd_time_format(o->data, KV_S("2006-01-02T15:04:05.999999999Z07:00"), &b);
	return krm_string(job->arena, kv_buf_view(&b));
}

static const struct krm_class time_class = {
	.go_type = "time.Time",
	.go_kind = "struct",
	.methods = time_methods,
	.tree = time_tree,
	.fields = time_fields,
	.print = time_print,
	.go_syntax = time_go_syntax,
};

/* --- time.Duration ---------------------------------------------------------------------------- */

static int return_duration(struct rnd_call *c, int64_t d, krm_val *ret)
{
	*ret = named_int(c->job->arena, &duration_class, d);
	return 0;
}

/* Whole units and their fraction apart, so that no precision is lost (go: time/time.go, Hours). */
static int return_units(const krm_val *args, int64_t unit, krm_val *ret)
{
	int64_t d = int_of(args);
	*ret = krm_float((double)(d / unit) + (double)(d % unit) / (double)unit);
	return 0;
}

METHOD(hours)
{
	UNUSED_ARGS;
	return return_units(args, 3600 * RND_SECOND, ret);
}

METHOD(minutes)
{
	UNUSED_ARGS;
	return return_units(args, 60 * RND_SECOND, ret);
}

METHOD(seconds)
{
	UNUSED_ARGS;
	return return_units(args, RND_SECOND, ret);
}

METHOD(milliseconds)
{
	UNUSED_ARGS;
	*ret = krm_int64(int_of(args) / 1000000);
	return 0;
}

METHOD(microseconds)
{
	UNUSED_ARGS;
	*ret = krm_int64(int_of(args) / 1000);
	return 0;
}

METHOD(nanoseconds)
{
	UNUSED_ARGS;
	*ret = krm_int64(int_of(args));
	return 0;
}

METHOD(abs)
{
	UNUSED_ARGS;
	int64_t d = int_of(args);
	return return_duration(c, d >= 0 ? d : d == INT64_MIN ? INT64_MAX : -d, ret);
}

METHOD(round_duration)
{
	UNUSED_ARGS;
	int64_t to;
	return duration_arg(c, args[1], &to) ? -1
					     : return_duration(c, rnd_duration_round(int_of(args), to), ret);
}

METHOD(truncate_duration)
{
	UNUSED_ARGS;
	int64_t to;
	return duration_arg(c, args[1], &to)
		       ? -1
		       : return_duration(c, rnd_duration_truncate(int_of(args), to), ret);
}

static void duration_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	(void)job;
	rnd_duration_print(*(const int64_t *)o->data, out);
}

/* The method String of every class here: what the class prints. */
METHOD(print)
{
	UNUSED_ARGS;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	args[0].o->class->print(c->job, args[0].o, &b);
	return return_text(c, &b, ret);
}

static krm_val int64_tree(struct kv_job *job, const struct krm_object *o)
{
	(void)job;
	return krm_int64(*(const int64_t *)o->data);
}

static const struct rnd_method duration_methods[] = {
	GETTER("Abs", method_abs, RND_OBJECT),
	GETTER("Hours", method_hours, RND_FLOAT),
	GETTER("Microseconds", method_microseconds, RND_INT64),
	GETTER("Milliseconds", method_milliseconds, RND_INT64),
	GETTER("Minutes", method_minutes, RND_FLOAT),
	GETTER("Nanoseconds", method_nanoseconds, RND_INT64),
	TAKES("Round", method_round_duration, RND_OBJECT, 1, RND_ANY),
	GETTER("Seconds", method_seconds, RND_FLOAT),
	GETTER("String", method_print, RND_STRING),
	TAKES("Truncate", method_truncate_duration, RND_OBJECT, 1, RND_ANY),
	{ .f = { .name = NULL } },
};

static const struct krm_class duration_class = {
	.go_type = "time.Duration",
	.go_kind = "int64",
	.methods = duration_methods,
	.tree = int64_tree,
	.print = duration_print,
};

/* --- time.Month, time.Weekday, *time.Location ------------------------------------------------- */

static void month_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	int64_t month = *(const int64_t *)o->data;
	(void)job;
	if (month < 1 || month > 12)
		kv_buf_printf(out, "%%!Month(%lld)", (long long)month);
	else
		kv_buf_str(out, kv_str_c(rnd_month_names[month - 1]));
}

static void weekday_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	(void)job;
	kv_buf_str(out, kv_str_c(rnd_day_names[*(const int64_t *)o->data])); /* ranges end before the day, so there is no other */
}

static void zone_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	(void)job;
	kv_buf_str(out, rnd_zone_name(*(const struct rnd_zone *const *)o->data));
}

static const struct rnd_method string_method[] = {
	GETTER("String", method_print, RND_STRING),
	{ .f = { .name = NULL } },
};

static const struct krm_class month_class = {
	.go_type = "time.Month",
	.go_kind = "int",
	.methods = string_method,
	.tree = int64_tree,
	.print = month_print,
};

static const struct krm_class weekday_class = {
	.go_type = "time.Weekday",
	.go_kind = "int",
	.methods = string_method,
	.tree = int64_tree,
	.print = weekday_print,
};

bool rnd_time_number(krm_val v, int64_t *ret)
{
	if (!krm_is(v, KRM_OBJECT) || (v.o->class != &duration_class && v.o->class != &month_class &&
				       v.o->class != &weekday_class))
		return false;
	*ret = *(const int64_t *)v.o->data;
	return true;
}

krm_val rnd_time_number_like(struct kv_arena *a, krm_val v, int64_t n)
{
	return named_int(a, v.o->class, n);
}

static const struct krm_class zone_class = {
	.go_type = "*time.Location",
	.go_kind = "ptr",
	.methods = string_method,
	.print = zone_print,
};
