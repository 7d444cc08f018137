/* render/template/set.c: named templates and which definition of a name counts (text/template's template.go). */
#include "render/template/node.h"
#include "render/template/functions.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of a stack that cannot be asked for. */
#define SMALL_STACK ((size_t)2 << 20)
/* Where the system sets no limit. */
#define LARGE_STACK ((size_t)64 << 20)

/* The loader's: where the stack of the main thread begins. */
extern void *__libc_stack_end;

/* The C library reads /proc/self/maps for this, which takes as long as a small template. */
static size_t left_of_main_thread(const char *here)
{
	struct rlimit limit;
	size_t used = (size_t)((const char *)__libc_stack_end - here);

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return LARGE_STACK;
	return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}

static size_t left_of_thread(const char *here)
{
	pthread_attr_t attr;
	size_t size, left = SMALL_STACK;
	void *low;

	if (pthread_getattr_np(pthread_self(), &attr))
		return left;
	if (pthread_attr_getstack(&attr, &low, &size) == 0 && here > (char *)low)
		left = (size_t)(here - (char *)low);
	pthread_attr_destroy(&attr);
	return left;
}

/* What a deep render may use of this thread's stack: three quarters of what is left. */
static size_t stack_budget(void)
{
	const char *here = __builtin_frame_address(0);
	size_t left = gettid() == getpid() ? left_of_main_thread(here) : left_of_thread(here);

	return (left < LARGE_STACK ? left : LARGE_STACK) / 4 * 3;
}

/* What there is before the templates run is the chart and its values: large ones may leave more. */
static size_t memory_limit(const struct kv_job *job)
{
	enum { FOR_EACH_BYTE = 2, MOST = 128 << 20 };
	size_t used = kv_arena_used(job->arena), more = used < MOST / FOR_EACH_BYTE ? used * FOR_EACH_BYTE : MOST;

	return used + (job->limits.template_memory + more < MOST ? job->limits.template_memory + more : MOST);
}

struct rnd_tpl *rnd_tpl_new(struct kv_job *job, const struct rnd_tpl_options *options)
{
	struct rnd_tpl *set = KV_NEW(job->arena, struct rnd_tpl);

	set->job = job;
	set->options = *options;
	set->root = set;
	set->stack_budget = stack_budget();
	set->memory = memory_limit(job);
	kv_map_init(&set->templates, job->arena);
	kv_map_init(&set->names, job->arena);
	set->recent = KV_NEW_N(job->arena, struct rnd_name *, RND_RECENT_NAMES);
	kv_map_init(&set->parses, job->arena);
	kv_map_init(&set->included, job->arena);
	return set;
}

/* What is known of a name that templates use. */
struct rnd_name {
	kv_str text;
	bool looked_up;
	const struct rnd_func *func;
};

static struct rnd_name *name_of(struct rnd_tpl *set, kv_str name)
{
	size_t ends = (unsigned char)name.p[0] + 8u * (unsigned char)name.p[name.n - 1];
	struct rnd_name **recent = &set->root->recent[(ends + 64 * name.n) % RND_RECENT_NAMES];
	void **slot;

	if (*recent && kv_str_eq((*recent)->text, name))
		return *recent;
	slot = kv_map_slot(&set->root->names, name);
	if (!*slot) {
		*slot = KV_NEW(set->job->arena, struct rnd_name);
		((struct rnd_name *)*slot)->text = name;
	}
	*recent = *slot;
	return *recent;
}

const kv_str rnd_dollar = KV_STR("$");

kv_str rnd_intern(struct rnd_tpl *set, kv_str name)
{
	return name.n == 1 ? rnd_dollar : name_of(set, name)->text;
}

static const struct rnd_func *find_func(const struct rnd_tpl_options *options, kv_str name)
{
	for (size_t i = 0; i < options->nmore; i++)
		if (kv_str_eq(name, kv_str_c(options->more[i].name)))
			return &options->more[i];
	return rnd_func_find(name, options->engine);
}

const struct rnd_func *rnd_tpl_func(struct rnd_tpl *set, kv_str name)
{
	struct rnd_name *known = name_of(set, name);

	if (!known->looked_up) {
		known->func = find_func(&set->root->options, name);
		known->looked_up = true;
	}
	return known->func;
}

