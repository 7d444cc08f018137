/* render/kustomize/nameref.c: who names a resource that got another name follows it (api/filters/nameref,
 * api/internal/accumulator/namereferencetransformer.go).
 *
 * Upstream sieves all resources for each reference. Here a reverse index leads from a former name to the
 * resources that had it, split by the namespace they are in now; only those go through the sieve.
 */
#include "krm/scalar.h"
#include "render/kustomize/fieldspec.h"
#include "render/kustomize/target.h"

/* Which namespace a former name is filed with. */
enum filed {
	BY_NAME,     /* none */
	BY_NOW,      /* the current effective one */
	BY_ORIGINAL, /* the original effective one */
	BY_WRITTEN,  /* the current one as written */
};

struct references {
	struct rnd_k_build *b;
	struct rnd_k_acc *acc;
	struct rnd_k_index index; /* by former name, and by former name and each namespace */
	struct rnd_k_index affixed; /* the same, each with the last prefix and the last suffix; made when first needed */
	struct kv_map
		pairs; /* original namespace \n current one, effective and ("=") as written, if anything is there */
	struct kv_map memo;    /* what was found among many: memo_key -> struct rnd_k_res */
	struct kv_map filters; /* original gvk -> struct filter list */
	struct filter_list *last; /* of the resource before */
};

/* One field of a referrer that may name a kind. */
struct filter {
	const struct rnd_k_spec *spec;
	struct krm_gvk target;
	bool role_ref;
};

struct filter_list {
	struct krm_gvk gvk;
	struct filter *v;
	size_t n, cap;
};

/* The reference that is being looked at. */
struct reference {
	struct references *refs;
	struct rnd_k_res *referrer;
	struct rnd_k_id id; /* the referrer's current one */
	bool cluster_scoped;
	struct rnd_k_strs namespaces; /* of ServiceAccounts that a RoleBinding names */
	const struct filter *filter;
};

static const char anywhere[] = "_non_namespaceable_";

static bool is_cluster_scoped(struct rnd_k_id id)
{
	return kv_str_eq(rnd_k_effective_namespace(id), kv_str_c(anywhere));
}

static kv_str pair(struct kv_arena *a, kv_str x, kv_str y)
{
	return kv_arena_cat(a, x, KV_S("\n"), y);
}

/* --- the index -------------------------------------------------------------------------------- */

static const kv_str filed_kinds[] = { KV_STR("*"), KV_STR("now"), KV_STR("original"), KV_STR("written") };

static uint32_t hash_of(enum filed how, kv_str name, kv_str namespace)
{
	return RND_K_HASH(filed_kinds[how], name, namespace);
}

/* What was added last; "-" and it, or only "" where nothing was. */
static uint32_t affixed_hash_of(enum filed how, kv_str name, kv_str namespace, bool suffix, const kv_str *affix)
{
	return RND_K_HASH(filed_kinds[how], name, namespace, suffix ? KV_S("suffix") : KV_S("prefix"),
			  affix ? KV_S("-") : KV_S(""), affix ? *affix : KV_S(""));
}

static const kv_str *last_of(const struct rnd_k_strs *affixes)
{
	return affixes->n ? &affixes->v[affixes->n - 1] : NULL;
}

static void add_pair(struct references *r, kv_str key)
{
	if (!kv_map_has(&r->pairs, key))
		kv_map_put(&r->pairs, kv_arena_dup(r->b->job->scratch, key), r);
}

static void add_pairs(struct references *r, kv_str before, kv_str now, kv_str written)
{
	struct kv_buf key;

	kv_buf_init(&key, r->b->job->nested, KV_BUF_MAX);
	kv_buf_str(&key, before);
	add_pair(r, kv_buf_view(&key));
	kv_buf_c(&key, '\n');
	kv_buf_str(&key, now);
	add_pair(r, kv_buf_view(&key));
	key.n = before.n + 1;
	kv_buf_c(&key, '=');
	kv_buf_str(&key, written);
	add_pair(r, kv_buf_view(&key));
}

