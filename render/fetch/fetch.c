/* render/fetch/fetch.c: gets bytes by pin, from the cache, or from the network, in this order. */
#include "render/fetch/fetch.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"
#include "base/program.h"
#include "render/fetch/ahead.h"
#include "render/fetch/checkout.h"
#include "render/fetch/git.h"
#include "render/fetch/helper.h"
#include "render/fetch/index_choose.h"
#include "render/fetch/index_scan.h"
#include "render/fetch/login.h"
#include "render/fetch/oci.h"
#include "render/fetch/partial.h"
#include "render/fetch/provenance.h"
#include "render/semver.h"

/* --- the environment -------------------------------------------------------------------------- */

static void split_commas(struct kv_arena *a, kv_str s, kv_str **ret, size_t *ret_n)
{
	size_t cap = 0;

	*ret = NULL;
	*ret_n = 0;
	while (s.n) {
		size_t comma = kv_str_chr(s, ',');
		kv_str one = kv_str_trim(kv_str_sub(s, 0, comma), " ");

		if (one.n)
			KV_PUSH(a, *ret, *ret_n, cap, one);
		s = comma == SIZE_MAX ? KV_S("") : kv_str_sub(s, comma + 1, s.n);
	}
}

/* `name` in $HELM_CONFIG_HOME, $XDG_CONFIG_HOME/helm or ~/.config/helm, unless the variable names a file (helm:
 * pkg/cli/environment.go, pkg/helmpath). */
static kv_str helm_file(struct kv_arena *a, const char *variable, kv_str name)
{
	kv_str file = kv_env(variable), helm = kv_env("HELM_CONFIG_HOME"),
	       xdg = kv_env("XDG_CONFIG_HOME"), home = kv_env("HOME");

	if (file.n)
		return file;
	if (!helm.n && xdg.n)
		helm = kv_arena_cat(a, xdg, KV_S("/helm"));
	else if (!helm.n && home.n)
		helm = kv_arena_cat(a, home, KV_S("/.config/helm"));
	return helm.n ? kv_arena_cat(a, helm, KV_S("/"), name) : helm;
}

/* A file below the folder that a variable names; empty without one. */
static kv_str below(struct kv_arena *a, kv_str dir, kv_str name)
{
	return dir.n ? kv_arena_cat(a, dir, KV_S("/"), name) : dir;
}

void rnd_fetch_environment(struct kv_job *job, struct rnd_fetch_options *ret)
{
	ret->cache = rnd_cache_default(job);
	split_commas(job->arena, kv_env("KVENDOR_ALLOW_HTTP"), &ret->http.plain, &ret->http.nplain);
	ret->http.patience = strtol(kv_arena_cstr(job->arena, kv_env("KVENDOR_HTTP_TIMEOUT")), NULL, 10);
	if (ret->http.patience < 0)
		ret->http.patience = 0;
	ret->http.netrc = kv_env("NETRC");
	ret->http.docker_helpers = kv_str_eq(kv_env("KVENDOR_CREDENTIAL_HELPERS"), KV_S("docker"));
	ret->http.git_helper = kv_env("KVENDOR_GIT_CREDENTIAL_HELPER");
	ret->repositories = helm_file(job->arena, "HELM_REPOSITORY_CONFIG", KV_S("repositories.yaml"));
	ret->registries[0] = helm_file(job->arena, "HELM_REGISTRY_CONFIG", KV_S("registry/config.json"));
	ret->registries[1] = kv_env("DOCKER_CONFIG").n
				     ? below(job->arena, kv_env("DOCKER_CONFIG"), KV_S("config.json"))
				     : below(job->arena, kv_env("HOME"), KV_S(".docker/config.json"));
	ret->registries[2] = below(job->arena, kv_env("XDG_RUNTIME_DIR"), KV_S("containers/auth.json"));
}

/* --- pins and cache --------------------------------------------------------------------------- */

