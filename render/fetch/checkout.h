/* render/fetch/checkout.h: the files of a commit as one text, and as a folder.
 *
 * The text is what the cache keeps and kvendor.lock names the SHA-256 of. It begins with the line "kvendor checkout 1"; every file
 * then has a line of its kind (`file`, `program` or `link`), its length in bytes and its path, then its bytes and a line feed. The
 * order is Git's, so the same files give the same text.
 */
#ifndef RENDER_FETCH_CHECKOUT_H
#define RENDER_FETCH_CHECKOUT_H

#include "base/git_store.h"

void rnd_checkout_begin(struct kv_buf *out);
/* A file under a folder ("" or "a/b/"), which is where its repository stands. Not for modules. */
void rnd_checkout_add(struct kv_buf *out, kv_str prefix, const struct kv_git_tree_file *file);

/* Writes the files into a temporary folder; its path is absolute and without links. A symbolic link that leads out of it, or nowhere, is left out. */
KV_MUST int rnd_checkout_unpack(struct kv_job *job, kv_pos pos, kv_str text, kv_str *ret_dir);

#endif
