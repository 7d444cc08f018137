/* render/template/func_semver.c: semver, semverCompare (sprig: semver.go), and the methods of
 * *semver.Version. */
#include "render/template/functions.h"

#include "render/semver.h"

static const struct krm_class version_class;        /* *semver.Version */
static const struct krm_class version_struct_class; /* semver.Version, which IncMajor and the like return */

static krm_val version_val(struct kv_arena *a, const struct krm_class *class, const struct rnd_semver *v)
{
	struct krm_object *o = KV_NEW(a, struct krm_object);
	struct rnd_semver *copy = KV_NEW(a, struct rnd_semver);
	*copy = *v;
	*o = (struct krm_object){ class, copy };
	return (krm_val){ .kind = KRM_OBJECT, .o = o };
}

static const struct rnd_semver *receiver(const krm_val *args)
{
	return args[0].o->data;
}

/* The other *semver.Version of a comparison. */
static const struct rnd_semver *other(struct rnd_call *c, const krm_val *args)
{
	if (krm_is(args[1], KRM_OBJECT) && args[1].o->class == &version_class)
		return args[1].o->data;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_type_name(args[1], &b);
	(void)rnd_fail(c, "wrong type for value; expected *semver.Version; got %.*s",
		       KV_ARG(kv_buf_view(&b)));
	return NULL;
}

/* --- methods ---------------------------------------------------------------------------------- */

#define METHOD(name)                                                                                         \
	static int method_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
#define UNUSED_ARGS (void)c, (void)args, (void)nargs

METHOD(major)
{
	UNUSED_ARGS;
	*ret = krm_uint64(receiver(args)->major);
	return 0;
}

METHOD(minor)
{
	UNUSED_ARGS;
	*ret = krm_uint64(receiver(args)->minor);
	return 0;
}

METHOD(patch)
{
	UNUSED_ARGS;
	*ret = krm_uint64(receiver(args)->patch);
	return 0;
}

METHOD(prerelease)
{
	UNUSED_ARGS;
	*ret = krm_string(c->job->arena, receiver(args)->pre);
	return 0;
}

METHOD(metadata)
{
	UNUSED_ARGS;
	*ret = krm_string(c->job->arena, receiver(args)->meta);
	return 0;
}

METHOD(original)
{
	UNUSED_ARGS;
	*ret = krm_string(c->job->arena, receiver(args)->original);
	return 0;
}

METHOD(string)
{
	UNUSED_ARGS;
	*ret = krm_string(c->job->arena, rnd_semver_text(c->job->arena, receiver(args)));
	return 0;
}

static int bump(struct rnd_call *c, const krm_val *args, enum rnd_semver_part part, krm_val *ret)
{
	struct rnd_semver next;
	kv_str error;
	if (rnd_semver_bump(c->job->arena, receiver(args), part, &next, &error))
		return rnd_panic(c, "%.*s", KV_ARG(error));
	*ret = version_val(c->job->arena, &version_struct_class, &next);
	return 0;
}

METHOD(inc_major)
{
	UNUSED_ARGS;
	return bump(c, args, RND_SEMVER_MAJOR, ret);
}

METHOD(inc_minor)
{
	UNUSED_ARGS;
	return bump(c, args, RND_SEMVER_MINOR, ret);
}

METHOD(inc_patch)
{
	UNUSED_ARGS;
	return bump(c, args, RND_SEMVER_PATCH, ret);
}

