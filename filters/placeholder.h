/* filters/placeholder.h: texts in values that say where a value comes from: op://VAULT/ITEM/FIELD, ref+BACKEND://PATH#/KEY,
 * <path:PATH#KEY>, as 1Password's op, vals and argocd-vault-plugin read them, also behind base64.
 *
 * Everything points into the text, or lives as long as the job.
 */
#ifndef FILTERS_PLACEHOLDER_H
#define FILTERS_PLACEHOLDER_H

#include "base/job.h"

enum flt_place_kind { FLT_PLACE_OP, FLT_PLACE_REF, FLT_PLACE_PATH };

struct flt_place {
	enum flt_place_kind kind;
	kv_str vault; /* of op://; the backend of ref+ */
	kv_str item;
	kv_str section; /* of op:// */
	kv_str field;   /* empty: the item is the value */
	kv_str query;   /* of op://: "?attribute=otp" */
	kv_str version;
	kv_str functions; /* of external-secrets' templates: " | b64dec" */
};

/* A part of a text that stands for something: a placeholder, or base64 of a text that has some. */
struct flt_piece {
	size_t from, to;
	struct flt_place place;
	kv_str text;             /* behind base64 */
	struct flt_piece *inner; /* in `text`; none in a placeholder */
	size_t ninner;
};

/* What argocd-vault-plugin's annotations say of `<KEY>` alone; an empty path: such are no placeholders. */
struct flt_place_annotations {
	kv_str path, version;
};

struct flt_pieces {
	struct flt_piece *v; /* in their order; none overlap */
	size_t n, cap;
	const char *why, *hint; /* why one of them has no meaning here, and what people can do; else NULL */
};

/* All pieces of a text. -1 after an error: the limit of steps. */
KV_MUST int flt_placeholders(struct kv_job *job, kv_str text, const struct flt_place_annotations *annotations,
			     struct flt_pieces *ret);

#endif
