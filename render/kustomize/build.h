/* render/kustomize/build.h: `kustomize build` as a function. */
#ifndef RENDER_KUSTOMIZE_BUILD_H
#define RENDER_KUSTOMIZE_BUILD_H

#include "krm/resource.h"
#include "render/engine.h"
#include "render/fetch/fetch.h"
#include "render/template/template.h"

/* The future contents of a folder that is not written yet: read instead of it. */
struct rnd_stand_in {
	kv_str dir;  /* absolute */
	kv_str text; /* of all its resources */
};

struct rnd_build_options {
	bool enable_helm, enable_alpha_plugins, enable_exec;
	bool load_restrictions_none;
	krm_val fields; /* a MAP as KRM_YAML_HELM reads it: the root's kustomization, instead of a file in its directory */
	kv_str fields_name; /* what messages call it */
	bool lenient;       /* accepts some input that kustomize refuses for no good reason; set by `render`, never by `build` */
	bool name_generated; /* objects with generateName alone get a name (krm/resource.h) */
	enum rnd_engine engine;
	bool engine_open; /* nothing chose it: `version: v3` of an Application may (render/gitops) */
	enum rnd_kustomize kustomize; /* whose namespace rules apply */
	bool keep_text;               /* text that kustomize damages stays as the user wrote it */
	kv_str reorder; /* "legacy", "none" or "" (not given) */
	kv_str helm_command, helm_kube_version;
	kv_str *helm_api_versions;
	size_t nhelm_api_versions;
	kv_str *env;
	size_t nenv; /* -e */
	kv_str *mounts;
	size_t nmounts; /* --mount */
	bool network, as_current_user, enable_managedby;
	struct rnd_chance chance;
	const struct rnd_stand_in *stand_ins; /* read in place of the folders, which need not be there */
	size_t nstand_ins;
	struct rnd_fetcher *fetcher; /* for what is remote; NULL: that is an error */
};

/* "5.7", "5.8.0" or "5.8.1"; anything else is reported. */
KV_MUST int rnd_kustomize_parse(struct kv_job *job, kv_pos pos, kv_str text, enum rnd_kustomize *ret);

/* The names of a kustomization file, in the order in which they are looked for (konfig.RecognizedKustomizationFileNames). */
extern const char *const rnd_kustomization_names[3];
bool rnd_is_kustomization_name(kv_str name);
/* The path of the first such file in a folder; empty if there is none. */
kv_str rnd_kustomization_file(struct kv_job *job, kv_str dir);

/* Builds the kustomization at `dir`, absolute and real, or a Git reference (render/fetch/git_url.h). Deprecation warnings become warnings of the job. */
KV_MUST int rnd_build(struct kv_job *job, kv_str dir, const struct rnd_build_options *options,
		      struct krm_resources *ret);

#endif
