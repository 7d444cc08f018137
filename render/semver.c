/* render/semver.c: semantic versions (semver: version.go). */
#include "render/semver.h"

#include "base/num.h"
#include "render/semver_scan.h"
#include "render/template/quote.h"

static const size_t max_version = 256; /* semver: version.go, MaxVersionLen */

/* --- checks of parts -------------------------------------------------------------------------- */

static bool only_digits(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static bool only_identifier(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!rnd_is_identifier(s.p[i]))
			return false;
	return true;
}

/* Cuts the part up to the next dot from *rest; false behind the last one. rest->p is NULL at the end. */
static bool next_part(kv_str *rest, kv_str *ret)
{
	if (!rest->p)
		return false;
	size_t dot = kv_str_chr(*rest, '.');
	*ret = kv_str_sub(*rest, 0, dot);
	*rest = dot == SIZE_MAX ? (kv_str){ NULL, 0 } : kv_str_sub(*rest, dot + 1, rest->n);
	return true;
}

/* semver: version.go, validatePrerelease */
static int check_pre(kv_str pre, kv_str *ret_error)
{
	for (kv_str part; next_part(&pre, &part);) {
		if (part.n > 1 && part.p[0] == '0' && only_digits(part)) {
			*ret_error = KV_S("version segment starts with 0");
			return -1;
		}
		if (!part.n || !only_identifier(part)) {
			*ret_error = KV_S("invalid prerelease string");
			return -1;
		}
	}
	return 0;
}

static int check_meta(kv_str meta, kv_str *ret_error)
{
	for (kv_str part; next_part(&meta, &part);) {
		if (!part.n || !only_identifier(part)) {
			*ret_error = KV_S("invalid metadata string");
			return -1;
		}
	}
	return 0;
}

/* strconv.ParseUint's message; *ret_error is set in full. */
static int parse_number(struct kv_arena *a, const char *prefix, kv_str digits, uint64_t *ret,
			kv_str *ret_error)
{
	enum kv_num_error e = kv_num_parse_uint(digits, 10, ret);
	if (e == KV_NUM_OK)
		return 0;
	*ret_error = kv_arena_printf(a, "%sstrconv.ParseUint: parsing \"%.*s\": %s", prefix, KV_ARG(digits),
				     e == KV_NUM_RANGE ? "value out of range" : "invalid syntax");
	return -1;
}

/* --- parsing ---------------------------------------------------------------------------------- */

static int too_long(struct kv_arena *a, kv_str *ret_error)
{
	*ret_error = kv_arena_printf(a, "version string is too long (max %zu bytes)", max_version);
	return -1;
}

static int loose_number(struct kv_arena *a, kv_str digits, uint64_t *ret, kv_str *ret_error)
{
	*ret = 0;
	return digits.n ? parse_number(a, "error parsing version segment: ", digits, ret, ret_error) : 0;
}

int rnd_semver_parse(struct kv_arena *a, kv_str text, struct rnd_semver *ret, kv_str *ret_error)
{
	struct rnd_version_scan scan;
	if (text.n > max_version)
		return too_long(a, ret_error);
	if (!text.n || rnd_scan_version(text, 0, false, &scan) != text.n) {
		*ret_error = KV_S("invalid semantic version");
		return -1;
	}
	struct rnd_semver v = { .pre = scan.pre, .meta = scan.meta, .original = text };
	if (loose_number(a, scan.major, &v.major, ret_error) ||
	    loose_number(a, scan.minor, &v.minor, ret_error) ||
	    loose_number(a, scan.patch, &v.patch, ret_error))
		return -1;
	if (v.pre.n && check_pre(v.pre, ret_error))
		return -1;
	*ret = v;
	return 0;
}

/* Cuts at the first c: what follows goes to *ret_tail, whose p stays NULL if there is no c. */
static void cut_tail(kv_str *s, char c, kv_str *ret_tail)
{
	size_t at = kv_str_chr(*s, c);
	if (at == SIZE_MAX)
		return;
	*ret_tail = kv_str_sub(*s, at + 1, s->n);
	*s = kv_str_sub(*s, 0, at);
}

static int check_segment(kv_str s, kv_str *ret_error)
{
	if (only_digits(s) && (s.n < 2 || s.p[0] != '0'))
		return 0;
	*ret_error = only_digits(s) ? KV_S("version segment starts with 0")
				    : KV_S("invalid characters in version");
	return -1;
}

