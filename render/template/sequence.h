/* render/template/sequence.h: slices of any Go type, seen as one, as reflect shows them to Sprig. */
#ifndef RENDER_TEMPLATE_SEQUENCE_H
#define RENDER_TEMPLATE_SEQUENCE_H

#include "render/template/func.h"

struct rnd_seq {
	size_t n;
	const krm_val *v; /* the items; NULL for bytes */
	const char *bytes;
};

/* False if v is no slice. */
bool rnd_seq_of(struct kv_job *job, krm_val v, struct rnd_seq *ret);
krm_val rnd_seq_at(const struct rnd_seq *s, size_t i);
/* reflect.Kind as text: "slice", "ptr", ...; nil is "invalid". */
const char *rnd_kind(krm_val v);

/* A set of values under reflect.DeepEqual. What it compares is counted as steps of the job: whoever fills or asks it in a
 * loop checks the limit (rnd_charge). */
struct rnd_set {
	struct kv_job *job;
	krm_val *v;
	uint64_t *hash;
	size_t n, cap, hash_cap;
	uint32_t *slots; /* item number + 1, open addressing */
	size_t nslots;
};

void rnd_set_init(struct rnd_set *s, struct kv_job *job);
bool rnd_set_has(const struct rnd_set *s, krm_val v);
/* False if it was there already. */
bool rnd_set_add(struct rnd_set *s, krm_val v);

#endif
