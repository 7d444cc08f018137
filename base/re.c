/* base/re.c: Go's regexp on top of RE2. */
#include "base/re.h"

#include "base/map.h"
#include "base/num.h"
#include "base/re_re2.h"
#include "base/utf8.h"

/* One expression may use this much: Go's own ceiling is 128 MiB for a program (go: regexp/syntax/parse.go,
 * maxSize), RE2 spends a third on the program and the rest on its automata. */
static const size_t max_mem = (size_t)32 << 20;
/* Most programs fit into this, and what is left for their automata is enough: without it a thousand patterns take hundreds
 * of megabytes. */
static const size_t usual_mem = (size_t)256 << 10;
/* What a program of so many instructions as all may have together needs. */
static const size_t max_program_mem = (size_t)16 << 20;
/* With less for each instruction there is no automaton: there are two, and each wants room for twenty states of all instructions. Where
 * that is more than max_mem, every instruction is looked at for every character, and that counts. */
static const size_t instruction_mem = 400;
/* Long patterns take RE2 seconds and hundreds of megabytes before it looks at max_mem: some steps that it takes are quadratic, "a{1,5}"
 * many times is read into all it stands for. Those of charts have some hundred bytes. */
static const size_t max_pattern = (size_t)32 << 10;
/* Classes by Unicode properties in one pattern: each has up to 700 ranges, and RE2 reads them before it looks at any limit. */
static const size_t max_classes = 1000;
/* What each counts in steps: it takes 0.2 ms. */
static const size_t class_steps = 10 * 1000;
/* Instructions of all expressions of one job together: with the automata that matching makes of them each takes some 140
 * bytes. An expression without any takes as much as `empty_size`, and some bytes of its pattern as much as one. */
static const size_t max_total = (size_t)320 << 10, empty_size = 32, bytes_of_size = 4;
/* What making one counts in steps of the job: half a microsecond, and those bytes. */
static const size_t instruction_steps = 160;

/* What finding out counts that a program is too large. */
static const size_t too_large_steps = 10 * 1000 * 1000;

/* A match with one of many patterns, which all have to be fetched into the processor's cache. */
static const size_t match_steps = 12;

/* A token that RE2 gets in another form than it was written in. */
struct token {
	kv_str written, fed;
	size_t written_end, fed_end; /* offsets in the two patterns */
};

struct kv_re {
	struct kv_re2 *program; /* NULL: refused */
	kv_str error;
	kv_str *names; /* by group, [0] is empty */
	size_t nnames, names_cap;
	bool inner_edge; /* \B may match between the bytes of one character, which Go never does */
	bool own;        /* kv_re_get_own made it */
	bool too_large;  /* Go may take it */
	bool reads_on;   /* it may read far behind each match: it has alternatives, or repeats a group */
};

struct kv_re_memo {
	struct kv_map patterns; /* pattern -> struct kv_re */
	size_t total;
};

/* --- translation ------------------------------------------------------------------------------ */

struct translation {
	struct kv_arena *arena;
	struct kv_re *re;
	kv_str in;
	size_t i;
	size_t nclasses;   /* by Unicode properties */
	bool no_posix_end; /* no ":]" follows: not searched for again */
	struct kv_buf out;
	struct token *tokens;
	size_t ntokens, tokens_cap;
};

static kv_str rest_of(const struct translation *t)
{
	return kv_str_sub(t->in, t->i, t->in.n);
}

static void copy_bytes(struct translation *t, size_t n)
{
	kv_str s = kv_str_sub(t->in, t->i, t->i + n);
	kv_buf_str(&t->out, s);
	t->i += s.n;
}

/* Feeds `fed` for the next n bytes and remembers both, for the message. */
static void feed(struct translation *t, size_t n, kv_str fed)
{
	struct token token = { .written = kv_str_sub(t->in, t->i, t->i + n), .fed = fed };
	kv_buf_str(&t->out, fed);
	t->i += n;
	token.written_end = t->i;
	token.fed_end = t->out.n;
	KV_PUSH(t->arena, t->tokens, t->ntokens, t->tokens_cap, token);
}

static void add_name(struct translation *t, kv_str name)
{
	KV_PUSH(t->arena, t->re->names, t->re->nnames, t->re->names_cap, name);
}

/* go: regexp/syntax/parse.go, isValidCaptureName */
static bool is_capture_name(kv_str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c != '_' && !kv_is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
			return false;
	}
	return name.n > 0;
}

