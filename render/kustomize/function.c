/* render/kustomize/function.c: KRM functions as kustomize runs them (api/internal/plugins/fnplugin, kyaml/runfn,
 * kyaml/fn/runtime, kyaml/kio). */
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "krm/yaml.h"
#include "render/kustomize/external.h"
#include "render/kustomize/fields.h"
#include "render/kustomize/fieldspec.h"

/* --- which function --------------------------------------------------------------------------- */

static int decode_spec(struct rnd_k_build *b, const struct rnd_k_res *by, const char *where, krm_val tree,
		       krm_val *ret)
{
	if (tree.kind != KRM_NIL) /* positions are those of the annotation's text */
		tree.pos = by->r->origin.pos;
	if (rnd_k_decode(b, tree, &rnd_k_types[RND_K_TYPE_FUNCTION], RND_K_STRICT | RND_K_CONVERT,
			 "error unmarshaling JSON: while decoding JSON: ", ret) == 0)
		return 0;
	kv_note(b->job, by->r->origin.pos, "loader: failed to get FunctionSpec: %s unmarshal error", where);
	return -1;
}

static int spec_of_text(struct rnd_k_build *b, const struct rnd_k_res *by, const char *key, kv_str text,
			krm_val *ret)
{
	krm_val tree;
	kv_str error;

	if (krm_yaml_try(b->job, text, KRM_YAML_HELM, &tree, &error) < 0)
		return kv_error(b->job, by->r->origin.pos,
				"loader: failed to get FunctionSpec: %s unmarshal error: %.*s", key,
				KV_ARG(error));
	return decode_spec(b, by, key, tree, ret);
}

int rnd_k_function_spec(struct rnd_k_build *b, const struct rnd_k_res *by, krm_val *ret)
{
	static const char *const keys[] = { "config.kubernetes.io/function", "config.k8s.io/function" };
	krm_val configured = krm_path(by->r->obj, "metadata", "configFn", NULL), container, image;
	kv_str text;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		text = krm_annotation(by->r->obj, keys[i]);
		if (text.n)
			return spec_of_text(b, by, keys[i], text, ret);
	}
	if (configured.kind != KRM_NIL)
		return decode_spec(b, by, "configFn", configured, ret);
	text = krm_annotation(by->r->obj, "config.kubernetes.io/container");
	*ret = krm_nil();
	if (!text.n)
		return 0;
	image = krm_string(b->job->arena, text);
	container = krm_map(b->job->arena, KRM_OF_ANY);
	krm_map_set(b->job->arena, container.m, KV_S("image"), image);
	*ret = krm_map(b->job->arena, KRM_OF_ANY);
	krm_map_set(b->job->arena, ret->m, KV_S("container"), container);
	return 0;
}

static int cannot_execute(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str why)
{
	return kv_error(b->job, x->by->r->origin.pos, "couldn't execute function: %.*s", KV_ARG(why));
}

/* --- how it is run ---------------------------------------------------------------------------- */

static void push_all(struct rnd_k_build *b, struct rnd_k_strs *into, krm_val list)
{
	for (size_t i = 0; i < krm_list_len(list); i++)
		rnd_k_str_push(b, into, krm_str(list.l->v[i]));
}

static void set_variable(struct rnd_k_build *b, struct rnd_k_strs *env, kv_str variable)
{
	kv_str name = kv_str_sub(variable, 0, kv_str_chr(variable, '='));

	for (size_t i = 0; i < env->n; i++)
		if (kv_str_eq(name, kv_str_sub(env->v[i], 0, kv_str_chr(env->v[i], '=')))) {
			env->v[i] = variable;
			return;
		}
	rnd_k_str_push(b, env, variable);
}

/* mergeExecEnv: an entry that is not two parts around one `=` is lost. */
static struct rnd_k_strs exec_env(struct rnd_k_build *b, krm_val declared)
{
	struct rnd_k_strs all = { 0 }, env = { 0 };

	push_all(b, &all, declared);
	for (size_t i = 0; i < b->options->nenv; i++)
		rnd_k_str_push(b, &all, b->options->env[i]);
	for (size_t i = 0; i < all.n; i++) {
		size_t at = kv_str_chr(all.v[i], '=');

		if (at != SIZE_MAX && kv_str_rchr(all.v[i], '=') == at)
			set_variable(b, &env, all.v[i]);
	}
	return env;
}

