/* filters/pod_spec.c: Pods out of the built-in workload kinds. */
#include "filters/pod_spec.h"

#include <math.h>

#include "krm/scalar.h"

struct reader {
	struct kv_job *job;
	bool failed;
};

const char *const flt_container_lists[FLT_CONTAINER_LISTS] = { "initContainers", "containers",
							       "ephemeralContainers" };

/* --- where the Pod is ------------------------------------------------------------------------- */

static const struct {
	const char *group, *kind;
	struct flt_pod_place place;
} places[] = {
	{ "", "Pod", { .path = KV_STR("") } },
	{ "", "PodTemplate", { .path = KV_STR("template") } },
	{ "", "ReplicationController", { .path = KV_STR("spec.template") } },
	{ "apps", "ReplicaSet", { .path = KV_STR("spec.template") } },
	{ "apps", "Deployment", { .path = KV_STR("spec.template") } },
	{ "apps", "StatefulSet", { .path = KV_STR("spec.template") } },
	{ "apps", "DaemonSet", { .path = KV_STR("spec.template") } },
	{ "batch", "Job", { .path = KV_STR("spec.template") } },
	{ "batch", "CronJob", { .path = KV_STR("spec.jobTemplate.spec.template") } },
};

const struct flt_pod_place *flt_pod_place(krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (kv_str_eq(gvk.group, kv_str_c(places[i].group)) &&
		    kv_str_eq(gvk.kind, kv_str_c(places[i].kind)))
			return &places[i].place;
	return NULL;
}

/* One step of a path: "name", "name[]", "name[2]". */
struct step {
	kv_str name, index;
	bool is_item;
};

static bool next_step(kv_str *rest, struct step *ret)
{
	size_t dot = kv_str_chr(*rest, '.');
	kv_str text = kv_str_sub(*rest, 0, dot);
	size_t open = kv_str_chr(text, '[');
	if (!rest->n)
		return false;
	ret->is_item = open != SIZE_MAX;
	ret->name = kv_str_sub(text, 0, open);
	ret->index = ret->is_item ? kv_str_sub(text, open + 1, text.n - 1) : KV_S("");
	*rest = dot == SIZE_MAX ? KV_S("") : kv_str_sub(*rest, dot + 1, rest->n);
	return true;
}

bool flt_pod_path_is_valid(kv_str path)
{
	struct step step;
	bool any = false;
	if (kv_str_ends(path, KV_S(".")))
		return false;
	while (next_step(&path, &step)) {
		for (size_t i = 0; i < step.name.n; i++)
			if (!kv_is_alnum(step.name.p[i]) && !strchr("-_", step.name.p[i]))
				return false;
		if (!step.name.n || step.index.n)
			return false;
		any = true;
	}
	return any;
}

static size_t index_of(kv_str digits)
{
	size_t n = 0;
	for (size_t i = 0; i < digits.n && n < SIZE_MAX / 20; i++)
		n = n * 10 + (size_t)(digits.p[i] - '0');
	return n;
}

/* What lies at a path; NIL if nothing does. */
static krm_val value_at(krm_val at, kv_str path)
{
	struct step step;
	while (next_step(&path, &step)) {
		at = krm_get_str(at, step.name);
		if (step.is_item)
			at = index_of(step.index) < krm_list_len(at) ? at.l->v[index_of(step.index)] : krm_nil();
	}
	return at;
}

krm_val flt_pod_spec(krm_val obj, const struct flt_pod_place *place)
{
	krm_val at = value_at(obj, place->path);
	return place->is_spec ? at : krm_get(at, "spec");
}

/* Each path grows by one step; a step to each item makes as many of it as there are items. */
struct flt_texts flt_pod_paths(struct kv_job *job, krm_val obj, kv_str path)
{
	struct kv_arena *a = job->arena;
	struct flt_texts paths = { 0 }, longer;
	struct step step;
	KV_PUSH(a, paths.v, paths.n, paths.cap, KV_S(""));
	for (; next_step(&path, &step); paths = longer) {
		longer = (struct flt_texts){ 0 };
		for (size_t i = 0; i < paths.n; i++) {
			kv_str at = paths.v[i].n ? kv_arena_cat(a, paths.v[i], KV_S("."), step.name) :
						   step.name;
			size_t n = step.is_item ? krm_list_len(value_at(obj, at)) : 1;
			for (size_t k = 0; k < n; k++) {
				kv_str item = step.is_item ?
						      kv_arena_printf(a, "%.*s[%zu]", KV_ARG(at), k) :
						      at;
				KV_PUSH(a, longer.v, longer.n, longer.cap, item);
			}
		}
	}
	return paths;
}

