/* render/fetch/provenance.c: runs gpgv, and compares what the signed text says. */
#include "render/fetch/provenance.h"

#include "base/child.h"
#include "base/file.h"
#include "krm/yaml.h"

/* Lines of gpgv's that are shown. */
#define MOST_LINES 6

static void note_lines(struct kv_job *job, kv_str text)
{
	kv_str line;
	for (size_t i = 0; i < MOST_LINES && kv_str_line(&text, &line); i++)
		kv_note(job, 0, "%.*s", KV_ARG(line));
}

/* The text without the signature around it, once gpgv has found that good. */
static int open_signed(struct kv_job *job, kv_pos pos, kv_str keyring, kv_str name, kv_str provenance, kv_str *ret)
{
	kv_str path;
	if (kv_file_write_temporary(job, KV_S("kvendor-provenance-"), provenance, &path) < 0)
		return -1;
	kv_str args[] = { KV_S("--keyring"), keyring, KV_S("--output"), KV_S("-"), path };
	struct kv_child child = { .program = KV_S("gpgv"),
				  .args = args,
				  .nargs = sizeof args / sizeof *args,
				  .dir = KV_S("/"),
				  .collect_errors = true };
	struct kv_child_end end;
	int got = kv_child_run(job, &child, &end);
	kv_file_remove(path);
	if (got < 0)
		return -1;
	*ret = end.output;
	if (!end.failure.n)
		return 0;
	kv_error(job, pos, "%.*s: its provenance file has no good signature by a key of %.*s", KV_ARG(name),
		 KV_ARG(keyring));
	if (!kv_child_find(job->arena, KV_S("gpgv")).n)
		kv_note(job, 0, "gpgv, which tells, is not there: Debian's package is gpgv");
	else
		note_lines(job, end.errors);
	return -1;
}

static int other(struct kv_job *job, kv_pos pos, kv_str name, const char *what, kv_str wanted, kv_str got)
{
	kv_error(job, pos, "%.*s: its provenance file is that of another %s", KV_ARG(name), what);
	kv_note(job, 0, "wanted %.*s", KV_ARG(wanted));
	kv_note(job, 0, "signed %.*s", KV_ARG(got.n ? got : KV_S("nothing")));
	return -1;
}

/* The name of the archive: the last part of its URL, or as `helm package` makes it. */
static kv_str digest_of(struct kv_arena *a, krm_val files, const struct rnd_pin *pin)
{
	kv_str url = kv_str_sub(pin->url, 0, kv_str_chr(pin->url, '?'));
	krm_val found = krm_get_str(files, kv_path_base(url));
	return krm_str(found.kind == KRM_STRING
			       ? found
			       : krm_get_str(files, kv_arena_cat(a, pin->chart, KV_S("-"), pin->resolved, KV_S(".tgz"))));
}

static int check_text(struct kv_job *job, kv_pos pos, kv_str name, const struct rnd_pin *pin, kv_str text)
{
	kv_str end = KV_S("\n...\n");
	size_t at = kv_str_find(text, end, 0);
	krm_val chart, sums;
	if (at == SIZE_MAX)
		return kv_error(job, pos, "%.*s: its provenance file has no part with digests", KV_ARG(name));
	if (krm_yaml_read(job, KV_S("provenance"), kv_str_sub(text, 0, at + 1), KRM_YAML_HELM, &chart) < 0 ||
	    krm_yaml_read(job, KV_S("provenance"), kv_str_sub(text, at + end.n, text.n), KRM_YAML_HELM, &sums) < 0)
		return -1;
	kv_str wanted = kv_arena_cat(job->arena, KV_S("sha256:"), pin->sha256);
	kv_str signed_digest = digest_of(job->arena, krm_get(sums, "files"), pin);
	if (!kv_str_eq(krm_str(krm_get(chart, "name")), pin->chart))
		return other(job, pos, name, "chart", pin->chart, krm_str(krm_get(chart, "name")));
	if (!kv_str_eq(krm_str(krm_get(chart, "version")), pin->resolved))
		return other(job, pos, name, "version", pin->resolved, krm_str(krm_get(chart, "version")));
	return kv_str_eq(signed_digest, wanted) ? 0 : other(job, pos, name, "archive", wanted, signed_digest);
}

int rnd_provenance_check(struct kv_job *job, kv_pos pos, kv_str keyring, const struct rnd_pin *pin,
			 kv_str provenance)
{
	kv_str name = kv_arena_cat(job->arena, KV_S("the chart '"), pin->chart, KV_S("' "), pin->resolved), text;
	return open_signed(job, pos, keyring, name, provenance, &text) < 0 ? -1
									   : check_text(job, pos, name, pin, text);
}
