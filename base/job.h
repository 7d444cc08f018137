/* base/job.h: one piece of work and everything it owns.
 *
 * A job is an arena, the diagnostics, the limits and the source texts that positions point into. One render
 * is one job on one thread; a job ends with one free. Nothing outside a job is changed by it.
 *
 * Functions that can fail return 0, or -1 after reporting here; the caller may add a note and passes the -1 on.
 */
#ifndef BASE_JOB_H
#define BASE_JOB_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"

#define KV_MUST __attribute__((warn_unused_result))

/* A place in a source text of the job: 0 is "unknown", else a byte of one of the texts added with
 * kv_source_add. Positions are numbers, so a value can carry one in 32 bits. */
typedef uint32_t kv_pos;

enum kv_severity { KV_ERROR, KV_WARNING, KV_NOTE };

/* What an error means for the exit status (cli/report.h). */
enum kv_cause {
	KV_CAUSE_INPUT,   /* usage, configuration, render, write: 2 */
	KV_CAUSE_MISSING, /* had to be downloaded and could not be: 3 */
	KV_CAUSE_IGNORED, /* a file that Git ignores is not there: 2, but for who can do without it */
};

struct kv_diag {
	struct kv_diag *next;
	struct kv_diag *notes; /* of an error or warning: its notes, in order */
	enum kv_severity severity;
	enum kv_cause cause;
	kv_pos pos;  /* 0: no position */
	kv_str file; /* used when pos is 0; may be empty */
	kv_str text; /* one line or several, without a final line feed */
	bool discreet; /* the source line at pos is not shown */
	bool verbatim; /* text is another program's whole message: printed as it is, without file and severity */
};

/* How the scalar at a position was written, where its value does not tell (krm/yaml.h, krm_yaml_spelling). */
struct kv_spelling {
	kv_pos pos;
	kv_str text;
};

/* What is wrong with the document at `document` and comes to light only when it is printed (krm/yaml.h, krm_yaml_check). */
struct kv_late {
	kv_pos document, pos;
	kv_str text;
};

struct kv_job {
	struct kv_arena *arena;
	/* Arenas for temporaries. `scratch`: a reader's, until it has read its text. `nested`: collections under construction; an inner
	 * one is always finished before the outer one grows. `kept` is never released while the job lives. */
	struct kv_arena *scratch, *nested, *kept;
	const struct krm_text **recent; /* krm/value.c: texts made lately, to be shared */
	struct kv_limits limits;
	struct kv_diag *diags, *last; /* in the order of reporting */
	size_t nerrors, nwarnings;
	kv_str shown_from; /* absolute folder, empty if none: messages name the files below it relative to it */
	struct kv_source *sources;
	size_t nsources, sources_cap;
	struct kv_spelling *spellings; /* in the order of positions */
	size_t nspellings, spellings_cap;
	struct kv_late *late;
	size_t nlate, late_cap;
	bool imitating; /* what an imitated program would say is said in its words and form, else as an error of ours */
	bool one_thread; /* kv_job_halves uses no second thread (--jobs 1) */
	bool keep_text; /* krm: readers and patches do not imitate where kustomize damages the text of users */
	bool too_large; /* a text was not read to its end, since it did not fit (kv_job_fits), or a pattern was refused that Go may take; who asks sets it to false before */
	bool decoded; /* krm: nodes are decoded in the end, and not printed and read again (build -o DIR) */
	bool folded_texts; /* some document read has a text in folded style, or one with U+0085 */
	bool doubtful; /* some document read has what JSON may not know: a key with KRM_TYPED_KEY, an infinity */
	kv_pos next_pos;
	size_t steps; /* counted against limits.steps by whoever loops on input's behalf */
	struct kv_defer *defers;
	struct kv_inputs *inputs; /* base/inputs.h: what is read is noted there; NULL: nowhere */
	struct kv_re_memo *regexes; /* base/re.c: the patterns compiled so far */
	struct kv_arena_mark empty; /* the arena when the job was new */
};

struct kv_job *kv_job_new(void);
/* A new job with the limits of another, whose page store its arenas share (kv_arena_beside). */
struct kv_job *kv_job_beside(const struct kv_job *job);
/* A new job with the limits of another, for little work that ends soon (kv_arena_without_pages). */
struct kv_job *kv_job_light(const struct kv_job *job);
void kv_job_free(struct kv_job *job);
/* Everything the job made is gone, as if it were new; its limits stay. For a job of temporaries that is used again and
 * again. */
void kv_job_reset(struct kv_job *job);
/* Bytes that the arenas of the job handed out, and whether they are more than limits.memory. */
size_t kv_job_memory(const struct kv_job *job);
static inline bool kv_job_over(const struct kv_job *job)
{
	return kv_job_memory(job) > job->limits.memory;
}
/* From now on the job may take no more than `more` bytes beyond what it has, where limits.memory leaves as many. Returns what
 * limits.memory was, for the caller to put back. */
