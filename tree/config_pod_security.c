/* tree/config_pod_security.c: the field podSecurity of configurations. docs/pod-security.md explains it. */
#include "base/num.h"
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR };

/* --- level and version ------------------------------------------------------------------------ */

#define LEVELS "privileged|baseline|restricted"

static int read_level(struct tree_reader *r, krm_val v, enum flt_level *ret)
{
	size_t choice;
	if (tree_read_choice(r, v, LEVELS, &choice) < 0)
		return -1;
	*ret = (enum flt_level)choice;
	return 0;
}

static int level(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	p->has_level = true;
	return read_level(r, v, &p->level);
}

static int default_level(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	p->has_default_level = true;
	return read_level(r, v, &p->default_level);
}

static int read_version(struct tree_reader *r, krm_val v, uint32_t *ret)
{
	kv_str text;
	if (tree_read_string(r, v, &text) < 0)
		return -1;
	if (flt_version_parse(text, ret))
		return 0;
	return kv_error(r->job, v.pos, "unknown version \"%.*s\": it must be \"latest\" or \"v1.x\"",
			KV_ARG(text));
}

static int version(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	p->has_version = true;
	return read_version(r, v, &p->minor);
}

/* --- what is done about violations ------------------------------------------------------------ */

#define POLICIES "refuse|warn"
#define PATCHES "none|add-only|patches"
#define PLACEMENTS "pod|container"

/* The second of two words. */
static int read_second(struct tree_reader *r, krm_val v, const char *values, bool *ret)
{
	size_t choice;
	if (tree_read_choice(r, v, values, &choice) < 0)
		return -1;
	*ret = choice == 1;
	return 0;
}

static int policy(struct tree_reader *r, krm_val v, void *into)
{
	return read_second(r, v, POLICIES, &((struct flt_pod_security *)into)->warns);
}

static int patch(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, PATCHES, &choice) < 0)
		return -1;
	((struct flt_pod_security *)into)->patch = (enum flt_patch_mode)choice;
	return 0;
}

static int placement(struct tree_reader *r, krm_val v, void *into)
{
	bool at_container = false;
	if (read_second(r, v, PLACEMENTS, &at_container) < 0)
		return -1;
	((struct flt_pod_security *)into)->placement = at_container ? FLT_AT_CONTAINER : FLT_AT_POD;
	return 0;
}

/* --- exemptions ------------------------------------------------------------------------------- */

static int read_pattern(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_pattern(r, v, into);
}

static int namespaces(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	return tree_read_list(r, v, sizeof *p->namespaces, read_pattern, &p->namespaces, &p->nnamespaces);
}

static int runtime_classes(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	return tree_read_list(r, v, sizeof *p->runtime_classes, read_pattern, &p->runtime_classes,
			      &p->nruntime_classes);
}

static const struct tree_field exemption_fields[] = {
	{ "namespaces", VENDOR, namespaces, .shape = TREE_TEXTS },
	{ "runtimeClasses", VENDOR, runtime_classes, .shape = TREE_TEXTS },
};
static const struct tree_fields exemption_rows = TREE_FIELDS(exemption_fields);

static int exemptions(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_fields(r, v, exemption_fields, KV_COUNT(exemption_fields), into);
}

/* --- levels of namespaces --------------------------------------------------------------------- */

static int namespace_name(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_pattern(r, v, &((struct flt_namespace_level *)into)->name);
}

static int namespace_level(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_namespace_level *l = into;
	l->has_level = true;
	return read_level(r, v, &l->level);
}

static int namespace_version(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_namespace_level *l = into;
	l->has_version = true;
	return read_version(r, v, &l->minor);
}

static const struct tree_field namespace_fields[] = {
	{ "name", VENDOR, namespace_name, .shape = TREE_TEXT },
	{ "level", VENDOR, namespace_level, .shape = TREE_TEXT, .values = LEVELS },
	{ "version", VENDOR, namespace_version, .shape = TREE_TEXT },
};
static const struct tree_fields namespace_rows = TREE_FIELDS(namespace_fields);

