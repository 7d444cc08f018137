/* filters/placeholder.c: the grammars of placeholders. */
#include "filters/placeholder.h"

#include "base/re.h"
#include "base/utf8.h"
#include "filters/secret_rules.h"

/* --- the patterns --------------------------------------------------------------------------------- */

/* Names of 1Password's secret references have letters, digits and these; between braces, or as a whole value, also blanks
 * (developer.1password.com/docs/cli/secret-reference-syntax). Of what is not ASCII `name_length` tells the letters: all of
 * Unicode's would make a program of which texts of ten thousand bytes are too long for the limit of steps. */
#define OP_CHARACTERS "0-9A-Za-z_.\\x{80}-\\x{10FFFF}-"
#define OP_NAME "[" OP_CHARACTERS "]+"
#define OP_LONG_NAME "[" OP_CHARACTERS "](?:[ " OP_CHARACTERS "]*[" OP_CHARACTERS "])?"
#define OP_QUERY "(\\?(?:attribute|attr|ssh-format)=[\\w-]+)?"
#define OP(name) "op://(" name ")/(" name ")/(?:(" name ")/)?(" name ")" OP_QUERY
/* vals, pkg/expansion/expand_match.go, DefaultRefRegexp; here it ends at quotes, too. */
#define REF "(?:secret)?ref\\+([^+:\\s\"']*)://([^+\\s\"']*[^+\\s\"',])\\+?"
/* argocd-vault-plugin, pkg/kube/util.go: path, key, version, modifiers. */
#define MODIFIERS "((?:\\|[^<>|\\n]*)*)"
#define PATH "<path:([^#<>\\n]+)#([^#<>|\\n]+)(?:#([^#<>|\\n]+))?" MODIFIERS ">"
#define KEY "<([^<>|\\n]+)" MODIFIERS ">"

/* The groups of each pattern, of one after the other. */
enum {
	ENCLOSED = 1,
	PLAIN = ENCLOSED + 5,
	BACKEND = PLAIN + 5,
	PATHS = BACKEND + 2,
	KEYS = PATHS + 4,
	GROUPS = KEYS + 2
};

#define PATTERN "\\{\\{\\s*" OP(OP_LONG_NAME) "\\s*\\}\\}|" OP(OP_NAME) "|" REF "|" PATH

struct scan {
	struct kv_job *job;
	const struct flt_place_annotations *annotations;
	kv_str text;
	struct kv_re_span spans[GROUPS];
	size_t whole_op; /* where op:// ends that the text begins with; 0 for others */
	struct flt_pieces *ret;
};

static kv_str group(const struct scan *s, int i)
{
	struct kv_re_span span = s->spans[i];
	return span.from == SIZE_MAX ? KV_S("") : kv_str_sub(s->text, span.from, span.to);
}

static void refuse(struct scan *s, const char *why, const char *hint)
{
	s->ret->why = why;
	s->ret->hint = hint;
}

static void refuse_unknown(struct scan *s)
{
	refuse(s, "a placeholder is not complete, or has what its tool does not know",
	       "it is op://VAULT/ITEM/FIELD, ref+BACKEND://PATH#/KEY or <path:PATH#KEY>");
}

/* --- op:// ------------------------------------------------------------------------------------------ */

/* As far as `name` has what a name may have. */
static size_t name_length(kv_str name)
{
	size_t i = 0, size;
	for (; i < name.n; i += size) {
		uint32_t rune = kv_utf8_decode(name, i, &size);
		if (rune >= 0x80 && !kv_rune_is_letter(rune) && !kv_rune_is_number(rune))
			break;
	}
	return i;
}

