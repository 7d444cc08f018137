/* tree/layout.h: which files a list of resources becomes.
 *
 * One file a resource, `[kind]--[namespace]--[name].yaml` or `[kind]--[name].yaml`, with the bytes kustomize
 * prints, and a kustomization.yaml that lists them as kubesource writes it.
 */
#ifndef TREE_LAYOUT_H
#define TREE_LAYOUT_H

#include "krm/resource.h"

struct tree_file {
	kv_str name;
	kv_str text;
	struct krm_resource *resource; /* NULL for kustomization.yaml */
};

struct tree_files {
	struct tree_file *v; /* by the bytes of their names */
	size_t n;
};

enum tree_names {
	TREE_NAMES_VERBATIM, /* kubesource.yaml, or legacyNames */
	TREE_NAMES_PORTABLE, /* kvendor.yaml: what not every file system and Git accept is percent-encoded,
				reversibly */
};

/* Names that cannot be file names and names that occur twice are errors that show the resources' origins. */
KV_MUST int tree_layout(struct kv_job *job, const struct krm_resources *list, enum tree_names names,
			struct tree_files *ret);
/* "Kind namespace/name" for messages. */
kv_str tree_resource_shown(struct kv_arena *a, krm_val obj);
/* True if the name has the form that layout gives: "Kind--….yaml". */
bool tree_is_generated_name(kv_str name);

#endif
