/* base/file.h: files, folders and path texts.
 *
 * Paths are kv_str with `/`. Reading returns the whole file in the job's arena. Errors are reported with the
 * reason of the operating system.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/job.h"

enum kv_file_kind { KV_FILE_NONE, KV_FILE_REGULAR, KV_FILE_DIR, KV_FILE_LINK, KV_FILE_OTHER };

struct kv_dirent {
	kv_str name;
	enum kv_file_kind kind; /* of the entry itself: links are KV_FILE_LINK */
};

struct stat;

/* For qsort: by the bytes of the names. */
int kv_dirent_by_name(const void *a, const void *b);

/* What the path is; links are followed, or not with _link. A dangling link is KV_FILE_NONE when followed. */
enum kv_file_kind kv_file_kind(kv_str path);
enum kv_file_kind kv_file_kind_link(kv_str path);
/* The same as an input of the job (base/inputs.h): what a render does with the answer may show in its result. kv_file_read,
 * kv_dir_read and kv_path_real note what they find, too. */
enum kv_file_kind kv_input_kind(struct kv_job *job, kv_str path);
/* Links followed; false if there is nothing. */
bool kv_file_stat(kv_str path, struct stat *ret);

/* The bytes of a regular file, at most limits.file_bytes; a NUL follows them. */
KV_MUST int kv_file_read(struct kv_job *job, kv_str path, kv_str *ret_text);
/* The bytes of a regular file of any size, which is no input of the job, piece by piece until `take` says that it has enough. */
KV_MUST int kv_file_read_pieces(struct kv_job *job, kv_str path, bool (*take)(void *arg, kv_str piece), void *arg);
/* What comes out of a pipe or a device, such as a shell's <(...), which waits for its other end; with the same limit. */
KV_MUST int kv_pipe_read(struct kv_job *job, kv_str path, kv_str *ret_text);
/* Standard input to its end, with the same limit. */
KV_MUST int kv_stdin_read(struct kv_job *job, kv_str *ret_text);
/* The entries of a folder without . and .., sorted by bytes. */
KV_MUST int kv_dir_read(struct kv_job *job, kv_str path, struct kv_dirent **ret_entries, size_t *ret_n);
/* Shows all that is below a folder to `see`, which answers whether a folder is entered. Links are not followed. */
KV_MUST int kv_dir_walk(struct kv_job *job, kv_str top, bool (*see)(void *arg, kv_str path, enum kv_file_kind kind),
			void *arg);
/* All bytes to a descriptor, also past signals; -1 with errno. */
KV_MUST int kv_write_all(int fd, kv_str bytes);
/* Writes a new file or replaces its bytes in place; for outputs that are not trees (those belong to tree/write). */
KV_MUST int kv_file_write(struct kv_job *job, kv_str path, kv_str text);
/* Writes a new file that only this user can read, in $TMPDIR or /tmp; whoever asked removes it. */
KV_MUST int kv_file_write_temporary(struct kv_job *job, kv_str prefix, kv_str text, kv_str *ret_path);
void kv_file_remove(kv_str path);
/* Makes the folder and its parents. */
KV_MUST int kv_dir_make(struct kv_job *job, kv_str path);
/* The same; those that are made are this user's alone. */
KV_MUST int kv_dir_make_private(struct kv_job *job, kv_str path);

/* Go's path.Clean: no "//", ".", inner ".."; "" becomes ".". */
kv_str kv_path_clean(struct kv_arena *a, kv_str path);
/* a + "/" + b, cleaned; b alone when it is absolute. */
kv_str kv_path_join(struct kv_arena *a, kv_str dir, kv_str name);
/* All but the last element, cleaned: "." or "/" when there is none. */
kv_str kv_path_dir(struct kv_arena *a, kv_str path);
/* The last element: "a/b" gives "b". */
kv_str kv_path_base(kv_str path);
/* `path` relative to `dir` when it lies at or below it ("." for equal), both absolute and clean; else false. */
bool kv_path_below(kv_str path, kv_str dir, kv_str *ret_rest);
/* The absolute path with all links resolved; -1 with errno's reason reported if it does not exist. */
KV_MUST int kv_path_real(struct kv_job *job, kv_str path, kv_str *ret_real);
/* Working directory, absolute. */
KV_MUST int kv_path_cwd(struct kv_job *job, kv_str *ret_dir);

#endif
