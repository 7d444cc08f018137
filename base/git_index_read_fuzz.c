/* base/git_index_read_fuzz.c: any bytes as an index, also as a split one whose shared part they are.
 *
 * Without a checksum, as index.skipHash leaves it.
 * Seeds: /git/index(\.[a-z234]+)?$ /git/sharedindex /git/drift$
 */
#include "base/git_index_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct kv_git_items items, shared;
	uint8_t *text = kv_arena_zero(job->arena, size + KV_GIT_ID);
	kv_str file = KV_S("index");
	if (size)
		memcpy(text, data, size);
	kv_str whole = kv_str_of((char *)text, size + KV_GIT_ID);
	if (kv_git_items_read(job, file, whole, &items) == 0 &&
	    kv_git_items_read(job, file, whole, &shared) == 0 &&
	    kv_git_items_join(job, file, &items, &shared) == 0 && items.n > 2 * shared.n)
		__builtin_trap();
	kv_job_free(job);
	return 0;
}
