/* cli/audit_bootstrap.c: kvendor audit --bootstrap: the steps that set up a new cluster, as text or script. */
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "cli/audit.h"
#include "filters/bootstrap.h"

/* The steps, in their order. */
enum step { STEP_DEFINITIONS, STEP_NAMESPACES, STEP_SECRETS, STEP_CONNECT, STEP_OPERATOR, STEP_STORES, STEP_ARGO, STEP_OTHERS, STEPS };

static const struct {
	const char *title;
	const char *wave; /* of Argo CD */
} steps[STEPS] = {
	{ "CustomResourceDefinitions, on the server's side: they are too large for kubectl's annotation", "-3" },
	{ "Namespaces", "-2" },
	{ "Secrets that stores need before they can fetch any; the first ones are made by hand", NULL },
	{ "1Password Connect", "0" },
	{ "external-secrets; its stores (wave 1) and ExternalSecrets (wave 2) want its webhook", "0" },
	{ "Stores of external-secrets", "1" },
	{ "Argo CD", "0" },
	{ "Applications", "3" },
};

/* What is applied at once: a kustomization, or a file. */
struct root {
	kv_str file;
	enum step step;
	size_t n, definitions, namespaces, secrets, stores;
	enum flt_program program;
};

struct printer {
	struct kv_job *job;
	const struct tree_gathered *gathered;
	kv_str shown_from;
	struct kv_buf *out;
	struct root *roots; /* by the paths of their files */
	size_t nroots, roots_cap;
	struct flt_bootstrap bootstrap;
	kv_str *namespaces; /* that must be made for its Secrets */
	size_t nnamespaces, namespaces_cap;
	bool argo_applies;
};

/* --- what there is ------------------------------------------------------------------------------ */

static void count(struct printer *p, struct root *r, krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	enum flt_program program = flt_program_of(obj);
	r->n++;
	r->definitions += kv_str_eq(gvk.kind, KV_S("CustomResourceDefinition"));
	r->namespaces += kv_str_eq(gvk.kind, KV_S("Namespace")) && !gvk.group.n;
	r->secrets += kv_str_eq(gvk.kind, KV_S("Secret")) && !gvk.group.n;
	r->stores += kv_str_eq(gvk.group, KV_S("external-secrets.io")) && kv_str_ends(gvk.kind, KV_S("SecretStore"));
	if (program)
		r->program = program;
	p->argo_applies |= kv_str_eq(gvk.group, KV_S("argoproj.io")) &&
			   kv_str_starts(gvk.kind, KV_S("Application"));
}

static enum step step_of(const struct root *r)
{
	if (r->definitions == r->n)
		return STEP_DEFINITIONS;
	if (r->namespaces == r->n)
		return STEP_NAMESPACES;
	if (r->secrets == r->n)
		return STEP_SECRETS;
	return r->program == FLT_CONNECT	    ? STEP_CONNECT :
	       r->program == FLT_EXTERNAL_SECRETS ? STEP_OPERATOR :
	       r->program == FLT_ARGO_CD	    ? STEP_ARGO :
	       r->stores			    ? STEP_STORES :
						      STEP_OTHERS;
}

static int by_step(const void *a, const void *b)
{
	const struct root *left = a, *right = b;
	return left->step != right->step ? (left->step > right->step) - (left->step < right->step) :
					   kv_str_cmp(left->file, right->file);
}

/* Resources of one file stand together. */
static void find_roots(struct printer *p)
{
	const struct tree_gathered *g = p->gathered;
	for (size_t i = 0; i < g->nfiles; i++) {
		if (!p->nroots || !kv_str_eq(p->roots[p->nroots - 1].file, g->files[i]))
			KV_PUSH(p->job->arena, p->roots, p->nroots, p->roots_cap,
				((struct root){ .file = g->files[i] }));
		count(p, &p->roots[p->nroots - 1], g->resources.v[i]->obj);
	}
	for (size_t i = 0; i < p->nroots; i++)
		p->roots[i].step = step_of(&p->roots[i]);
	if (p->nroots)
		qsort(p->roots, p->nroots, sizeof *p->roots, by_step);
}

/* --- words for sh ---------------------------------------------------------------------------------- */

