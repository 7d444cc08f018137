/* cli/random.h: --random=os|seed, where chance and clock of templates come from. */
#ifndef CLI_RANDOM_H
#define CLI_RANDOM_H

#include "base/job.h"

#define CLI_RANDOM_OPTION(offset)                                                                            \
	{                                                                                                    \
		0, "random", CLI_VALUE, offset, "SOURCE",                                                    \
			.help = "seed: random values are the same each time; os: new ones each time, as with Helm"     \
	}

/* Whether a value of the option means the operating system; none does not. */
KV_MUST int cli_random_read(struct kv_job *job, kv_str value, bool *ret_os);

#endif
