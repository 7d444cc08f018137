/* render/template/object.h: Go structs and methods that templates can reach, as classes of krm_object. */
#ifndef RENDER_TEMPLATE_OBJECT_H
#define RENDER_TEMPLATE_OBJECT_H

#include "krm/value.h"

struct rnd_call;
struct rnd_method; /* render/template/func.h */

struct krm_class {
	const char *go_type; /* "*chartutil.Capabilities": %T, typeOf */
	const char *go_kind; /* "ptr", "struct", "slice", "map": kindOf */
	/* The field, or false if the type has none of that name. */
	bool (*field)(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret);
	/* Methods, ended by a NULL name; NULL if there are none. Go's method set: embedded fields count. */
	const struct rnd_method *methods;
	/* As a tree of plain values: toYaml, toJson. NULL: prints as {}. */
	krm_val (*tree)(struct kv_job *job, const struct krm_object *o);
	/* fmt's %v. NULL: printed from `tree` as Go prints a struct. */
	void (*print)(struct kv_job *job, const struct krm_object *o, struct kv_buf *out);
	/* For range and len over named maps and slices; NULL if it is neither. */
	krm_val (*items)(struct kv_job *job, const struct krm_object *o);
};

#endif
