/* krm/resource_list.h: the ResourceList that KRM function hosts send and get back (config.kubernetes.io/v1).
 *
 * Items that nobody changed go back with the bytes they came with, comments and quotes included.
 */
#ifndef KRM_RESOURCE_LIST_H
#define KRM_RESOURCE_LIST_H

#include "krm/resource.h"

struct krm_item {
	struct krm_resource *resource;
	kv_str raw; /* its lines in the input, the first with its "- ", at the left margin; empty: it is printed from its tree */
	kv_pos raw_pos; /* of the first of these bytes; 0: unknown, or changed */
	bool edited;    /* something was set in the tree that these lines do not have yet */
};

struct krm_resource_list {
	kv_str api_version;
	kv_str text;             /* what was read */
	kv_pos base;             /* the position of its first byte; 0: unknown */
	krm_val function_config; /* NIL if there is none */
	kv_str head;             /* comments below `items:`, before the first one */
	struct krm_item *items;
	size_t n, cap;
	bool has_items; /* the key is there, if only with an empty list */
};

/* One finding for the host. */
struct krm_result {
	enum kv_severity severity;
	kv_str message;
	krm_val object; /* what it is about; NIL if nothing that has a name */
	kv_str field;   /* path in the object, "spec.containers[0].image"; may be empty */
	kv_str file;    /* of the package or the source; may be empty */
	int64_t index;  /* of the object in the file */
};

/* The single document of a text. `name` is how messages call it. */
KV_MUST int krm_resource_list_read(struct kv_job *job, kv_str name, kv_str text,
				   struct krm_resource_list *ret);
/* One document without aliases, in two texts that follow each other; functionConfig goes back as it came. */
KV_MUST int krm_resource_list_write(struct kv_job *job, const struct krm_resource_list *list,
				    const struct krm_result *results, size_t nresults, struct kv_buf out[2]);
/* The items go out with the lines they came with again, where they have them, whatever was set in their trees. */
void krm_resource_list_revert(const struct krm_resource_list *list);
/* Sets metadata.annotations[key]. */
void krm_annotate(struct kv_arena *a, krm_val obj, const char *key, kv_str value);

#endif
