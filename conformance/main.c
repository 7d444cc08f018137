/* conformance/main.c: `conformance-runner AREA [DIR] [--case GLOB] [--kvendor FILE] [--quiet] [--slow] [--bless]`.
 *
 * Prints each failing id with its first difference, then "N passed, N failed" (and ", N skipped" if any). Exit status 0 if
 * nothing failed, 1 if something did, 2 if the cases could not be read.
 */
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/serve.h"
#include "conformance/runner.h"
#include "conformance/twice.h"

/* What the workers share: the next case to take, and what each has in hand. */
#define MOST_WORKERS 16
struct board {
	size_t next;
	size_t current[MOST_WORKERS]; /* case + 1; 0 is idle */
};

struct worker {
	pid_t pid;
	int from; /* read end of its pipe */
	struct kv_buf pending;
};

struct tally {
	size_t passed, failed, skipped;
	bool quiet;
};

struct record {
	size_t index;
	uint32_t verdict, ndetail;
};

/* A case that runs this long hangs. Under valgrind everything takes some 30 times longer. */
#define CASE_SECONDS 120u
#define SLOW_CASE_SECONDS 1800u

static void write_all(int fd, const void *p, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t put = write(fd, (const char *)p + done, n - done);

		if (put <= 0)
			_exit(3);
		done += (size_t)put;
	}
}

static void run_case(const struct cf_area *area, const struct cf_suite *suite, size_t index, int to)
{
	struct kv_job *job = kv_job_new();
	struct cf_result r = { .job = job };
	job->imitating = true;
	struct record record = { .index = index };

	kv_buf_init(&r.detail, job->arena, 4096);
	alarm(suite->slow ? SLOW_CASE_SECONDS : CASE_SECONDS);
	area->run(suite, &suite->cases[index], &r);
	alarm(0);
	cf_scratch_end();
	record.verdict = r.verdict;
	record.ndetail = (uint32_t)r.detail.n;
	write_all(to, &record, sizeof record);
	write_all(to, kv_buf_view(&r.detail).p, r.detail.n);
	kv_job_free(job);
}

static _Noreturn void work(const struct cf_area *area, const struct cf_suite *suite, struct board *board, size_t self, int to)
{
	for (;;) {
		size_t index = __atomic_fetch_add(&board->next, 1, __ATOMIC_RELAXED);

		if (index >= suite->n)
			break;
		board->current[self] = index + 1;
		run_case(area, suite, index, to);
		board->current[self] = 0;
	}
	_exit(0);
}

static void start(struct worker *w, const struct cf_area *area, const struct cf_suite *suite, struct board *board, size_t self)
{
	int ends[2];

	if (pipe(ends)) {
		perror("pipe");
		exit(2);
	}
	fflush(NULL);
	w->pid = fork();
	if (!w->pid) {
		close(ends[0]);
		work(area, suite, board, self, ends[1]);
	}
	close(ends[1]);
	w->from = ends[0];
	w->pending.n = 0;
}

static void count(struct tally *t, const struct cf_suite *suite, size_t index, uint32_t verdict, kv_str detail)
{
	kv_str id = suite->cases[index].id;

	t->passed += verdict == CF_PASS;
	t->failed += verdict == CF_FAIL;
	t->skipped += verdict == CF_SKIP;
	if (verdict != CF_PASS && !t->quiet)
		printf("%s %.*s: %.*s\n", verdict == CF_FAIL ? "FAIL" : "SKIP", KV_ARG(id), KV_ARG(detail));
}

/* Counts the whole records that have arrived. */
static void take_records(struct worker *w, struct tally *t, const struct cf_suite *suite)
{
	size_t at = 0;

	for (;;) {
		struct record record;

		if (w->pending.n - at < sizeof record)
			break;
		memcpy(&record, w->pending.p + at, sizeof record);
		if (w->pending.n - at - sizeof record < record.ndetail)
			break;
		count(t, suite, record.index, record.verdict,
		      kv_str_of(w->pending.p + at + sizeof record, record.ndetail));
		at += sizeof record + record.ndetail;
	}
	memmove(w->pending.p, w->pending.p + at, w->pending.n - at);
	w->pending.n -= at;
}

/* Reads what a worker says. False when it is gone. */
static bool listen_to(struct worker *w, struct tally *t, const struct cf_suite *suite)
{
	char chunk[65536];
	ssize_t got = read(w->from, chunk, sizeof chunk);

	if (got <= 0)
		return false;
	kv_buf_add(&w->pending, chunk, (size_t)got);
	take_records(w, t, suite);
	return true;
}

