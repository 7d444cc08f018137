/* render/semver_scan.h: the one grammar of version texts, shared by versions and constraints.
 *
 *     version = ["v"] run ["." run] ["." run] ["-" ident {"." ident}] ["+" ident {"." ident}]
 *
 * A run is digits, in constraints also x X * and | (semver: version.go looseSemVerRegex, constraints.go
 * cvRegex). Each part is known by its first byte, so the longest match is found without going back.
 */
#ifndef RENDER_SEMVER_SCAN_H
#define RENDER_SEMVER_SCAN_H

#include "base/str.h"

struct rnd_version_scan {
	kv_str major, minor, patch; /* without the dots; empty where absent */
	kv_str pre, meta;           /* without "-" and "+" */
};

static inline bool rnd_is_identifier(char c)
{
	return kv_is_alnum(c) || c == '-';
}

/* RE2's \s */
static inline bool rnd_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static inline size_t rnd_scan_run(kv_str s, size_t i, bool wild)
{
	while (i < s.n && (kv_is_digit(s.p[i]) || (wild && s.p[i] && strchr("xX*|", s.p[i]))))
		i++;
	return i;
}

/* ident {"." ident} behind the mark at s[i]; i if there is none. */
static inline size_t rnd_scan_tail(kv_str s, size_t i, char mark, kv_str *ret)
{
	if (i >= s.n || s.p[i] != mark)
		return i;
	size_t start = i + 1, end = start;
	do {
		size_t from = end == start ? start : end + 1, k = from;
		while (k < s.n && rnd_is_identifier(s.p[k]))
			k++;
		if (k == from)
			break;
		end = k;
	} while (end < s.n && s.p[end] == '.');
	*ret = kv_str_sub(s, start, end);
	return end == start ? i : end;
}

static inline size_t rnd_scan_dotted(kv_str s, size_t i, bool wild, kv_str *ret)
{
	if (i >= s.n || s.p[i] != '.')
		return i;
	size_t end = rnd_scan_run(s, i + 1, wild);
	*ret = kv_str_sub(s, i + 1, end);
	return end == i + 1 ? i : end;
}

/* The end of the version that starts at s[i], or i if none does. */
static inline size_t rnd_scan_version(kv_str s, size_t i, bool wild, struct rnd_version_scan *ret)
{
	*ret = (struct rnd_version_scan){ 0 };
	size_t start = i < s.n && s.p[i] == 'v' ? i + 1 : i;
	size_t at = rnd_scan_run(s, start, wild);
	if (at == start)
		return i;
	ret->major = kv_str_sub(s, start, at);
	size_t end = rnd_scan_dotted(s, at, wild, &ret->minor);
	if (end != at)
		end = rnd_scan_dotted(s, end, wild, &ret->patch);
	end = rnd_scan_tail(s, end, '-', &ret->pre);
	return rnd_scan_tail(s, end, '+', &ret->meta);
}

/* comparePrerelease: -1, 0, 1. */
int rnd_semver_cmp_pre(kv_str v, kv_str o);

#endif