/* The field ends where no name goes on. */
static void read_op(struct scan *s, int at, struct flt_place *ret)
{
	kv_str field = group(s, at + 3);
	ret->kind = FLT_PLACE_OP;
	ret->vault = group(s, at);
	ret->item = group(s, at + 1);
	ret->section = group(s, at + 2);
	ret->field = kv_str_sub(field, 0, name_length(field));
	if (ret->field.n == field.n)
		ret->query = group(s, at + 4);
	if (!ret->field.n || name_length(ret->vault) < ret->vault.n || name_length(ret->item) < ret->item.n ||
	    name_length(ret->section) < ret->section.n)
		refuse_unknown(s);
}

/* --- ref+ ------------------------------------------------------------------------------------------- */

static bool is_one_of(kv_str text, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		if (kv_str_eq(text, kv_str_c(words[i])))
			return true;
	return false;
}

static kv_str cut(kv_str *text, char at)
{
	size_t i = kv_str_chr(*text, at);
	kv_str tail = i == SIZE_MAX ? KV_S("") : kv_str_sub(*text, i + 1, text->n);
	*text = kv_str_sub(*text, 0, i == SIZE_MAX ? text->n : i);
	return tail;
}

/* How vals reaches a vault is the store's matter; what it takes out of it is not. */
static void read_parameters(struct scan *s, kv_str parameters, struct flt_place *ret)
{
	static const char *const of_the_store[] = { "region",     "profile",   "role_arn",    "address",
						    "proto",      "namespace", "auth_method", "token_env",
						    "token_file", "role_id",   "secret_id",   NULL };
	static const char *const versions[] = { "version", "version_id", NULL };
	while (parameters.n) {
		kv_str rest = cut(&parameters, '&'), value = cut(&parameters, '=');
		if (is_one_of(parameters, versions))
			ret->version = value;
		else if (!is_one_of(parameters, of_the_store))
			refuse(s,
			       "a parameter behind \"?\" in a placeholder of vals has no counterpart in "
			       "external-secrets",
			       "give the key a rule of its own, with \"key\" and \"property\"");
		parameters = rest;
	}
}

/* external-secrets finds nested values by a path with dots (gjson). */
static kv_str with_dots(struct kv_job *job, kv_str path)
{
	char *copy = kv_arena_cstr(job->arena, path);
	for (size_t i = 0; i < path.n; i++)
		if (copy[i] == '/')
			copy[i] = '.';
	return kv_str_of(copy, path.n);
}

/* VAULT/ITEM/[SECTION/]FIELD */
static void read_ref_op(struct scan *s, kv_str path, struct flt_place *ret)
{
	kv_str rest = cut(&path, '/');
	ret->kind = FLT_PLACE_OP;
	ret->vault = path;
	ret->field = cut(&rest, '/');
	ret->item = rest;
	if (kv_str_chr(ret->field, '/') != SIZE_MAX) {
		ret->section = ret->field;
		ret->field = cut(&ret->section, '/');
	}
	if (!ret->item.n || !ret->field.n)
		refuse(s, "a placeholder names no field: ref+op://VAULT/ITEM/FIELD", "complete it");
}

/* VAULT/ITEM#/[SECTION.]FIELD */
static void read_ref_connect(struct scan *s, kv_str path, kv_str fragment, struct flt_place *ret)
{
	ret->kind = FLT_PLACE_OP;
	ret->item = cut(&path, '/');
	ret->vault = path;
	ret->field = fragment;
	if (kv_str_chr(fragment, '.') != SIZE_MAX) {
		ret->field = cut(&fragment, '.');
		ret->section = fragment;
	}
	if (!ret->item.n || !ret->field.n)
		refuse(s, "a placeholder names no field: ref+onepasswordconnect://VAULT/ITEM#/FIELD",
		       "complete it");
}

