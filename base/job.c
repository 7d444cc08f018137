/* base/job.c: a job's sources and diagnostics, and how diagnostics print. */
#include "base/job.h"

#include <stdlib.h>

static struct kv_job *new_job(struct kv_arena *arena)
{
	struct kv_job *job = KV_NEW(arena, struct kv_job);

	job->arena = arena;
	job->scratch = kv_arena_beside(arena);
	job->nested = kv_arena_beside(arena);
	job->kept = kv_arena_beside(arena);
	job->limits = kv_limits_default;
	job->next_pos = 1;
	job->empty = kv_arena_mark(arena);
	return job;
}

struct kv_job *kv_job_new(void)
{
	return new_job(kv_arena_new());
}

static struct kv_job *new_like(const struct kv_job *job, struct kv_arena *arena)
{
	struct kv_job *other = new_job(arena);

	other->limits = job->limits;
	other->one_thread = job->one_thread;
	other->imitating = job->imitating;
	return other;
}

struct kv_job *kv_job_beside(const struct kv_job *job)
{
	return new_like(job, kv_arena_beside(job->arena));
}

struct kv_job *kv_job_light(const struct kv_job *job)
{
	return new_like(job, kv_arena_without_pages());
}

static void run_defers(struct kv_job *job)
{
	for (struct kv_defer *d = job->defers; d; d = d->next)
		d->done(d->arg);
}

void kv_job_reset(struct kv_job *job)
{
	static const struct kv_arena_mark nothing;

	run_defers(job);
	kv_arena_release(job->arena, job->empty);
	kv_arena_release(job->kept, nothing);
	*job = (struct kv_job){ .arena = job->arena,
				.scratch = job->scratch,
				.nested = job->nested,
				.kept = job->kept,
				.limits = job->limits,
				.next_pos = 1,
				.empty = job->empty };
}

size_t kv_job_memory(const struct kv_job *job)
{
	return kv_arena_used(job->arena) + kv_arena_used(job->scratch) + kv_arena_used(job->nested) + kv_arena_used(job->kept);
}

size_t kv_job_narrow(struct kv_job *job, size_t more)
{
	size_t used = kv_job_memory(job), before = job->limits.memory;
	if (used < before && before - used > more)
		job->limits.memory = used + more;
	return before;
}

kv_str kv_job_excess(const struct kv_job *job, size_t nodes)
{
	bool few = nodes <= job->limits.nodes;
	return kv_arena_printf(job->arena, "too many %s (limit %zu)", few ? "bytes of memory" : "nodes",
			       few ? job->limits.memory : job->limits.nodes);
}

void kv_job_free(struct kv_job *job)
{
	if (!job)
		return;
	run_defers(job);
	kv_arena_free(job->scratch);
	kv_arena_free(job->nested);
	kv_arena_free(job->kept);
	kv_arena_free(job->arena);
}

static void free_job(void *job)
{
	kv_job_free(job);
}

void kv_job_own(struct kv_job *job, struct kv_job *other)
{
	kv_job_defer(job, free_job, other);
}

/* --- source texts ----------------------------------------------------------------------------- */

kv_pos kv_source_add(struct kv_job *job, kv_str name, kv_str text)
{
	struct kv_source source = { .name = name, .text = text, .base = job->next_pos };

	if (text.n >= UINT32_MAX - job->next_pos)
		return 0;
	KV_PUSH(job->arena, job->sources, job->nsources, job->sources_cap, source);
	job->next_pos += (kv_pos)text.n + 1;
	return source.base;
}

static struct kv_source *source_of(const struct kv_job *job, kv_pos pos)
{
	size_t low = 0, high = job->nsources;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (job->sources[middle].base <= pos)
			low = middle;
		else
			high = middle;
	}
	if (!pos || low == high || job->sources[low].base > pos ||
	    pos - job->sources[low].base > job->sources[low].text.n)
		return NULL;
	return &job->sources[low];
}

const struct kv_source *kv_source_of(const struct kv_job *job, kv_pos pos)
{
	return source_of(job, pos);
}

