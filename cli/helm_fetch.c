/* cli/helm_fetch.c: see helm_fetch.h. */
#include "cli/helm_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "render/fetch/fetch.h"
#include "render/fetch/index_scan.h"
#include "render/fetch/oci.h"
#include "tree/lock.h"

struct rnd_repository cli_helm_flags(const struct cli_helm_source *source, kv_str url)
{
	return (struct rnd_repository){ .url = url,
					.username = source->username,
					.password = source->password,
					.cert_file = source->cert_file,
					.key_file = source->key_file,
					.ca_file = source->ca_file,
					.insecure = source->insecure,
					.pass_credentials = source->pass_credentials };
}

static kv_str host_of(kv_str url)
{
	size_t scheme = kv_str_find(url, KV_S("://"), 0), at;
	kv_str host = kv_str_sub(url, scheme == SIZE_MAX ? 0 : scheme + 3, url.n);
	host = kv_str_sub(host, 0, kv_str_chr(host, '/'));
	at = kv_str_rchr(host, '@');
	return at == SIZE_MAX ? host : kv_str_sub(host, at + 1, host.n);
}

static void allow_plain(struct kv_job *job, struct rnd_fetch_options *o, kv_str host)
{
	kv_str *plain = KV_NEW_N(job->arena, kv_str, o->http.nplain + 1);
	for (size_t i = 0; i < o->http.nplain; i++)
		plain[i] = o->http.plain[i];
	plain[o->http.nplain++] = host;
	o->http.plain = plain;
}

static struct rnd_http_login login_of(const struct rnd_repository *r)
{
	return (struct rnd_http_login){ .url = r->url,
					.user = r->username,
					.password = r->password,
					.ca_file = r->ca_file,
					.cert_file = r->cert_file,
					.key_file = r->key_file,
					.everywhere = r->pass_credentials };
}

/* `request`: whether pieces are taken, and how many bytes may come. */
static int get(struct kv_job *job, const struct rnd_repository *r, kv_str url, struct rnd_http_request request,
	       kv_str *ret, kv_str *ret_why)
{
	struct rnd_fetch_options o = { 0 };
	struct rnd_http_login login = login_of(r);
	struct rnd_http_reply reply;
	struct kv_diag_mark mark = kv_diag_mark(job);
	request.url = url;
	request.login = &login;
	request.text = request.tried = true;
	rnd_fetch_environment(job, &o);
	allow_plain(job, &o, host_of(url));
	o.http.insecure = r->insecure;
	if (rnd_http_get(job, &o.http, &request, &reply) < 0) {
		*ret_why = job->last ? job->last->text : KV_S("");
		kv_diag_forget(job, mark);
		return -1;
	}
	*ret = reply.body;
	if (reply.status == 200)
		return 0;
	*ret_why =
		kv_arena_printf(job->arena, "failed to fetch %.*s : %.*s", KV_ARG(url), KV_ARG(reply.reason));
	return -1;
}

int cli_helm_get(struct kv_job *job, const struct rnd_repository *r, kv_str url, size_t limit, kv_str *ret,
		 kv_str *ret_why)
{
	return get(job, r, url, (struct rnd_http_request){ .limit = limit }, ret, ret_why);
}

/* helm: pkg/cli/values/options.go, readFile */
int cli_helm_get_named(struct kv_job *job, kv_str address, kv_str *ret, kv_str *ret_error)
{
	struct rnd_repository place = { .url = address };
	if (!kv_str_starts(address, KV_S("oci://")))
		return cli_helm_get(job, &place, address, job->limits.output_bytes, ret, ret_error);
	*ret_error = kv_arena_cat(job->arena, KV_S("values are not read from registries: "), address);
	return -1;
}

/* --- indexes ---------------------------------------------------------------------------------- */

kv_str cli_helm_index_url(struct kv_arena *a, const struct rnd_repository *r)
{
	return kv_arena_cat(a, r->url, kv_str_ends(r->url, KV_S("/")) ? KV_S("") : KV_S("/"), KV_S("index.yaml"));
}

static bool take_part(void *arg, kv_str piece)
{
	return rnd_index_part_add(arg, piece);
}

static void restart_part(void *arg)
{
	struct rnd_index_part *p = arg;
	rnd_index_part_init(p, p->scan.arena, p->scan.chart, p->scan.found.limit);
}

int cli_helm_get_index(struct kv_job *job, const struct rnd_repository *r, kv_str chart, kv_str *ret,
		       kv_str *ret_why)
{
	struct rnd_index_part part;
	struct rnd_http_request request = {
		.limit = job->limits.file_bytes, .take = take_part, .restart = restart_part, .arg = &part
	};
	kv_str body;
	rnd_index_part_init(&part, job->arena, chart, job->limits.file_bytes);
	if (get(job, r, cli_helm_index_url(job->arena, r), request, &body, ret_why) < 0)
		return -1;
	*ret = rnd_index_part_end(&part);
	return 0;
}

