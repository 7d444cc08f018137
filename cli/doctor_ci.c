/* cli/doctor_ci.c: checks of CI jobs, pre-commit hooks and Renovate's configuration. */
#include "base/file.h"
#include "cli/doctor.h"
#include "cli/options.h"
#include "krm/yaml.h"

/* The file's first document, where it is one that speaks of kvendor; NIL for any other. */
static krm_val read_about_kvendor(struct cli_doctor *d, kv_str file, kv_str text)
{
	krm_val doc;
	kv_str error;
	if (!kv_str_has(text, KV_S("kvendor")) || krm_yaml_try_at(d->job, kv_source_add(d->job, file, text),
								  text, KRM_YAML_KUSTOMIZE, &doc, &error) < 0)
		return krm_nil();
	return doc;
}

/* A line of a script, or of the text that a whole script is. */
static bool calls_with(krm_val script, kv_str option)
{
	for (size_t i = 0; i < krm_list_len(script); i++)
		if (calls_with(script.l->v[i], option))
			return true;
	kv_str text = krm_str(script), line;
	while (kv_str_line(&text, &line))
		if (kv_str_has(line, KV_S("kvendor ")) && kv_str_has(line, option))
			return true;
	return false;
}

/* A number, or the text of one. */
static bool is_zero(krm_val v)
{
	return (v.kind == KRM_INT64 && v.i == 0) || krm_is_str(v, "0");
}

/* --- GitHub ----------------------------------------------------------------------------------- */

static void look_at_steps(struct cli_doctor *d, krm_val steps)
{
	krm_val checkout = krm_nil();
	for (size_t i = 0; i < krm_list_len(steps); i++) {
		krm_val step = steps.l->v[i];
		if (kv_str_starts(krm_str(krm_get(step, "uses")), KV_S("actions/checkout@")))
			checkout = step;
		krm_val arguments = krm_path(step, "with", "arguments", NULL);
		bool since = calls_with(krm_get(step, "run"), KV_S(" --since")) ||
			     kv_str_has(krm_str(arguments), KV_S("--since"));
		if (!since || checkout.kind != KRM_MAP ||
		    is_zero(krm_path(checkout, "with", "fetch-depth", NULL)))
			continue;
		kv_warn(d->job, step.pos,
			"--since compares with a commit that the checkout before does not fetch");
		kv_note(d->job, checkout.pos, "this step needs \"with: {fetch-depth: 0}\"");
	}
}

static void look_at_workflow(struct cli_doctor *d, krm_val doc)
{
	krm_val jobs = krm_get(doc, "jobs");
	if (jobs.kind == KRM_MAP)
		krm_map_each (jobs.m, job)
			look_at_steps(d, krm_get(job->val, "steps"));
}

/* --- GitLab ----------------------------------------------------------------------------------- */

static void look_at_gitlab(struct cli_doctor *d, krm_val doc)
{
	bool deep = is_zero(krm_path(doc, "variables", "GIT_DEPTH", NULL));
	if (doc.kind != KRM_MAP)
		return;
	krm_map_each (doc.m, job) {
		krm_val script = krm_get(job->val, "script");
		if (calls_with(script, KV_S(" --since")) && !deep &&
		    !is_zero(krm_path(job->val, "variables", "GIT_DEPTH", NULL))) {
			kv_warn(d->job, job->key.pos,
				"--since compares with a commit, and GitLab fetches only the last 20");
			kv_note(d->job, 0, "variables: {GIT_DEPTH: \"0\"} fetches all");
		}
		if (calls_with(script, KV_S(" -o gitlab")) && !krm_has(job->val, "extends") &&
		    krm_path(job->val, "artifacts", "reports", "codequality", NULL).kind == KRM_NIL) {
			kv_warn(d->job, job->key.pos, "GitLab shows a report only if the job declares it");
			kv_note(d->job, 0, "artifacts: {reports: {codequality: FILE}}, with -o gitlab >FILE");
		}
	}
}

