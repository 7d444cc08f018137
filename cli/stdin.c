/* cli/stdin.c: looks at the first bytes of standard input: is it a ResourceList? */
#include "cli/stdin.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Longer beginnings are none of a ResourceList. */
#define LOOKED_AT 4096
/* How long a silent pipe is waited for, in milliseconds. */
#define PATIENCE 1000

enum guess { NO, YES, MORE };

struct text {
	kv_str s;
	size_t at;
};

static void skip(struct text *t, const char *set)
{
	while (t->at < t->s.n && t->s.p[t->at] && strchr(set, t->s.p[t->at]))
		t->at++;
}

static void skip_line(struct text *t)
{
	size_t end = kv_str_find(t->s, KV_S("\n"), t->at);
	t->at = end == SIZE_MAX ? t->s.n : end + 1;
}

static bool next_is(const struct text *t, const char *word)
{
	return kv_str_starts(kv_str_sub(t->s, t->at, t->s.n), kv_str_c(word));
}

/* Blanks, a byte order mark, comments, the start of a document, and JSON's brace come before the first key. */
static void skip_to_key(struct text *t)
{
	if (next_is(t, "\xef\xbb\xbf"))
		t->at += 3;
	for (;;) {
		skip(t, " \t\r\n");
		if (!next_is(t, "#") && !next_is(t, "---"))
			break;
		skip_line(t);
	}
	if (next_is(t, "{"))
		t->at++;
	skip(t, " \t\r\n");
}

/* key ":" value, each in quotes or not: NO as soon as a byte differs, MORE while the text is a beginning. */
static enum guess match(const struct text *t, const char *key, const char *value)
{
	struct text here = *t;
	const char *const parts[] = { key, ":", value };
	for (size_t i = 0; i < 3; i++) {
		skip(&here, i == 1 ? "\"' " : " \t\"'");
		for (const char *c = parts[i]; *c; c++, here.at++) {
			if (here.at == here.s.n)
				return MORE;
			if (here.s.p[here.at] != *c)
				return NO;
		}
	}
	return YES;
}

static enum guess look(kv_str head)
{
	struct text t = { head, 0 };
	skip_to_key(&t);
	enum guess by_version = match(&t, "apiVersion", "config.kubernetes.io/");
	enum guess by_kind = match(&t, "kind", "ResourceList");
	if (by_version == YES || by_kind == YES)
		return YES;
	return (by_version == MORE || by_kind == MORE) && head.n < LOOKED_AT ? MORE : NO;
}

static long now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool may_bring_one(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size > 0));
}

bool cli_stdin_is_list(struct kv_job *job, kv_str *ret_head)
{
	char *head = kv_arena_alloc(job->arena, LOOKED_AT);
	size_t n = 0;
	*ret_head = kv_str_of(head, 0);
	if (!may_bring_one())
		return false;
	for (long end = now_ms() + PATIENCE, left; (left = end - now_ms()) > 0;) {
		struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
		int ready = poll(&in, 1, (int)left);
		if (ready < 0 && errno == EINTR)
			continue;
		ssize_t got = ready > 0 ? read(STDIN_FILENO, head + n, LOOKED_AT - n) : 0;
		if (got <= 0)
			return false;
		n += (size_t)got;
		*ret_head = kv_str_of(head, n);
		enum guess guess = look(*ret_head);
		if (guess != MORE)
			return guess == YES;
	}
	return false;
}
