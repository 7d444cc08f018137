/* cli/options.c: parsing by the option table, and its help. */
#include "cli/options.h"

#include "base/field.h"

#include <stdio.h>

#include "base/num.h"
#include "base/quote.h"
#include "cli/helm.h"
#include "cli/report.h"
#include "cli/units.h"

struct parse {
	struct kv_job *job;
	const struct cli_dialect *dialect; /* may be NULL */
	const struct cli_command *command;
	char **argv;
	int argc, next; /* next: the first word not yet looked at */
	char *options;
};

static const struct cli_option *shared_rows(enum cli_shared_rows rows)
{
	switch (rows) {
	case CLI_HELM_SETTINGS_ROWS: return cli_helm_settings_rows;
	case CLI_HELM_SOURCE_ROWS: return cli_helm_source_rows;
	case CLI_HELM_VALUES_ROWS: return cli_helm_values_rows;
	case CLI_UNIT_ROWS: return cli_unit_rows;
	case CLI_RESULT_ROWS: return cli_result_rows;
	case CLI_OWN_ROW: break;
	}
	return NULL;
}

bool cli_option_next(struct cli_option_walk *w)
{
	for (; w->row < w->command->noptions; w->row++, w->shared = 0) {
		const struct cli_option *row = &w->command->options[w->row];
		if (row->shared == CLI_OWN_ROW) {
			w->option = row;
			w->offset = row->offset;
			w->row++;
			return true;
		}
		w->option = &shared_rows(row->shared)[w->shared++];
		w->offset = row->offset + w->option->offset;
		if (*w->option->name)
			return true;
	}
	return false;
}

static kv_str option_name(const struct cli_option *o)
{
	return kv_str_c(o->name);
}

static bool is_known(const struct parse *p, const struct cli_option *o)
{
	return !p->dialect || p->dialect->knows(p->dialect, o);
}

/* The walk stops at what is found. */
static bool find_name(const struct parse *p, kv_str name, struct cli_option_walk *ret)
{
	*ret = (struct cli_option_walk){ .command = p->command };
	while (cli_option_next(ret))
		if (kv_str_eq(option_name(ret->option), name))
			return is_known(p, ret->option);
	return false;
}

static bool find_letter(const struct parse *p, char letter, struct cli_option_walk *ret)
{
	*ret = (struct cli_option_walk){ .command = p->command };
	while (cli_option_next(ret))
		if (ret->option->letter == letter)
			return is_known(p, ret->option);
	return false;
}

static int unknown_name(struct parse *p, kv_str name)
{
	struct cli_list names = { 0 };
	struct cli_option_walk w = { .command = p->command };
	while (cli_option_next(&w))
		if (is_known(p, w.option))
			KV_PUSH(p->job->arena, names.v, names.n, names.cap, option_name(w.option));
	kv_str near = kv_nearest(name, names.v, names.n);
	kv_error(p->job, 0, "unknown flag: --%.*s", KV_ARG(name));
	if (near.n)
		kv_note(p->job, 0, "did you mean --%.*s?", KV_ARG(near));
	return -1;
}

/* "-o, --output" or "--output", as pflag names an option in errors. */
static kv_str shown(struct parse *p, const struct cli_option *o)
{
	return o->letter ? kv_arena_printf(p->job->arena, "-%c, --%s", o->letter, o->name)
			 : kv_arena_printf(p->job->arena, "--%s", o->name);
}

static int invalid(struct parse *p, const struct cli_option *o, kv_str value, kv_str why)
{
	kv_str name = shown(p, o);
	struct kv_buf quoted;
	kv_buf_init(&quoted, p->job->arena, KV_BUF_MAX);
	kv_quote_with(value, '"', false, &quoted);
	return kv_error(p->job, 0, "invalid argument %.*s for \"%.*s\" flag: %.*s", KV_ARG(kv_buf_view(&quoted)),
			KV_ARG(name), KV_ARG(why));
}

bool cli_parse_bool(kv_str text, bool *ret)
{
	static const char *const words[2][6] = { { "0", "f", "F", "FALSE", "false", "False" },
						 { "1", "t", "T", "TRUE", "true", "True" } };
	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < KV_COUNT(words[truth]); i++)
			if (kv_str_eq(text, kv_str_c(words[truth][i]))) {
				*ret = truth;
				return true;
			}
	return false;
}

/* go: strconv.NumError */
static int no_number(struct parse *p, const struct cli_option *o, kv_str value, const char *function, bool range)
{
	struct kv_buf why;
	kv_buf_init(&why, p->job->arena, KV_BUF_MAX);
	kv_buf_printf(&why, "strconv.%s: parsing ", function);
	kv_quote_with(value, '"', false, &why);
	kv_buf_printf(&why, ": %s", range ? "value out of range" : "invalid syntax");
	return invalid(p, o, value, kv_buf_view(&why));
}

static int set_flag(struct parse *p, const struct cli_option *o, kv_str value, bool *field)
{
	return cli_parse_bool(value, field) ? 0 : no_number(p, o, value, "ParseBool", false);
}

