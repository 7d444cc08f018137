/* render/constraints.c: version constraints (semver: constraints.go). */
#include "render/semver.h"

#include "render/semver_scan.h"
#include "render/template/quote.h"

/* semver: constraints.go, MaxConstraintLen and MaxConstraintGroups */
static const size_t max_text = 512;
static const size_t max_groups = 32;

struct verdict {
	kv_str wanted;      /* the version of the constraint, as messages quote it */
	const char *reason; /* NULL: accepted; else "is less than" and the like, between the two */
	const char *advice; /* behind the second; may be NULL */
	bool pre;           /* refused as a prerelease: only the version is quoted */
};

struct constraint;
typedef void judge(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret);

struct constraint {
	struct rnd_semver con;
	kv_str orig; /* the version as written */
	kv_str op;
	judge *judge;
	/* a wildcard or nothing stands for: some part; the minor and what follows; the patch alone */
	bool dirty, minor_dirty, patch_dirty;
};

/* Constraints joined by AND. */
struct group {
	struct constraint *v;
	size_t n, cap;
	bool has_pre; /* one of them names a prerelease */
};

struct rnd_constraints {
	struct group *v; /* joined by OR */
	size_t n, cap;
};

/* --- judging ---------------------------------------------------------------------------------- */

static void refuse(struct verdict *v, const char *reason)
{
	v->reason = reason;
}

static void must(bool ok, struct verdict *v, const char *reason)
{
	if (!ok)
		refuse(v, reason);
}

static void judge_not_equal(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	if (c->dirty) {
		if (c->con.major != v->major || (c->con.minor != v->minor && !c->minor_dirty))
			return;
		if (c->minor_dirty) {
			refuse(ret, "is equal to");
			return;
		}
		if (c->con.patch != v->patch && !c->patch_dirty)
			return;
		if (c->patch_dirty) {
			bool pre = v->pre.n || c->con.pre.n;
			must(pre && rnd_semver_cmp_pre(v->pre, c->con.pre) != 0, ret, "is equal to");
			return;
		}
	}
	must(rnd_semver_cmp(v, &c->con) != 0, ret, "is equal to");
}

static void judge_greater(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	bool ok;
	if (c->dirty && v->major != c->con.major)
		ok = v->major > c->con.major;
	else if (c->dirty && c->minor_dirty)
		ok = false; /* >11 begins at 12 */
	else if (c->dirty && c->patch_dirty)
		ok = v->minor > c->con.minor;
	else
		ok = rnd_semver_cmp(v, &c->con) > 0;
	must(ok, ret, "is less than or equal to");
}

static void judge_less(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	must(rnd_semver_cmp(v, &c->con) < 0, ret, "is greater than or equal to");
}

static void judge_at_least(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	must(rnd_semver_cmp(v, &c->con) >= 0, ret, "is less than");
}

static void judge_at_most(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	bool ok;
	if (!c->dirty)
		ok = rnd_semver_cmp(v, &c->con) <= 0;
	else
		ok = v->major < c->con.major ||
		     (v->major == c->con.major && (v->minor <= c->con.minor || c->minor_dirty));
	must(ok, ret, "is greater than");
}

/* ~1.2.3 is >=1.2.3 <1.3.0, ~1 is >=1.0.0 <2.0.0, ~* and ~0.0.0 are >=0.0.0 */
static void judge_tilde(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	bool any = !c->con.major && !c->con.minor && !c->con.patch && !c->minor_dirty && !c->patch_dirty;
	if (rnd_semver_cmp(v, &c->con) < 0)
		refuse(ret, "is less than");
	else if (!any && v->major != c->con.major)
		refuse(ret, "does not have same major version as");
	else if (!any && v->minor != c->con.minor && !c->minor_dirty)
		refuse(ret, "does not have same major and minor version as");
}

static void judge_equal(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	if (c->dirty)
		judge_tilde(v, c, ret);
	else
		must(rnd_semver_cmp(v, &c->con) == 0, ret, "is not equal to");
}