void rnd_fetcher_init(struct rnd_fetcher *f, struct kv_job *job, const struct rnd_fetch_options *options)
{
	*f = (struct rnd_fetcher){ .job = job, .options = options };
	rnd_pins_init(&f->used, job->arena);
	rnd_pins_init(&f->absent, job->arena);
	kv_map_init(&f->folders, job->arena);
	kv_map_init(&f->ahead, job->arena);
}

static kv_str called(struct rnd_fetcher *f, const struct rnd_pin *p)
{
	if (!p->repository.n)
		return rnd_git_shown(f->job->arena, p->url);
	if (!p->chart.n)
		return kv_arena_cat(f->job->arena, p->version.n ? p->version : KV_S("HEAD"), KV_S(" of "),
				    p->repository);
	return kv_arena_cat(f->job->arena, KV_S("the chart '"), p->chart, KV_S("'"),
			    p->version.n ? KV_S(" ") : KV_S(""), p->version, KV_S(" of "), p->repository);
}

static bool renews(const struct rnd_fetch_options *o, const struct rnd_pin *asked)
{
	if (!o->renew)
		return false;
	for (size_t i = 0; i < o->nrenewed; i++)
		if (kv_str_eq(o->renewed[i], rnd_pin_name(asked)))
			return true;
	return !o->nrenewed;
}

static const struct rnd_pin *find_pin(struct rnd_fetcher *f, const struct rnd_pin *asked)
{
	const struct rnd_pin *mine = rnd_pins_find(&f->used, f->job->arena, asked);

	if (mine || renews(f->options, asked))
		return mine;
	return rnd_pins_find(f->options->pins, f->job->arena, asked);
}

/* Before the network is used. */
static int may_download(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *asked, bool pinned)
{
	if (!pinned && f->options->frozen) {
		kv_error(f->job, pos, "%.*s is not in kvendor.lock, and the lock is frozen",
			 KV_ARG(called(f, asked)));
		kv_note(f->job, 0, "\"kvendor lock\" adds it");
		return -1;
	}
	if (!f->options->offline)
		return 0;
	kv_error_missing(f->job, pos, "%.*s is not in the cache, and --offline forbids downloads",
			 KV_ARG(called(f, asked)));
	kv_note(f->job, 0, "\"kvendor pull\" fills the cache where there is a network");
	return -1;
}

static int check_digest(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, kv_str wanted, kv_str got,
			const char *who)
{
	if (kv_str_eq(wanted, got))
		return 0;
	kv_error(f->job, pos, "%.*s: the bytes are not those that %s names", KV_ARG(called(f, p)), who);
	kv_note(f->job, 0, "wanted sha256 %.*s", KV_ARG(wanted));
	kv_note(f->job, 0, "got    sha256 %.*s from %.*s", KV_ARG(got),
		KV_ARG(p->url.n ? p->url : p->repository));
	return -1;
}

static int check_pinned(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, kv_str got)
{
	if (check_digest(f, pos, p, p->sha256, got, "kvendor.lock") == 0)
		return 0;
	kv_note(f->job, 0, "if the new bytes are right, \"kvendor lock %.*s\" accepts them",
		KV_ARG(rnd_pin_name(p)));
	return -1;
}

/* How a download is authorised. */
struct access {
	struct rnd_http_login *login;
	struct rnd_oci *oci; /* of a registry; NULL: not in one */
};

static bool in_registry(const struct rnd_pin *p)
{
	return kv_str_starts(p->repository, KV_S("oci://"));
}

/* `login`: what the URL itself said; NULL: nothing. */
static int open_access(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, struct rnd_http_login *login,
		       struct access *ret)
{
	*ret = (struct access){ .login = login };
	if (!p->repository.n || login)
		return 0;
	if (!in_registry(p))
		return rnd_login_find(f->job, f->options, p->repository, &ret->login);
	ret->oci = KV_NEW(f->job->arena, struct rnd_oci);
	return rnd_oci_open(f->job, pos, &f->options->http, p->repository, p->chart, f->options->registries,
			    sizeof f->options->registries / sizeof *f->options->registries, ret->oci);
}

