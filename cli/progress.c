/* cli/progress.c: a thread that prints the progress of downloads. */
#include "cli/progress.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 250
/* Ticks with a transfer before the line appears. */
#define PATIENCE 2

static struct rnd_progress counters;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool shown;

static void draw(void)
{
	size_t active = atomic_load(&counters.active), done = atomic_load(&counters.done);
	double bytes = (double)atomic_load(&counters.bytes) / 1e6;
	pthread_mutex_lock(&lock);
	dprintf(STDERR_FILENO, "\r\033[Kdownloading: %zu under way, %zu done, %.1f MB", active, done, bytes);
	shown = true;
	pthread_mutex_unlock(&lock);
}

static void *watch(void *arg)
{
	const struct timespec tick = { 0, TICK_MS * 1000000L };
	for (int busy = 0;;) {
		nanosleep(&tick, NULL);
		busy = atomic_load(&counters.active) ? busy + 1 : 0;
		if (busy >= PATIENCE)
			draw();
		else if (!busy)
			cli_progress_wipe();
	}
	return arg;
}

struct rnd_progress *cli_progress_start(void)
{
	const char *term = getenv("TERM"), *ci = getenv("CI");
	pthread_t thread;
	if (!isatty(STDERR_FILENO) || !term || !*term || strcmp(term, "dumb") == 0 || (ci && *ci) ||
	    pthread_create(&thread, NULL, watch, NULL) != 0)
		return NULL;
	pthread_detach(thread);
	return &counters;
}

void cli_progress_wipe(void)
{
	pthread_mutex_lock(&lock);
	if (shown)
		dprintf(STDERR_FILENO, "\r\033[K");
	shown = false;
	pthread_mutex_unlock(&lock);
}