/* --- fields ----------------------------------------------------------------------------------- */

static void mistake(struct reader *r, krm_val parent, krm_val v, const char *name, const char *wanted)
{
	kv_error(r->job, v.pos ? v.pos : parent.pos, "%s must be %s", name, wanted);
	r->failed = true;
}

/* A field's value; NIL where it is absent or null. */
static krm_val field(krm_val parent, const char *name)
{
	krm_val v = krm_get(parent, name);
	return krm_is_null(v) ? krm_nil() : v;
}

/* A mapping or list that has no position of its own takes the parent's for messages. */
static krm_val collection(struct reader *r, krm_val parent, const char *name, enum krm_kind kind)
{
	krm_val v = field(parent, name);
	if (v.kind != KRM_NIL && v.kind != kind) {
		mistake(r, parent, v, name, kind == KRM_MAP ? "a mapping" : "a list");
		return krm_nil();
	}
	if (!v.pos)
		v.pos = parent.pos;
	return v;
}

static krm_val mapping(struct reader *r, krm_val parent, const char *name)
{
	return collection(r, parent, name, KRM_MAP);
}

static krm_val list(struct reader *r, krm_val parent, const char *name)
{
	return collection(r, parent, name, KRM_LIST);
}

/* An item of a list, which must be a mapping. */
static krm_val item(struct reader *r, krm_val items, size_t i, const char *name)
{
	krm_val v = items.l->v[i];
	if (!v.pos)
		v.pos = items.pos;
	if (v.kind == KRM_MAP)
		return v;
	mistake(r, items, v, name, "a list of mappings");
	return krm_nil();
}

static enum flt_truth truth(struct reader *r, krm_val parent, const char *name)
{
	krm_val v = field(parent, name);
	if (v.kind == KRM_BOOL)
		return v.b ? FLT_TRUE : FLT_FALSE;
	if (v.kind != KRM_NIL)
		mistake(r, parent, v, name, "true or false");
	return FLT_UNSET;
}

/* 2^53: below it each whole number is itself. */
#define WHOLE_MAX 9007199254740992.0

static bool number(struct reader *r, krm_val parent, const char *name, int64_t *ret)
{
	krm_val v = field(parent, name);
	bool integer = v.kind == KRM_INT || v.kind == KRM_INT64;
	/* 80.0 becomes 80 on the way to the API server, as JSON; so does what a patch of kustomize added. */
	bool whole = integer || (v.kind == KRM_FLOAT && v.f == floor(v.f) && fabs(v.f) < WHOLE_MAX);
	if (whole)
		*ret = integer ? v.i : (int64_t)v.f;
	else if (v.kind != KRM_NIL)
		mistake(r, parent, v, name, "a whole number");
	return whole;
}

static struct flt_text text(struct reader *r, krm_val parent, const char *name)
{
	krm_val v = field(parent, name);
	if (v.kind == KRM_STRING)
		return (struct flt_text){ true, krm_str(v) };
	if (v.kind != KRM_NIL)
		mistake(r, parent, v, name, "a string");
	return (struct flt_text){ false, KV_STR("") };
}

static void push(struct reader *r, struct flt_texts *list, kv_str s)
{
	KV_PUSH(r->job->arena, list->v, list->n, list->cap, s);
}

static void texts(struct reader *r, krm_val parent, const char *name, struct flt_texts *ret)
{
	krm_val items = list(r, parent, name);
	for (size_t i = 0; i < krm_list_len(items); i++) {
		krm_val v = items.l->v[i];
		if (v.kind == KRM_STRING)
			push(r, ret, krm_str(v));
		else
			mistake(r, items, v, name, "a list of strings");
	}
}

/* --- security contexts ------------------------------------------------------------------------ */

/* The type of a profile: set, and perhaps empty, where the profile is there. */
static struct flt_text profile(struct reader *r, krm_val parent, const char *name)
{
	krm_val v = mapping(r, parent, name);
	struct flt_text type = text(r, v, "type");
	type.set = v.kind == KRM_MAP;
	return type;
}

static void read_sysctls(struct reader *r, krm_val context, struct flt_texts *ret)
{
	krm_val items = list(r, context, "sysctls");
	for (size_t i = 0; i < krm_list_len(items); i++)
		push(r, ret, text(r, item(r, items, i, "sysctls"), "name").text);
}

