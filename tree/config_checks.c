/* tree/config_checks.c: the field audit of configurations. docs/audit.md explains it. */
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

static int read_pattern(struct tree_reader *r, krm_val v, void *into)
{
	kv_str *pattern = into;
	return tree_read_string(r, v, pattern) < 0 ? -1 : flt_checks_pattern(r->job, v.pos, *pattern);
}

static int refuse(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_checks *c = into;
	return tree_read_list(r, v, sizeof *c->refuse, read_pattern, &c->refuse, &c->nrefuse);
}

static int warn(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_checks *c = into;
	return tree_read_list(r, v, sizeof *c->warn, read_pattern, &c->warn, &c->nwarn);
}

static int skip(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_checks *c = into;
	return tree_read_list(r, v, sizeof *c->skip, read_pattern, &c->skip, &c->nskip);
}

static const struct tree_field fields[] = {
	{ "refuse", VENDOR, refuse, .shape = TREE_TEXTS, .help = "Rules whose findings are errors; patterns." },
	{ "warn", VENDOR, warn, .shape = TREE_TEXTS, .help = "Rules whose findings are warnings; patterns." },
	{ "skip", VENDOR, skip, .shape = TREE_TEXTS, .help = "Rules to leave out of both; patterns." },
};
const struct tree_fields tree_checks_rows = TREE_FIELDS(fields);

int tree_read_checks(struct tree_reader *r, krm_val v, struct flt_checks **ret)
{
	struct flt_checks *c = KV_NEW(r->job->arena, struct flt_checks);
	if (tree_read_fields(r, v, fields, KV_COUNT(fields), c) < 0)
		return -1;
	*ret = c;
	return 0;
}
