/* krm/value.h: the value every layer speaks: what a YAML node, a Helm value and a template operand have in common.
 *
 * A krm_val is 16 bytes and passed by value. Lists and maps are references: Helm's `set` and `merge` change a map
 * for everyone who holds it, and so do ours. Go's kinds are kept apart, since `kindIs`, `eq`, `printf` and `%T`
 * show them. All memory belongs to the arena given to the maker.
 */
#ifndef KRM_VALUE_H
#define KRM_VALUE_H

#include "base/job.h"

/* kind, Go's reflect.Kind spelling, what it holds */
#define KRM_KINDS(X)                                                                                         \
	X(NIL, "invalid")    /* nil, null */                                                                  \
	X(BOOL, "bool")                                                                                      \
	X(INT, "int")        /* Go int: literals of templates, len */                                        \
	X(INT64, "int64")    /* --set, arithmetic of Sprig, YAML integers where they stay integers */        \
	X(UINT8, "uint8")    /* an indexed byte */                                                           \
	X(UINT64, "uint64")  /* YAML integers above int64 */                                                 \
	X(FLOAT, "float64")                                                                                  \
	X(STRING, "string")                                                                                  \
	X(BYTES, "slice")    /* []byte */                                                                    \
	X(LIST, "slice")     /* []any, []string, []int, ...: see krm_list.type */                            \
	X(MAP, "map")        /* map[string]any, map[string]string, ...: see krm_map.type */                  \
	X(OBJECT, "struct")  /* a Go value with fields and methods: see krm_object */

enum krm_kind {
#define X(name, go) KRM_##name,
	KRM_KINDS(X)
#undef X
	KRM_NKINDS
};

/* How a scalar or collection was written; KRM_STYLE_ANY where nobody wrote it. */
enum krm_style {
	KRM_STYLE_ANY,
	KRM_STYLE_PLAIN,
	KRM_STYLE_SINGLE,
	KRM_STYLE_DOUBLE,
	KRM_STYLE_LITERAL,
	KRM_STYLE_FOLDED,
	KRM_STYLE_FLOW, /* collections; block collections are ANY */
};

/* krm_val.flags */
enum {
	KRM_NILREF = 1 << 0,  /* a nil map or slice of Go: prints like an empty one, toJson gives null */
	KRM_IFACE = 1 << 1,   /* template executor only: the operand's static type is an interface */
	KRM_TAINT = 1 << 2,   /* came from chance or clock (render/template/chance.h) */
	KRM_TAGGED = 1 << 3,  /* an explicit YAML tag decided the kind */
	KRM_TYPED_KEY = 1 << 4, /* a key that reads as text but was written as another scalar type (krm_yaml_read_all) */
	KRM_PLAIN = 1 << 5,   /* of a map or list that has a type's name: this reference is of the unnamed type */
	KRM_SHARED = 1 << 5,  /* a scalar that is one node with others of its object, those with the same `pos` (krm/scalar.h) */
	KRM_EMPTY = 1 << 6,   /* an empty STRING that was written as nothing in a flow collection: null for kyaml (krm_is_null) */
	KRM_UNTAGGED = 1 << 7, /* a step of a kustomize build wrote it without a YAML tag: a replacement of its text is resolved anew */
	KRM_TYPED_TEXT = 1 << 13, /* a STRING in the quotes of what stood there before, whose tag is that of another type */
	KRM_ALIAS = 1 << 14,  /* read where an alias stands */
	KRM_MERGED = 1 << 15, /* of a map's value: read because of "<<" and an alias */
	KRM_USER0 = 1 << 8,   /* 8 and above: private to one module while it works on a tree */
};

struct krm_text {
	uint32_t n; /* no text of 4 GiB is made */
	char s[]; /* n bytes and a NUL */
};

typedef struct {
	uint8_t kind;  /* enum krm_kind */
	uint8_t style; /* enum krm_style */
	uint16_t flags;
	kv_pos pos; /* where it was read; 0 when it was computed */
	union {
		bool b;
		int64_t i;  /* INT, INT64 */
		uint64_t u; /* UINT8, UINT64 */
		double f;
		const struct krm_text *s; /* STRING, BYTES */
		struct krm_list *l;
		struct krm_map *m;
		struct krm_object *o;
	};
} krm_val;

/* The Go type of a list's items or a map's values; only ANY exists outside templates. */
enum krm_type {
	KRM_OF_ANY,    /* []interface {}, map[string]interface {} */
	KRM_OF_STRING, /* []string, map[string]string */
	KRM_OF_INT,    /* []int, map[string]int */
	KRM_OF_LIST,   /* [][]interface {} */
	KRM_OF_OTHER,  /* see `name` */
};

