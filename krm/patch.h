/* krm/patch.h: strategic merge patches and JSON patches (RFC 6902) on objects, as kustomize applies them. */
#ifndef KRM_PATCH_H
#define KRM_PATCH_H

#include "krm/schema.h"

/* Merges `patch` into the object *obj, as kyaml's merge2 with ListIncreaseDirection Prepend does. `schema` NULL is the built-in one. The object's maps change in place and
 * afterwards share trees with the patch, so the patch is used up: give a copy where it is needed again.
 * *ret_deleted: the patch removes the whole object ("$patch: delete"). */
KV_MUST int krm_patch_merge(struct kv_job *job, const struct krm_schema *schema, krm_val *obj, krm_val patch,
			    bool *ret_deleted);

/* A JSON patch from text: JSON if it begins with '[', else YAML 1.1. The operations are a LIST of MAPs and
 * NILs; those of YAML know where they stand in the text, which messages call `name`. On failure *ret_error is the text
 * of the reason and nothing is reported. */
KV_MUST int krm_patch_json_parse(struct kv_job *job, kv_str name, kv_str text, krm_val *ret_ops, kv_str *ret_error);

/* Applies the operations to *obj with the behaviour and the error texts of evanphx/json-patch v4: negative
 * indexes, a `replace` that adds to a map, paths whose text before the first '/' does not count. Afterwards
 * numbers are FLOAT and strings have the style that go-yaml v3 gives them, since kustomize sends the object
 * through JSON. The operations may be used again. After an error the object may be half patched. */
KV_MUST int krm_patch_json(struct kv_job *job, krm_val *obj, krm_val ops);

#endif
