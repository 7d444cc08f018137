/* render/kustomize/crds.c: field specs from OpenAPI definitions of custom types
 * (api/internal/accumulator/loadconfigfromcrds.go). Not from CustomResourceDefinition objects. */
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/kustomize/target.h"

struct crds {
	struct rnd_k_build *b;
	krm_val types; /* Go type name -> {Schema: ...} */
	struct rnd_k_config *config;
	struct krm_gvk gvk;
	size_t depth;
};

static krm_val schema_of(krm_val type)
{
	krm_val s = krm_get(type, "Schema");

	return s.kind == KRM_MAP ? s : krm_get(type, "schema");
}

static bool is_resource(krm_val properties)
{
	return krm_has(properties, "kind") && krm_has(properties, "apiVersion") &&
	       krm_has(properties, "metadata");
}

static struct krm_gvk kind_of(kv_str type_name)
{
	size_t dot = kv_str_rchr(type_name, '.');

	return (struct krm_gvk){ .kind = dot == SIZE_MAX ? type_name
							 : kv_str_sub(type_name, dot + 1, type_name.n) };
}

static kv_str join(struct crds *c, kv_str path, kv_str name)
{
	return path.n ? kv_arena_cat(c->b->job->arena, path, KV_S("/"), name) : name;
}

static int add(struct crds *c, struct rnd_k_specs *list, kv_str path)
{
	return rnd_k_specs_add(c->b, list, (struct rnd_k_spec){ .gvk = c->gvk, .path = path });
}

static int add_reference(struct crds *c, krm_val property, kv_str path)
{
	krm_val version = krm_get(property, "x-kubernetes-object-ref-api-version"),
		kind = krm_get(property, "x-kubernetes-object-ref-kind"),
		key = krm_get(property, "x-kubernetes-object-ref-name-key");
	struct rnd_k_backref ref = { .gvk = { .version = krm_str(version), .kind = krm_str(kind) } };

	if (version.kind != KRM_STRING || kind.kind != KRM_STRING)
		return 0;
	if (add(c, &ref.referrers, join(c, path, key.kind == KRM_STRING ? krm_str(key) : KV_S("name"))) < 0)
		return -1;
	return rnd_k_config_add_backref(c->b, c->config, &ref);
}

static int load_type(struct crds *c, kv_str name, kv_str path)
{
	krm_val properties = krm_get(schema_of(krm_get_str(c->types, name)), "properties");

	if (properties.kind != KRM_MAP)
		return 0;
	if (++c->b->job->steps > c->b->job->limits.steps || c->depth >= c->b->job->limits.depth)
		return kv_error(c->b->job, properties.pos, "too many nested types (limit %zu)",
				c->b->job->limits.depth);
	c->depth++;
	krm_map_each (properties.m, e) {
		kv_str at = join(c, path, krm_str(e->key));
		krm_val ref = krm_get(e->val, "$ref");

		if ((krm_has(e->val, "x-kubernetes-annotation") &&
		     add(c, &c->config->common_annotations, at) < 0) ||
		    (krm_has(e->val, "x-kubernetes-label-selector") &&
		     add(c, &c->config->common_labels, at) < 0) ||
		    (krm_has(e->val, "x-kubernetes-identity") && add(c, &c->config->name_prefix, at) < 0) ||
		    add_reference(c, e->val, at) < 0 ||
		    (ref.kind == KRM_STRING && load_type(c, krm_str(ref), at) < 0))
			return -1;
	}
	c->depth--;
	return 0;
}

/* map[string]OpenAPIDefinition as far as its outer structs go. */
static int check_types(struct crds *c, kv_str path)
{
	krm_map_each (c->types.m, e) {
		krm_val schema = krm_has(e->val, "Schema") ? krm_get(e->val, "Schema") : krm_get(e->val, "schema");
		bool bad = e->val.kind != KRM_MAP && e->val.kind != KRM_NIL;

		if (!bad && (schema.kind == KRM_MAP || schema.kind == KRM_NIL))
			continue;
		kv_error(c->b->job, e->key.pos,
			 "unable to parse open API definition from '%.*s': json: cannot unmarshal %s into Go value of type %s",
			 KV_ARG(path), krm_json_kind(bad ? e->val : schema),
			 bad ? "accumulator.OpenAPIDefinition" : "spec.SchemaProps");
		kv_note(c->b->job, 0, "CustomResourceDefinition objects belong into resources");
		return -1;
	}
	return 0;
}

static int load_file(struct rnd_k_build *b, krm_val path, const struct rnd_k_config **ret)
{
	struct crds c = { .b = b };
	kv_str text;

	if (rnd_k_load_at(b, path.pos, krm_str(path), &text) < 0 ||
	    krm_yaml_read(b->job, rnd_k_display(b, krm_str(path)), text, KRM_YAML_HELM, &c.types) < 0)
		return -1;
	if (c.types.kind != KRM_MAP)
		return kv_error(b->job, path.pos, "unable to parse open API definition from '%.*s'",
				KV_ARG(krm_str(path)));
	if (check_types(&c, krm_str(path)) < 0)
		return -1;
	krm_map_each (c.types.m, e) {
		c.config = KV_NEW(b->job->arena, struct rnd_k_config);
		c.gvk = kind_of(krm_str(e->key));
		if (!is_resource(krm_get(schema_of(e->val), "properties")))
			continue;
		if (load_type(&c, krm_str(e->key), KV_S("")) < 0 ||
		    rnd_k_config_merge(b, *ret, c.config, ret) < 0)
			return -1;
	}
	return 0;
}

int rnd_k_config_from_crds(struct rnd_k_build *b, krm_val paths, const struct rnd_k_config **ret)
{
	for (size_t i = 0; i < krm_list_len(paths); i++)
		if (load_file(b, paths.l->v[i], ret) < 0)
			return -1;
	return 0;
}
