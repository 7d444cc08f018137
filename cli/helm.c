/* cli/helm.c: which command of helm is meant, and how it is answered (helm: cmd/helm/root.go; cobra: command.go). */
#include "cli/helm.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/report.h"
#include "cli/template.h"
#include "render/chart/load.h"
#include "render/log.h"

static const struct cli_helm_verb *const families[] = {
	cli_helm_about, cli_helm_show,       cli_helm_pull, cli_helm_package,
	cli_helm_repo,  cli_helm_dependency, cli_helm_lint,
};

static const char *const aliases[][2] = {
	{ "dep", "dependency" }, { "dependencies", "dependency" },
	{ "inspect", "show" },   { "fetch", "pull" },
	{ "ls", "list" },        { "up", "update" },
	{ "rm", "remove" },
};

static const char cluster[] = "a cluster is asked, and kvendor talks to none";

/* Helm's own commands in its order: what a mistyped one may have meant, and why one is not offered. */
static const struct {
	const char *word, *reason;
} helm_words[] = {
	{ "create", "kvendor renders charts and writes none" },
	{ "dependency", NULL },
	{ "pull", NULL },
	{ "show", NULL },
	{ "lint", NULL },
	{ "package", NULL },
	{ "repo", NULL },
	{ "search", "kvendor searches nothing; \"kvendor outdated\" tells the versions of the charts in use" },
	{ "verify", NULL },
	{ "get", cluster },
	{ "history", cluster },
	{ "install", cluster },
	{ "list", cluster },
	{ "test", cluster },
	{ "rollback", cluster },
	{ "status", cluster },
	{ "template", NULL },
	{ "uninstall", cluster },
	{ "upgrade", cluster },
	{ "completion", "\"kvendor completion\" prints what shells want for kvendor" },
	{ "env", NULL },
	{ "plugin", "kvendor runs no plugins" },
	{ "version", NULL },
	{ "registry", "kvendor keeps no logins: it uses those that \"docker login\" or helm made" },
	{ "push", "kvendor uploads no charts" },
};

/* --- shared with `kvendor template` -------------------------------------------------------------------- */

/* The last one counts, as with any flag. */
static kv_str engine_flag(int argc, char **argv)
{
	kv_str found = { 0 };
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--engine") == 0 && i + 1 < argc)
			found = kv_str_c(argv[++i]);
		else if (strncmp(argv[i], "--engine=", strlen("--engine=")) == 0)
			found = kv_str_c(argv[i] + strlen("--engine="));
	return found;
}

int cli_helm_engine(struct kv_job *job, int argc, char **argv, enum rnd_engine usual, enum rnd_engine *ret)
{
	*ret = usual;
	return cli_engine_read(job, engine_flag(argc, argv), ret);
}

static bool lies_in(const char *name, kv_str dir, const char *below)
{
	const char *value = getenv(name);
	size_t n = value ? strlen(value) : 0;
	return n == dir.n + strlen(below) && memcmp(value, dir.p, dir.n) == 0 &&
	       strcmp(value + dir.n, below) == 0;
}

/* kustomize: api/internal/builtins/HelmChartInflationGenerator.go, runHelmCommand */
bool cli_helm_under_kustomize(void)
{
	kv_str config = kv_str_c(getenv("HELM_CONFIG_HOME"));
	return config.p && lies_in("HELM_CACHE_HOME", config, "/.cache") &&
	       lies_in("HELM_DATA_HOME", config, "/.data");
}

/* $TMPDIR/kustomize-helm-NUMBER/helm */
void cli_helm_leave_throw_away_homes(void)
{
	kv_str config = kv_str_c(getenv("HELM_CONFIG_HOME")), prefix = KV_S("kustomize-helm-");
	if (!cli_helm_under_kustomize() || !kv_str_ends(config, KV_S("/helm")))
		return;
	kv_str made = kv_path_base(kv_str_sub(config, 0, config.n - strlen("/helm")));
	if (!kv_str_starts(made, prefix) ||
	    kv_str_trim(kv_str_sub(made, prefix.n, made.n), "0123456789").n)
		return;
	unsetenv("HELM_CONFIG_HOME");
	unsetenv("HELM_CACHE_HOME");
	unsetenv("HELM_DATA_HOME");
}

