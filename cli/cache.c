/* cli/cache.c: kvendor cache: shows, cleans up and copies the cache. */
#include <inttypes.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/report.h"
#include "render/fetch/cache.h"

struct cache_options {
	int64_t days;
};

static const struct cli_option options[] = {
	{ 0, "older-than", CLI_NUMBER, offsetof(struct cache_options, days), "DAYS",
	  .help = "gc: remove what has not been read for so many days (default: 90)" },
};

#define DAY (24 * 60 * 60)

static int say(struct kv_job *job, const char *what, const struct rnd_cache *cache,
	       struct rnd_cache_stat stat)
{
	return cli_print(kv_arena_printf(job->arena, "%s%zu files, %" PRIu64 " bytes in %.*s\n", what,
					 stat.files, stat.bytes, KV_ARG(cache->dir)));
}

static int show(struct kv_job *job, const struct rnd_cache *cache, const struct cache_options *o, kv_str dir)
{
	struct rnd_cache_stat stat;

	(void)o, (void)dir;
	return rnd_cache_count(job, cache, &stat) < 0 ? -1 : say(job, "", cache, stat);
}

static int collect(struct kv_job *job, const struct rnd_cache *cache, const struct cache_options *o,
		   kv_str dir)
{
	struct rnd_cache_stat stat;

	(void)dir;
	if (o->days < 0 || o->days > INT32_MAX)
		return kv_error(job, 0, "--older-than must be a number of days");
	return rnd_cache_gc(job, cache, o->days * DAY, &stat) < 0 ? -1 : say(job, "removed ", cache, stat);
}

static int copy(struct kv_job *job, const struct rnd_cache *from, const struct rnd_cache *to)
{
	struct rnd_cache_stat stat;

	return rnd_cache_copy(job, from, to, &stat) < 0 ? -1 : say(job, "copied ", to, stat);
}

static int export_to(struct kv_job *job, const struct rnd_cache *cache, const struct cache_options *o,
		     kv_str dir)
{
	struct rnd_cache to = { dir };

	(void)o;
	return kv_dir_make(job, dir) < 0 ? -1 : copy(job, cache, &to);
}

static int import_from(struct kv_job *job, const struct rnd_cache *cache, const struct cache_options *o,
		       kv_str dir)
{
	struct rnd_cache from = { dir };

	(void)o;
	if (kv_file_kind(dir) != KV_FILE_DIR)
		return kv_error_file(job, dir, "no such folder");
	return copy(job, &from, cache);
}

static const struct {
	const char *name;
	bool folder; /* a folder follows */
	int (*run)(struct kv_job *job, const struct rnd_cache *cache, const struct cache_options *o,
		   kv_str dir);
} verbs[] = {
	{ "stat", false, show },
	{ "gc", false, collect },
	{ "export", true, export_to },
	{ "import", true, import_from },
};

static int dispatch(struct kv_job *job, const struct cache_options *o, const struct cli_list *args)
{
	struct rnd_cache cache = rnd_cache_default(job);

	if (!cache.dir.n)
		return kv_error(job, 0,
				"there is no cache: none of KVENDOR_CACHE, XDG_CACHE_HOME and HOME is set");
	for (size_t i = 0; args->n && i < KV_COUNT(verbs); i++)
		if (kv_str_eq(args->v[0], kv_str_c(verbs[i].name)) && args->n == 1u + verbs[i].folder)
			return verbs[i].run(job, &cache, o, verbs[i].folder ? args->v[1] : KV_S(""));
	return kv_error(job, 0, "usage: kvendor cache stat | gc | export DIR | import DIR");
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cache_options o = { .days = 90 };
	struct cli_list args = { 0 };
	int failed = 0;

	if (cli_parse(job, &cli_command_cache, argc, argv, &o, &args) == CLI_PARSED)
		failed = dispatch(job, &o, &args);
	int status = cli_end(job);
	return failed ? CLI_FAILED : status;
}

const struct cli_command cli_command_cache = {
	"cache",
	"stat | gc | export DIR | import DIR",
	"Show, clean up or copy the download cache",
	options,
	KV_COUNT(options),
	"stat prints its size; gc removes what has not been read for --older-than days; export and import copy all\n"
	"entries to or from a folder, and compare each with its digest.\n"
	"The cache is $KVENDOR_CACHE, else $XDG_CACHE_HOME/kvendor, else ~/.cache/kvendor.\n",
	run
};