/* BACKEND://PATH[?PARAMETERS][#/FRAGMENT] */
static void read_ref(struct scan *s, struct flt_place *ret)
{
	static const char *const no_vaults[] = {
		"echo", "file", "envsubst", "exec", "sops", "httpjson", NULL
	};
	kv_str backend = group(s, BACKEND), path = group(s, BACKEND + 1);
	kv_str fragment = cut(&path, '#'), parameters = cut(&path, '?');
	*ret = (struct flt_place){ .kind = FLT_PLACE_REF, .vault = backend, .item = path };
	if (is_one_of(backend, no_vaults))
		refuse(s, "a placeholder of vals names no vault (echo, file, envsubst, exec, sops, httpjson)",
		       "let vals put the value in, or give the key a rule of its own");
	if (kv_str_starts(fragment, KV_S("/")))
		fragment = kv_str_sub(fragment, 1, fragment.n);
	for (size_t i = 0; i < fragment.n; i++)
		if (!kv_is_alnum(fragment.p[i]) && !strchr("_./-", fragment.p[i]))
			refuse(s, "what follows a placeholder of vals belongs to it",
			       "end the placeholder with \"+\", as vals wants it");
	read_parameters(s, parameters, ret);
	if (kv_str_eq(backend, KV_S("op")))
		read_ref_op(s, path, ret);
	else if (kv_str_eq(backend, KV_S("onepasswordconnect")))
		read_ref_connect(s, path, fragment, ret);
	else
		ret->field = with_dots(s->job, fragment);
}

/* --- <path:...> and <...> --------------------------------------------------------------------------- */

static void read_modifiers(struct scan *s, kv_str modifiers, struct flt_place *ret)
{
	static const struct {
		const char *modifier, *function;
	} known[] = { { "base64encode", " | b64enc" },
		      { "base64decode", " | b64dec" },
		      { "sha256sum", " | sha256sum" } };
	struct kv_buf out;
	kv_buf_init(&out, s->job->arena, KV_BUF_MAX);
	for (kv_str rest = cut(&modifiers, '|'); rest.n;) {
		kv_str one = rest;
		rest = cut(&one, '|');
		one = kv_str_trim(one, " \t");
		size_t i = 0;
		while (i < sizeof known / sizeof *known && !kv_str_eq(one, kv_str_c(known[i].modifier)))
			i++;
		if (i == sizeof known / sizeof *known)
			refuse(s,
			       "a modifier of argocd-vault-plugin has no counterpart here (only "
			       "base64encode, base64decode and "
			       "sha256sum have)",
			       "give the key a rule of its own, with \"template\" and \"from\"");
		else
			kv_buf_str(&out, kv_str_c(known[i].function));
	}
	ret->functions = kv_buf_view(&out);
}

/* Its backend for 1Password Connect: vaults/VAULT/items/ITEM. */
static void read_path_of_connect(struct flt_place *ret)
{
	kv_str item = kv_str_sub(ret->item, strlen("vaults/"), ret->item.n), vault = item;
	item = cut(&vault, '/');
	if (!kv_str_starts(item, KV_S("items/")))
		return;
	ret->kind = FLT_PLACE_OP;
	ret->vault = vault;
	ret->item = kv_str_sub(item, strlen("items/"), item.n);
}

static void read_path(struct scan *s, struct flt_place *ret)
{
	*ret = (struct flt_place){ .kind = FLT_PLACE_PATH,
				   .item = group(s, PATHS),
				   .field = kv_str_trim(group(s, PATHS + 1), " "),
				   .version = kv_str_trim(group(s, PATHS + 2), " ") };
	if (kv_str_starts(ret->item, KV_S("vaults/")))
		read_path_of_connect(ret);
	read_modifiers(s, group(s, PATHS + 3), ret);
}

static void read_key(struct scan *s, struct flt_place *ret)
{
	*ret = (struct flt_place){ .kind = FLT_PLACE_PATH,
				   .item = s->annotations->path,
				   .field = kv_str_trim(group(s, KEYS), " "),
				   .version = s->annotations->version };
	if (kv_str_starts(ret->item, KV_S("vaults/")))
		read_path_of_connect(ret);
	read_modifiers(s, group(s, KEYS + 1), ret);
}

