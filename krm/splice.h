/* krm/splice.h: edits to the source lines of an item, so that its comments, order and quotes stay. */
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
/* Appends the lines of an item that was edited: those it came with, and in them what was set in its tree since. False, and nothing
 * appended, where that cannot be told from the lines, or something was removed from the tree. */
bool krm_splice_tree(struct kv_job *job, const struct krm_item *item, struct kv_buf *out);

#endif
