/* filters/external_secrets_fuzz.c: any documents as a tree with Secrets: what can be converted is, and holds no Secret with data then; a second
 * conversion changes nothing; the list for new clusters takes anything; nor does filling namespaces twice.
 *
 * Seeds: ^testdata/(secrets|audit|vendoring)/.+\.yaml$ ^examples/.+\.yaml$
 * Seed prefixes: \001 \002 \004
 */
#include "filters/external_secrets.h"

#include <stdlib.h>

#include "filters/bootstrap.h"
#include "filters/namespaces.h"
#include "filters/secret_guard.h"
#include "krm/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A second time nothing is left to do. */
static void fill(struct kv_job *job, const struct krm_resources *list)
{
	struct flt_namespaces n = { .fill = KV_STR("n"), .create = true, .has_level = true };
	struct krm_resources none = { 0 }, first = { 0 }, second = { 0 }, filled = { 0 };
	flt_fill_namespaces(job, &n, &none, list, &first, &filled);
	filled.n = 0;
	flt_fill_namespaces(job, &n, &none, &first, &second, &filled);
	if (filled.n || first.n != second.n)
		abort();
}

static void convert(struct kv_job *job, struct flt_external *e, const struct krm_resources *list)
{
	struct krm_resources first = { 0 }, second = { 0 };
	size_t n;
	if (flt_external_secrets(job, e, krm_nil(), list, &first) < 0)
		return;
	for (size_t i = 0; i < first.n; i++)
		if (flt_is_secret(first.v[i]->obj) &&
		    !krm_is_str(krm_get(first.v[i]->obj, "$patch"), "delete")) {
			(void)flt_secret_keys(job, first.v[i]->obj, &n);
			if (n)
				abort();
		}
	if (flt_external_secrets(job, e, krm_nil(), &first, &second) < 0 || first.n != second.n)
		abort();
	for (size_t i = 0; i < first.n; i++)
		if (first.v[i] != second.v[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size);
	/* The first byte chooses, so that one corpus meets all. */
	unsigned choice = size ? data[0] : 0;
	struct flt_external e = {
		.defaults = { .store = { .name = KV_STR("s"), .provider = choice & 1 ? FLT_PROVIDER_SDK : 0 },
			      .extract = choice & 2 },
		.follows_uses = choice & 4,
		.explicit_metadata = choice & 8,
		.crd_defaults = choice & 16,
	};
	struct krm_resources list = { 0 };
	struct flt_bootstrap bootstrap = { 0 };

	if (!krm_resources_read(job, KV_S("fuzz"), text, (struct krm_origin){ 0 }, KRM_READ_LENIENT, &list)) {
		flt_bootstrap_find(job, &list, &bootstrap);
		convert(job, &e, &list);
		fill(job, &list);
	}
	kv_job_free(job);
	return 0;
}
