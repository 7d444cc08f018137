/* render/template/object.h: Go structs and methods that templates can reach, as classes of krm_object (krm/value.h has
 * struct krm_class). */
#ifndef RENDER_TEMPLATE_OBJECT_H
#define RENDER_TEMPLATE_OBJECT_H

#include "krm/value.h"

struct rnd_call;
struct rnd_method; /* render/template/func.h */

#endif
