/* render/kustomize/labelselector.h: Kubernetes label selectors in text form ("app in (a,b), !legacy,
 * tier=web"), as apimachinery's labels.Parse reads them. */
#ifndef RENDER_KUSTOMIZE_LABELSELECTOR_H
#define RENDER_KUSTOMIZE_LABELSELECTOR_H

#include "render/kustomize/internal.h"

struct rnd_k_labelsel;

/* `text` is a STRING; NIL or empty selects everything and gives a selector without requirements. */
KV_MUST int rnd_k_labelsel_parse(struct rnd_k_build *b, krm_val text, const struct rnd_k_labelsel **ret);
/* Whether a label may have this key: a name, or a subdomain, a slash and a name (apimachinery, IsQualifiedName). */
bool rnd_k_is_label_key(kv_str s);
bool rnd_k_labelsel_is_empty(const struct rnd_k_labelsel *s);
/* `labels` is a MAP; anything else counts as one without entries. */
bool rnd_k_labelsel_matches(struct rnd_k_build *b, const struct rnd_k_labelsel *s, krm_val labels);

#endif