static kv_str quoted(struct printer *p, kv_str text)
{
	struct kv_buf out;
	bool plain = text.n && text.p[0] != '-';
	for (size_t i = 0; i < text.n; i++)
		plain &= kv_is_alnum(text.p[i]) || strchr("-_./:=+@", text.p[i]);
	if (plain)
		return text;
	kv_buf_init(&out, p->job->arena, KV_BUF_MAX);
	kv_buf_c(&out, '\'');
	for (size_t i = 0; i < text.n; i++)
		kv_buf_str(&out, text.p[i] == '\'' ? KV_S("'\\''") : kv_str_sub(text, i, i + 1));
	kv_buf_c(&out, '\'');
	return kv_buf_view(&out);
}

/* Comments end with their line. */
static kv_str on_one_line(struct printer *p, kv_str text)
{
	char *copy = kv_arena_cstr(p->job->arena, text);
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)copy[i] < ' ' || copy[i] == 127)
			copy[i] = '?';
	return kv_str_of(copy, text.n);
}

static kv_str apply_words(struct printer *p, const struct root *r)
{
	bool built = rnd_is_kustomization_name(kv_path_base(r->file));
	kv_str path = built ? kv_path_dir(p->job->arena, r->file) : r->file, rest;
	if (kv_path_below(path, p->shown_from, &rest))
		path = rest.n ? rest : KV_S(".");
	return kv_arena_cat(p->job->arena, KV_S("kubectl apply "),
			    r->definitions ? KV_S("--server-side ") : KV_S(""),
			    built ? KV_S("--kustomize ") : KV_S("--filename "), quoted(p, path));
}

/* --- one Secret ------------------------------------------------------------------------------------ */

/* The credentials of a Connect server are read from behind base64, beside the one of the Secret. */
static bool is_credentials(const struct flt_bootstrap_secret *s, const struct flt_bootstrap_key *k)
{
	return s->connect && kv_str_ends(k->name, KV_S("credentials.json"));
}

/* Without an ExternalSecret the vault has the file as `op connect server create` made it. */
static bool needs_base64(const struct flt_bootstrap_secret *s, const struct flt_bootstrap_key *k)
{
	return k->encoded || (is_credentials(s, k) && !s->external);
}

static kv_str reference(struct printer *p, const struct flt_bootstrap_secret *s, const struct flt_bootstrap_key *k)
{
	struct kv_arena *a = p->job->arena;
	kv_str vault = s->vault.n ? s->vault : KV_S("VAULT"), item = k->item.n ? k->item : KV_S("ITEM");
	kv_str field = k->field.n ? k->field : k->name;
	return kv_arena_cat(a, KV_S("op://"), vault, KV_S("/"), item, KV_S("/"), field);
}

static void print_key_note(struct printer *p, const char *begin, const struct flt_bootstrap_secret *s,
			   const struct flt_bootstrap_key *k)
{
	if (is_credentials(s, k) && k->encoded)
		kv_buf_printf(p->out, "%sConnect reads it from behind base64 once more; the ExternalSecret does that, the "
				      "vault has the plain file\n", begin);
	else if (is_credentials(s, k) && s->external)
		kv_buf_printf(p->out, "%sConnect reads it from behind base64 once more, and the ExternalSecret does not encode: "
				      "the vault must have it encoded already\n", begin);
	else if (is_credentials(s, k))
		kv_buf_printf(p->out, "%sConnect reads it from behind base64 once more\n", begin);
	if (s->argo && kv_str_eq(k->name, KV_S("admin.password")))
		kv_buf_printf(p->out, "%sthe field has the bcrypt hash of the password: htpasswd -nbBC 10 \"\" "
				      "\"$(op read op://VAULT/ITEM/password)\" | tr -d ':\\n'\n", begin);
	if (s->argo && kv_str_eq(k->name, KV_S("server.secretkey")))
		kv_buf_printf(p->out, "%sthe field has a random key: openssl rand -hex 32\n", begin);
}

/* Who makes the first value. */
static void print_maker(struct printer *p, const char *begin, const struct flt_bootstrap_secret *s)
{
	kv_str vault = quoted(p, s->of_vault.n ? s->of_vault : s->vault.n ? s->vault : KV_S("VAULT"));
	if (s->connect)
		kv_buf_printf(p->out, "%smade by: op connect server create SERVER --vaults %.*s\n", begin, KV_ARG(vault));
	if (s->token_of == FLT_PROVIDER_CONNECT)
		kv_buf_printf(p->out, "%smade by: op connect token create NAME --server SERVER --vault %.*s\n", begin,
			      KV_ARG(vault));
	if (s->token_of == FLT_PROVIDER_SDK)
		kv_buf_printf(p->out, "%smade by: op service-account create NAME --vault %.*s:read_items\n", begin,
			      KV_ARG(vault));
}

