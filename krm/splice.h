/* krm/splice.h: annotations set in the lines of an item, so that its comments, order and quotes stay. */
#ifndef KRM_SPLICE_H
#define KRM_SPLICE_H

#include "krm/resource_list.h"

struct krm_setting {
	const char *key;
	kv_str value;
};

/* Sets annotations in the item's tree, and in its lines by inserting and replacing as little as possible. Lines whose
 * changed form would not read as the changed tree are given up: the item is then printed from its tree. */
void krm_splice_annotations(struct kv_job *job, struct krm_item *item, const struct krm_setting *settings,
			    size_t n);

#endif