/* ^1.2.3 is >=1.2.3 <2.0.0, ^0.2.3 is >=0.2.3 <0.3.0, ^0.0.3 is 0.0.3, ^0 is >=0.0.0 <1.0.0 */
static void judge_caret(const struct rnd_semver *v, const struct constraint *c, struct verdict *ret)
{
	if (rnd_semver_cmp(v, &c->con) < 0) {
		refuse(ret, "is less than");
	} else if (c->con.major > 0 || c->minor_dirty || v->major > 0) {
		must(v->major == c->con.major, ret, "does not have same major version as");
	} else if (c->con.minor > 0 || c->patch_dirty) {
		must(v->minor == c->con.minor, ret, "does not have same minor version as");
		ret->advice = ". Expected minor versions to match when constraint major version is 0";
	} else if (v->minor > 0) {
		refuse(ret, "does not have same minor version as");
	} else {
		must(v->patch == c->con.patch, ret, "does not equal");
		ret->advice = ". Expect version and constraint to equal when major and minor versions are 0";
	}
}

static const struct {
	kv_str op;
	judge *judge;
} operators[] = {
	{ KV_STR(""), judge_equal },      { KV_STR("="), judge_equal },    { KV_STR("!="), judge_not_equal },
	{ KV_STR(">"), judge_greater },   { KV_STR("<"), judge_less },     { KV_STR(">="), judge_at_least },
	{ KV_STR("=>"), judge_at_least }, { KV_STR("<="), judge_at_most }, { KV_STR("=<"), judge_at_most },
	{ KV_STR("~"), judge_tilde },     { KV_STR("~>"), judge_tilde },   { KV_STR("^"), judge_caret },
};

/* --- parsing ---------------------------------------------------------------------------------- */

static size_t skip_blanks(kv_str s, size_t i)
{
	while (i < s.n && rnd_is_blank(s.p[i]))
		i++;
	return i;
}

/* The end of VERSION blanks "-" blanks VERSION blanks at s[i], or i. */
static size_t scan_range(kv_str s, size_t i, kv_str *ret_from, kv_str *ret_to)
{
	struct rnd_version_scan unused;
	size_t first = skip_blanks(s, i), end = rnd_scan_version(s, first, true, &unused);
	size_t dash = skip_blanks(s, end);
	if (end == first || dash == end || dash >= s.n || s.p[dash] != '-')
		return i;
	size_t second = skip_blanks(s, dash + 1), end2 = rnd_scan_version(s, second, true, &unused);
	if (second == dash + 1 || end2 == second)
		return i;
	*ret_from = kv_str_sub(s, first, end);
	*ret_to = kv_str_sub(s, second, end2);
	return skip_blanks(s, end2);
}

/* "1.2 - 1.4" becomes ">= 1.2, <= 1.4 " (semver: constraints.go, rewriteRange: the first place that reads
 * like the match is the one that is replaced). */
static kv_str rewrite_ranges(struct kv_arena *a, kv_str s)
{
	kv_str out = s, from, to;
	for (size_t i = 0; i < s.n;) {
		size_t end = scan_range(s, i, &from, &to);
		if (end == i) {
			i++;
			continue;
		}
		kv_str match = kv_str_sub(s, i, end);
		size_t at = kv_str_find(out, match, 0);
		if (at != SIZE_MAX)
			out = kv_arena_cat(a, kv_str_sub(out, 0, at), KV_S(">= "), from, KV_S(", <= "), to,
					   KV_S(" "), kv_str_sub(out, at + match.n, out.n));
		i = end;
	}
	return out;
}

static int improper(struct kv_arena *a, kv_str text, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_lit(&b, "improper constraint: ");
	rnd_quote(text, &b);
	*ret_error = kv_buf_view(&b);
	return -1;
}

static bool is_open(kv_str part)
{
	return !part.n || (part.n == 1 && strchr("xX*", part.p[0]));
}

