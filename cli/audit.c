/* cli/audit.c: kvendor audit: checks any tree of manifests. */
#include <unistd.h>

#include "base/file.h"
#include "cli/audit.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/findings.h"
#include "cli/report.h"
#include "cli/units.h"
#include "filters/secret_notices.h"

struct audit_options {
	kv_str directory, output, color, level, version, engine, summary;
	bool bootstrap, made;
	struct cli_list skip;
};

/* Besides those of every list of findings. */
#define FORMATS CLI_FORMATS "|table|patch"

static const struct cli_option options[] = {
	{ 'C', "directory", CLI_VALUE, offsetof(struct audit_options, directory), "DIR", .help = "run as if started in DIR" },
	{ 0, "level", CLI_VALUE, offsetof(struct audit_options, level), "LEVEL",
	  .help = "privileged, baseline or restricted; overrides the labels of Namespaces" },
	{ 0, "version", CLI_VALUE, offsetof(struct audit_options, version), "VERSION",
	  .help = "version of the Pod Security Standards: v1.34, or latest" },
	{ 'o', "output", CLI_VALUE, offsetof(struct audit_options, output), "FORMAT", .help = FORMATS },
	CLI_SUMMARY_OPTION(offsetof(struct audit_options, summary)),
	{ 0, "color", CLI_VALUE, offsetof(struct audit_options, color), "WHEN", .help = "auto, always or never",
	  .implied = "always" },
	{ 0, "skip", CLI_EACH, offsetof(struct audit_options, skip), "RULE",
	  .help = "skip a rule, by its id or a pattern: \"external-secrets/*\"" },
	{ 0, "bootstrap", CLI_FLAG, offsetof(struct audit_options, bootstrap),
	  .help = "list the Secrets a new cluster needs before external-secrets works; -o sh: as a script" },
	{ 0, "volatile", CLI_FLAG, offsetof(struct audit_options, made),
	  .help = "list the random and time-dependent values that units render, and the calls that made them" },
	{ 0, "engine", CLI_VALUE, offsetof(struct audit_options, engine), "ENGINE",
	  .help = "Helm to match for charts in kustomizations: helm4 or helm3" },
};

struct audit {
	struct kv_job *job;
	struct cli_findings findings;
	struct tree_repo repo; /* its units are the paths that are audited */
	struct flt_pod_security config;
	const struct cli_list *skip;
	struct tree_produce_options produce; /* they name the engine */
	enum rnd_engine engine;
	struct flt_guard guard; /* the allow rules of the repository and its units */
	struct tree_repo *allowing; /* the units that have them */
	struct kv_buf texts; /* of the formats table and patch */
	bool tables, patches;
	size_t nfindings, nworkloads, nunevaluated, fits[FLT_RESTRICTED + 1];
};

/* --- options ---------------------------------------------------------------------------------- */

/* As the repository says. Where nothing says a level, restricted shows the most. */
static int configure(struct audit *audit, const struct audit_options *o)
{
	struct flt_pod_security *c = &audit->config;
	*c = (struct flt_pod_security){ .minor = FLT_POD_LATEST };
	if (audit->repo.defaults.pod_security)
		*c = *audit->repo.defaults.pod_security;
	if (!c->has_default_level)
		c->default_level = FLT_RESTRICTED;
	c->patch = FLT_PATCH_IN_PLACE;
	c->has_level |= o->level.p != NULL;
	c->has_version |= o->version.p != NULL;
	if (o->level.p && !flt_level_parse(o->level, &c->level))
		return kv_error(audit->job, 0,
				"unknown level \"%.*s\": it must be privileged, baseline or restricted",
				KV_ARG(o->level));
	if (o->version.p && !flt_version_parse(o->version, &c->minor))
		return kv_error(audit->job, 0, "unknown version \"%.*s\": it must be \"latest\" or \"v1.x\"",
				KV_ARG(o->version));
	return 0;
}

