/* cli/kept.h: what a command printed and warned of, kept in the cache for the next call that would print the same.
 *
 * Two calls print the same if the build of the program, the options, the working directory, the time zone, the bytes of the values files
 * and all other answers of the file system (base/inputs.h) are the same. The text is sealed under a key made of all of this, which is
 * written nowhere: someone with the cache but without the values learns nothing. A damaged entry counts as missing.
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

/* The text kept for this call, and its warnings; false if there is none, then the job records what it reads from here on. `words` is
 * all that the call was told; of `files` only the bytes count, not the names. */
bool cli_kept_take(struct cli_kept *k, struct kv_job *job, kv_str words, const struct cli_list *files, kv_str *ret,
		   kv_str *ret_warnings);
/* Keeps what the call prints and what the job has warned of, unless it read what may be gone the next time. */
void cli_kept_put(struct cli_kept *k, kv_str text);

#endif
