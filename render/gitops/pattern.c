/* render/gitops/pattern.c: patterns of paths, and the files that one names (bmatcuk/doublestar, match.go, glob.go, globwalk.go). */
#include "base/file.h"
#include "render/gitops/internal.h"

/* set = "[" [ "!" | "^" ] { c | c "-" c } "]": whether it has the character, and how long it is; 0 if it has no end. For Go "!" is one
 * character more, and a set is never empty. */
static size_t match_set(kv_str set, char c, bool go, bool *ret)
{
	bool not = set.n > 1 && ((set.p[1] == '!' && !go) || set.p[1] == '^'), in = false;
	size_t i = not ? 2 : 1, first = go ? SIZE_MAX : i;

	for (; i < set.n && (set.p[i] != ']' || i == first); i++) {
		char low = set.p[i], high = low;

		if (i + 2 < set.n && set.p[i + 1] == '-' && set.p[i + 2] != ']')
			high = set.p[i += 2];
		in |= c >= low && c <= high;
	}
	*ret = in != not ;
	return i < set.n && (!go || i > (not ? 2 : 1)) ? i + 1 : 0;
}

/* One sign of the pattern that is no star against one character: how long the sign is, 0 if they differ. */
static size_t match_one(kv_str sign, char c, enum rnd_gitops_rules rules)
{
	bool in;
	size_t n;

	if (sign.p[0] == '?')
		return c != '/' || rules == RND_GITOPS_GIT;
	if (sign.p[0] == '[' && (n = match_set(sign, c, rules == RND_GITOPS_GO, &in)))
		return in ? n : 0;
	/* A set without an end is an error there, which matches nothing. */
	if (sign.p[0] == '[' && rules == RND_GITOPS_GO)
		return 0;
	if (sign.p[0] == '\\' && sign.n > 1)
		return sign.p[1] == c ? 2 : 0;
	return sign.p[0] == c;
}

bool rnd_gitops_matches(kv_str pattern, kv_str text, enum rnd_gitops_rules rules)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0, n;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = ++p;
			from = t;
		} else if (p < pattern.n &&
			   (n = match_one(kv_str_sub(pattern, p, pattern.n), text.p[t], rules))) {
			p += n;
			t++;
		} else if (star != SIZE_MAX && (rules == RND_GITOPS_GIT || text.p[from] != '/')) {
			p = star;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

/* --- files -------------------------------------------------------------------------------------- */

struct glob {
	struct kv_job *job;
	kv_pos pos;
	size_t nseen; /* entries of folders so far */
	kv_str *found;
	size_t n, cap;
};

/* Entries of folders that a pattern may look at: links can make folders without end. */
#define MOST_ENTRIES 100000

static int look(struct glob *g, kv_str dir, struct kv_dirent **ret_entries, size_t *ret_n)
{
	*ret_n = 0;
	if (kv_input_kind(g->job, dir) != KV_FILE_DIR)
		return 0;
	if (kv_dir_read(g->job, dir, ret_entries, ret_n) < 0)
		return -1;
	g->nseen += *ret_n;
	if (g->nseen > MOST_ENTRIES)
		return kv_error(g->job, g->pos, "too many files for one pattern (limit %d)", MOST_ENTRIES);
	return 0;
}

static bool has_sign(kv_str segment)
{
	return kv_str_chr(segment, '*') != SIZE_MAX || kv_str_chr(segment, '?') != SIZE_MAX ||
	       kv_str_chr(segment, '[') != SIZE_MAX;
}

static int find(struct glob *g, kv_str dir, kv_str rest);

/* Each entry that the segment matches, and in it what the rest matches. */
static int find_matching(struct glob *g, kv_str dir, kv_str segment, kv_str rest)
{
	struct kv_dirent *entries;
	size_t n;

	if (look(g, dir, &entries, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (rnd_gitops_matches(segment, entries[i].name, RND_GITOPS_SHELL) &&
		    find(g, kv_path_join(g->job->arena, dir, entries[i].name), rest) < 0)
			return -1;
	return 0;
}

/* "**": the folder itself, then those in it, each with all below it before the next. */
static int find_below(struct glob *g, kv_str dir, kv_str rest)
{
	struct kv_dirent *entries;
	size_t n;

	if (look(g, dir, &entries, &n) < 0 || (rest.n && find(g, dir, rest) < 0))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(g->job->arena, dir, entries[i].name);

		if (kv_input_kind(g->job, path) == KV_FILE_DIR) {
			if (find_below(g, path, rest) < 0)
				return -1;
		} else if (!rest.n) {
			KV_PUSH(g->job->arena, g->found, g->n, g->cap, path);
		}
	}
	return 0;
}

/* What the rest of the pattern matches at a path. */
static int find(struct glob *g, kv_str path, kv_str rest)
{
	size_t slash = kv_str_chr(rest, '/');
	kv_str segment = kv_str_sub(rest, 0, slash),
	       more = slash == SIZE_MAX ? KV_S("") : kv_str_sub(rest, slash + 1, rest.n);

	if (!rest.n) {
		if (kv_input_kind(g->job, path) != KV_FILE_NONE)
			KV_PUSH(g->job->arena, g->found, g->n, g->cap, path);
		return 0;
	}
	if (kv_str_eq(segment, KV_S("**")))
		return find_below(g, path, more);
	if (has_sign(segment))
		return find_matching(g, path, segment, more);
	return find(g, kv_path_join(g->job->arena, path, segment), more);
}

bool rnd_gitops_is_pattern(kv_str path)
{
	return has_sign(path);
}

int rnd_gitops_glob(struct kv_job *job, kv_pos pos, kv_str root, kv_str pattern, kv_str **ret, size_t *ret_n)
{
	struct glob g = { .job = job, .pos = pos };

	if (find(&g, root, pattern) < 0)
		return -1;
	*ret = g.found;
	*ret_n = g.n;
	return 0;
}