static int read_namespace(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_namespace_level *l = into;
	if (tree_read_fields(r, v, namespace_fields, KV_COUNT(namespace_fields), l) < 0)
		return -1;
	if (!l->name.n || !(l->has_level || l->has_version))
		return kv_error(r->job, v.pos, "an entry needs a \"name\", and a \"level\" or a \"version\"");
	return 0;
}

static int levels(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	return tree_read_list(r, v, sizeof *p->levels, read_namespace, &p->levels, &p->nlevels);
}

/* --- Pods in custom resources ----------------------------------------------------------------- */

static int custom_match(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_custom_pod *)into)->selector);
}

static int read_path(struct tree_reader *r, krm_val v, struct flt_pod_place *place)
{
	if (place->path.n)
		return kv_error(r->job, v.pos, "\"template\" and \"podSpec\" cannot be combined");
	if (tree_read_string(r, v, &place->path) < 0)
		return -1;
	if (flt_pod_path_is_valid(place->path))
		return 0;
	return kv_error(r->job, v.pos, "a path has the form spec.template or spec.nodeSets[].podTemplate");
}

static int custom_template(struct tree_reader *r, krm_val v, void *into)
{
	return read_path(r, v, &((struct flt_custom_pod *)into)->place);
}

static int custom_spec(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_place *place = &((struct flt_custom_pod *)into)->place;
	int failed = read_path(r, v, place);
	place->is_spec = true;
	return failed;
}

static const struct tree_field custom_fields[] = {
	{ "match", VENDOR, custom_match, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "template", VENDOR, custom_template, .shape = TREE_TEXT,
	  .help = "The path of the Pod template, which has metadata and spec." },
	{ "podSpec", VENDOR, custom_spec, .shape = TREE_TEXT, .help = "The path of the Pod spec, if there is no template around it." },
};
static const struct tree_fields custom_rows = TREE_FIELDS(custom_fields);

static int read_custom(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_custom_pod *c = into;
	c->place.custom = true;
	if (tree_read_fields(r, v, custom_fields, KV_COUNT(custom_fields), c) < 0)
		return -1;
	if (!c->selector.pos)
		return kv_error(r->job, v.pos, "the custom resource has no \"match\"");
	if (!c->place.path.n)
		return kv_error(r->job, v.pos, "the custom resource needs \"template\" or \"podSpec\", which says where its Pods are");
	return 0;
}

static int customs(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	return tree_read_list(r, v, sizeof *p->customs, read_custom, &p->customs, &p->ncustoms);
}

/* --- fields of a securityContext -------------------------------------------------------------- */

enum context_kind { CONTEXT_BOOL, CONTEXT_NUMBER, CONTEXT_TEXT, CONTEXT_TEXTS, CONTEXT_MAP };

struct context_field {
	const char *name;
	enum context_kind kind;
	const struct context_field *fields; /* of CONTEXT_MAP, ended by a NULL name */
};

static const struct context_field profile[] = {
	{ "type", CONTEXT_TEXT, NULL },
	{ "localhostProfile", CONTEXT_TEXT, NULL },
	{ NULL, 0, NULL },
};
static const struct context_field capabilities[] = {
	{ "add", CONTEXT_TEXTS, NULL },
	{ "drop", CONTEXT_TEXTS, NULL },
	{ NULL, 0, NULL },
};
static const struct context_field selinux[] = {
	{ "type", CONTEXT_TEXT, NULL },
	{ "user", CONTEXT_TEXT, NULL },
	{ "role", CONTEXT_TEXT, NULL },
	{ "level", CONTEXT_TEXT, NULL },
	{ NULL, 0, NULL },
};
/* Those that an override may change; `privileged` and what is for Windows never. */
static const struct context_field context[] = {
	{ "allowPrivilegeEscalation", CONTEXT_BOOL, NULL },
	{ "runAsNonRoot", CONTEXT_BOOL, NULL },
	{ "runAsUser", CONTEXT_NUMBER, NULL },
	{ "runAsGroup", CONTEXT_NUMBER, NULL },
	{ "capabilities", CONTEXT_MAP, capabilities },
	{ "seccompProfile", CONTEXT_MAP, profile },
	{ "appArmorProfile", CONTEXT_MAP, profile },
	{ "seLinuxOptions", CONTEXT_MAP, selinux },
	{ "procMount", CONTEXT_TEXT, NULL },
	{ NULL, 0, NULL },
};

