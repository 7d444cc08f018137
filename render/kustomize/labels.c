/* render/kustomize/labels.c: labels, annotations, replicas and image tags (LabelTransformer,
 * AnnotationsTransformer, ReplicaCountTransformer, ImageTagTransformer and their filters). */
#include "base/re.h"
#include "krm/scalar.h"
#include "render/kustomize/fieldspec.h"

/* --- labels and annotations ------------------------------------------------------------------- */

struct entry {
	kv_str key;
	krm_val value; /* one node for all places that lack the key */
	size_t left; /* entries that will be set there, with this one */
	krm_val meta; /* of the object */
};

/* Few labels and annotations get exactly the room they need: there are many such maps, and what they outgrow stays. */
enum { FEW = 4 };

static int set_entry(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	const struct entry *e = ctx;

	/* kustomize adds it to the null, and finds it there when it writes all annotations anew. */
	if (node->kind == KRM_NIL && e->meta.kind == KRM_MAP && node == krm_map_find(e->meta.m, KV_S("annotations")))
		*node = krm_map(b->job->arena, KRM_OF_ANY);
	if (node->kind == KRM_MAP && node->m->n + e->left <= FEW && !krm_map_find(node->m, e->key))
		krm_map_reserve(b->job->arena, node->m, (uint32_t)e->left);
	return rnd_k_set_entry(b, node, e->key, e->value);
}

/* Each entry in the order of its key, into each field. */
static int set_entries(struct rnd_k_build *b, krm_val entries, const struct rnd_k_specs *specs,
		       struct rnd_k_acc *acc)
{
	struct krm_entry **sorted;

	if (!krm_map_len(entries))
		return 0;
	sorted = krm_map_sorted(b->job->arena, entries.m);
	for (size_t i = 0; i < acc->list.n; i++) {
		krm_val obj = acc->list.v[i]->r->obj;

		for (size_t j = 0; obj.kind == KRM_MAP && j < entries.m->live; j++) {
			struct entry e = { rnd_k_scalar_text(b, sorted[j]->key),
					   krm_scalar_share(b->job, krm_string_shared(b->job,
										     krm_str(sorted[j]->val))),
					   entries.m->live - j, krm_get(obj, "metadata") };

			if (rnd_k_fieldspecs(b, obj, specs, KRM_MAP, set_entry, &e))
				return -1;
		}
	}
	return 0;
}

int rnd_k_labels(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		 struct rnd_k_acc *acc)
{
	return set_entries(b, krm_get(config, "labels"), specs, acc);
}

int rnd_k_annotations(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		      struct rnd_k_acc *acc)
{
	return set_entries(b, krm_get(config, "annotations"), specs, acc);
}

/* --- replicas --------------------------------------------------------------------------------- */

static int set_count(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	return rnd_k_set_value(b, node, krm_int64(*(const int64_t *)ctx));
}

/* Has or had the resource this name with a kind that the spec selects? */
static bool had_name(const struct rnd_k_res *res, kv_str name, struct krm_gvk selector)
{
	struct rnd_k_id id = rnd_k_cur_id(res);

	if (kv_str_eq(id.name, name) && rnd_k_gvk_selected(id.gvk, selector))
		return true;
	for (size_t i = 0; i < res->nprev; i++) {
		id = rnd_k_prev_id(res, i);
		if (kv_str_eq(id.name, name) && rnd_k_gvk_selected(id.gvk, selector))
			return true;
	}
	return false;
}

static int no_replicas(struct rnd_k_build *b, krm_val name, const struct rnd_k_specs *specs)
{
	struct kv_buf kinds;

	kv_buf_init(&kinds, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; specs && i < specs->n; i++) {
		if (i)
			kv_buf_c(&kinds, ' ');
		kv_buf_str(&kinds, rnd_k_gvk_str(b->job->arena, specs->v[i].gvk));
	}
	return kv_error(b->job, name.pos,
			"resource with name %.*s does not match a config with the following GVK [%.*s]",
			KV_ARG(krm_str(name)), KV_ARG(kv_buf_view(&kinds)));
}

int rnd_k_replicas(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		   struct rnd_k_acc *acc)
{
	krm_val name = krm_path(config, "replica", "name", NULL),
		count = krm_path(config, "replica", "count", NULL);
	struct rnd_k_list found = rnd_k_find_name(b, acc, krm_str(name));
	int64_t n = count.kind == KRM_INT64 ? count.i : 0;
	bool matched = false;

	for (size_t i = 0; specs && i < specs->n; i++)
		for (size_t j = 0; j < found.n; j++) {
			if (!had_name(found.v[j], krm_str(name), specs->v[i].gvk))
				continue;
			matched = true;
			if (rnd_k_fieldspec(b, found.v[j]->r->obj, &specs->v[i], KRM_STRING, set_count, &n))
				return -1;
		}
	return matched ? 0 : no_replicas(b, name, specs);
}

