/* render/fetch/oci.c: lists tags, reads manifests and gets tokens from OCI registries. */
#include "render/fetch/oci.h"

#include "base/base64.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"
#include "krm/json.h"
#include "render/fetch/cache.h"
#include "render/fetch/helper.h"
#include "render/semver.h"

/* A manifest or a list of tags; registries refuse manifests above 4 MiB. */
#define DOCUMENT_MOST ((size_t)4 << 20)
/* Pages of tags; the largest public chart has some thousands, a hundred a page. */
#define PAGES_MOST 100

#define MANIFESTS                                                                                            \
	"application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
#define PROVENANCE_LAYER "application/vnd.cncf.helm.chart.provenance.v1.prov"
#define CHART_LAYER "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
/* What charts pushed by Helm before 3.7 have. */
#define CHART_LAYER_OLD "application/tar+gzip"

/* --- logins ----------------------------------------------------------------------------------- */

static int read_json(struct kv_job *job, kv_pos pos, kv_str name, kv_str text, krm_val *ret)
{
	kv_str error;
	size_t offset;

	if (krm_json_read(job, text, KRM_JSON_EXACT, ret, &error, &offset) == 0)
		return 0;
	return kv_error_missing(job, pos, "%.*s: %.*s", KV_ARG(name), KV_ARG(error));
}

struct rnd_http_login *rnd_oci_login(struct kv_job *job, kv_str auth)
{
	struct rnd_http_login *login = KV_NEW(job->arena, struct rnd_http_login);
	struct kv_buf text;
	size_t bad, colon;
	kv_str s;

	kv_buf_init(&text, job->arena, KV_BUF_MAX);
	if (!auth.n || !kv_base64_decode(&text, auth, false, &bad))
		return NULL;
	s = kv_buf_view(&text);
	colon = kv_str_chr(s, ':');
	if (colon == SIZE_MAX)
		return NULL;
	login->user = kv_str_sub(s, 0, colon);
	login->password = kv_str_sub(s, colon + 1, s.n);
	return login;
}

/* What Docker's configuration says about programs that keep logins: for this registry, or for all. */
static int ask_helper(struct rnd_oci *o, krm_val doc)
{
	kv_str name = krm_str(krm_get_str(krm_get(doc, "credHelpers"), o->host));

	if (!name.n)
		name = krm_str(krm_get(doc, "credsStore"));
	if (name.n && !o->http->docker_helpers)
		o->helper = name;
	return name.n && o->http->docker_helpers ? rnd_docker_helper(o->job, o->pos, name, o->host, &o->login)
						 : 0;
}

/* The entry of the registry in the first file that has one. Docker's is written as a URL. */
static int find_login(struct rnd_oci *o, const kv_str *files, size_t nfiles)
{
	kv_str hub = KV_S("https://index.docker.io/v1/"), text;
	krm_val doc, auths, entry;

	for (size_t i = 0; !o->login && i < nfiles; i++) {
		if (!files[i].n || kv_file_kind(files[i]) != KV_FILE_REGULAR)
			continue;
		if (kv_file_read_unnoted(o->job, files[i], &text) < 0 ||
		    read_json(o->job, 0, files[i], text, &doc) < 0)
			return -1;
		if (ask_helper(o, doc) < 0)
			return -1;
		if (o->login)
			break;
		auths = krm_get(doc, "auths");
		entry = krm_get_str(auths, o->host);
		if (entry.kind == KRM_NIL && kv_str_eq(o->host, KV_S("registry-1.docker.io")))
			entry = krm_get_str(auths, hub);
		o->login = rnd_oci_login(o->job, krm_str(krm_get(entry, "auth")));
	}
	return 0;
}

static bool plain(const struct rnd_http_options *http, kv_str host)
{
	kv_str name = kv_str_sub(host, 0, kv_str_rchr(host, ':'));

	for (size_t i = 0; i < http->nplain; i++)
		if (kv_str_eq(http->plain[i], host) || kv_str_eq(http->plain[i], name))
			return true;
	return false;
}

