/* cli/doctor.c: kvendor doctor: the usual mistakes of machines and of hosts' configurations, and how to mend them. */
#include "cli/doctor.h"

#include <errno.h>
#include <unistd.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/git_ignore.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/report.h"
#include "render/fetch/cache.h"
#include "render/kustomize/build.h"
#include "tree/discover.h"
#include "tree/lock.h"

struct doctor_options {
	kv_str directory;
};

static const struct cli_option options[] = {
	{ 'C', "directory", CLI_VALUE, offsetof(struct doctor_options, directory), "DIR", .help = "run as if started in DIR" },
};

/* --- the machine ------------------------------------------------------------------------------ */

static void look_at_libraries(struct cli_doctor *d)
{
	static const struct {
		const char *soname, *package, *what;
	} rows[] = {
		{ "libcurl.so.4", "libcurl4", "nothing can be downloaded" },
		{ "libgit2.so.1.5", "libgit2-1.5", "no Git references, no check --staged, no commits" },
	};
	for (size_t i = 0; i < KV_COUNT(rows); i++) {
		kv_str error;
		if (kv_dl_load(d->job->arena, rows[i].soname, NULL, 0, NULL, &error) == 0)
			continue;
		kv_warn(d->job, 0, "%.*s: %s", KV_ARG(error), rows[i].what);
		kv_note(d->job, 0, "apt-get install %s", rows[i].package);
	}
}

/* The folder, or the one that it would be made in. */
static kv_str nearest_there(struct kv_arena *a, kv_str path)
{
	while (kv_file_kind(path) == KV_FILE_NONE && path.n > 1)
		path = kv_path_dir(a, path);
	return path;
}

static void look_at_cache(struct cli_doctor *d)
{
	struct rnd_cache cache = rnd_cache_default(d->job);
	kv_str there = cache.dir.n ? nearest_there(d->job->arena, cache.dir) : KV_S("");
	if (there.n && kv_file_kind(there) == KV_FILE_DIR &&
	    access(kv_arena_cstr(d->job->arena, there), W_OK | X_OK) == 0)
		return;
	if (cache.dir.n)
		kv_warn(d->job, 0, "nothing can be written into the cache %.*s, so each run downloads again",
			KV_ARG(cache.dir));
	else
		kv_warn(d->job, 0, "there is no cache, since neither HOME nor XDG_CACHE_HOME is set");
	kv_note(d->job, 0, "KVENDOR_CACHE=DIR names another folder");
}

/* Go programs name the modules they are made of. */
static bool is_helm_4(struct cli_doctor *d, kv_str path)
{
	struct kv_diag_mark mark = kv_diag_mark(d->job);
	kv_str bytes;
	bool is = kv_file_read(d->job, path, &bytes) == 0 && kv_str_has(bytes, KV_S("helm.sh/helm/v4/"));
	kv_diag_forget(d->job, mark);
	return is;
}

static void look_at_programs(struct cli_doctor *d)
{
	struct kv_arena *a = d->job->arena;
	kv_str helm = cli_doctor_program(a, KV_S("helm"));
	if (d->needs.containers && !cli_doctor_program(a, KV_S("docker")).n) {
		kv_warn(d->job, 0, "kustomizations here run containers, and there is no docker in PATH");
		kv_note(d->job, 0, "kustomize knows no other program; podman works through a link named docker");
	}
	if (d->needs.helm && !helm.n)
		kv_buf_lit(&d->facts, "there is no helm in PATH: kustomize build --enable-helm --helm-command kvendor\n");
	if (d->needs.helm && helm.n && cli_doctor_program(a, KV_S("kubectl")).n && is_helm_4(d, helm)) {
		kv_warn(d->job, 0, "%.*s is Helm 4: kubectl, and kustomize before 5.8.1, refuse it", KV_ARG(helm));
		kv_note(d->job, 0, "--helm-command kvendor answers as Helm 3");
	}
}

/* --- hosts ------------------------------------------------------------------------------------ */

static void look_at_build_options(struct cli_doctor *d)
{
	const struct {
		bool needed;
		const char *flag;
	} rows[] = {
		{ d->needs.plugins, "--enable-alpha-plugins" },
		{ d->needs.exec, "--enable-exec" },
		/* --enable-alpha-plugins brings helm with it. */
		{ d->needs.helm && !d->needs.plugins, "--enable-helm" },
		{ d->needs.network, "--network" },
	};
	if (!d->options.p)
		return;
	for (size_t i = 0; i < KV_COUNT(rows); i++)
		if (rows[i].needed && !kv_str_has(d->options, kv_str_c(rows[i].flag)))
			kv_warn(d->job, d->options_pos, "kustomizations here need %s", rows[i].flag);
	if (d->needs.containers) {
		kv_warn(d->job, d->options_pos, "Argo CD's server has no docker, and kustomizations here run containers");
		kv_note(d->job, 0, "commit what they give (docs/vendoring.md), or use an executable");
	}
}