/* A name that follows itself is filed once. */
static bool is_repeated(const struct rnd_k_res *res, size_t i)
{
	return i && kv_str_eq(res->prev[i].name, res->prev[i - 1].name);
}

/* What file_resource adds for all of them. */
static size_t count_hits(const struct rnd_k_acc *acc)
{
	size_t n = 0;

	for (size_t i = 0; i < acc->list.n; i++)
		for (size_t j = 0; j < acc->list.v[i]->nprev; j++)
			n += is_repeated(acc->list.v[i], j) ? 0 : BY_WRITTEN + 1;
	return n;
}

static void file_resource(struct references *r, struct rnd_k_res *res)
{
	struct kv_arena_mark mark = kv_arena_mark(r->b->job->nested);
	struct rnd_k_id id = rnd_k_cur_id(res);
	kv_str now = rnd_k_effective_namespace(id), before = rnd_k_effective_namespace(rnd_k_org_id(res));

	add_pairs(r, before, now, id.namespace);
	kv_arena_release(r->b->job->nested, mark);
	for (size_t i = 0; i < res->nprev; i++) {
		kv_str name = res->prev[i].name;

		if (is_repeated(res, i))
			continue;
		rnd_k_index_add(&r->index, hash_of(BY_NAME, name, KV_S("")), res);
		rnd_k_index_add(&r->index, hash_of(BY_NOW, name, now), res);
		rnd_k_index_add(&r->index, hash_of(BY_ORIGINAL, name, before), res);
		rnd_k_index_add(&r->index, hash_of(BY_WRITTEN, name, id.namespace), res);
	}
}

static void file_affixed(struct references *r, struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_cur_id(res);
	const kv_str namespaces[] = { KV_S(""), rnd_k_effective_namespace(id),
				      rnd_k_effective_namespace(rnd_k_org_id(res)), id.namespace };

	for (size_t i = 0; i < res->nprev; i++) {
		kv_str name = res->prev[i].name;

		if (is_repeated(res, i))
			continue;
		for (enum filed how = BY_NAME; how <= BY_WRITTEN; how++) {
			rnd_k_index_add(&r->affixed,
					affixed_hash_of(how, name, namespaces[how], false, last_of(&res->prefixes)), res);
			rnd_k_index_add(&r->affixed,
					affixed_hash_of(how, name, namespaces[how], true, last_of(&res->suffixes)), res);
		}
	}
}

static void index_affixed(struct references *r)
{
	if (r->affixed.arena)
		return;
	rnd_k_index_init(&r->affixed, r->b->job->scratch);
	for (size_t i = 0; i < r->acc->list.n; i++)
		file_affixed(r, r->acc->list.v[i]);
}

static void index_resources(struct references *r)
{
	struct kv_map *maps[] = { &r->memo, &r->pairs, &r->filters };

	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
		kv_map_init(maps[i], r->b->job->scratch);
	rnd_k_index_init(&r->index, r->b->job->scratch);
	rnd_k_index_reserve(&r->index, count_hits(r->acc));
	for (size_t i = 0; i < r->acc->list.n; i++)
		file_resource(r, r->acc->list.v[i]);
}

static bool is_filed(const struct rnd_k_res *res, enum filed how, kv_str name, kv_str namespace)
{
	size_t i = 0;

	while (i < res->nprev && !kv_str_eq(res->prev[i].name, name))
		i++;
	if (i == res->nprev)
		return false;
	switch (how) {
	case BY_NAME: break;
	case BY_NOW: return kv_str_eq(rnd_k_effective_namespace(rnd_k_cur_id(res)), namespace);
	case BY_ORIGINAL: return kv_str_eq(rnd_k_effective_namespace(rnd_k_org_id(res)), namespace);
	case BY_WRITTEN: return kv_str_eq(rnd_k_cur_id(res).namespace, namespace);
	}
	return true;
}

