/* tree/config_read.h: how values of a configuration are read; for tree/config*.c.
 *
 * Each reader reports what is wrong at the value and gives -1.
 */
#ifndef TREE_CONFIG_READ_H
#define TREE_CONFIG_READ_H

#include "tree/config_fields.h"

struct tree_reader {
	struct kv_job *job;
	enum tree_config_kind kind;
	unsigned kinds; /* the bits of the rows that exist here */
	bool function;  /* a functionConfig: values have kinds, sources may be missing */
	size_t nodes;   /* looked at so far; aliases make this larger than the text */
	krm_val typed;  /* the same document as kustomize reads it, made when a field needs it */
	kv_str name, text;
};

#define TREE_FIELDS(rows)                                                                                    \
	{                                                                                                    \
		rows, KV_COUNT(rows)                                                                         \
	}

/* What a value is, in words. */
const char *tree_describe(krm_val v);
/* Reports "expected WANTED, not ...". */
int tree_wrong(struct tree_reader *r, krm_val v, const char *wanted);
/* Counts a node that is looked at. */
KV_MUST int tree_enter(struct tree_reader *r, kv_pos pos);
/* For a field that was read before: does nothing. */
KV_MUST int tree_read_nothing(struct tree_reader *r, krm_val v, void *into);
/* A string; numbers and booleans keep their text. */
KV_MUST int tree_read_text(struct tree_reader *r, krm_val v, kv_str *ret);
/* A string that YAML reads as one. */
KV_MUST int tree_read_string(struct tree_reader *r, krm_val v, kv_str *ret);
KV_MUST int tree_read_bool(struct tree_reader *r, krm_val v, bool *ret);
/* One of the words "a|b|c", by its number. */
KV_MUST int tree_read_choice(struct tree_reader *r, krm_val v, const char *values, size_t *ret);
/* A string; in kvendor.yaml it is a pattern. */
KV_MUST int tree_read_pattern(struct tree_reader *r, krm_val v, kv_str *ret);
/* All entries of a mapping by the rows; every mistake is reported. */
KV_MUST int tree_read_fields(struct tree_reader *r, krm_val v, const struct tree_field *fields, size_t n,
			     void *into);
/* A list whose items are read one by one into an array; null is an empty list. */
KV_MUST int tree_read_list(struct tree_reader *r, krm_val v, size_t size,
			   int (*read)(struct tree_reader *, krm_val, void *), void *ret_items,
			   size_t *ret_n);
/* A struct flt_selector with at least one condition. */
KV_MUST int tree_read_selector(struct tree_reader *r, krm_val v, void *into);
extern const struct tree_fields tree_selector_rows;

/* Reads apiVersion and kind: which fields exist in the document. */
KV_MUST int tree_read_kind(struct tree_reader *r, krm_val doc);
/* Reports that apiVersion or kind is missing or is not WANTED. */
int tree_wrong_identity(struct tree_reader *r, krm_val doc, const char *field, const char *wanted);

/* podSecurity: tree/config_pod_security.c */
KV_MUST int tree_read_pod_security(struct tree_reader *r, krm_val v, struct flt_pod_security **ret);
extern const struct tree_fields tree_pod_security_rows;
/* secrets: tree/config_secrets.c; null is as nothing. */
KV_MUST int tree_read_secrets(struct tree_reader *r, krm_val v, struct tree_secrets *ret);
extern const struct tree_fields tree_secrets_rows;
/* volatile: tree/config_volatile.c */
KV_MUST int tree_read_volatile(struct tree_reader *r, krm_val v, struct flt_generated **ret);
extern const struct tree_fields tree_volatile_rows;
/* audit: tree/config_checks.c */
KV_MUST int tree_read_checks(struct tree_reader *r, krm_val v, struct flt_checks **ret);
extern const struct tree_fields tree_checks_rows;
/* namespaces: tree/config_namespaces.c */
KV_MUST int tree_read_namespaces(struct tree_reader *r, krm_val v, struct flt_namespaces **ret);
extern const struct tree_fields tree_namespaces_rows;
/* applications: tree/config_applications.c */
KV_MUST int tree_read_applications(struct tree_reader *r, krm_val v, struct tree_applications **ret);
extern const struct tree_fields tree_applications_rows;
/* filter: of targets and applications; null is as nothing. */
KV_MUST int tree_read_filter(struct tree_reader *r, krm_val v, struct flt_select *ret);
extern const struct tree_fields tree_filter_rows;

#endif
