/* tree/beside.h: the forms `patches` and `resources`: the kustomization beside a target, which a person wrote, and its entries of
 * `patches:` or `resources:` that name the target's files.
 *
 * Beside means in the folder around the target: for `app/patches` it is `app/kustomization.yaml`, and the entries are
 * `- path: patches/NAME`. Entries of `resources:` are never taken out: people write files of such names too.
 */
#ifndef TREE_BESIDE_H
#define TREE_BESIDE_H

#include "base/map.h"
#include "tree/layout.h"

struct tree_beside {
	enum tree_target_form form;
	kv_str path, shown; /* empty if there is none */
	kv_str text;        /* as it is */
	kv_str *named;      /* names of files in the target that its entries of `patches:` have */
	size_t n, cap;
};

/* The kustomization beside a target (absolute path, `shown` in messages). One that cannot be read, or is a link, is an error. */
KV_MUST int tree_beside_read(struct kv_job *job, kv_str target, kv_str shown, enum tree_target_form form,
			     struct tree_beside *ret);
/* Goes on with another state of the same file, such as that of a commit. */
KV_MUST int tree_beside_replace(struct kv_job *job, kv_str target, kv_str text, struct tree_beside *b);
/* Its text with an entry for each of the files, and without those for names of the generated form that are no longer among
 * them. The same text where nothing changes. */
KV_MUST int tree_beside_change(struct kv_job *job, const struct tree_beside *b, kv_str target, kv_str shown,
			       const struct tree_files *files, kv_str *ret_text);

#endif
