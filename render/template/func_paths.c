/* render/template/func_paths.c: base, dir, clean, ext, isAbs. Sprig's os-twins call path/filepath, which does
 * the same on Unix but for the empty name of a folder, so both share a function where the table says so. */
#include "render/template/functions.h"

#include "base/file.h"

int rnd_fn_base(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str path = krm_str(args[0]);
	*ret = krm_string(c->job->arena, path.n ? kv_path_base(path) : KV_S("."));
	return 0;
}

int rnd_fn_dir(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_string(c->job->arena, kv_path_dir(c->job->arena, krm_str(args[0])));
	return 0;
}

int rnd_fn_clean(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_string(c->job->arena, kv_path_clean(c->job->arena, krm_str(args[0])));
	return 0;
}

/* From the last dot of the last element on. */
int rnd_fn_ext(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str path = krm_str(args[0]);
	size_t slash = kv_str_rchr(path, '/');
	kv_str name = slash == SIZE_MAX ? path : kv_str_sub(path, slash + 1, path.n);
	size_t dot = kv_str_rchr(name, '.');
	*ret = krm_string(c->job->arena, dot == SIZE_MAX ? KV_S("") : kv_str_sub(name, dot, name.n));
	return 0;
}

int rnd_fn_isAbs(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_bool(kv_str_starts(krm_str(args[0]), KV_S("/")));
	return 0;
}
