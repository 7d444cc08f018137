/* render/template/gotime.h: Go's time.Time and time.Duration: arithmetic, layouts, texts. */
#ifndef RENDER_TEMPLATE_GOTIME_H
#define RENDER_TEMPLATE_GOTIME_H

#include "base/buf.h"
#include "render/template/civil.h"
#include "render/template/zone.h"

struct rnd_time {
	int64_t sec;  /* since 1970 */
	int32_t nsec; /* 0 to 999,999,999 */
	bool has_mono;
	int64_t mono; /* nanoseconds since the program started: what time.Now adds */
	const struct rnd_zone *zone;
};

#define RND_ZERO_TIME ((int64_t)-62135596800) /* 1 January of the year 1 */
#define RND_SECOND ((int64_t)1000000000)

/* --- points in time --------------------------------------------------------------------------- */

struct rnd_time rnd_time_unix(int64_t sec, const struct rnd_zone *zone);
/* time.Date: the fields are local to the zone and may lie outside their ranges. */
struct rnd_time rnd_time_date(const struct rnd_civil *c, int64_t nsec, const struct rnd_zone *zone);
struct rnd_time rnd_time_in(struct rnd_time t, const struct rnd_zone *zone);
void rnd_time_civil(const struct rnd_time *t, struct rnd_civil *ret, struct rnd_zone_state *ret_zone);
struct rnd_time rnd_time_add(struct rnd_time t, int64_t duration);
struct rnd_time rnd_time_add_date(struct rnd_time t, int64_t years, int64_t months, int64_t days);
int64_t rnd_time_sub(const struct rnd_time *t, const struct rnd_time *u);
/* -1, 0, 1 */
int rnd_time_cmp(const struct rnd_time *t, const struct rnd_time *u);
/* Down (Truncate) or to the nearest, halves up (Round), multiple of the duration since the zero time. */
struct rnd_time rnd_time_truncate(struct rnd_time t, int64_t duration);
struct rnd_time rnd_time_round(struct rnd_time t, int64_t duration);

/* --- texts ------------------------------------------------------------------------------------ */

void rnd_time_format(const struct rnd_time *t, kv_str layout, struct kv_buf *out);
/* Time.String, with the monotonic reading */
void rnd_time_print(const struct rnd_time *t, struct kv_buf *out);
/* time.ParseInLocation. -1: *ret_error is Go's text and *ret the zero time. */
int rnd_time_parse(struct kv_arena *a, kv_str layout, kv_str text, const struct rnd_zone *zone,
		   struct rnd_time *ret, kv_str *ret_error) __attribute__((warn_unused_result));

extern const char *const rnd_month_names[12];
extern const char *const rnd_day_names[7];

/* --- durations, in nanoseconds ---------------------------------------------------------------- */

void rnd_duration_print(int64_t d, struct kv_buf *out);
/* time.ParseDuration. -1: *ret_error is Go's text and *ret 0. */
int rnd_duration_parse(struct kv_arena *a, kv_str text, int64_t *ret, kv_str *ret_error)
	__attribute__((warn_unused_result));
int64_t rnd_duration_round(int64_t d, int64_t to);
int64_t rnd_duration_truncate(int64_t d, int64_t to);

/* The quoting of package time, which is not strconv's (go: time/format.go, quote). */
void rnd_time_quote(kv_str s, struct kv_buf *out);

#endif
