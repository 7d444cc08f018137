/* base/inputs.c: records what a job reads, and reads it again to compare. */
#include "base/inputs.h"

#include <sys/stat.h>
#include <time.h>

#include "base/digest.h"

#define SECOND ((int64_t)1000000000)
/* The coarsest time stamps in use, FAT's, are two seconds apart. */
#define GRANULARITY (2 * SECOND)

void kv_inputs_begin(struct kv_inputs *inputs, struct kv_job *job, kv_str cwd)
{
	*inputs = (struct kv_inputs){ .job = job, .cwd = cwd };
	kv_map_init(&inputs->seen, job->kept);
	job->inputs = inputs;
}

void kv_inputs_end(struct kv_job *job)
{
	job->inputs = NULL;
}

int kv_file_read_unnoted(struct kv_job *job, kv_str path, kv_str *ret_text)
{
	struct kv_inputs *inputs = job->inputs;
	int failed;

	job->inputs = NULL;
	failed = kv_file_read(job, path, ret_text);
	job->inputs = inputs;
	return failed;
}

void kv_inputs_leave_out(struct kv_job *job, kv_str dir)
{
	struct kv_inputs *r = job->inputs;

	if (r)
		KV_PUSH(job->kept, r->left_out, r->nleft_out, r->left_out_cap, kv_arena_dup(job->kept, dir));
}

/* --- noting ----------------------------------------------------------------------------------- */

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static struct kv_stamp stamp_of(const struct stat *st)
{
	return (struct kv_stamp){ (uint64_t)st->st_ino, (uint64_t)st->st_size, nanoseconds(st->st_mtim),
				  nanoseconds(st->st_ctim) };
}

static bool is_left_out(const struct kv_inputs *r, kv_str path)
{
	kv_str rest;

	for (size_t i = 0; i < r->nleft_out; i++)
		if (kv_path_below(path, r->left_out[i], &rest))
			return true;
	return false;
}

void kv_input_note(struct kv_job *job, enum kv_input_what what, kv_str path, kv_str value,
		   const struct stat *st)
{
	struct kv_inputs *r = job->inputs;
	struct kv_input input = { .what = what };
	const char letter = (char)('0' + what);
	void **slot;

	if (!r)
		return;
	/* Not cleaned: `..` behind a link is not what it looks like. */
	input.path = path.n && path.p[0] == '/' ? kv_arena_dup(job->kept, path)
						: kv_arena_cat(job->kept, r->cwd, KV_S("/"), path);
	if (is_left_out(r, input.path))
		return;
	slot = kv_map_slot(&r->seen, kv_arena_cat(job->kept, kv_str_of(&letter, 1), input.path));
	if (*slot) {
		r->incomplete |= !kv_str_eq(r->v[(size_t)*slot - 1].value, value);
		return;
	}
	input.value = kv_arena_dup(job->kept, value);
	if (st)
		input.stamp = stamp_of(st);
	KV_PUSH(job->kept, r->v, r->n, r->cap, input);
	*slot = (void *)r->n;
}

void kv_input_note_failure(struct kv_job *job, kv_str path)
{
	if (job->inputs && !is_left_out(job->inputs, path))
		job->inputs->incomplete = true;
}

static kv_str digest(kv_str text, uint8_t to[32])
{
	kv_digest(KV_SHA256, text, to);
	return kv_str_of((const char *)to, 32);
}

static kv_str digest_entries(const struct kv_dirent *entries, size_t n, uint8_t to[32])
{
	struct kv_sha256 h;

	kv_sha256_init(&h);
	for (size_t i = 0; i < n; i++) {
		const char kind = (char)('0' + entries[i].kind);

		kv_sha256_add(&h, kv_str_of(&kind, 1));
		kv_sha256_add(&h, entries[i].name);
		kv_sha256_add(&h, kv_str_of("", 1));
	}
	kv_sha256_end(&h, to);
	return kv_str_of((const char *)to, 32);
}

void kv_input_note_text(struct kv_job *job, kv_str path, kv_str text, const struct stat *st)
{
	uint8_t sum[32];

	if (job->inputs)
		kv_input_note(job, KV_INPUT_TEXT, path, digest(text, sum), st);
}

void kv_input_note_entries(struct kv_job *job, kv_str path, const struct kv_dirent *entries, size_t n,
			   const struct stat *st)
{
	uint8_t sum[32];

	if (job->inputs)
		kv_input_note(job, KV_INPUT_ENTRIES, path, digest_entries(entries, n, sum), st);
}

/* --- looking again ---------------------------------------------------------------------------- */

int64_t kv_inputs_trusted_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return nanoseconds(now) - GRANULARITY;
}

static bool is_current(const struct kv_stamp *a, const struct kv_stamp *b, int64_t trusted)
{
	return a->inode == b->inode && a->size == b->size && a->modified == b->modified &&
	       a->changed == b->changed && a->modified < trusted && a->changed < trusted;
}

/* The answer as the recorder would note it. */
static int ask(struct kv_job *job, const struct kv_input *in)
{
	struct kv_dirent *entries;
	kv_str text;
	size_t n;

	switch (in->what) {
	case KV_INPUT_KIND: return kv_input_kind(job, in->path), 0;
	case KV_INPUT_TEXT: return kv_file_read(job, in->path, &text);
	case KV_INPUT_ENTRIES: return kv_dir_read(job, in->path, &entries, &n);
	case KV_INPUT_REAL: return kv_path_real(job, in->path, &text);
	case KV_INPUT_NWHAT: break;
	}
	return -1;
}

bool kv_input_refresh(struct kv_job *job, struct kv_input *in, int64_t trusted, bool *ret_read)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	struct kv_arena_mark bytes = kv_arena_mark(job->arena);
	struct kv_inputs *kept = job->inputs, again;
	bool stamped = in->what == KV_INPUT_TEXT || in->what == KV_INPUT_ENTRIES;
	struct kv_stamp now;
	struct stat st;

	if (stamped && kv_file_stat(in->path, &st)) {
		now = stamp_of(&st);
		if (is_current(&in->stamp, &now, trusted))
			return true;
	}
	*ret_read |= stamped;
	kv_inputs_begin(&again, job, KV_S("/"));
	int failed = ask(job, in);
	job->inputs = kept;
	kv_diag_forget(job, mark);
	kv_arena_release(job->arena, bytes);
	if (failed || again.incomplete || again.n != 1)
		return false;
	in->value = again.v[0].value;
	in->stamp = again.v[0].stamp;
	return true;
}
