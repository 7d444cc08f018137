/* krm/resource_list.h: the ResourceList that KRM function hosts send and get back (config.kubernetes.io/v1).
 *
 * Items that nobody changed go back with the bytes they came with, comments and quotes included.
 */
#ifndef KRM_RESOURCE_LIST_H
#define KRM_RESOURCE_LIST_H

#include "krm/resource.h"

struct krm_item {
	struct krm_resource *resource;
	kv_str raw; /* its lines in the input, the first with its "- "; empty: it is printed from its tree */
};

struct krm_resource_list {
	kv_str api_version;
	krm_val function_config; /* NIL if there is none */
	struct krm_item *items;
	size_t n, cap;
};

/* One finding for the host. */
struct krm_result {
	enum kv_severity severity;
	kv_str message;
	kv_str file; /* may be empty */
};

/* The single document of a text. `name` is how messages call it. */
KV_MUST int krm_resource_list_read(struct kv_job *job, kv_str name, kv_str text,
				   struct krm_resource_list *ret);
/* One document without aliases; functionConfig goes back as it came. */
KV_MUST int krm_resource_list_write(struct kv_job *job, const struct krm_resource_list *list,
				    const struct krm_result *results, size_t nresults, struct kv_buf *out);
/* Sets metadata.annotations[key]. */
void krm_annotate(struct kv_arena *a, krm_val obj, const char *key, kv_str value);

#endif
