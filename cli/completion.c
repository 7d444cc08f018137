/* cli/completion.c: kvendor completion: scripts for bash, zsh and fish, made from the tables of commands and options. */
#include <string.h>

#include "cli/command.h"
#include "cli/helm.h"
#include "cli/report.h"

/* --- what may be offered ---------------------------------------------------------------------- */

enum value_kind { ANY_TEXT, ONE_OF, PATHS, FOLDERS };

/* What a placeholder of the option tables stands for. */
static const struct placeholder {
	const char *name;
	enum value_kind kind;
	const char *words;
} placeholders[] = {
	{ "DIR", FOLDERS, NULL },
	{ "ENGINE", ONE_OF, "helm4 helm3" },
	{ "FILE", PATHS, NULL },
	{ "LEVEL", ONE_OF, "privileged baseline restricted" },
	{ "ORDER", ONE_OF, "legacy none" },
	{ "PATH", PATHS, NULL },
	{ "SOURCE", ONE_OF, "seed os" },
	{ "WHEN", ONE_OF, "auto always never" },
};

/* "text|json|junit, and more" gives "text json junit"; a text that begins otherwise gives nothing. */
static kv_str listed_words(struct kv_arena *arena, const char *text)
{
	size_t n = text ? strcspn(text, " ,:;") : 0;
	if (!n || !memchr(text, '|', n))
		return KV_S("");
	struct kv_buf words;
	kv_buf_init(&words, arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++)
		kv_buf_c(&words, text[i] == '|' ? ' ' : text[i]);
	return kv_buf_view(&words);
}

/* What may be offered for an option's value: by its placeholder, or by a help that begins with a list such as "text|json". The words of
 * ONE_OF are separated by blanks. */
static enum value_kind value_kind(struct kv_arena *arena, const struct cli_option *option, kv_str *ret_words)
{
	kv_str words = listed_words(arena, option->help);
	if (words.n) {
		*ret_words = words;
		return ONE_OF;
	}
	for (size_t i = 0; *option->value && i < KV_COUNT(placeholders); i++) {
		const struct placeholder *p = &placeholders[i];
		if (strcmp(p->name, option->value) != 0)
			continue;
		if (p->kind == ONE_OF)
			*ret_words = kv_str_c(p->words);
		return p->kind;
	}
	return ANY_TEXT;
}

/* The commands, then those of `kvendor helm`, whose names are several words; NULL past the last. */
static const struct cli_command *offered_at(size_t i)
{
	size_t own = 0;
	while (cli_command_at(own))
		own++;
	return i < own ? cli_command_at(i) : cli_helm_command_at(i - own);
}

/* A family, such as "helm" or "helm show", is what names of several commands begin with. The next words in the names of its commands;
 * empty for what is no family. */
static kv_str words_of_family(struct kv_arena *arena, kv_str family)
{
	const struct cli_command *command;
	struct kv_buf words;
	kv_str last = KV_S("");
	kv_buf_init(&words, arena, KV_BUF_MAX);
	for (size_t i = 0; (command = cli_helm_command_at(i)); i++) {
		kv_str name = kv_str_c(command->name), rest = kv_str_sub(name, family.n + 1, name.n);
		kv_str word = kv_str_sub(rest, 0, kv_str_chr(rest, ' '));
		if (!kv_str_starts(name, family) || name.n <= family.n || name.p[family.n] != ' ' || kv_str_eq(word, last))
			continue;
		kv_buf_printf(&words, "%s%.*s", words.n ? " " : "", KV_ARG(word));
		last = word;
	}
	return kv_buf_view(&words);
}

/* The part of a command's name before its last word. */
static kv_str family_of(const struct cli_command *command)
{
	kv_str name = kv_str_c(command->name);
	return kv_str_sub(name, 0, kv_str_rchr(name, ' '));
}