/* "(?P<name>" or "(?<name>". RE2 refuses a name used twice, and Go does not, so it gets a number for a name.
 * A bad name is fed as one that RE2 refuses as well. */
static void named_group(struct translation *t, size_t head)
{
	kv_str rest = rest_of(t);
	size_t end = kv_str_chr(rest, '>');
	kv_str name = kv_str_sub(rest, head, end);
	if (end == SIZE_MAX) {
		feed(t, rest.n, kv_arena_cat(t->arena, KV_S("(?P<"), name));
	} else if (is_capture_name(name)) {
		add_name(t, name);
		feed(t, end + 1, kv_arena_printf(t->arena, "(?P<%zu>", t->re->nnames));
	} else if (kv_utf8_valid(name)) {
		feed(t, end + 1, KV_S("(?P<->"));
	} else {
		copy_bytes(t, end + 1);
	}
}

static void open_paren(struct translation *t)
{
	kv_str rest = rest_of(t);
	if (rest.n > 4 && kv_str_starts(rest, KV_S("(?P<"))) {
		named_group(t, 4);
	} else if (rest.n > 3 && kv_str_starts(rest, KV_S("(?<"))) {
		named_group(t, 3);
	} else {
		if (rest.n < 2 || rest.p[1] != '?')
			add_name(t, KV_S(""));
		copy_bytes(t, 1);
	}
}

/* go: regexp/syntax/parse.go, canonicalName */
static kv_str canonical_name(struct kv_arena *a, kv_str name)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (c == '_' || c == '-' || c == ' ')
			continue;
		if (b.n == 0 && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if (b.n > 0 && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		kv_buf_c(&b, c);
	}
	return kv_buf_view(&b);
}

/* Unicode's long names of categories in canonical form (go: unicode/tables.go, CategoryAliases), and Go's
 * own. */
static const struct {
	const char *name, *category;
} categories[] = {
	{ "Casedletter", "LC" },
	{ "Closepunctuation", "Pe" },
	{ "Cntrl", "Cc" },
	{ "Combiningmark", "M" },
	{ "Connectorpunctuation", "Pc" },
	{ "Control", "Cc" },
	{ "Currencysymbol", "Sc" },
	{ "Dashpunctuation", "Pd" },
	{ "Decimalnumber", "Nd" },
	{ "Digit", "Nd" },
	{ "Enclosingmark", "Me" },
	{ "Finalpunctuation", "Pf" },
	{ "Format", "Cf" },
	{ "Initialpunctuation", "Pi" },
	{ "Lc", "LC" },
	{ "Letter", "L" },
	{ "Letternumber", "Nl" },
	{ "Lineseparator", "Zl" },
	{ "Lowercaseletter", "Ll" },
	{ "Mark", "M" },
	{ "Mathsymbol", "Sm" },
	{ "Modifierletter", "Lm" },
	{ "Modifiersymbol", "Sk" },
	{ "Nonspacingmark", "Mn" },
	{ "Number", "N" },
	{ "Openpunctuation", "Ps" },
	{ "Other", "C" },
	{ "Otherletter", "Lo" },
	{ "Othernumber", "No" },
	{ "Otherpunctuation", "Po" },
	{ "Othersymbol", "So" },
	{ "Paragraphseparator", "Zp" },
	{ "Privateuse", "Co" },
	{ "Punct", "P" },
	{ "Punctuation", "P" },
	{ "Separator", "Z" },
	{ "Spaceseparator", "Zs" },
	{ "Spacingmark", "Mc" },
	{ "Surrogate", "Cs" },
	{ "Symbol", "S" },
	{ "Titlecaseletter", "Lt" },
	{ "Uppercaseletter", "Lu" },
};

/* Go's sets that RE2 has no name for, as members of a class. */
static const struct {
	const char *name, *members, *others;
} sets[] = {
	{ "LC", "\\p{Lu}\\p{Ll}\\p{Lt}", "\\PL\\p{Lm}\\p{Lo}" },
	{ "Ascii", "\\x00-\\x7f", "\\x{80}-\\x{10ffff}" },
};