/* How many resources had the name, but no more than `most`. */
static size_t count_named(const struct references *r, kv_str name, size_t most)
{
	uint32_t hash = hash_of(BY_NAME, name, KV_S(""));
	size_t n = 0;

	for (const struct rnd_k_hit *hit = rnd_k_index_first(&r->index, hash); hit && n < most;
	     hit = rnd_k_index_next(&r->index, hit))
		n += is_filed(hit->res, BY_NAME, name, KV_S(""));
	return n;
}

static struct filter_list *filters_of(struct references *r, struct krm_gvk gvk)
{
	const struct rnd_k_config *c = r->acc->config;
	struct filter_list *list;

	if (r->last && rnd_k_gvk_equal(r->last->gvk, gvk))
		return r->last;
	kv_str key = rnd_k_gvk_str(r->b->job->scratch, gvk);
	list = r->last = kv_map_get(&r->filters, key);
	if (list)
		return list;
	list = r->last = KV_NEW(r->b->job->scratch, struct filter_list);
	list->gvk = gvk;
	kv_map_put(&r->filters, key, list);
	for (size_t i = 0; i < c->nname_reference; i++) {
		const struct rnd_k_backref *ref = &c->name_reference[i];

		for (size_t j = 0; j < ref->referrers.n; j++) {
			const struct rnd_k_spec *spec = &ref->referrers.v[j];
			struct filter f = { spec, ref->gvk, kv_str_ends(spec->path, KV_S("roleRef/name")) };

			if (rnd_k_gvk_selected(gvk, spec->gvk))
				KV_PUSH(r->b->job->scratch, list->v, list->n, list->cap, f);
		}
	}
	return list;
}

/* --- candidates ------------------------------------------------------------------------------- */

/* Whether any candidate, whatever its name, was in the namespace originally. */
static bool anything_was_in(const struct reference *ref, kv_str namespace)
{
	struct kv_arena *a = ref->refs->b->job->scratch;

	if (kv_str_eq(namespace, kv_str_c(anywhere)))
		return false;
	if (ref->cluster_scoped)
		return kv_map_has(&ref->refs->pairs, namespace);
	if (kv_map_has(&ref->refs->pairs, pair(a, namespace, rnd_k_effective_namespace(ref->id))) ||
	    kv_map_has(&ref->refs->pairs, pair(a, namespace, kv_str_c(anywhere))))
		return true;
	for (size_t i = 0; i < ref->namespaces.n; i++)
		if (kv_map_has(&ref->refs->pairs,
			       kv_arena_cat(a, namespace, KV_S("\n="), ref->namespaces.v[i])))
			return true;
	return false;
}

static bool was_selected(const struct rnd_k_res *res, struct krm_gvk gvk)
{
	for (size_t i = 0; i < res->nprev; i++)
		if (rnd_k_gvk_selected(rnd_k_prev_id(res, i).gvk, gvk))
			return true;
	return false;
}

static bool target_kind(const struct reference *ref, const struct rnd_k_res *res)
{
	return was_selected(res, ref->filter->target);
}

static bool role_kind(const struct reference *ref, const struct rnd_k_res *res)
{
	krm_val role = krm_get(ref->referrer->r->obj, "roleRef"), group = krm_get(role, "apiGroup"),
		kind = krm_get(role, "kind");

	if (!ref->filter->role_ref || group.kind == KRM_NIL || kind.kind == KRM_NIL)
		return true;
	return was_selected(res, (struct krm_gvk){ .group = krm_str(group), .kind = krm_str(kind) });
}

static bool same_namespace(const struct reference *ref, const struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_cur_id(res);

	return ref->cluster_scoped || is_cluster_scoped(id) ||
	       kv_str_eq(id.gvk.kind, KV_S("ServiceAccount")) ||
	       kv_str_eq(rnd_k_effective_namespace(id), rnd_k_effective_namespace(ref->id));
}

/* --- the search ------------------------------------------------------------------------------- */

