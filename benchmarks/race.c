/* benchmarks/race.c: `race RUNS LABEL OURS... -- THEIRS...` runs two commands in turn, so that both meet the same weather,
 * and prints the medians of their wall times, the difference, the ratio, and the peak memories.
 *
 * Standard output and error of the commands are discarded. A command that fails ends the race.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct sample {
	double *ms;
	long peak; /* KiB, the largest of all runs */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void run(char **argv, struct sample *s, int i)
{
	double start = now();
	pid_t pid = vfork();
	struct rusage usage;
	int status;

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "race: %s failed\n", argv[0]);
		exit(2);
	}
	s->ms[i] = now() - start;
	if (usage.ru_maxrss > s->peak)
		s->peak = usage.ru_maxrss;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(struct sample *s, int n)
{
	qsort(s->ms, (size_t)n, sizeof *s->ms, ascending);
	return s->ms[n / 2];
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0, split = 3;
	struct sample ours = { 0 }, theirs = { 0 };
	double a, b;

	while (split < argc && strcmp(argv[split], "--"))
		split++;
	if (n < 1 || split + 1 >= argc || split == 3)
		return fprintf(stderr, "usage: race RUNS LABEL OURS... -- THEIRS...\n"), 2;
	argv[split] = NULL;
	ours.ms = calloc((size_t)n, sizeof *ours.ms);
	theirs.ms = calloc((size_t)n, sizeof *theirs.ms);
	if (!ours.ms || !theirs.ms)
		return 2;
	for (int i = 0; i < n; i++) {
		run(argv + 3, &ours, i);
		run(argv + split + 1, &theirs, i);
	}
	a = median(&ours, n);
	b = median(&theirs, n);
	printf("%-36s %9.2f ms %9.2f ms  difference %+8.2f ms  ratio %7.1fx  peak %6.1f / %6.1f MiB\n", argv[2], a, b, a - b, b / a,
	       (double)ours.peak / 1024, (double)theirs.peak / 1024);
	return 0;
}
