/* cli/report.c: printing to standard output and standard error. */
#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/progress.h"

int cli_print(kv_str text)
{
	cli_progress_wipe();
	if (kv_write_all(STDOUT_FILENO, text) == 0)
		return 0;
	dprintf(STDERR_FILENO, "error: standard output: %s\n", strerror(errno));
	return -1;
}

void cli_tell(kv_str text)
{
	cli_progress_wipe();
	/* Nowhere is left to complain to when standard error is gone. */
	int ignored = kv_write_all(STDERR_FILENO, text);
	(void)ignored;
}

static bool set_in_environment(const char *name)
{
	const char *value = getenv(name);
	return value && *value;
}

static bool shows_colour(int fd)
{
	const char *term = getenv("TERM");
	if (set_in_environment("NO_COLOR"))
		return false;
	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

int cli_colour(struct kv_job *job, kv_str word, bool *ret)
{
	if (!word.p || kv_str_eq(word, KV_S("auto")))
		*ret = shows_colour(STDOUT_FILENO);
	else if (kv_str_eq(word, KV_S("always")) || kv_str_eq(word, KV_S("never")))
		*ret = word.p[0] == 'a';
	else
		return kv_error(job, 0, "invalid --color \"%.*s\": it must be auto, always or never", KV_ARG(word));
	return 0;
}

void cli_report(const struct kv_job *job)
{
	if (!job->diags)
		return;
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_diags_print(job, &out, shows_colour(STDERR_FILENO));
	cli_tell(kv_buf_view(&out));
}

int cli_status(const struct kv_job *job)
{
	int status = CLI_OK;
	for (const struct kv_diag *d = job->diags; d; d = d->next) {
		if (d->severity != KV_ERROR)
			continue;
		if (d->cause != KV_CAUSE_MISSING)
			return CLI_FAILED;
		status = CLI_MISSING;
	}
	return status;
}

int cli_worse(int a, int b)
{
	static const int rank[] = { [CLI_OK] = 0, [CLI_FOUND] = 1, [CLI_MISSING] = 2, [CLI_FAILED] = 3 };
	return rank[a] > rank[b] ? a : b;
}

int cli_end(struct kv_job *job)
{
	int status = cli_status(job);
	cli_report(job);
	kv_job_free(job);
	return status;
}

int cli_end_imitating(struct kv_job *job)
{
	return cli_end(job) == CLI_OK ? 0 : 1;
}
