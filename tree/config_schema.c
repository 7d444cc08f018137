/* tree/config_schema.c: the OpenAPI schema of a functionConfig, from the table of fields. */
#include "tree/config_fields.h"

static krm_val typed(struct kv_arena *a, const char *type)
{
	krm_val schema = krm_map(a, KRM_OF_ANY);
	krm_map_set_c(a, schema.m, "type", krm_string_c(a, type));
	return schema;
}

static krm_val list_of(struct kv_arena *a, krm_val items)
{
	krm_val schema = typed(a, "array");
	krm_map_set_c(a, schema.m, "items", items);
	return schema;
}

static krm_val open_object(struct kv_arena *a)
{
	krm_val schema = typed(a, "object");
	krm_map_set_c(a, schema.m, "x-kubernetes-preserve-unknown-fields", krm_bool(true));
	return schema;
}

/* "a|b" as a list. */
static krm_val choices(struct kv_arena *a, const char *values)
{
	krm_val list = krm_list(a, KRM_OF_ANY);
	kv_str rest = kv_str_c(values);
	while (rest.n) {
		size_t bar = kv_str_chr(rest, '|');
		krm_list_push(a, list.l, krm_string(a, kv_str_sub(rest, 0, bar)));
		rest = bar == SIZE_MAX ? KV_S("") : kv_str_sub(rest, bar + 1, rest.n);
	}
	return list;
}

static krm_val shape(struct kv_arena *a, const struct tree_field *f, krm_val rows)
{
	switch (f->shape) {
	case TREE_TEXT: return typed(a, "string");
	case TREE_FLAG: return typed(a, "boolean");
	case TREE_TEXTS: return list_of(a, typed(a, "string"));
	case TREE_ONE: return rows;
	case TREE_MANY: return list_of(a, rows);
	case TREE_OBJECT: return open_object(a);
	case TREE_LIST: return list_of(a, open_object(a));
	case TREE_LABELS: {
		krm_val schema = typed(a, "object");
		krm_map_set_c(a, schema.m, "additionalProperties", typed(a, "string"));
		return schema;
	}
	case TREE_ANY: break;
	}
	return krm_map(a, KRM_OF_ANY);
}

/* The tables nest as deep as they are written, which is a handful. */
static krm_val object(struct kv_arena *a, const struct tree_fields *fields)
{
	krm_val schema = typed(a, "object"), properties = krm_map(a, KRM_OF_ANY);
	for (size_t i = 0; i < fields->n; i++) {
		const struct tree_field *f = &fields->v[i];
		if (!f->read || !(f->kinds & (TREE_IN_VENDOR | TREE_IN_FUNCTION)))
			continue;
		krm_val property = shape(a, f, f->rows ? object(a, f->rows) : krm_nil());
		if (f->help)
			krm_map_set_c(a, property.m, "description", krm_string_c(a, f->help));
		if (f->values)
			krm_map_set_c(a, property.m, "enum", choices(a, f->values));
		krm_map_set_c(a, properties.m, f->name, property);
	}
	krm_map_set_c(a, schema.m, "properties", properties);
	krm_map_set_c(a, schema.m, "additionalProperties", krm_bool(false));
	return schema;
}

krm_val tree_config_schema(struct kv_arena *a)
{
	krm_val schema = object(a, &tree_config_fields), required = krm_list(a, KRM_OF_ANY);
	krm_val properties = krm_get(schema, "properties");
	static const char *const identity[][2] = { { "apiVersion", "kvendor.dev/v1alpha1" },
						   { "kind", "Vendor" } };
	for (size_t i = 0; i < 2; i++) {
		krm_map_set_c(a, krm_get(properties, identity[i][0]).m, "enum", choices(a, identity[i][1]));
		krm_list_push(a, required.l, krm_string_c(a, identity[i][0]));
	}
	krm_map_set_c(a, schema.m, "required", required);
	return schema;
}
