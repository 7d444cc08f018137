/* render/semver_fuzz.c: a version and a constraint, divided by a line feed: what is read prints and reads as the same, and
 * checking agrees with explaining.
 *
 * Seed lines: ^testdata/functions/patterns-versions.+\.yaml$
 */
#include "render/semver.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_version(struct kv_arena *a, const struct rnd_semver *v)
{
	struct rnd_semver again, next;
	kv_str error;
	must(rnd_semver_parse(a, rnd_semver_text(a, v), &again, &error) == 0 &&
	     rnd_semver_cmp(v, &again) == 0);
	if (rnd_semver_bump(a, v, RND_SEMVER_PATCH, &next, &error) == 0)
		must(rnd_semver_cmp(&next, v) > 0);
}

static void check_constraints(struct kv_arena *a, const struct rnd_constraints *cs,
			      const struct rnd_semver *v)
{
	kv_str error, *reasons;
	size_t n;
	bool ok = rnd_constraints_check(cs, v);
	must(rnd_constraints_validate(a, cs, v, &reasons, &n) == ok && (ok || n > 0));
	const struct rnd_constraints *again = rnd_constraints_parse(a, rnd_constraints_text(a, cs), &error);
	must(!again || rnd_constraints_check(again, v) == ok); /* the text may be too long to be read again */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_arena *a = kv_arena_new();
	kv_str text = kv_str_of((const char *)data, size), error;
	size_t feed = kv_str_chr(text, '\n');
	struct rnd_semver v;
	struct rnd_kube_version kube;
	(void)!rnd_kube_version_parse(a, text, RND_HELM4, &kube, &error);
	(void)!rnd_semver_parse_strict(a, text, &v, &error);
	if (rnd_semver_parse(a, kv_str_sub(text, 0, feed), &v, &error) == 0) {
		check_version(a, &v);
		const struct rnd_constraints *cs = rnd_constraints_parse(
			a, feed == SIZE_MAX ? KV_S("*") : kv_str_sub(text, feed + 1, size), &error);
		if (cs)
			check_constraints(a, cs, &v);
	}
	kv_arena_free(a);
	return 0;
}
