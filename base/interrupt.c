/* base/interrupt.c: the counters of held and noted signals. */
#include "base/interrupt.h"

#include <stdatomic.h>

/* Lock-free on every machine we build for, so they may be used in a handler. */
static atomic_int held, noted;

void kv_interrupt_hold(void)
{
	atomic_fetch_add(&held, 1);
}

void kv_interrupt_release(void)
{
	atomic_fetch_sub(&held, 1);
}

int kv_interrupted(void)
{
	return atomic_load(&noted);
}

bool kv_interrupt_note(int signal)
{
	atomic_store(&noted, signal);
	return atomic_load(&held) > 0;
}