/* What units declare to be no secret lies in their targets, wherever these are. A broken configuration is for render to report. */
static int find_allowed(struct audit *audit)
{
	struct kv_job *job = audit->job;
	struct tree_repo *units = KV_NEW(job->arena, struct tree_repo);
	struct flt_guard *g = &audit->guard;
	size_t cap = 0;
	units->cwd = audit->repo.cwd;
	units->root = audit->repo.root;
	*g = audit->repo.defaults.secrets.guard;
	struct flt_allow *own = g->allow;
	size_t n = g->nallow;
	g->allow = NULL;
	g->nallow = 0;
	for (size_t i = 0; i < n; i++)
		KV_PUSH(job->arena, g->allow, g->nallow, cap, own[i]);
	if (tree_discover(job, units, &audit->produce) < 0)
		return -1;
	for (size_t i = 0; i < units->nunits; i++) {
		const struct flt_guard *u = &units->units[i]->config.secrets.guard;
		for (size_t k = 0; !units->units[i]->failed && k < u->nallow; k++)
			KV_PUSH(job->arena, g->allow, g->nallow, cap, u->allow[k]);
	}
	audit->allowing = units;
	return 0;
}

/* A target that is not there yet, of any unit; empty if all are. */
static kv_str unwritten(const struct audit *audit)
{
	for (size_t i = 0; audit->allowing && i < audit->allowing->nunits; i++) {
		const struct tree_unit *u = audit->allowing->units[i];
		for (size_t g = 0; !u->failed && g < u->config.ngroups; g++)
			for (size_t k = 0; k < u->config.groups[g].ntargets; k++) {
				kv_str directory = u->config.groups[g].targets[k].directory;
				if (kv_file_kind(kv_path_join(audit->job->arena, u->path, directory)) == KV_FILE_NONE)
					return kv_path_join(audit->job->arena, u->dir, directory);
			}
	}
	return KV_S("");
}

/* Flag, environment, repository. */
static int choose_engine(struct audit *audit, const struct audit_options *o)
{
	if (cli_engine_options(audit->job, o->engine, &audit->produce) < 0)
		return -1;
	tree_engine_of(&audit->produce, NULL, &audit->repo.defaults, &audit->engine);
	return 0;
}

static const struct cli_reporter *choose_format(struct audit *audit, kv_str format)
{
	audit->tables = kv_str_eq(format, KV_S("table"));
	audit->patches = kv_str_eq(format, KV_S("patch"));
	audit->findings.messages = true;
	return cli_reporter_find(audit->job, audit->tables || audit->patches ? (kv_str){ NULL, 0 } : format);
}

/* What is looked for besides the checks of Pod Security. */
static const struct flt_audit *const audits[] = { &flt_secret_audit, &flt_reference_audit, &flt_schema_audit,
						   &flt_namespace_audit };

/* Manifests without a namespace are the rule in many trees. */
static bool is_looked_for(const struct audit *audit, const struct flt_audit *a)
{
	const struct flt_checks *repo = audit->repo.defaults.checks;
	return a != &flt_namespace_audit || (repo && flt_checks_ask_for(audit->job, repo, a));
}

static struct cli_rule warning(const struct flt_rule *r)
{
	return (struct cli_rule){ r->id, strchr(r->id, '/') + 1, "\033[33m", r->summary };
}

/* One rule a check, from the table of checks, and those of the audits. */
static void make_rules(struct audit *audit)
{
	const char *id, *summary;
	size_t n = FLT_GENERATED_KINDS + flt_guard_nrules, made = 0, nchecks = 0;
	while (flt_check_at(nchecks, &id, &summary))
		nchecks++;
	n += nchecks + 1;
	for (size_t i = 0; i < KV_COUNT(audits); i++)
		n += audits[i]->nrules;
	struct cli_rule *rules = KV_NEW_N(audit->job->arena, struct cli_rule, n);
	for (size_t i = 0; flt_check_at(i, &id, &summary); i++)
		if (made == 0 || strcmp(rules[made - 1].word, id) != 0)
			rules[made++] = (struct cli_rule){ kv_arena_cstr(audit->job->arena,
									 kv_arena_cat(audit->job->arena,
										      KV_S("pod-security/"),
										      kv_str_c(id))),
							   id, "\033[31m", summary };
	for (size_t i = 0; i < KV_COUNT(audits); i++)
		for (size_t k = 0; k < audits[i]->nrules; k++)
			rules[made++] = warning(&audits[i]->rules[k]);
	for (size_t i = 0; i < flt_guard_nrules; i++)
		rules[made++] = warning(&flt_guard_rules[i]);
	for (size_t i = 0; i < FLT_GENERATED_KINDS; i++)
		rules[made++] = (struct cli_rule){
			flt_generated_kinds[i].id, strchr(flt_generated_kinds[i].id, '/') + 1,
			flt_generated_kinds[i].action == FLT_GENERATED_REFUSED ? "\033[31m" : "\033[33m",
			flt_generated_kinds[i].summary
		};
	rules[made++] = cli_bootstrap_rule;
	audit->findings.rules = rules;
	audit->findings.nrules = made;
}