int rnd_oci_open(struct kv_job *job, kv_pos pos, const struct rnd_http_options *http, kv_str repository,
		 kv_str chart, const kv_str *files, size_t nfiles, struct rnd_oci *ret)
{
	kv_str rest = kv_str_trim(kv_str_sub(repository, strlen("oci://"), repository.n), "/");
	size_t slash = kv_str_chr(rest, '/');
	kv_str path = slash == SIZE_MAX ? KV_S("") : kv_str_sub(rest, slash + 1, rest.n);

	*ret = (struct rnd_oci){ .job = job, .pos = pos, .http = http, .host = kv_str_sub(rest, 0, slash) };
	if (!ret->host.n)
		return kv_error(job, pos, "'%.*s' names no registry", KV_ARG(repository));
	if (kv_str_eq(ret->host, KV_S("docker.io")))
		ret->host = KV_S("registry-1.docker.io");
	ret->path = path.n ? kv_arena_cat(job->arena, path, KV_S("/"), chart) : chart;
	ret->base = kv_arena_cat(job->arena, plain(http, ret->host) ? KV_S("http://") : KV_S("https://"),
				 ret->host, KV_S("/v2/"), ret->path);
	ret->login = rnd_http_login_for(job, http, repository);
	return find_login(ret, files, nfiles);
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* name="value" of a challenge; values are quoted, or end at a comma. */
static kv_str parameter(struct kv_arena *a, kv_str challenge, const char *name)
{
	kv_str key = kv_arena_cat(a, kv_str_c(name), KV_S("=\""));
	size_t at = kv_str_find(challenge, key, 0), end;

	if (at == SIZE_MAX)
		return KV_S("");
	at += key.n;
	end = kv_str_find(challenge, KV_S("\""), at);
	return kv_str_sub(challenge, at, end);
}

static void add_escaped(struct kv_buf *out, kv_str s)
{
	static const char *const kept =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/";

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] && strchr(kept, s.p[i]))
			kv_buf_c(out, s.p[i]);
		else
			kv_buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.p[i]);
}

static kv_str token_url(struct rnd_oci *o, kv_str realm, kv_str service)
{
	struct kv_buf out;

	kv_buf_init(&out, o->job->arena, KV_BUF_MAX);
	kv_buf_str(&out, realm);
	kv_buf_str(&out,
		   kv_str_has(realm, KV_S("?")) ? KV_S("&scope=repository:") : KV_S("?scope=repository:"));
	add_escaped(&out, o->path);
	kv_buf_lit(&out, ":pull");
	if (service.n) {
		kv_buf_lit(&out, "&service=");
		add_escaped(&out, service);
	}
	return kv_buf_view(&out);
}

/* The login goes to the place of tokens that the registry names: that is how registries work. */
static struct rnd_http_login *login_for(struct rnd_oci *o, kv_str url)
{
	struct rnd_http_login *login = NULL;

	if (o->login) {
		login = KV_NEW(o->job->arena, struct rnd_http_login);
		*login = *o->login;
		login->url = url;
	}
	return login;
}

static int get_token(struct rnd_oci *o, const struct rnd_http_reply *refusal)
{
	kv_str realm = parameter(o->job->arena, refusal->challenge, "realm"),
	       url = token_url(o, realm, parameter(o->job->arena, refusal->challenge, "service"));
	struct rnd_http_request request = { .pos = o->pos,
					    .url = url,
					    .login = login_for(o, url),
					    .limit = DOCUMENT_MOST,
					    .public = !refusal->private };
	struct rnd_http_reply reply;
	krm_val doc;

	if (!realm.n)
		return kv_error_missing(o->job, o->pos, "%.*s asks for a login in a way that kvendor does not support",
					KV_ARG(o->host));
	if (rnd_http_get(o->job, o->http, &request, &reply) < 0 ||
	    read_json(o->job, o->pos, realm, reply.body, &doc) < 0)
		return -1;
	o->bearer = krm_str(krm_get(doc, "token"));
	if (!o->bearer.n)
		o->bearer = krm_str(krm_get(doc, "access_token"));
	if (o->bearer.n)
		return 0;
	return kv_error_missing(o->job, o->pos, "%.*s gives no token", KV_ARG(realm));
}

static int answer_challenge(struct rnd_oci *o, const struct rnd_http_reply *refusal)
{
	if (refusal->challenge.n > 7 && strncasecmp(refusal->challenge.p, "Bearer ", 7) == 0)
		return get_token(o, refusal);
	o->basic = o->login != NULL;
	if (o->basic)
		return 0;
	kv_error_missing(o->job, o->pos, "%.*s wants a login", KV_ARG(o->host));
	kv_note(o->job, 0, "docs/sources.md says where logins come from");
	return -1;
}