/* Errors of the command line and of the system in Helm's form. */
static void say_as_helm(struct kv_job *job)
{
	for (struct kv_diag *d = job->diags; d; d = d->next) {
		if (d->severity != KV_ERROR || d->verbatim)
			continue;
		kv_str where =
			d->pos == 0 && d->file.n ? kv_arena_cat(job->arena, d->file, KV_S(": ")) : KV_S("");
		d->text = kv_arena_cat(job->arena, KV_S("Error: "), where, d->text);
		d->verbatim = true;
	}
}

struct kv_job *cli_helm_job(void)
{
	struct kv_job *job = kv_job_new();
	job->imitating = true;
	return job;
}

int cli_helm_end(struct kv_job *job, bool failed)
{
	say_as_helm(job);
	int status = cli_end_imitating(job);
	return failed ? 1 : status;
}

int cli_helm_verify(struct kv_job *job, kv_str path)
{
	kv_str provenance = kv_arena_cat(job->arena, path, KV_S(".prov"));
	enum kv_file_kind kind = kv_file_kind(path);
	if (kind == KV_FILE_NONE)
		return rnd_chart_error(
			job, 0, kv_arena_printf(job->arena, "stat %.*s: no such file or directory", KV_ARG(path)));
	if (kind == KV_FILE_DIR)
		return rnd_chart_error(job, 0, KV_S("unpacked charts cannot be verified"));
	if (path.n < 4 || strncasecmp(path.p + path.n - 4, ".tgz", 4) != 0)
		return rnd_chart_error(job, 0, KV_S("chart must be a tgz file"));
	if (kv_file_kind(provenance) == KV_FILE_NONE)
		return rnd_chart_error(job, 0,
				       kv_arena_printf(job->arena,
						       "could not load provenance file %.*s: stat %.*s: no such file or "
						       "directory",
						       KV_ARG(provenance), KV_ARG(provenance)));
	return rnd_chart_error(job, 0,
			       KV_S("charts are verified where kvendor downloads them for units: \"kvendor pull --keyring FILE\", or "
				    "keyring in .kvendor.yaml"));
}

static int verify_at_hand(struct kv_job *job, kv_str path)
{
	kv_str dir;
	return kv_path_cwd(job, &dir) < 0 ? -1 : cli_helm_verify(job, kv_path_join(job->arena, dir, path));
}

/* A chart at hand wins over --repo, in Helm 3 alone (helm: pkg/action/install.go, LocateChart). */
static bool is_at_hand(struct kv_job *job, enum rnd_engine engine, kv_str repo, kv_str name)
{
	if ((repo.n && engine == RND_HELM4) || kv_file_kind(name) == KV_FILE_NONE)
		return false;
	if (repo.n)
		rnd_log(job, engine, "install.go:759",
			kv_arena_printf(job->arena,
					"WARN local chart found in current working directory. repository url ignored "
					"chart=%.*s repository=%.*s",
					KV_ARG(name), KV_ARG(repo)));
	return true;
}

int cli_helm_locate(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_settings *settings,
		    const struct cli_helm_source *source, kv_str name, kv_str *ret_path)
{
	name = kv_str_trim(name, " \t\r\n");
	*ret_path = name;
	if (is_at_hand(job, engine, source->repo, name))
		return source->verify ? verify_at_hand(job, name) : 0;
	kv_str quoted = rnd_quoted(job, name);
	if (!(source->repo.n && engine == RND_HELM4) && name.n && (name.p[0] == '/' || name.p[0] == '.'))
		return rnd_chart_error(job, 0,
				       kv_arena_cat(job->arena, KV_S("path "), quoted, KV_S(" not found")));
	return cli_helm_find(job, engine, settings, source, name, ret_path);
}

/* --- folders ------------------------------------------------------------------------------------------- */

