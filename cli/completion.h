/* cli/completion.h: what a shell may offer for the value of an option. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/options.h"

enum cli_value_kind { CLI_ANY_TEXT, CLI_ONE_OF, CLI_PATHS, CLI_FOLDERS };

/* By the option's placeholder, or a help that begins with a list such as "text|json". The words of CLI_ONE_OF are set apart by
 * blanks. */
enum cli_value_kind cli_value_kind(struct kv_arena *arena, const struct cli_option *option, kv_str *ret_words);

#endif