/* A worker that died with a case in hand failed that case. True if another is needed in its place. */
static bool bury(struct worker *w, struct board *board, size_t self, struct tally *t, const struct cf_suite *suite)
{
	size_t current = board->current[self];
	char why[64];
	int status = 0;

	waitpid(w->pid, &status, 0);
	close(w->from);
	if (!current)
		return false;
	snprintf(why, sizeof why, WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "took too long (signal %d)" :
	                          WIFSIGNALED(status) ? "died of signal %d" : "ended with status %d",
	         WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	count(t, suite, current - 1, CF_FAIL, kv_str_c(why));
	board->current[self] = 0;
	return true;
}

static void run_all(const struct cf_area *area, const struct cf_suite *suite, struct tally *t)
{
	size_t cores = kv_processors(), n = cores > MOST_WORKERS ? MOST_WORKERS : cores, alive = n;
	struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct worker workers[MOST_WORKERS];
	struct pollfd polls[MOST_WORKERS];

	for (size_t i = 0; i < n; i++) {
		kv_buf_init(&workers[i].pending, suite->job->arena, 0);
		start(&workers[i], area, suite, board, i);
	}
	while (alive) {
		for (size_t i = 0; i < n; i++)
			polls[i] = (struct pollfd){ .fd = workers[i].pid ? workers[i].from : -1, .events = POLLIN };
		if (poll(polls, n, -1) < 0)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!workers[i].pid || !polls[i].revents || listen_to(&workers[i], t, suite))
				continue;
			if (bury(&workers[i], board, i, t, suite)) {
				start(&workers[i], area, suite, board, i);
				continue;
			}
			workers[i].pid = 0;
			alive--;
		}
	}
	munmap(board, sizeof *board);
}

static const struct cf_area *find_area(const char *name)
{
	for (const struct cf_area *a = cf_areas; a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	fprintf(stderr, "unknown area %s; known:", name);
	for (const struct cf_area *a = cf_areas; a->name; a++)
		fprintf(stderr, " %s", a->name);
	fputc('\n', stderr);
	exit(2);
}

static void keep_matching(struct cf_suite *suite, const char *glob)
{
	size_t to = 0;

	for (size_t i = 0; i < suite->n; i++)
		if (!fnmatch(glob, kv_arena_cstr(suite->job->arena, suite->cases[i].id), 0))
			suite->cases[to++] = suite->cases[i];
	suite->n = to;
}

static int complain(const struct kv_job *job)
{
	struct kv_buf text;

	kv_buf_init(&text, job->arena, 0);
	kv_diags_print(job, &text, false);
	fwrite(text.p, 1, text.n, stderr);
	return 2;
}

/* Sanitizers make frames several times as large; templates that include themselves a thousand times need more stack then. */
static void widen_stack(void)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)64 << 20;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_STACK, &limit))
		perror("setrlimit");
}

int main(int argc, char **argv)
{
	struct kv_job *job;
	struct cf_suite suite = { .kvendor = KV_STR("build/kvendor") };
	struct tally tally = { 0 };
	const char *glob = NULL, *folder = NULL;
	const struct cf_area *area;

	if (argc > 1 && !strcmp(argv[1], "serve"))
		return cf_serve(argc, argv);
	if (argc > 1 && !strcmp(argv[1], "twice"))
		return cf_twice(argc, argv);
	suite.job = job = kv_job_new();
	widen_stack();
	if (argc < 2)
		return fprintf(stderr, "usage: %s AREA [DIR] [--case GLOB] [--kvendor FILE] [--quiet] [--slow] [--bless]\n", argv[0]), 2;
	area = find_area(argv[1]);
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "--case") && i + 1 < argc)
			glob = argv[++i];
		else if (!strcmp(argv[i], "--kvendor") && i + 1 < argc)
			suite.kvendor = kv_str_c(argv[++i]);
		else if (!strcmp(argv[i], "--quiet"))
			tally.quiet = true;
		else if (!strcmp(argv[i], "--slow"))
			suite.slow = true;
		else if (!strcmp(argv[i], "--bless"))
			suite.bless = true;
		else
			folder = argv[i];
	}
	suite.dir = folder ? kv_str_c(folder) : kv_arena_printf(job->arena, "%s%s",
	            strncmp(area->folder, "./", 2) ? "../shared/conformance/" : "", area->folder);
	if (kv_path_real(job, suite.dir, &suite.dir) || kv_path_real(job, suite.kvendor, &suite.kvendor) ||
	    area->load(&suite))
		return complain(job);
	if (glob)
		keep_matching(&suite, glob);
	run_all(area, &suite, &tally);
	printf("%zu passed, %zu failed", tally.passed, tally.failed);
	if (tally.skipped)
		printf(", %zu skipped", tally.skipped);
	putchar('\n');
	fflush(stdout);
	kv_job_free(job);
	return tally.failed != 0;
}