kv_str cli_helm_home(struct kv_arena *a, enum cli_helm_home home, kv_str below)
{
	static const struct {
		const char *own, *xdg, *usual;
	} rows[] = {
		[CLI_HELM_CACHE] = { "HELM_CACHE_HOME", "XDG_CACHE_HOME", ".cache" },
		[CLI_HELM_CONFIG] = { "HELM_CONFIG_HOME", "XDG_CONFIG_HOME", ".config" },
		[CLI_HELM_DATA] = { "HELM_DATA_HOME", "XDG_DATA_HOME", ".local/share" },
	};
	const char *own = getenv(rows[home].own), *xdg = getenv(rows[home].xdg), *user = getenv("HOME");
	if (own && *own)
		return below.n ? kv_path_join(a, kv_str_c(own), below) : kv_path_clean(a, kv_str_c(own));
	kv_str dir = xdg && *xdg ? kv_str_c(xdg)
				 : kv_path_join(a, kv_str_c(user ? user : ""), kv_str_c(rows[home].usual));
	return kv_path_join(a, dir, below.n ? kv_arena_cat(a, KV_S("helm/"), below) : KV_S("helm"));
}

static kv_str setting(kv_str flag, const char *name, kv_str usual)
{
	const char *value = getenv(name);
	return flag.p ? flag : value ? kv_str_c(value) : usual;
}

kv_str cli_helm_namespace(const struct cli_helm_settings *settings)
{
	return setting(settings->namespace, "HELM_NAMESPACE", KV_S(""));
}

kv_str cli_helm_repository_config(struct kv_arena *a, const struct cli_helm_settings *settings)
{
	return setting(settings->repository_config, "HELM_REPOSITORY_CONFIG",
		       cli_helm_home(a, CLI_HELM_CONFIG, KV_S("repositories.yaml")));
}

kv_str cli_helm_repository_cache(struct kv_arena *a, const struct cli_helm_settings *settings)
{
	return setting(settings->repository_cache, "HELM_REPOSITORY_CACHE",
		       cli_helm_home(a, CLI_HELM_CACHE, KV_S("repository")));
}

/* --- one command ----------------------------------------------------------------------------------------- */

/* cobra's validators with Helm's words (helm: cmd/helm/require/args.go). */
static int check_arguments(const struct cli_helm *h, const struct cli_helm_verb *v)
{
	size_t n = h->args.n;
	if (!v->usage || (n >= v->least && n <= v->most))
		return 0;
	kv_str what;
	struct kv_arena *a = h->job->arena;
	size_t wanted = n < v->least ? v->least : v->most;
	const char *word = wanted == 1 ? "argument" : "arguments";
	if (v->most == 0)
		what = KV_S("accepts no arguments");
	else if (v->least == v->most)
		what = kv_arena_printf(a, "requires %zu %s", wanted, word);
	else
		what = kv_arena_printf(a,
				       n < v->least ? "requires at least %zu %s" : "accepts at most %zu %s",
				       wanted, word);
	return rnd_chart_error(
		h->job, 0,
		kv_arena_printf(a, "\"%s\" %.*s\n\nUsage:  %s", v->command.name, KV_ARG(what), v->usage));
}

static int answer(const struct cli_helm_verb *v, int argc, char **argv)
{
	struct cli_helm h = { .job = cli_helm_job(), .for_kustomize = cli_helm_under_kustomize() };
	cli_helm_leave_throw_away_homes();
	void *options = kv_arena_zero(h.job->arena, v->size);
	kv_buf_init(&h.out, h.job->arena, h.job->limits.output_bytes);
	h.settings = options;
	bool failed = cli_helm_engine(h.job, argc, argv, RND_HELM3, &h.engine) != 0;
	enum cli_parsed parsed =
		failed ? CLI_PARSED_ERROR : cli_helm_parse(h.job, h.engine, &v->command, argc, argv, options, &h.args);
	if (parsed == CLI_PARSED)
		failed = check_arguments(&h, v) || v->act(&h, options);
	else if (parsed == CLI_PARSED_ERROR)
		failed = true;
	if (cli_print(kv_buf_view(&h.out)))
		failed = true;
	return cli_helm_end(h.job, failed);
}

/* --- which command --------------------------------------------------------------------------------------- */

struct only_settings {
	struct cli_helm_settings settings;
};
static const struct cli_option global_options[] = { CLI_HELM_SETTINGS(only_settings) };

/* True for a global flag before the command whose value is the next word. */
static bool takes_next(kv_str word)
{
	bool is_long = kv_str_starts(word, KV_S("--"));
	kv_str name = kv_str_sub(word, is_long ? 2 : 1, word.n);
	for (const struct cli_option *o = cli_helm_settings_rows; *o->name; o++) {
		bool named =
			is_long ? kv_str_eq(name, kv_str_c(o->name)) : name.n == 1 && name.p[0] == o->letter;
		if (named)
			return o->kind != CLI_FLAG;
	}
	return false;
}