struct krm_list {
	krm_val *v;
	size_t n, cap;
	enum krm_type type;
	const char *name; /* Go's type where `type` does not say it: "chartutil.VersionSet"; else NULL */
};

struct krm_entry {
	krm_val key; /* STRING; other scalar kinds only in trees read from YAML. KRM_NKINDS: deleted entry */
	krm_val val;
};

struct krm_map {
	struct krm_entry *e; /* past eight entries of room a hash index lies behind them */
	uint32_t n, cap;     /* n counts deleted entries too: iterate with krm_map_each */
	uint32_t live;       /* entries that are there: Go's len() */
	enum krm_type type : 8;
	unsigned name : 8;   /* see krm_map_name */
};

/* A Go struct or pointer that templates can look into. Writers use `tree`, the rest is render/template's. */
struct krm_object;
struct rnd_call;
struct rnd_method; /* render/template/func.h */

struct krm_class {
	const char *go_type; /* "*chartutil.Capabilities": %T, typeOf */
	const char *go_kind; /* "ptr", "struct", "slice", "map": kindOf */
	/* The field, or false if the type has none of that name. NULL: no fields. */
	bool (*field)(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret);
	/* Methods, ended by a NULL name; NULL if there are none. Go's method set: embedded fields count. */
	const struct rnd_method *methods;
	/* What JSON makes of it; a struct's members in their order. NULL: prints as {}. */
	krm_val (*tree)(struct kv_job *job, const struct krm_object *o);
	/* A struct's fields by Go's names, in their order, those that are not exported too; the bare number of a named
	 * integer. For verbs that do not call String, and for go-yaml v3. NULL: `tree`. */
	krm_val (*fields)(struct kv_job *job, const struct krm_object *o);
	/* Its String method, which %v, %s and %q show. NULL: printed from `items` or `fields` as Go prints a map,
	 * slice or struct. */
	void (*print)(struct kv_job *job, const struct krm_object *o, struct kv_buf *out);
	/* Its GoString method, which %#v shows. NULL: printed as Go's syntax from `fields`. */
	void (*go_syntax)(struct kv_job *job, const struct krm_object *o, struct kv_buf *out);
	/* The String method of its pointer, which an action finds because fields have an address. */
	void (*shown)(struct kv_job *job, const struct krm_object *o, struct kv_buf *out);
	/* For range and len over named maps and slices; NULL if it is neither. */
	krm_val (*items)(struct kv_job *job, const struct krm_object *o);
	/* Whether `items` is empty, for truth. */
	bool (*empty)(const struct krm_object *o);
};

struct krm_object {
	const struct krm_class *class;
	void *data;
};

/* --- makers ----------------------------------------------------------------------------------- */

static inline krm_val krm_nil(void) { return (krm_val){ .kind = KRM_NIL }; }
static inline krm_val krm_bool(bool b) { return (krm_val){ .kind = KRM_BOOL, .b = b }; }
static inline krm_val krm_int(int64_t i) { return (krm_val){ .kind = KRM_INT, .i = i }; }
static inline krm_val krm_int64(int64_t i) { return (krm_val){ .kind = KRM_INT64, .i = i }; }
static inline krm_val krm_uint64(uint64_t u) { return (krm_val){ .kind = KRM_UINT64, .u = u }; }
static inline krm_val krm_float(double f) { return (krm_val){ .kind = KRM_FLOAT, .f = f }; }
krm_val krm_string(struct kv_arena *a, kv_str s); /* copies */
krm_val krm_string_c(struct kv_arena *a, const char *s);
/* Copies, but a short text not again that was made lately: for what is written again and again. */
krm_val krm_string_shared(struct kv_job *job, kv_str s);
krm_val krm_bytes(struct kv_arena *a, kv_str s);
krm_val krm_list(struct kv_arena *a, enum krm_type type);
krm_val krm_map(struct kv_arena *a, enum krm_type type);
/* A text of n bytes to be filled by the caller, NUL-terminated; wrap it with krm_string_take. */
struct krm_text *krm_text_new(struct kv_arena *a, size_t n);
static inline krm_val krm_string_take(const struct krm_text *t) { return (krm_val){ .kind = KRM_STRING, .s = t }; }

/* --- looking ---------------------------------------------------------------------------------- */

