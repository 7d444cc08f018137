/* render/fetch/git.h: the files that a reference to a Git repository means now.
 *
 * https (and http where it is allowed) speaks Git's smart protocol over render/fetch/http.h, so all its rules hold: version 2, or 0 where a server
 * knows no other; one commit is fetched, not its history. file:// opens the repository where it lies; ssh is
 * libgit2's. A reference without a path of its own is found as `git fetch` finds it: REF, refs/REF, tags, heads, remotes;
 * 40 hexadecimal digits are a commit. Submodules come along, each from where .gitmodules says, never from this machine.
 */
#ifndef RENDER_FETCH_GIT_H
#define RENDER_FETCH_GIT_H

#include "render/fetch/git_url.h"
#include "render/fetch/http.h"

struct rnd_git {
	struct kv_job *job;
	kv_pos pos;
	const struct rnd_http_options *http;
	/* The login for a repository that wants one, or NULL; may be NULL itself. */
	int (*login)(void *arg, kv_str repository, struct rnd_http_login **ret);
	void *arg;
};

/* The commit, and its files as render/fetch/checkout.h writes them; at most limits.archive_bytes. */
KV_MUST int rnd_git_get(const struct rnd_git *g, const struct rnd_git_url *url, kv_str *ret_commit,
			kv_str *ret_checkout);
/* The names of all tags, and the commit that the branch url->ref, or HEAD, has now; empty if there is no such branch. A repository over ssh,
 * whose whole history would come, is not asked: it has no tags then. */
KV_MUST int rnd_git_list(const struct rnd_git *g, const struct rnd_git_url *url, kv_str **ret_tags, size_t *ret_n,
			 kv_str *ret_branch);

#endif
