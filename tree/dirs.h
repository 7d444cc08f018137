/* tree/dirs.h: folders by descriptor, so that nobody can swap a link under a write.
 *
 * Paths are absolute and have no links; each step is opened without following one. Errors are errno's and are
 * reported by the caller, who knows what the path is called.
 */
#ifndef TREE_DIRS_H
#define TREE_DIRS_H

#include "base/job.h"

/* A descriptor that closes itself. */
void tree_fd_close(int *fd);
#define tree_fd __attribute__((cleanup(tree_fd_close))) int

/* Folders that were made on the way, outermost first, to be removed again when a unit fails. */
struct tree_made {
	kv_str *v; /* absolute */
	size_t n, cap;
};

/* The folder at `path`; with `made`, missing ones are made and listed there. -1 with errno. */
int tree_dir_open(struct kv_arena *a, kv_str path, struct tree_made *made);
/* Removes what was made, as far as it is empty. */
void tree_made_undo(struct kv_arena *a, struct tree_made *made);

/* Removes a file, or a folder with all it holds, never following a link. Nothing there is fine. -1 with
 * errno. */
int tree_remove_at(int dir, const char *name);
/* Puts the same entry into another folder: files and links by a hard link, or a copy where that is not
 * possible; folders are made and their entries put into them. -1 with errno. */
int tree_link_at(int from, const char *name, int to);
/* A new file with all its bytes. -1 with errno. */
int tree_create_at(int dir, const char *name, kv_str text);
/* True if `name` is a regular file with exactly these bytes. */
bool tree_same_at(int dir, const char *name, kv_str text);

#endif
