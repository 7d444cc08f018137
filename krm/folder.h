/* krm/folder.h: the names of the files that `kustomize build -o FOLDER` writes, one a resource (kustomize:
 * kustomize/commands/build/writer.go).
 */
#ifndef KRM_FOLDER_H
#define KRM_FOLDER_H

#include "krm/resource.h"

/* Whether the resources lie in more than one namespace, which then begins the names of all files. */
bool krm_has_several_namespaces(const struct krm_resources *list);
/* "apps_v1_deployment_web.yaml", or "prod_apps_v1_deployment_web.yaml". */
kv_str krm_folder_name(struct kv_job *job, const struct krm_resource *r, bool namespaces);
/* Whether a name has this form. */
bool krm_is_folder_name(kv_str name);

#endif
