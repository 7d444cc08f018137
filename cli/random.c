/* cli/random.c: see random.h. */
#include "cli/random.h"

int cli_random_read(struct kv_job *job, kv_str value, bool *ret_os)
{
	*ret_os = kv_str_eq(value, KV_S("os"));
	if (*ret_os || !value.p || kv_str_eq(value, KV_S("seed")))
		return 0;
	return kv_error(job, 0, "invalid --random \"%.*s\": it must be seed or os", KV_ARG(value));
}
