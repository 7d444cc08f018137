/* filters/scopes.h: which kinds have a namespace: the built-in ones of Kubernetes up to 1.36 in all their versions, and those that are defined.
 *
 * What is added must live as long as the scopes, which live in the arena.
 */
#ifndef FILTERS_SCOPES_H
#define FILTERS_SCOPES_H

#include "base/map.h"
#include "krm/schema.h"

struct flt_scopes {
	struct kv_arena *arena;
	struct kv_map defined; /* "group/kind" to the scope of its CustomResourceDefinition (krm_val *) */
};

void flt_scopes_init(struct flt_scopes *s, struct kv_arena *a);
/* The CustomResourceDefinitions of a list; the first of a kind counts. */
void flt_scopes_add(struct flt_scopes *s, const struct krm_resources *list);
enum krm_scope flt_scope(const struct flt_scopes *s, struct krm_gvk gvk);

#endif