static void add_variables(struct rnd_k_build *b, kv_str variable, struct rnd_k_strs *values,
			  struct rnd_k_strs *exported)
{
	if (kv_str_chr(variable, '=') != SIZE_MAX) {
		set_variable(b, values, variable);
		return;
	}
	for (size_t i = 0; i < exported->n; i++)
		if (kv_str_eq(exported->v[i], variable))
			return;
	rnd_k_str_push(b, exported, variable);
}

/* By the name before the `=`. */
static int by_name(const void *x, const void *y)
{
	kv_str a = *(const kv_str *)x, c = *(const kv_str *)y;

	return kv_str_cmp(kv_str_sub(a, 0, kv_str_chr(a, '=')), kv_str_sub(c, 0, kv_str_chr(c, '=')));
}

/* mergeContainerEnv and GetDockerFlags: the command line wins over the declaration, as do its two constants. */
static void container_env(struct rnd_k_build *b, krm_val declared, struct rnd_k_strs *args)
{
	struct rnd_k_strs values = { 0 }, exported = { 0 };

	for (size_t i = 0; i < krm_list_len(declared); i++)
		add_variables(b, krm_str(declared.l->v[i]), &values, &exported);
	set_variable(b, &values, KV_S("LOG_TO_STDERR=true"));
	set_variable(b, &values, KV_S("STRUCTURED_RESULTS=true"));
	for (size_t i = 0; i < b->options->nenv; i++)
		add_variables(b, b->options->env[i], &values, &exported);
	qsort(values.v, values.n, sizeof *values.v, by_name);
	for (size_t i = 0; i < values.n + exported.n; i++) {
		rnd_k_str_push(b, args, KV_S("-e"));
		rnd_k_str_push(b, args, i < values.n ? values.v[i] : exported.v[i - values.n]);
	}
}

struct mount {
	kv_str type, src, dst;
	bool writable;
};

static void add_mount(struct rnd_k_build *b, struct mount m, struct rnd_k_strs *args)
{
	kv_str src = kv_path_join(b->job->arena, b->target->root, m.src);

	if (kv_str_starts(m.src, KV_S("/")))
		src = m.src;
	rnd_k_str_push(b, args, KV_S("--mount"));
	rnd_k_str_push(b, args,
		       kv_arena_cat(b->job->arena, KV_S("type="), m.type, KV_S(",source="), src,
				    KV_S(",target="), m.dst, m.writable ? KV_S("") : KV_S(",readonly")));
}

/* StringToStorageMount: the value of --mount. */
static struct mount parse_mount(kv_str text)
{
	struct mount m = { KV_S(""), KV_S(""), KV_S(""), false };

	while (text.n) {
		size_t end = kv_str_chr(text, ',');
		kv_str option = kv_str_sub(text, 0, end);
		size_t at = kv_str_chr(option, '=');
		kv_str name = kv_str_sub(option, 0, at),
		       value = at == SIZE_MAX ? KV_S("") : kv_str_sub(option, at + 1, SIZE_MAX);

		if (kv_str_eq(name, KV_S("type")))
			m.type = value;
		else if (kv_str_eq(name, KV_S("src")) || kv_str_eq(name, KV_S("source")))
			m.src = value;
		else if (kv_str_eq(name, KV_S("dst")) || kv_str_eq(name, KV_S("target")))
			m.dst = value;
		else if (kv_str_eq(name, KV_S("rw")))
			m.writable = kv_str_eq(value, KV_S("true"));
		text = end == SIZE_MAX ? KV_S("") : kv_str_sub(text, end + 1, SIZE_MAX);
	}
	return m;
}

static bool is_set(krm_val v, const char *field)
{
	krm_val f = krm_get(v, field);

	return f.kind == KRM_BOOL && f.b;
}

static void add_mounts(struct rnd_k_build *b, krm_val declared, struct rnd_k_strs *args)
{
	for (size_t i = 0; i < krm_list_len(declared); i++) {
		krm_val v = declared.l->v[i];

		add_mount(b,
			  (struct mount){ krm_str(krm_get(v, "type")), krm_str(krm_get(v, "src")),
					  krm_str(krm_get(v, "dst")), is_set(v, "rw") },
			  args);
	}
	for (size_t i = 0; i < b->options->nmounts; i++)
		add_mount(b, parse_mount(b->options->mounts[i]), args);
}

/* Where there is no docker, podman takes the same arguments. */
static kv_str container_program(struct rnd_k_build *b)
{
	if (kv_child_find(b->job->arena, KV_S("docker")).n == 0 &&
	    kv_child_find(b->job->arena, KV_S("podman")).n)
		return KV_S("podman");
	return KV_S("docker");
}