int cli_helm_read_index(struct kv_job *job, kv_str path, kv_str chart, kv_str *ret)
{
	struct rnd_index_part part;
	rnd_index_part_init(&part, job->arena, chart, job->limits.file_bytes);
	if (kv_file_read_pieces(job, path, take_part, &part) < 0)
		return -1;
	*ret = rnd_index_part_end(&part);
	return 0;
}

struct saving {
	int fd;
	bool failed;
};

static bool take_bytes(void *arg, kv_str piece)
{
	struct saving *s = arg;
	s->failed |= kv_write_all(s->fd, piece) < 0;
	return s->failed;
}

static void restart_bytes(void *arg)
{
	struct saving *s = arg;
	s->failed |= ftruncate(s->fd, 0) < 0 || lseek(s->fd, 0, SEEK_SET) < 0;
}

int cli_helm_save_index(struct kv_job *job, const struct rnd_repository *r, kv_str path, kv_str *ret_why)
{
	struct saving s = { .fd = open(kv_arena_cstr(job->arena, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) };
	struct rnd_http_request request = {
		.limit = job->limits.file_bytes, .take = take_bytes, .restart = restart_bytes, .arg = &s
	};
	kv_str body;
	if (s.fd < 0)
		return kv_error_file(job, path, "it cannot be written: %s", strerror(errno));
	int got = get(job, r, cli_helm_index_url(job->arena, r), request, &body, ret_why);
	if (close(s.fd) < 0 || s.failed)
		got = kv_error_file(job, path, "it cannot be written: %s", strerror(errno));
	return got;
}

static int keep(struct kv_job *job, const struct cli_helm_settings *settings, kv_str name, kv_str bytes,
		kv_str *ret_path)
{
	*ret_path = kv_path_join(job->arena, cli_helm_repository_cache(job->arena, settings), name);
	return kv_dir_make(job, kv_path_dir(job->arena, *ret_path)) < 0
		       ? -1
		       : kv_file_write(job, *ret_path, bytes);
}

int cli_helm_download(struct kv_job *job, const struct cli_helm_settings *settings,
		      const struct rnd_repository *r, kv_str url, kv_str digest, kv_str *ret_path)
{
	struct rnd_cache cache = rnd_cache_default(job);
	kv_str bytes, why, got, name = kv_path_base(kv_str_sub(url, 0, kv_str_chr(url, '?')));
	if (!rnd_cache_get(job, &cache, digest, &bytes)) {
		if (cli_helm_get(job, r, url, job->limits.archive_bytes, &bytes, &why) < 0)
			return rnd_chart_error(job, 0, why);
		got = kv_digest_hex(job->arena, KV_SHA256, bytes);
		if (rnd_is_sha256(digest) && !kv_str_eq(got, digest))
			return rnd_chart_error(
				job, 0,
				kv_arena_printf(job->arena,
						"%.*s: the index names sha256 %.*s, the server gives %.*s",
						KV_ARG(url), KV_ARG(digest), KV_ARG(got)));
		rnd_cache_put(job, &cache, got, bytes);
	}
	return keep(job, settings, name, bytes, ret_path);
}

/* --- registries ------------------------------------------------------------------------------- */

/* Splits what stands behind the last slash into a name and a version. */
static void split_reference(struct kv_arena *a, kv_str reference, kv_str *ret_repository, kv_str *ret_name,
			    kv_str *version)
{
	size_t slash = kv_str_rchr(reference, '/'), at, colon;
	kv_str name = kv_str_sub(reference, slash + 1, reference.n), tag = KV_S(""), digest = KV_S("");
	*ret_repository = kv_str_sub(reference, 0, slash);
	at = kv_str_chr(name, '@');
	if (at != SIZE_MAX)
		digest = kv_str_sub(name, at + 1, name.n);
	name = kv_str_sub(name, 0, at);
	colon = kv_str_chr(name, ':');
	if (colon != SIZE_MAX)
		tag = kv_str_sub(name, colon + 1, name.n);
	*ret_name = kv_str_sub(name, 0, colon);
	if (tag.n || digest.n)
		*version = kv_arena_cat(a, tag, tag.n && digest.n ? KV_S("@") : KV_S(""), digest);
}

static int get_blob(struct rnd_oci *o, const struct rnd_pin *pin, kv_str digest, kv_str *ret)
{
	struct rnd_cache cache = rnd_cache_default(o->job);
	struct rnd_http_reply reply;
	if (rnd_cache_get(o->job, &cache, digest, ret))
		return 0;
	if (rnd_oci_get(o, pin->url, KV_S(""), o->job->limits.archive_bytes, NULL, &reply) < 0)
		return -1;
	if (!kv_str_eq(kv_digest_hex(o->job->arena, KV_SHA256, reply.body), digest))
		return kv_error_missing(o->job, 0, "%.*s: the bytes are not those that the manifest names",
					KV_ARG(pin->url));
	rnd_cache_put(o->job, &cache, digest, reply.body);
	*ret = reply.body;
	return 0;
}

/* helm: pkg/registry/client.go, Pull. */
static kv_str pulled(const struct rnd_oci *o, kv_str version)
{
	struct kv_buf out;
	kv_buf_init(&out, o->job->arena, KV_BUF_MAX);
	kv_buf_printf(&out, "%.*s/%.*s:", KV_ARG(o->host), KV_ARG(o->path));
	for (size_t i = 0; i < version.n; i++)
		kv_buf_c(&out, version.p[i] == '+' ? '_' : version.p[i]);
	kv_str reference = kv_buf_view(&out);
	kv_str said = kv_arena_printf(o->job->arena, "Pulled: %.*s\nDigest: sha256:%.*s", KV_ARG(reference),
				      KV_ARG(o->manifest));
	if (kv_str_chr(reference, '_') == SIZE_MAX)
		return said;
	return kv_arena_printf(
		o->job->arena,
		"%.*s\n%.*s contains an underscore.\n\n"
		"OCI artifact references (e.g. tags) do not support the plus sign (+). To support\n"
		"storing semantic versions, Helm adopts the convention of changing plus (+) to\n"
		"an underscore (_) in chart version tags when pushing to a registry and back to\n"
		"a plus (+) when pulling from a registry.",
		KV_ARG(said), KV_ARG(reference));
}

int cli_helm_pull_oci(struct kv_job *job, const struct cli_helm_settings *settings,
		      const struct cli_helm_source *source, kv_str reference, kv_str version,
		      kv_str *ret_path, kv_str *ret_said)
{
	struct rnd_fetch_options options = { 0 };
	struct rnd_repository flags = cli_helm_flags(source, reference);
	struct rnd_http_login login = login_of(&flags);
	struct rnd_oci o;
	struct rnd_pin pin = { 0 };
	kv_str repository, name, digest, bytes;
	split_reference(job->arena, reference, &repository, &name, &version);
	rnd_fetch_environment(job, &options);
	options.http.insecure = source->insecure;
	if (source->plain_http)
		allow_plain(job, &options, host_of(repository));
	if (settings->registry_config.n)
		options.registries[0] = settings->registry_config;
	if (rnd_oci_open(job, 0, &options.http, repository, name, options.registries,
			 KV_COUNT(options.registries), &o) < 0)
		return -1;
	if (login.user.n || login.ca_file.n || login.cert_file.n) {
		login.url = o.base;
		o.login = &login;
	}
	if (rnd_oci_find(&o, version, source->devel, &pin, &digest) < 0 ||
	    get_blob(&o, &pin, digest, &bytes) < 0)
		return -1;
	*ret_said = pulled(&o, pin.resolved);
	return keep(job, settings, kv_arena_cat(job->arena, name, KV_S("-"), pin.resolved, KV_S(".tgz")), bytes,
		    ret_path);
}

/* --- as kvendor build does ---------------------------------------------------------------------- */

int cli_helm_fetch_chart(struct kv_job *job, const struct cli_helm_settings *settings, kv_str repository,
			 kv_str name, const struct cli_helm_source *source, kv_str *ret_path)
{
	struct rnd_fetch_options options = { 0 };
	struct rnd_chart_asked asked = {
		.name = name, .repository = repository, .version = source->version, .devel = source->devel
	};
	struct rnd_http_login login = login_of(&(struct rnd_repository){ .url = repository,
									 .username = source->username,
									 .password = source->password });
	struct rnd_fetcher fetcher;
	struct rnd_pins pins;
	struct tree_repo repo;
	kv_str bytes, version;
	if (tree_repo_find(job, &repo) < 0 || tree_pins_read(job, &repo, &pins) < 0)
		return -1;
	rnd_fetch_environment(job, &options);
	options.pins = &pins;
	options.http.insecure = source->insecure;
	options.http.logins = &login;
	options.http.nlogins = login.user.n > 0;
	if (settings->registry_config.n)
		options.registries[0] = settings->registry_config;
	if (!kv_str_starts(repository, KV_S("oci://")) || source->plain_http)
		allow_plain(job, &options, host_of(repository));
	rnd_fetcher_init(&fetcher, job, &options);
	if (rnd_fetch_chart(&fetcher, 0, &asked, &bytes, &version) < 0)
		return -1;
	return keep(job, settings, kv_arena_cat(job->arena, name, KV_S("-"), version, KV_S(".tgz")), bytes,
		    ret_path);
}
