/* render/kustomize/selector.h: selectors of resources by anchored regular expressions (types.Selector,
 * SelectorRegex). */
#ifndef RENDER_KUSTOMIZE_SELECTOR_H
#define RENDER_KUSTOMIZE_SELECTOR_H

#include "base/re.h"
#include "render/kustomize/labelselector.h"

/* A text without regular expression characters is compared as it is. Empty: anything. */
struct rnd_k_pattern {
	kv_str text;
	const struct kv_re *re; /* NULL: literal */
};

struct rnd_k_selector {
	struct rnd_k_pattern group, version, kind, name, namespace;
	const struct rnd_k_labelsel *labels, *annotations;
};

/* From a decoded selector MAP. */
KV_MUST int rnd_k_selector_compile(struct rnd_k_build *b, krm_val selector, struct rnd_k_selector *ret);
/* Label and annotation selectors. */
bool rnd_k_selector_meta(struct rnd_k_build *b, const struct rnd_k_selector *s, krm_val obj);
bool rnd_k_selector_has_meta(const struct rnd_k_selector *s);
/* Group, version, kind, name and namespace of one identity, as written. */
bool rnd_k_selector_id(struct rnd_k_build *b, const struct rnd_k_selector *s, struct rnd_k_id id);
/* The resources that may match by name: looked up where the name is literal, else all. */
struct rnd_k_list rnd_k_selector_candidates(struct rnd_k_build *b, struct rnd_k_acc *acc,
					    const struct rnd_k_selector *s);

#endif
