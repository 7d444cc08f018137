/* base/dl.h: shared libraries that are loaded on first use.
 *
 * Linking libgit2 or libcurl would make every start several times slower, so only who needs them pays.
 *
 * A module lists the functions it needs with the place of each in a struct of function pointers. A library is
 * asked for by the soname its headers belong to; once loaded it stays, and loading it again costs only the
 * look-ups.
 */
#ifndef BASE_DL_H
#define BASE_DL_H

#include "base/arena.h"

struct kv_dl_symbol {
	const char *name;
	size_t offset; /* of the pointer in the table */
};

/* KV_DL(struct curl_api, easy_init, "curl_easy_init") */
#define KV_DL(type, member, symbol)                                                                          \
	{                                                                                                    \
		symbol, offsetof(type, member)                                                               \
	}

/* Fills the table. -1: *ret_error says what the loader says ("cannot load libgit2.so.1.5: ..."). */
int kv_dl_load(struct kv_arena *a, const char *soname, const struct kv_dl_symbol *symbols, size_t n,
	       void *table, kv_str *ret_error) __attribute__((warn_unused_result));

#endif
