/* render/template/layout_fuzz.c: a layout and a time, divided by a line feed: formats, parses, durations, texts of zones.
 *
 * Seed lines: ^testdata/functions/dates.+/t\.yaml$
 */
#include "render/template/gotime.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_duration(struct kv_arena *a, kv_str text)
{
	int64_t d, again;
	struct kv_buf b;
	kv_str error;
	kv_buf_init(&b, a, KV_BUF_MAX);
	if (rnd_duration_parse(a, text, &d, &error))
		return;
	rnd_duration_print(d, &b);
	if (rnd_duration_parse(a, kv_buf_view(&b), &again, &error) || again != d)
		abort();
}

/* What the calendar says of an instant leads back to it. */
static void check_civil(int64_t sec)
{
	struct rnd_civil c;
	rnd_civil_from_unix(sec, &c);
	if (rnd_civil_to_unix(c.year, c.month, c.day, c.hour, c.minute, c.second) != sec)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_arena *a = kv_arena_new();
	kv_str text = kv_str_of((const char *)data, size), error;
	size_t feed = kv_str_chr(text, '\n');
	kv_str layout = kv_str_sub(text, 0, feed);
	struct rnd_time t;
	struct kv_buf b;
	int64_t sec = 0;
	if (size >= sizeof sec)
		memcpy(&sec, data, sizeof sec);
	check_civil(sec);
	check_duration(a, text);
	kv_buf_init(&b, a, KV_BUF_MAX);
	t = rnd_time_unix(sec, rnd_zone_fixed(a, KV_S("X"), 3600));
	rnd_time_format(&t, layout, &b);
	kv_str value = feed == SIZE_MAX ? kv_buf_view(&b) : kv_str_sub(text, feed + 1, size);
	(void)!rnd_time_parse(a, layout, value, &rnd_zone_utc, &t, &error);
	kv_arena_free(a);
	return 0;
}