/* By its id, or the word behind the slash of it. */
static const struct cli_rule *rule_of(const struct audit *audit, const char *name)
{
	size_t i = 0;
	while (strcmp(audit->findings.rules[i].word, name) != 0 && strcmp(audit->findings.rules[i].id, name) != 0)
		i++;
	return &audit->findings.rules[i];
}

static int check_options(struct audit *audit, const struct audit_options *o)
{
	if (o->bootstrap && (audit->tables || audit->patches))
		return kv_error(audit->job, 0, "--bootstrap supports the formats sh and " CLI_FORMATS ", not \"%.*s\"",
				KV_ARG(o->output));
	if (o->made && (o->bootstrap || audit->tables || audit->patches))
		return kv_error(audit->job, 0, "--volatile cannot be combined with %s",
				o->bootstrap ? "--bootstrap" : "this output format");
	for (size_t i = 0; i < audit->skip->n; i++)
		if (flt_pattern_check(audit->job, 0, audit->skip->v[i]) < 0)
			return -1;
	return 0;
}

static bool meets(const struct audit *audit, const kv_str *patterns, size_t n, const struct cli_rule *rule)
{
	for (size_t i = 0; i < n; i++)
		if (flt_pattern_matches(audit->job, patterns[i], kv_str_c(rule->id)))
			return true;
	return false;
}

static void add(struct audit *audit, struct cli_finding finding)
{
	const struct flt_checks *repo = audit->repo.defaults.checks;
	if (meets(audit, audit->skip->v, audit->skip->n, finding.rule) ||
	    (repo && meets(audit, repo->skip, repo->nskip, finding.rule)))
		return;
	audit->nfindings++;
	cli_finding_add(&audit->findings, finding);
}

/* --- paths ------------------------------------------------------------------------------------ */

static int add_path(struct audit *audit, kv_str path)
{
	struct kv_arena *a = audit->job->arena;
	struct tree_unit *u = KV_NEW(a, struct tree_unit);
	u->job = kv_job_beside(audit->job);
	u->job->shown_from = audit->repo.cwd;
	u->name = u->dir = u->file = kv_path_clean(a, path);
	KV_PUSH(a, audit->repo.units, audit->repo.nunits, audit->repo.units_cap, u);
	u->failed = kv_path_real(u->job, path, &u->path) < 0;
	return u->failed ? -1 : 0;
}

/* Where the object, or what is at `pos` in it, begins in a file that can be opened; else the file it was built from. */
static void place(const struct audit *audit, const struct tree_unit *u, const struct krm_resource *r, kv_pos pos,
		  kv_str file, struct cli_finding *ret)
{
	struct kv_place found;
	ret->path = file;
	ret->line = 1;
	if (!kv_source_find(u->job, pos ? pos : r->obj.pos ? r->obj.pos : r->origin.pos, &found))
		return;
	kv_str path = kv_path_join(audit->job->arena, audit->repo.cwd, found.file);
	if (kv_file_kind(path) != KV_FILE_REGULAR)
		return;
	ret->path = path;
	ret->line = found.line;
}

