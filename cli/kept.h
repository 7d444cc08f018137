/* cli/kept.h: what a command printed, kept in the cache for the next call that would print the same.
 *
 * Equal are calls of one build of the program with the same options, working directory and time zone, the same bytes in the
 * files of values, wherever they lie, and the same answers to all else that was asked of the file system (base/inputs.h). The text is
 * sealed under a key made of all of this, which is nowhere written: who has the cache but not the values learns nothing, and a
 * result outlives no secret that went into it. An entry that is damaged is as good as none.
 */
#ifndef CLI_KEPT_H
#define CLI_KEPT_H

#include "base/inputs.h"
#include "cli/options.h"

struct cli_kept {
	struct kv_job *job;
	kv_str base; /* digest of what is known before anything is read, in hexadecimal; empty: nothing is kept */
	struct kv_inputs inputs;
};

/* The text kept for this call; false if there is none, then the job records what it reads from here on. `words` is all that the
 * call was told; of `files` only the bytes count, not the names. */
bool cli_kept_take(struct cli_kept *k, struct kv_job *job, kv_str words, const struct cli_list *files, kv_str *ret);
/* Keeps what the call printed, unless it read what may be gone the next time. */
void cli_kept_put(struct cli_kept *k, kv_str text);

#endif