static int request(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, const struct access *access,
		   struct rnd_partial *partial, struct rnd_http_reply *ret)
{
	struct rnd_http_request request = { .pos = pos,
					    .url = p->url,
					    .login = access->login,
					    .limit = f->job->limits.archive_bytes,
					    .partial = partial };

	return access->oci ? rnd_oci_get(access->oci, p->url, KV_S(""), request.limit, partial, ret)
			   : rnd_http_get(f->job, &f->options->http, &request, ret);
}

/* `wanted` may be empty. Where it is not, and an earlier run's part of the bytes turns out to be no part of it, all come again. */
static int download(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, const struct access *access,
		    kv_str wanted, kv_str *ret, kv_str *ret_sha256)
{
	struct rnd_partial partial;
	struct rnd_http_reply reply;
	int got;

	rnd_partial_open(&partial, f->job, &f->options->cache, p->url, f->job->limits.archive_bytes);
	got = request(f, pos, p, access, &partial, &reply);
	if (got == 0 && reply.resumed && wanted.n &&
	    !kv_str_eq(kv_digest_hex(f->job->arena, KV_SHA256, reply.body), wanted)) {
		rnd_partial_begin(&partial, KV_S(""));
		got = request(f, pos, p, access, &partial, &reply);
	}
	rnd_partial_end(&partial, got < 0);
	if (got < 0)
		return -1;
	*ret = reply.body;
	*ret_sha256 = kv_digest_hex(f->job->arena, KV_SHA256, reply.body);
	return 0;
}

/* The bytes of a pin. */
static int get_pinned(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p, struct rnd_http_login *login,
		      kv_str *ret)
{
	struct access access;
	kv_str sha256;

	if (rnd_cache_get(f->job, &f->options->cache, p->sha256, ret)) {
		rnd_pins_put(&f->used, p);
		return 0;
	}
	if (may_download(f, pos, p, true) < 0 || open_access(f, pos, p, login, &access) < 0 ||
	    download(f, pos, p, &access, p->sha256, ret, &sha256) < 0)
		return -1;
	if (check_pinned(f, pos, p, sha256) < 0)
		return -1;
	rnd_cache_put(f->job, &f->options->cache, sha256, *ret);
	rnd_pins_put(&f->used, p);
	return 0;
}

/* The bytes that are there now, and the pin for them. */
static int get_new(struct rnd_fetcher *f, kv_pos pos, struct rnd_pin *p, const struct access *access,
		   kv_str digest, kv_str *ret)
{
	if (digest.n && rnd_cache_get(f->job, &f->options->cache, digest, ret)) {
		p->sha256 = digest;
	} else {
		if (download(f, pos, p, access, digest, ret, &p->sha256) < 0 ||
		    (digest.n &&
		     check_digest(f, pos, p, digest, p->sha256,
				  in_registry(p) ? "the registry's manifest" : "the repository's index") < 0))
			return -1;
		rnd_cache_put(f->job, &f->options->cache, p->sha256, *ret);
	}
	rnd_pins_put(&f->used, p);
	return 0;
}

/* --- Git -------------------------------------------------------------------------------------- */

static struct rnd_pin git_pin(struct rnd_fetcher *f, const struct rnd_git_url *url)
{
	return (struct rnd_pin){ .repository = rnd_git_shown(f->job->arena, url->repository),
				 .version = url->ref,
				 .submodules = url->no_submodules ? KV_S("false") : KV_S("") };
}

static int find_git_login(void *arg, kv_str repository, struct rnd_http_login **ret)
{
	struct rnd_fetcher *f = arg;

	*ret = rnd_http_login_for(f->job, &f->options->http, repository);
	if (*ret || !f->options->http.git_helper.n)
		return 0;
	if (rnd_git_helper(f->job, 0, f->options->http.git_helper, repository, ret) < 0)
		return -1;
	if (*ret)
		(*ret)->url = repository;
	return 0;
}