/* The version the constraint compares with: wildcards are zero, and then metadata is dropped. */
static int complete(struct kv_arena *a, const struct rnd_version_scan *scan, struct constraint *c,
		    kv_str *ret_error)
{
	kv_str zero = KV_S("0"), dot = KV_S("."), parts[3] = { zero, zero, zero };
	c->dirty = true;
	if (is_open(scan->major)) {
	} else if (is_open(scan->minor)) {
		c->minor_dirty = true;
		parts[0] = scan->major;
	} else if (is_open(scan->patch)) {
		c->patch_dirty = true;
		parts[0] = scan->major;
		parts[1] = scan->minor;
	} else {
		c->dirty = false;
	}
	kv_str text = c->dirty ? kv_arena_cat(a, parts[0], dot, parts[1], dot, parts[2],
					      scan->pre.n ? KV_S("-") : KV_S(""), scan->pre)
			       : c->orig;
	kv_str error;
	if (rnd_semver_parse(a, text, &c->con, &error) == 0)
		return 0;
	*ret_error = KV_S("constraint parser error");
	return -1;
}

/* constraint = operator blanks version, at s[*i] */
static bool scan_constraint(kv_str s, size_t *i, struct constraint *c, struct rnd_version_scan *scan)
{
	size_t end = *i;
	while (end < s.n && s.p[end] && strchr("=!<>~^", s.p[end]))
		end++;
	c->op = kv_str_sub(s, *i, end);
	for (size_t k = 0; k < sizeof operators / sizeof *operators; k++)
		if (kv_str_eq(operators[k].op, c->op))
			c->judge = operators[k].judge;
	size_t at = skip_blanks(s, end);
	end = rnd_scan_version(s, at, true, scan);
	c->orig = kv_str_sub(s, at, end);
	*i = end;
	return c->judge && c->orig.n;
}

/* group = constraint { (blanks | ",") constraint } */
static int parse_group(struct kv_arena *a, kv_str s, struct group *ret, kv_str *ret_error)
{
	struct rnd_version_scan *scans = NULL;
	size_t nscans = 0, scans_cap = 0, i = skip_blanks(s, 0);
	do {
		struct constraint c = { 0 };
		struct rnd_version_scan scan;
		if (!scan_constraint(s, &i, &c, &scan))
			return improper(a, s, ret_error);
		KV_PUSH(a, ret->v, ret->n, ret->cap, c);
		KV_PUSH(a, scans, nscans, scans_cap, scan);
		size_t next = skip_blanks(s, i);
		bool comma = next < s.n && s.p[next] == ',';
		if (next < s.n && next == i && !comma)
			return improper(a, s, ret_error);
		i = comma ? skip_blanks(s, next + 1) : next;
		if (comma && i >= s.n)
			return improper(a, s, ret_error);
	} while (i < s.n);
	for (size_t k = 0; k < ret->n; k++) {
		if (complete(a, &scans[k], &ret->v[k], ret_error))
			return -1;
		ret->has_pre |= ret->v[k].con.pre.n > 0;
	}
	return 0;
}

/* Cuts at the next "||"; false behind the last group. */
static bool next_group(kv_str *rest, kv_str *ret)
{
	if (!rest->p)
		return false;
	size_t at = kv_str_find(*rest, KV_S("||"), 0);
	*ret = kv_str_sub(*rest, 0, at);
	*rest = at == SIZE_MAX ? (kv_str){ NULL, 0 } : kv_str_sub(*rest, at + 2, rest->n);
	return true;
}

static size_t count_groups(kv_str text)
{
	size_t n = 0;
	for (kv_str group; next_group(&text, &group);)
		n++;
	return n;
}

