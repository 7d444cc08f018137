/* render/engine.h: which Helm is imitated. */
#ifndef RENDER_ENGINE_H
#define RENDER_ENGINE_H

enum rnd_engine { RND_HELM4 /* 4.2.4 */, RND_HELM3 /* 3.21.4 */ };

#endif
