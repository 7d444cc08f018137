/* tree/settings.h: a configuration as a flat list: what holds for a unit, and where each value comes from.
 *
 * Fields are spelled as the keys of a functionConfig of kind ConfigMap are (tree/config_fields.h): "targets.0.directory". All
 * belongs to the job.
 */
#ifndef TREE_SETTINGS_H
#define TREE_SETTINGS_H

#include "tree/discover.h"
#include "tree/produce.h"

struct tree_setting {
	kv_str field;
	krm_val value; /* a scalar, or an empty mapping or list */
	kv_str origin; /* "FILE:LINE", "--engine", "KVENDOR_ENGINE" or "default" */
};

struct tree_settings {
	struct tree_setting *v;
	size_t n, cap;
};

/* Of a unit that was read without errors: its file, then what .kvendor.yaml, the environment, flags and defaults add. */
KV_MUST int tree_settings_of_unit(const struct tree_repo *repo, const struct tree_produce_options *options,
				  struct tree_unit *u, struct tree_settings *ret);
/* Of the text of a functionConfig, whichever kind it has: what a function would understand. */
KV_MUST int tree_settings_of_function(struct kv_job *job, kv_str name, kv_str text, struct tree_settings *ret);

#endif