static int note_helper(const struct rnd_oci *o)
{
	if (o->helper.n)
		kv_note(o->job, 0, "the credential helper %.*s is run with KVENDOR_CREDENTIAL_HELPERS=docker",
			KV_ARG(o->helper));
	return -1;
}

/* Logins and tokens are for this repository: whoever names a URL, a lock or the registry itself, cannot lead them elsewhere.
 * A token may have been refused, or have expired: one more try with a new one. */
int rnd_oci_get(struct rnd_oci *o, kv_str url, kv_str accept, size_t limit, struct rnd_partial *partial, struct rnd_http_reply *ret)
{
	if (!kv_str_starts(url, kv_arena_cat(o->job->arena, o->base, KV_S("/"))))
		return kv_error_missing(o->job, o->pos, "%.*s does not lie in %.*s", KV_ARG(url),
					KV_ARG(o->base));
	for (int try = 0;; try++) {
		struct rnd_http_request request = { .pos = o->pos,
						    .url = url,
						    .accept = accept,
						    .bearer = o->bearer,
						    .login = o->basic ? login_for(o, o->base) : NULL,
						    .limit = limit,
						    .partial = partial,
						    .challenged = try == 0 };

		if (rnd_http_get(o->job, o->http, &request, ret) < 0)
			return -1;
		if (ret->status != 401)
			return 0;
		if (answer_challenge(o, ret) < 0)
			return note_helper(o);
	}
}

/* --- versions --------------------------------------------------------------------------------- */

/* "+" cannot be in a tag: "_" stands for it (helm#10166). */
static kv_str swapped(struct kv_arena *a, kv_str s, char from, char to)
{
	char *p = kv_arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] == from)
			p[i] = to;
	return kv_str_of(p, s.n);
}

struct versions {
	kv_str *v;
	size_t n, cap;
};

/* Other tags, such as "latest", are no versions. */
static void add_tag(struct rnd_oci *o, struct versions *all, kv_str tag)
{
	kv_str version = swapped(o->job->arena, tag, '_', '+'), error;
	struct rnd_semver v;

	if (rnd_semver_parse_strict(o->job->arena, version, &v, &error) == 0)
		KV_PUSH(o->job->arena, all->v, all->n, all->cap, version);
}

/* The next page, as the header Link names it: <URL>; rel="next". */
static int next_page(struct rnd_oci *o, const struct rnd_http_reply *reply, kv_str *url)
{
	size_t open = kv_str_chr(reply->link, '<'), close = kv_str_chr(reply->link, '>');

	if (open == SIZE_MAX || close == SIZE_MAX || close < open || !kv_str_has(reply->link, KV_S("next"))) {
		*url = KV_S("");
		return 0;
	}
	return rnd_url_resolve(o->job, o->pos, *url, kv_str_sub(reply->link, open + 1, close), url);
}

/* helm: pkg/registry, Client.Tags and GetTagMatchingVersionOrConstraint. */
int rnd_oci_choose(struct rnd_oci *o, kv_str version, bool devel, kv_str *ret)
{
	kv_str url = kv_arena_cat(o->job->arena, o->base, KV_S("/tags/list")), error;
	const struct rnd_constraints *wanted =
		rnd_constraints_parse(o->job->arena, rnd_version_default(version, devel), &error);
	struct versions all = { 0 };
	size_t found;

	if (!wanted)
		return kv_error(o->job, o->pos, "'%.*s' is not a version: %.*s", KV_ARG(version), KV_ARG(error));
	for (int page = 0; url.n && page < PAGES_MOST; page++) {
		struct rnd_http_reply reply;
		krm_val doc, tags;

		if (rnd_oci_get(o, url, KV_S("application/json"), DOCUMENT_MOST, NULL, &reply) < 0 ||
		    read_json(o->job, o->pos, url, reply.body, &doc) < 0)
			return -1;
		tags = krm_get(doc, "tags");
		for (size_t i = 0; i < krm_list_len(tags); i++)
			add_tag(o, &all, krm_str(tags.l->v[i]));
		if (next_page(o, &reply, &url) < 0)
			return -1;
	}
	found = rnd_version_choose(o->job->arena, all.v, all.n, version, wanted);
	if (found == all.n)
		return kv_error_missing(o->job, o->pos, "%.*s/%.*s has no version %.*s", KV_ARG(o->host),
					KV_ARG(o->path),
					KV_ARG(version.n ? version : KV_S("that is no pre-release")));
	*ret = all.v[found];
	return 0;
}