/* "helm show" if the command is the first of it; empty for later ones, and for names of two words. */
static kv_str new_family(size_t i)
{
	kv_str family = family_of(cli_helm_command_at(i));
	bool known = i > 0 && kv_str_eq(family, family_of(cli_helm_command_at(i - 1)));
	return known || kv_str_chr(family, ' ') == SIZE_MAX ? KV_S("") : family;
}

/* The first words that a command's argument may be: of "stat | gc | export DIR" stat, gc and export. */
static kv_str argument_words(struct kv_arena *arena, const struct cli_command *command)
{
	struct kv_buf words;
	kv_str family = words_of_family(arena, kv_str_c(command->name));
	if (family.n)
		return family;
	kv_buf_init(&words, arena, KV_BUF_MAX);
	for (const char *s = command->arguments; *s; s += strcspn(s, "|"), s += *s == '|') {
		s += strspn(s, " ");
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz");
		if (n && strchr(" |", s[n])) /* also at the end */
			kv_buf_printf(&words, "%s%.*s", words.n ? " " : "", (int)n, s);
	}
	return kv_buf_view(&words);
}

/* The names of several words and those of their families, in quotes. */
static void long_names(struct kv_buf *out, char quote, const char *between)
{
	const struct cli_command *command;
	for (size_t i = 0; (command = cli_helm_command_at(i)); i++) {
		kv_str family = new_family(i);
		kv_buf_printf(out, "%s%c%s%c", i ? between : "", quote, command->name, quote);
		if (family.n)
			kv_buf_printf(out, "%s%c%.*s%c", between, quote, KV_ARG(family), quote);
	}
}

static bool takes_command(const struct cli_command *command)
{
	return strncmp(command->arguments, "[COMMAND", 8) == 0;
}

static kv_str command_names(struct kv_arena *arena)
{
	struct kv_buf names;
	kv_buf_init(&names, arena, KV_BUF_MAX);
	const struct cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)); i++)
		kv_buf_printf(&names, "%s%s", i ? " " : "", command->name);
	return kv_buf_view(&names);
}

/* --- bash --------------------------------------------------------------------------------------- */

static const char bash_head[] =
	"# bash completion for kvendor: source <(kvendor completion bash)\n"
	"_kvendor()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=render words= i k\n"
	"\t# --name=value comes as three words.\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tif [[ ${COMP_WORDS[i]} != -* ]]; then\n"
	"\t\t\tcommand=${COMP_WORDS[i]}\n"
	"\t\t\tbreak\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tfor ((k = i + 1; k < COMP_CWORD; k++)); do\n"
	"\t\tcase \"$command ${COMP_WORDS[k]}\" in\n"
	"\t\t";

static const char bash_names[] =
	") command+=\" ${COMP_WORDS[k]}\" ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tCOMPREPLY=()\n"
	"\tcase \"$command $prev\" in\n";

static const char bash_middle[] =
	"\tesac\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\tcase $command in\n";

static const char bash_tail[] =
	"\t\tesac\n"
	"\tfi\n"
	"\tif [[ $words ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	"\telse\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\tfi\n"
	"}\n"
	"complete -F _kvendor kvendor\n";

/* The patterns "check -o" | "check --output". */
static void bash_pattern(struct kv_buf *out, const struct cli_command *command, const struct cli_option *o)
{
	kv_buf_lit(out, "\t");
	if (o->letter)
		kv_buf_printf(out, "\"%s -%c\" | ", command->name, o->letter);
	kv_buf_printf(out, "\"%s --%s\")\n", command->name, o->name);
}

static void bash_values(struct kv_buf *out, const struct cli_command *command)
{
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w)) {
		const struct cli_option *o = w.option;
		if (o->kind == CLI_FLAG || !*o->help)
			continue;
		kv_str words = KV_S("");
		enum value_kind kind = value_kind(out->arena, o, &words);
		bash_pattern(out, command, o);
		if (kind == ONE_OF)
			kv_buf_printf(out, "\t\tmapfile -t COMPREPLY < <(compgen -W \"%.*s\" -- \"$cur\")\n", KV_ARG(words));
		else if (kind != ANY_TEXT)
			kv_buf_printf(out, "\t\tcompopt -o filenames 2>/dev/null\n\t\tmapfile -t COMPREPLY < <(compgen -%c -- \"$cur\")\n",
				      kind == FOLDERS ? 'd' : 'f');
		kv_buf_lit(out, "\t\treturn\n\t\t;;\n");
	}
}