/* The place of the next word that is no flag, at or after `from`; argc if there is none. */
static int next_word(int argc, char **argv, int from)
{
	for (int i = from; i < argc; i++) {
		kv_str word = kv_str_c(argv[i]);
		if (word.n < 2 || word.p[0] != '-')
			return i;
		if (takes_next(word))
			i++;
	}
	return argc;
}

/* Brings argv[at] to the front, as cobra takes a command's name out of the arguments. */
static void bring_forward(char **argv, int at)
{
	char *word = argv[at];
	memmove(argv + 1, argv, (size_t)at * sizeof *argv);
	argv[0] = word;
}

static const char *without_alias(const char *word)
{
	for (size_t i = 0; i < KV_COUNT(aliases); i++)
		if (strcmp(word, aliases[i][0]) == 0)
			return aliases[i][1];
	return word;
}

static const struct cli_helm_verb *find_verb(const char *family, const char *word)
{
	for (size_t i = 0; i < KV_COUNT(families); i++)
		for (const struct cli_helm_verb *v = families[i]; v->word; v++)
			if (strcmp(v->word, word) == 0 &&
			    (family ? v->family && !strcmp(v->family, family) : !v->family))
				return v;
	return NULL;
}

static bool is_family(const char *word)
{
	for (size_t i = 0; i < KV_COUNT(families); i++)
		if (families[i]->family && strcmp(families[i]->family, word) == 0)
			return true;
	return false;
}

const struct cli_command *cli_helm_command_at(size_t i)
{
	if (i-- == 0)
		return &cli_helm_template;
	for (size_t k = 0; k < KV_COUNT(families); k++)
		for (const struct cli_helm_verb *v = families[k]; v->word; v++)
			if (i-- == 0)
				return &v->command;
	return NULL;
}

/* What is offered. */
static int print_overview(void)
{
	struct kv_job *job = cli_helm_job();
	const struct cli_command *command;
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_lit(&out, "Usage: kvendor helm COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n");
	for (size_t i = 0; (command = cli_helm_command_at(i)); i++)
		kv_buf_printf(&out, "  %-18s %s\n", command->name + strlen("helm "), command->summary);
	return cli_helm_end(job, cli_print(kv_buf_view(&out)) != 0);
}

/* Levenshtein's distance, case apart; longer words than Helm's are far from all of them. */
static size_t distance(const char *a, const char *b)
{
	enum { LONGEST = 16 };
	size_t n = strlen(a), m = strlen(b), row[LONGEST + 1];
	if (n > LONGEST || m > LONGEST)
		return LONGEST;
	for (size_t j = 0; j <= m; j++)
		row[j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = diagonal + (strncasecmp(a + i - 1, b + j - 1, 1) != 0);
			diagonal = row[j];
			size_t gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < gap ? change : gap;
		}
	}
	return row[m];
}

/* A command of Helm that is not offered, or none at all (cobra: SuggestionsFor). */
static int refuse(const char *word)
{
	struct kv_job *job = cli_helm_job();
	struct kv_buf near;
	kv_buf_init(&near, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < KV_COUNT(helm_words); i++) {
		const char *known = helm_words[i].word;
		if (strcmp(word, known) == 0) {
			rnd_chart_error(job, 0,
					kv_arena_printf(job->arena, "\"helm %s\" is not offered by kvendor: %s", word,
							helm_words[i].reason));
			return cli_helm_end(job, true);
		}
		if (distance(word, known) <= 2 || strncasecmp(known, word, strlen(word)) == 0)
			kv_buf_printf(&near, "\t%s\n", known);
	}
	kv_str more = near.n ? kv_arena_cat(job->arena, KV_S("\nDid you mean this?\n"), kv_buf_view(&near),
					    KV_S("\n"))
			     : KV_S("");
	rnd_chart_error(job, 0,
			kv_arena_printf(job->arena,
					"unknown command %.*s for \"helm\"\n%.*sRun 'helm --help' for usage.",
					KV_ARG(rnd_quoted(job, kv_str_c(word))), KV_ARG(more)));
	return cli_helm_end(job, true);
}

