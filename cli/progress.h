/* cli/progress.h: a line on the terminal that tells how far downloads are.
 *
 * It is on standard error if that is a terminal that can go back in a line, and not where $CI says that nobody watches. It
 * appears after half a second of downloading, and is wiped away before anything else is printed. The terminal belongs to the process,
 * so there is one line a process.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "render/fetch/http.h"

/* What transfers are to count in, from now to the end of the process; NULL where no line is wanted. */
struct rnd_progress *cli_progress_start(void);
/* Before something is printed. */
void cli_progress_wipe(void);

#endif
