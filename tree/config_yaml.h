/* tree/config_yaml.h: configuration files that people write, read by libfyaml behind a guard.
 *
 * libfyaml 0.7 hangs or reads too far on directives and on text that is not UTF-8, and its check for keys
 * that occur twice is quadratic. So such texts are refused before it sees them, and duplicates are found
 * here.
 */
#ifndef TREE_CONFIG_YAML_H
#define TREE_CONFIG_YAML_H

#include "krm/value.h"

/* The single document of a text as a tree of maps, lists, strings and nulls (no other kinds): plain scalars
 * keep their text and KRM_STYLE_PLAIN. Aliases share, merge keys are merged. An empty text is NIL. `name` is
 * how messages call the file. */
KV_MUST int tree_config_yaml(struct kv_job *job, kv_str name, kv_str text, krm_val *ret);

/* True if YAML 1.2 reads this plain text as a number or a boolean. */
bool tree_plain_is_typed(kv_str text);

#endif
