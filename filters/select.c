/* filters/select.c: matches selectors with resources. */
#include "base/re.h"
#include "base/utf8.h"
#include "filters/filter.h"

/* --- patterns --------------------------------------------------------------------------------- */

static bool cut_not(kv_str *pattern)
{
	kv_str prefix = KV_STR("not:");
	bool cut = kv_str_starts(*pattern, prefix);
	if (cut)
		*pattern = kv_str_sub(*pattern, prefix.n, pattern->n);
	return cut;
}

static bool is_regex(kv_str pattern)
{
	return pattern.n >= 2 && pattern.p[0] == '/' && pattern.p[pattern.n - 1] == '/';
}

static const struct kv_re *regex(struct kv_job *job, kv_str pattern, kv_str *ret_error)
{
	return kv_re_get_whole(job, kv_str_sub(pattern, 1, pattern.n - 1), ret_error);
}

int flt_pattern_check(struct kv_job *job, kv_pos pos, kv_str pattern)
{
	kv_str error;
	cut_not(&pattern);
	if (!is_regex(pattern) || regex(job, pattern, &error))
		return 0;
	return kv_error(job, pos, "%.*s", KV_ARG(error));
}

/* The last `*` is the only one that ever has to take more, so the time is at most the product of the lengths. */
static bool glob_matches(kv_str pattern, kv_str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, taken = 0, size;
	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = ++p;
			taken = t;
		} else if (p < pattern.n && pattern.p[p] == '?') {
			kv_utf8_decode(text, t, &size);
			t += size;
			p++;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++taken;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool flt_pattern_matches(struct kv_job *job, kv_str pattern, kv_str text)
{
	kv_str error;
	bool negated = cut_not(&pattern), matches;
	if (is_regex(pattern)) {
		const struct kv_re *re = regex(job, pattern, &error);
		matches = re && kv_re_match(job, re, text);
	} else {
		matches = glob_matches(pattern, text);
	}
	return matches != negated;
}

/* --- selectors -------------------------------------------------------------------------------- */

struct test {
	struct kv_job *job;
	enum flt_match match;
};

static bool value_matches(const struct test *t, kv_str wanted, kv_str text)
{
	if (t->match == FLT_MATCH_PATTERNS)
		return flt_pattern_matches(t->job, wanted, text);
	return kv_str_eq(wanted, text);
}

/* An empty string is no condition. */
static bool field_matches(const struct test *t, kv_str wanted, kv_str text)
{
	return wanted.n == 0 || value_matches(t, wanted, text);
}

static bool labels_match(const struct test *t, const struct flt_label *wanted, size_t n, krm_val labels)
{
	for (size_t i = 0; i < n; i++) {
		krm_val found = krm_get_str(labels, wanted[i].key);
		bool there = found.kind == KRM_STRING;
		kv_str pattern = wanted[i].value;
		if (!there && !(t->match == FLT_MATCH_PATTERNS && cut_not(&pattern)))
			return false;
		if (there && !value_matches(t, wanted[i].value, krm_str(found)))
			return false;
	}
	return true;
}

bool flt_selector_matches(struct kv_job *job, struct flt_selector *s, krm_val obj)
{
	struct test t = { job, s->match };
	struct krm_gvk gvk = krm_gvk_of(obj);
	bool matches = field_matches(&t, s->kind, krm_kind(obj)) &&
		       field_matches(&t, s->api_version, krm_api_version(obj)) &&
		       field_matches(&t, s->group, gvk.group) && field_matches(&t, s->version, gvk.version) &&
		       field_matches(&t, s->name, krm_name(obj)) &&
		       field_matches(&t, s->namespace, krm_namespace(obj)) &&
		       labels_match(&t, s->labels, s->nlabels, krm_path(obj, "metadata", "labels", NULL)) &&
		       labels_match(&t, s->annotations, s->nannotations,
				    krm_path(obj, "metadata", "annotations", NULL));
	s->hits += matches;
	return matches;
}

/* Every selector sees the resource, so that each one's hits are known. */
static bool any_matches(struct kv_job *job, struct flt_selector *selectors, size_t n, krm_val obj)
{
	bool any = false;
	for (size_t i = 0; i < n; i++)
		any |= flt_selector_matches(job, &selectors[i], obj);
	return any;
}

void flt_select(struct kv_job *job, struct flt_select *f, const struct krm_resources *in,
		struct krm_resources *ret)
{
	for (size_t i = 0; i < in->n; i++) {
		krm_val obj = in->v[i]->obj;
		bool included = any_matches(job, f->include, f->ninclude, obj) || !f->has_include;
		bool excluded = any_matches(job, f->exclude, f->nexclude, obj);
		if (included && !excluded)
			krm_resources_push(job->arena, ret, in->v[i]);
	}
}
