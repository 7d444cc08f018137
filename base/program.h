/* base/program.h: which build of the program this is. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "base/str.h"

/* The build ID that the linker made of everything the program consists of: other bytes, another ID. Empty if it made none. */
kv_str kv_program_id(void);

#endif
