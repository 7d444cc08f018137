/* base/inputs.h: what a job read of the file system, and whether it would read the same now.
 *
 * While a job has a recorder, kv_file_read, kv_dir_read, kv_path_real and kv_input_kind note what they were asked and what they
 * found: also that a file was absent, which entries a folder has, where a path with links leads. Equal answers to all these
 * questions mean that whoever asked them would do the same again. Reads that fail make the recording useless, since an
 * error says too little.
 *
 * Texts and entries carry a stamp. An equal stamp stands for equal bytes, unless the file changed so shortly before it was read that
 * a later change may have left the same times: then the bytes are read again (git: Documentation/technical/racy-git.txt).
 */
#ifndef BASE_INPUTS_H
#define BASE_INPUTS_H

#include "base/file.h"
#include "base/map.h"

struct stat;

struct kv_stamp {
	uint64_t inode, size;
	int64_t modified, changed; /* nanoseconds since 1970 */
};

enum kv_input_what {
	KV_INPUT_KIND,    /* what a path is, links followed */
	KV_INPUT_TEXT,    /* the bytes of a file */
	KV_INPUT_ENTRIES, /* names and kinds in a folder */
	KV_INPUT_REAL,    /* the path without links */
	KV_INPUT_NWHAT
};

struct kv_input {
	enum kv_input_what what;
	kv_str path;  /* absolute */
	kv_str value; /* the answer: a digit, a SHA-256, a path */
	struct kv_stamp stamp; /* of TEXT and ENTRIES */
};

struct kv_inputs {
	struct kv_job *job;
	kv_str cwd; /* where relative paths begin */
	struct kv_map seen;
	struct kv_input *v; /* in the order of reading */
	size_t n, cap;
	kv_str *left_out; /* folders that do not count: kv_inputs_leave_out */
	size_t nleft_out, left_out_cap;
	bool incomplete; /* something could not be read, or gave two answers */
};

/* The job notes what it reads until kv_inputs_end. What is noted lives as long as the job. */
void kv_inputs_begin(struct kv_inputs *inputs, struct kv_job *job, kv_str cwd);
void kv_inputs_end(struct kv_job *job);
/* kv_file_read without noting it, for what does not count as an input: logins, and bytes whose digest is known. */
KV_MUST int kv_file_read_unnoted(struct kv_job *job, kv_str path, kv_str *ret_text);
/* From now on nothing below this folder counts as an input. */
void kv_inputs_leave_out(struct kv_job *job, kv_str dir);

/* Called by the readers of base/; without a recorder they do nothing. */
void kv_input_note(struct kv_job *job, enum kv_input_what what, kv_str path, kv_str value,
		   const struct stat *st);
void kv_input_note_text(struct kv_job *job, kv_str path, kv_str text, const struct stat *st);
void kv_input_note_entries(struct kv_job *job, kv_str path, const struct kv_dirent *entries, size_t n,
			   const struct stat *st);
void kv_input_note_failure(struct kv_job *job, kv_str path);

/* Brings value and stamp to what is there now. Stamps whose times are at or after `trusted` (nanoseconds since 1970) are not believed.
 * *ret_read: it took more than the metadata. False if there is no answer now. */
bool kv_input_refresh(struct kv_job *job, struct kv_input *input, int64_t trusted, bool *ret_read);
/* The time before which a file must have been changed to be believed by its stamp, if it is read from now on. */
int64_t kv_inputs_trusted_now(void);

#endif
