/* cli/helm.h: `kvendor helm`, which answers as the helm program does.
 *
 * A command is a struct cli_helm_verb: its words, how many arguments it takes, its options and what it does. The rows of one
 * family (show, repo, dependency) lie in one file, cli/helm_FAMILY.c. The struct that a command's options fill begins with a
 * struct cli_helm_settings, whose rows every table shares.
 */
#ifndef CLI_HELM_H
#define CLI_HELM_H

#include "cli/options.h"
#include "krm/value.h"
#include "render/engine.h"

/* Helm's global flags (helm: pkg/cli/environment.go). */
struct cli_helm_settings {
	kv_str namespace, engine, repository_config, repository_cache, registry_config, content_cache, color;
	/* Of clusters, which kvendor does not talk to: what `helm env` prints. */
	kv_str kubeconfig, kube_context, kube_token, kube_as_user, kube_apiserver, kube_ca_file, kube_tls_server_name, burst_limit, qps;
	struct cli_list kube_as_groups;
	struct cli_flags kube_insecure;
	bool debug, ignored;
	struct cli_list ignored_values;
};

extern const struct cli_option cli_helm_settings_rows[], cli_helm_source_rows[], cli_helm_values_rows[];
#define CLI_HELM_AT(type, field) offsetof(struct type, field)
#define CLI_HELM_SETTINGS(type)                                                                              \
	{                                                                                                    \
		.shared = CLI_HELM_SETTINGS_ROWS, .offset = CLI_HELM_AT(type, settings)                      \
	}

/* Where a chart that is not at hand would come from (helm: cmd/helm/flags.go, addChartPathOptionsFlags). */
struct cli_helm_source {
	kv_str version, repo, username, password, cert_file, key_file, ca_file;
	bool devel, verify, insecure, plain_http, pass_credentials;
	struct cli_list ignored_values;
};
#define CLI_HELM_SOURCE(type)                                                                                \
	{                                                                                                    \
		.shared = CLI_HELM_SOURCE_ROWS, .offset = CLI_HELM_AT(type, source)                          \
	}

/* Values for a chart (helm: cmd/helm/flags.go, addValueOptionsFlags). */
struct cli_helm_values {
	struct cli_list files, set, set_string, set_json, set_file, set_literal;
};
#define CLI_HELM_VALUES(type)                                                                                \
	{                                                                                                    \
		.shared = CLI_HELM_VALUES_ROWS, .offset = CLI_HELM_AT(type, values)                          \
	}

/* One call. */
struct cli_helm {
	struct kv_job *job;
	enum rnd_engine engine;
	const struct cli_helm_settings *settings;
	struct cli_list args;
	bool for_kustomize; /* it made the call */
	struct kv_buf out; /* standard output, also of a call that fails */
};

#define CLI_HELM_ANY SIZE_MAX

struct cli_helm_verb {
	const char *family; /* "show" of `helm show chart`; NULL: a command of its own */
	const char *word;   /* "chart" */
	const char *
		usage; /* Helm's usage line, for its message about arguments; NULL: it says nothing about them */
	size_t least, most;         /* arguments */
	struct cli_command command; /* name and options; run is not used */
	size_t size;                /* of the options' struct */
	int (*act)(struct cli_helm *h, const void *options);
};

/* The rows of the families, each list ended by an empty row. */
extern const struct cli_helm_verb cli_helm_show[], cli_helm_about[], cli_helm_pull[], cli_helm_package[],
	cli_helm_repo[], cli_helm_dependency[], cli_helm_lint[];

/* argv[0] is "helm". */
int cli_helm(int argc, char **argv);
/* The commands of `kvendor helm`, by names such as "helm show chart", those of one family side by side; NULL past the last. */
const struct cli_command *cli_helm_command_at(size_t i);
/* True if the arguments, argv[1] and on, are those of a program that calls its --helm-command. */
bool cli_helm_is_called(int argc, char **argv);

/* --- what `kvendor template` shares ----------------------------------------------------------- */

/* The value of --engine in argv, else KVENDOR_ENGINE, else `usual`. */
KV_MUST int cli_helm_engine(struct kv_job *job, int argc, char **argv, enum rnd_engine usual, enum rnd_engine *ret);
/* cli_parse with the flags that `engine` has, and its words about their values; `options` begin with the settings. */
KV_MUST enum cli_parsed cli_helm_parse(struct kv_job *job, enum rnd_engine engine, const struct cli_command *command,
				       int argc, char **argv, void *options, struct cli_list *ret_args);
/* The environment in which kustomize calls helm: the three homes, one in the other. */
bool cli_helm_under_kustomize(void);
/* Uses the user's own Helm folders, which have the logins and the cache, instead of the temporary ones that kustomize made for this
 * build. A helmGlobals.configHome stays. */
void cli_helm_leave_throw_away_homes(void);
/* All that the flags say, merged into a new map. */
KV_MUST int cli_helm_read_values(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_values *values,
				 krm_val *ret);
/* The path of a chart: a file or folder as named, else an archive of a repository on disk (helm: LocateChart). */
KV_MUST int cli_helm_locate(struct kv_job *job, enum rnd_engine engine,
			    const struct cli_helm_settings *settings, const struct cli_helm_source *source, kv_str name, kv_str *ret_path);
/* Why an archive cannot be verified, in Helm's words as far as it needs no key (helm: pkg/downloader/chart_downloader.go, VerifyChart). */
KV_MUST int cli_helm_verify(struct kv_job *job, kv_str path);
/* A job whose messages are Helm's. */
struct kv_job *cli_helm_job(void);
/* Reports in Helm's form, frees the job, gives the exit status: 1 if `failed` or anything was reported. */
int cli_helm_end(struct kv_job *job, bool failed);

/* The namespace of the release; empty where neither a flag nor the environment has one. */
kv_str cli_helm_namespace(const struct cli_helm_settings *settings);
/* Files of certificates must be there, even where no network is needed (helm_tls.c). */
KV_MUST int cli_helm_check_tls(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_source *source);
/* What --kube-version says must be a version, which is told before the chart is looked for. */
KV_MUST int cli_helm_check_kube_version(struct kv_job *job, enum rnd_engine engine, kv_str version);
/* --debug or HELM_DEBUG. */
bool cli_helm_debug(const struct cli_helm_settings *settings);

/* --- folders ---------------------------------------------------------------------------------- */

enum cli_helm_home { CLI_HELM_CACHE, CLI_HELM_CONFIG, CLI_HELM_DATA };

/* A path in one of Helm's homes (helm: pkg/helmpath/lazypath.go); `below` may be empty. */
kv_str cli_helm_home(struct kv_arena *a, enum cli_helm_home home, kv_str below);
kv_str cli_helm_repository_config(struct kv_arena *a, const struct cli_helm_settings *settings);
kv_str cli_helm_repository_cache(struct kv_arena *a, const struct cli_helm_settings *settings);

/* The value of a variable as `helm env` prints it; empty if Helm has none of the name. */
kv_str cli_helm_variable(struct cli_helm *h, const char *name);
/* What Helm says of a family (show, repo, dependency), on h->out. */
void cli_helm_explain(struct cli_helm *h, const char *family);

/* --- finding an archive ----------------------------------------------------------------------- */

/* The archive of a chart: of the repository `source->repo`, or else of the configured one that `reference` begins with; `reference` may also be
 * an address. Repositories may lie on disk (file://). */
KV_MUST int cli_helm_find(struct kv_job *job, enum rnd_engine engine,
			  const struct cli_helm_settings *settings, const struct cli_helm_source *source, kv_str reference, kv_str *ret_path);

#endif
