/* base/job_halves.c: a loop in two halves, on two threads. */
#include <pthread.h>
#include <sched.h>

#include "base/job.h"

size_t kv_processors(void)
{
	cpu_set_t set;
	return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0 ? (size_t)CPU_COUNT(&set) : 1;
}

struct half {
	struct kv_job *job;
	kv_part_fn *fn;
	void *arg;
	size_t from, to;
	int status;
};

static void *run(void *arg)
{
	struct half *h = arg;
	h->status = h->fn(h->job, h->arg, h->from, h->to);
	return NULL;
}

/* A job that knows the sources of another, and how scalars were spelled. Finding a place writes to a source, and both halves add
 * to what they know, so it is a copy. */
static struct kv_job *new_part(struct kv_job *of)
{
	struct kv_job *part = kv_job_beside(of);
	part->keep_text = of->keep_text;
	part->decoded = of->decoded;
	part->one_thread = true;
	part->next_pos = of->next_pos;
	for (size_t i = 0; i < of->nspellings; i++)
		KV_PUSH(part->arena, part->spellings, part->nspellings, part->spellings_cap, of->spellings[i]);
	for (size_t i = 0; i < of->nsources; i++)
		KV_PUSH(part->arena, part->sources, part->nsources, part->sources_cap, of->sources[i]);
	kv_job_own(of, part);
	return part;
}

static void take_diags(struct kv_job *job, const struct kv_job *part)
{
	if (!part->diags)
		return;
	if (job->last)
		job->last->next = part->diags;
	else
		job->diags = part->diags;
	job->last = part->last;
	job->nerrors += part->nerrors;
	job->nwarnings += part->nwarnings;
}

static void join(struct kv_job *job, const struct kv_job *part, size_t known_spellings)
{
	take_diags(job, part);
	for (size_t i = known_spellings; i < part->nspellings; i++)
		KV_PUSH(job->arena, job->spellings, job->nspellings, job->spellings_cap, part->spellings[i]);
	for (size_t i = 0; i < part->nlate; i++)
		KV_PUSH(job->arena, job->late, job->nlate, job->late_cap, part->late[i]);
	job->doubtful |= part->doubtful;
	job->folded_texts |= part->folded_texts;
}

int kv_job_halves(struct kv_job *job, size_t middle, size_t n, kv_part_fn *fn, void *arg)
{
	struct half first = { job, fn, arg, 0, middle, 0 }, second = { job, fn, arg, middle, n, 0 };
	size_t known = job->nspellings;
	pthread_t thread;
	if (!job->one_thread && kv_processors() > 1) {
		second.job = new_part(job);
		if (pthread_create(&thread, NULL, run, &second) == 0) {
			job->one_thread = true;
			run(&first);
			pthread_join(thread, NULL);
			job->one_thread = false;
			if (first.status == 0)
				join(job, second.job, known);
			return first.status < 0 ? -1 : second.status;
		}
		second.job = job;
	}
	run(&first);
	if (first.status == 0)
		run(&second);
	return first.status < 0 ? -1 : second.status;
}
