/* tree/result.h: the product of a unit as one text that a cache can keep.
 *
 * It holds the files of each target, what is said on the terminal, and the warnings.
 */
#ifndef TREE_RESULT_H
#define TREE_RESULT_H

#include "tree/produce.h"

/* The warnings are those that the unit's job got since the mark. */
kv_str tree_result_print(const struct tree_product *p, struct kv_diag_mark since);
/* Fills the product as its render would have; false, and nothing changed, if the text is no result for the unit. The bytes may
 * come from a stranger: names that could leave a target make it none. */
bool tree_result_parse(kv_str text, struct tree_product *p);

#endif