static void add_findings(struct audit *audit, const struct tree_unit *u, const struct tree_gathered *gathered,
			 const struct flt_pod_report *report)
{
	struct kv_arena *a = audit->job->arena;
	for (size_t i = 0, r = 0; i < report->nfindings; i++) {
		const struct flt_finding *f = &report->findings[i];
		kv_str who = flt_workload_text(a, f->resource->obj, f->pod), what = flt_finding_text(a, f);
		struct cli_finding finding = { .rule = rule_of(audit, f->violation.check),
					       .unit = u,
					       .subject = who };
		/* Both are in the order of the resources. */
		while (gathered->resources.v[r] != f->resource)
			r++;
		place(audit, u, f->resource, 0, gathered->files[r], &finding);
		finding.message = kv_arena_cat(
			a, who, KV_S(" "), what,
			f->predicted ? KV_S("; on the host's network its Pods get these ports") : KV_S(""));
		add(audit, finding);
	}
}

/* Definitions are taken from the whole repository, whatever path is looked at. */
static int add_notices(struct audit *audit, const struct tree_unit *u, const struct tree_gathered *gathered)
{
	struct flt_notices notices = { 0 };
	struct flt_known known = { .pods = &audit->config };
	int failed = tree_crds_read(u->job, &audit->repo.crds, &gathered->resources, &known.definitions);
	for (size_t i = 0; i < KV_COUNT(audits); i++)
		if (is_looked_for(audit, audits[i]))
			audits[i]->find(u->job, &gathered->resources, &known, &notices);
	if (!audit->guard.has_policy || audit->guard.policy != FLT_GUARD_OFF)
		failed |= flt_guard_notices(u->job, &audit->guard, &gathered->resources, &notices);
	audit->nunevaluated += notices.nunevaluated;
	for (size_t i = 0; i < notices.n; i++) {
		const struct flt_notice *n = &notices.v[i];
		struct cli_finding finding = {
			.rule = rule_of(audit, n->rule->id),
			.unit = u,
			.subject = n->message,
			.message = n->message,
		};
		place(audit, u, gathered->resources.v[n->at], n->pos, gathered->files[n->at], &finding);
		add(audit, finding);
	}
	return failed;
}

static int print_patches(struct audit *audit, const struct tree_unit *u, const struct flt_pod_report *report)
{
	for (size_t i = 0; i < report->npatched; i++) {
		const struct flt_patched *p = &report->patched[i];
		if (audit->tables)
			flt_patched_print(u->job, p, &audit->texts);
		/* Kustomize replaces the lists of custom resources, containers too. */
		if (!audit->patches || !p->patch.nadded || p->place->custom)
			continue;
		if (audit->texts.n)
			kv_buf_lit(&audit->texts, "---\n");
		if (flt_patch_print(u->job, p->resource->obj, &p->pod, &p->patch, &audit->texts) < 0)
			return -1;
	}
	return 0;
}

/* Audits one path; its exit status. */
static int audit_path(struct audit *audit, struct tree_unit *u)
{
	struct tree_gathered gathered = { 0 };
	struct flt_pod_report report = { 0 };
	if (!u->failed) {
		u->failed = tree_gather(u->job, u->path, audit->engine, &gathered) < 0;
		u->failed |= flt_pod_security(u->job, &audit->config, &gathered.resources, true, &report) < 0;
		u->failed |= print_patches(audit, u, &report) < 0;
	}
	size_t before = audit->nfindings;
	add_findings(audit, u, &gathered, &report);
	u->failed |= add_notices(audit, u, &gathered) < 0;
	audit->nworkloads += report.nworkloads;
	for (int level = 0; level <= FLT_RESTRICTED; level++)
		audit->fits[level] += report.fits[level];
	int status = cli_unit_report(u);
	if (u->failed)
		cli_finding_add_failed(&audit->findings, u);
	return cli_worse(status, audit->nfindings > before ? CLI_FOUND : CLI_OK);
}

/* --- the command ------------------------------------------------------------------------------ */

