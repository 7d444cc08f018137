/* cli/engine.c: see engine.h. */
#include "cli/engine.h"

#include <stdlib.h>

kv_str cli_engine_environment(void)
{
	const char *env = getenv("KVENDOR_ENGINE");
	return kv_str_c(env && *env ? env : NULL);
}

static int read_environment(struct kv_job *job, kv_str value, enum rnd_engine *ret)
{
	if (tree_engine_parse(job, 0, value, ret) == 0)
		return 0;
	kv_note(job, 0, "KVENDOR_ENGINE says so");
	return -1;
}

int cli_engine_read(struct kv_job *job, kv_str flag, enum rnd_engine *ret)
{
	kv_str env = cli_engine_environment();
	if (flag.p)
		return tree_engine_parse(job, 0, flag, ret);
	return env.p ? read_environment(job, env, ret) : 0;
}

int cli_engine_options(struct kv_job *job, kv_str flag, struct tree_produce_options *ret)
{
	kv_str env = cli_engine_environment();
	ret->has_engine = flag.p != NULL;
	ret->has_env_engine = env.p != NULL;
	if (ret->has_engine && tree_engine_parse(job, 0, flag, &ret->engine) < 0)
		return -1;
	return ret->has_env_engine ? read_environment(job, env, &ret->env_engine) : 0;
}