static kv_str class_for_re2(struct translation *t, kv_str name, bool negated, bool inside)
{
	kv_str canonical = canonical_name(t->arena, name);
	for (size_t i = 0; i < sizeof categories / sizeof *categories; i++)
		if (kv_str_eq(canonical, kv_str_c(categories[i].name)))
			canonical = kv_str_c(categories[i].category);
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		if (!kv_str_eq(canonical, kv_str_c(sets[i].name)))
			continue;
		kv_str members = kv_str_c(negated ? sets[i].others : sets[i].members);
		return inside ? members : kv_arena_cat(t->arena, KV_S("["), members, KV_S("]"));
	}
	return kv_arena_cat(t->arena, negated ? KV_S("\\P{") : KV_S("\\p{"), canonical, KV_S("}"));
}

/* "\p{Name}" or "\P{^Name}" */
static void unicode_class(struct translation *t, bool inside)
{
	kv_str rest = rest_of(t);
	if (rest.n < 3 || rest.p[2] != '{') {
		size_t size = 0;
		if (rest.n > 2)
			kv_utf8_decode(rest, 2, &size);
		copy_bytes(t, 2 + size);
		return;
	}
	size_t end = kv_str_chr(rest, '}');
	if (end == SIZE_MAX) { /* refused here, whatever follows */
		copy_bytes(t, rest.n);
		return;
	}
	bool negated = rest.p[1] == 'P';
	size_t from = 3;
	if (rest.p[3] == '^') {
		negated = !negated;
		from = 4;
	}
	feed(t, end + 1, class_for_re2(t, kv_str_sub(rest, from, end), negated, inside));
}

/* "\Q...\E" is copied; so is every escape but the ones that mean another thing in RE2. */
static void escape(struct translation *t, bool inside)
{
	kv_str rest = rest_of(t);
	char c = rest.n > 1 ? rest.p[1] : 0;
	if (c == 'Q' && !inside) {
		size_t end = kv_str_find(rest, KV_S("\\E"), 2);
		copy_bytes(t, end == SIZE_MAX ? rest.n : end + 2);
	} else if (c == 'C' || c == 'y') {
		feed(t, 2, KV_S("\\y")); /* one byte in RE2, an error in Go: as much an error as \y */
	} else if (c == 'p' || c == 'P') {
		t->nclasses++;
		unicode_class(t, inside);
	} else {
		t->re->inner_edge |= c == 'B';
		copy_bytes(t, 2);
	}
}

/* Bytes of the "[:name:]" here; 0 if there is none. */
static size_t posix_class(struct translation *t)
{
	if (t->no_posix_end || !kv_str_starts(rest_of(t), KV_S("[:")))
		return 0;
	size_t end = kv_str_find(rest_of(t), KV_S(":]"), 2);
	t->no_posix_end = end == SIZE_MAX;
	return t->no_posix_end ? 0 : end + 2;
}

/* From "[" to the "]" that ends the class: the first one that is neither escaped nor the first member. */
static void char_class(struct translation *t)
{
	copy_bytes(t, 1);
	if (t->i < t->in.n && t->in.p[t->i] == '^')
		copy_bytes(t, 1);
	if (t->i < t->in.n && t->in.p[t->i] == ']')
		copy_bytes(t, 1);
	while (t->i < t->in.n && t->in.p[t->i] != ']') {
		size_t posix = posix_class(t);
		if (t->in.p[t->i] == '\\')
			escape(t, true);
		else
			copy_bytes(t, posix ? posix : 1);
	}
	copy_bytes(t, 1);
}

/* Whether an operator follows the first byte. */
static bool is_repeated(kv_str s)
{
	return s.n > 1 && memchr("*+?{", s.p[1], 4);
}

static kv_str translate(struct translation *t)
{
	add_name(t, KV_S(""));
	while (t->i < t->in.n) {
		switch (t->in.p[t->i]) {
		case '\\': escape(t, false); break;
		case '[': char_class(t); break;
		case '(': open_paren(t); break;
		case '|': t->re->reads_on = true; copy_bytes(t, 1); break;
		case ')': t->re->reads_on |= is_repeated(rest_of(t)); copy_bytes(t, 1); break;
		default: copy_bytes(t, 1);
		}
	}
	return kv_buf_view(&t->out);
}

/* --- compiling -------------------------------------------------------------------------------- */

static kv_str from_bad_byte(kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size)
		if (kv_utf8_decode(s, i, &size) == 0xfffd && size == 1)
			return kv_str_sub(s, i, s.n);
	return s;
}

