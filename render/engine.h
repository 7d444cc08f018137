/* render/engine.h: which Helm is imitated (DESIGN.md decision 1; differences in reference/helm.md 8.1). */
#ifndef RENDER_ENGINE_H
#define RENDER_ENGINE_H

enum rnd_engine { RND_HELM4 /* 4.2.4 */, RND_HELM3 /* 3.21.4 */ };

#endif
