/* render/chart/chart_fuzz.c: any bytes as a chart archive, loaded and completed with values, in both engines.
 *
 * A first byte below 128 has the rest packed with gzip first, so that tar and what lies behind it see the bytes.
 *
 * Seed tars: /Chart\.yaml$
 * Seed prefixes: \001
 */
#include <stdlib.h>
#include <zlib.h>

#include "render/chart/archive.h"
#include "render/chart/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str packed(struct kv_job *job, kv_str text)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t room = deflateBound(&z, (uLong)text.n);
	char *out = kv_arena_alloc(job->arena, room);
	z.next_in = (Bytef *)(uintptr_t)text.p;
	z.avail_in = (uInt)text.n;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return kv_str_of(out, room - z.avail_out);
}

static void load(kv_str bytes, bool pack, enum rnd_engine engine)
{
	struct kv_job *job = kv_job_new();
	struct rnd_files files;
	struct rnd_chart *chart;
	struct rnd_release release = { .engine = engine, .name = KV_S("r") };
	struct rnd_rendered rendered;
	kv_str error;
	kv_pos pos;
	job->limits.steps = 100000;
	job->limits.output_bytes = 1 << 20;
	job->limits.template_memory = (size_t)16 << 20;
	if (pack)
		bytes = packed(job, bytes);
	if (rnd_archive_read(job, engine, bytes, NULL, &files, &error) == 0 &&
	    rnd_chart_files(job, engine, &files, KV_S("c"), &chart, &error, &pos) == 0)
		(void)!rnd_chart_render(job, chart, &release, &rendered);
	kv_job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	kv_str bytes = kv_str_of((const char *)data + 1, size - 1);
	load(bytes, data[0] < 128, RND_HELM3);
	load(bytes, data[0] < 128, RND_HELM4);
	return 0;
}