static void bash_options(struct kv_buf *out, const struct cli_command *command)
{
	kv_buf_printf(out, "\t\t\"%s\") words=\"--help", command->name);
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w))
		if (*w.option->help)
			kv_buf_printf(out, " --%s", w.option->name);
	kv_buf_lit(out, "\" ;;\n");
}

static void bash_arguments(struct kv_buf *out, const struct cli_command *command)
{
	kv_str words = takes_command(command) ? command_names(out->arena) : argument_words(out->arena, command);
	if (words.n)
		kv_buf_printf(out, "\t\"%s\") words=\"%.*s\" ;;\n", command->name, KV_ARG(words));
}

static void bash_families(struct kv_buf *out)
{
	for (size_t i = 0; cli_helm_command_at(i); i++) {
		kv_str family = new_family(i);
		if (family.n)
			kv_buf_printf(out, "\t\"%.*s\") words=\"%.*s\" ;;\n", KV_ARG(family), KV_ARG(words_of_family(out->arena, family)));
	}
}

static void bash(struct kv_buf *out)
{
	const struct cli_command *command;
	kv_buf_str(out, kv_str_c(bash_head));
	long_names(out, '"', " | ");
	kv_buf_str(out, kv_str_c(bash_names));
	for (size_t i = 0; (command = offered_at(i)); i++)
		bash_values(out, command);
	kv_buf_str(out, kv_str_c(bash_middle));
	for (size_t i = 0; (command = offered_at(i)); i++)
		bash_options(out, command);
	kv_buf_lit(out, "\t\tesac\n\telif ((i == COMP_CWORD)); then\n");
	kv_buf_printf(out, "\t\twords=\"%.*s\"\n", KV_ARG(command_names(out->arena)));
	kv_buf_lit(out, "\telse\n\t\tcase $command in\n");
	for (size_t i = 0; (command = offered_at(i)); i++)
		bash_arguments(out, command);
	bash_families(out);
	kv_buf_str(out, kv_str_c(bash_tail));
}

/* --- zsh ---------------------------------------------------------------------------------------- */

static const char zsh_head[] =
	"#compdef kvendor\n"
	"# zsh completion for kvendor: source <(kvendor completion zsh), or a file _kvendor in $fpath\n"
	"_kvendor()\n"
	"{\n"
	"\tlocal -a commands=(\n";

static const char zsh_middle[] =
	")\n"
	"\tlocal command=render\n"
	"\tif [[ $words[2] != -* ]]; then\n"
	"\t\tif ((CURRENT == 2)); then\n"
	"\t\t\t_describe command commands\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\tcommand=$words[2]\n"
	"\t\tshift words\n"
	"\t\t((CURRENT--))\n"
	"\t\twhile ((CURRENT > 2)) && [[ -n ${long[(r)$command $words[2]]} ]]; do\n"
	"\t\t\tcommand+=\" $words[2]\"\n"
	"\t\t\tshift words\n"
	"\t\t\t((CURRENT--))\n"
	"\t\tdone\n"
	"\tfi\n"
	"\tcase $command in\n";

static const char zsh_tail[] =
	"\tesac\n"
	"}\n"
	"if [[ $funcstack[1] == _kvendor ]]; then\n"
	"\t_kvendor \"$@\"\n"
	"else\n"
	"\tcompdef _kvendor kvendor\n"
	"fi\n";

