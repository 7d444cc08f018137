/* render/chart/capabilities.h: .Capabilities of a render without a cluster (helm:
 * pkg/chartutil/capabilities.go). */
#ifndef RENDER_CHART_CAPABILITIES_H
#define RENDER_CHART_CAPABILITIES_H

#include "krm/value.h"
#include "render/semver.h"

struct rnd_capabilities {
	enum rnd_engine engine;
	struct rnd_kube_version kube;
	krm_val apis; /* LIST of strings, in Helm's order */
	struct kv_map *api_set;
	const char *helm_version;
};

/* `kube_version` is empty for the engine's default. *ret_error: Helm's text. */
KV_MUST int rnd_capabilities_new(struct kv_job *job, enum rnd_engine engine, kv_str kube_version,
				 const kv_str *more_apis, size_t nmore, struct rnd_capabilities **ret,
				 kv_str *ret_error);

#endif