/* The text of a checkout that is not in the cache: the pinned commit's, or the one the reference means now, which is pinned. */
static int get_checkout(struct rnd_fetcher *f, kv_pos pos, const struct rnd_git_url *url, struct rnd_pin *pin,
			bool pinned, kv_str *ret)
{
	struct rnd_http_options http = f->options->http;
	struct rnd_git git = { .job = f->job, .pos = pos, .http = &http };
	struct rnd_git_url wanted = *url;
	kv_str commit, sha256;

	/* Whoever gave a time may want less patience; what is allowed at most stays. */
	if (url->timeout && url->timeout / 1000000000 < INT16_MAX)
		http.patience = (long)(url->timeout / 1000000000) + (url->timeout < 1000000000);
	if (pinned)
		wanted.ref = pin->resolved;
	if (http.git_helper.n || http.nlogins) {
		git.login = find_git_login;
		git.arg = f;
	}
	if ((!rnd_git_is_local(url) || (!pinned && f->options->frozen)) &&
	    may_download(f, pos, pin, pinned) < 0)
		return -1;
	if (rnd_git_get(&git, &wanted, &commit, ret) < 0) {
		kv_note(f->job, 0, "while %.*s was looked for", KV_ARG(called(f, pin)));
		return -1;
	}
	sha256 = kv_digest_hex(f->job->arena, KV_SHA256, *ret);
	if (pinned && check_pinned(f, pos, pin, sha256) < 0)
		return -1;
	pin->resolved = commit;
	pin->sha256 = sha256;
	rnd_cache_put(f->job, &f->options->cache, sha256, *ret);
	return 0;
}

/* Where it is pinned, the cache has it as a rule. */
int rnd_fetch_checkout(struct rnd_fetcher *f, kv_pos pos, const struct rnd_git_url *url, kv_str *ret)
{
	struct rnd_pin pin = git_pin(f, url);
	const struct rnd_pin *found = find_pin(f, &pin);

	if (found)
		pin = *found;
	if (!(found && rnd_cache_get(f->job, &f->options->cache, pin.sha256, ret)) &&
	    get_checkout(f, pos, url, &pin, found != NULL, ret) < 0)
		return -1;
	rnd_pins_put(&f->used, &pin);
	return 0;
}

int rnd_fetch_git(struct rnd_fetcher *f, kv_pos pos, const struct rnd_git_url *url, kv_str *ret_dir)
{
	const struct rnd_ahead *ahead = rnd_ahead_take(f, pos, &(struct rnd_wanted){ .git = url });
	struct rnd_pin pin = git_pin(f, url);
	const struct rnd_pin *found = find_pin(f, &pin);
	kv_str text = ahead ? ahead->bytes : KV_S(""), *dir;

	if (ahead && ahead->got < 0)
		return -1;
	dir = found ? kv_map_get(&f->folders, found->sha256) : NULL;
	if (!dir) {
		dir = KV_NEW(f->job->arena, kv_str);
		if ((!ahead && rnd_fetch_checkout(f, pos, url, &text) < 0) ||
		    rnd_checkout_unpack(f->job, pos, text, dir) < 0)
			return -1;
		found = find_pin(f, &pin);
		kv_map_put(&f->folders, found->sha256, dir);
	}
	pin = *found;
	rnd_pins_put(&f->used, &pin);
	*ret_dir = *dir;
	return 0;
}

/* "kustomize/v5.1.0" is the version 5.1.0 among the tags that begin with "kustomize/v". */
static kv_str version_in(kv_str tag, kv_str *ret_prefix)
{
	size_t slash = kv_str_rchr(tag, '/'), at = slash == SIZE_MAX ? 0 : slash + 1;

	at += at < tag.n && tag.p[at] == 'v';
	*ret_prefix = kv_str_sub(tag, 0, at);
	return kv_str_sub(tag, at, tag.n);
}

