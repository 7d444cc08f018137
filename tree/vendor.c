/* tree/vendor.c: renders all units and writes their targets in order. */
#include "tree/vendor.h"

#include "base/interrupt.h"
#include "tree/lock.h"
#include "tree/plan.h"
#include "tree/write.h"

struct run {
	struct tree_product *products;
	struct tree_write *writes; /* one a unit */
	size_t n;
};

static int stage(const struct tree_product *p, struct tree_write *w)
{
	int failed = 0;
	for (size_t i = 0; i < p->nfiles; i++) {
		struct tree_target *t = tree_product_target(p, i);
		if (tree_write_stage(w, t->path, t->shown, t->pos, &p->files[i]) < 0)
			failed = -1;
	}
	return failed;
}

static void stage_all(struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct tree_unit *u = run->products[i].unit;
		tree_write_init(&run->writes[i], u->job);
		if (!u->failed && stage(&run->products[i], &run->writes[i]) < 0) {
			u->failed = true;
			tree_write_undo(&run->writes[i]);
		}
	}
}

static void sync_all(struct kv_job *job, struct run *run)
{
	struct tree_write **writes = KV_NEW_N(job->arena, struct tree_write *, run->n);
	size_t n = 0;
	for (size_t i = 0; i < run->n; i++)
		if (!run->products[i].unit->failed && run->writes[i].n)
			writes[n++] = &run->writes[i];
	tree_write_sync(writes, n);
}

static void exchange_all(struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct tree_unit *u = run->products[i].unit;
		struct tree_write *w = &run->writes[i];
		if (u->failed)
			continue;
		if (!kv_interrupted() && !w->unsynced && tree_write_exchange(w) == 0)
			continue;
		u->failed = true;
		tree_write_undo(w);
	}
}

static int recover(struct kv_job *job, struct tree_repo *repo)
{
	int failed = 0;
	for (size_t i = 0; i < repo->nleftovers; i++)
		if (tree_recover(job, repo->leftovers[i], tree_shown(repo, repo->leftovers[i])) < 0)
			failed = -1;
	return failed;
}

int tree_vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options,
		struct tree_outcome **ret_outcomes)
{
	struct run run = { .n = repo->nunits };
	struct tree_outcome *outcomes = KV_NEW_N(job->arena, struct tree_outcome, run.n);
	if (recover(job, repo) < 0)
		return -1;
	run.products = tree_produce(job, repo, options);
	if (!run.products)
		return -1;
	if (options->fetch && tree_pins_save(job, repo, run.products, false) < 0)
		return -1;
	run.writes = KV_NEW_N(job->arena, struct tree_write, run.n);
	kv_interrupt_hold();
	stage_all(&run);
	sync_all(job, &run);
	exchange_all(&run);
	kv_interrupt_release();
	for (size_t i = 0; i < run.n; i++) {
		struct tree_product *p = &run.products[i];
		outcomes[i] = (struct tree_outcome){ .unit = p->unit,
						     .skipped = p->skipped,
						     .console = p->unit->failed ? p->begun : p->done,
						     .remarks = p->remarks,
						     .changed = run.writes[i].changed,
						     .product = p };
	}
	*ret_outcomes = outcomes;
	return 0;
}
