/* base/git_index.c: the entries of the index, and the blobs behind them. */
#include "base/git_index.h"

#include "base/git_index_file.h"

struct index_api {
	int (*blob)(git_blob **, git_repository *, const git_oid *);
	void (*blob_free)(git_blob *);
	git_object_size_t (*blob_size)(const git_blob *);
	const void *(*blob_bytes)(const git_blob *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct index_api, blob, "git_blob_lookup"),
	KV_DL(struct index_api, blob_free, "git_blob_free"),
	KV_DL(struct index_api, blob_size, "git_blob_rawsize"),
	KV_DL(struct index_api, blob_bytes, "git_blob_rawcontent"),
};

struct kv_git_index {
	struct index_api git;
	struct kv_git_library library;
	struct kv_git_entry *entries;
	size_t n, cap;
};

static int add_entry(struct kv_job *job, struct kv_git_index *x, const struct kv_git_item *item)
{
	struct kv_git_entry entry = { item->path,
				      item->mode == KV_GIT_MODE_LINK	 ? KV_FILE_LINK
				      : item->mode == KV_GIT_MODE_COMMIT ? KV_FILE_OTHER
									 : KV_FILE_REGULAR,
				      item->id };
	if (item->stage)
		return kv_error_file(job, item->path, "it is not merged yet, so there is nothing to commit");
	if (!item->intended)
		KV_PUSH(job->arena, x->entries, x->n, x->cap, entry);
	return 0;
}

int kv_git_index_open(struct kv_job *job, kv_str dir, struct kv_git_index **ret)
{
	struct kv_git_index *x = KV_NEW(job->arena, struct kv_git_index);
	struct kv_git_items items;
	if (kv_git_library_open(job, dir, symbols, KV_COUNT(symbols), &x->git, &x->library) < 0 ||
	    kv_git_index_items(job, &x->library, &items) < 0)
		return -1;
	for (size_t i = 0; i < items.n; i++)
		if (add_entry(job, x, &items.v[i]) < 0)
			return -1;
	*ret = x;
	return 0;
}

kv_str kv_git_index_root(const struct kv_git_index *index)
{
	return index->library.root;
}

const struct kv_git_entry *kv_git_index_entries(const struct kv_git_index *index, size_t *ret_n)
{
	*ret_n = index->n;
	return index->entries;
}

int kv_git_blob(struct kv_job *job, const struct kv_git_index *x, const struct kv_git_entry *e, kv_str *ret)
{
	git_blob *blob;
	git_oid id;
	memcpy(id.id, e->id, KV_GIT_ID);
	if (x->git.blob(&blob, x->library.repository, &id) < 0)
		return kv_git_failed(job, &x->library, e->path, "its staged bytes cannot be read");
	git_object_size_t size = x->git.blob_size(blob);
	int got = 0;
	if (size > job->limits.file_bytes)
		got = kv_error_file(job, e->path, "the file is too large (limit %zu bytes)",
				    job->limits.file_bytes);
	else
		*ret = kv_arena_dup(job->arena, kv_str_of(x->git.blob_bytes(blob), (size_t)size));
	x->git.blob_free(blob);
	return got;
}
