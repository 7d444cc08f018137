/* cli/helm_charts.c: see helm_charts.h. */
#include "cli/helm_charts.h"

#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/num.h"
#include "render/chart/archive.h"
#include "render/chart/package.h"
#include "render/semver.h"

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
	enum kv_file_kind kind = kv_file_kind(dir);
	if (kind != KV_FILE_NONE && kind != KV_FILE_DIR)
		return rnd_chart_error(
			job, 0, kv_arena_cat(job->arena, KV_S("failed to save: is not a directory: "), dir));
	kv_buf_init(&bytes, job->arena, job->limits.output_bytes);
	if (rnd_chart_package(job, h->engine, chart, cli_helm_now(), &bytes, &error))
		return rnd_chart_error(job, 0, kv_arena_cat(job->arena, KV_S("failed to save: "), error));
	*ret_path = kv_path_join(job->arena, dir, rnd_package_name(job, chart));
	return kv_dir_make(job, dir) || kv_file_write(job, *ret_path, kv_buf_view(&bytes)) ? -1 : 0;
}

static int name_in(struct cli_helm *h, const struct rnd_files *files, kv_str *ret)
{
	struct rnd_metadata m = { 0 };
	kv_str error;
	for (size_t i = 0; i < files->n; i++)
		if (kv_str_eq(files->v[i].name, KV_S("Chart.yaml")) &&
		    rnd_metadata_read(h->job, h->engine, files->v[i].data, &m, &error))
			return rnd_chart_error(
				h->job, 0,
				kv_arena_cat(h->job->arena, KV_S("cannot load Chart.yaml: "), error));
	if (m.name.n == 0)
		return rnd_chart_error(h->job, 0, KV_S("chart name not specified"));
	if (kv_str_eq(m.name, KV_S("..")) || kv_str_eq(m.name, KV_S(".")) ||
	    kv_str_chr(m.name, '/') != SIZE_MAX)
		return rnd_chart_error(h->job, 0,
				       kv_arena_cat(h->job->arena, rnd_quoted(h->job, m.name),
						    KV_S(" is not a valid chart name")));
	*ret = m.name;
	return 0;
}

int cli_helm_expand(struct cli_helm *h, kv_str archive, kv_str dir)
{
	struct kv_job *job = h->job;
	struct rnd_files files;
	kv_str bytes, error, name;
	if (kv_file_read(job, archive, &bytes))
		return -1;
	if (rnd_archive_read(job, h->engine, bytes, NULL, &files, &error))
		return rnd_chart_error(job, 0, error);
	if (name_in(h, &files, &name))
		return -1;
	for (size_t i = 0; i < files.n; i++) {
		kv_str path = kv_path_join(job->arena, kv_path_join(job->arena, dir, name), files.v[i].name);
		if (kv_dir_make(job, kv_path_dir(job->arena, path)) ||
		    kv_file_write(job, path, files.v[i].data))
			return -1;
	}
	return 0;
}

int cli_helm_check_kube_version(struct kv_job *job, enum rnd_engine engine, kv_str version)
{
	struct rnd_kube_version v;
	kv_str why;
	if (!version.n || rnd_kube_version_parse(job->arena, version, engine, &v, &why) == 0)
		return 0;
	return rnd_chart_error(job, 0,
			       kv_arena_printf(job->arena, "invalid kube version '%.*s': %.*s", KV_ARG(version), KV_ARG(why)));
}