/* What a name may mean: those of SubsetThatCouldBeReferencedByResource that had it, of the kind that is meant. */
struct search {
	const struct reference *ref;
	kv_str name;
	const kv_str *namespace; /* of a reference that has one, else NULL */
	bool was_there;          /* something was in that namespace originally */
	bool narrow;             /* only those whose affixes may fit the referrer's */
	size_t most;             /* enough have been found then */
	struct rnd_k_list found;
};

/* filterMapCandidatesByNamespace: by original namespace, and only if nothing at all was there, by the current one. */
static bool in_namespace(const struct search *s, const struct rnd_k_res *res)
{
	struct rnd_k_id id;

	if (!s->namespace || s->ref->cluster_scoped)
		return true;
	id = s->was_there ? rnd_k_org_id(res) : rnd_k_cur_id(res);
	return kv_str_eq(rnd_k_effective_namespace(id), *s->namespace);
}

static void add_hits(struct search *s, const struct rnd_k_index *index, uint32_t hash, enum filed how, kv_str namespace)
{
	const struct reference *ref = s->ref;

	for (const struct rnd_k_hit *hit = rnd_k_index_first(index, hash); hit && s->found.n < s->most;
	     hit = rnd_k_index_next(index, hit)) {
		if ((s->found.n && s->found.v[0] == hit->res) || !is_filed(hit->res, how, s->name, namespace) ||
		    !in_namespace(s, hit->res) || !target_kind(ref, hit->res) || !role_kind(ref, hit->res) ||
		    !same_namespace(ref, hit->res))
			continue;
		KV_PUSH(ref->refs->b->job->scratch, s->found.v, s->found.n, s->found.cap, hit->res);
	}
}

static void add_all(struct search *s, enum filed how, kv_str namespace)
{
	struct references *r = s->ref->refs;
	const struct rnd_k_strs *prefixes = &s->ref->referrer->prefixes, *suffixes = &s->ref->referrer->suffixes;
	bool by_suffix = !prefixes->n && suffixes->n;
	const kv_str *last = last_of(by_suffix ? suffixes : prefixes);

	if (!s->narrow) {
		add_hits(s, &r->index, hash_of(how, s->name, namespace), how, namespace);
		return;
	}
	add_hits(s, &r->affixed, affixed_hash_of(how, s->name, namespace, by_suffix, NULL), how, namespace);
	if (last)
		add_hits(s, &r->affixed, affixed_hash_of(how, s->name, namespace, by_suffix, last), how, namespace);
}

/* In list order. */
static struct rnd_k_list search(struct search *s)
{
	const struct reference *ref = s->ref;

	s->found = (struct rnd_k_list){ 0 };
	if (s->namespace && kv_str_eq(*s->namespace, kv_str_c(anywhere)))
		return s->found;
	if (ref->cluster_scoped) {
		add_all(s, !s->namespace ? BY_NAME : s->was_there ? BY_ORIGINAL : BY_NOW,
			s->namespace ? *s->namespace : KV_S(""));
	} else {
		add_all(s, BY_NOW, kv_str_c(anywhere));
		add_all(s, BY_NOW, rnd_k_effective_namespace(ref->id));
		for (size_t i = 0; i < ref->namespaces.n; i++)
			add_all(s, BY_WRITTEN, ref->namespaces.v[i]);
	}
	rnd_k_list_in_order(&s->found);
	return s->found;
}

/* utils.SameEndingSubSlice: the shorter one ends the longer one; an empty one only another empty one. */
static bool same_ending(const struct rnd_k_strs *x, const struct rnd_k_strs *y)
{
	const struct rnd_k_strs *s = x->n <= y->n ? x : y, *l = x->n <= y->n ? y : x;

	if (s->n == 0)
		return l->n == 0;
	for (size_t i = 0; i < s->n; i++)
		if (!kv_str_eq(s->v[i], l->v[i + l->n - s->n]))
			return false;
	return true;
}

