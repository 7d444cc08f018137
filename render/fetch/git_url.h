/* render/fetch/git_url.h: references to Git repositories as kustomize writes them (api/internal/git/repospec.go).
 *
 *	https://HOST/ORG/REPO/PATH          github.com/ORG/REPO/PATH         USER@HOST:ORG/REPO.git/PATH
 *	ssh://USER@HOST/ORG/REPO//PATH      file:///ABSOLUTE/REPO//PATH      https://HOST/ORG/_git/REPO/PATH
 *
 * The repository ends after the name behind `_git/`, else before `//`, else after `.git`, else after two names (with file:// it
 * is all). What follows is the folder in it. A query has `ref` or `version` (tag, branch or commit; none: HEAD),
 * `submodules` (default true) and `timeout` (seconds, or a duration of Go). A leading `git::` is left out.
 */
#ifndef RENDER_FETCH_GIT_URL_H
#define RENDER_FETCH_GIT_URL_H

#include "base/arena.h"

struct rnd_git_url {
	kv_str repository; /* what a clone would be given */
	kv_str path;       /* of the folder in it; empty: its root */
	kv_str ref;        /* empty: HEAD */
	bool no_submodules;
	bool forced;     /* it began with git:: */
	int64_t timeout; /* nanoseconds; 0: not given */
};

/* False, with kustomize's words, if the text is no such reference: then it is a path. */
bool rnd_git_url_parse(struct kv_arena *a, kv_str text, struct rnd_git_url *ret, kv_str *ret_error);

/* True if the repository lies on this machine: nothing has to be downloaded. */
bool rnd_git_is_local(const struct rnd_git_url *url);
/* The repository without what a URL may say of a login: over HTTP name and password, else the password. For messages and
 * kvendor.lock. */
kv_str rnd_git_shown(struct kv_arena *a, kv_str repository);

#endif
