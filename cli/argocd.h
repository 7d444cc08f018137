/* cli/argocd.h: kvendor as a config management plugin of Argo CD (argo-cd: cmpserver/plugin). */
#ifndef CLI_ARGOCD_H
#define CLI_ARGOCD_H

#include "cli/units.h"

struct cli_argocd_options {
	struct cli_unit_options units;
	bool allow_empty, config_map;
	kv_str discover, name;
};

/* What a folder is rendered as. */
enum cli_argocd_kind {
	CLI_ARGOCD_NOTHING = 0,
	CLI_ARGOCD_UNITS = 1,     /* it, or what lies below it, has kvendor.yaml or kubesource.yaml */
	CLI_ARGOCD_KUSTOMIZE = 2, /* a kustomization */
	CLI_ARGOCD_CHART = 4,
};

/* Of the working directory; *ret_file is what shows it. */
enum cli_argocd_kind cli_argocd_kind(struct kv_job *job, kv_str *ret_file);

/* The values of the application's parameters; .p is NULL, or .n 0, where one is not given. Maps are "name=value". */
struct cli_argocd_parameters {
	kv_str release_name, namespace, values, skip_crds, skip_tests, engine, name_prefix, name_suffix, set_namespace;
	struct cli_list values_files, helm_parameters, images, common_labels, targets;
};
/* From $ARGOCD_APP_PARAMETERS, over $ARGOCD_ENV_RELEASE_NAME and its kin. */
KV_MUST int cli_argocd_parameters(struct kv_job *job, struct cli_argocd_parameters *ret);
/* The announcement for the working directory, as JSON. */
KV_MUST int cli_argocd_announce(struct kv_job *job, const struct cli_argocd_options *o);
/* Prints the manifests. */
KV_MUST int cli_argocd_generate(struct kv_job *job, const struct cli_argocd_options *o);

#endif