static void print_notes(struct printer *p, const char *begin, const struct flt_bootstrap_secret *s)
{
	krm_val external = s->external ? s->external->obj : krm_nil();
	kv_buf_printf(p->out, "%s%.*s\n", begin, KV_ARG(on_one_line(p, s->reason)));
	if (s->external)
		kv_buf_printf(p->out, "%sbootstrap: true; ExternalSecret %.*s/%.*s makes it, and takes this one over\n",
			      begin, KV_ARG(on_one_line(p, krm_namespace(external))),
			      KV_ARG(on_one_line(p, krm_name(external))));
	else
		kv_buf_printf(p->out, "%snothing in the tree makes it: it can stay in a vault of its own, which the stores do "
				      "not read\n", begin);
	if (s->external && (s->connect || s->token_of))
		kv_buf_printf(p->out, "%swithout that ExternalSecret it could lie in a vault of its own, which the stores do "
				      "not read\n", begin);
	print_maker(p, begin, s);
	if (s->argo && kv_str_eq(s->name, KV_S("argocd-secret")))
		kv_buf_printf(p->out, "%sor leave it to the chart at first: configs.secret.createSecret: true (config.secret.create in Bitnami's), and false once "
				      "the ExternalSecret is synced\n", begin);
}

static void print_secret(struct printer *p, const struct flt_bootstrap_secret *s)
{
	kv_buf_printf(p->out, "   Secret %.*s/%.*s\n", KV_ARG(s->namespace), KV_ARG(s->name));
	print_notes(p, "     ", s);
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct flt_bootstrap_key *k = &s->keys[i];
		kv_buf_printf(p->out, "     key %.*s: %.*s%s\n", KV_ARG(k->name), KV_ARG(quoted(p, reference(p, s, k))),
			      needs_base64(s, k) ? ", behind base64" : "");
		print_key_note(p, "       ", s, k);
	}
}

/* Values go through files that only their owner can read: arguments are seen by all. */
static void print_secret_script(struct printer *p, const struct flt_bootstrap_secret *s)
{
	kv_buf_printf(p->out, "\n# Secret %.*s/%.*s\n", KV_ARG(on_one_line(p, s->namespace)),
		      KV_ARG(on_one_line(p, s->name)));
	print_notes(p, "# ", s);
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct flt_bootstrap_key *k = &s->keys[i];
		print_key_note(p, "# ", s, k);
		kv_buf_printf(p->out, "op read --no-newline %.*s >\"$dir/value%zu\"\n", KV_ARG(quoted(p, reference(p, s, k))), i);
		/* A pipe would hide that op failed. */
		if (needs_base64(s, k))
			kv_buf_printf(p->out, "base64 -w 0 <\"$dir/value%zu\" >\"$dir/encoded\" && mv \"$dir/encoded\" "
					      "\"$dir/value%zu\"\n", i, i);
	}
	kv_buf_printf(p->out, "kubectl create secret generic %.*s --namespace %.*s", KV_ARG(quoted(p, s->name)),
		      KV_ARG(quoted(p, s->namespace)));
	if (s->type.n)
		kv_buf_printf(p->out, " --type %.*s", KV_ARG(quoted(p, s->type)));
	for (size_t i = 0; i < s->nkeys; i++)
		kv_buf_printf(p->out, " \\\n  --from-file=%.*s=\"$dir/value%zu\"", KV_ARG(quoted(p, s->keys[i].name)), i);
	kv_buf_lit(p->out, " \\\n  --dry-run=client --output=yaml | kubectl apply --filename -\n");
}

/* --- namespaces ------------------------------------------------------------------------------------ */