static bool affixes_lenient(const struct reference *ref, const struct rnd_k_res *res)
{
	const struct rnd_k_res *x = ref->referrer;

	return (!x->prefixes.n || !res->prefixes.n || same_ending(&x->prefixes, &res->prefixes)) &&
	       (!x->suffixes.n || !res->suffixes.n || same_ending(&x->suffixes, &res->suffixes));
}

static bool affixes_strict(const struct reference *ref, const struct rnd_k_res *res)
{
	return same_ending(&ref->referrer->prefixes, &res->prefixes) &&
	       same_ending(&ref->referrer->suffixes, &res->suffixes);
}

static bool all_the_same(const struct rnd_k_list *list, bool namespaces)
{
	struct rnd_k_id first = rnd_k_cur_id(list->v[0]);

	for (size_t i = 1; i < list->n; i++) {
		struct rnd_k_id id = rnd_k_cur_id(list->v[i]);

		if (!kv_str_eq(id.name, first.name) ||
		    (namespaces && !kv_str_eq(id.namespace, first.namespace)))
			return false;
	}
	return true;
}

static int ambiguous(const struct reference *ref, const struct rnd_k_list *list)
{
	struct kv_job *job = ref->refs->b->job;
	struct kv_buf ids;

	kv_buf_init(&ids, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list->n; i++) {
		kv_str id = rnd_k_id_str(job->arena, rnd_k_cur_id(list->v[i]));

		kv_buf_printf(&ids, "%s%.*s", i ? ", " : "", KV_ARG(id));
	}
	kv_error(job, ref->referrer->r->origin.pos, "found multiple possible referrals: %.*s",
		 KV_ARG(kv_buf_view(&ids)));
	kv_note(job, 0, "updating name reference in '%.*s' field of '%.*s'", KV_ARG(ref->filter->spec->path),
		KV_ARG(rnd_k_id_str(job->arena, ref->id)));
	return -1;
}

typedef bool sieve(const struct reference *ref, const struct rnd_k_res *res);

static void keep(const struct reference *ref, struct rnd_k_list *list, sieve *passes)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (passes(ref, list->v[i]))
			list->v[n++] = list->v[i];
	list->n = n;
}

/* Affixes count only where there is more than one: then those that cannot fit are not looked at. A referrer without any fits
 * all leniently. */
static struct rnd_k_list candidates(struct search *s)
{
	const struct reference *ref = s->ref;
	bool bare = !ref->referrer->prefixes.n && !ref->referrer->suffixes.n;
	struct rnd_k_list list;

	s->most = 2;
	list = search(s);
	if (list.n < 2)
		return list;
	index_affixed(ref->refs);
	s->most = SIZE_MAX;
	s->narrow = true;
	list = search(s);
	keep(ref, &list, affixes_lenient);
	if (bare || list.n > 1)
		keep(ref, &list, affixes_strict);
	return list;
}

/* The resource that is meant; NULL if there is none. */
static int select_referral(const struct reference *ref, kv_str name, const kv_str *namespace, bool mapping,
			   struct rnd_k_res **ret)
{
	struct search s = { .ref = ref, .name = name, .namespace = namespace };
	struct rnd_k_list list;

	s.was_there = namespace && anything_was_in(ref, *namespace);
	list = candidates(&s);
	*ret = NULL;
	if (list.n == 0)
		return 0;
	if (list.n > 1 && !all_the_same(&list, mapping))
		return ambiguous(ref, &list);
	*ret = list.v[0];
	return 0;
}

/* --- remembering ------------------------------------------------------------------------------ */

/* Fewer than these are looked through again. */
enum { MANY = 16 };

static void add_part(struct kv_buf *key, kv_str part)
{
	kv_buf_str(key, part);
	kv_buf_c(key, '\n');
}

static void add_parts(struct kv_buf *key, const struct rnd_k_strs *parts)
{
	for (size_t i = 0; i < parts->n; i++)
		add_part(key, parts->v[i]);
	kv_buf_c(key, '\n');
}