static void tell_summary(const struct audit *audit)
{
	size_t n = audit->nfindings;
	cli_tell(kv_arena_printf(
		audit->job->arena,
		"%zu finding%s; %zu workload%s judged: %zu meet restricted, %zu only baseline, %zu only privileged\n",
		n, n == 1 ? "" : "s", audit->nworkloads, audit->nworkloads == 1 ? "" : "s",
		audit->fits[FLT_RESTRICTED], audit->fits[FLT_BASELINE], audit->fits[FLT_PRIVILEGED]));
	if (audit->nunevaluated)
		cli_tell(kv_arena_printf(audit->job->arena,
					 "%zu rule%s in CEL of CustomResourceDefinitions %s not evaluated\n",
					 audit->nunevaluated, audit->nunevaluated == 1 ? "" : "s",
					 audit->nunevaluated == 1 ? "was" : "were"));
}

static int audit_all(struct audit *audit, const struct cli_list *paths, const struct cli_reporter *reporter,
		     kv_str summary)
{
	int status = CLI_OK;
	struct kv_buf out;
	kv_buf_init(&out, audit->job->arena, KV_BUF_MAX);
	kv_buf_init(&audit->texts, audit->job->arena, KV_BUF_MAX);
	if (tree_crds_find(audit->job, audit->repo.root, &audit->repo.crds) < 0 || find_allowed(audit) < 0)
		return CLI_FAILED;
	for (size_t i = 0; i < (paths->n ? paths->n : 1); i++)
		if (add_path(audit, paths->n ? paths->v[i] : KV_S(".")) < 0)
			status = CLI_FAILED;
	for (size_t i = 0; i < audit->repo.nunits; i++)
		status = cli_worse(status, audit_path(audit, audit->repo.units[i]));
	if (audit->tables || audit->patches)
		out = audit->texts;
	else
		reporter->print(&audit->findings, &out);
	if (cli_print(kv_buf_view(&out)) < 0)
		return CLI_FAILED;
	if (summary.p && cli_summary_append(&audit->findings, summary) < 0)
		return CLI_FAILED;
	tell_summary(audit);
	kv_str missing = status == CLI_FAILED ? unwritten(audit) : KV_S("");
	if (missing.n)
		cli_tell(kv_arena_printf(audit->job->arena, "%.*s is not written yet: run kvendor first\n", KV_ARG(missing)));
	return status;
}

/* All paths together: a store may be below one, what it needs below another. */
static int bootstrap(struct audit *audit, const struct cli_list *paths, kv_str format,
		     const struct cli_reporter *reporter)
{
	/* Material that Git ignores may not be there yet. */
	struct tree_gathered all = { .skips_broken = true };
	struct kv_buf out;
	bool script = kv_str_eq(format, KV_S("sh"));
	int status = CLI_OK;
	for (size_t i = 0; i < (paths->n ? paths->n : 1); i++)
		if (add_path(audit, paths->n ? paths->v[i] : KV_S(".")) < 0)
			status = CLI_FAILED;
	for (size_t i = 0; i < audit->repo.nunits; i++) {
		struct tree_unit *u = audit->repo.units[i];
		if (!u->failed && tree_gather(u->job, u->path, audit->engine, &all) < 0)
			u->failed = true;
		status = cli_worse(status, cli_unit_report(u));
	}
	kv_buf_init(&out, audit->job->arena, KV_BUF_MAX);
	if (script || !format.p || kv_str_eq(format, KV_S("text"))) {
		cli_bootstrap_print(audit->job, &all, audit->repo.cwd, script, &out);
	} else {
		cli_bootstrap_add(audit->job, &all, &audit->findings);
		reporter->print(&audit->findings, &out);
	}
	return cli_print(kv_buf_view(&out)) < 0 ? CLI_FAILED : status;
}

/* --- what was made ---------------------------------------------------------------------------- */

static void add_made(void *arg, const char *rule, struct cli_finding finding)
{
	struct audit *audit = arg;
	finding.rule = rule_of(audit, rule);
	add(audit, finding);
}