struct rnd_template *rnd_tpl_lookup(const struct rnd_tpl *set, kv_str name)
{
	if (set->main && kv_str_eq(name, KV_S("gotpl")))
		return set->main;
	for (; set; set = set->under) {
		struct rnd_template *found = kv_map_get(&set->templates, name);

		if (found)
			return found;
	}
	return NULL;
}

void rnd_tpl_associate(struct rnd_tpl *set, const struct rnd_parsed *parsed)
{
	for (size_t i = 0; i < parsed->n; i++) {
		struct rnd_template *t = parsed->v[i];

		if (!t->empty || !rnd_tpl_lookup(set, t->name))
			kv_map_put(&set->templates, t->name, t);
	}
}

/* Helm makes every set with the name gotpl (pkg/engine/engine.go). */
void rnd_no_template(kv_str name, struct kv_buf *out)
{
	kv_buf_lit(out, "template: no template ");
	rnd_quote(name, out);
	kv_buf_lit(out, " associated with template \"gotpl\"");
}

kv_str rnd_nearest_template(const struct rnd_tpl *set, kv_str name)
{
	kv_str *names = NULL;
	size_t n = 0, cap = 0;

	for (const struct rnd_tpl *s = set; s; s = s->under)
		for (size_t i = 0; i < s->templates.n; i++)
			if (s->templates.entries[i].key.p)
				KV_PUSH(set->job->arena, names, n, cap, s->templates.entries[i].key);
	kv_str near = kv_nearest(name, names, n);
	return near.n ? rnd_quoted(set->job, near) : near;
}

kv_str rnd_nearest_func(const struct rnd_tpl *set, struct kv_arena *a, kv_str name)
{
	const struct rnd_tpl_options *options = &set->root->options;
	size_t nfuncs, n = 0;
	const struct rnd_func *funcs = rnd_func_table(&nfuncs);
	kv_str *names = KV_NEW_N(a, kv_str, nfuncs + options->nmore);

	for (size_t i = 0; i < options->nmore; i++)
		names[n++] = kv_str_c(options->more[i].name);
	for (size_t i = 0; i < nfuncs; i++)
		if (options->engine != RND_HELM3 || !funcs[i].v4_only)
			names[n++] = kv_str_c(funcs[i].name);
	return kv_nearest(name, names, n);
}

/* --- texts ------------------------------------------------------------------------------------- */

/* Text between actions takes next to nothing. An action has some 64 bytes and two of the braces that are counted in samples. */
static size_t work_of(kv_str text)
{
	enum { BLOCK = 64, SAMPLE = 4, BYTES_OF_A_BRACE = 32 };
	size_t braces = 0;

	for (size_t at = 0; at + BLOCK <= text.n; at += BLOCK * SAMPLE) {
		unsigned char n = 0;

		for (size_t i = 0; i < BLOCK; i++)
			n = (unsigned char)(n + (text.p[at + i] == '{'));
		braces += n;
	}
	return braces * SAMPLE * BYTES_OF_A_BRACE;
}

/* Large charts have much to say, and leave more behind while they say it: bytes of memory for each of text that is no mere text. */
#define MEMORY_OF_TEXT 32

static int take(struct rnd_tpl *set, const struct rnd_parsed *parsed, kv_str text, struct rnd_tpl_error *ret_error)
{
	if (parsed->error.n) {
		*ret_error = (struct rnd_tpl_error){
			.text = parsed->error, .pos = parsed->error_pos, .parse = true, .near = parsed->near
		};
		return -1;
	}
	rnd_tpl_associate(set, parsed);
	set->is_slow |= parsed->is_slow;
	size_t work = work_of(text);
	set->memory += (work < text.n ? work : text.n) * MEMORY_OF_TEXT;
	return 0;
}

bool rnd_tpl_is_slow(const struct rnd_tpl *set)
{
	return set->is_slow;
}

int rnd_tpl_parse(struct rnd_tpl *set, kv_str name, kv_str text, struct rnd_tpl_error *ret_error)
{
	return take(set, rnd_parse(set, rnd_source_new(set->job, name, text)), text, ret_error);
}

/* The charts of a tree often hold the same library: a text is read once, and its nodes serve all who have it. */
struct text {
	const struct rnd_source *source;
	struct text *same; /* an earlier one with the same bytes, or NULL */
	struct text *as_long; /* the one before it of as many bytes */
	size_t work;
	struct rnd_parsed *parsed;
};