/* "major.minor.patch-pre+meta" into its three segments and two tails. */
static int cut_strict(kv_str text, kv_str segments[3], struct rnd_semver *v, kv_str *ret_error)
{
	size_t dot = kv_str_chr(text, '.');
	size_t dot2 = dot == SIZE_MAX ? SIZE_MAX : kv_str_find(text, KV_S("."), dot + 1);
	if (dot2 == SIZE_MAX) {
		*ret_error = KV_S("invalid semantic version");
		return -1;
	}
	segments[0] = kv_str_sub(text, 0, dot);
	segments[1] = kv_str_sub(text, dot + 1, dot2);
	segments[2] = kv_str_sub(text, dot2 + 1, text.n);
	cut_tail(&segments[2], '+', &v->meta);
	if (v->meta.p && check_meta(v->meta, ret_error))
		return -1;
	cut_tail(&segments[2], '-', &v->pre);
	if (v->pre.p && check_pre(v->pre, ret_error))
		return -1;
	for (int i = 0; i < 3; i++)
		if (check_segment(segments[i], ret_error))
			return -1;
	return 0;
}

int rnd_semver_parse_strict(struct kv_arena *a, kv_str text, struct rnd_semver *ret, kv_str *ret_error)
{
	struct rnd_semver v = { .original = text };
	kv_str segments[3];
	if (!text.n) {
		*ret_error = KV_S("version string empty");
		return -1;
	}
	if (text.n > max_version)
		return too_long(a, ret_error);
	if (cut_strict(text, segments, &v, ret_error) ||
	    parse_number(a, "", segments[0], &v.major, ret_error) ||
	    parse_number(a, "", segments[1], &v.minor, ret_error) ||
	    parse_number(a, "", segments[2], &v.patch, ret_error))
		return -1;
	*ret = v;
	return 0;
}

/* --- order ------------------------------------------------------------------------------------ */

static int cmp_number(uint64_t v, uint64_t o)
{
	return v < o ? -1 : v > o;
}

/* semver: version.go, comparePrePart: numbers before words; a number beyond 64 bits is a word. */
static int cmp_pre_part(kv_str v, kv_str o)
{
	uint64_t vn, on;
	if (kv_str_eq(v, o))
		return 0;
	if (!v.n || !o.n)
		return v.n ? 1 : -1;
	bool v_number = kv_num_parse_uint(v, 10, &vn) == KV_NUM_OK;
	bool o_number = kv_num_parse_uint(o, 10, &on) == KV_NUM_OK;
	if (v_number && o_number)
		return vn > on ? 1 : -1;
	if (v_number != o_number)
		return v_number ? -1 : 1;
	return kv_str_cmp(v, o) > 0 ? 1 : -1;
}

int rnd_semver_cmp_pre(kv_str v, kv_str o)
{
	while (v.p || o.p) {
		kv_str v_part = KV_S(""), o_part = KV_S("");
		(void)next_part(&v, &v_part);
		(void)next_part(&o, &o_part);
		int d = cmp_pre_part(v_part, o_part);
		if (d)
			return d;
	}
	return 0;
}

int rnd_semver_cmp(const struct rnd_semver *v, const struct rnd_semver *o)
{
	int d = cmp_number(v->major, o->major);
	if (!d)
		d = cmp_number(v->minor, o->minor);
	if (!d)
		d = cmp_number(v->patch, o->patch);
	if (d || (!v->pre.n && !o->pre.n))
		return d;
	if (!v->pre.n || !o->pre.n)
		return v->pre.n ? -1 : 1;
	return rnd_semver_cmp_pre(v->pre, o->pre);
}

/* --- printing and changing -------------------------------------------------------------------- */

kv_str rnd_semver_text(struct kv_arena *a, const struct rnd_semver *v)
{
	return kv_arena_printf(a, "%llu.%llu.%llu%s%.*s%s%.*s", (unsigned long long)v->major,
			       (unsigned long long)v->minor, (unsigned long long)v->patch,
			       v->pre.n ? "-" : "", KV_ARG(v->pre), v->meta.n ? "+" : "", KV_ARG(v->meta));
}

/* Keeps the "v" that the original had. */
static void rename_version(struct kv_arena *a, kv_str original, struct rnd_semver *v)
{
	kv_str text = rnd_semver_text(a, v);
	v->original = kv_str_starts(original, KV_S("v")) ? kv_arena_cat(a, KV_S("v"), text) : text;
}

