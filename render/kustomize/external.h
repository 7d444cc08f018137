/* render/kustomize/external.h: plugins that are other programs: KRM functions and the older executables under the plugin
 * home.
 *
 * One is loaded from the resource that configures it, which runs nothing yet; then it generates, transforms or validates.
 */
#ifndef RENDER_KUSTOMIZE_EXTERNAL_H
#define RENDER_KUSTOMIZE_EXTERNAL_H

#include "base/child.h"
#include "base/file.h"
#include "render/kustomize/target.h"

struct rnd_k_external {
	const struct rnd_k_res *by;
	krm_val function;  /* decoded FunctionSpec; NIL: an executable */
	kv_str executable; /* absolute path */
	kv_str config;     /* the configuring resource as kustomize prints it */
	struct rnd_k_strs args;
	kv_str name; /* as messages show it */
};

/* --- external.c ------------------------------------------------------------------------------- */

/* loadAndConfigurePlugin: finds out how the plugin is run. */
KV_MUST int rnd_k_external_load(struct rnd_k_build *b, const struct rnd_k_res *by,
				struct rnd_k_external *ret);
KV_MUST int rnd_k_external_generate(struct rnd_k_build *b, const struct rnd_k_external *x,
				    struct rnd_k_list *ret);
/* What comes back is matched with what was sent by current identity: the same is changed, the new appended, the missing
 * removed. */
KV_MUST int rnd_k_external_transform(struct rnd_k_build *b, const struct rnd_k_external *x,
				     struct rnd_k_acc *acc);
/* The same on a list of its own: what is new or missing does not matter, but nothing may come back that was sent. */
KV_MUST int rnd_k_external_validate(struct rnd_k_build *b, const struct rnd_k_external *x,
				    struct rnd_k_acc *acc);

/* --- function.c: KRM functions ---------------------------------------------------------------- */

/* The function that a resource names by annotation or metadata.configFn; NIL if it names none. */
KV_MUST int rnd_k_function_spec(struct rnd_k_build *b, const struct rnd_k_res *by, krm_val *ret);
/* Runs it on documents ("" for a generator); *ret is what kustomize would read next. */
KV_MUST int rnd_k_function_run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str input,
			       kv_str *ret);

/* --- execplugin.c: executables under the plugin home ------------------------------------------ */

/* Looks for the executable and reads its arguments. */
KV_MUST int rnd_k_executable_find(struct rnd_k_build *b, struct rnd_k_external *x);
KV_MUST int rnd_k_executable_run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str input,
				 kv_str *ret);

#endif