struct rnd_texts {
	struct kv_job *job;
	enum rnd_engine engine;
	struct text **v, **distinct;
	size_t n, cap, ndistinct, distinct_cap;
	size_t work; /* of the distinct ones */
	struct kv_map by_size; /* -> struct text, the newest of so many bytes */
};

struct rnd_texts *rnd_texts_new(struct kv_job *job, enum rnd_engine engine)
{
	struct rnd_texts *texts = KV_NEW(job->arena, struct rnd_texts);

	texts->job = job;
	texts->engine = engine;
	kv_map_init(&texts->by_size, job->arena);
	return texts;
}

/* Texts of as many bytes that are looked at: there are hardly more that differ. */
#define MOST_AS_LONG 8

static struct text *find_same(struct text *t, kv_str bytes)
{
	for (size_t i = 0; t && i < MOST_AS_LONG; i++, t = t->as_long)
		if (kv_str_eq(t->source->text, bytes))
			return t;
	return NULL;
}

void rnd_texts_add(struct rnd_texts *texts, kv_str name, kv_str text)
{
	struct kv_job *job = texts->job;
	struct text *t = KV_NEW(job->arena, struct text);
	void **newest;

	t->source = rnd_source_new(job, name, text);
	newest = kv_map_slot(&texts->by_size, kv_str_of((const char *)&t->source->text.n, sizeof text.n));
	t->same = find_same(*newest, text);
	KV_PUSH(job->arena, texts->v, texts->n, texts->cap, t);
	if (t->same)
		return;
	t->as_long = *newest;
	*newest = t;
	t->work = work_of(text);
	texts->work += t->work;
	KV_PUSH(job->arena, texts->distinct, texts->ndistinct, texts->distinct_cap, t);
}

size_t rnd_texts_count(const struct rnd_texts *texts)
{
	return texts->ndistinct;
}

size_t rnd_texts_work(const struct rnd_texts *texts)
{
	return texts->work;
}

size_t rnd_texts_middle(const struct rnd_texts *texts, size_t before)
{
	size_t half = (before + texts->work) / 2, i = 0;

	for (size_t done = before; i < texts->ndistinct && done < half; i++)
		done += texts->distinct[i]->work;
	return i;
}

void rnd_texts_read(struct kv_job *job, struct rnd_texts *texts, size_t from, size_t to)
{
	struct rnd_tpl_options options = { .engine = texts->engine };
	struct rnd_tpl *reader = rnd_tpl_new(job, &options);

	for (size_t i = from; i < to; i++)
		texts->distinct[i]->parsed = rnd_parse(reader, texts->distinct[i]->source);
}

/* What the same bytes gave under another name, or NULL if that depends on the name: a define may
 * have it too, and errors tell it. */
static struct rnd_parsed *renamed(struct kv_job *job, const struct rnd_parsed *p, const struct rnd_source *source)
{
	struct rnd_parsed *again = KV_NEW(job->arena, struct rnd_parsed);
	struct rnd_template *copies = KV_NEW_N(job->arena, struct rnd_template, p->n);

	if (p->shares_name || p->error.n)
		return NULL;
	again->v = KV_NEW_N(job->arena, struct rnd_template *, p->n);
	again->n = p->n;
	again->is_slow = p->is_slow;
	for (size_t i = 0; i < p->n; i++) {
		if (kv_str_eq(p->v[i]->name, source->name))
			return NULL;
		copies[i] = *p->v[i];
		copies[i].source = source;
		again->v[i] = &copies[i];
		if (p->v[i] != p->main)
			continue;
		copies[i].name = source->name;
		again->main = &copies[i];
	}
	return again;
}

int rnd_tpl_take(struct rnd_tpl *set, const struct rnd_texts *texts, kv_str *ret_name, struct rnd_tpl_error *ret_error)
{
	for (size_t i = 0; i < texts->n; i++) {
		const struct text *t = texts->v[i];
		struct rnd_parsed *parsed = t->same ? renamed(set->job, t->same->parsed, t->source) : t->parsed;

		if (!parsed)
			parsed = rnd_parse(set, t->source);
		if (take(set, parsed, t->source->text, ret_error)) {
			*ret_name = t->source->name;
			return -1;
		}
	}
	return 0;
}
