/* render/template/toml.h: TOML in and out as BurntSushi/toml v1.6.0 has it. */
#ifndef RENDER_TEMPLATE_TOML_H
#define RENDER_TEMPLATE_TOML_H

#include "render/template/func.h"

/* toml.Encoder.Encode, appended. -1: *ret_error is the library's text, *ret_panic says that it panics instead of
 * returning it. */
KV_MUST int rnd_toml_write(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error,
			   bool *ret_panic);
/* toml.Unmarshal into a map: integers are INT64, dates and times time.Time objects, arrays of tables
 * []map[string]interface {}. Local times lie in UTC. -1: *ret_error is the library's text. */
KV_MUST int rnd_toml_read(struct kv_job *job, kv_str text, krm_val *ret, kv_str *ret_error);

/* The name that the library prints for a key, quoted where it must be. */
void rnd_toml_key(kv_str key, struct kv_buf *out);

/* Zones of times without one (internal/tz.go). */
extern const char rnd_toml_zone_datetime[], rnd_toml_zone_date[], rnd_toml_zone_time[];

#endif