/* A tag with all three numbers. */
static kv_str newest_tag(struct kv_arena *a, kv_str now, const kv_str *tags, size_t n)
{
	kv_str prefix, other, best = version_in(now, &prefix), error;
	struct rnd_semver v;

	for (size_t i = 0; i < n; i++) {
		kv_str version = version_in(tags[i], &other);

		if (kv_str_eq(other, prefix) && rnd_semver_parse_strict(a, version, &v, &error) == 0 && !v.pre.n &&
		    rnd_semver_newer(a, version, best)) {
			best = version;
			now = tags[i];
		}
	}
	return now;
}

struct listing {
	kv_str *tags, branch;
	size_t n;
};

static int list_references(struct rnd_fetcher *f, kv_str repository, kv_str ref, struct listing *ret)
{
	struct rnd_git git = { .job = f->job, .http = &f->options->http };
	struct rnd_git_url url = { .repository = repository, .ref = ref };
	struct rnd_pin pin = { .repository = repository, .version = ref };

	if (f->options->http.git_helper.n || f->options->http.nlogins) {
		git.login = find_git_login;
		git.arg = f;
	}
	if (f->options->offline && !rnd_git_is_local(&url))
		return may_download(f, 0, &pin, true);
	if (rnd_git_list(&git, &url, &ret->tags, &ret->n, &ret->branch) == 0)
		return 0;
	kv_note(f->job, 0, "while the tags of %.*s were looked for",
		KV_ARG(rnd_git_shown(f->job->arena, repository)));
	return -1;
}

int rnd_fetch_newest_git(struct rnd_fetcher *f, const struct rnd_pin *pin, kv_str *ret_fitting, kv_str *ret_newest)
{
	struct listing l;
	struct rnd_semver v;
	kv_str prefix, error;

	if (list_references(f, pin->repository, pin->version, &l) < 0)
		return -1;
	*ret_fitting = *ret_newest = l.branch.n ? l.branch : pin->version;
	if (!l.branch.n && rnd_semver_parse_strict(f->job->arena, version_in(pin->version, &prefix), &v, &error) == 0)
		*ret_newest = newest_tag(f->job->arena, pin->version, l.tags, l.n);
	return 0;
}

int rnd_fetch_has_reference(struct rnd_fetcher *f, kv_str repository, kv_str ref, bool *ret)
{
	struct listing l;

	if (list_references(f, repository, ref, &l) < 0)
		return -1;
	*ret = l.branch.n || (ref.n == 40 && strspn(kv_arena_cstr(f->job->arena, ref), "0123456789abcdef") == 40);
	for (size_t i = 0; i < l.n; i++)
		*ret |= kv_str_eq(l.tags[i], ref);
	return 0;
}

/* --- URLs ------------------------------------------------------------------------------------- */

int rnd_fetch_url(struct rnd_fetcher *f, kv_pos pos, kv_str url, kv_str *ret)
{
	struct access access = { 0 };
	struct rnd_pin asked = { .url = rnd_login_cut(f->job, url, &access.login) };
	const struct rnd_ahead *ahead = rnd_ahead_take(f, pos, &(struct rnd_wanted){ .url = url });
	const struct rnd_pin *pin = find_pin(f, &asked);

	if (ahead) {
		*ret = ahead->bytes;
		return ahead->got;
	}
	if (pin)
		return get_pinned(f, pos, pin, access.login, ret);
	return may_download(f, pos, &asked, false) < 0 ? -1
						       : get_new(f, pos, &asked, &access, KV_S(""), ret);
}

int rnd_fetch_either(struct rnd_fetcher *f, kv_pos pos, kv_str url, const struct rnd_git_url *git,
		     enum rnd_fetch_kind *ret_kind, kv_str *ret_body)
{
	struct rnd_http_login *login;
	struct rnd_pin asked = { .url = rnd_login_cut(f->job, url, &login) }, as_git = git_pin(f, git);
	struct rnd_http_request request = { .pos = pos,
					    .url = asked.url,
					    .login = login,
					    .limit = f->job->limits.archive_bytes,
					    .tried = true };
	struct rnd_http_reply reply;
	struct rnd_partial partial;
	const struct rnd_ahead *ahead = rnd_ahead_take(f, pos, &(struct rnd_wanted){ .url = url, .git = git });
	int got;