static int audit_volatile(struct audit *audit, const struct cli_list *paths, kv_str engine,
			  const struct cli_reporter *reporter)
{
	struct tree_repo *repo = &audit->repo;
	struct kv_buf out;
	size_t nuntold = 0;
	int status = CLI_OK;
	struct tree_product *products = cli_volatile_find(audit->job, repo, engine, paths);
	if (!products)
		return CLI_FAILED;
	for (size_t i = 0; i < repo->nunits; i++) {
		cli_volatile_add(&products[i], repo, add_made, audit);
		nuntold += products[i].volatiles.nuntold;
		status = cli_worse(status, products[i].skipped ? CLI_OK : cli_unit_report(repo->units[i]));
		if (repo->units[i]->failed)
			cli_finding_add_failed(&audit->findings, repo->units[i]);
	}
	kv_buf_init(&out, audit->job->arena, KV_BUF_MAX);
	reporter->print(&audit->findings, &out);
	if (cli_print(kv_buf_view(&out)) < 0)
		return CLI_FAILED;
	cli_tell(kv_arena_printf(audit->job->arena, "%zu value%s made by chance or the clock\n", audit->nfindings,
				 audit->nfindings == 1 ? " was" : "s were"));
	if (nuntold)
		cli_tell(kv_arena_printf(audit->job->arena, "of %zu calls it was not looked at what each makes\n",
					 nuntold));
	return cli_worse(status, audit->nfindings ? CLI_FOUND : CLI_OK);
}

/* A format of --bootstrap alone. */
static bool is_script(const struct audit_options *o)
{
	return o->bootstrap && kv_str_eq(o->output, KV_S("sh"));
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct audit_options o = { 0 };
	struct cli_list paths = { 0 };
	struct audit audit = { .job = job, .skip = &o.skip };
	const struct cli_reporter *reporter;
	audit.findings = (struct cli_findings){ .job = job, .repo = &audit.repo, .command = "audit" };
	if (cli_parse(job, &cli_command_audit, argc, argv, &o, &paths) != CLI_PARSED)
		return cli_end(job);
	if (o.directory.p && chdir(kv_arena_cstr(job->arena, o.directory)) < 0)
		kv_error_file(job, o.directory, "cannot change to this directory");
	if (job->nerrors || !(reporter = choose_format(&audit, is_script(&o) ? (kv_str){ NULL, 0 } : o.output)) ||
	    cli_colour(job, o.color, &audit.findings.colour) < 0 || tree_repo_open(job, &audit.repo) < 0 ||
	    configure(&audit, &o) < 0 || choose_engine(&audit, &o) < 0)
		return cli_end(job);
	make_rules(&audit);
	if (check_options(&audit, &o) < 0)
		return cli_end(job);
	int status = o.bootstrap   ? bootstrap(&audit, &paths, o.output, reporter)
		     : o.made ? audit_volatile(&audit, &paths, o.engine, reporter)
				   : audit_all(&audit, &paths, reporter, o.summary);
	tree_repo_close(&audit.repo);
	if (audit.allowing)
		tree_repo_close(audit.allowing);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_audit = {
	"audit",
	"[PATH]...",
	"Check manifests for Pod Security, secrets, references and schemas; write nothing",
	options,
	KV_COUNT(options),
	"Checks any tree of manifests: workloads against the Pod Security Standards; Secrets with data and texts\n"
	"that look like secrets, unless secrets.allow of a unit allows them; the use of external-secrets;\n"
	"references to objects that are missing; and objects against the schemas of their kinds, which come from the\n"
	"CustomResourceDefinitions of the repository and a built-in table.\n"
	"Without paths the working directory is checked. Kustomizations are built, other files are read as they are.\n"
	"The Pod Security level of a namespace comes from --level, else from podSecurity in .kvendor.yaml, else from\n"
	"the label of a Namespace below the path; else it is restricted. \"-o table\" shows what can be added to each\n"
	"workload and what remains, \"-o patch\" prints the additions as strategic merge patches.\n"
	"\"--volatile\" renders the units at the paths and lists the values that are random or depend on the time.\n"
	"Exit status: 0 no findings; 1 findings; 2 an error in the configuration or in rendering; 3 something could\n"
	"not be downloaded.\n",
	run
};
