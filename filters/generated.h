/* filters/generated.h: generated values: those that are random or depend on the clock (docs/volatile.md).
 *
 * They are found by rendering again with other random numbers and another time: a value that differs is generated. No list of functions
 * is needed, and values that went through hashes, names and patches are found too. A table says what becomes of each (flt_generated_kinds).
 */
#ifndef FILTERS_GENERATED_H
#define FILTERS_GENERATED_H

#include "filters/filter.h"
#include "filters/secret_guard.h"

/* Calls `found` for each value of `first` that is another one in `second`, in the order of `first`. An object without a counterpart of
 * its name is compared with the next one of its kind and namespace that has none either. */
typedef void flt_generated_fn(void *arg, struct krm_resource *r, struct krm_generated g);
void flt_find_generated(struct kv_job *job, const struct krm_resources *first, const struct krm_resources *second,
			flt_generated_fn *found, void *arg);
enum flt_generated_kind {
	FLT_GENERATED_SECRET,      /* in a Secret */
	FLT_GENERATED_NAME,        /* what an object is called */
	FLT_GENERATED_CERTIFICATE, /* a certificate or key elsewhere: a webhook's caBundle */
	FLT_GENERATED_VALUE,       /* anything else */
	FLT_GENERATED_ANNOTATION,  /* checksum/config, rollme */
	FLT_GENERATED_KINDS
};

enum flt_generated_action { FLT_GENERATED_REFUSED, FLT_GENERATED_WARNED, FLT_GENERATED_KEPT };

struct flt_generated_row {
	const char *id; /* "volatile/secret": never changes its meaning */
	const char *summary;
	enum flt_generated_action action;
	const char *advice;
};
extern const struct flt_generated_row flt_generated_kinds[FLT_GENERATED_KINDS];

enum flt_generated_kind flt_generated_kind(const struct krm_resource *r, const struct krm_generated *g);

/* What is declared to be harmless, and why. */
struct flt_generated_allow {
	struct flt_selector resource;
	kv_str path; /* a pattern */
	kv_str reason;
	kv_pos pos;
};

struct flt_generated {
	bool has_policy;
	enum flt_guard_policy policy; /* of what the table refuses or warns of; Secrets are refused whatever it says */
	bool drops_annotations;
	struct flt_generated_allow *allow;
	size_t nallow;
};

/* What a policy makes of a value. No rule allows one in a Secret. */
enum flt_generated_action flt_generated_action(struct kv_job *job, struct flt_generated *f, const struct krm_resource *r,
					       const struct krm_generated *g);
/* Reports what is not kept: errors and -1 for what is refused, else warnings; all values of FLT_GENERATED_VALUE in one. */
KV_MUST int flt_generated_check(struct kv_job *job, struct flt_generated *f, const struct krm_resources *list);
/* Takes out the annotations that were made, where the configuration says so. */
void flt_generated_drop(const struct flt_generated *f, const struct krm_resources *list);

#endif
