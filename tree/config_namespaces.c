/* tree/config_namespaces.c: the field namespaces of configurations. docs/namespaces.md explains it. */
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

#define LEVELS "privileged|baseline|restricted"

static int fill(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_namespaces *)into)->fill);
}

static int create(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct flt_namespaces *)into)->create);
}

static int level(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_namespaces *n = into;
	size_t choice;
	if (tree_read_choice(r, v, LEVELS, &choice) < 0)
		return -1;
	n->has_level = true;
	n->level = (enum flt_level)choice;
	return 0;
}

static const struct tree_field fields[] = {
	{ "fill", VENDOR, fill, .shape = TREE_TEXT,
	  .help = "The namespace for objects that need one and have none." },
	{ "create", VENDOR, create, .shape = TREE_FLAG,
	  .help = "Make a Namespace for each namespace that has objects and no Namespace." },
	{ "podSecurity", VENDOR, level, .shape = TREE_TEXT, .values = LEVELS,
	  .help = "The Pod Security level in the labels of the Namespaces that are made." },
};
const struct tree_fields tree_namespaces_rows = TREE_FIELDS(fields);

int tree_read_namespaces(struct tree_reader *r, krm_val v, struct flt_namespaces **ret)
{
	struct flt_namespaces *n = KV_NEW(r->job->arena, struct flt_namespaces);
	if (tree_read_fields(r, v, fields, KV_COUNT(fields), n) < 0)
		return -1;
	if (n->has_level && !n->create)
		return kv_error(r->job, v.pos, "\"podSecurity\" needs \"create: true\": it labels the Namespaces that are made");
	*ret = n;
	return 0;
}
