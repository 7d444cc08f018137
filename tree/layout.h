/* tree/layout.h: which files a list of resources becomes.
 *
 * One file a resource, `[kind]--[namespace]--[name].yaml` or `[kind]--[name].yaml`, with the bytes kustomize
 * prints, and a kustomization.yaml that lists them as kubesource writes it.
 */
#ifndef TREE_LAYOUT_H
#define TREE_LAYOUT_H

#include "krm/resource.h"
#include "tree/config.h"

/* The files of the forms that are one file or three. */
#define TREE_MANIFEST "manifest.yaml"
#define TREE_README "README.md"
#define TREE_METADATA "hydrator.metadata"

struct tree_file {
	kv_str name;
	kv_str text;
	struct krm_resource *resource; /* NULL where it is not just one, and where a cache had the text */
};

struct tree_files {
	struct tree_file *v; /* by the bytes of their names */
	size_t n;
	enum tree_target_form form;
};

enum tree_names {
	TREE_NAMES_VERBATIM, /* kubesource.yaml, or legacyNames */
	TREE_NAMES_PORTABLE, /* kvendor.yaml: what not every file system and Git accept is percent-encoded,
				reversibly */
};

/* KUSTOMIZE names the files as `kustomize build -o FOLDER` does (krm/folder.h). SINGLE is `manifest.yaml`, all resources as kustomize build prints them. HYDRATOR is the layout of Argo CD's source
 * hydrator: that file, `README.md` and `hydrator.metadata`. PATCHES is one file a resource, without a kustomization.yaml: each is a
 * patch that the kustomization beside the target names (tree/beside.h). RESOURCES is the same for resources.
 *
 * Names that cannot be file names and names that occur twice are errors that show the resources' origins. */
KV_MUST int tree_layout(struct kv_job *job, const struct krm_resources *list, enum tree_names names,
			enum tree_target_form form, struct tree_files *ret);
/* Whether a file of that name is among them. */
bool tree_files_have(const struct tree_files *files, kv_str name);
/* Whether the layout gives such names in that form. KUSTOMIZE has those of KUBESOURCE too, so that a target may change to it. */
bool tree_is_generated_name(enum tree_target_form form, kv_str name);

#endif
