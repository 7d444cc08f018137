/* cli/argocd.c: kvendor argocd: a config management plugin of Argo CD. */
#include "cli/argocd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/report.h"
#include "render/kustomize/build.h"
#include "tree/dirs.h"

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct cli_argocd_options, units),
	{ 0, "allow-empty", CLI_FLAG, offsetof(struct cli_argocd_options, allow_empty),
	  .help = "generate: allow that there are no manifests" },
	{ 0, "discover", CLI_VALUE, offsetof(struct cli_argocd_options, discover), "WHAT",
	  .help = "plugin, match: folders to render: units (default), all (also charts and kustomizations) or none" },
	{ 0, "name", CLI_VALUE, offsetof(struct cli_argocd_options, name), "NAME", .help = "plugin: name of the plugin (default: kvendor)" },
	{ 0, "config-map", CLI_FLAG, offsetof(struct cli_argocd_options, config_map),
	  .help = "plugin: print a ConfigMap to mount into the sidecar" },
};

/* --- what a folder is --------------------------------------------------------------------------- */

static bool look(kv_str *ret, kv_str name)
{
	*ret = name;
	return kv_file_kind(name) == KV_FILE_REGULAR;
}

/* A unit at or below a folder that is none itself, as far as this deep. */
#define UNITS_DEEP 6

static bool has_unit(struct kv_job *job, kv_str dir, size_t depth, kv_str *ret)
{
	static const char *const names[] = { "kvendor.yaml", "kubesource.yaml" };
	struct kv_diag_mark mark = kv_diag_mark(job);
	struct kv_dirent *entries;
	size_t n;

	for (size_t i = 0; i < 2; i++)
		if (look(ret, kv_path_join(job->arena, dir, kv_str_c(names[i]))))
			return true;
	if (!depth || kv_dir_read(job, dir, &entries, &n) < 0) {
		kv_diag_forget(job, mark);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (entries[i].kind == KV_FILE_DIR && entries[i].name.p[0] != '.' &&
		    !kv_str_eq(entries[i].name, KV_S("node_modules")) && !kv_str_eq(entries[i].name, KV_S("charts")) &&
		    has_unit(job, kv_path_join(job->arena, dir, entries[i].name), depth - 1, ret))
			return true;
	return false;
}

enum cli_argocd_kind cli_argocd_kind(struct kv_job *job, kv_str *ret_file)
{
	if (has_unit(job, KV_S("."), 0, ret_file))
		return CLI_ARGOCD_UNITS;
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++)
		if (look(ret_file, kv_str_c(rnd_kustomization_names[i])))
			return CLI_ARGOCD_KUSTOMIZE;
	if (look(ret_file, KV_S("Chart.yaml")))
		return CLI_ARGOCD_CHART;
	return has_unit(job, KV_S("."), UNITS_DEEP, ret_file) ? CLI_ARGOCD_UNITS : CLI_ARGOCD_NOTHING;
}

/* --- match -------------------------------------------------------------------------------------- */

static int check_discover(struct kv_job *job, const struct cli_argocd_options *o)
{
	static const char *const words[] = { "units", "all", "none" };

	for (size_t i = 0; i < KV_COUNT(words); i++)
		if (!o->discover.p || kv_str_eq(o->discover, kv_str_c(words[i])))
			return 0;
	return kv_error(job, 0, "--discover must be units, all or none, not \"%.*s\"", KV_ARG(o->discover));
}

/* Nothing printed is "no". */
static int match(struct kv_job *job, const struct cli_argocd_options *o)
{
	kv_str file;
	enum cli_argocd_kind kind = cli_argocd_kind(job, &file);
	bool all = kv_str_eq(o->discover, KV_S("all"));

	if (check_discover(job, o) < 0)
		return -1;
	if (kind != CLI_ARGOCD_UNITS && (!all || kind == CLI_ARGOCD_NOTHING))
		return 0;
	return cli_print(kv_arena_cat(job->arena, file, KV_S("\n")));
}

/* --- plugin ------------------------------------------------------------------------------------- */

