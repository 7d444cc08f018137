/* tree/owned.h: the entries of a target, and which files of them kvendor owns.
 *
 * A file is owned if the target's own kustomization.yaml lists it and its name has the generated form. So a
 * fresh clone, or a tree that kubesource wrote, needs no other record. In the form `patches` it is the kustomization beside the target
 * that lists it. The other forms own the files that have their names and hold what they would write: a manifest.yaml with
 * one of the resources, a hydrator.metadata that is a JSON object, and the README.md beside that.
 */
#ifndef TREE_OWNED_H
#define TREE_OWNED_H

#include "base/file.h"
#include "base/map.h"
#include "tree/layout.h"
#include "tree/beside.h"

struct tree_holding {
	enum tree_target_form form;
	struct tree_beside beside; /* of the form `patches` */
	bool exists;
	struct kv_dirent *entries; /* sorted by bytes */
	size_t n;
	struct kv_map listed; /* names that kustomization.yaml, or the one beside the target, has */
};

/* `path` is the target, `shown` its name in messages. A kustomization.yaml that kvendor would not write is an
 * error, one that is no YAML (a merge conflict) a warning: then nothing is owned. */
KV_MUST int tree_holding_read(struct kv_job *job, kv_str path, kv_str shown, enum tree_target_form form,
			      struct tree_holding *ret);
const struct kv_dirent *tree_holding_find(const struct tree_holding *h, kv_str name);
bool tree_holding_owns(const struct tree_holding *h, kv_str name);
/* Whether all files may be written: one that is not ours and stands where a file must be is an error unless it holds the
 * same resource. */
KV_MUST int tree_holding_yields(struct kv_job *job, const struct tree_holding *h, kv_str path, kv_str shown,
				const struct tree_files *files);

#endif
