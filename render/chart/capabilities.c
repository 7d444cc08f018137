/* render/chart/capabilities.c: the default API versions and Kubernetes versions of both Helms. */
#include "render/chart/capabilities.h"

#include "base/map.h"

#define DEFAULT_KUBE_VERSION KV_S("v1.36.0")

/* The group versions of client-go v0.36's scheme in the order of their registration, then apiextensions: the
 * same for 3.21.4 and 4.2.4. */
static const char *const known_apis[] = {
	"v1",
	"admissionregistration.k8s.io/v1",
	"admissionregistration.k8s.io/v1alpha1",
	"admissionregistration.k8s.io/v1beta1",
	"internal.apiserver.k8s.io/v1alpha1",
	"apps/v1",
	"apps/v1beta1",
	"apps/v1beta2",
	"authentication.k8s.io/v1",
	"authentication.k8s.io/v1alpha1",
	"authentication.k8s.io/v1beta1",
	"authorization.k8s.io/v1",
	"authorization.k8s.io/v1beta1",
	"autoscaling/v1",
	"autoscaling/v2",
	"batch/v1",
	"batch/v1beta1",
	"certificates.k8s.io/v1",
	"certificates.k8s.io/v1beta1",
	"certificates.k8s.io/v1alpha1",
	"coordination.k8s.io/v1alpha2",
	"coordination.k8s.io/v1beta1",
	"coordination.k8s.io/v1",
	"discovery.k8s.io/v1",
	"discovery.k8s.io/v1beta1",
	"events.k8s.io/v1",
	"events.k8s.io/v1beta1",
	"extensions/v1beta1",
	"flowcontrol.apiserver.k8s.io/v1",
	"flowcontrol.apiserver.k8s.io/v1beta1",
	"flowcontrol.apiserver.k8s.io/v1beta2",
	"flowcontrol.apiserver.k8s.io/v1beta3",
	"networking.k8s.io/v1",
	"networking.k8s.io/v1beta1",
	"node.k8s.io/v1",
	"node.k8s.io/v1alpha1",
	"node.k8s.io/v1beta1",
	"policy/v1",
	"policy/v1beta1",
	"rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1",
	"rbac.authorization.k8s.io/v1alpha1",
	"resource.k8s.io/v1",
	"resource.k8s.io/v1beta2",
	"resource.k8s.io/v1beta1",
	"resource.k8s.io/v1alpha3",
	"scheduling.k8s.io/v1alpha2",
	"scheduling.k8s.io/v1beta1",
	"scheduling.k8s.io/v1",
	"storage.k8s.io/v1beta1",
	"storage.k8s.io/v1",
	"storage.k8s.io/v1alpha1",
	"storagemigration.k8s.io/v1beta1",
	"apiextensions.k8s.io/v1beta1",
	"apiextensions.k8s.io/v1",
};

int rnd_capabilities_new(struct kv_job *job, enum rnd_engine engine, kv_str kube_version,
			 const kv_str *more_apis, size_t nmore, struct rnd_capabilities **ret,
			 kv_str *ret_error)
{
	struct rnd_capabilities *c = KV_NEW(job->arena, struct rnd_capabilities);
	c->engine = engine;
	c->helm_version = engine == RND_HELM3 ? "v3.21.4" : "v4.2.4";
	kv_str why;
	if (rnd_kube_version_parse(job->arena, kube_version.n ? kube_version : DEFAULT_KUBE_VERSION, engine,
				   &c->kube, &why)) {
		*ret_error = kv_arena_cat(job->arena, KV_S("invalid kube version '"), kube_version,
					  KV_S("': "), why);
		return -1;
	}
	c->api_set = KV_NEW(job->arena, struct kv_map);
	kv_map_init(c->api_set, job->arena);
	c->apis = krm_list(job->arena, KRM_OF_STRING);
	size_t nknown = sizeof known_apis / sizeof *known_apis;
	for (size_t i = 0; i < nknown + nmore; i++) {
		kv_str api = i < nknown ? kv_str_c(known_apis[i]) : more_apis[i - nknown];
		krm_list_push(job->arena, c->apis.l, krm_string(job->arena, api));
		kv_map_put(c->api_set, api, c);
	}
	c->apis.l->name = engine == RND_HELM3 ? "chartutil.VersionSet" : "common.VersionSet";
	*ret = c;
	return 0;
}
