/* render/template/merge.h: mergo v1.0.1's merge of maps, as Sprig's merge and mergeOverwrite use it. */
#ifndef RENDER_TEMPLATE_MERGE_H
#define RENDER_TEMPLATE_MERGE_H

#include "render/template/func.h"

/* Merges src into dst in place. Sub-maps that dst lacks are shared with src, not copied. Fails with mergo's
 * error, or panics where it does. */
int rnd_merge(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite);

#endif