/* Text between single quotes, with a backslash before the bytes of `special`. */
static void quoted(struct kv_buf *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			kv_buf_c(out, '\\');
		if (*text == '\'' && !strchr(special, '\''))
			kv_buf_lit(out, "'\\''");
		else
			kv_buf_c(out, *text);
	}
}

static void zsh_option(struct kv_buf *out, const struct cli_option *o)
{
	const char *many = o->kind == CLI_EACH || o->kind == CLI_COMMAS ? "*" : "";
	const char *value = o->kind == CLI_FLAG ? "" : *o->implied ? "=-" : "=";
	kv_buf_lit(out, " \\\n\t\t\t");
	if (o->letter && *many)
		kv_buf_printf(out, "'*'{-%c,--%s%s}'[", o->letter, o->name, value);
	else if (o->letter)
		kv_buf_printf(out, "'(-%c --%s)'{-%c,--%s%s}'[", o->letter, o->name, o->letter, o->name, value);
	else
		kv_buf_printf(out, "'%s--%s%s[", many, o->name, value);
	quoted(out, o->help, "[]:\\");
	kv_buf_c(out, ']');
	if (o->kind != CLI_FLAG) {
		kv_str words = KV_S("");
		enum value_kind kind = value_kind(out->arena, o, &words);
		kv_buf_printf(out, "%s", *o->implied ? "::" : ":");
		quoted(out, *o->value ? o->value : "VALUE", "[]:\\");
		kv_buf_printf(out, kind == ONE_OF ? ":(%.*s)" : ":%.*s", KV_ARG(words));
		kv_buf_printf(out, "%s", kind == FOLDERS ? "_files -/" : kind == PATHS ? "_files" : "");
	}
	kv_buf_c(out, '\'');
}

static void zsh_command(struct kv_buf *out, const struct cli_command *command)
{
	bool is_long = strchr(command->name, ' ') != NULL;
	kv_buf_printf(out, is_long ? "\t'%s')\n" : "\t%s)\n", command->name);
	kv_buf_lit(out, "\t\t_arguments '--help[explain the command]'");
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w))
		if (*w.option->help)
			zsh_option(out, w.option);
	kv_str words = takes_command(command) ? command_names(out->arena) : argument_words(out->arena, command);
	if (words.n)
		kv_buf_printf(out, " \\\n\t\t\t'1:argument:(%.*s)'", KV_ARG(words));
	kv_buf_lit(out, " \\\n\t\t\t'*:file:_files'\n\t\t;;\n");
}

static void zsh_families(struct kv_buf *out)
{
	for (size_t i = 0; cli_helm_command_at(i); i++) {
		kv_str family = new_family(i);
		if (family.n)
			kv_buf_printf(out, "\t'%.*s')\n\t\t_arguments '1:command:(%.*s)'\n\t\t;;\n", KV_ARG(family),
				      KV_ARG(words_of_family(out->arena, family)));
	}
}

static void zsh(struct kv_buf *out)
{
	const struct cli_command *command;
	kv_buf_str(out, kv_str_c(zsh_head));
	for (size_t i = 0; (command = cli_command_at(i)); i++) {
		kv_buf_printf(out, "\t\t'%s:", command->name);
		quoted(out, command->summary, ":\\");
		kv_buf_lit(out, "'\n");
	}
	kv_buf_lit(out, "\t)\n\tlocal -a long=(");
	long_names(out, '\'', " ");
	kv_buf_str(out, kv_str_c(zsh_middle));
	for (size_t i = 0; (command = offered_at(i)); i++)
		zsh_command(out, command);
	zsh_families(out);
	kv_buf_str(out, kv_str_c(zsh_tail));
}

/* --- fish --------------------------------------------------------------------------------------- */

/* `complete` where all words of a name stand. */
static void fish_where(struct kv_buf *out, kv_str name)
{
	kv_buf_lit(out, "complete -c kvendor -n '");
	for (size_t from = 0; from <= name.n;) {
		kv_str rest = kv_str_sub(name, from, name.n), word = kv_str_sub(rest, 0, kv_str_chr(rest, ' '));
		kv_buf_printf(out, "%s__fish_seen_subcommand_from %.*s", from ? "; and " : "", KV_ARG(word));
		from += word.n + 1;
	}
}

