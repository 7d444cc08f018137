/* cli/helm_fetch.h: what the commands of helm download: over render/fetch, with its cache, limits and rules about logins.
 *
 * An address that is given on the command line or in repositories.yaml may be http, as with helm; where it redirects to is held to the
 * rules of all downloads. Texts of failures are Helm's.
 */
#ifndef CLI_HELM_FETCH_H
#define CLI_HELM_FETCH_H

#include "cli/helm.h"
#include "render/chart/repository.h"

/* The flags of a command as a repository that nobody added. */
struct rnd_repository cli_helm_flags(const struct cli_helm_source *source, kv_str url);
/* Why the certificates and the key of a repository are of no use; empty if they are, or none are named (helm_tls.c). */
kv_str cli_helm_tls_error(struct kv_job *job, enum rnd_engine engine, const struct rnd_repository *r);
/* The body of a URL, with the login and TLS files of a repository for its origin. -1: *ret_why, and nothing is reported. */
KV_MUST int cli_helm_get(struct kv_job *job, const struct rnd_repository *r, kv_str url, size_t limit,
			 kv_str *ret, kv_str *ret_why);
/* What -f or --set-file names by its address (rnd_get_fn); no login is sent. */
KV_MUST int cli_helm_get_named(struct kv_job *job, kv_str address, kv_str *ret, kv_str *ret_error);
/* Where a repository has its index.yaml. */
kv_str cli_helm_index_url(struct kv_arena *a, const struct rnd_repository *r);
/* What its index.yaml has of one chart, or all of an index that is small (render/fetch/index_scan.h), for rnd_index_parse. */
KV_MUST int cli_helm_get_index(struct kv_job *job, const struct rnd_repository *r, kv_str chart, kv_str *ret,
			       kv_str *ret_why);
/* The same of a file. */
KV_MUST int cli_helm_read_index(struct kv_job *job, kv_str path, kv_str chart, kv_str *ret);
/* Its index.yaml as a file, however large. */
KV_MUST int cli_helm_save_index(struct kv_job *job, const struct rnd_repository *r, kv_str path, kv_str *ret_why);
/* An archive, kept where Helm keeps those that it renders. `digest` is what the index says, or empty. */
KV_MUST int cli_helm_download(struct kv_job *job, const struct cli_helm_settings *settings,
			      const struct rnd_repository *r, kv_str url, kv_str digest, kv_str *ret_path);
/* oci://HOST/PATH/CHART[:TAG][@sha256:DIGEST]; `version` is for one without a tag. *ret_said: Helm's two lines about it. */
KV_MUST int cli_helm_pull_oci(struct kv_job *job, const struct cli_helm_settings *settings,
			      const struct cli_helm_source *source, kv_str reference, kv_str version,
			      kv_str *ret_path, kv_str *ret_said);

/* The chart as `kvendor build` fetches it: what kvendor.lock pins from the cache, else from where the pin says; the rest as the repository
 * has it now, with the user's logins. `repository` is an http, https or oci URL. */
KV_MUST int cli_helm_fetch_chart(struct kv_job *job, const struct cli_helm_settings *settings, kv_str repository,
				 kv_str name, const struct cli_helm_source *source, kv_str *ret_path);

#endif