int rnd_semver_bump(struct kv_arena *a, const struct rnd_semver *v, enum rnd_semver_part part,
		    struct rnd_semver *ret, kv_str *ret_error)
{
	static const char *const names[] = { "major", "minor", "patch" };
	struct rnd_semver next = *v;
	uint64_t *number = part == RND_SEMVER_MAJOR   ? &next.major
			   : part == RND_SEMVER_MINOR ? &next.minor
						      : &next.patch;
	bool release = part == RND_SEMVER_PATCH && v->pre.n; /* 1.2.3-a becomes 1.2.3 */
	if (!release && *number == UINT64_MAX) {
		*ret_error = kv_arena_printf(a, "%s version increment would overflow uint64", names[part]);
		return -1;
	}
	if (!release)
		++*number;
	if (part != RND_SEMVER_PATCH)
		next.patch = 0;
	if (part == RND_SEMVER_MAJOR)
		next.minor = 0;
	next.pre = next.meta = KV_S("");
	rename_version(a, v->original, &next);
	*ret = next;
	return 0;
}

int rnd_semver_set_pre(struct kv_arena *a, const struct rnd_semver *v, kv_str pre, struct rnd_semver *ret,
		       kv_str *ret_error)
{
	if (pre.n && check_pre(pre, ret_error))
		return -1;
	struct rnd_semver next = *v;
	next.pre = pre;
	rename_version(a, v->original, &next);
	*ret = next;
	return 0;
}

int rnd_semver_set_meta(struct kv_arena *a, const struct rnd_semver *v, kv_str meta, struct rnd_semver *ret,
			kv_str *ret_error)
{
	if (meta.n && check_meta(meta, ret_error))
		return -1;
	struct rnd_semver next = *v;
	next.meta = meta;
	rename_version(a, v->original, &next);
	*ret = next;
	return 0;
}

/* --- Kubernetes versions ---------------------------------------------------------------------- */

/* "illegal WHAT version component "x" in "text"" and the reason. */
static int component_error(struct kv_arena *a, const char *what, kv_str component, kv_str text,
			   const char *reason, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_printf(&b, "illegal %s version component ", what);
	rnd_quote(component, &b);
	kv_buf_lit(&b, " in ");
	rnd_quote(text, &b);
	kv_buf_str(&b, kv_str_c(reason));
	*ret_error = kv_buf_view(&b);
	return -1;
}

/* The numbers "1.31.0" at the start of the text (apimachinery: version.go, versionMatchRE). Empty: no
 * version. */
static kv_str leading_numbers(kv_str text)
{
	size_t i = 0;
	while (i < text.n && rnd_is_blank(text.p[i]))
		i++;
	if (i < text.n && text.p[i] == 'v')
		i++;
	size_t start = i, end = i;
	while (i < text.n && kv_is_digit(text.p[i])) {
		while (i < text.n && kv_is_digit(text.p[i]))
			i++;
		end = i;
		if (i < text.n && text.p[i] == '.')
			i++;
	}
	bool one_line = kv_str_find(text, KV_S("\n"), end) == SIZE_MAX;
	return one_line ? kv_str_sub(text, start, end) : KV_S("");
}

int rnd_kube_version_parse(struct kv_arena *a, kv_str text, enum rnd_engine engine,
			   struct rnd_kube_version *ret, kv_str *ret_error)
{
	kv_str numbers = leading_numbers(text), component, first_two[2] = { { 0 } };
	if (!numbers.n)
		return rnd_quoted_error(a, "could not parse ", text, " as version", ret_error);
	if (kv_str_chr(numbers, '.') == SIZE_MAX)
		return rnd_quoted_error(a, "illegal version string ", text, "", ret_error);
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; next_part(&numbers, &component); i++) {
		uint64_t n;
		if (i == 0 && component.n > 1 && component.p[0] == '0')
			return component_error(a, "zero-prefixed", component, text, "", ret_error);
		kv_str reason;
		if (parse_number(a, ": ", component, &n, &reason))
			return component_error(a, "non-numeric", component, text, kv_arena_cstr(a, reason),
					       ret_error);
		kv_buf_printf(&b, "%s%llu", i ? "." : "v", (unsigned long long)n);
		if (i < 2)
			first_two[i] = kv_arena_printf(a, "%llu", (unsigned long long)n);
	}
	*ret = (struct rnd_kube_version){ .normalized = kv_buf_view(&b),
					  .major = first_two[0],
					  .minor = first_two[1] };
	ret->version = engine == RND_HELM3              ? ret->normalized
		       : kv_str_starts(text, KV_S("v")) ? text
							: kv_arena_cat(a, KV_S("v"), text);
	return 0;
}

bool rnd_semver_newer(struct kv_arena *a, kv_str version, kv_str than)
{
	struct rnd_semver v, w;
	kv_str error;

	return rnd_semver_parse(a, version, &v, &error) == 0 && rnd_semver_parse(a, than, &w, &error) == 0 &&
	       rnd_semver_cmp(&v, &w) > 0;
}