static void plugin_text(const struct cli_argocd_options *o, const char *indent, kv_str name, struct kv_buf *out)
{
	bool all = kv_str_eq(o->discover, KV_S("all")), none = kv_str_eq(o->discover, KV_S("none"));

	kv_buf_printf(out,
		      "%sapiVersion: argoproj.io/v1alpha1\n"
		      "%skind: ConfigManagementPlugin\n"
		      "%smetadata:\n"
		      "%s  name: %.*s\n"
		      "%sspec:\n",
		      indent, indent, indent, indent, KV_ARG(name), indent);
	if (!none)
		kv_buf_printf(out,
			      "%s  discover:\n"
			      "%s    find:\n"
			      "%s      command: [kvendor, argocd, match%s]\n",
			      indent, indent, indent, all ? ", --discover=all" : "");
	kv_buf_printf(out,
		      "%s  generate:\n"
		      "%s    command: [kvendor, argocd, generate]\n"
		      "%s  parameters:\n"
		      "%s    dynamic:\n"
		      "%s      command: [kvendor, argocd, parameters]\n",
		      indent, indent, indent, indent, indent);
}

/* A DNS label, as the name of a ConfigMap is too. */
static bool is_name(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_digit(s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'z') && (s.p[i] != '-' || i == 0 || i + 1 == s.n))
			return false;
	return s.n && s.n <= 63;
}

static int plugin(struct kv_job *job, const struct cli_argocd_options *o)
{
	kv_str name = o->name.p ? o->name : KV_S("kvendor");
	struct kv_buf out;

	if (check_discover(job, o) < 0)
		return -1;
	if (!is_name(name))
		return kv_error(job, 0, "\"%.*s\" cannot be the name of a plugin: use lower-case letters, digits and \"-\"", KV_ARG(name));
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (o->config_map)
		kv_buf_printf(&out,
			      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %.*s-plugin\n  namespace: argocd\n"
			      "data:\n  plugin.yaml: |\n",
			      KV_ARG(name));
	plugin_text(o, o->config_map ? "    " : "", name, &out);
	return cli_print(kv_buf_view(&out));
}

/* --- generate, and what it leaves behind ---------------------------------------------------------- */

/* A folder for all temporary files of the render; empty if none can be made. */
static kv_str temporary(struct kv_job *job)
{
	const char *named = getenv("TMPDIR");
	char *path = kv_arena_cstr(job->arena,
				   kv_path_join(job->arena, kv_str_c(named && *named == '/' ? named : "/tmp"),
						KV_S("kvendor-argocd-XXXXXX")));

	return mkdtemp(path) && setenv("TMPDIR", path, 1) == 0 ? kv_str_c(path) : KV_S("");
}

static void remove_temporary(struct kv_job *job, kv_str dir)
{
	tree_fd parent = tree_dir_open(job->arena, kv_path_dir(job->arena, dir), NULL);

	if (parent >= 0 && tree_remove_at(parent, kv_arena_cstr(job->arena, kv_path_base(dir))) < 0)
		kv_warn_file(job, dir, "it cannot be removed: %s", strerror(errno));
}

/* What the processes share. */
struct pair {
	int ends[2]; /* of a pipe that nothing is written to: it ends with the child */
	int life;    /* of another one, which ends with both */
	pid_t guard;
	sigset_t mask; /* of before: the signals that end a process are blocked but while the other one waits */
};

static int begin(struct pair *p)
{
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	if (pipe2(p->ends, O_CLOEXEC) < 0)
		return -1;
	return sigprocmask(SIG_BLOCK, &ending, &p->mask);
}

/* A process that outlives both, which hold the other end of its pipe, and removes the folder if they could not. The signals that end them
 * are blocked here. In it *ret_guard is true: all is done. */
static int leave_guard(struct kv_job *job, struct pair *p, kv_str dir, bool *ret_guard)
{
	int life[2];

	if (pipe2(life, O_CLOEXEC) < 0)
		return -1;
	p->life = life[1];
	p->guard = fork();
	if (p->guard == 0) {
		struct pollfd end = { .fd = life[0] };

		close(life[1]);
		close(p->ends[0]);
		close(p->ends[1]);
		while (poll(&end, 1, -1) < 0 && errno == EINTR)
			;
		if (kv_file_kind(dir) != KV_FILE_NONE)
			remove_temporary(job, dir);
		*ret_guard = true;
		return 0;
	}
	close(life[0]);
	return p->guard < 0 ? -1 : 0;
}