static struct kv_child container(struct rnd_k_build *b, krm_val spec)
{
	static const kv_str fixed[] = { KV_STR("run"),    KV_STR("--rm"),     KV_STR("-i"),     KV_STR("-a"),
					KV_STR("STDIN"),  KV_STR("-a"),       KV_STR("STDOUT"), KV_STR("-a"),
					KV_STR("STDERR"), KV_STR("--network") };
	struct rnd_k_strs args = { 0 };

	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		rnd_k_str_push(b, &args, fixed[i]);
	rnd_k_str_push(b, &args, is_set(spec, "network") ? KV_S("host") : KV_S("none"));
	rnd_k_str_push(b, &args, KV_S("--user"));
	rnd_k_str_push(b, &args,
		       b->options->as_current_user ? kv_arena_printf(b->job->arena, "%u:%u",
								     (unsigned)getuid(), (unsigned)getgid())
						   : KV_S("nobody"));
	rnd_k_str_push(b, &args, KV_S("--security-opt=no-new-privileges"));
	add_mounts(b, krm_get(spec, "mounts"), &args);
	container_env(b, krm_get(spec, "envs"), &args);
	rnd_k_str_push(b, &args, krm_str(krm_get(spec, "image")));
	return (struct kv_child){ .program = container_program(b), .args = args.v, .nargs = args.n };
}

static struct kv_child executable(struct rnd_k_build *b, krm_val spec)
{
	struct rnd_k_strs args = { 0 }, env = exec_env(b, krm_get(spec, "envs"));

	push_all(b, &args, krm_get(spec, "args"));
	return (struct kv_child){
		.program = krm_str(krm_get(spec, "path")),
		.args = args.v,
		.nargs = args.n,
		.env = env.v,
		.nenv = env.n,
	};
}

/* False: nothing is run, and what would have been sent comes back (an executable without --enable-exec). */
static bool command(struct rnd_k_build *b, const struct rnd_k_external *x, struct kv_child *ret)
{
	krm_val exec = krm_get(x->function, "exec"),
		image = krm_path(x->function, "container", "image", NULL);

	if (krm_str(image).n)
		*ret = container(b, krm_get(x->function, "container"));
	else if (b->options->enable_exec && krm_str(krm_get(exec, "path")).n)
		*ret = executable(b, exec);
	else
		return false;
	ret->dir = b->target->root;
	return true;
}

/* --- annotations of kyaml --------------------------------------------------------------------- */

#define INTERNAL "internal.config.kubernetes.io/"
#define LEGACY "config.kubernetes.io/"

static void annotate(struct rnd_k_build *b, krm_val item, const char *key, kv_str value)
{
	krm_val v = krm_string(b->job->arena, value);

	v.style = KRM_STYLE_SINGLE; /* kyaml's SetAnnotation quotes */
	krm_map_set_c(b->job->arena, rnd_k_annotations_map(b, item, true), key, v);
}

/* In the order in which kyaml sets them: reading, the migration of annotations, the function. */
static void mark(struct rnd_k_build *b, krm_val item, size_t index)
{
	static const struct {
		const char *key;
		size_t from;
	} marks[] = { { LEGACY "index", 0 },
		      { INTERNAL "index", 0 },
		      { INTERNAL "annotations-migration-resource-id", 0 },
		      { INTERNAL "id", 1 },
		      { "config.k8s.io/id", 1 } };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		annotate(b, item, marks[i].key, kv_arena_printf(b->job->arena, "%zu", index + marks[i].from));
}

static const char *const transient[] = { LEGACY "index",       INTERNAL "index",
					 INTERNAL "seqindent", INTERNAL "annotations-migration-resource-id",
					 INTERNAL "id",        "config.k8s.io/id" };

/* DefaultPathAnnotation, and the two spellings brought together. */
static void default_path(struct rnd_k_build *b, krm_val item)
{
	kv_str path = krm_annotation(item, INTERNAL "path"), legacy = krm_annotation(item, LEGACY "path");
	kv_str kind = kv_arena_dup(b->job->arena, krm_kind(item));

	if (!path.n)
		path = legacy;
	if (!path.n) {
		char *lower = kv_arena_cstr(b->job->arena, kind);

		for (size_t i = 0; i < kind.n; i++)
			if (lower[i] >= 'A' && lower[i] <= 'Z')
				lower[i] = (char)(lower[i] | 32);
		path = kv_path_join(
			b->job->arena, krm_namespace(item),
			kv_arena_printf(b->job->arena, "%s_%.*s.yaml", lower, KV_ARG(krm_name(item))));
	}
	annotate(b, item, INTERNAL "path", path);
	annotate(b, item, LEGACY "path", legacy.n ? legacy : path);
}