/* All that a referral depends on. */
static kv_str memo_key(const struct reference *ref, kv_str name, const kv_str *namespace)
{
	krm_val role = ref->filter->role_ref ? krm_get(ref->referrer->r->obj, "roleRef") : krm_nil();
	const struct krm_gvk *target = &ref->filter->target;
	struct kv_buf key;

	kv_buf_init(&key, ref->refs->b->job->scratch, KV_BUF_MAX);
	add_part(&key, name);
	add_part(&key, namespace ? *namespace : KV_S("-"));
	add_part(&key, rnd_k_effective_namespace(ref->id));
	add_part(&key, target->group);
	add_part(&key, target->version);
	add_part(&key, target->kind);
	add_part(&key, krm_str(krm_get(role, "apiGroup")));
	add_part(&key, krm_str(krm_get(role, "kind")));
	add_parts(&key, &ref->namespaces);
	add_parts(&key, &ref->referrer->prefixes);
	add_parts(&key, &ref->referrer->suffixes);
	return kv_buf_view(&key);
}

/* The resource that a name means; `namespace` is that of a reference which has one, `mapping` says that the reference
 * takes over both. NULL: nothing to follow. */
static int referral(const struct reference *ref, kv_str name, const kv_str *namespace, bool mapping,
		    struct rnd_k_res **ret)
{
	size_t named = count_named(ref->refs, name, MANY);
	void **memo = NULL;
	int rc;