static int read_number(struct tree_reader *r, krm_val v, krm_val *ret)
{
	int64_t n = v.kind == KRM_INT64 ? v.i : 0;
	if (v.kind != KRM_INT64 &&
	    (v.kind != KRM_STRING || kv_num_parse_int(krm_str(v), 10, &n) != KV_NUM_OK))
		return tree_wrong(r, v, "a whole number");
	*ret = krm_int64(n);
	return 0;
}

static int read_item(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, into);
}

static int read_texts(struct tree_reader *r, krm_val v, krm_val *ret)
{
	kv_str *items = NULL;
	size_t n = 0;
	if (tree_read_list(r, v, sizeof *items, read_item, &items, &n) < 0)
		return -1;
	*ret = krm_list(r->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < n; i++)
		krm_list_push(r->job->arena, ret->l, krm_string(r->job->arena, items[i]));
	return 0;
}

static int read_scalar(struct tree_reader *r, krm_val v, enum context_kind kind, krm_val *ret)
{
	kv_str text = { 0 };
	bool truth = false;
	if (kind == CONTEXT_NUMBER)
		return read_number(r, v, ret);
	if ((kind == CONTEXT_BOOL ? tree_read_bool(r, v, &truth) : tree_read_string(r, v, &text)) < 0)
		return -1;
	*ret = kind == CONTEXT_BOOL ? krm_bool(truth) : krm_string(r->job->arena, text);
	return 0;
}

static const struct context_field *find(struct tree_reader *r, krm_val key,
					const struct context_field *fields)
{
	kv_str names[KV_COUNT(context)];
	size_t n = 0;
	for (; fields[n].name; n++) {
		names[n] = kv_str_c(fields[n].name);
		if (kv_str_eq(names[n], krm_str(key)))
			return &fields[n];
	}
	kv_str near = kv_nearest(krm_str(key), names, n);
	kv_error(r->job, key.pos, "an override cannot set the field \"%.*s\"", KV_ARG(krm_str(key)));
	if (near.n)
		kv_note(r->job, 0, "did you mean \"%.*s\"?", KV_ARG(near));
	return NULL;
}

/* Mappings nest as the tables do, two deep. */
static int read_context(struct tree_reader *r, krm_val v, const struct context_field *fields, krm_val *ret)
{
	int failed = 0;
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	*ret = krm_map(r->job->arena, KRM_OF_ANY);
	krm_map_each (v.m, e) {
		const struct context_field *f = find(r, e->key, fields);
		krm_val given = e->val, value = krm_nil();
		given.pos = given.pos ? given.pos : e->key.pos;
		if (tree_enter(r, given.pos) < 0)
			return -1;
		int got = !f                         ? -1
			  : f->kind == CONTEXT_MAP   ? read_context(r, given, f->fields, &value)
			  : f->kind == CONTEXT_TEXTS ? read_texts(r, given, &value)
						     : read_scalar(r, given, f->kind, &value);
		krm_map_set(r->job->arena, ret->m, krm_str(e->key), value);
		failed |= got;
	}
	return failed;
}

/* --- overrides -------------------------------------------------------------------------------- */

#define ADDITIONS "runAsNonRoot|capabilities.drop"

static int override_match(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_selector(r, v, &((struct flt_override *)into)->selector);
}

static int override_containers(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_override *o = into;
	return tree_read_list(r, v, sizeof *o->containers, read_pattern, &o->containers, &o->ncontainers);
}

