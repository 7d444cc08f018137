/* render/engine.h: which Helm and which kustomize are imitated. */
#ifndef RENDER_ENGINE_H
#define RENDER_ENGINE_H

enum rnd_engine { RND_HELM4 /* 4.2.4 */, RND_HELM3 /* 3.21.4 */ };

/* What differs is how a namespace gets to charts: the rules of 5.7, 5.8.0 and 5.8.1. */
enum rnd_kustomize { RND_KUSTOMIZE_5_8_1, RND_KUSTOMIZE_5_8_0, RND_KUSTOMIZE_5_7 };

#endif