/* What is left of kyaml's annotations once the function's answer is printed for kustomize. */
static void unmark(struct rnd_k_build *b, krm_val item, bool ran)
{
	struct krm_map *m;

	if (ran)
		default_path(b, item);
	m = rnd_k_annotations_map(b, item, false);
	for (size_t i = 0; m && i < sizeof transient / sizeof *transient; i++)
		krm_map_del(m, kv_str_c(transient[i]));
	if (m && m->live == 0)
		krm_map_del(krm_get(item, "metadata").m, KV_S("annotations"));
}

/* --- what it reads and what it prints --------------------------------------------------------- */

static int print(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val tree, struct kv_buf *out)
{
	kv_str error;

	return krm_yaml_write_nodes(b->job, tree, out, &error) < 0 ? cannot_execute(b, x, error) : 0;
}

/* The configuring resource, marked so that kustomize leaves it out of its output. */
static int read_config(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val *ret)
{
	if (krm_yaml_read(b->job, KV_S("functionConfig"), x->config, KRM_YAML_PLAIN, ret) < 0)
		return -1;
	annotate(b, *ret, LEGACY "local-config", KV_S("true"));
	return 0;
}

static int resource_list(struct rnd_k_build *b, const struct rnd_k_external *x, const krm_val *items,
			 size_t n, kv_str *ret)
{
	struct kv_arena *a = b->job->arena;
	krm_val list = krm_map(a, KRM_OF_ANY), all = krm_list(a, KRM_OF_ANY), config;
	struct kv_buf out;

	if (read_config(b, x, &config) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		mark(b, items[i], i);
		krm_list_push(a, all.l, items[i]);
	}
	krm_map_set(a, list.m, KV_S("apiVersion"), krm_string_c(a, LEGACY "v1"));
	krm_map_set(a, list.m, KV_S("kind"), krm_string_c(a, "ResourceList"));
	krm_map_set(a, list.m, KV_S("items"), all);
	krm_map_set(a, list.m, KV_S("functionConfig"), config);
	kv_buf_init(&out, a, KV_BUF_MAX);
	if (print(b, x, list, &out) < 0)
		return -1;
	*ret = kv_buf_view(&out);
	return 0;
}

/* One ResourceList or List alone is what it holds; else each document is an item. */
static void unwrap(const krm_val **items, size_t *n)
{
	static krm_val none[1];
	kv_str kind = *n == 1 ? krm_kind((*items)[0]) : KV_S("");
	krm_val held;

	if (!kv_str_eq(kind, KV_S("ResourceList")) && !kv_str_eq(kind, KV_S("List")))
		return;
	held = krm_get((*items)[0], "items");
	if (held.kind != KRM_LIST && !krm_has((*items)[0], "functionConfig") &&
	    !krm_has((*items)[0], "items"))
		return;
	*n = krm_list_len(held);
	*items = *n ? held.l->v : none;
}

/* InvalidNodeKindError of kyaml. */
static int wrong_kind(struct rnd_k_build *b, const struct rnd_k_external *x, const char *expected, krm_val got)
{
	struct kv_buf what;
	kv_str error;

	kv_buf_init(&what, b->job->arena, KV_BUF_MAX);
	kv_buf_printf(&what, "wrong node kind: expected %s but got %s: node contents:\n", expected, krm_node_kind(got));
	if (krm_yaml_write_nodes(b->job, got, &what, &error) < 0)
		kv_buf_str(&what, error);
	return cannot_execute(b, x, kv_str_trim(kv_buf_view(&what), "\n"));
}

static int check_item(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val item)
{
	if (item.kind == KRM_MAP &&
	    (krm_kind(item).n || krm_api_version(item).n || krm_map_len(krm_get(item, "metadata"))))
		return 0;
	if (item.kind == KRM_MAP)
		return cannot_execute(b, x, KV_S("missing Resource metadata"));
	return wrong_kind(b, x, "MappingNode", item);
}

/* kyaml copies comments from what was sent to what came back, and fails where one is of another kind than the other
 * (kyaml/comments, kyaml/yaml/walk). Items of lists are taken in pairs; of a scalar and a collection only an empty scalar is one. */