static size_t count_characters(kv_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

bool kv_source_find(const struct kv_job *job, kv_pos pos, struct kv_place *ret_place)
{
	struct kv_source *source = source_of(job, pos);
	size_t offset, start = 0, line = 1, column = 1, counted;
	kv_str text;

	if (!source)
		return false;
	text = source->text;
	offset = pos - source->base;
	/* Whoever asks for one place after the other pays for the text once. */
	if (source->found_line && source->found_start <= offset) {
		start = source->found_start;
		line = source->found_line;
	}
	counted = start;
	if (source->found_line == line && source->found_at <= offset) {
		counted = source->found_at;
		column = source->found_column;
	}
	for (;;) {
		size_t end = kv_str_chr(kv_str_sub(text, start, offset), '\n');

		if (end == SIZE_MAX)
			break;
		counted = start += end + 1;
		column = 1;
		line++;
	}
	column += count_characters(kv_str_sub(text, counted, offset));
	source->found_start = start;
	source->found_line = line;
	source->found_at = offset;
	source->found_column = column;
	ret_place->file = source->name;
	ret_place->line = line;
	ret_place->column = column;
	ret_place->line_text = kv_str_sub(text, start, text.n);
	ret_place->line_text.n = kv_str_chr(ret_place->line_text, '\n');
	if (ret_place->line_text.n == SIZE_MAX)
		ret_place->line_text.n = text.n - start;
	if (ret_place->line_text.n && ret_place->line_text.p[ret_place->line_text.n - 1] == '\r')
		ret_place->line_text.n--;
	return true;
}

/* --- reporting -------------------------------------------------------------------------------- */

static struct kv_diag *new_diag(struct kv_job *job, enum kv_severity severity, kv_pos pos, kv_str text)
{
	struct kv_diag *d = KV_NEW(job->arena, struct kv_diag);

	d->severity = severity;
	d->pos = pos;
	d->text = text;
	return d;
}

static struct kv_diag *report(struct kv_job *job, enum kv_severity severity, kv_pos pos, kv_str text)
{
	struct kv_diag *d = new_diag(job, severity, pos, text);

	if (job->last)
		job->last->next = d;
	else
		job->diags = d;
	job->last = d;
	job->nerrors += severity == KV_ERROR;
	job->nwarnings += severity == KV_WARNING;
	return d;
}

/* Texts are made here so that every entry point below is one line of its own. */
#define FORMATTED(text)                                                                                      \
	va_list ap;                                                                                          \
	kv_str text;                                                                                         \
	va_start(ap, fmt);                                                                                   \
	text = kv_arena_vprintf(job->arena, fmt, ap);                                                        \
	va_end(ap)

int kv_error(struct kv_job *job, kv_pos pos, const char *fmt, ...)
{
	FORMATTED(text);
	report(job, KV_ERROR, pos, text);
	return -1;
}

int kv_error_file(struct kv_job *job, kv_str file, const char *fmt, ...)
{
	FORMATTED(text);
	report(job, KV_ERROR, 0, text)->file = kv_arena_dup(job->arena, file);
	return -1;
}

int kv_error_missing(struct kv_job *job, kv_pos pos, const char *fmt, ...)
{
	FORMATTED(text);
	report(job, KV_ERROR, pos, text)->cause = KV_CAUSE_MISSING;
	return -1;
}

int kv_error_verbatim(struct kv_job *job, kv_pos pos, kv_str text)
{
	report(job, KV_ERROR, pos, text)->verbatim = true;
	return -1;
}

void kv_warn(struct kv_job *job, kv_pos pos, const char *fmt, ...)
{
	FORMATTED(text);
	report(job, KV_WARNING, pos, text);
}

void kv_warn_file(struct kv_job *job, kv_str file, const char *fmt, ...)
{
	FORMATTED(text);
	report(job, KV_WARNING, 0, text)->file = kv_arena_dup(job->arena, file);
}

void kv_warn_verbatim(struct kv_job *job, kv_str text)
{
	report(job, KV_WARNING, 0, text)->verbatim = true;
}

void kv_diag_be_discreet(struct kv_job *job)
{
	if (job->last)
		job->last->discreet = true;
}

void kv_note(struct kv_job *job, kv_pos pos, const char *fmt, ...)
{
	struct kv_diag **end;

	FORMATTED(text);
	if (!job->last)
		return;
	for (end = &job->last->notes; *end; end = &(*end)->next)
		;
	*end = new_diag(job, KV_NOTE, pos, text);
}

void kv_diag_explain(struct kv_job *job, struct kv_diag *cause)
{
	struct kv_diag **at, **end;

	for (at = &job->diags; *at && *at != cause; at = &(*at)->next)
		;
	if (!*at || cause == job->last)
		return;
	*at = cause->next;
	job->nerrors -= cause->severity == KV_ERROR;
	job->nwarnings -= cause->severity == KV_WARNING;
	for (end = &job->last->notes; *end; end = &(*end)->next)
		;
	*end = cause;
	cause->severity = KV_NOTE;
	cause->verbatim = false;
	cause->next = cause->notes;
	cause->notes = NULL;
}

/* --- printing --------------------------------------------------------------------------------- */

struct colours {
	const char *severity[3], *place, *caret, *off;
};

static const struct colours on_terminal = {
	{ "\033[1;31m", "\033[1;35m", "\033[1;36m" }, "\033[1m", "\033[1;32m", "\033[0m"
};
static const struct colours none = { { "", "", "" }, "", "", "" };

/* Control characters of hostile sources must not reach a terminal: they print as a blank. A line is cut where nobody
 * reads on. */
#define LONGEST_LINE 200

static void print_line(struct kv_buf *out, kv_str line)
{
	for (size_t i = 0; i < line.n && i < LONGEST_LINE; i++)
		kv_buf_c(out, (unsigned char)line.p[i] < 0x20 || line.p[i] == 0x7f ? ' ' : line.p[i]);
}

/* A message may quote hostile input as well; its own line feeds and tabs stay. */
static void print_text(struct kv_buf *out, kv_str text, bool terminal)
{
	for (size_t i = 0; i < text.n && terminal; i++) {
		unsigned char c = (unsigned char)text.p[i];

		kv_buf_c(out, (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f ? ' ' : text.p[i]);
	}
	if (!terminal)
		kv_buf_str(out, text);
}

static void print_excerpt(struct kv_buf *out, const struct kv_place *place, const struct colours *c)
{
	if (place->column > LONGEST_LINE || !place->line_text.n)
		return;
	kv_buf_lit(out, "  ");
	print_line(out, place->line_text);
	kv_buf_lit(out, "\n  ");
	kv_buf_fill(out, ' ', place->column - 1);
	kv_buf_printf(out, "%s^%s\n", c->caret, c->off);
}

static kv_str shown(const struct kv_job *job, kv_str file)
{
	kv_str dir = job->shown_from;

	if (!dir.n || !kv_str_starts(file, dir) || file.n <= dir.n + 1 || file.p[dir.n] != '/')
		return file;
	return kv_str_sub(file, dir.n + 1, file.n);
}

static void print_head(const struct kv_job *job, struct kv_buf *out, const struct kv_diag *d,
		       const struct kv_place *place, const struct colours *c)
{
	static const char *const words[] = { "error", "warning", "note" };

	if (place)
		kv_buf_printf(out, "%s%.*s:%zu:%zu:%s ", c->place, KV_ARG(place->file), place->line,
			      place->column, c->off);
	else if (d->file.n)
		kv_buf_printf(out, "%s%.*s:%s ", c->place, KV_ARG(shown(job, d->file)), c->off);
	if (!d->verbatim)
		kv_buf_printf(out, "%s%s:%s ", c->severity[d->severity], words[d->severity], c->off);
}

static void print_diag(const struct kv_job *job, struct kv_buf *out, const struct kv_diag *d,
		       const struct colours *c)
{
	struct kv_place place;
	bool placed = kv_source_find(job, d->pos, &place);

	if (placed)
		place.file = shown(job, place.file);
	if (!d->verbatim)
		print_head(job, out, d, placed ? &place : NULL, c);
	print_text(out, d->text, c != &none);
	kv_buf_c(out, '\n');
	if (placed && d->verbatim)
		kv_buf_printf(out, "%s%.*s:%zu:%zu:%s\n", c->place, KV_ARG(place.file), place.line,
			      place.column, c->off);
	if (placed && !d->discreet)
		print_excerpt(out, &place, c);
	for (const struct kv_diag *note = d->notes; note; note = note->next)
		print_diag(job, out, note, c);
}

/* Nobody reads more of one severity, and each costs a look through its source text. */
#define MOST_SHOWN 200u

void kv_diags_print(const struct kv_job *job, struct kv_buf *out, bool colour)
{
	size_t n[KV_NOTE + 1] = { 0 };

	for (const struct kv_diag *d = job->diags; d; d = d->next)
		if (n[d->severity]++ < MOST_SHOWN)
			print_diag(job, out, d, colour ? &on_terminal : &none);
	if (n[KV_ERROR] > MOST_SHOWN)
		kv_buf_printf(out, "note: and %zu more errors\n", n[KV_ERROR] - MOST_SHOWN);
	if (n[KV_WARNING] > MOST_SHOWN)
		kv_buf_printf(out, "note: and %zu more warnings\n", n[KV_WARNING] - MOST_SHOWN);
}

/* --- attempts --------------------------------------------------------------------------------- */

struct kv_diag_mark kv_diag_mark(const struct kv_job *job)
{
	return (struct kv_diag_mark){ .last = job->last,
				      .nerrors = job->nerrors,
				      .nwarnings = job->nwarnings };
}

void kv_diag_forget(struct kv_job *job, struct kv_diag_mark mark)
{
	job->last = mark.last;
	if (mark.last)
		mark.last->next = NULL;
	else
		job->diags = NULL;
	job->nerrors = mark.nerrors;
	job->nwarnings = mark.nwarnings;
}

void kv_diag_place(struct kv_job *job, struct kv_diag_mark mark, kv_pos pos)
{
	for (struct kv_diag *d = mark.last ? mark.last->next : job->diags; d; d = d->next)
		if (!d->pos && !d->file.n && (d->severity == KV_ERROR || !d->verbatim))
			d->pos = pos;
}

/* --- nearest name ----------------------------------------------------------------------------- */

/* Longer words are no typing mistakes of each other; the bound keeps the table on the stack. */
#define LONGEST_WORD 63u

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Letters of another case count as equal. */
static bool same_letter(char a, char b)
{
	return (a | 0x20) == (b | 0x20);
}

/* Edits that turn a into b: letters added, left out, replaced, or two neighbours exchanged. */
static size_t distance(kv_str a, kv_str b)
{
	size_t rows[3][LONGEST_WORD + 1]; /* of letters i - 2, i - 1 and i of a, in turn */

	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			row[j] = smallest(above[j] + 1, row[j - 1] + 1,
					  above[j - 1] + !same_letter(a.p[i - 1], b.p[j - 1]));
			if (i > 1 && j > 1 && same_letter(a.p[i - 1], b.p[j - 2]) &&
			    same_letter(a.p[i - 2], b.p[j - 1]) && higher[j - 2] + 1 < row[j])
				row[j] = higher[j - 2] + 1;
		}
	}
	return rows[a.n % 3][b.n];
}

kv_str kv_nearest(kv_str word, const kv_str *candidates, size_t n)
{
	size_t best = word.n / 3 + 1;
	kv_str nearest = KV_STR("");

	if (word.n > LONGEST_WORD)
		return nearest;
	for (size_t i = 0; i < n; i++) {
		size_t d = candidates[i].n > LONGEST_WORD ? SIZE_MAX : distance(word, candidates[i]);

		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
