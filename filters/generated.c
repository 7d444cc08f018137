/* filters/generated.c: compares two renderings, and applies the policy to values that differ. */
#include "filters/generated.h"

#include "base/map.h"
#include "filters/notice.h"

/* --- paths ------------------------------------------------------------------------------------ */

static kv_str below_key(struct kv_arena *a, kv_str path, kv_str key)
{
	bool plain = key.n && kv_str_chr(key, '.') == SIZE_MAX && kv_str_chr(key, '/') == SIZE_MAX;
	if (!plain)
		return kv_arena_cat(a, path, KV_S("[\""), key, KV_S("\"]"));
	return kv_arena_cat(a, path, path.n ? KV_S(".") : KV_S(""), key);
}

/* --- two trees -------------------------------------------------------------------------------- */

struct comparison {
	struct kv_job *job;
	struct krm_resource *resource;
	flt_generated_fn *found;
	void *arg;
};

/* Where the walk is: the value at `path`, which `in` holds under `key`. */
struct spot {
	kv_str path;
	struct krm_map *in;
	kv_str key;
};

static void tell(const struct comparison *c, struct spot at, krm_val value)
{
	c->found(c->arg, c->resource,
		 (struct krm_generated){ .path = at.path, .value = value, .in = at.in, .key = at.key });
}

static void compare(const struct comparison *c, struct spot at, krm_val a, krm_val b);

static void compare_maps(const struct comparison *c, kv_str path, krm_val a, krm_val b)
{
	krm_map_each (a.m, e) {
		kv_str key = krm_str(e->key);
		struct spot at = { below_key(c->job->arena, path, key), a.m, key };
		if (krm_map_find(b.m, key))
			compare(c, at, e->val, krm_get_str(b, key));
		else
			tell(c, at, e->val);
	}
	/* What only the other one has can be told, and not be taken out. */
	krm_map_each (b.m, e)
		if (!krm_map_find(a.m, krm_str(e->key)))
			tell(c, (struct spot){ below_key(c->job->arena, path, krm_str(e->key)), NULL, KV_STR("") }, a);
}

/* Trees are as deep as their readers let them be. */
static void compare(const struct comparison *c, struct spot at, krm_val a, krm_val b)
{
	if (krm_equal(a, b))
		return;
	if (a.kind == KRM_MAP && b.kind == KRM_MAP) {
		compare_maps(c, at.path, a, b);
		return;
	}
	if (a.kind != KRM_LIST || b.kind != KRM_LIST || a.l->n != b.l->n) {
		tell(c, at, a);
		return;
	}
	for (size_t i = 0; i < a.l->n; i++) {
		struct spot item = { kv_arena_printf(c->job->arena, "%.*s[%zu]", KV_ARG(at.path), i), NULL,
				     KV_STR("") };
		compare(c, item, a.l->v[i], b.l->v[i]);
	}
}

/* --- two renderings --------------------------------------------------------------------------- */

static kv_str kind_of(struct kv_arena *a, krm_val obj)
{
	return kv_arena_cat(a, krm_api_version(obj), KV_S("|"), krm_kind(obj), KV_S("|"), krm_namespace(obj));
}

static kv_str identity(struct kv_arena *a, krm_val obj)
{
	return kv_arena_cat(a, kind_of(a, obj), KV_S("|"), krm_name(obj));
}

/* Objects of one key, in their order. */
struct queue {
	struct krm_resources list;
	size_t next;
};

static void enqueue(struct kv_job *job, struct kv_map *queues, kv_str key, struct krm_resource *r)
{
	void **slot = kv_map_slot(queues, key);
	if (!*slot)
		*slot = KV_NEW(job->arena, struct queue);
	krm_resources_push(job->arena, &((struct queue *)*slot)->list, r);
}

static struct krm_resource *dequeue(const struct kv_map *queues, kv_str key)
{
	struct queue *q = kv_map_get(queues, key);
	return q && q->next < q->list.n ? q->list.v[q->next++] : NULL;
}

/* Nothing is there to compare it with, so all that a Secret holds may have been made. */
static void tell_alone(const struct comparison *c, krm_val obj)
{
	static const char *const fields[] = { "data", "stringData" };
	tell(c, (struct spot){ .path = KV_STR("metadata.name") }, obj);
	for (size_t i = 0; i < 2 && flt_is_secret(obj); i++)
		if (krm_map_len(krm_get(obj, fields[i])))
			tell(c, (struct spot){ .path = kv_str_c(fields[i]) }, krm_get(obj, fields[i]));
}

/* An object is compared with the one of its name, the first of a name with the first; else with one of its kind and namespace that has
 * another name than all of these. */