static int read_addition(struct tree_reader *r, krm_val v, void *into)
{
	return read_second(r, v, ADDITIONS, into);
}

static int override_add(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_override *o = into;
	bool *drops_all = NULL;
	size_t n = 0;
	int failed = tree_read_list(r, v, sizeof *drops_all, read_addition, &drops_all, &n);
	for (size_t i = 0; i < n; i++)
		*(drops_all[i] ? &o->drop_all : &o->non_root) = true;
	return failed;
}

static int override_set(struct tree_reader *r, krm_val v, void *into)
{
	return read_context(r, v, context, &((struct flt_override *)into)->set);
}

static int override_reason(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct flt_override *)into)->reason);
}

static const struct tree_field override_fields[] = {
	{ "match", VENDOR, override_match, .shape = TREE_ONE, .rows = &tree_selector_rows },
	{ "containers", VENDOR, override_containers, .shape = TREE_TEXTS },
	{ "add", VENDOR, override_add, .shape = TREE_TEXTS },
	{ "set", VENDOR, override_set, .shape = TREE_OBJECT },
	{ "reason", VENDOR, override_reason, .shape = TREE_TEXT },
};
static const struct tree_fields override_rows = TREE_FIELDS(override_fields);

static int read_override(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_override *o = into;
	o->pos = v.pos;
	o->set = krm_nil();
	if (tree_read_fields(r, v, override_fields, KV_COUNT(override_fields), o) < 0)
		return -1;
	if (!o->selector.pos)
		return kv_error(r->job, v.pos, "the override has no \"match\": it would match every workload");
	if (!o->non_root && !o->drop_all && o->set.kind == KRM_NIL)
		return kv_error(r->job, v.pos, "the override changes nothing: give it \"add\" or \"set\"");
	if (!kv_str_trim(o->reason, " \n").n)
		return kv_error(r->job, v.pos, "the override has no \"reason\"");
	return 0;
}

static int overrides(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_pod_security *p = into;
	return tree_read_list(r, v, sizeof *p->overrides, read_override, &p->overrides, &p->noverrides);
}

/* --- the field -------------------------------------------------------------------------------- */

static const struct tree_field fields[] = {
	{ "level", VENDOR, level, .shape = TREE_TEXT, .values = LEVELS },
	{ "defaultLevel", VENDOR, default_level, .shape = TREE_TEXT, .values = LEVELS,
	  .help = "The level where no Namespace has a label." },
	{ "version", VENDOR, version, .shape = TREE_TEXT, .help = "The version of the Pod Security Standards: v1.34, or latest." },
	{ "namespaces", VENDOR, levels, .shape = TREE_MANY, .rows = &namespace_rows,
	  .help = "The levels of single namespaces." },
	{ "customResources", VENDOR, customs, .shape = TREE_MANY, .rows = &custom_rows,
	  .help = "Where custom resources have their Pods." },
	{ "policy", VENDOR, policy, .shape = TREE_TEXT, .values = POLICIES },
	{ "patch", VENDOR, patch, .shape = TREE_TEXT, .values = PATCHES },
	{ "placement", VENDOR, placement, .shape = TREE_TEXT, .values = PLACEMENTS,
	  .help = "Where to add fields that a Pod and a container can both have." },
	{ "exemptions", VENDOR, exemptions, .shape = TREE_ONE, .rows = &exemption_rows },
	{ "overrides", VENDOR, overrides, .shape = TREE_MANY, .rows = &override_rows },
};
const struct tree_fields tree_pod_security_rows = TREE_FIELDS(fields);

int tree_read_pod_security(struct tree_reader *r, krm_val v, struct flt_pod_security **ret)
{
	struct flt_pod_security *p = KV_NEW(r->job->arena, struct flt_pod_security);
	p->minor = FLT_POD_LATEST;
	if (tree_read_fields(r, v, fields, KV_COUNT(fields), p) < 0)
		return -1;
	*ret = p;
	return 0;
}