static int check_kinds(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val from, krm_val to)
{
	if (from.kind == KRM_NIL || to.kind == KRM_NIL)
		return 0;
	if ((from.kind == KRM_MAP) != (to.kind == KRM_MAP) || (from.kind == KRM_LIST) != (to.kind == KRM_LIST))
		return wrong_kind(b, x, krm_node_kind(from), to);
	if (from.kind == KRM_MAP)
		krm_map_each (from.m, e) {
			krm_val *other = krm_map_find(to.m, krm_str(e->key));

			if (other && check_kinds(b, x, e->val, *other) < 0)
				return -1;
		}
	for (size_t i = 0; i < krm_list_len(from) && i < krm_list_len(to); i++) {
		krm_val f = from.l->v[i], t = to.l->v[i];
		bool pair = rnd_k_is_scalar(f) == rnd_k_is_scalar(t) ||
			    rnd_k_scalar_text(b, rnd_k_is_scalar(f) ? f : t).n == 0;

		if (pair && check_kinds(b, x, f, t) < 0)
			return -1;
	}
	return 0;
}

/* kyaml annotates each document, the list too, and each item. */
static int check_document(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val document)
{
	krm_val metadata = krm_get(document, "metadata"), annotations = krm_get(metadata, "annotations");

	if (metadata.kind != KRM_NIL && metadata.kind != KRM_MAP)
		return wrong_kind(b, x, "MappingNode", metadata);
	if (annotations.kind != KRM_NIL && annotations.kind != KRM_MAP)
		return wrong_kind(b, x, "MappingNode", annotations);
	return 0;
}

/* kyaml takes what stands there, also a number. */
static kv_str annotation(struct rnd_k_build *b, krm_val item, const char *key)
{
	krm_val v = krm_path(item, "metadata", "annotations", key, NULL);

	return rnd_k_is_scalar(v) && v.kind != KRM_NIL ? rnd_k_scalar_text(b, v) : KV_S("");
}

/* What was sent, by the number that `mark` put into an annotation, counted from `first`. */
static const krm_val *sent_item(struct rnd_k_build *b, const krm_val *sent, size_t nsent, kv_str number, size_t first)
{
	int64_t i;

	if (kv_num_parse_int(number, 10, &i) != KV_NUM_OK || i < (int64_t)first || (uint64_t)i - first >= nsent ||
	    !kv_str_eq(number, kv_arena_printf(b->job->arena, "%lld", (long long)i)))
		return NULL;
	return &sent[(uint64_t)i - first];
}

/* Of two spellings of one annotation the changed one counts; both may not be changed, each to another value
 * (ReconcileInternalAnnotations of kyaml/kio). */
static int reconcile(struct rnd_k_build *b, const struct rnd_k_external *x, krm_val item, const char *const keys[2],
		     const char *what, kv_str original)
{
	kv_str internal = annotation(b, item, keys[0]), legacy = annotation(b, item, keys[1]);

	if (!internal.n || !legacy.n || kv_str_eq(internal, legacy))
		return 0;
	if (original.n && kv_str_eq(original, legacy)) {
		annotate(b, item, keys[1], internal);
		return 0;
	}
	if (original.n && kv_str_eq(original, internal)) {
		annotate(b, item, keys[0], legacy);
		return 0;
	}
	return cannot_execute(b, x,
			      kv_arena_printf(b->job->arena,
					      "resource input to function has mismatched legacy and internal %s annotations",
					      what));
}

static int check_annotations(struct rnd_k_build *b, const struct rnd_k_external *x, const krm_val *sent, size_t nsent,
			     krm_val item, bool known)
{
	static const char *const paths[] = { INTERNAL "path", LEGACY "path" },
				 *const indexes[] = { INTERNAL "index", LEGACY "index" },
				 *const ids[] = { INTERNAL "id", "config.k8s.io/id" };
	kv_str number = annotation(b, item, INTERNAL "annotations-migration-resource-id"), path = KV_S("");
	const krm_val *from = sent_item(b, sent, nsent, number, 0);

	if (from)
		path = annotation(b, *from, paths[0]).n ? annotation(b, *from, paths[0]) : annotation(b, *from, paths[1]);
	if (reconcile(b, x, item, paths, "path", path) < 0 ||
	    reconcile(b, x, item, indexes, "index", from ? number : KV_S("")) < 0)
		return -1;
	return known ? 0 : reconcile(b, x, item, ids, "id", KV_S(""));
}