/* Whether what the step of Namespaces applies makes it: one in a file with other things comes later, with them. */
static bool is_made(const struct printer *p, kv_str namespace)
{
	const struct tree_gathered *g = p->gathered;
	for (size_t i = 0; i < g->nfiles; i++) {
		krm_val obj = g->resources.v[i]->obj;
		if (!kv_str_eq(krm_kind(obj), KV_S("Namespace")) || !kv_str_eq(krm_name(obj), namespace))
			continue;
		for (size_t k = 0; k < p->nroots; k++)
			if (p->roots[k].step == STEP_NAMESPACES && kv_str_eq(p->roots[k].file, g->files[i]))
				return true;
	}
	return kv_str_eq(namespace, KV_S("default")) || kv_str_eq(namespace, KV_S("kube-system"));
}

/* The namespaces of the Secrets that are made by hand and that nothing makes before. */
static void find_namespaces(struct printer *p)
{
	for (size_t i = 0; i < p->bootstrap.n; i++) {
		kv_str namespace = p->bootstrap.v[i]->namespace;
		bool known = !namespace.n || is_made(p, namespace);
		for (size_t k = 0; k < p->nnamespaces; k++)
			known |= kv_str_eq(p->namespaces[k], namespace);
		if (!known)
			KV_PUSH(p->job->arena, p->namespaces, p->nnamespaces, p->namespaces_cap, namespace);
	}
}

static void print_namespace(struct printer *p, kv_str namespace, bool script)
{
	kv_buf_printf(p->out, "%skubectl create namespace %.*s --dry-run=client --output=yaml | kubectl apply --filename -\n",
		      script ? "" : "   ", KV_ARG(quoted(p, namespace)));
}

/* --- the steps ------------------------------------------------------------------------------------- */

static bool has_step(const struct printer *p, enum step step)
{
	for (size_t i = 0; i < p->nroots; i++)
		if (p->roots[i].step == step)
			return true;
	return (step == STEP_SECRETS && p->bootstrap.n) || (step == STEP_NAMESPACES && p->nnamespaces);
}

static void print_step(struct printer *p, enum step step, size_t number, bool script)
{
	const char *wave = p->argo_applies ? steps[step].wave : NULL;
	kv_buf_printf(p->out, script ? "\n# %zu. %s\n" : "%zu. %s\n", number, steps[step].title);
	if (wave)
		kv_buf_printf(p->out, "%sargocd.argoproj.io/sync-wave: \"%s\"\n", script ? "# " : "   ", wave);
	for (size_t i = 0; i < p->nroots; i++)
		if (p->roots[i].step == step)
			kv_buf_printf(p->out, "%s%.*s\n", script ? "retry " : "   ",
				      KV_ARG(apply_words(p, &p->roots[i])));
	for (size_t i = 0; step == STEP_NAMESPACES && i < p->nnamespaces; i++)
		print_namespace(p, p->namespaces[i], script);
	for (size_t i = 0; step == STEP_SECRETS && i < p->bootstrap.n; i++)
		(script ? print_secret_script : print_secret)(p, p->bootstrap.v[i]);
}

static void print_begin(struct printer *p, bool script)
{
	if (!script)
		return;
	kv_buf_lit(p->out,
		   "#!/bin/sh\n"
		   "# Brings a new cluster to where external-secrets keeps its Secrets; it can be run again.\n"
		   "set -eu\n"
		   "umask 077\n"
		   "dir=$(mktemp -d)\n"
		   "trap 'rm -rf \"$dir\"' EXIT\n"
		   "\n"
		   "# A webhook or a definition may not be there yet.\n"
		   "retry() {\n"
		   "\tfor i in 1 2 3 4 5 6; do\n"
		   "\t\t\"$@\" && return\n"
		   "\t\tsleep 10\n"
		   "\tdone\n"
		   "\treturn 1\n"
		   "}\n");
}

/* --- what the vaults must have --------------------------------------------------------------------- */

static void print_entry(struct printer *p, struct kv_map *seen, krm_val ref, kv_str vault, const char *more)
{
	kv_str property = krm_str(krm_get(ref, "property"));
	kv_str line = kv_arena_cat(p->job->arena, vault.n ? KV_S("op://") : KV_S(""), vault, vault.n ? KV_S("/") : KV_S(""),
				   krm_str(krm_get(ref, "key")), property.n ? KV_S("/") : KV_S(""), property,
				   kv_str_c(more));
	if (krm_str(krm_get(ref, "key")).n && kv_map_put(seen, line, p))
		return;
	if (krm_str(krm_get(ref, "key")).n)
		kv_buf_printf(p->out, "   %.*s\n", KV_ARG(on_one_line(p, line)));
}