	*ret = NULL;
	if (!named)
		return 0;
	if (named == MANY) {
		memo = kv_map_slot(&ref->refs->memo,
				   kv_arena_cat(ref->refs->b->job->scratch, mapping ? KV_S("m") : KV_S("s"),
						memo_key(ref, name, namespace)));
		if (*memo) {
			*ret = *memo == ref->refs ? NULL : *memo;
			return 0;
		}
	}
	rc = select_referral(ref, name, namespace, mapping, ret);
	if (memo)
		*memo = *ret ? (void *)*ret : (void *)ref->refs; /* the index itself stands for "none" */
	return rc;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* A name is written without a tag but in the old style, so an unquoted one is resolved again. */
static krm_val renamed(struct rnd_k_build *b, krm_val old, kv_str name)
{
	krm_val v = old.style > KRM_STYLE_PLAIN ? krm_string(b->job->arena, name)
						: rnd_k_scalar_untagged(b, name);

	v.style = old.style;
	v.pos = old.pos;
	return v;
}

static int set_scalar(const struct reference *ref, krm_val *node)
{
	struct rnd_k_build *b = ref->refs->b;
	kv_str old = rnd_k_scalar_text(b, *node), name;
	struct rnd_k_res *to;

	if (referral(ref, old, NULL, false, &to) < 0)
		return -1;
	if (!to)
		return 0;
	name = rnd_k_cur_id(to).name;
	if (!kv_str_eq(name, old))
		*node = renamed(b, *node, name);
	return 0;
}

static int set_mapping(const struct reference *ref, krm_val map)
{
	struct rnd_k_build *b = ref->refs->b;
	krm_val *name = krm_map_find(map.m, KV_S("name")),
		*namespace = krm_map_find(map.m, KV_S("namespace"));
	struct rnd_k_res *to;
	struct rnd_k_id id;
	kv_str old, in;

	if (!name)
		return kv_error(b->job, map.pos, "path config error; no 'name' field in node");
	old = rnd_k_scalar_text(b, *name);
	if (namespace)
		in = rnd_k_scalar_text(b, *namespace);
	if (referral(ref, old, namespace ? &in : NULL, true, &to) < 0)
		return -1;
	if (!to)
		return 0;
	id = rnd_k_cur_id(to);
	if (kv_str_eq(id.name, old) && id.namespace.n == 0)
		return 0;
	*name = renamed(b, *name, id.name);
	if (id.namespace.n)
		krm_map_set(b->job->arena, map.m, KV_S("namespace"),
			    renamed(b, namespace ? *namespace : krm_nil(), id.namespace));
	return 0;
}

static int set_any(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	const struct reference *ref = ctx;

	if (node->kind == KRM_NIL)
		return 0;
	if (node->kind == KRM_MAP)
		return set_mapping(ref, *node);
	if (node->kind != KRM_LIST)
		return set_scalar(ref, node);
	for (size_t i = 0; i < node->l->n; i++) {
		krm_val *item = &node->l->v[i];

		if (item->kind == KRM_NIL)
			continue;
		if (item->kind == KRM_LIST)
			return kv_error(b->job, item->pos,
					"is expected to be either a string or a map of string");
		if (item->kind == KRM_MAP ? set_mapping(ref, *item) < 0 : set_scalar(ref, item) < 0)
			return -1;
	}
	return 0;
}

/* getNamespacesForRoleBinding: the namespaces of the ServiceAccounts it names. kustomize panics at what is no map or has a kind
 * that is no text. */
static int binding_namespaces(struct reference *ref)
{
	struct rnd_k_build *b = ref->refs->b;
	krm_val subjects = krm_get(ref->referrer->r->obj, "subjects");

	if (!kv_str_eq(ref->id.gvk.kind, KV_S("RoleBinding")))
		return 0;
	for (size_t i = 0; i < krm_list_len(subjects); i++) {
		krm_val s = subjects.l->v[i];

		if (s.kind != KRM_MAP)
			return rnd_k_wrong_kind(b, "MappingNode", s);
		if (!krm_has(s, "namespace") || !krm_has(s, "kind"))
			continue;
		if (krm_get(s, "kind").kind != KRM_STRING)
			return rnd_k_wrong_kind(b, "ScalarNode", krm_get(s, "kind"));
		if (!krm_is_str(krm_get(s, "kind"), "ServiceAccount"))
			continue;
		if (krm_get(s, "namespace").kind != KRM_STRING || krm_is_null(krm_get(s, "namespace")))
			return kv_error(b->job, s.pos,
					"Invalid Input: namespace is blank for resource \"%.*s\"",
					KV_ARG(rnd_k_id_str(b->job->arena, ref->id)));
		rnd_k_str_push(b, &ref->namespaces, krm_str(krm_get(s, "namespace")));
	}
	return 0;
}

/* Also where nothing has a former name: an object whose fields do not fit is an error. */
static int fix_one(struct references *r, struct rnd_k_res *res)
{
	struct reference ref = { .refs = r, .referrer = res, .id = rnd_k_cur_id(res) };
	struct filter_list *filters = filters_of(r, rnd_k_org_id(res).gvk);

	ref.cluster_scoped = is_cluster_scoped(ref.id);
	if (filters->n == 0)
		return 0;
	if (!ref.cluster_scoped && binding_namespaces(&ref) < 0)
		return -1;
	for (size_t i = 0; i < filters->n; i++) {
		struct rnd_k_spec spec = *filters->v[i].spec;

		spec.gvk = (struct krm_gvk){
			0
		}; /* the original kind was selected; the current one may differ */
		ref.filter = &filters->v[i];
		if (rnd_k_fieldspec(r->b, res->r->obj, &spec, KRM_NIL, set_any, &ref) < 0)
			return -1;
	}
	return 0;
}

static int fix_all(struct references *r)
{
	index_resources(r);
	for (size_t i = 0; i < r->acc->list.n; i++)
		if (fix_one(r, r->acc->list.v[i]) < 0)
			return -1;
	return 0;
}

/* The indexes are temporaries, and are given back. */
int rnd_k_fix_references(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	struct references r = { .b = b, .acc = acc };
	struct kv_arena_mark mark = kv_arena_mark(b->job->scratch);
	int status = 0;

	if (acc->config && acc->config->nname_reference)
		status = fix_all(&r);
	kv_arena_release(b->job->scratch, mark);
	return status;
}