static void fish_option(struct kv_buf *out, const struct cli_command *command, const struct cli_option *o)
{
	fish_where(out, kv_str_c(command->name));
	kv_buf_printf(out, "' -l %s", o->name);
	if (o->letter)
		kv_buf_printf(out, " -s %c", o->letter);
	if (o->kind != CLI_FLAG) {
		kv_str words = KV_S("");
		enum value_kind kind = value_kind(out->arena, o, &words);
		if (kind == ONE_OF)
			kv_buf_printf(out, " -%s -a '%.*s'", *o->implied ? "f" : "x", KV_ARG(words));
		else if (kind == FOLDERS)
			kv_buf_lit(out, " -x -a '(__fish_complete_directories)'");
		else
			kv_buf_printf(out, " -%s", kind == PATHS ? "rF" : "x");
	}
	kv_buf_lit(out, " -d '");
	quoted(out, o->help, "'\\");
	kv_buf_lit(out, "'\n");
}

static void fish_options(struct kv_buf *out, const struct cli_command *command)
{
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w))
		if (*w.option->help)
			fish_option(out, command, w.option);
}

/* The words of a family until one of them stands. */
static void fish_family(struct kv_buf *out, kv_str family)
{
	kv_str words = words_of_family(out->arena, family);
	fish_where(out, family);
	kv_buf_printf(out, "; and not __fish_seen_subcommand_from %.*s' -f -a '%.*s'\n", KV_ARG(words), KV_ARG(words));
}

static void fish_command(struct kv_buf *out, const struct cli_command *command)
{
	kv_buf_printf(out, "complete -c kvendor -n __fish_use_subcommand -f -a %s -d '", command->name);
	quoted(out, command->summary, "'\\");
	kv_buf_lit(out, "'\n");
	kv_str words = takes_command(command) ? command_names(out->arena) : argument_words(out->arena, command);
	if (words_of_family(out->arena, kv_str_c(command->name)).n)
		fish_family(out, kv_str_c(command->name));
	else if (words.n)
		kv_buf_printf(out, "complete -c kvendor -n '__fish_seen_subcommand_from %s' -f -a '%.*s'\n", command->name,
			      KV_ARG(words));
	fish_options(out, command);
}

static void fish(struct kv_buf *out)
{
	const struct cli_command *command;
	kv_buf_lit(out, "# fish completion for kvendor: kvendor completion fish | source\n");
	for (size_t i = 0; (command = cli_command_at(i)); i++)
		fish_command(out, command);
	for (size_t i = 0; (command = cli_helm_command_at(i)); i++) {
		if (new_family(i).n)
			fish_family(out, new_family(i));
		fish_options(out, command);
	}
}

/* --- the command -------------------------------------------------------------------------------- */

static const struct shell {
	const char *name;
	void (*write)(struct kv_buf *out);
} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_completion, argc, argv, NULL, &args) != CLI_PARSED)
		return cli_end(job);
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; args.n == 1 && i < KV_COUNT(shells); i++)
		if (kv_str_eq(args.v[0], kv_str_c(shells[i].name)))
			shells[i].write(&out);
	if (!out.n)
		kv_error(job, 0, "name the shell: kvendor completion bash, zsh or fish");
	int failed = out.n ? cli_print(kv_buf_view(&out)) : 0;
	int status = cli_end(job);
	return failed ? CLI_FAILED : status;
}

const struct cli_command cli_command_completion = {
	"completion",
	"bash|zsh|fish",
	"Print a completion script for a shell",
	.details = "To use it in the running shell:\n"
		   "    source <(kvendor completion bash)        or zsh\n"
		   "    kvendor completion fish | source\n"
		   "docs/install.md says where each shell looks for the script.\n",
	.run = run,
};
