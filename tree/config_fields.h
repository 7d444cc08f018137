/* tree/config_fields.h: what a field of a configuration is: the rows that the reader, the schema and the ConfigMap
 * spelling of a functionConfig share. */
#ifndef TREE_CONFIG_FIELDS_H
#define TREE_CONFIG_FIELDS_H

#include "krm/value.h"
#include "tree/config.h"

struct tree_reader;

/* What a field's value may be. */
enum tree_shape {
	TREE_ANY,    /* anything: another API's object */
	TREE_TEXT,   /* a string */
	TREE_FLAG,   /* true or false */
	TREE_TEXTS,  /* a list of strings */
	TREE_LABELS, /* a mapping of strings to strings */
	TREE_ONE,    /* a mapping with the fields of `rows` */
	TREE_MANY,   /* a list of such mappings */
	TREE_OBJECT, /* a mapping of another API */
	TREE_LIST,   /* a list of anything */
};

/* The kinds of configurations that have a field. FUNCTION: only in a functionConfig. FILE: only in a Vendor that is a file. */
enum {
	TREE_IN_V1 = 1 << TREE_V1ALPHA1,
	TREE_IN_V2 = 1 << TREE_V1ALPHA2,
	TREE_IN_VENDOR = 1 << TREE_VENDOR,
	TREE_IN_FUNCTION = 1 << (TREE_VENDOR + 1),
	TREE_IN_FILE = 1 << (TREE_VENDOR + 2),
};

struct tree_fields {
	const struct tree_field *v;
	size_t n;
};

/* A row: a field, the kinds of configurations that have it, and who reads its value into the struct of the mapping it stands
 * in. Without a reader it belongs to the kind and is not supported yet. */
struct tree_field {
	const char *name;
	unsigned kinds;
	int (*read)(struct tree_reader *r, krm_val v, void *into);
	enum tree_shape shape;
	const struct tree_fields *rows; /* of TREE_ONE and TREE_MANY */
	const char *help;               /* one sentence for the schema; may be NULL */
	const char *values;             /* the strings that are possible, "a|b"; NULL: any */
};

/* The top of a configuration. */
extern const struct tree_fields tree_config_fields;
/* The row of a name among those of the kinds, or NULL. */
const struct tree_field *tree_field_find(const struct tree_fields *fields, unsigned kinds, kv_str name);

#endif