/* --- images ----------------------------------------------------------------------------------- */

struct image {
	kv_str new_name, new_tag, digest, tag_suffix;
	kv_str prefix; /* what every name that matches begins with */
	kv_str last;   /* what every name that matches ends with, behind its last slash; empty: not known */
	const struct kv_re *name;
};

/* The place of an image. */
struct place {
	krm_val *node;
	size_t next; /* with the same last part of the name: its number + 1, 0 at the end */
};

/* The places of images. One entry after the other finds them at the same places, so the trees are walked once for all
 * entries of a level (rnd_k_build.images). An entry whose name has a plain last part looks only at those with that part. */
struct rnd_k_images {
	struct place *v;
	size_t n, cap;
	struct kv_map by_last; /* last part -> number of the first place + 1 */
	bool filed;            /* by_last holds all places as they are */
	size_t depth;
};

struct reference {
	kv_str name, tag, digest;
};

/* image.Split: colons before the first slash belong to a registry's port. */
static struct reference split_reference(kv_str text)
{
	size_t slash = kv_str_chr(text, '/'), from = slash == SIZE_MAX || slash == 0 ? 0 : slash;
	size_t at = kv_str_find(text, KV_S("@"), from), colon = kv_str_find(text, KV_S(":"), from);
	struct reference r = { text, KV_STR(""), KV_STR("") };

	if (at != SIZE_MAX) {
		r.digest = kv_str_sub(text, at + 1, text.n);
		r.name.n = at;
	}
	if (colon != SIZE_MAX && colon < r.name.n) {
		r.tag = kv_str_sub(text, colon + 1, r.name.n);
		r.name.n = colon;
	}
	return r;
}

static int set_image(struct rnd_k_build *b, const struct image *image, krm_val *node)
{
	struct kv_arena *a = b->job->arena;
	kv_str text;
	struct reference r;

	if (node->kind == KRM_STRING && !kv_str_starts(krm_str(*node), image->prefix))
		return 0;
	text = rnd_k_scalar_text(b, *node);
	if (!kv_re_match(b->job, image->name, text))
		return 0;
	r = split_reference(text);
	if (image->new_name.n)
		r.name = image->new_name;
	if (image->new_tag.n || image->digest.n) {
		r.tag = image->new_tag;
		r.digest = image->digest;
	} else if (image->tag_suffix.n) {
		r.tag = kv_arena_cat(a, r.tag, image->tag_suffix);
		r.digest = KV_S("");
	}
	text = kv_arena_cat(a, r.name, r.tag.n ? KV_S(":") : KV_S(""), r.tag,
			    r.digest.n ? KV_S("@") : KV_S(""), r.digest);
	return rnd_k_set_untagged(b, node, text);
}

static int add_place(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	struct rnd_k_images *images = ctx;

	if (!rnd_k_is_scalar(*node))
		return rnd_k_wrong_kind(b, "ScalarNode", *node);
	KV_PUSH(b->job->arena, images->v, images->n, images->cap, ((struct place){ node, 0 }));
	return 0;
}

/* The images of a list named containers or initContainers, whatever holds it (imagetag/legacy.go). */
static int add_containers(struct rnd_k_build *b, struct rnd_k_images *images, krm_val list)
{
	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val c = list.l->v[i];
		krm_val *field;

		if (c.kind == KRM_NIL)
			continue;
		if (c.kind != KRM_MAP)
			return rnd_k_wrong_kind(b, "MappingNode", c);
		field = krm_map_find(c.m, KV_S("image"));
		if (field && add_place(b, images, field))
			return -1;
	}
	return 0;
}

static int walk_containers(struct rnd_k_build *b, struct rnd_k_images *images, krm_val node);

static int walk_fields(struct rnd_k_build *b, struct rnd_k_images *images, krm_val node)
{
	for (size_t i = 0; i < krm_list_len(node); i++)
		if (walk_containers(b, images, node.l->v[i]))
			return -1;
	if (node.kind != KRM_MAP)
		return 0;
	krm_map_each (node.m, e) {
		if (walk_containers(b, images, e->val))
			return -1;
		if ((krm_is_str(e->key, "containers") || krm_is_str(e->key, "initContainers")) &&
		    add_containers(b, images, e->val))
			return -1;
	}
	return 0;
}

static int walk_containers(struct rnd_k_build *b, struct rnd_k_images *images, krm_val node)
{
	int failed;

	if (images->depth >= b->job->limits.depth)
		return kv_error(b->job, node.pos, "nested too deeply (limit %zu)", b->job->limits.depth);
	images->depth++;
	failed = walk_fields(b, images, node);
	images->depth--;
	return failed;
}

