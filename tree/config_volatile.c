/* tree/config_volatile.c: the field volatile of configurations. docs/volatile.md explains it. */
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

#define POLICIES "refuse|warn|off"
#define ANNOTATIONS "keep|drop"

static int policy(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_generated *f = into;
	size_t choice;
	/* YAML 1.1 calls this word a boolean. */
	if (krm_is_str(v, "off"))
		choice = FLT_GUARD_OFF;
	else if (tree_read_choice(r, v, POLICIES, &choice) < 0)
		return -1;
	f->has_policy = true;
	f->policy = (enum flt_guard_policy)choice;
	return 0;
}

static int annotations(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, ANNOTATIONS, &choice) < 0)
		return -1;
	((struct flt_generated *)into)->drops_annotations = choice == 1;
	return 0;
}

static int allow_resource(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_generated_allow *)into)->resource);
}

static int allow_path(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_pattern(r, v, &((struct flt_generated_allow *)into)->path);
}

static int allow_reason(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_generated_allow *)into)->reason);
}

static const struct tree_field allow_fields[] = {
	{ "resource", VENDOR, allow_resource, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "path", VENDOR, allow_path, .shape = TREE_TEXT, .help = "The path of the value; a pattern." },
	{ "reason", VENDOR, allow_reason, .shape = TREE_TEXT },
};
static const struct tree_fields allow_rows = TREE_FIELDS(allow_fields);

static int read_allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_generated_allow *a = into;
	a->pos = v.pos;
	if (tree_read_fields(r, v, allow_fields, KV_COUNT(allow_fields), a) < 0)
		return -1;
	if (!a->resource.pos)
		return kv_error(r->job, v.pos, "the allow rule has no \"resource\"");
	if (!a->path.n)
		return kv_error(r->job, v.pos, "the allow rule has no \"path\"");
	if (!kv_str_trim(a->reason, " \n").n)
		return kv_error(r->job, v.pos, "the allow rule has no \"reason\"");
	return 0;
}

static int allow(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_generated *f = into;
	return tree_read_list(r, v, sizeof *f->allow, read_allow, &f->allow, &f->nallow);
}

static const struct tree_field fields[] = {
	{ "policy", VENDOR, policy, .shape = TREE_TEXT, .values = POLICIES,
	  .help = "What to do about random names and certificates." },
	{ "annotations", VENDOR, annotations, .shape = TREE_TEXT, .values = ANNOTATIONS,
	  .help = "Whether to keep annotations with random or time-dependent values." },
	{ "allow", VENDOR, allow, .shape = TREE_MANY, .rows = &allow_rows,
	  .help = "Values outside Secrets that may be random or depend on the time." },
};
const struct tree_fields tree_volatile_rows = TREE_FIELDS(fields);

int tree_read_volatile(struct tree_reader *r, krm_val v, struct flt_generated **ret)
{
	struct flt_generated *f = KV_NEW(r->job->arena, struct flt_generated);
	if (tree_read_fields(r, v, fields, KV_COUNT(fields), f) < 0)
		return -1;
	*ret = f;
	return 0;
}