static void look_at_file(struct cli_doctor *d, kv_str path)
{
	kv_str name = kv_path_base(path);
	if (rnd_is_kustomization_name(name)) {
		cli_doctor_kustomization(d, path);
		return;
	}
	if (kv_str_eq(name, KV_S("Kptfile")))
		cli_doctor_kptfile(d, path);
	else if (kv_str_ends(name, KV_S(".yaml")) || kv_str_ends(name, KV_S(".yml")))
		cli_doctor_argocd(d, path);
	cli_doctor_ci(d, path);
}

static void walk(struct cli_doctor *d)
{
	struct kv_arena *a = d->job->arena;
	kv_str *open = NULL;
	size_t nopen = 0, cap = 0;
	KV_PUSH(a, open, nopen, cap, KV_S("."));
	while (nopen) {
		kv_str dir = open[--nopen];
		struct kv_dirent *entries;
		size_t n;
		if (kv_dir_read(d->job, dir, &entries, &n) < 0)
			continue;
		for (size_t i = 0; i < n; i++)
			if (entries[i].kind == KV_FILE_REGULAR)
				look_at_file(d, kv_path_join(a, dir, entries[i].name));
		/* The last one in is looked at next. */
		while (n--) {
			kv_str name = entries[n].name;
			if (entries[n].kind == KV_FILE_DIR && !kv_str_eq(name, KV_S(".git")) &&
			    !kv_str_eq(name, KV_S("node_modules")) && !kv_str_eq(name, KV_S("charts")))
				KV_PUSH(a, open, nopen, cap, kv_path_join(a, dir, name));
		}
	}
}

/* --- units ------------------------------------------------------------------------------------ */

static void look_at_unit(struct cli_doctor *d, const struct tree_unit *u)
{
	struct kv_arena *a = d->job->arena;
	if (u->failed) {
		kv_warn_file(d->job, u->file, "the unit cannot be read");
		kv_note(d->job, 0, "kvendor check says why");
		return;
	}
	for (size_t g = 0; g < u->config.ngroups; g++)
		for (size_t i = 0; i < u->config.groups[g].ntargets; i++) {
			kv_str target = u->config.groups[g].targets[i].directory;
			kv_str path = kv_path_join(a, kv_path_join(a, u->path, target), KV_S("kustomization.yaml"));
			if (!kv_git_ignores(d->job, path))
				continue;
			kv_warn_file(d->job, u->file, "Git ignores what is written to %.*s, so it is never committed",
				     KV_ARG(target));
			kv_note(d->job, 0, "\"git check-ignore -v %.*s\" names the rule",
				KV_ARG(kv_path_join(a, u->dir, target)));
		}
}

static int look_at_units(struct cli_doctor *d)
{
	struct tree_produce_options produce = { 0 };
	struct tree_repo repo;
	if (cli_engine_options(d->job, (kv_str){ 0 }, &produce) < 0 || tree_repo_open(d->job, &repo) < 0 ||
	    tree_discover(d->job, &repo, &produce) < 0)
		return -1;
	d->has_units = repo.nunits > 0;
	for (size_t i = 0; i < repo.nunits; i++)
		look_at_unit(d, repo.units[i]);
	for (size_t i = 0; i < repo.nmisnamed; i++) {
		kv_warn_file(d->job, repo.misnamed[i], "this name is not looked for");
		kv_note(d->job, 0, "rename it to kubesource.yaml or kvendor.yaml");
	}
	if (kv_git_ignores(d->job, kv_path_join(d->job->arena, repo.root, KV_S(TREE_LOCK_NAME)))) {
		kv_warn(d->job, 0, "Git ignores kvendor.lock, so others get other charts than you");
		kv_note(d->job, 0, "\"git check-ignore -v kvendor.lock\" names the rule");
	}
	tree_repo_close(&repo);
	return 0;
}

/* --- the command ------------------------------------------------------------------------------ */

static void examine(struct cli_doctor *d)
{
	if (look_at_units(d) < 0)
		return;
	walk(d);
	look_at_build_options(d);
	cli_doctor_plugin_names(d);
	cli_doctor_renovate(d);
	cli_doctor_flux(d);
	look_at_programs(d);
	look_at_libraries(d);
	look_at_cache(d);
}

static int run(int argc, char **argv)
{
	struct cli_doctor d = { .job = kv_job_new() };
	struct doctor_options o = { 0 };
	struct cli_list args = { 0 };
	int failed = 0;
	kv_buf_init(&d.facts, d.job->arena, KV_BUF_MAX);
	if (cli_parse(d.job, &cli_command_doctor, argc, argv, &o, &args) == CLI_PARSED) {
		if (o.directory.p && chdir(kv_arena_cstr(d.job->arena, o.directory)) < 0)
			kv_error_file(d.job, o.directory, "%s", strerror(errno));
		else
			examine(&d);
		failed = cli_print(kv_buf_view(&d.facts));
	}
	bool found = d.job->nwarnings > 0;
	int status = cli_end(d.job);
	return failed ? CLI_FAILED : status == CLI_OK && found ? CLI_FOUND : status;
}

const struct cli_command cli_command_doctor = {
	"doctor",
	"",
	"Report what this machine, CI and other tools lack to run kvendor, and how to fix it",
	options,
	KV_COUNT(options),
	"Standard output: the flags that each kustomization and Kptfile needs. Standard error: the problems found.\n"
	"Exit status: 0 no problems; 1 problems; 2 something cannot be read.\n",
	run
};
