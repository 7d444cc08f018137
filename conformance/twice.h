/* conformance/twice.h: every filter twice. */
#ifndef CONFORMANCE_TWICE_H
#define CONFORMANCE_TWICE_H

/* runner twice [ARGUMENT]...: runs $REAL_KVENDOR with the arguments, as a case would, and gives its exit status. What it wrote or printed then
 * goes through the same filters again: each run is a line in the file $TWICE, with what changed. */
int cf_twice(int argc, char **argv);

#endif
