/* cli/helm_charts.c: see helm_charts.h. */
#include "cli/helm_charts.h"

#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/num.h"
#include "render/chart/package.h"

/* https://reproducible-builds.org/specs/source-date-epoch: then the fractions are zero. */
static struct timespec now(void)
{
	struct timespec t;
	int64_t fixed;
	kv_str epoch = kv_str_c(getenv("SOURCE_DATE_EPOCH"));
	if (epoch.n && kv_num_parse_int(epoch, 10, &fixed) == KV_NUM_OK && fixed >= 0)
		return (struct timespec){ .tv_sec = fixed };
	clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

int64_t cli_helm_now(void)
{
	return now().tv_sec;
}

kv_str cli_helm_timestamp(struct kv_arena *a)
{
	struct timespec t = now();
	struct tm parts;
	char seconds[32];
	gmtime_r(&t.tv_sec, &parts);
	strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
	kv_str fraction = kv_arena_printf(a, ".%09ld", t.tv_nsec);
	while (fraction.n && strchr("0.", fraction.p[fraction.n - 1])) {
		bool dot = fraction.p[fraction.n - 1] == '.';
		fraction.n--;
		if (dot)
			break;
	}
	return kv_arena_printf(a, "%s%.*sZ", seconds, KV_ARG(fraction));
}

int cli_helm_stat_error(struct kv_job *job, kv_str path)
{
	return rnd_chart_error(
		job, 0, kv_arena_printf(job->arena, "stat %.*s: no such file or directory", KV_ARG(path)));
}

int cli_helm_save(struct cli_helm *h, const struct rnd_chart *chart, kv_str dir, kv_str *ret_path)
{
	struct kv_job *job = h->job;
	struct kv_buf bytes;
	kv_str error;
	kv_buf_init(&bytes, job->arena, job->limits.output_bytes);
	if (rnd_chart_package(job, h->engine, chart, cli_helm_now(), &bytes, &error))
		return rnd_chart_error(job, 0, kv_arena_cat(job->arena, KV_S("failed to save: "), error));
	*ret_path = kv_path_join(job->arena, dir, rnd_package_name(job, chart));
	return kv_dir_make(job, dir) || kv_file_write(job, *ret_path, kv_buf_view(&bytes)) ? -1 : 0;
}
