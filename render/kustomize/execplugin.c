/* render/kustomize/execplugin.c: executables under the plugin home (api/internal/plugins/execplugin, konfig/plugins.go). */
#include <unistd.h>

#include "base/program.h"
#include "base/utf8.h"
#include "krm/yaml.h"
#include "render/kustomize/external.h"

/* --- where they are --------------------------------------------------------------------------- */

struct place {
	const char *note;
	kv_str dir; /* "": not set */
};

static int no_home(struct rnd_k_build *b, const struct rnd_k_external *x, const struct place *places,
		   size_t n)
{
	struct kv_buf tried;

	kv_buf_init(&tried, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++)
		kv_buf_printf(&tried, "%s('%.*s'; %s)", i ? ", " : "",
			      KV_ARG(places[i].dir.n ? places[i].dir : KV_S("<no value>")), places[i].note);
	return kv_error(b->job, x->by->r->origin.pos, "unable to find plugin root - tried: %.*s",
			KV_ARG(kv_buf_view(&tried)));
}

static int plugin_home(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str *ret)
{
	struct kv_arena *a = b->job->arena;
	kv_str home = kv_env("HOME"), config = kv_env("XDG_CONFIG_HOME");
	const struct place places[] = {
		{ "homed in $KUSTOMIZE_PLUGIN_HOME", kv_env("KUSTOMIZE_PLUGIN_HOME") },
		{ "homed in $XDG_CONFIG_HOME",
		  config.n ? kv_path_join(a, config, KV_S("kustomize/plugin")) : KV_S("") },
		{ "homed in default value of $XDG_CONFIG_HOME",
		  kv_path_join(a, home.n ? home : KV_S("~"), KV_S(".config/kustomize/plugin")) },
		{ "homed in home directory",
		  kv_path_join(a, home.n ? home : KV_S("~"), KV_S("kustomize/plugin")) },
	};
	const size_t n = sizeof places / sizeof *places;

	for (size_t i = 0; i < n; i++)
		if (places[i].dir.n && kv_input_kind(b->job, places[i].dir) != KV_FILE_NONE) {
			*ret = places[i].dir;
			return 0;
		}
	return no_home(b, x, places, n);
}

static int find(struct rnd_k_build *b, struct rnd_k_external *x)
{
	struct kv_arena *a = b->job->arena;
	struct krm_gvk gvk = rnd_k_org_id(x->by).gvk;
	kv_str home, below = kv_arena_cat(a, gvk.group, KV_S("/"), gvk.version, KV_S("/"), kv_arena_lower(b->job->arena, gvk.kind),
					  KV_S("/"), gvk.kind);

	if (plugin_home(b, x, &home) < 0)
		return -1;
	x->executable = x->name = kv_path_clean(a, kv_arena_cat(a, home, KV_S("/"), below));
	if (kv_input_kind(b->job, x->executable) == KV_FILE_NONE)
		return kv_error(b->job, x->by->r->origin.pos, "expected file with Go object code at: %.*s.so",
				KV_ARG(x->executable));
	if (access(kv_arena_cstr(a, x->executable), X_OK) < 0)
		return kv_error(b->job, x->by->r->origin.pos, "unexecutable plugin at: %.*s",
				KV_ARG(x->executable));
	return 0;
}

/* --- their arguments -------------------------------------------------------------------------- */

struct words {
	struct rnd_k_build *b;
	struct kv_buf word;
	uint32_t quote; /* 0: none is open */
	bool escaped;
	struct rnd_k_strs *into;
};

static void end_word(struct words *w)
{
	if (w->word.n)
		rnd_k_str_push(w->b, w->into, kv_arena_dup(w->b->job->arena, kv_buf_view(&w->word)));
	w->word.n = 0;
}

/* False at a comment, which ends the text. */
static bool feed(struct words *w, uint32_t r)
{
	if (w->escaped) {
		kv_buf_rune(&w->word, r);
		w->escaped = false;
	} else if (r == '\\' && w->quote != '\'')
		w->escaped = true;
	else if ((r == '\'' || r == '"') && !w->quote)
		w->quote = r;
	else if (r == w->quote)
		w->quote = 0;
	else if (r == '#' && !w->quote)
		return false;
	else if (!w->quote && kv_rune_is_space(r))
		end_word(w);
	else
		kv_buf_rune(&w->word, r);
	return true;
}

