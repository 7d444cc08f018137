/* filters/namespaces.h: objects without a namespace get one, and namespaces without a Namespace get that. */
#ifndef FILTERS_NAMESPACES_H
#define FILTERS_NAMESPACES_H

#include "filters/pod_security.h"

struct flt_namespaces {
	kv_str fill; /* for namespaced objects that have none; empty: nothing is filled */
	bool create; /* a Namespace for each namespace that objects are in */
	bool has_level;
	enum flt_level level; /* of the labels of those */
};

/* Which kinds have a namespace is known of the built-in ones and of those whose CustomResourceDefinitions are in the list or among
 * `definitions`; all others stay as they are, with a warning for each kind. What Lists hold is filled too. A ServiceAccount among the subjects of a binding that has no namespace gets it too.
 * Objects are changed in place, and named in *ret_filled; the new Namespaces come last in *ret, in the order in which they were met. What Kubernetes makes itself
 * (default, kube-system, ...) needs none. */
void flt_fill_namespaces(struct kv_job *job, const struct flt_namespaces *n, const struct krm_resources *definitions,
			 const struct krm_resources *in, struct krm_resources *ret, struct krm_resources *ret_filled);

#endif
