/* render/fetch/checkout.c: writes the files of a commit as one text, and unpacks it into a folder. */
#include "render/fetch/checkout.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/inputs.h"
#include "base/temporary.h"

#define FIRST_LINE "kvendor checkout 1"

static const char *const kinds[] = {
	[KV_GIT_FILE] = "file",
	[KV_GIT_PROGRAM] = "program",
	[KV_GIT_LINK] = "link",
};

void rnd_checkout_begin(struct kv_buf *out)
{
	kv_buf_lit(out, FIRST_LINE "\n");
}

void rnd_checkout_add(struct kv_buf *out, kv_str prefix, const struct kv_git_tree_file *file)
{
	kv_buf_printf(out, "%s %zu %.*s%.*s\n", kinds[file->kind], file->data.n, KV_ARG(prefix),
		      KV_ARG(file->path));
	kv_buf_str(out, file->data);
	kv_buf_c(out, '\n');
}

/* --- into a folder ---------------------------------------------------------------------------- */

struct unpack {
	struct kv_job *job;
	kv_str dir;
	kv_str made; /* the folder of the last file */
};

/* False: the text is not what rnd_checkout_add writes. */
static bool next_file(kv_str *rest, struct kv_git_tree_file *ret)
{
	kv_str line;
	size_t first, second, n = 0;

	if (!kv_str_line(rest, &line))
		return false;
	first = kv_str_chr(line, ' ');
	second = first == SIZE_MAX ? first : kv_str_find(line, KV_S(" "), first + 1);
	if (second == SIZE_MAX)
		return false;
	ret->kind = KV_GIT_MODULE;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kv_str_eq(kv_str_sub(line, 0, first), kv_str_c(kinds[i])))
			ret->kind = (enum kv_git_kind)i;
	for (size_t i = first + 1; i < second && n < rest->n; i++)
		n = n * 10 + (size_t)(line.p[i] - '0');
	ret->path = kv_str_sub(line, second + 1, line.n);
	if (ret->kind == KV_GIT_MODULE || n >= rest->n || rest->p[n] != '\n' || !ret->path.n)
		return false;
	ret->data = kv_str_sub(*rest, 0, n);
	*rest = kv_str_sub(*rest, n + 1, rest->n);
	return true;
}

static int write_file(struct unpack *u, const struct kv_git_tree_file *file)
{
	kv_str path = kv_path_join(u->job->arena, u->dir, file->path),
	       parent = kv_path_dir(u->job->arena, path);

	if (!kv_str_eq(parent, u->made) && kv_dir_make(u->job, parent) < 0)
		return -1;
	u->made = parent;
	if (kv_file_write(u->job, path, file->data) < 0)
		return -1;
	if (file->kind == KV_GIT_PROGRAM && chmod(kv_arena_cstr(u->job->arena, path), 0755) < 0)
		return kv_error_file(u->job, path, "it cannot be made a program");
	return 0;
}

static int write_link(struct unpack *u, const struct kv_git_tree_file *file)
{
	kv_str path = kv_path_join(u->job->arena, u->dir, file->path);

	if (kv_dir_make(u->job, kv_path_dir(u->job->arena, path)) < 0)
		return -1;
	if (symlink(kv_arena_cstr(u->job->arena, file->data), kv_arena_cstr(u->job->arena, path)) == 0)
		return 0;
	return kv_error_file(u->job, path, "the link cannot be made");
}

/* Where a link leads shows once all are there. */
static int check_link(struct unpack *u, const struct kv_git_tree_file *file)
{
	kv_str path = kv_path_join(u->job->arena, u->dir, file->path), real, rest;
	struct kv_diag_mark mark = kv_diag_mark(u->job);

	if (kv_path_real(u->job, path, &real) < 0 || !kv_path_below(real, u->dir, &rest))
		kv_file_remove(path);
	kv_diag_forget(u->job, mark);
	return 0;
}

typedef int on_file(struct unpack *u, const struct kv_git_tree_file *file);

static int each(struct unpack *u, kv_pos pos, kv_str text, bool links, on_file *visit)
{
	kv_str line;
	struct kv_git_tree_file file;

	if (!kv_str_line(&text, &line) || !kv_str_eq(line, KV_S(FIRST_LINE)))
		return kv_error(u->job, pos, "the entry of the cache is not a checkout of this version of kvendor");
	while (text.n) {
		if (!next_file(&text, &file))
			return kv_error(u->job, pos, "the entry of the cache is a damaged checkout");
		if ((file.kind == KV_GIT_LINK) == links && visit(u, &file) < 0)
			return -1;
	}
	return 0;
}

/* Nothing is ever written through a link: they come last. */
int rnd_checkout_unpack(struct kv_job *job, kv_pos pos, kv_str text, kv_str *ret_dir)
{
	struct unpack u = { .job = job };

	if (kv_temporary_dir(job, &u.dir) < 0)
		return -1;
	/* The pin says what is in it. */
	kv_inputs_leave_out(job, u.dir);
	if (each(&u, pos, text, false, write_file) < 0 || each(&u, pos, text, true, write_link) < 0 || each(&u, pos, text, true, check_link) < 0)
		return -1;
	*ret_dir = u.dir;
	return 0;
}
