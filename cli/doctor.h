/* cli/doctor.h: what `kvendor doctor` gathers about one repository. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "base/buf.h"
#include "base/job.h"
#include "krm/value.h"

/* What a kustomization needs of the program that builds it. */
struct cli_needs {
	bool plugins, exec, exec_arguments, containers, network, helm;
};

struct cli_doctor {
	struct kv_job *job;
	struct kv_buf facts;    /* for standard output: which flags and programs are needed where */
	struct cli_needs needs; /* of all kustomizations */
	kv_str exec_file;       /* the first kustomization with an executable; empty: none */
	kv_str options;         /* kustomize.buildOptions of Argo CD; p is NULL where there are none */
	kv_pos options_pos;
	kv_str *plugins; /* names of Argo CD's plugins, as applications call them */
	size_t nplugins, plugins_cap;
	krm_val *named; /* those that applications call */
	size_t nnamed, named_cap;
	struct cli_flux *flux; /* folders that Flux builds */
	size_t nflux, flux_cap;
	struct cli_built *built; /* kustomizations that need more than Flux gives */
	size_t nbuilt, built_cap;
	bool has_units;
	kv_str renovate; /* the first configuration of Renovate; empty: none */
	bool renovate_knows;
};

struct cli_flux {
	kv_str path; /* below the repository's root */
	kv_pos pos;
};

struct cli_built {
	kv_str dir, what;
};

/* The path of a program in $PATH; empty if there is none. */
kv_str cli_doctor_program(struct kv_arena *a, kv_str name);
/* Looks through a kustomization; `file` relative to the working directory. Mistakes become warnings, what it needs becomes facts. A file
 * that cannot be read is a warning. */
void cli_doctor_kustomization(struct cli_doctor *d, kv_str file);
/* A Kptfile, and a file that may hold Argo CD's configuration. */
void cli_doctor_kptfile(struct cli_doctor *d, kv_str file);
void cli_doctor_argocd(struct cli_doctor *d, kv_str file);
/* Checks a file for mistakes about Argo CD's plugins. After all files: checks that the plugins that applications name exist. */
void cli_doctor_plugin(struct cli_doctor *d, kv_str file, kv_str text);
void cli_doctor_plugin_names(struct cli_doctor *d);
/* Checks a file that may be a CI job, the hooks of pre-commit, or Renovate's configuration. After all files: checks whether Renovate finds
 * the charts of units, and whether Flux can build its kustomizations. */
void cli_doctor_ci(struct cli_doctor *d, kv_str file);
void cli_doctor_renovate(struct cli_doctor *d);
void cli_doctor_flux(struct cli_doctor *d);

#endif