static int find_images(struct rnd_k_build *b, const struct rnd_k_specs *specs, const struct rnd_k_acc *acc)
{
	struct rnd_k_images *images = KV_NEW(b->job->arena, struct rnd_k_images);

	for (size_t i = 0; i < acc->list.n; i++) {
		krm_val obj = acc->list.v[i]->r->obj;

		if (kv_str_eq(krm_kind(obj), KV_S("CustomResourceDefinition")))
			continue;
		if (walk_containers(b, images, obj) ||
		    rnd_k_fieldspecs(b, obj, specs, KRM_NIL, add_place, images))
			return -1;
	}
	b->images = images;
	return 0;
}

/* The characters before the first one that means something in a regular expression; one that may be missing does not count. */
static kv_str literal_prefix(kv_str pattern)
{
	size_t n = 0;

	if (kv_str_chr(pattern, '|') != SIZE_MAX)
		return KV_S("");
	while (n < pattern.n && !strchr(".\\+*?()[]{}^$", pattern.p[n]))
		n++;
	if (n && n < pattern.n && strchr("*?{", pattern.p[n]))
		for (n--; n && ((unsigned char)pattern.p[n] & 0xc0) == 0x80;)
			n--;
	return kv_str_sub(pattern, 0, n);
}

/* What lies behind the last slash of a pattern if it means itself. */
static kv_str literal_last(kv_str pattern)
{
	size_t slash = kv_str_rchr(pattern, '/');
	kv_str last = kv_str_sub(pattern, slash == SIZE_MAX ? 0 : slash + 1, pattern.n);

	for (size_t i = 0; i < pattern.n; i++)
		if (strchr("\\|()[]{}^$\n", pattern.p[i]))
			return KV_S("");
	for (size_t i = 0; i < last.n; i++)
		if (!kv_is_alnum(last.p[i]) && last.p[i] != '-' && last.p[i] != '_')
			return KV_S("");
	return last;
}

/* The name is part of a regular expression as it is (api/internal/image). */
static const struct kv_re *image_pattern(struct rnd_k_build *b, krm_val name)
{
	kv_str error;
	const struct kv_re *re =
		kv_re_get(b->job,
			  kv_arena_cat(b->job->arena, KV_S("^"), krm_str(name),
				       KV_S("(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$")),
			  &error);

	if (!re)
		kv_error(b->job, name.pos, "image name \"%.*s\": %.*s", KV_ARG(krm_str(name)), KV_ARG(error));
	return re;
}

/* The last part of an image's name; neither tags nor digests have a slash. */
static kv_str last_part(kv_str text)
{
	size_t slash = kv_str_rchr(text, '/'), end = 0;

	text = kv_str_sub(text, slash == SIZE_MAX ? 0 : slash + 1, text.n);
	while (end < text.n && text.p[end] != ':' && text.p[end] != '@')
		end++;
	return kv_str_sub(text, 0, end);
}

static void file_place(struct rnd_k_build *b, struct rnd_k_images *images, size_t i)
{
	struct place *place = &images->v[i];
	void **first = kv_map_slot(&images->by_last, last_part(rnd_k_scalar_text(b, *place->node)));

	place->next = (size_t)(uintptr_t)*first;
	*first = (void *)(uintptr_t)(i + 1);
}

static int set_all(struct rnd_k_build *b, struct rnd_k_images *images, const struct image *image)
{
	images->filed = false;
	for (size_t i = 0; i < images->n; i++)
		if (set_image(b, image, images->v[i].node) < 0)
			return -1;
	return 0;
}

/* Those with the last part are taken out and filed again as they are then. */
static int set_some(struct rnd_k_build *b, struct rnd_k_images *images, const struct image *image)
{
	void **first;
	size_t number;
	int status = 0;

	if (!images->filed) {
		kv_map_init(&images->by_last, b->job->arena);
		for (size_t i = images->n; i > 0; i--)
			file_place(b, images, i - 1);
		images->filed = true;
	}
	first = kv_map_slot(&images->by_last, image->last);
	number = (size_t)(uintptr_t)*first;
	*first = NULL;
	while (number && status == 0) {
		size_t i = number - 1;

		number = images->v[i].next;
		status = set_image(b, image, images->v[i].node);
		file_place(b, images, i);
	}
	return status;
}

int rnd_k_images(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		 struct rnd_k_acc *acc)
{
	krm_val tag = krm_get(config, "imageTag");
	struct image image = {
		.new_name = krm_str(krm_get(tag, "newName")),
		.new_tag = krm_str(krm_get(tag, "newTag")),
		.digest = krm_str(krm_get(tag, "digest")),
		.tag_suffix = krm_str(krm_get(tag, "tagSuffix")),
		.prefix = literal_prefix(krm_str(krm_get(tag, "name"))),
		.last = literal_last(krm_str(krm_get(tag, "name"))),
		.name = image_pattern(b, krm_get(tag, "name")),
	};

	if (!image.name || (!b->images && find_images(b, specs, acc) < 0))
		return -1;
	return image.last.n ? set_some(b, b->images, &image) : set_all(b, b->images, &image);
}
