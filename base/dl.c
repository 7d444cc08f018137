/* base/dl.c: dlopen and dlsym with messages. */
#include "base/dl.h"

#include <dlfcn.h>

#include "base/buf.h"

static int fail(struct kv_arena *a, const char *soname, kv_str *ret_error)
{
	const char *why = dlerror();
	*ret_error = kv_arena_printf(a, "cannot load %s: %s", soname, why ? why : "unknown reason");
	return -1;
}

int kv_dl_load(struct kv_arena *a, const char *soname, const struct kv_dl_symbol *symbols, size_t n,
	       void *table, kv_str *ret_error)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return fail(a, soname, ret_error);
	for (size_t i = 0; i < n; i++) {
		void *symbol = dlsym(library, symbols[i].name);
		if (!symbol)
			return fail(a, soname, ret_error);
		memcpy((char *)table + symbols[i].offset, &symbol, sizeof symbol);
	}
	return 0;
}
