/* cli/options.c: parsing by the option table, and its help. */
#include "cli/options.h"

#include <stdio.h>

#include "base/num.h"
#include "cli/report.h"

struct parse {
	struct kv_job *job;
	const struct cli_command *command;
	char **argv;
	int argc, next; /* next: the first word not yet looked at */
	char *options;
};

static kv_str option_name(const struct cli_option *o)
{
	return kv_str_c(o->name);
}

static const struct cli_option *find_name(const struct cli_command *command, kv_str name)
{
	for (size_t i = 0; i < command->noptions; i++)
		if (kv_str_eq(option_name(&command->options[i]), name))
			return &command->options[i];
	return NULL;
}

static const struct cli_option *find_letter(const struct cli_command *command, char letter)
{
	for (size_t i = 0; i < command->noptions; i++)
		if (command->options[i].letter == letter)
			return &command->options[i];
	return NULL;
}

static int unknown_name(struct parse *p, kv_str name)
{
	kv_str *names = KV_NEW_N(p->job->arena, kv_str, p->command->noptions + 1);
	for (size_t i = 0; i < p->command->noptions; i++)
		names[i] = option_name(&p->command->options[i]);
	kv_str near = kv_nearest(name, names, p->command->noptions);
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

static int invalid(struct parse *p, const struct cli_option *o, kv_str value, const char *why)
{
	kv_str name = shown(p, o);
	return kv_error(p->job, 0, "invalid argument \"%.*s\" for \"%.*s\" flag: %s", KV_ARG(value),
			KV_ARG(name), why);
}

/* strconv.ParseBool: 1 t T TRUE true True, 0 f F FALSE false False. */
static int set_flag(struct parse *p, const struct cli_option *o, kv_str value, bool *field)
{
	static const char *const words[2][6] = { { "0", "f", "F", "FALSE", "false", "False" },
						 { "1", "t", "T", "TRUE", "true", "True" } };
	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < KV_COUNT(words[truth]); i++)
			if (kv_str_eq(value, kv_str_c(words[truth][i]))) {
				*field = truth;
				return 0;
			}
	kv_str why = kv_arena_printf(p->job->arena, "strconv.ParseBool: parsing \"%.*s\": invalid syntax",
				     KV_ARG(value));
	return invalid(p, o, value, kv_arena_cstr(p->job->arena, why));
}

static int set_number(struct parse *p, const struct cli_option *o, kv_str value, int64_t *field)
{
	if (kv_num_parse_int(value, 0, field) == KV_NUM_OK)
		return 0;
	kv_str why = kv_arena_printf(p->job->arena, "strconv.ParseInt: parsing \"%.*s\": invalid syntax",
				     KV_ARG(value));
	return invalid(p, o, value, kv_arena_cstr(p->job->arena, why));
}

/* A quoted CSV field; *i stands behind the opening quote and is left behind the closing one. */
static bool csv_quoted(kv_str s, size_t *i, struct kv_buf *field)
{
	for (; *i < s.n; (*i)++) {
		if (s.p[*i] != '"') {
			kv_buf_c(field, s.p[*i]);
			continue;
		}
		if (*i + 1 == s.n || s.p[*i + 1] != '"') {
			(*i)++;
			return *i == s.n || s.p[*i] == ',';
		}
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
				       quoted ? "parse error: extraneous or missing \" in quoted-field"
					      : "parse error: bare \" in non-quoted field");
		KV_PUSH(a, list->v, list->n, list->cap, kv_buf_view(&field));
		if (i >= s.n)
			break;
	}
	return 0;
}

static int set(struct parse *p, const struct cli_option *o, kv_str value)
{
	void *field = p->options + o->offset;
	struct cli_list *list = field;
	switch (o->kind) {
	case CLI_FLAG: return set_flag(p, o, value, field);
	case CLI_NUMBER: return set_number(p, o, value, field);
	case CLI_COMMAS: return add_commas(p, o, value, list);
	case CLI_EACH: KV_PUSH(p->job->arena, list->v, list->n, list->cap, value); return 0;
	case CLI_VALUE: *(kv_str *)field = value; return 0;
	}
	return 0;
}

static const char *implied(const struct cli_option *o)
{
	return o->kind == CLI_FLAG ? "true" : o->implied;
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
	const struct cli_option *o = find_name(p->command, name);
	if (!o)
		return is_help(name, 0) ? 1 : unknown_name(p, name);
	if (equals != SIZE_MAX)
		return set(p, o, kv_str_sub(word, equals + 1, word.n));
	if (implied(o))
		return set(p, o, kv_str_c(implied(o)));
	if (p->next >= p->argc)
		return kv_error(p->job, 0, "flag needs an argument: --%s", o->name);
	return set(p, o, kv_str_c(p->argv[p->next++]));
}

/* -a, -abc, -ovalue, -o=value, -o value. Returns 1 for -h. */
static int parse_letters(struct parse *p, kv_str word)
{
	for (size_t i = 0; i < word.n; i++) {
		const struct cli_option *o = find_letter(p->command, word.p[i]);
		if (!o && is_help(KV_S(""), word.p[i]))
			return 1;
		if (!o)
			return kv_error(p->job, 0, "unknown shorthand flag: '%c' in -%.*s", word.p[i],
					KV_ARG(word));
		kv_str rest = kv_str_sub(word, i + 1, word.n);
		if (rest.n > 1 && rest.p[0] == '=')
			return set(p, o, kv_str_sub(rest, 1, rest.n));
		if (implied(o)) {
			if (set(p, o, kv_str_c(implied(o))) < 0)
				return -1;
			continue;
		}
		if (rest.n > 0)
			return set(p, o, rest);
		if (p->next >= p->argc)
			return kv_error(p->job, 0, "flag needs an argument: '%c' in -%.*s", word.p[i],
					KV_ARG(word));
		return set(p, o, kv_str_c(p->argv[p->next++]));
	}
	return 0;
}

enum cli_parsed cli_parse(struct kv_job *job, const struct cli_command *command, int argc, char **argv,
			  void *ret_options, struct cli_list *ret_args)
{
	struct parse p = { job, command, argv, argc, 1, ret_options };
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

/* The left column of an option's line in the help. */
static kv_str option_usage(struct kv_arena *a, const struct cli_option *o)
{
	kv_str letter = o->letter ? kv_arena_printf(a, "-%c, ", o->letter) : KV_S("    ");
	const char *value = o->value ? o->value : "";
	const char *between = !o->value ? "" : o->implied ? "[=" : " ";
	return kv_arena_printf(a, "  %.*s--%s%s%s%s", KV_ARG(letter), o->name, between, value,
			       o->value && o->implied ? "]" : "");
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
	for (size_t i = 0; i < command->noptions; i++) {
		const struct cli_option *o = &command->options[i];
		if (!o->help)
			continue;
		kv_str usage = option_usage(out->arena, o);
		kv_buf_str(out, usage);
		if (usage.n + 2 > column)
			kv_buf_c(out, '\n');
		kv_buf_fill(out, ' ', usage.n + 2 > column ? column : column - usage.n);
		kv_buf_printf(out, "%s\n", o->help);
	}
	if (command->details)
		kv_buf_printf(out, "\n%s", command->details);
}