/* --- pre-commit ------------------------------------------------------------------------------- */

/* A hook of the repository itself gets names unless it says that it wants none. */
static void look_at_hook(struct cli_doctor *d, krm_val hook, bool local)
{
	static const char *const filters[] = { "files", "types", "types_or" };
	if (!kv_str_starts(krm_str(krm_get(hook, "id")), KV_S("kvendor")) &&
	    !kv_str_starts(krm_str(krm_get(hook, "entry")), KV_S("kvendor ")))
		return;
	if (krm_flag(hook, "pass_filenames") || (local && !krm_has(hook, "pass_filenames"))) {
		kv_warn(d->job, hook.pos,
			"pre-commit passes the names of changed files, and kvendor fails for one that is in no unit");
		kv_note(d->job, 0, "pass_filenames: false");
	}
	for (size_t i = 0; i < KV_COUNT(filters); i++)
		if (krm_has(hook, filters[i]) && !krm_flag(hook, "always_run")) {
			kv_warn(d->job, hook.pos,
				"pre-commit runs no hook for files that were deleted, where \"%s\" chooses "
				"them",
				filters[i]);
			kv_note(d->job, 0, "always_run: true; kvendor finds out itself what changed");
			return;
		}
}

static void look_at_hooks(struct cli_doctor *d, krm_val doc)
{
	krm_val repos = krm_get(doc, "repos");
	for (size_t i = 0; i < krm_list_len(repos); i++) {
		krm_val hooks = krm_get(repos.l->v[i], "hooks");
		bool local = krm_is_str(krm_get(repos.l->v[i], "repo"), "local");
		for (size_t j = 0; j < krm_list_len(hooks); j++)
			look_at_hook(d, hooks.l->v[j], local);
	}
}

/* --- Renovate --------------------------------------------------------------------------------- */

static bool is_renovate(kv_str name)
{
	static const char *const names[] = { "renovate.json", "renovate.json5", ".renovaterc",
					     ".renovaterc.json" };
	for (size_t i = 0; i < KV_COUNT(names); i++)
		if (kv_str_eq(name, kv_str_c(names[i])))
			return true;
	return false;
}

/* A preset of others, "github>team/presets", may hold what is missing here. */
static void look_at_renovate(struct cli_doctor *d, kv_str file, kv_str text)
{
	if (kv_str_has(text, KV_S("kvendor")) || kv_str_has(text, KV_S("kubesource")) ||
	    kv_str_chr(text, '>') != SIZE_MAX)
		d->renovate_knows = true;
	if (!d->renovate.n)
		d->renovate = file;
}

void cli_doctor_renovate(struct cli_doctor *d)
{
	if (!d->renovate.n || d->renovate_knows || !d->has_units)
		return;
	kv_warn_file(d->job, d->renovate,
		     "Renovate does not look for versions in the configurations of units");
	kv_note(d->job, 0, "docs/ci.md has customManagers that do, and postUpgradeTasks that render");
}

/* --- files ------------------------------------------------------------------------------------ */

void cli_doctor_ci(struct cli_doctor *d, kv_str file)
{
	kv_str name = kv_path_base(file), text, rest;
	bool workflow = kv_path_below(file, KV_S(".github/workflows"), &rest);
	bool gitlab = kv_str_eq(name, KV_S(".gitlab-ci.yml")),
	     hooks = kv_str_eq(name, KV_S(".pre-commit-config.yaml"));
	if ((!workflow && !gitlab && !hooks && !is_renovate(name)) || kv_file_read(d->job, file, &text) < 0)
		return;
	if (workflow)
		look_at_workflow(d, read_about_kvendor(d, file, text));
	else if (gitlab)
		look_at_gitlab(d, read_about_kvendor(d, file, text));
	else if (hooks)
		look_at_hooks(d, read_about_kvendor(d, file, text));
	else
		look_at_renovate(d, file, text);
}
