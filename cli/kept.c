/* cli/kept.c: two entries a call. The first, under the call's own name, lists what it asked of the file system; the answers of now
 * give the name and the key of the second, which is what it printed. */
#include "cli/kept.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/field.h"
#include "base/program.h"
#include "base/seal.h"
#include "render/fetch/cache.h"

/* A pipe, such as a shell's <(...), can be read once. */
static bool can_be_read_again(kv_str path)
{
	return kv_file_kind(path) == KV_FILE_REGULAR;
}

static bool put_files(struct kv_job *job, const struct cli_list *files, struct kv_buf *out)
{
	uint8_t *sums = kv_arena_alloc(job->arena, kv_size_mul(files->n, 32) + 1);
	for (size_t i = 0; i < files->n; i++) {
		struct kv_arena_mark bytes = kv_arena_mark(job->arena);
		kv_str text;
		size_t limit = kv_job_narrow_files(job, job->limits.output_bytes);
		bool read = can_be_read_again(files->v[i]) && kv_file_read_unnoted(job, files->v[i], &text) == 0;
		job->limits.file_bytes = limit;
		if (!read)
			return false;
		kv_digest(KV_SHA256, text, sums + 32 * i);
		kv_arena_release(job->arena, bytes);
	}
	kv_field_put(out, kv_str_of((const char *)sums, 32 * files->n));
	return true;
}

/* Empty where a file cannot be read. */
static kv_str base_of(struct kv_job *job, kv_str cwd, kv_str words, const struct cli_list *files)
{
	const char *zone = getenv("TZ");
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_field_put(&out, KV_S("kvendor call 1"));
	kv_field_put(&out, kv_program_id());
	kv_field_put(&out, cwd);
	kv_field_put(&out, zone ? kv_str_c(zone) : KV_S("\0"));
	kv_field_put(&out, words);
	return put_files(job, files, &out) ? kv_digest_hex(job->arena, KV_SHA256, kv_buf_view(&out)) : KV_S("");
}

static kv_str name_of_questions(const struct cli_kept *k)
{
	return kv_arena_cat(k->job->arena, KV_S("questions\n"), k->base);
}

/* --- what the text depends on ----------------------------------------------------------------- */

static bool can_be_asked_again(const struct kv_input *in)
{
	return in->what != KV_INPUT_TEXT || can_be_read_again(in->path);
}

static kv_str print_questions(const struct cli_kept *k)
{
	struct kv_buf out;
	kv_buf_init(&out, k->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < k->inputs.n; i++) {
		kv_field_put_number(&out, k->inputs.v[i].what);
		kv_field_put(&out, k->inputs.v[i].path);
	}
	return kv_buf_view(&out);
}

static bool next_question(kv_str *rest, struct kv_input *ret)
{
	int64_t what;
	*ret = (struct kv_input){ 0 };
	if (!kv_field_take_number(rest, &what) || what >= KV_INPUT_NWHAT || !kv_field_take(rest, &ret->path))
		return false;
	ret->what = (enum kv_input_what)what;
	return true;
}

struct secret {
	uint8_t key[KV_SEAL_KEY];
	kv_str name; /* does not tell the key */
};

static struct secret secret_of(const struct cli_kept *k, const struct kv_buf *answers)
{
	struct secret ret;
	uint8_t all[32], name[32];
	kv_digest(KV_SHA256, kv_buf_view(answers), all);
	kv_hmac_sha256(kv_str_of((const char *)all, sizeof all), KV_S("key"), ret.key);
	kv_hmac_sha256(kv_str_of((const char *)all, sizeof all), KV_S("name"), name);
	ret.name = kv_arena_cat(k->job->arena, KV_S("printed\n"), kv_hex(k->job->arena, name, sizeof name));
	return ret;
}

static void put_answer(struct kv_buf *out, const struct kv_input *in)
{
	kv_field_put_number(out, in->what);
	kv_field_put(out, in->path);
	kv_field_put(out, in->value);
}

