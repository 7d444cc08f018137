/* conformance/serve.h: a small HTTP server for cases, good and bad. */
#ifndef CONFORMANCE_SERVE_H
#define CONFORMANCE_SERVE_H

/* runner serve DIR COMMAND [ARGUMENT]...: serves the files of DIR on two loopback ports while the command runs, and gives its exit
 * status. */
int cf_serve(int argc, char **argv);

#endif