	*ret_kind = RND_FETCH_FILE;
	if (ahead) {
		*ret_kind = ahead->kind;
		*ret_body = ahead->bytes;
		return ahead->got;
	}
	if (find_pin(f, &asked))
		return rnd_fetch_url(f, pos, url, ret_body);
	rnd_pins_put(&f->absent, &asked);
	if (find_pin(f, &as_git)) {
		*ret_kind = RND_FETCH_REPOSITORY;
		return 0;
	}
	if (may_download(f, pos, &asked, false) < 0)
		return -1;
	rnd_partial_open(&partial, f->job, &f->options->cache, asked.url, request.limit);
	request.partial = &partial;
	got = rnd_http_get(f->job, &f->options->http, &request, &reply);
	rnd_partial_end(&partial, got < 0);
	if (got < 0)
		return -1;
	*ret_kind = reply.status == 200 ? RND_FETCH_FILE : RND_FETCH_REPOSITORY;
	*ret_body = reply.body;
	return 0;
}

void rnd_fetch_accept(struct rnd_fetcher *f, kv_str url, kv_str body)
{
	struct rnd_http_login *login;
	struct rnd_pin pin = { .url = rnd_login_cut(f->job, url, &login),
			       .sha256 = kv_digest_hex(f->job->arena, KV_SHA256, body) };

	rnd_cache_put(f->job, &f->options->cache, pin.sha256, body);
	rnd_pins_put(&f->used, &pin);
}

/* --- charts ----------------------------------------------------------------------------------- */

static bool take_piece(void *arg, kv_str piece)
{
	return rnd_index_scan_add(arg, piece);
}

static void restart(void *arg)
{
	struct rnd_index_scan *s = arg;

	rnd_index_scan_init(s, s->arena, s->chart, s->found.limit);
}

/* A chart's lines of an index as the cache keeps them: what the server calls the index's state, then the lines. */
static void open_kept(kv_str kept, kv_str *ret_etag, kv_str *ret_modified, kv_str *ret_lines)
{
	*ret_etag = *ret_modified = *ret_lines = KV_S("");
	if (kv_str_line(&kept, ret_etag) && kv_str_line(&kept, ret_modified))
		*ret_lines = kept;
}

/* The chart's lines of the index; those of the cache where the server says that they still hold. */
static int index_lines(struct rnd_fetcher *f, kv_pos pos, const struct rnd_chart_asked *asked, kv_str url,
		       struct rnd_http_login *login, kv_str *ret)
{
	kv_str key = kv_arena_cat(f->job->arena, KV_S("index\n"), url, KV_S("\n"), asked->name),
	       kept = KV_S(""), lines;
	struct rnd_index_scan scan;
	struct rnd_http_request request = {
		.pos = pos,
		.url = url,
		.login = login,
		.limit = f->job->limits.file_bytes,
		.text = true,
		.take = take_piece,
		.restart = restart,
		.arg = &scan,
	};
	struct rnd_http_reply reply;

	rnd_index_scan_init(&scan, f->job->arena, asked->name, f->job->limits.document_bytes);
	if (rnd_cache_get_named(f->job, &f->options->cache, key, &kept))
		open_kept(kept, &request.etag, &request.modified, &lines);
	if (rnd_http_get(f->job, &f->options->http, &request, &reply) < 0)
		return -1;
	if (reply.unchanged) {
		*ret = lines;
		return 0;
	}
	*ret = rnd_index_scan_end(&scan);
	if (reply.etag.n || reply.modified.n)
		rnd_cache_put_named(f->job, &f->options->cache, key,
				    kv_arena_cat(f->job->arena, reply.etag, KV_S("\n"), reply.modified,
						 KV_S("\n"), *ret));
	return 0;
}