/* False if something has no answer now. */
static bool ask_all(const struct cli_kept *k, kv_str questions, struct kv_buf *answers)
{
	bool read = false;
	struct kv_input in;
	kv_field_put(answers, k->base);
	while (questions.n) {
		if (!next_question(&questions, &in) || !can_be_asked_again(&in) ||
		    !kv_input_refresh(k->job, &in, 0, &read))
			return false;
		put_answer(answers, &in);
	}
	return true;
}

/* --- entries ---------------------------------------------------------------------------------- */

static bool look(const struct cli_kept *k, kv_str *ret, kv_str *ret_warnings)
{
	struct rnd_cache cache = rnd_cache_default(k->job);
	struct kv_buf answers;
	kv_str questions, sealed;
	kv_buf_init(&answers, k->job->arena, KV_BUF_MAX);
	if (!rnd_cache_get_named(k->job, &cache, name_of_questions(k), &questions) ||
	    !ask_all(k, questions, &answers))
		return false;
	struct secret secret = secret_of(k, &answers);
	return rnd_cache_get_named(k->job, &cache, secret.name, &sealed) &&
	       kv_unseal(k->job->arena, secret.key, sealed, ret) && kv_field_take(ret, ret_warnings);
}

/* The job's own memory comes in large pages, which a text that is there does not need: they would be an eighth of the time. */
static bool look_lightly(const struct cli_kept *k, kv_str *ret, kv_str *ret_warnings)
{
	struct cli_kept light = { .job = kv_job_light(k->job), .base = k->base };
	bool found = look(&light, ret, ret_warnings);
	if (found)
		kv_job_own(k->job, light.job);
	else
		kv_job_free(light.job);
	return found;
}

/* base/inputs.c does not clean paths. */
static kv_str as_noted(struct kv_job *job, kv_str cwd, kv_str path)
{
	return kv_str_starts(path, KV_S("/")) ? path : kv_arena_cat(job->arena, cwd, KV_S("/"), path);
}

bool cli_kept_take(struct cli_kept *k, struct kv_job *job, kv_str words, const struct cli_list *files, kv_str *ret,
		   kv_str *ret_warnings)
{
	kv_str cwd;
	struct kv_diag_mark mark = kv_diag_mark(job);
	*k = (struct cli_kept){ .job = job };
	if (kv_program_id().n && kv_path_cwd(job, &cwd) == 0)
		k->base = base_of(job, cwd, words, files);
	kv_diag_forget(job, mark);
	if (!k->base.n)
		return false;
	if (look_lightly(k, ret, ret_warnings))
		return true;
	kv_inputs_begin(&k->inputs, job, cwd);
	for (size_t i = 0; i < files->n; i++)
		kv_inputs_leave_out(job, as_noted(job, cwd, files->v[i]));
	return false;
}

/* The warnings, the text, and what sealing adds. */
static kv_str sealed_text(struct kv_job *job, const struct secret *secret, kv_str text)
{
	enum { MORE = 64 };
	struct kv_buf out, warnings;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_init(&warnings, job->arena, KV_BUF_MAX);
	kv_diags_print(job, &warnings, false);
	kv_buf_reserve(&out, warnings.n + text.n + MORE);
	kv_field_put(&out, kv_buf_view(&warnings));
	kv_buf_str(&out, text);
	kv_seal(secret->key, &out);
	return kv_buf_view(&out);
}

void cli_kept_put(struct cli_kept *k, kv_str text)
{
	struct rnd_cache cache;
	struct kv_buf answers;
	kv_inputs_end(k->job);
	if (!k->base.n || k->inputs.incomplete)
		return;
	kv_buf_init(&answers, k->job->arena, KV_BUF_MAX);
	kv_field_put(&answers, k->base);
	for (size_t i = 0; i < k->inputs.n; i++) {
		if (!can_be_asked_again(&k->inputs.v[i]))
			return;
		put_answer(&answers, &k->inputs.v[i]);
	}
	struct secret secret = secret_of(k, &answers);
	cache = rnd_cache_default(k->job);
	if (rnd_cache_put_named(k->job, &cache, secret.name, sealed_text(k->job, &secret, text)))
		(void)rnd_cache_put_named(k->job, &cache, name_of_questions(k), print_questions(k));
}