/* Most Pods and containers have no context. */
#define NO_TEXT { false, KV_STR("") }
static const struct flt_security_context no_context = {
	.seccomp = NO_TEXT,
	.apparmor = NO_TEXT,
	.proc_mount = NO_TEXT,
	.selinux_type = NO_TEXT,
	.selinux_user = NO_TEXT,
	.selinux_role = NO_TEXT,
};

static struct flt_security_context read_context(struct reader *r, krm_val parent)
{
	krm_val at = mapping(r, parent, "securityContext");
	if (at.kind == KRM_NIL)
		return no_context;
	krm_val selinux = mapping(r, at, "seLinuxOptions"), capabilities = mapping(r, at, "capabilities");
	struct flt_security_context c = {
		.run_as_non_root = truth(r, at, "runAsNonRoot"),
		.privileged = truth(r, at, "privileged"),
		.allow_privilege_escalation = truth(r, at, "allowPrivilegeEscalation"),
		.host_process = truth(r, mapping(r, at, "windowsOptions"), "hostProcess"),
		.seccomp = profile(r, at, "seccompProfile"),
		.apparmor = profile(r, at, "appArmorProfile"),
		.proc_mount = text(r, at, "procMount"),
		.selinux_type = text(r, selinux, "type"),
		.selinux_user = text(r, selinux, "user"),
		.selinux_role = text(r, selinux, "role"),
		.has_capabilities = capabilities.kind == KRM_MAP,
	};
	c.has_user = number(r, at, "runAsUser", &c.user);
	texts(r, capabilities, "add", &c.add);
	texts(r, capabilities, "drop", &c.drop);
	read_sysctls(r, at, &c.sysctls);
	return c;
}

/* --- containers ------------------------------------------------------------------------------- */

static void read_handler(struct reader *r, krm_val handler, struct flt_texts *hosts)
{
	static const char *const kinds[] = { "httpGet", "tcpSocket" };
	for (size_t i = 0; i < 2 && handler.kind != KRM_NIL; i++) {
		kv_str host = text(r, mapping(r, handler, kinds[i]), "host").text;
		if (host.n)
			push(r, hosts, host);
	}
}

static void read_hosts(struct reader *r, krm_val container, struct flt_texts *hosts)
{
	static const char *const probes[] = { "livenessProbe", "readinessProbe", "startupProbe" };
	krm_val lifecycle = mapping(r, container, "lifecycle");
	for (size_t i = 0; i < 3; i++)
		read_handler(r, mapping(r, container, probes[i]), hosts);
	read_handler(r, mapping(r, lifecycle, "postStart"), hosts);
	read_handler(r, mapping(r, lifecycle, "preStop"), hosts);
}

static void read_ports(struct reader *r, krm_val at, struct flt_container *c)
{
	krm_val ports = list(r, at, "ports");
	for (size_t i = 0; i < krm_list_len(ports); i++) {
		krm_val port = item(r, ports, i, "ports");
		int64_t host = 0, inside = 0;
		if (number(r, port, "hostPort", &host) && host != 0)
			push(r, &c->host_ports, kv_arena_printf(r->job->arena, "%lld", (long long)host));
		else if (number(r, port, "containerPort", &inside) && inside != 0)
			push(r, &c->ports, kv_arena_printf(r->job->arena, "%lld", (long long)inside));
	}
}

static void read_container(struct reader *r, krm_val at, enum flt_container_list which,
			   struct flt_container *ret)
{
	*ret = (struct flt_container){
		.name = text(r, at, "name").text,
		.list = which,
		.at = at,
		.context = read_context(r, at),
	};
	read_hosts(r, at, &ret->hosts);
	read_ports(r, at, ret);
}

static void read_containers(struct reader *r, struct flt_pod *pod)
{
	krm_val lists[FLT_CONTAINER_LISTS];
	size_t n = 0;
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++) {
		lists[which] = list(r, pod->spec, flt_container_lists[which]);
		n += krm_list_len(lists[which]);
	}
	pod->containers = KV_NEW_N(r->job->arena, struct flt_container, n);
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++)
		for (size_t i = 0; i < krm_list_len(lists[which]); i++)
			read_container(r, item(r, lists[which], i, flt_container_lists[which]),
				       (enum flt_container_list)which, &pod->containers[pod->ncontainers++]);
}

/* --- volumes ---------------------------------------------------------------------------------- */

/* All sources of corev1.VolumeSource. */
static const char *const sources[] = {
	"configMap",
	"csi",
	"downwardAPI",
	"emptyDir",
	"ephemeral",
	"image",
	"persistentVolumeClaim",
	"projected",
	"secret",
	"hostPath",
	"gcePersistentDisk",
	"awsElasticBlockStore",
	"gitRepo",
	"nfs",
	"iscsi",
	"glusterfs",
	"rbd",
	"flexVolume",
	"cinder",
	"cephfs",
	"flocker",
	"fc",
	"azureFile",
	"vsphereVolume",
	"quobyte",
	"azureDisk",
	"photonPersistentDisk",
	"portworxVolume",
	"scaleIO",
	"storageos",
};

