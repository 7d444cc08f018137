/* cli/help_functions.h: the page of template functions, in Markdown. */
#ifndef CLI_HELP_FUNCTIONS_H
#define CLI_HELP_FUNCTIONS_H

#include "base/buf.h"

/* One row for each function of the table, in the order of the names. */
void cli_help_functions(struct kv_buf *out);

#endif