static void print_entries(struct printer *p)
{
	struct krm_resources stores = flt_stores(p->job, &p->gathered->resources);
	struct kv_map seen;
	bool any = false;
	kv_map_init(&seen, p->job->arena);
	for (size_t i = 0; i < p->gathered->resources.n; i++) {
		krm_val obj = p->gathered->resources.v[i]->obj, spec = krm_get(obj, "spec");
		krm_val data = krm_get(spec, "data"), from = krm_get(spec, "dataFrom");
		kv_str vault = flt_external_vault(&stores, obj);
		if (!kv_str_eq(krm_kind(obj), KV_S("ExternalSecret")))
			continue;
		if (!any)
			kv_buf_lit(p->out, "Entries that the ExternalSecrets of the tree read\n");
		any = true;
		for (size_t k = 0; k < krm_list_len(data); k++)
			print_entry(p, &seen, krm_get(data.l->v[k], "remoteRef"), vault, "");
		for (size_t k = 0; k < krm_list_len(from); k++)
			print_entry(p, &seen, krm_get(from.l->v[k], "extract"), vault, " (all fields)");
	}
}

void cli_bootstrap_print(struct kv_job *job, const struct tree_gathered *gathered, kv_str shown_from, bool script,
			 struct kv_buf *out)
{
	struct printer p = { .job = job, .gathered = gathered, .shown_from = shown_from, .out = out };
	size_t number = 0;
	find_roots(&p);
	flt_bootstrap_find(job, &gathered->resources, &p.bootstrap);
	find_namespaces(&p);
	print_begin(&p, script);
	for (int step = 0; step < STEPS; step++)
		if (has_step(&p, (enum step)step))
			print_step(&p, (enum step)step, ++number, script);
	if (!script)
		print_entries(&p);
}

/* --- as findings ----------------------------------------------------------------------------------- */

const struct cli_rule cli_bootstrap_rule = {
	"external-secrets/bootstrap", "bootstrap", "\033[33m",
	"A Secret must be in a new cluster before external-secrets can fetch any"
};

static kv_str message_of(struct printer *p, const struct flt_bootstrap_secret *s)
{
	struct kv_buf out;
	kv_buf_init(&out, p->job->arena, KV_BUF_MAX);
	kv_buf_printf(&out, "Secret %.*s/%.*s: %.*s; ", KV_ARG(s->namespace), KV_ARG(s->name), KV_ARG(s->reason));
	if (s->external)
		kv_buf_printf(&out, "bootstrap: true, ExternalSecret %.*s/%.*s takes the first one over",
			      KV_ARG(krm_namespace(s->external->obj)), KV_ARG(krm_name(s->external->obj)));
	else
		kv_buf_lit(&out, "nothing in the tree makes it");
	for (size_t i = 0; i < s->nkeys; i++)
		kv_buf_printf(&out, "; key %.*s: %.*s%s", KV_ARG(s->keys[i].name), KV_ARG(reference(p, s, &s->keys[i])),
			      needs_base64(s, &s->keys[i]) ? ", behind base64" : "");
	return on_one_line(p, kv_buf_view(&out));
}

/* Positions belong to the job of one path. */
static size_t line_of(const struct cli_findings *f, const struct krm_resource *r)
{
	struct kv_place place;
	bool found = f->repo->nunits == 1 && kv_source_find(f->repo->units[0]->job, r->obj.pos, &place);
	return found ? place.line : 1;
}

void cli_bootstrap_add(struct kv_job *job, const struct tree_gathered *gathered, struct cli_findings *ret)
{
	struct printer p = { .job = job, .gathered = gathered };
	flt_bootstrap_find(job, &gathered->resources, &p.bootstrap);
	for (size_t i = 0; i < p.bootstrap.n; i++) {
		const struct flt_bootstrap_secret *s = p.bootstrap.v[i];
		const struct krm_resource *at = s->external ? s->external : s->user;
		size_t k = 0;
		while (gathered->resources.v[k] != at)
			k++;
		cli_finding_add(ret, (struct cli_finding){ .rule = &cli_bootstrap_rule,
							   .unit = ret->repo->units[0],
							   .path = gathered->files[k],
							   .line = line_of(ret, at),
							   .subject = kv_arena_cat(job->arena, s->namespace, KV_S("/"), s->name),
							   .message = message_of(&p, s) });
	}
}