size_t kv_job_narrow(struct kv_job *job, size_t more);
/* From now on no file may have more than `most` bytes, if it may have that many. Returns what limits.file_bytes was. */
static inline size_t kv_job_narrow_files(struct kv_job *job, size_t most)
{
	size_t before = job->limits.file_bytes;
	if (most < before)
		job->limits.file_bytes = most;
	return before;
}
/* What a text has too much of that does not fit, which has so many nodes: "too many bytes of memory (limit N)". */
kv_str kv_job_excess(const struct kv_job *job, size_t nodes);
/* Whether the text that is being read may have so many nodes, and the job the memory that it has by now: that is looked at each
 * SAMPLE nodes. */
static inline bool kv_job_fits(struct kv_job *job, size_t nodes)
{
	enum { SAMPLE = 64 };
	if (nodes <= job->limits.nodes && (nodes % SAMPLE || !kv_job_over(job)))
		return true;
	job->too_large = true;
	return false;
}
/* `done(arg)` is called by kv_job_free, newest first, before the arena goes: for what a library allocated itself. */
struct kv_defer {
	struct kv_defer *next;
	void (*done)(void *arg);
	void *arg;
};
static inline void kv_job_defer(struct kv_job *job, void (*done)(void *arg), void *arg)
{
	struct kv_defer *d = KV_NEW(job->arena, struct kv_defer);
	*d = (struct kv_defer){ job->defers, done, arg };
	job->defers = d;
}

/* The other job is freed with this one. */
void kv_job_own(struct kv_job *job, struct kv_job *other);

/* How many processors this process may run on: at least 1. */
size_t kv_processors(void);
/* Work on the items [from, to); 0, or -1 after reporting to `job`. */
typedef int kv_part_fn(struct kv_job *job, void *arg, size_t from, size_t to);
/* Calls fn for [0, middle) and for [middle, n), on two threads if there are two processors and the job may use them. The second half
 * has a job of its own, which lives as long as this one and knows its sources. Its diagnostics and notes follow those of the first half,
 * and are dropped if the first half fails: the result is that of one half after the other. */
KV_MUST int kv_job_halves(struct kv_job *job, size_t middle, size_t n, kv_part_fn *fn, void *arg);

/* --- source texts ----------------------------------------------------------------------------- */

struct kv_source {
	kv_str name; /* as printed in messages */
	kv_str text;
	kv_pos base; /* position of byte 0; byte i is base + i; the end of the text has a position too */
	/* What kv_source_find found last: the line and its start, the byte and its column; line 0: nothing. */
	size_t found_line, found_start, found_at, found_column;
};

struct kv_place {
	kv_str file;
	size_t line, column; /* one-based; column counts characters */
	kv_str line_text;    /* without the line feed */
};

/* Registers a text (neither name nor text is copied) and returns the position of its first byte. Beyond 4 GiB
 * in one job positions are 0, "unknown"; then pos + offset must not be formed: use kv_pos_at. */
kv_pos kv_source_add(struct kv_job *job, kv_str name, kv_str text);
/* The text that holds the position, or NULL. */
const struct kv_source *kv_source_of(const struct kv_job *job, kv_pos pos);
static inline kv_pos kv_pos_at(kv_pos base, size_t offset)
{
	return base ? (kv_pos)(base + offset) : 0;
}
/* False if the position is unknown. */
bool kv_source_find(const struct kv_job *job, kv_pos pos, struct kv_place *ret_place);

/* --- diagnostics ------------------------------------------------------------------------------ */

/* Report an error and return -1. */
int kv_error(struct kv_job *job, kv_pos pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for a file without a position in it; the name is copied. */
int kv_error_file(struct kv_job *job, kv_str file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same where bytes are missing that only the network has: exit status 3. */
int kv_error_missing(struct kv_job *job, kv_pos pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The whole message of an imitated program, printed unchanged (Helm's and kustomize's own texts). */
int kv_error_verbatim(struct kv_job *job, kv_pos pos, kv_str text);
void kv_warn(struct kv_job *job, kv_pos pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void kv_warn_file(struct kv_job *job, kv_str file, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void kv_warn_verbatim(struct kv_job *job, kv_str text);
/* The source line of the newest error or warning is not shown: it may hold a secret. */
void kv_diag_be_discreet(struct kv_job *job);
/* An error or warning becomes a note of the newest one, its notes behind it. */
void kv_diag_explain(struct kv_job *job, struct kv_diag *cause);
/* Attaches a note to the newest error or warning. */
void kv_note(struct kv_job *job, kv_pos pos, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* For an attempt that may fail: drops what was reported since the mark. */
struct kv_diag_mark {
	struct kv_diag *last;
	size_t nerrors, nwarnings;
};
struct kv_diag_mark kv_diag_mark(const struct kv_job *job);
void kv_diag_forget(struct kv_job *job, struct kv_diag_mark mark);
/* Gives `pos` to what was reported since the mark without a position, but to no line of a log. */
void kv_diag_place(struct kv_job *job, struct kv_diag_mark mark, kv_pos pos);
/* Appends the diagnostics as text: file:line:col: error: what, the source line, a caret, then the notes. Of errors and of
 * warnings the first 200 each. */
void kv_diags_print(const struct kv_job *job, struct kv_buf *out, bool colour);
/* The candidate nearest to `word` by edit distance (at most a third of its length), or an empty string. */
kv_str kv_nearest(kv_str word, const kv_str *candidates, size_t n);

#endif
