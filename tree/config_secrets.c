/* tree/config_secrets.c: the field secrets of configurations. docs/secrets.md explains it. */
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

#define POLICIES "refuse|warn|off"

static int policy(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_guard *g = into;
	size_t choice;
	/* YAML 1.1 calls this word a boolean. */
	if (krm_is_str(v, "off"))
		choice = FLT_GUARD_OFF;
	else if (tree_read_choice(r, v, POLICIES, &choice) < 0)
		return -1;
	g->has_policy = true;
	g->policy = (enum flt_guard_policy)choice;
	return 0;
}

/* --- allow rules ------------------------------------------------------------------------------- */

static int allow_resource(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_allow *)into)->resource);
}

static int allow_path(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_allow *)into)->path);
}

static int allow_sha256(struct tree_reader *r, krm_val v, void *into)
{
	kv_str *digest = &((struct flt_allow *)into)->sha256;
	if (tree_read_text(r, v, digest) < 0)
		return -1;
	if (digest->n == 64 && !kv_str_trim(*digest, "0123456789abcdef").n)
		return 0;
	return kv_error(r->job, v.pos, "a sha256 has 64 digits and lower-case letters a to f");
}

static int read_item(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, into);
}

static int allow_keys(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_allow *a = into;
	return tree_read_list(r, v, sizeof *a->keys, read_item, &a->keys, &a->nkeys);
}

static int allow_reason(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_allow *)into)->reason);
}

static const struct tree_field allow_fields[] = {
	{ "resource", VENDOR, allow_resource, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "path", VENDOR, allow_path, .shape = TREE_TEXT, .help = "Of a text in what is no Secret." },
	{ "sha256", VENDOR, allow_sha256, .shape = TREE_TEXT, .help = "Of the content that is allowed." },
	{ "keys", VENDOR, allow_keys, .shape = TREE_TEXTS, .help = "Instead: the keys a Secret may have." },
	{ "reason", VENDOR, allow_reason, .shape = TREE_TEXT },
};
static const struct tree_fields allow_rows = TREE_FIELDS(allow_fields);

static int read_allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_allow *a = into;
	a->pos = v.pos;
	if (tree_read_fields(r, v, allow_fields, TREE_COUNT(allow_fields), a) < 0)
		return -1;
	if (!a->resource.pos)
		return kv_error(r->job, v.pos, "the allow rule has no \"resource\"");
	if (!kv_str_trim(a->reason, " \n").n)
		return kv_error(r->job, v.pos, "the allow rule has no \"reason\"");
	if (a->nkeys && (a->sha256.n || a->path.n))
		return kv_error(r->job, v.pos, "an allow rule has keys, or sha256 and path, not both");
	return 0;
}

static int allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_guard *g = into;
	return tree_read_list(r, v, sizeof *g->allow, read_allow, &g->allow, &g->nallow);
}

/* --- the field --------------------------------------------------------------------------------- */

static const struct tree_field fields[] = {
	{ "policy", VENDOR, policy, .shape = TREE_TEXT, .values = POLICIES,
	  .help = "What is done about secrets in what is written." },
	{ "allow", VENDOR, allow, .shape = TREE_MANY, .rows = &allow_rows,
	  .help = "What looks like a secret and is none." },
};
const struct tree_fields tree_secrets_rows = TREE_FIELDS(fields);

int tree_read_secrets(struct tree_reader *r, krm_val v, struct flt_guard *ret)
{
	return v.kind == KRM_NIL ? 0 : tree_read_fields(r, v, fields, TREE_COUNT(fields), ret);
}