/* Nobody else would in a container whose first process is a server. */
static void dismiss_guard(const struct pair *p)
{
	close(p->life);
	while (waitpid(p->guard, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Waits for the child; a signal to this process ends both. */
static int wait_for(struct pair *p, pid_t child, int *ret_status)
{
	struct pollfd end = { .fd = p->ends[0] };

	close(p->ends[1]);
	while (ppoll(&end, 1, NULL, &p->mask) < 0 && errno == EINTR)
		if (kv_interrupted())
			kill(child, SIGTERM);
	close(p->ends[0]);
	while (waitpid(child, ret_status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return sigprocmask(SIG_SETMASK, &p->mask, NULL);
}

static int tell_end(struct kv_job *job, int status)
{
	if (WIFSIGNALED(status) && !kv_interrupted())
		return kv_error(job, 0, "the render was ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* Argo CD ends what takes too long by SIGTERM to the group, and the first process at the same time by SIGKILL (exec.CommandContext). Of two
 * processes the one that waits outlives a SIGTERM, long enough to remove what the one that renders had in its temporary folder; a third
 * one outlives a SIGKILL. In the one that renders *ret_child is true: it goes on. */
static int watch(struct kv_job *job, bool *ret_child)
{
	kv_str dir = temporary(job);
	struct pair pair = { .guard = -1 };
	bool guard = false;
	int status = 0;
	pid_t child = -1;

	*ret_child = false;
	if (!dir.n)
		return kv_error(job, 0, "no temporary folder can be made: %s", strerror(errno));
	kv_interrupt_hold();
	if (begin(&pair) == 0 && leave_guard(job, &pair, dir, &guard) == 0 && !guard)
		child = fork();
	if (guard)
		return 0;
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		kv_interrupt_release();
		*ret_child = true;
		close(pair.ends[0]);
		return sigprocmask(SIG_SETMASK, &pair.mask, NULL);
	}
	int failed = child < 0 || wait_for(&pair, child, &status) < 0, why = errno;
	remove_temporary(job, dir);
	if (pair.guard > 0)
		dismiss_guard(&pair);
	kv_interrupt_release();
	return failed ? kv_error(job, 0, "no process can be made: %s", strerror(why)) : tell_end(job, status);
}

/* --- entry -------------------------------------------------------------------------------------- */

static int dispatch(struct kv_job *job, const struct cli_argocd_options *o, kv_str word)
{
	bool child;

	if (kv_str_eq(word, KV_S("plugin")))
		return plugin(job, o);
	if (kv_str_eq(word, KV_S("match")))
		return match(job, o);
	if (kv_str_eq(word, KV_S("parameters")))
		return cli_argocd_announce(job, o);
	if (!kv_str_eq(word, KV_S("generate")))
		return kv_error(job, 0, "name a subcommand: kvendor argocd plugin, generate, parameters or match");
	if (watch(job, &child) < 0)
		return -1;
	return child ? cli_argocd_generate(job, o) : 0;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_argocd_options o = { .allow_empty = false };
	struct cli_list args = { 0 };
	int failed = 0;

	if (cli_parse(job, &cli_command_argocd, argc, argv, &o, &args) == CLI_PARSED) {
		if (o.units.directory.n && chdir(kv_arena_cstr(job->arena, o.units.directory)) < 0)
			failed = kv_error_file(job, o.units.directory, "it cannot be entered: %s", strerror(errno));
		o.units.directory = (kv_str){ 0 };
		if (!failed)
			failed = dispatch(job, &o, args.n == 1 ? args.v[0] : KV_S("")) < 0;
	}
	int status = cli_end_imitating(job);

	return failed ? 1 : status;
}

const struct cli_command cli_command_argocd = {
	"argocd",
	"plugin|generate|parameters|match",
	"Run as a config management plugin of Argo CD",
	options,
	KV_COUNT(options),
	"  kvendor argocd plugin >plugin.yaml       print the plugin's configuration, for its sidecar\n"
	"  kvendor argocd plugin --config-map       the same as a ConfigMap\n"
	"\n"
	"Argo CD runs the other three in the folder of an application: match prints something if the folder can be\n"
	"rendered, parameters announces what an application may set, generate prints the manifests. They read the\n"
	"variables that Argo CD sets: ARGOCD_APP_NAME, ARGOCD_APP_NAMESPACE, KUBE_VERSION, KUBE_API_VERSIONS,\n"
	"ARGOCD_APP_PARAMETERS, ARGOCD_ENV_*.\n"
	"Exit status: 0, or 1 after an error or when nothing was rendered.\n",
	run,
};
