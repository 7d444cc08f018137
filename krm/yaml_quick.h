/* krm/yaml_quick.h: the fast path for YAML texts without rare features; only the readers of whole texts include it. */
#ifndef KRM_YAML_QUICK_H
#define KRM_YAML_QUICK_H

#include "krm/yaml_reader.h"

/* Reads all of `text`, which `r` was opened with, as its only document. True, and *ret is what krm_yml_read_document gives; false where
 * that is not sure, also after any mistake: then nothing is noted, and the reader is as it was. */
bool krm_yml_read_quick(struct yml_reader *r, kv_str text, krm_val *ret);

#endif