/* A suffix of what was fed, as it was written. */
static kv_str written_suffix(const struct translation *t, size_t n)
{
	size_t at = t->out.n - n, shift_fed = 0, shift_written = 0;
	for (size_t i = 0; i < t->ntokens && t->tokens[i].fed_end <= at; i++) {
		shift_fed = t->tokens[i].fed_end;
		shift_written = t->tokens[i].written_end;
	}
	return kv_str_sub(t->in, shift_written + (at - shift_fed), t->in.n);
}

/* The part of the pattern that the message shows, as it was written. */
static kv_str faulty_part(const struct translation *t, const struct kv_re2_error *e)
{
	kv_str arg = kv_str_of(e->arg, e->arg_n);
	if (e->whole)
		return t->in;
	if (e->utf8)
		return from_bad_byte(t->in);
	if (e->to_end && kv_str_ends(kv_buf_view(&t->out), arg))
		return written_suffix(t, arg.n);
	for (size_t i = 0; i < t->ntokens; i++)
		if (kv_str_eq(t->tokens[i].fed, arg))
			return t->tokens[i].written;
	return kv_arena_dup(t->arena, arg);
}

/* Go reads the count of "{n}" before it looks at what is repeated; RE2 the other way round. */
static void judge_repeat(struct kv_re2_error *e)
{
	kv_str arg = kv_str_of(e->arg, e->arg_n);
	if (e->lazy_mark && kv_str_ends(arg, KV_S("}?")))
		e->arg_n--;
	size_t open = kv_str_rchr(arg, '{'), comma;
	if (!e->nested || open == SIZE_MAX)
		return;
	int64_t min = 0, max = -1;
	kv_str counts = kv_str_sub(arg, open + 1, kv_str_rchr(arg, '}'));
	comma = kv_str_chr(counts, ',');
	bool big = kv_num_parse_int(kv_str_sub(counts, 0, comma), 10, &min) == KV_NUM_RANGE;
	if (comma != SIZE_MAX && comma + 1 < counts.n)
		big |= kv_num_parse_int(kv_str_sub(counts, comma + 1, counts.n), 10, &max) == KV_NUM_RANGE;
	if (big || min > 1000 || max > 1000 || (max >= 0 && min > max)) {
		size_t end = kv_str_rchr(arg, '}') + 1;
		e->reason = "invalid repeat count";
		e->arg += open;
		e->arg_n = end - open;
	}
}

static kv_str syntax_error(struct kv_arena *a, const char *reason, kv_str part)
{
	return kv_arena_cat(a, KV_S("error parsing regexp: "), kv_str_c(reason), KV_S(": `"), part,
			    KV_S("`"));
}

static bool is_too_large(const struct kv_re2_error *error)
{
	return error->reason && strcmp(error->reason, kv_re2_too_large) == 0;
}

static struct kv_re2 *program_of(kv_str fed, struct kv_re2_error *ret_error)
{
	size_t mem = usual_mem, wanted;
	struct kv_re2 *program = kv_re2_new(fed.p, fed.n, mem, ret_error);
	for (; is_too_large(ret_error) && mem < max_program_mem; program = kv_re2_new(fed.p, fed.n, mem, ret_error)) {
		kv_re2_free(program);
		mem *= 4;
	}
	wanted = ret_error->reason ? 0 : kv_re2_size(program) * instruction_mem;
	if (wanted <= mem || wanted > max_mem)
		return program;
	kv_re2_free(program);
	return kv_re2_new(fed.p, fed.n, wanted, ret_error);
}

/* The limit is ours. */
static struct kv_re *refused(struct kv_job *job, struct kv_re *re, kv_str pattern)
{
	re->too_large = true;
	re->error = syntax_error(job->arena, kv_re2_too_large, pattern);
	return re;
}

static struct kv_re *compile(struct kv_job *job, struct kv_re_memo *memo, kv_str pattern)
{
	struct kv_re *re = KV_NEW(job->arena, struct kv_re);
	if (pattern.n > max_pattern)
		return refused(job, re, pattern);
	struct translation t = { .arena = job->arena, .re = re, .in = pattern };
	kv_buf_init(&t.out, job->arena, KV_BUF_MAX);
	kv_str fed = translate(&t);

	job->steps += t.nclasses * class_steps + fed.n * fed.n / 64;
	if (t.nclasses > max_classes)
		return refused(job, re, pattern);