void flt_find_generated(struct kv_job *job, const struct krm_resources *first, const struct krm_resources *second,
			flt_generated_fn *found, void *arg)
{
	struct kv_map here, there, renamed;
	kv_map_init(&here, job->arena);
	kv_map_init(&there, job->arena);
	kv_map_init(&renamed, job->arena);
	for (size_t i = 0; i < first->n; i++)
		kv_map_put(&here, identity(job->arena, first->v[i]->obj), first->v[i]);
	for (size_t i = 0; i < second->n; i++) {
		kv_str id = identity(job->arena, second->v[i]->obj);
		bool known = kv_map_has(&here, id);
		enqueue(job, known ? &there : &renamed, known ? id : kind_of(job->arena, second->v[i]->obj), second->v[i]);
	}
	for (size_t i = 0; i < first->n; i++) {
		struct krm_resource *r = first->v[i];
		struct comparison c = { job, r, found, arg };
		struct krm_resource *other = dequeue(&there, identity(job->arena, r->obj));
		if (!other)
			other = dequeue(&renamed, kind_of(job->arena, r->obj));
		if (other)
			compare(&c, (struct spot){ .path = KV_STR("") }, r->obj, other->obj);
		else
			tell_alone(&c, r->obj);
	}
}

/* --- the table -------------------------------------------------------------------------------- */

const struct flt_generated_row flt_generated_kinds[FLT_GENERATED_KINDS] = {
	[FLT_GENERATED_SECRET] = { "volatile/secret", "Chance or the clock made a value in a Secret",
				   FLT_GENERATED_REFUSED,
				   "make it an ExternalSecret (secrets.externalSecrets), or leave it out with a filter" },
	[FLT_GENERATED_NAME] = { "volatile/name", "Chance or the clock named an object", FLT_GENERATED_REFUSED,
				 "with Helm it is another object at each render, and the old one stays: name it in the "
				 "chart's values" },
	[FLT_GENERATED_CERTIFICATE] = { "volatile/certificate",
					"Chance made a certificate or key that is in no Secret", FLT_GENERATED_REFUSED,
					"let cert-manager make it: most charts have a value for that" },
	[FLT_GENERATED_VALUE] = { "volatile/value", "Chance or the clock made a value", FLT_GENERATED_WARNED,
				  "set it in the chart's values" },
	[FLT_GENERATED_ANNOTATION] = { "volatile/annotation", "Chance or the clock made an annotation",
				       FLT_GENERATED_KEPT, "it does not change any more" },
};

/* A PEM text, also behind base64. */
static bool is_pem(krm_val v)
{
	return v.kind == KRM_STRING && (kv_str_has(krm_str(v), KV_S("-----BEGIN ")) ||
					kv_str_starts(krm_str(v), KV_S("LS0tLS1CRUdJTi")));
}

