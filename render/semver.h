/* render/semver.h: versions and constraints of Masterminds/semver v3.5.0, and Kubernetes version texts.
 *
 * Strings of a result point into the text that was parsed or live in the arena given. Failures give
 * upstream's text in *ret_error; nothing is reported.
 */
#ifndef RENDER_SEMVER_H
#define RENDER_SEMVER_H

#include "base/job.h"
#include "render/engine.h"

struct rnd_semver {
	uint64_t major, minor, patch;
	kv_str pre, meta; /* without "-" and "+" */
	kv_str original;
};

/* NewVersion: "v1", "1.2-beta" and leading zeros are completed to a version. */
KV_MUST int rnd_semver_parse(struct kv_arena *a, kv_str text, struct rnd_semver *ret, kv_str *ret_error);
/* StrictNewVersion: all three numbers, no "v". */
KV_MUST int rnd_semver_parse_strict(struct kv_arena *a, kv_str text, struct rnd_semver *ret,
				    kv_str *ret_error);
/* -1, 0, 1; build metadata does not count. */
int rnd_semver_cmp(const struct rnd_semver *v, const struct rnd_semver *o);
/* Version.String: "1.2.3-pre+meta". */
kv_str rnd_semver_text(struct kv_arena *a, const struct rnd_semver *v);

enum rnd_semver_part { RND_SEMVER_MAJOR, RND_SEMVER_MINOR, RND_SEMVER_PATCH };
/* IncMajor, IncMinor, IncPatch. An overflow fails with the text of upstream's panic. */
KV_MUST int rnd_semver_bump(struct kv_arena *a, const struct rnd_semver *v, enum rnd_semver_part part,
			    struct rnd_semver *ret, kv_str *ret_error);
/* SetPrerelease and SetMetadata. */
KV_MUST int rnd_semver_set_pre(struct kv_arena *a, const struct rnd_semver *v, kv_str pre,
			       struct rnd_semver *ret, kv_str *ret_error);
KV_MUST int rnd_semver_set_meta(struct kv_arena *a, const struct rnd_semver *v, kv_str meta,
				struct rnd_semver *ret, kv_str *ret_error);

struct rnd_constraints;

/* NewConstraint; NULL on failure. */
const struct rnd_constraints *rnd_constraints_parse(struct kv_arena *a, kv_str text, kv_str *ret_error);
bool rnd_constraints_check(const struct rnd_constraints *cs, const struct rnd_semver *v);
/* Validate: when the version is refused, the reasons, one for each constraint that refuses it. */
bool rnd_constraints_validate(struct kv_arena *a, const struct rnd_constraints *cs,
			      const struct rnd_semver *v, kv_str **ret_reasons, size_t *ret_n);
kv_str rnd_constraints_text(struct kv_arena *a, const struct rnd_constraints *cs);

/* chartutil.KubeVersion (common.KubeVersion in Helm 4). */
struct rnd_kube_version {
	kv_str version;    /* with "v"; Helm 4 keeps what follows the numbers */
	kv_str normalized; /* "v" and the numbers: String() and what constraints are checked against */
	kv_str major, minor;
};

/* ParseKubeVersion, with the rules of k8s.io/apimachinery/pkg/util/version. */
KV_MUST int rnd_kube_version_parse(struct kv_arena *a, kv_str text, enum rnd_engine engine,
				   struct rnd_kube_version *ret, kv_str *ret_error);

/* True if both are versions and the first one is the higher. */
bool rnd_semver_newer(struct kv_arena *a, kv_str version, kv_str than);

/* Which of the versions is wanted (helm: pkg/repo, IndexFile.Get; pkg/registry, GetTagMatchingVersionOrConstraint): the one that is written as
 * `exact`, unless that is empty; else the highest one that is allowed, of equal ones the first. `n`: none. NULL allows none. */
size_t rnd_version_choose(struct kv_arena *a, const kv_str *versions, size_t n, kv_str exact,
			  const struct rnd_constraints *allowed);
/* The constraint to use: `version`, or if that is empty any release, with `devel` also pre-releases. */
static inline kv_str rnd_version_default(kv_str version, bool devel)
{
	return version.n ? version : devel ? KV_S(">0.0.0-0") : KV_S("*");
}

#endif