/* All items of a reply against what was sent. */
static int check_reply(struct rnd_k_build *b, const struct rnd_k_external *x, const krm_val *sent, size_t nsent,
		       const krm_val *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		kv_str id = annotation(b, items[i], INTERNAL "id");
		const krm_val *from = sent_item(b, sent, nsent, id.n ? id : annotation(b, items[i], "config.k8s.io/id"), 1);

		if ((from && check_kinds(b, x, *from, items[i]) < 0) || check_document(b, x, items[i]) < 0 ||
		    check_annotations(b, x, sent, nsent, items[i], from != NULL) < 0)
			return -1;
	}
	return 0;
}

/* kyaml keeps aliases as they are and prints each item by itself, so what they stand for must be in the same item; an item
 * cannot be one. */
static int check_aliases(struct rnd_k_build *b, const krm_val *items, size_t n)
{
	const struct kv_source *source = n ? kv_source_of(b->job, items[0].pos) : NULL;
	struct krm_alias *aliases;
	size_t naliases, item = 0;

	if (!source || kv_str_chr(source->text, '&') == SIZE_MAX)
		return 0;
	krm_yaml_aliases(b->job, source->text, &aliases, &naliases);
	for (size_t i = 0; i < naliases; i++) {
		kv_pos at = kv_pos_at(source->base, aliases[i].at), anchor = kv_pos_at(source->base, aliases[i].anchor);

		while (item + 1 < n && items[item + 1].pos <= at)
			item++;
		if (at < items[item].pos)
			continue;
		if (anchor == items[item].pos)
			return kv_error(b->job, at,
					"couldn't execute function: wrong node kind: expected MappingNode but got "
					"AliasNode: node contents:\n*%.*s",
					KV_ARG(aliases[i].name));
		if (anchor < items[item].pos)
			return kv_error(b->job, at, "MalformedYAMLError: yaml: unknown anchor '%.*s' referenced",
					KV_ARG(aliases[i].name));
	}
	return 0;
}

/* The items as documents, which is what kustomize reads. */
static int print_items(struct rnd_k_build *b, const struct rnd_k_external *x, const krm_val *items, size_t n,
		       bool ran, kv_str *ret)
{
	struct kv_buf out;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		if (items[i].kind == KRM_NIL)
			continue;
		if (check_item(b, x, items[i]) < 0)
			return -1;
		unmark(b, items[i], ran);
		if (out.n)
			kv_buf_lit(&out, "---\n");
		if (print(b, x, items[i], &out) < 0)
			return -1;
	}
	*ret = kv_buf_view(&out);
	return 0;
}

static int run(struct rnd_k_build *b, const struct rnd_k_external *x, struct kv_child *child, const krm_val *sent, size_t nsent,
	       kv_str *ret)
{
	struct kv_child_end end;
	kv_str name = kv_arena_cat(b->job->arena, KV_S("what plugin "), x->name, KV_S(" printed"));
	krm_val *docs;
	const krm_val *items;
	size_t n;

	if (kv_str_eq(child->dir, KV_S("/")))
		return cannot_execute(b, x, KV_S("root working directory '/' not allowed"));
	if (kv_child_run(b->job, child, &end) < 0)
		return -1;
	if (krm_yaml_read_all(b->job, name, end.output, KRM_YAML_PLAIN, &docs, &n) < 0) {
		kv_note(b->job, 0, "couldn't execute function: MalformedYAMLError");
		return -1;
	}
	if (end.failure.n)
		return cannot_execute(b, x, end.failure);
	for (size_t i = 0; i < n; i++)
		if (check_document(b, x, docs[i]) < 0)
			return -1;
	items = docs;
	unwrap(&items, &n);
	if (check_aliases(b, items, n) < 0 || check_reply(b, x, sent, nsent, items, n) < 0)
		return -1;
	return print_items(b, x, items, n, true, ret);
}

int rnd_k_function_run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str input, kv_str *ret)
{
	struct kv_child child = { .nargs = 0 };
	krm_val *items, config;
	size_t n = 1;

	if (is_set(krm_get(x->function, "container"), "network") && !b->options->network)
		return cannot_execute(b, x, KV_S("network required but not enabled with --network"));
	if (input.n) {
		if (krm_yaml_read_all(b->job, KV_S("items"), input, KRM_YAML_PLAIN, &items, &n) < 0)
			return -1;
	} else if (read_config(b, x, &config) < 0)
		return -1;
	else
		items = &config;
	if (!command(b, x, &child))
		return print_items(b, x, items, n, false, ret);
	return resource_list(b, x, items, n, &child.input) < 0 ? -1 : run(b, x, &child, items, n, ret);
}
