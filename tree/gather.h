/* tree/gather.h: the resources that lie below a path, as they would be applied.
 *
 * A kustomization that no other one includes is built, and stands for all files at and below its folder that have no
 * kustomization of their own: a patch is no resource, and what is patched is seen patched. All other YAML and JSON files are
 * read as they are. Charts, the sources of units, .git and node_modules are left out.
 */
#ifndef TREE_GATHER_H
#define TREE_GATHER_H

#include "krm/resource.h"
#include "render/engine.h"

struct tree_gathered {
	struct krm_resources resources;
	kv_str *files; /* one a resource: the absolute path of what it was read or built from */
	size_t nfiles, files_cap;
	const kv_str *left_out; /* set before: absolute folders that are not looked at */
	size_t nleft_out;
	bool skips_broken; /* set before: what cannot be built is a warning, and not only what lacks a file that Git ignores */
};

/* `path` is absolute and real. What is no object (no apiVersion and kind) is passed over, Lists are opened. Files and builds that
 * fail are reported; -1 then, with all others in *ret. */
KV_MUST int tree_gather(struct kv_job *job, kv_str path, enum rnd_engine engine, struct tree_gathered *ret);

/* The folders of the kustomizations that a gathering from there would build. */
KV_MUST int tree_kustomizations(struct kv_job *job, kv_str path, kv_str **ret, size_t *ret_n);

#endif