/* Where the archive is, by the repository's index. Relative URLs begin at the repository (helm: pkg/repo,
 * ResolveReferenceURL). */
static int look_up(struct rnd_fetcher *f, kv_pos pos, const struct rnd_chart_asked *asked,
		   struct rnd_http_login *login, struct rnd_pin *pin, kv_str *ret_digest)
{
	kv_str base = kv_arena_cat(f->job->arena, kv_str_without_end(asked->repository, KV_S("/")), KV_S("/")), lines;
	kv_str url = kv_arena_cat(f->job->arena, base, KV_S("index.yaml"));
	struct rnd_index_version v;

	if (index_lines(f, pos, asked, url, login, &lines) < 0 ||
	    rnd_index_choose(f->job, pos, url, lines, asked->name, asked->version, asked->devel, &v) < 0 ||
	    rnd_url_resolve(f->job, pos, base, v.url, &pin->url) < 0)
		return -1;
	pin->resolved = v.version;
	*ret_digest = v.digest;
	return 0;
}

static int get_chart(struct rnd_fetcher *f, kv_pos pos, const struct rnd_chart_asked *asked,
		     struct rnd_pin *pin, struct rnd_http_login *login, kv_str *ret)
{
	struct access access;
	kv_str digest;

	if (may_download(f, pos, pin, false) < 0 || open_access(f, pos, pin, login, &access) < 0)
		return -1;
	if (access.oci ? rnd_oci_find(access.oci, asked->version, asked->devel, pin, &digest) < 0
		       : look_up(f, pos, asked, access.login, pin, &digest) < 0) {
		kv_note(f->job, 0, "while %.*s was looked for", KV_ARG(called(f, pin)));
		return -1;
	}
	return get_new(f, pos, pin, &access, digest, ret);
}

/* --- provenance ------------------------------------------------------------------------------- */

/* A few lines. */
#define PROVENANCE_MOST ((size_t)1 << 20)

static int download_provenance(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p,
			       struct rnd_http_login *login, kv_str *ret)
{
	struct access access;
	struct rnd_pin again = *p;
	struct rnd_http_reply reply;
	kv_str digest;
	struct rnd_http_request request = { .pos = pos, .limit = PROVENANCE_MOST };

	if (open_access(f, pos, p, login, &access) < 0)
		return -1;
	if (!access.oci) {
		request.url = kv_arena_cat(f->job->arena, p->url, KV_S(".prov"));
		request.login = access.login;
		if (rnd_http_get(f->job, &f->options->http, &request, &reply) < 0)
			return -1;
	} else if (rnd_oci_find(access.oci, p->version, false, &again, &digest) < 0) {
		return -1;
	} else if (!access.oci->provenance.n || !kv_str_eq(again.resolved, p->resolved)) {
		return kv_error_missing(f->job, pos, "the registry has no provenance file of it");
	} else if (rnd_oci_get(access.oci, access.oci->provenance, KV_S(""), PROVENANCE_MOST, NULL, &reply) < 0) {
		return -1;
	}
	*ret = reply.body;
	return 0;
}

/* With a keyring, every chart must be signed by one of its keys. */
static int check_provenance(struct rnd_fetcher *f, kv_pos pos, const struct rnd_pin *p,
			    struct rnd_http_login *login)
{
	kv_str key = kv_arena_cat(f->job->arena, KV_S("provenance\n"), p->chart, KV_S("\n"), p->resolved,
				  KV_S("\n"), p->sha256),
	       text;
	bool kept;

	if (!f->options->keyring.n)
		return 0;
	kept = rnd_cache_get_named(f->job, &f->options->cache, key, &text);
	if (!kept && f->options->offline)
		return kv_error_missing(f->job, pos,
					"the provenance file of %.*s is not in the cache, and --offline forbids downloads",
					KV_ARG(called(f, p)));
	if ((!kept && download_provenance(f, pos, p, login, &text) < 0) ||
	    rnd_provenance_check(f->job, pos, f->options->keyring, p, text) < 0) {
		kv_note(f->job, 0, "while the signature of %.*s was looked for, which a keyring asks for",
			KV_ARG(called(f, p)));
		return -1;
	}
	if (!kept)
		rnd_cache_put_named(f->job, &f->options->cache, key, text);
	return 0;
}

