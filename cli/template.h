/* cli/template.h: `kvendor template`, also under its other names. */
#ifndef CLI_TEMPLATE_H
#define CLI_TEMPLATE_H

#include "cli/options.h"
#include "render/engine.h"

/* argv[0] is "template"; `usual` is the engine unless an option or the environment names one. */
int cli_template(int argc, char **argv, enum rnd_engine usual);

extern const struct cli_command cli_helm_template;

#endif
