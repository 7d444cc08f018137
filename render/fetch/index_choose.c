/* render/fetch/index_choose.c: the version of a chart in an index.yaml that fits what is asked for. */
#include "render/fetch/index_choose.h"

#include "base/digest.h"
#include "krm/yaml.h"
#include "render/fetch/cache.h"
#include "render/semver.h"

static kv_str version_of(krm_val entry)
{
	return krm_str(krm_get(entry, "version"));
}

/* NIL if none is wanted. */
static krm_val choose(struct kv_job *job, krm_val entries, kv_str version, const struct rnd_constraints *allowed)
{
	size_t n = krm_list_len(entries), found;
	kv_str *versions = KV_NEW_N(job->arena, kv_str, n);

	for (size_t i = 0; i < n; i++)
		versions[i] = version_of(entries.l->v[i]);
	found = rnd_version_choose(job->arena, versions, n, version, allowed);
	return found < n ? entries.l->v[found] : krm_nil();
}

static int describe(struct kv_job *job, kv_pos pos, kv_str name, krm_val entry, struct rnd_index_version *ret)
{
	krm_val urls = krm_get(entry, "urls");
	struct rnd_index_version v = { .version = version_of(entry),
				       .digest = krm_str(krm_get(entry, "digest")) };

	if (krm_list_len(urls))
		v.url = krm_str(urls.l->v[0]);
	if (!v.url.n)
		return kv_error_missing(job, pos, "%.*s: the version %.*s has no URL", KV_ARG(name),
					KV_ARG(v.version));
	if (kv_str_starts(v.digest, KV_S("sha256:")))
		v.digest = kv_str_sub(v.digest, 7, v.digest.n);
	if (!rnd_is_sha256(v.digest))
		v.digest = KV_S("");
	*ret = v;
	return 0;
}

/* Names a few versions, since the wanted one is mostly a slip away from one of them. */
static int no_version(struct kv_job *job, kv_pos pos, kv_str name, kv_str chart, kv_str version,
		      krm_val entries)
{
	kv_str error;
	const struct rnd_constraints *any = rnd_constraints_parse(job->arena, KV_S("*"), &error);
	krm_val newest = any ? choose(job, entries, KV_S(""), any) : krm_nil();

	kv_error_missing(job, pos, "%.*s has no version %.*s of the chart '%.*s'", KV_ARG(name),
			 KV_ARG(version.n ? version : KV_S("that is no pre-release")), KV_ARG(chart));
	if (newest.kind != KRM_NIL)
		kv_note(job, 0, "the newest one is %.*s", KV_ARG(version_of(newest)));
	return -1;
}

static int read_lines(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart, krm_val *ret)
{
	krm_val doc = krm_nil(), entries;

	if (lines.n && krm_yaml_read(job, name, lines, KRM_YAML_HELM, &doc) < 0)
		return -1;
	entries = krm_get(doc, "entries").kind == KRM_MAP && kv_str_starts(lines, KV_S("{"))
			  ? krm_get(doc, "entries")
			  : doc;
	*ret = krm_get_str(entries, chart);
	if (krm_list_len(*ret))
		return 0;
	return kv_error_missing(job, pos, "%.*s has no chart '%.*s'", KV_ARG(name), KV_ARG(chart));
}

int rnd_index_choose(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart, kv_str version,
		     bool devel, struct rnd_index_version *ret)
{
	const struct rnd_constraints *wanted;
	kv_str error;
	krm_val entries, found;

	if (read_lines(job, pos, name, lines, chart, &entries) < 0)
		return -1;
	wanted = rnd_constraints_parse(job->arena, rnd_version_default(version, devel), &error);
	/* What is no constraint may still be written so in the index. */
	found = choose(job, entries, version, wanted);
	if (!wanted && found.kind == KRM_NIL)
		return kv_error(job, pos, "'%.*s' is not a version: %.*s", KV_ARG(version), KV_ARG(error));
	if (found.kind == KRM_NIL)
		return no_version(job, pos, name, chart, version, entries);
	return describe(job, pos, name, found, ret);
}
