/* render/gitops/appset_functions.c: what Go templates of an ApplicationSet may call besides Sprig's functions
 * (applicationset/utils/template_functions.go, utils.go; gosimple/slug, slug.go). */
#include "base/utf8.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/gitops/internal.h"

/* The longest name of DNS. */
#define LONGEST_NAME 253
#define LONGEST_SLUG 50

kv_str rnd_gitops_normalized(struct kv_arena *a, kv_str name)
{
	struct kv_buf out;

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0, size; i < name.n; i += size) {
		uint32_t r = kv_rune_lower(kv_utf8_decode(name, i, &size));
		bool stays =
			r < 0x80 && (kv_is_digit((char)r) || (r >= 'a' && r <= 'z') || r == '-' || r == '.');

		kv_buf_c(&out, stays ? (char)r : '-');
	}
	return kv_str_trim(kv_str_sub(kv_buf_view(&out), 0, LONGEST_NAME), "-.");
}

static int fn_normalize(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_string(c->job->arena, rnd_gitops_normalized(c->job->arena, krm_str(args[0])));
	return 0;
}

/* --- slugify ------------------------------------------------------------------------------------ */

/* The panic of a type assertion. */
static int not_a(struct rnd_call *c, krm_val v, const char *wanted)
{
	struct kv_buf type;

	kv_buf_init(&type, c->job->arena, KV_BUF_MAX);
	rnd_type_name(v, &type);
	return rnd_panic(c, "interface conversion: interface {} is %.*s, not %s",
			 KV_ARG(v.kind == KRM_NIL ? KV_S("nil") : kv_buf_view(&type)), wanted);
}

/* Words between single hyphens; of a normalised name only points and hyphens are to be replaced. */
static kv_str hyphenated(struct kv_arena *a, kv_str name)
{
	struct kv_buf out;

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i] == '.' ? '-' : name.p[i];

		if (c != '-' || !out.n || out.p[out.n - 1] != '-')
			kv_buf_c(&out, c);
	}
	return kv_str_trim(kv_buf_view(&out), "-");
}

/* smartTruncate: at the last hyphen that leaves no more than `longest` bytes, else in the word. */
static kv_str cut_at_word(kv_str slug, size_t longest)
{
	if (slug.n <= longest)
		return slug;
	for (size_t i = longest + 1; i-- > 0;)
		if (slug.p[i] == '-')
			return kv_str_sub(slug, 0, i);
	return kv_str_sub(slug, 0, longest);
}

/* slugify [LONGEST [AT_WORDS]] NAME; what else stands between is not looked at. */
static int fn_slugify(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str name = KV_S("");
	int64_t longest = LONGEST_SLUG;
	bool smart = true;

	if (nargs && args[nargs - 1].kind != KRM_STRING)
		return not_a(c, args[nargs - 1], "string");
	if (nargs > 1 && args[0].kind != KRM_INT)
		return not_a(c, args[0], "int");
	if (nargs > 2 && args[1].kind != KRM_BOOL)
		return not_a(c, args[1], "bool");
	if (nargs)
		name = rnd_gitops_normalized(c->job->arena, krm_str(args[nargs - 1]));
	if (nargs > 1)
		longest = args[0].i;
	if (nargs > 2)
		smart = args[1].b;
	if (!smart && longest < 0)
		return rnd_panic(c, "runtime error: slice bounds out of range [:%lld]", (long long)longest);
	if (!smart)
		name = kv_str_sub(name, 0, (size_t)longest);
	name = hyphenated(c->job->arena, name);
	*ret = krm_string(c->job->arena, smart && longest > 0 ? cut_at_word(name, (size_t)longest) : name);
	return 0;
}

/* --- YAML --------------------------------------------------------------------------------------- */

/* Unlike Helm's a text that is something else is an error. */
static int from_yaml(struct rnd_call *c, kv_str text, enum krm_kind wanted, krm_val *ret)
{
	kv_str error;
	krm_val v;

	if (krm_yaml_try(c->job, text, KRM_YAML_HELM, &v, &error) < 0)
		return rnd_fail(c, "%.*s", KV_ARG(error));
	if (v.kind == KRM_NIL)
		v = wanted == KRM_MAP ? krm_map(c->job->arena, KRM_OF_ANY)
				      : krm_list(c->job->arena, KRM_OF_ANY);
	if (v.kind != wanted)
		return rnd_fail(c,
				"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s "
				"into Go value of type %s",
				krm_json_kind(v),
				wanted == KRM_MAP ? "map[string]interface {}" : "[]interface {}");
	*ret = v;
	return 0;
}

static int fn_from_yaml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return from_yaml(c, krm_str(args[0]), KRM_MAP, ret);
}

static int fn_from_yaml_array(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return from_yaml(c, krm_str(args[0]), KRM_LIST, ret);
}

const struct rnd_func rnd_gitops_functions[] = {
	{ .name = "fromYaml", .fn = fn_from_yaml, .result = RND_MAP, .nparams = 1, .params = { RND_STRING } },
	{ .name = "fromYamlArray",
	  .fn = fn_from_yaml_array,
	  .result = RND_LIST,
	  .nparams = 1,
	  .params = { RND_STRING } },
	{ .name = "normalize",
	  .fn = fn_normalize,
	  .result = RND_STRING,
	  .nparams = 1,
	  .params = { RND_STRING } },
	{ .name = "slugify",
	  .fn = fn_slugify,
	  .result = RND_STRING,
	  .variadic = true,
	  .nparams = 1,
	  .params = { RND_ANY } },
};
const size_t rnd_gitops_nfunctions = sizeof rnd_gitops_functions / sizeof *rnd_gitops_functions;