	struct kv_re2_error e;
	struct kv_re2 *program = program_of(fed, &e);
	size_t size = empty_size + fed.n / bytes_of_size + (e.reason ? 0 : kv_re2_size(program));
	job->steps += size * instruction_steps + (is_too_large(&e) ? too_large_steps : 0);
	if ((memo->total += size) > max_total)
		e = (struct kv_re2_error){ .reason = kv_re2_too_large, .whole = true };
	if (e.reason) {
		judge_repeat(&e);
		re->too_large = is_too_large(&e);
		re->error = syntax_error(job->arena, e.reason, faulty_part(&t, &e));
		kv_re2_free(program);
	} else {
		re->program = program;
	}
	return re;
}

static void free_programs(void *arg)
{
	struct kv_re_memo *memo = arg;
	for (size_t i = 0; i < memo->patterns.n; i++) {
		struct kv_re *re = memo->patterns.entries[i].value;
		if (re->program)
			kv_re2_free(re->program);
	}
}

static struct kv_re_memo *memo_of(struct kv_job *job)
{
	if (!job->regexes) {
		job->regexes = KV_NEW(job->arena, struct kv_re_memo);
		kv_map_init(&job->regexes->patterns, job->arena);
		kv_job_defer(job, free_programs, job->regexes);
	}
	return job->regexes;
}

static struct kv_re *get(struct kv_job *job, kv_str pattern, kv_str *ret_error)
{
	struct kv_re_memo *memo = memo_of(job);
	struct kv_re *re = kv_map_get(&memo->patterns, pattern);
	if (!re) {
		kv_str kept = kv_arena_dup(job->arena, pattern);
		re = compile(job, memo, kept);
		kv_map_put(&memo->patterns, kept, re);
	}
	if (re->program)
		return re;
	job->too_large |= re->too_large;
	*ret_error = re->error;
	return NULL;
}

const struct kv_re *kv_re_get(struct kv_job *job, kv_str pattern, kv_str *ret_error)
{
	return get(job, pattern, ret_error);
}

const struct kv_re *kv_re_get_own(struct kv_job *job, const char *pattern, kv_str *ret_error)
{
	struct kv_re *re = get(job, kv_str_c(pattern), ret_error);
	if (re)
		re->own = true;
	return re;
}

const struct kv_re *kv_re_get_whole(struct kv_job *job, kv_str pattern, kv_str *ret_error)
{
	return kv_re_get(job, kv_arena_cat(job->arena, KV_S("^(?:"), pattern, KV_S(")$")), ret_error);
}

size_t kv_re_groups(const struct kv_re *re)
{
	return kv_re2_groups(re->program) + 1;
}

kv_str kv_re_group_name(const struct kv_re *re, size_t i)
{
	return i < re->nnames ? re->names[i] : KV_S("");
}

/* --- matching --------------------------------------------------------------------------------- */

/* Go reads a bad byte as U+FFFD of width one; RE2 never matches it. */
static void replace_bad_bytes(struct kv_job *job, struct kv_re_walk *w)
{
	struct kv_buf b;
	size_t cap = 0;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0, size; i < w->text.n; i += size) {
		bool bad = kv_utf8_decode(w->text, i, &size) == 0xfffd && size == 1;
		if (bad)
			KV_PUSH(job->arena, w->bad, w->nbad, cap, i);
		kv_buf_add(&b, bad ? "\xef\xbf\xbd" : w->text.p + i, bad ? 3 : size);
	}
	w->fed = kv_buf_view(&b);
}