enum flt_generated_kind flt_generated_kind(const struct krm_resource *r, const struct krm_generated *g)
{
	static const char *const names[] = { "metadata.name", "metadata.generateName", "metadata.namespace" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (kv_str_eq(g->path, kv_str_c(names[i])))
			return FLT_GENERATED_NAME;
	if (kv_str_has(g->path, KV_S("metadata.annotations")))
		return FLT_GENERATED_ANNOTATION;
	if (flt_is_secret(r->obj) && !kv_str_starts(g->path, KV_S("metadata")))
		return FLT_GENERATED_SECRET;
	return kv_str_eq(g->key, KV_S("caBundle")) || is_pem(g->value) ? FLT_GENERATED_CERTIFICATE
									 : FLT_GENERATED_VALUE;
}

static bool is_allowed(struct kv_job *job, struct flt_generated *f, const struct krm_resource *r, kv_str path)
{
	for (size_t i = 0; i < f->nallow; i++)
		if (flt_pattern_matches(job, f->allow[i].path, path) &&
		    flt_selector_matches(job, &f->allow[i].resource, r->obj))
			return true;
	return false;
}

enum flt_generated_action flt_generated_action(struct kv_job *job, struct flt_generated *f, const struct krm_resource *r,
					       const struct krm_generated *g)
{
	enum flt_generated_kind kind = flt_generated_kind(r, g);
	enum flt_generated_action action = flt_generated_kinds[kind].action;
	if (kind == FLT_GENERATED_SECRET)
		return action;
	if (f->policy == FLT_GUARD_OFF || (action != FLT_GENERATED_KEPT && is_allowed(job, f, r, g->path)))
		return FLT_GENERATED_KEPT;
	return f->policy == FLT_GUARD_WARN && action == FLT_GENERATED_REFUSED ? FLT_GENERATED_WARNED : action;
}

/* --- reports ---------------------------------------------------------------------------------- */

static kv_str message(struct kv_job *job, const struct krm_resource *r, const struct krm_generated *g)
{
	kv_str who = krm_shown(job->arena, r->obj);
	switch (flt_generated_kind(r, g)) {
	case FLT_GENERATED_SECRET:
		return kv_arena_printf(job->arena,
				       "%.*s: %.*s holds a value that chance or the clock made, which whoever has the "
				       "chart can compute (volatile/secret)",
				       KV_ARG(who), KV_ARG(g->path));
	case FLT_GENERATED_NAME:
		return kv_arena_printf(job->arena, "%.*s: chance or the clock made its %.*s", KV_ARG(who),
				       KV_ARG(g->path));
	case FLT_GENERATED_CERTIFICATE:
		return kv_arena_printf(job->arena,
				       "%.*s: %.*s holds a certificate that chance made, whose key whoever has the chart "
				       "can compute",
				       KV_ARG(who), KV_ARG(g->path));
	default:
		return kv_arena_printf(job->arena, "%.*s: %.*s is a value that chance or the clock made", KV_ARG(who),
				       KV_ARG(g->path));
	}
}

struct told {
	bool advice[FLT_GENERATED_KINDS], tests;
	size_t nvalues;
	bool refused;
};

/* Helm applies it with `helm test` alone. */
static bool is_test(krm_val obj)
{
	return kv_str_has(krm_str(krm_path(obj, "metadata", "annotations", "helm.sh/hook", NULL)), KV_S("test"));
}

static void advise(struct kv_job *job, const struct krm_resource *r, enum flt_generated_kind kind, struct told *told)
{
	bool tests = kind == FLT_GENERATED_NAME && is_test(r->obj), *done = tests ? &told->tests : &told->advice[kind];
	if (!*done)
		kv_note(job, 0, "%s",
			tests ? "it is a test of the chart: skipTests: true beside the chart's name, or a filter, leaves tests out" :
				flt_generated_kinds[kind].advice);
	*done = true;
}

static void report(struct kv_job *job, const struct krm_resource *r, const struct krm_generated *g, bool refuse,
		   struct told *told)
{
	enum flt_generated_kind kind = flt_generated_kind(r, g);
	if (kind == FLT_GENERATED_VALUE && told->nvalues++)
		return;
	krm_report_discreetly(job, r, g->value.pos ? g->value.pos : r->origin.pos, refuse, message(job, r, g));
	krm_note_template(job, r);
	advise(job, r, kind, told);
}

int flt_generated_check(struct kv_job *job, struct flt_generated *f, const struct krm_resources *list)
{
	struct told told = { .refused = false };
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i]->ngenerated; k++) {
			const struct krm_generated *g = &list->v[i]->generated[k];
			enum flt_generated_action action = flt_generated_action(job, f, list->v[i], g);
			if (action == FLT_GENERATED_KEPT)
				continue;
			report(job, list->v[i], g, action == FLT_GENERATED_REFUSED, &told);
			told.refused |= action == FLT_GENERATED_REFUSED;
		}
	if (told.nvalues > 1)
		kv_warn(job, 0, "%zu more value%s made by chance or the clock: kvendor audit --volatile lists %s",
			told.nvalues - 1, told.nvalues == 2 ? " was" : "s were", told.nvalues == 2 ? "it" : "them");
	return told.refused ? -1 : 0;
}

/* --- annotations ------------------------------------------------------------------------------ */

/* Takes out mappings of annotations that are empty now. */
static void prune(krm_val v)
{
	for (size_t i = 0; i < krm_list_len(v); i++)
		prune(v.l->v[i]);
	if (v.kind != KRM_MAP)
		return;
	krm_val metadata = krm_get(v, "metadata"), annotations = krm_get(metadata, "annotations");
	if (annotations.kind == KRM_MAP && !annotations.m->live)
		krm_map_del(metadata.m, KV_S("annotations"));
	krm_map_each (v.m, e)
		prune(e->val);
}

void flt_generated_drop(const struct flt_generated *f, const struct krm_resources *list)
{
	for (size_t i = 0; f->drops_annotations && i < list->n; i++) {
		struct krm_resource *r = list->v[i];
		size_t kept = 0;
		for (size_t k = 0; k < r->ngenerated; k++) {
			struct krm_generated g = r->generated[k];
			if (!g.in || flt_generated_kind(r, &g) != FLT_GENERATED_ANNOTATION) {
				r->generated[kept++] = g;
				continue;
			}
			krm_map_del(g.in, g.key);
		}
		if (kept < r->ngenerated)
			prune(r->obj);
		r->ngenerated = kept;
	}
}