const struct rnd_constraints *rnd_constraints_parse(struct kv_arena *a, kv_str text, kv_str *ret_error)
{
	struct rnd_constraints *cs = KV_NEW(a, struct rnd_constraints);
	if (text.n > max_text) {
		*ret_error = kv_arena_printf(a, "constraint string is too long (max %zu bytes)", max_text);
		return NULL;
	}
	kv_str rest = rewrite_ranges(a, text.p ? text : KV_S("")), one;
	if (count_groups(rest) > max_groups) {
		*ret_error = kv_arena_printf(a, "too many constraint groups (max %zu)", max_groups);
		return NULL;
	}
	while (next_group(&rest, &one)) {
		struct group group = { 0 };
		if (parse_group(a, one, &group, ret_error))
			return NULL;
		KV_PUSH(a, cs->v, cs->n, cs->cap, group);
	}
	return cs;
}

/* --- checking --------------------------------------------------------------------------------- */

static struct verdict judge_one(const struct constraint *c, const struct rnd_semver *v, bool include_pre)
{
	struct verdict verdict = { .wanted = c->orig };
	if (v->pre.n && !include_pre) {
		verdict.pre = true;
		verdict.reason =
			"is a prerelease version and the constraint is only looking for release versions";
	} else {
		c->judge(v, c, &verdict);
	}
	return verdict;
}

bool rnd_constraints_check(const struct rnd_constraints *cs, const struct rnd_semver *v)
{
	for (size_t i = 0; i < cs->n; i++) {
		bool joy = true;
		for (size_t k = 0; joy && k < cs->v[i].n; k++)
			joy = !judge_one(&cs->v[i].v[k], v, cs->v[i].has_pre).reason;
		if (joy)
			return true;
	}
	return false;
}

static kv_str explain(struct kv_arena *a, const struct rnd_semver *v, const struct verdict *verdict)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	rnd_quote(rnd_semver_text(a, v), &b);
	kv_buf_printf(&b, " %s", verdict->reason);
	if (!verdict->pre) {
		kv_buf_c(&b, ' ');
		rnd_quote(verdict->wanted, &b);
		kv_buf_str(&b, kv_str_c(verdict->advice));
	}
	return kv_buf_view(&b);
}

bool rnd_constraints_validate(struct kv_arena *a, const struct rnd_constraints *cs,
			      const struct rnd_semver *v, kv_str **ret_reasons, size_t *ret_n)
{
	kv_str *reasons = NULL;
	size_t n = 0, cap = 0;
	bool said_pre = false;
	for (size_t i = 0; i < cs->n; i++) {
		bool joy = true;
		for (size_t k = 0; k < cs->v[i].n; k++) {
			struct verdict verdict = judge_one(&cs->v[i].v[k], v, cs->v[i].has_pre);
			if (!verdict.reason)
				continue;
			joy = false;
			if (verdict.pre && said_pre)
				continue;
			said_pre |= verdict.pre;
			KV_PUSH(a, reasons, n, cap, explain(a, v, &verdict));
		}
		if (joy) {
			*ret_n = 0;
			return true;
		}
	}
	*ret_reasons = reasons;
	*ret_n = n;
	return false;
}

kv_str rnd_constraints_text(struct kv_arena *a, const struct rnd_constraints *cs)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < cs->n; i++) {
		if (i)
			kv_buf_lit(&b, " || ");
		for (size_t k = 0; k < cs->v[i].n; k++) {
			if (k)
				kv_buf_c(&b, ' ');
			kv_buf_str(&b, cs->v[i].v[k].op);
			kv_buf_str(&b, cs->v[i].v[k].orig);
		}
	}
	return kv_buf_view(&b);
}

size_t rnd_version_choose(struct kv_arena *a, const kv_str *versions, size_t n, kv_str exact,
			  const struct rnd_constraints *allowed)
{
	struct rnd_semver best = { 0 }, v;
	size_t found = n;
	kv_str error;

	for (size_t i = 0; exact.n && i < n; i++)
		if (kv_str_eq(versions[i], exact))
			return i;
	for (size_t i = 0; allowed && i < n; i++) {
		if (rnd_semver_parse(a, versions[i], &v, &error) < 0 || !rnd_constraints_check(allowed, &v) ||
		    (found < n && rnd_semver_cmp(&v, &best) <= 0))
			continue;
		found = i;
		best = v;
	}
	return found;
}