/* The digest of the layer that is the chart. */
static int find_layer(struct rnd_oci *o, krm_val manifest, kv_str *ret)
{
	krm_val layers = krm_get(manifest, "layers");

	for (size_t i = 0; i < krm_list_len(layers); i++) {
		krm_val type = krm_get(layers.l->v[i], "mediaType");
		kv_str digest = krm_str(krm_get(layers.l->v[i], "digest"));

		if (!krm_is_str(type, CHART_LAYER) && !krm_is_str(type, CHART_LAYER_OLD))
			continue;
		if (!kv_str_starts(digest, KV_S("sha256:")) ||
		    !rnd_is_sha256(kv_str_sub(digest, 7, digest.n)))
			return kv_error_missing(o->job, o->pos, "the manifest's digest '%.*s' is not a SHA-256",
						KV_ARG(digest));
		*ret = kv_str_sub(digest, 7, digest.n);
		return 0;
	}
	return kv_error_missing(o->job, o->pos,
				"%.*s/%.*s is not a chart: the manifest has no layer of type " CHART_LAYER,
				KV_ARG(o->host), KV_ARG(o->path));
}

kv_str rnd_oci_digest(kv_str version)
{
	size_t at = kv_str_rchr(version, '@');
	kv_str digest = at == SIZE_MAX ? version : kv_str_sub(version, at + 1, version.n);

	if (!kv_str_starts(digest, KV_S("sha256:")))
		return KV_S("");
	digest = kv_str_sub(digest, strlen("sha256:"), digest.n);
	return rnd_is_sha256(digest) ? digest : KV_S("");
}

/* The manifest of a tag or digest. */
static int get_manifest(struct rnd_oci *o, kv_str reference, kv_str digest, krm_val *ret)
{
	kv_str url = kv_arena_cat(o->job->arena, o->base, KV_S("/manifests/"), reference), got;
	struct rnd_http_reply reply;

	if (rnd_oci_get(o, url, KV_S(MANIFESTS), DOCUMENT_MOST, NULL, &reply) < 0)
		return -1;
	got = kv_digest_hex(o->job->arena, KV_SHA256, reply.body);
	if (digest.n && !kv_str_eq(got, digest)) {
		kv_error(o->job, o->pos, "%.*s: the manifest is not the one that the version names", KV_ARG(url));
		kv_note(o->job, 0, "got    sha256 %.*s", KV_ARG(got));
		return -1;
	}
	o->manifest = got;
	return read_json(o->job, o->pos, url, reply.body, ret);
}

static kv_str provenance_of(struct rnd_oci *o, krm_val manifest)
{
	krm_val layers = krm_get(manifest, "layers");

	for (size_t i = 0; i < krm_list_len(layers); i++)
		if (krm_is_str(krm_get(layers.l->v[i], "mediaType"), PROVENANCE_LAYER))
			return kv_arena_cat(o->job->arena, o->base, KV_S("/blobs/"),
					    krm_str(krm_get(layers.l->v[i], "digest")));
	return KV_S("");
}

int rnd_oci_find(struct rnd_oci *o, kv_str version, bool devel, struct rnd_pin *pin, kv_str *ret_digest)
{
	struct rnd_semver v;
	kv_str digest = rnd_oci_digest(version), error, chosen = version, reference;
	krm_val manifest;

	/* A version is a tag; anything else has to be looked up. */
	if (!digest.n && (!version.n || rnd_semver_parse(o->job->arena, version, &v, &error) < 0) &&
	    rnd_oci_choose(o, version, devel, &chosen) < 0)
		return -1;
	reference = digest.n ? kv_arena_cat(o->job->arena, KV_S("sha256:"), digest)
			     : swapped(o->job->arena, chosen, '+', '_');
	if (get_manifest(o, reference, digest, &manifest) < 0 || find_layer(o, manifest, ret_digest) < 0)
		return -1;
	o->provenance = provenance_of(o, manifest);
	pin->resolved = kv_str_sub(chosen, 0, kv_str_rchr(chosen, '@'));
	pin->url = kv_arena_cat(o->job->arena, o->base, KV_S("/blobs/sha256:"), *ret_digest);
	return 0;
}