int rnd_fetch_chart(struct rnd_fetcher *f, kv_pos pos, const struct rnd_chart_asked *given,
		    kv_str *ret_archive, kv_str *ret_version)
{
	const struct rnd_ahead *ahead = rnd_ahead_take(f, pos, &(struct rnd_wanted){ .chart = *given });
	struct rnd_http_login *login;
	struct rnd_chart_asked asked = *given;

	if (ahead) {
		*ret_archive = ahead->bytes;
		*ret_version = ahead->version;
		return ahead->got;
	}
	asked.repository = rnd_login_cut(f->job, given->repository, &login);
	struct rnd_pin pin = { .chart = asked.name, .repository = asked.repository, .version = asked.version };
	const struct rnd_pin *found = find_pin(f, &pin);

	if (found ? get_pinned(f, pos, found, login, ret_archive) < 0
		  : get_chart(f, pos, &asked, &pin, login, ret_archive) < 0)
		return -1;
	if (check_provenance(f, pos, found ? found : &pin, login) < 0)
		return -1;
	*ret_version = found ? found->resolved : pin.resolved;
	return 0;
}

bool rnd_fetch_needs_network(struct rnd_fetcher *f, const struct rnd_chart_asked *chart, kv_str url,
			     const struct rnd_git_url *git)
{
	struct rnd_http_login *login;
	struct rnd_pin asked = { 0 }, as_git = { 0 };
	const struct rnd_pin *pin;

	if (chart->name.n)
		asked = (struct rnd_pin){ .chart = chart->name,
					  .repository = rnd_login_cut(f->job, chart->repository, &login),
					  .version = chart->version };
	else
		asked.url = rnd_login_cut(f->job, url, &login);
	if (git)
		as_git = git_pin(f, git);
	pin = find_pin(f, chart->name.n || url.n ? &asked : &as_git);
	if (pin)
		return !rnd_cache_has(f->job, &f->options->cache, pin->sha256);
	return !git || (url.n ? !find_pin(f, &as_git) : !rnd_git_is_local(git));
}

/* The version that is wanted now, in an index or a registry. */
static int choose_again(struct rnd_fetcher *f, const struct rnd_pin *pin, const struct access *access,
			kv_str version, kv_str *ret)
{
	struct rnd_chart_asked asked = { .name = pin->chart, .repository = pin->repository };
	kv_str url = kv_arena_cat(f->job->arena, kv_str_without_end(pin->repository, KV_S("/")), KV_S("/index.yaml")), lines;
	struct rnd_index_version v;

	if (access->oci)
		return rnd_oci_choose(access->oci, version, false, ret);
	if (index_lines(f, 0, &asked, url, access->login, &lines) < 0 ||
	    rnd_index_choose(f->job, 0, url, lines, pin->chart, version, false, &v) < 0)
		return -1;
	*ret = v.version;
	return 0;
}

int rnd_fetch_newest(struct rnd_fetcher *f, const struct rnd_pin *pin, kv_str *ret_fitting,
		     kv_str *ret_newest)
{
	struct access access;
	struct rnd_http_login *login;
	struct rnd_pin clean = *pin;

	clean.repository = rnd_login_cut(f->job, pin->repository, &login);
	if (f->options->offline)
		return may_download(f, 0, &clean, true);
	*ret_fitting = pin->resolved;
	if (open_access(f, 0, &clean, login, &access) < 0 ||
	    (!rnd_oci_digest(pin->version).n &&
	     choose_again(f, &clean, &access, pin->version, ret_fitting) < 0) ||
	    choose_again(f, &clean, &access, KV_S(""), ret_newest) < 0)
		return -1;
	return 0;
}