static int add_said(struct parse *p, const struct cli_option *o, kv_str value, struct cli_flags *said)
{
	struct cli_flag flag = { .name = o->name };
	if (set_flag(p, o, value, &flag.on) < 0)
		return -1;
	KV_PUSH(p->job->arena, said->v, said->n, said->cap, flag);
	return 0;
}

static int set_number(struct parse *p, const struct cli_option *o, kv_str value, int64_t *field)
{
	enum kv_num_error error = kv_num_parse_int(value, 0, field);
	return error ? no_number(p, o, value, "ParseInt", error == KV_NUM_RANGE) : 0;
}

/* A quoted CSV field. *i is the byte after the opening quote; it becomes the one after the closing quote, or where the error is. */
static bool csv_quoted(kv_str s, size_t *i, struct kv_buf *field)
{
	for (; *i < s.n; (*i)++) {
		if (s.p[*i] != '"') {
			kv_buf_c(field, s.p[*i]);
			continue;
		}
		if (*i + 1 == s.n || s.p[*i + 1] == ',') {
			(*i)++;
			return true;
		}
		if (s.p[*i + 1] != '"')
			return false;
		kv_buf_c(field, s.p[(*i)++]);
	}
	return false;
}

static bool csv_plain(kv_str s, size_t *i, struct kv_buf *field)
{
	for (; *i < s.n && s.p[*i] != ','; (*i)++) {
		if (s.p[*i] == '"')
			return false;
		kv_buf_c(field, s.p[*i]);
	}
	return true;
}

/* One record as encoding/csv reads it: fields in quotes may hold commas, a quote is doubled. */
static int add_commas(struct parse *p, const struct cli_option *o, kv_str s, struct cli_list *list)
{
	struct kv_arena *a = p->job->arena;
	for (size_t i = 0; s.n > 0; i++) {
		struct kv_buf field;
		kv_buf_init(&field, a, KV_BUF_MAX);
		bool quoted = i < s.n && s.p[i] == '"';
		if (quoted ? (i++, !csv_quoted(s, &i, &field)) : !csv_plain(s, &i, &field))
			return invalid(p, o, s,
				       kv_arena_printf(a, "parse error on line 1, column %zu: %s", i + 1,
						       quoted ? "extraneous or missing \" in quoted-field"
							      : "bare \" in non-quoted-field"));
		KV_PUSH(a, list->v, list->n, list->cap, kv_buf_view(&field));
		if (i >= s.n)
			break;
	}
	return 0;
}

static int set(struct parse *p, const struct cli_option_walk *at, kv_str value)
{
	const struct cli_option *o = at->option;
	kv_str why = p->dialect ? p->dialect->refuses(p->dialect, p->job, o, value) : KV_S("");
	if (why.n)
		return invalid(p, o, value, why);
	void *field = p->options + at->offset;
	struct cli_list *list = field;
	switch (o->kind) {
	case CLI_FLAG: return set_flag(p, o, value, field);
	case CLI_FLAG_SAID: return add_said(p, o, value, field);
	case CLI_NUMBER: return set_number(p, o, value, field);
	case CLI_COMMAS: return add_commas(p, o, value, list);
	case CLI_EACH: KV_PUSH(p->job->arena, list->v, list->n, list->cap, value); return 0;
	case CLI_VALUE: *(kv_str *)field = value; return 0;
	}
	return 0;
}

/* NULL: a value must follow. */
static const char *implied(const struct cli_option *o)
{
	return o->kind == CLI_FLAG || o->kind == CLI_FLAG_SAID ? "true" : *o->implied ? o->implied : NULL;
}

static bool is_help(kv_str name, char letter)
{
	return letter == 'h' || kv_str_eq(name, KV_S("help"));
}

/* --name, --name=value, --name value. Returns 1 for --help. */
static int parse_long(struct parse *p, kv_str word)
{
	size_t equals = kv_str_chr(word, '=');
	kv_str name = kv_str_sub(word, 0, equals);
	struct cli_option_walk at;
	if (name.n == 0 || name.p[0] == '-')
		return kv_error(p->job, 0, "bad flag syntax: --%.*s", KV_ARG(word));
	if (!find_name(p, name, &at))
		return is_help(name, 0) ? 1 : unknown_name(p, name);
	if (equals != SIZE_MAX)
		return set(p, &at, kv_str_sub(word, equals + 1, word.n));
	if (implied(at.option))
		return set(p, &at, kv_str_c(implied(at.option)));
	if (p->next >= p->argc)
		return kv_error(p->job, 0, "flag needs an argument: --%s", at.option->name);
	return set(p, &at, kv_str_c(p->argv[p->next++]));
}