static inline bool krm_is(krm_val v, enum krm_kind k) { return v.kind == k; }
/* Nil as Go compares: without a type, or a nil map or slice. */
static inline bool krm_is_nil(krm_val v) { return v.kind == KRM_NIL || (v.flags & KRM_NILREF); }
/* The bytes of a STRING or BYTES; empty for any other kind. */
static inline kv_str krm_str(krm_val v)
{
	return v.kind == KRM_STRING || v.kind == KRM_BYTES ? kv_str_of(v.s->s, v.s->n) : kv_str_of("", 0);
}
static inline bool krm_is_str(krm_val v, const char *s)
{
	return v.kind == KRM_STRING && kv_str_eq(krm_str(v), kv_str_c(s));
}
const char *krm_kind_name(krm_val v); /* reflect.Kind's text; nil is "invalid" */

/* --- lists ------------------------------------------------------------------------------------ */

void krm_list_push(struct kv_arena *a, struct krm_list *l, krm_val v);
static inline size_t krm_list_len(krm_val v) { return v.kind == KRM_LIST ? v.l->n : 0; }
/* Whether an item is a string with this text; false if `list` is no list. */
bool krm_list_has(krm_val list, kv_str text);

/* The same list / map with room for no more than it holds, in the arena. */
krm_val krm_list_fit(struct kv_arena *a, krm_val v);
krm_val krm_map_fit(struct kv_arena *a, krm_val v);
/* A map of n entries with string keys; false if two have one key, which ends the look at them. */
bool krm_map_of_distinct(struct kv_arena *a, const struct krm_entry *e, uint32_t n, krm_val *ret);

/* --- maps ------------------------------------------------------------------------------------- */

/* The value at a string key, or NULL. The pointer is good until the next change of the map. */
krm_val *krm_map_find(const struct krm_map *m, kv_str key);
/* The same with a value for convenience: NIL if v is no map or has no such key. */
krm_val krm_get_str(krm_val v, kv_str key);
static inline krm_val krm_get(krm_val v, const char *key) { return krm_get_str(v, kv_str_c(key)); }
/* True where the entry is the boolean true. */
bool krm_flag(krm_val v, const char *key);
bool krm_has(krm_val v, const char *key);
/* A walk along string keys, NULL-terminated: krm_path(obj, "metadata", "labels", NULL). NIL when it ends early. */
krm_val krm_path(krm_val v, ...) __attribute__((sentinel));
/* Sets, keeping the place of an existing key (its key position stays too). */
void krm_map_set(struct kv_arena *a, struct krm_map *m, kv_str key, krm_val v);
static inline void krm_map_set_c(struct kv_arena *a, struct krm_map *m, const char *key, krm_val v)
{
	krm_map_set(a, m, kv_str_c(key), v);
}
/* The same with a text, which is copied, as value. */
static inline void krm_map_set_text(struct kv_arena *a, struct krm_map *m, const char *key, kv_str text)
{
	krm_map_set(a, m, kv_str_c(key), krm_string(a, text));
}
/* The same for a key that is a value already (no copy). */
void krm_map_set_key(struct kv_arena *a, struct krm_map *m, krm_val key, krm_val v);
bool krm_map_del(struct krm_map *m, kv_str key);
/* Room for n more entries, so that they do not make it grow one by one. */
void krm_map_reserve(struct kv_arena *a, struct krm_map *m, uint32_t n);
static inline size_t krm_map_len(krm_val v) { return v.kind == KRM_MAP ? v.m->live : 0; }
/* The name of Go's type for this value of kind MAP: "chartutil.Values" and the like; NULL if it is a plain one. */
const char *krm_map_name(krm_val v);
/* One of the names that value.c lists. */
void krm_map_set_name(struct krm_map *m, const char *name);

/* for each live entry, in order: krm_map_each(m, e) { use e->key, e->val } */
#define krm_map_each(map, entry)                                                                             \
	for (struct krm_entry *entry = (map)->e, *entry##_end = (map)->n ? entry + (map)->n : entry;         \
	     entry < entry##_end; entry++)                                                                   \
		if (entry->key.kind != KRM_NKINDS)

/* The live entries sorted by the bytes of their keys (Go's order when it ranges in templates and prints), as a
 * new array of live pointers in the arena. */
struct krm_entry **krm_map_sorted(struct kv_arena *a, const struct krm_map *m);

/* --- whole trees ------------------------------------------------------------------------------ */

/* A deep copy; depth-limited: -1 with an error past job->limits.depth (cyclic values can be built by templates). */
KV_MUST int krm_copy(struct kv_job *job, krm_val v, krm_val *ret);
/* reflect.DeepEqual for trees: kinds, types and contents; positions and styles do not count. Past the depth limit: false. */
bool krm_equal(krm_val a, krm_val b);
/* The same; how much it had to look at, in small values, is added to *looked. */
bool krm_equal_counted(krm_val a, krm_val b, size_t *looked);

#endif
