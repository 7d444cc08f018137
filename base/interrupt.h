/* base/interrupt.h: SIGINT and SIGTERM while something is being written.
 *
 * Signals belong to the process, so this is the one piece of state outside jobs. cli/main.c installs the
 * handler; code that must not be stopped half-way holds it and looks between its steps.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <stdbool.h>

/* While held, the handler only notes a signal. Holds nest: each needs a release. */
void kv_interrupt_hold(void);
void kv_interrupt_release(void);
/* The signal that was noted, or 0. */
int kv_interrupted(void);
/* For the handler: notes the signal; false when nobody holds it and the process is to end. */
bool kv_interrupt_note(int signal);

#endif