/* -a, -abc, -ovalue, -o=value, -o value. Returns 1 for -h. */
static int parse_letters(struct parse *p, kv_str word)
{
	for (size_t i = 0; i < word.n; i++) {
		struct cli_option_walk at;
		bool found = find_letter(p, word.p[i], &at);
		if (!found && is_help(KV_S(""), word.p[i]))
			return 1;
		if (!found)
			return kv_error(p->job, 0, "unknown shorthand flag: '%c' in -%.*s", word.p[i],
					KV_ARG(word));
		kv_str rest = kv_str_sub(word, i + 1, word.n);
		if (rest.n > 1 && rest.p[0] == '=')
			return set(p, &at, kv_str_sub(rest, 1, rest.n));
		if (implied(at.option)) {
			if (set(p, &at, kv_str_c(implied(at.option))) < 0)
				return -1;
			continue;
		}
		if (rest.n > 0)
			return set(p, &at, rest);
		if (p->next >= p->argc)
			return kv_error(p->job, 0, "flag needs an argument: '%c' in -%.*s", word.p[i],
					KV_ARG(word));
		return set(p, &at, kv_str_c(p->argv[p->next++]));
	}
	return 0;
}

enum cli_parsed cli_parse_in(struct kv_job *job, const struct cli_dialect *d, const struct cli_command *command,
			     int argc, char **argv, void *ret_options, struct cli_list *ret_args)
{
	struct parse p = { job, d, command, argv, argc, 1, ret_options };
	bool ended = false;
	while (p.next < argc) {
		kv_str word = kv_str_c(argv[p.next++]);
		int got = 0;
		if (ended || word.n < 2 || word.p[0] != '-')
			KV_PUSH(job->arena, ret_args->v, ret_args->n, ret_args->cap, word);
		else if (word.n == 2 && word.p[1] == '-')
			ended = true;
		else if (word.p[1] == '-')
			got = parse_long(&p, kv_str_sub(word, 2, word.n));
		else
			got = parse_letters(&p, kv_str_sub(word, 1, word.n));
		if (got < 0)
			return CLI_PARSED_ERROR;
		if (got > 0) {
			struct kv_buf out;
			kv_buf_init(&out, job->arena, KV_BUF_MAX);
			cli_command_help(command, &out);
			return cli_print(kv_buf_view(&out)) < 0 ? CLI_PARSED_ERROR : CLI_PARSED_HELP;
		}
	}
	return CLI_PARSED;
}

enum cli_parsed cli_parse(struct kv_job *job, const struct cli_command *command, int argc, char **argv,
			  void *ret_options, struct cli_list *ret_args)
{
	return cli_parse_in(job, NULL, command, argc, argv, ret_options, ret_args);
}

/* One that was not given is not one that is empty. */
static void print_value(kv_str value, struct kv_buf *out)
{
	kv_field_put_number(out, value.p != NULL);
	kv_field_put(out, value);
}

static void print_list(const struct cli_list *list, struct kv_buf *out)
{
	kv_field_put_number(out, (int64_t)list->n);
	for (size_t i = 0; i < list->n; i++)
		kv_field_put(out, list->v[i]);
}

static void print_said(const struct cli_flags *said, struct kv_buf *out)
{
	kv_field_put_number(out, (int64_t)said->n);
	for (size_t i = 0; i < said->n; i++) {
		kv_field_put(out, kv_str_c(said->v[i].name));
		kv_field_put_number(out, said->v[i].on);
	}
}

void cli_options_print(const struct cli_command *command, const void *options, size_t except, struct kv_buf *out)
{
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w)) {
		const void *field = (const char *)options + w.offset;
		if (w.offset == except)
			continue;
		switch (w.option->kind) {
		case CLI_FLAG: kv_field_put_number(out, *(const bool *)field); break;
		case CLI_NUMBER: kv_field_put_number(out, *(const int64_t *)field); break;
		case CLI_VALUE: print_value(*(const kv_str *)field, out); break;
		case CLI_FLAG_SAID: print_said(field, out); break;
		case CLI_EACH:
		case CLI_COMMAS: print_list(field, out); break;
		}
	}
}

/* The left column of an option's line in the help. */
static kv_str option_usage(struct kv_arena *a, const struct cli_option *o)
{
	kv_str letter = o->letter ? kv_arena_printf(a, "-%c, ", o->letter) : KV_S("    ");
	const char *between = !*o->value ? "" : *o->implied ? "[=" : " ";
	return kv_arena_printf(a, "  %.*s--%s%s%s%s", KV_ARG(letter), o->name, between, o->value,
			       *o->value && *o->implied ? "]" : "");
}

void cli_command_help(const struct cli_command *command, struct kv_buf *out)
{
	/* Past this width the explanation starts on a line of its own. */
	const size_t column = 34;
	kv_buf_printf(out, "Usage: kvendor %s%s%s%s\n\n%s.\n", command->name,
		      command->noptions ? " [OPTION]..." : "", *command->arguments ? " " : "",
		      command->arguments, command->summary);
	if (command->noptions)
		kv_buf_lit(out, "\n");
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w)) {
		if (!*w.option->help)
			continue;
		kv_str usage = option_usage(out->arena, w.option);
		kv_buf_str(out, usage);
		if (usage.n + 2 > column)
			kv_buf_c(out, '\n');
		kv_buf_fill(out, ' ', usage.n + 2 > column ? column : column - usage.n);
		kv_buf_printf(out, "%s\n", w.option->help);
	}
	if (command->details)
		kv_buf_printf(out, "\n%s", command->details);
}