/* ShlexSplit: blanks part words, quotes and backslashes protect, `#` begins a comment anywhere; empty words are lost. */
static int split_words(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str s,
		       struct rnd_k_strs *into)
{
	struct words w = { .b = b, .into = into };
	size_t size;

	kv_buf_init(&w.word, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i += size)
		if (!feed(&w, kv_utf8_decode(s, i, &size)))
			break;
	if (w.quote)
		return kv_error(b->job, x->by->r->origin.pos,
				"failed to parse argsOneLiner: unclosed quote in string");
	end_word(&w);
	return 0;
}

static int read_arguments(struct rnd_k_build *b, struct rnd_k_external *x)
{
	kv_str line = krm_str(krm_get(x->by->r->obj, "argsOneLiner")),
	       file = krm_str(krm_get(x->by->r->obj, "argsFromFile")), text;

	if (split_words(b, x, line, &x->args) < 0)
		return -1;
	if (!file.n)
		return 0;
	if (rnd_k_load_at(b, x->by->r->origin.pos, file, &text) < 0)
		return -1;
	while (kv_str_line(&text, &line)) {
		while (line.n && line.p[0] == ' ')
			line = kv_str_sub(line, 1, SIZE_MAX);
		if (line.n)
			rnd_k_str_push(b, &x->args, line);
	}
	return 0;
}

int rnd_k_executable_find(struct rnd_k_build *b, struct rnd_k_external *x)
{
	if (find(b, x) < 0)
		return -1;
	if (read_arguments(b, x) == 0)
		return 0;
	kv_note(b->job, 0, "plugin %.*s fails configuration",
		KV_ARG(rnd_k_id_str(b->job->arena, rnd_k_org_id(x->by))));
	return -1;
}

/* --- running ---------------------------------------------------------------------------------- */

/* The longest string that Linux takes in an argument list. */
#define LONGEST_VARIABLE 131071

static void add_variable(struct rnd_k_build *b, struct rnd_k_strs *env, const char *name, kv_str value)
{
	kv_str v = kv_arena_cat(b->job->arena, kv_str_c(name), KV_S("="), value);

	if (v.n <= LONGEST_VARIABLE)
		rnd_k_str_push(b, env, v);
	else
		kv_warn(b->job, 0,
			"%s exceeds hard limit of %d characters, the environment variable will be omitted",
			name, LONGEST_VARIABLE);
}

static int run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str file, kv_str input, kv_str *ret)
{
	struct rnd_k_strs args = { 0 }, env = { 0 };
	struct kv_child_end end;

	rnd_k_str_push(b, &args, file);
	for (size_t i = 0; i < x->args.n; i++)
		rnd_k_str_push(b, &args, x->args.v[i]);
	add_variable(b, &env, "KUSTOMIZE_PLUGIN_CONFIG_STRING", x->config);
	add_variable(b, &env, "KUSTOMIZE_PLUGIN_CONFIG_ROOT", b->target->root);
	if (kv_child_run(b->job,
			 &(struct kv_child){ .program = x->executable,
					     .args = args.v,
					     .nargs = args.n,
					     .env = env.v,
					     .nenv = env.n,
					     .dir = b->target->root,
					     .input = input,
					     .collect_errors = true },
			 &end) < 0)
		return -1;
	*ret = end.output;
	if (!end.failure.n)
		return 0;
	return kv_error(b->job, x->by->r->origin.pos, "%.*s%sfailure in plugin configured via %.*s; %.*s",
			KV_ARG(end.errors), end.errors.n ? ": " : "", KV_ARG(file), KV_ARG(end.failure));
}

int rnd_k_executable_run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str input, kv_str *ret)
{
	kv_str file;
	int rc;

	if (kv_file_write_temporary(b->job, KV_S("kust-plugin-config-"), x->config, &file) < 0)
		return -1;
	rc = run(b, x, file, input, ret);
	kv_file_remove(file);
	return rc;
}