/* --- base64 ----------------------------------------------------------------------------------------- */

/* Base64 in base64 in base64: more is no configuration. */
#define MOST_LAYERS 4
/* "op://a/b/c", the shortest placeholder, has 16 bytes behind base64. */
#define SHORTEST 16

static int find(struct kv_job *job, kv_str text, const struct flt_place_annotations *annotations,
		size_t layer, struct flt_pieces *ret);

static int add_encoded(struct scan *s, size_t from, size_t to, size_t layer)
{
	struct flt_pieces inner = { 0 };
	kv_str decoded;
	if (!flt_base64(s->job, kv_str_sub(s->text, from, to), &decoded) || !kv_utf8_valid(decoded))
		return 0;
	if (find(s->job, decoded, s->annotations, layer + 1, &inner) < 0)
		return -1;
	if (inner.why)
		refuse(s, inner.why, inner.hint);
	if (inner.n)
		KV_PUSH(s->job->arena, s->ret->v, s->ret->n, s->ret->cap,
			((struct flt_piece){ .from = from,
					     .to = to,
					     .text = decoded,
					     .inner = inner.v,
					     .ninner = inner.n }));
	return 0;
}

/* Words of base64 between placeholders. */
static int find_encoded(struct scan *s, size_t from, size_t to, size_t layer)
{
	for (size_t i = from, end; i < to && layer < MOST_LAYERS; i = end + 1) {
		for (end = i; end < to && flt_is_base64_byte(s->text.p[end]);)
			end++;
		size_t word = end;
		while (end < to && s->text.p[end] == '=')
			end++;
		if (word - i >= SHORTEST && add_encoded(s, i, end, layer) < 0)
			return -1;
	}
	return 0;
}

/* --- a text ----------------------------------------------------------------------------------------- */

static const struct kv_re *expression(struct kv_job *job, const char *pattern)
{
	kv_str error;
	const struct kv_re *re = kv_re_get_own(job, pattern, &error);
	if (!re)
		(void)kv_error(job, 0, "%.*s", KV_ARG(error));
	return re;
}

static void read_place(struct scan *s, struct flt_place *ret)
{
	*ret = (struct flt_place){ .vault = KV_STR("") };
	if (s->spans[ENCLOSED].from != SIZE_MAX) {
		read_op(s, ENCLOSED, ret);
		if (ret->field.n < group(s, ENCLOSED + 3).n)
			refuse_unknown(s);
	} else if (s->spans[PLAIN].from != SIZE_MAX)
		read_op(s, PLAIN, ret);
	else if (s->spans[BACKEND].from != SIZE_MAX)
		read_ref(s, ret);
	else if (s->spans[PATHS].from != SIZE_MAX)
		read_path(s, ret);
	else
		read_key(s, ret);
}

static size_t op_end(const struct scan *s, const struct flt_place *place)
{
	return (size_t)(place->field.p + place->field.n - s->text.p) + place->query.n;
}

/* A value that is nothing but a reference may have blanks in its names. */
static int find_whole(struct scan *s)
{
	struct kv_re_walk walk;
	const struct kv_re *re = expression(s->job, "^" OP(OP_LONG_NAME) "\\s*$");
	if (!re)
		return -1;
	kv_re_walk(s->job, re, s->text, &walk);
	if (!kv_re_next(&walk, s->spans, PLAIN))
		return walk.over ? kv_error(s->job, 0, "too many steps (limit %zu)", s->job->limits.steps)
				 : 0;
	struct flt_piece piece = { .from = 0 };
	read_op(s, ENCLOSED, &piece.place);
	if (piece.place.field.n < group(s, ENCLOSED + 3).n)
		return 0;
	piece.to = op_end(s, &piece.place);
	KV_PUSH(s->job->arena, s->ret->v, s->ret->n, s->ret->cap, piece);
	return 0;
}