static void read_volume(struct reader *r, krm_val at, struct flt_volume *ret)
{
	ret->name = text(r, at, "name").text;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		if (mapping(r, at, sources[i]).kind != KRM_MAP)
			continue;
		if (ret->source) {
			kv_error(r->job, at.pos, "the volume \"%.*s\" has two sources, %s and %s",
				 KV_ARG(ret->name), ret->source, sources[i]);
			r->failed = true;
		}
		ret->source = sources[i];
	}
	if (!ret->source)
		ret->source = "emptyDir";
}

static void read_volumes(struct reader *r, struct flt_pod *pod)
{
	krm_val volumes = list(r, pod->spec, "volumes");
	pod->volumes = KV_NEW_N(r->job->arena, struct flt_volume, krm_list_len(volumes));
	for (; pod->nvolumes < krm_list_len(volumes); pod->nvolumes++)
		read_volume(r, item(r, volumes, pod->nvolumes, "volumes"), &pod->volumes[pod->nvolumes]);
}

/* --- the Pod ---------------------------------------------------------------------------------- */

/* SetDefaults_Pod, defaultHostNetworkPorts: on the host's network each port of a Pod is one of the host. Templates are
 * left as they are. */
static void default_host_ports(struct reader *r, struct flt_pod *pod)
{
	for (size_t i = 0; i < pod->ncontainers; i++) {
		struct flt_container *c = &pod->containers[i];
		if (c->list == FLT_EPHEMERAL_CONTAINERS)
			continue;
		for (size_t k = 0; k < c->ports.n; k++)
			push(r, &c->host_ports, c->ports.v[k]);
		c->ports.n = 0;
	}
}

static void read_spec(struct reader *r, struct flt_pod *pod)
{
	krm_val spec = pod->spec;
	pod->host_network = truth(r, spec, "hostNetwork");
	pod->host_pid = truth(r, spec, "hostPID");
	pod->host_ipc = truth(r, spec, "hostIPC");
	pod->host_users = truth(r, spec, "hostUsers");
	pod->windows = kv_str_eq(text(r, mapping(r, spec, "os"), "name").text, KV_S("windows"));
	pod->runtime_class = text(r, spec, "runtimeClassName").text;
	pod->context = read_context(r, spec);
	read_containers(r, pod);
	read_volumes(r, pod);
	if (pod->is_pod && pod->host_network == FLT_TRUE)
		default_host_ports(r, pod);
}

/* The mapping at a path; NIL, perhaps after a message, if there is none. */
static krm_val mapping_at(struct reader *r, krm_val at, kv_str path)
{
	struct step step;
	while (next_step(&path, &step)) {
		char *name = kv_arena_cstr(r->job->arena, step.name);
		if (!step.is_item) {
			at = mapping(r, at, name);
			continue;
		}
		krm_val items = list(r, at, name);
		size_t i = index_of(step.index);
		at = i < krm_list_len(items) ? item(r, items, i, name) : krm_nil();
	}
	return at;
}

int flt_pod_read(struct kv_job *job, krm_val obj, const struct flt_pod_place *place, struct flt_pod *ret,
		 bool *ret_found)
{
	struct reader r = { job, false };
	krm_val at = mapping_at(&r, obj, place->path), pod = place->is_spec ? krm_nil() : at;
	*ret = (struct flt_pod){ .path = place->path, .is_pod = !place->path.n, .is_custom = place->custom };
	if (!place->is_spec)
		ret->path = place->path.n ? kv_arena_cat(job->arena, place->path, KV_S(".spec")) : KV_S("spec");
	ret->annotations = mapping(&r, mapping(&r, pod, "metadata"), "annotations");
	ret->spec = place->is_spec ? at : mapping(&r, at, "spec");
	*ret_found = at.kind == KRM_MAP;
	if (*ret_found)
		read_spec(&r, ret);
	return r.failed ? -1 : 0;
}

int flt_pod_read_contexts(struct kv_job *job, struct flt_pod *pod)
{
	struct reader r = { job, false };
	pod->context = read_context(&r, pod->spec);
	for (size_t i = 0; i < pod->ncontainers; i++)
		pod->containers[i].context = read_context(&r, pod->containers[i].at);
	return r.failed ? -1 : 0;
}