METHOD(set_prerelease)
{
	UNUSED_ARGS;
	struct rnd_semver next;
	kv_str error;
	if (rnd_semver_set_pre(c->job->arena, receiver(args), krm_str(args[1]), &next, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = version_val(c->job->arena, &version_struct_class, &next);
	return 0;
}

METHOD(set_metadata)
{
	UNUSED_ARGS;
	struct rnd_semver next;
	kv_str error;
	if (rnd_semver_set_meta(c->job->arena, receiver(args), krm_str(args[1]), &next, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = version_val(c->job->arena, &version_struct_class, &next);
	return 0;
}

METHOD(compare)
{
	UNUSED_ARGS;
	const struct rnd_semver *o = other(c, args);
	if (!o)
		return -1;
	*ret = krm_int(rnd_semver_cmp(receiver(args), o));
	return 0;
}

/* LessThan and its kin: true if the comparison gives one of the accepted results. */
static int relation(struct rnd_call *c, const krm_val *args, bool less, bool equal, bool greater,
		    krm_val *ret)
{
	const struct rnd_semver *o = other(c, args);
	if (!o)
		return -1;
	int d = rnd_semver_cmp(receiver(args), o);
	*ret = krm_bool(d < 0 ? less : d > 0 ? greater : equal);
	return 0;
}

METHOD(less_than)
{
	UNUSED_ARGS;
	return relation(c, args, true, false, false, ret);
}

METHOD(less_than_equal)
{
	UNUSED_ARGS;
	return relation(c, args, true, true, false, ret);
}

METHOD(greater_than)
{
	UNUSED_ARGS;
	return relation(c, args, false, false, true, ret);
}

METHOD(greater_than_equal)
{
	UNUSED_ARGS;
	return relation(c, args, false, true, true, ret);
}

METHOD(equal)
{
	UNUSED_ARGS;
	return relation(c, args, false, true, false, ret);
}

#define GETTER(go, method, type)                                                                             \
	{                                                                                                    \
		.f = {.name = go, .fn = method, .result = type }                                             \
	}
#define TAKES(go, method, type, param)                                                                       \
	{                                                                                                    \
		.f = {.name = go, .fn = method, .result = type, .nparams = 1, .params = { param } }          \
	}
enum { OF_POINTERS = 7 }; /* methods that *semver.Version has alone */
static const struct rnd_method version_methods[] = {
	GETTER("Original", method_original, RND_STRING),
	TAKES("Compare", method_compare, RND_INT, RND_SEMVER),
	TAKES("Equal", method_equal, RND_BOOL, RND_SEMVER),
	TAKES("LessThan", method_less_than, RND_BOOL, RND_SEMVER),
	TAKES("LessThanEqual", method_less_than_equal, RND_BOOL, RND_SEMVER),
	TAKES("GreaterThan", method_greater_than, RND_BOOL, RND_SEMVER),
	TAKES("GreaterThanEqual", method_greater_than_equal, RND_BOOL, RND_SEMVER),
	/* Value receivers: both types have what follows. */
	[OF_POINTERS] = GETTER("Major", method_major, RND_OBJECT),
	GETTER("Minor", method_minor, RND_OBJECT),
	GETTER("Patch", method_patch, RND_OBJECT),
	GETTER("Prerelease", method_prerelease, RND_STRING),
	GETTER("Metadata", method_metadata, RND_STRING),
	GETTER("String", method_string, RND_STRING),
	GETTER("IncMajor", method_inc_major, RND_OBJECT),
	GETTER("IncMinor", method_inc_minor, RND_OBJECT),
	GETTER("IncPatch", method_inc_patch, RND_OBJECT),
	TAKES("SetPrerelease", method_set_prerelease, RND_OBJECT, RND_STRING),
	TAKES("SetMetadata", method_set_metadata, RND_OBJECT, RND_STRING),
	{ .f = { .name = NULL } },
};

/* --- the classes ------------------------------------------------------------------------------ */

static krm_val version_tree(struct kv_job *job, const struct krm_object *o)
{
	return krm_string(job->arena, rnd_semver_text(job->arena, o->data));
}

static void version_print(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	kv_buf_str(out, rnd_semver_text(job->arena, o->data));
}

static krm_val version_fields(struct kv_job *job, const struct krm_object *o)
{
	struct kv_arena *a = job->arena;
	const struct rnd_semver *v = o->data;
	krm_val fields = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, fields.m, KV_S("major"), krm_uint64(v->major));
	krm_map_set(a, fields.m, KV_S("minor"), krm_uint64(v->minor));
	krm_map_set(a, fields.m, KV_S("patch"), krm_uint64(v->patch));
	krm_map_set(a, fields.m, KV_S("pre"), krm_string(a, v->pre));
	krm_map_set(a, fields.m, KV_S("metadata"), krm_string(a, v->meta));
	krm_map_set(a, fields.m, KV_S("original"), krm_string(a, v->original));
	return fields;
}

static const struct krm_class version_class = {
	.go_type = "*semver.Version",
	.go_kind = "ptr",
	.methods = version_methods,
	.tree = version_tree,
	.fields = version_fields,
	.print = version_print,
};

static const struct krm_class version_struct_class = {
	.go_type = "semver.Version",
	.go_kind = "struct",
	.methods = version_methods + OF_POINTERS,
	.tree = version_tree,
	.fields = version_fields,
	.print = version_print,
};

krm_val rnd_copied_object(struct kv_arena *a, krm_val v)
{
	static const struct rnd_semver zero = { .pre = KV_STR("") };
	bool is_version = krm_is(v, KRM_OBJECT) &&
			  (v.o->class == &version_class || v.o->class == &version_struct_class);
	return is_version ? version_val(a, v.o->class, &zero) : v;
}

/* --- functions -------------------------------------------------------------------------------- */

int rnd_fn_semver(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_semver v;
	kv_str error;
	if (rnd_semver_parse(c->job->arena, krm_str(args[0]), &v, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = version_val(c->job->arena, &version_class, &v);
	return 0;
}

int rnd_fn_semverCompare(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_semver v;
	kv_str error;
	const struct rnd_constraints *cs = rnd_constraints_parse(c->job->arena, krm_str(args[0]), &error);
	if (!cs || rnd_semver_parse(c->job->arena, krm_str(args[1]), &v, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = krm_bool(rnd_constraints_check(cs, &v));
	return 0;
}