/* op inject would end such a reference at the blank; who wrote it did not. */
static int check_blanks(struct scan *s)
{
	const struct kv_re *re = expression(
		s->job, "\""
			"op://[/ " OP_CHARACTERS "]* [/ " OP_CHARACTERS "]*\"|"
			"'op://[/ " OP_CHARACTERS "]* [/ " OP_CHARACTERS "]*'");
	if (!re)
		return -1;
	if (kv_re_match(s->job, re, s->text))
		refuse(s, "a placeholder with a blank in it is part of a longer text",
		       "write it as {{ op://VAULT/ITEM/FIELD }}, or give the key a rule of its own");
	return 0;
}

/* What begins like a placeholder and is none would stay as it is in the template. */
static void check_gap(struct scan *s, size_t from, size_t to)
{
	kv_str gap = kv_str_sub(s->text, from, to);
	size_t ref = kv_str_find(gap, KV_S("ref+"), 0);
	if (kv_str_has(gap, KV_S("op://")) || kv_str_has(gap, KV_S("<path:")) ||
	    (ref != SIZE_MAX && kv_str_find(gap, KV_S("://"), ref) != SIZE_MAX) ||
	    (s->whole_op && from == s->whole_op && gap.n && gap.p[0] == '?'))
		refuse_unknown(s);
}

static int look_at_gap(struct scan *s, size_t from, size_t to, size_t layer)
{
	check_gap(s, from, to);
	return find_encoded(s, from, to, layer);
}

static int find_places(struct scan *s, size_t layer)
{
	struct kv_re_walk walk;
	size_t at = 0, groups = s->annotations->path.n ? GROUPS : KEYS;
	const struct kv_re *re = expression(s->job, s->annotations->path.n ? PATTERN "|" KEY : PATTERN);
	if (!re || check_blanks(s) < 0)
		return -1;
	kv_re_walk(s->job, re, s->text, &walk);
	while (kv_re_next(&walk, s->spans, groups)) {
		struct flt_piece piece = { .from = s->spans[0].from, .to = s->spans[0].to };
		if (look_at_gap(s, at, piece.from, layer) < 0)
			return -1;
		read_place(s, &piece.place);
		if (s->spans[PLAIN].from != SIZE_MAX)
			piece.to = op_end(s, &piece.place);
		KV_PUSH(s->job->arena, s->ret->v, s->ret->n, s->ret->cap, piece);
		at = piece.to;
		if (piece.from == 0 && piece.place.kind == FLT_PLACE_OP)
			s->whole_op = at;
	}
	if (walk.over)
		return kv_error(s->job, 0, "too many steps (limit %zu) in the search for placeholders",
				s->job->limits.steps);
	return look_at_gap(s, at, s->text.n, layer);
}

static int find(struct kv_job *job, kv_str text, const struct flt_place_annotations *annotations,
		size_t layer, struct flt_pieces *ret)
{
	struct scan s = { .job = job, .annotations = annotations, .text = text, .ret = ret };
	*ret = (struct flt_pieces){ .v = NULL };
	/* Most values are short and have none. */
	if (text.n < SHORTEST / 2 && !annotations->path.n)
		return 0;
	bool marked = annotations->path.n || kv_str_has(text, KV_S("op://")) ||
		      kv_str_has(text, KV_S("ref+")) || kv_str_has(text, KV_S("<path:"));
	if (marked && find_whole(&s) < 0)
		return -1;
	/* Base64 in lines. */
	if (!ret->n && layer < MOST_LAYERS && kv_str_chr(text, '\n') != SIZE_MAX &&
	    add_encoded(&s, 0, text.n, layer) < 0)
		return -1;
	if (ret->n)
		return 0;
	return marked ? find_places(&s, layer) : find_encoded(&s, 0, text.n, layer);
}

int flt_placeholders(struct kv_job *job, kv_str text, const struct flt_place_annotations *annotations,
		     struct flt_pieces *ret)
{
	return find(job, text, annotations, 0, ret);
}