/* A family without a command, or with one that Helm does not know: it explains the family, unless it does not know a flag. */
static int explain_family(int argc, char **argv, const char *family)
{
	const struct cli_command command = { .name = family, .options = global_options, .noptions = KV_COUNT(global_options) };
	struct cli_helm h = { .job = cli_helm_job() };
	struct only_settings options = { 0 };
	kv_buf_init(&h.out, h.job->arena, KV_BUF_MAX);
	h.settings = &options.settings;
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			argc = i;
	if (cli_helm_engine(h.job, argc, argv, RND_HELM3, &h.engine) ||
	    cli_helm_parse(h.job, h.engine, &command, argc, argv, &options, &h.args) != CLI_PARSED)
		return cli_helm_end(h.job, true);
	options = (struct only_settings){ 0 }; /* defaults are shown */
	cli_helm_explain(&h, family);
	return cli_helm_end(h.job, cli_print(kv_buf_view(&h.out)) != 0);
}

/* argv[0] is the family's name. */
static int run_family(int argc, char **argv, const char *family)
{
	int at = next_word(argc, argv, 1);
	const struct cli_helm_verb *v = at < argc ? find_verb(family, without_alias(argv[at])) : NULL;
	if (!v)
		return explain_family(argc, argv, family);
	bring_forward(argv + 1, at - 1);
	return answer(v, argc - 1, argv + 1);
}

/* Flags without a command: Helm explains itself, unless it does not know them. */
static int run_root(int argc, char **argv)
{
	static const struct cli_command root = { .name = "helm", .options = global_options, .noptions = KV_COUNT(global_options) };
	struct kv_job *job = cli_helm_job();
	struct only_settings options = { 0 };
	struct cli_list args = { 0 };
	enum rnd_engine engine;
	/* -h and --help are of the overview. */
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0)
			argc = i;
	if (cli_helm_engine(job, argc, argv, RND_HELM3, &engine) ||
	    cli_helm_parse(job, engine, &root, argc, argv, &options, &args) != CLI_PARSED)
		return cli_helm_end(job, true);
	kv_job_free(job);
	return print_overview();
}

int cli_helm(int argc, char **argv)
{
	int at = next_word(argc, argv, 1);
	if (at >= argc)
		return run_root(argc, argv);
	bring_forward(argv + 1, at - 1);
	const char *word = without_alias(argv[1]);
	if (strcmp(word, "help") == 0 && argc > 2 && is_family(without_alias(argv[2])))
		return run_family(1, argv + 2, without_alias(argv[2]));
	if (strcmp(word, "help") == 0)
		return print_overview();
	if (strcmp(word, "template") == 0)
		return cli_template(argc - 1, argv + 1, RND_HELM3);
	if (is_family(word))
		return run_family(argc - 1, argv + 1, word);
	const struct cli_helm_verb *v = find_verb(NULL, word);
	return v ? answer(v, argc - 1, argv + 1) : refuse(word);
}

/* The questions that kustomize asks its --helm-command, and no command of ours has: `version -c --short`, `version --short`,
 * `pull --untar ...`. Its `template ...` is that of kvendor. */
bool cli_helm_is_called(int argc, char **argv)
{
	static const char *const forms[][2] = {
		{ "version", "--short" },    { "version", "-c" },   { "version", "--client" },
		{ "version", "--template" }, { "pull", "--untar" },
	};
	for (size_t i = 0; argc > 2 && i < KV_COUNT(forms); i++)
		if (strcmp(argv[1], forms[i][0]) == 0 &&
		    kv_str_starts(kv_str_c(argv[2]), kv_str_c(forms[i][1])))
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	return cli_helm(argc, argv);
}

const struct cli_command cli_command_helm = {
	"helm",
	"COMMAND [ARGUMENT]...",
	"Act as the helm program",
	.details = "  kvendor helm template web ./chart -f values.yaml\n"
		   "  kustomize build --enable-helm --helm-command kvendor DIR\n"
		   "  ln -s kvendor /usr/local/bin/helm\n\n"
		   "It answers as Helm 3.21.4; as 4.2.4 with --engine helm4 or KVENDOR_ENGINE=helm4.\n"
		   "\"kvendor helm help\" lists the commands.\n\n"
		   "Exit status: 0 or 1, as helm ends.\n",
	.run = run,
};
