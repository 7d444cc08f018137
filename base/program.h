/* base/program.h: this process: its build, its environment. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/str.h"

/* The build ID that the linker made of everything the program consists of: other bytes, another ID. Empty if it made none. */
kv_str kv_program_id(void);
/* An environment variable; empty if it is not set. */
kv_str kv_env(const char *name);

#endif
