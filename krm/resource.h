/* krm/resource.h: one Kubernetes object and where it came from.
 *
 * A resource belongs to a job. Its tree may be changed by whoever holds it; the identity is read from the tree when
 * asked, not kept beside it.
 */
#ifndef KRM_RESOURCE_H
#define KRM_RESOURCE_H

#include "krm/value.h"

/* Where a resource was read or made: what `explain`, buildMetadata and error messages show. */
struct krm_origin {
	kv_str path;      /* file, relative to the build or repository root */
	kv_str chart;     /* chart the template belongs to; empty if none */
	kv_str template;  /* path of the template below the chart */
	kv_str generator; /* kustomize: the generator's file or kind, for configuredBy */
	kv_pos pos;       /* first byte of the object */
};

/* A value that chance or the clock made (filters/generated.h). */
struct krm_generated {
	kv_str path; /* "data.password"; "metadata.name" of an object that is another one each time */
	krm_val value;
	struct krm_map *in; /* that holds it under `key`; NULL where a list does */
	kv_str key;
};

struct krm_resource {
	krm_val obj; /* always a MAP */
	struct krm_origin origin;
	struct krm_generated *generated; /* in the order of the tree */
	size_t ngenerated, generated_cap;
	bool in_order; /* made by a filter: printed in the order of its keys, as people write */
	void *build; /* render/kustomize's own record while a build runs; else NULL */
};

/* A list that keeps order. */
struct krm_resources {
	struct krm_resource **v;
	size_t n, cap;
};

struct krm_gvk {
	kv_str group, version, kind;
};

struct krm_resource *krm_resource_new(struct kv_arena *a, krm_val obj, struct krm_origin origin);
void krm_resources_push(struct kv_arena *a, struct krm_resources *list, struct krm_resource *r);
/* An error or a warning (not `refuse`) at a position of the resource whose source line is not shown, since it may hold a secret. Without a
 * position its file is named. */
void krm_report_discreetly(struct kv_job *job, const struct krm_resource *r, kv_pos pos, bool refuse, kv_str text);
/* Attaches to the newest error or warning from which template of a chart the resource comes, if it comes from one. */
void krm_note_template(struct kv_job *job, const struct krm_resource *r);

/* An item of a List. In a list of one kind, such as a DeploymentList, items may leave kind and apiVersion to it: such a one is a copy that has
 * them (apimachinery, UnstructuredJSONScheme.decodeToList). */
krm_val krm_list_item(struct kv_arena *a, krm_val list, krm_val item);

/* The list with the objects that Lists hold in the place of these. They share the Lists' trees, and have their origin and record. */
struct krm_resources krm_resources_opened(struct kv_arena *a, const struct krm_resources *list);

/* Read from the tree; empty strings where a field is absent or no string. */
kv_str krm_api_version(krm_val obj);
kv_str krm_kind(krm_val obj);
kv_str krm_name(krm_val obj);
kv_str krm_namespace(krm_val obj);
/* "Deployment app/web", for messages. */
kv_str krm_shown(struct kv_arena *a, krm_val obj);
/* Whether the object is of this group and kind, in any version. */
bool krm_is_kind(krm_val obj, const char *group, const char *kind);
/* "apps/v1" is group apps, version v1; "v1" is group "". */
void krm_split_api_version(kv_str api_version, kv_str *ret_group, kv_str *ret_version);
struct krm_gvk krm_gvk_of(krm_val obj);
/* metadata.labels / metadata.annotations [key]; empty if absent. */
kv_str krm_annotation(krm_val obj, const char *key);

/* True for the built-in kinds that have no namespace (krm/schema.c). */
bool krm_is_cluster_scoped(struct krm_gvk gvk);

/* GetValidatedMetadata: an object has a kind, and a name unless the kind ends in List. */
KV_MUST int krm_resource_check(struct kv_job *job, krm_val obj);
enum {
	KRM_READ_LENIENT = 1, /* a custom kind that ends in List and whose items are no objects stays one object */
	KRM_READ_NAMES = 2,   /* an object with generateName alone gets a name of it and its content's digest */
};
/* Reads a text of YAML documents (kustomize rules) into resources; Lists are unwrapped as kustomize does.
 * An object without apiVersion, kind or name is an error. `how` may
 * take what kustomize refuses. */
KV_MUST int krm_resources_read(struct kv_job *job, kv_str name, kv_str text, struct krm_origin origin,
                               unsigned how, struct krm_resources *ret);
/* True if krm_resources_write is sure to print them: then the first may be printed for good before the last is looked at. */
bool krm_resources_are_printable(const struct kv_job *job, const struct krm_resources *list);
/* Each as kustomize prints it, joined by "---\n". */
KV_MUST int krm_resources_write(struct kv_job *job, const struct krm_resources *list, struct kv_buf *out);

#endif