/* Bad bytes before offset i of the text. */
static size_t bad_before(const struct kv_re_walk *w, size_t i)
{
	size_t lo = 0, hi = w->nbad;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (w->bad[mid] < i)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static size_t to_fed(const struct kv_re_walk *w, size_t i)
{
	return i + 2 * bad_before(w, i);
}

/* The inverse: the k-th bad byte stands at bad[k] + 2k. */
static size_t from_fed(const struct kv_re_walk *w, size_t at)
{
	size_t lo = 0, hi = w->nbad;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (w->bad[mid] + 2 * mid < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return at - 2 * lo;
}

void kv_re_walk(struct kv_job *job, const struct kv_re *re, kv_str text, struct kv_re_walk *ret)
{
	if (!text.p)
		text = KV_S("");
	*ret = (struct kv_re_walk){ .job = job, .re = re, .text = text, .fed = text, .prev_end = SIZE_MAX };
	ret->raw = KV_NEW_N(job->arena, size_t, 2 * kv_re_groups(re));
	if (!kv_utf8_valid(text))
		replace_bad_bytes(job, ret);
}

static bool is_inside_character(kv_str s, size_t at)
{
	return at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80;
}

static size_t steps_left(const struct kv_job *job)
{
	return job->steps < job->limits.steps ? job->limits.steps - job->steps : 0;
}

bool kv_re_charge(struct kv_re_walk *w, size_t steps)
{
	w->over = w->over || steps > steps_left(w->job);
	w->job->steps += steps;
	return !w->over;
}

/* Reading takes some 1.4 ns a byte, a step 20. Whoever has a text has counted it; searches that end with their match read it once
 * together. Where each may read on to the end ("a" of ".*x|a" in a text without x), each counts. */
static size_t reading_steps(const struct kv_re_walk *w, size_t at)
{
	size_t bytes = w->fed.n - at;
	return 5 + (at == 0 ? bytes / 256 : w->re->reads_on ? bytes / 14 : 0);
}

/* Counts what a pattern of many states ("(a|b)*a(a|b){20}") takes more: an instruction for a character takes up to 20 ns. */
static bool find(struct kv_re_walk *w, size_t at, size_t n)
{
	size_t left = w->re->own ? SIZE_MAX : steps_left(w->job), allowance = left;
	int found = kv_re2_find(w->re->program, w->fed.p, w->fed.n, at, w->raw, n, &allowance);
	if (w->re->own)
		return found > 0;
	return kv_re_charge(w, found < 0 ? left + 1 : left - allowance) && found > 0;
}

/* More is not worth being looked for twice. */
#define SMALL_SEARCH 4096

/* Groups are found without an automaton, on the text that matches or on one that is small. Each instruction may copy the groups. */
static bool find_groups(struct kv_re_walk *w, size_t at, size_t n)
{
	size_t instructions = kv_re2_size(w->re->program) * (1 + n / 8), characters = w->fed.n - at + 1;
	if (characters * instructions > SMALL_SEARCH) {
		if (!find(w, at, 1))
			return false;
		characters = w->raw[1] - w->raw[0] + 1;
	}
	return kv_re_charge(w, characters * instructions) && find(w, at, n);
}

bool kv_re_search(struct kv_re_walk *w, size_t from, struct kv_re_span *spans, size_t n)
{
	size_t at = to_fed(w, from);
	while (kv_re_charge(w, reading_steps(w, at)) && (n > 1 && !w->re->own ? find_groups(w, at, n) : find(w, at, n))) {
		if (w->re->inner_edge && n && is_inside_character(w->fed, w->raw[0])) {
			at = w->raw[0];
			while (is_inside_character(w->fed, at))
				at++;
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			bool took_part = w->raw[2 * i] != SIZE_MAX;
			spans[i].from = took_part ? from_fed(w, w->raw[2 * i]) : SIZE_MAX;
			spans[i].to = took_part ? from_fed(w, w->raw[2 * i + 1]) : SIZE_MAX;
		}
		return true;
	}
	return false;
}

/* go: regexp/regexp.go, allMatches */
bool kv_re_next(struct kv_re_walk *w, struct kv_re_span *spans, size_t n)
{
	while (w->pos <= w->text.n && kv_re_search(w, w->pos, spans, n)) {
		bool empty = spans[0].to == w->pos;
		bool accept = !empty || spans[0].from != w->prev_end;
		size_t size = 1;
		if (empty && w->pos < w->text.n)
			kv_utf8_decode(w->text, w->pos, &size);
		w->pos = empty ? w->pos + size : spans[0].to;
		w->prev_end = spans[0].to;
		if (accept)
			return true;
	}
	w->pos = w->text.n + 1;
	return false;
}

bool kv_re_match(struct kv_job *job, const struct kv_re *re, kv_str text)
{
	struct kv_arena_mark mark = kv_arena_mark(job->arena);
	struct kv_re_walk w;
	struct kv_re_span span;
	job->steps += match_steps;
	kv_re_walk(job, re, text, &w);
	bool found = kv_re_search(&w, 0, &span, re->inner_edge ? 1 : 0);
	kv_arena_release(job->arena, mark);
	return found;
}
