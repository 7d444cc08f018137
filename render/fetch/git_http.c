/* render/fetch/git_http.c: Git's packet lines, requests and replies. */
#include "render/fetch/git_http.h"

/* The references of version 0 come all at once; a server with a hundred thousand sends some 8 MB. */
#define REFS_MOST ((size_t)64 << 20)
#define OBJECT_DIGITS 40

/* --- packet lines ----------------------------------------------------------------------------- */

static void put(struct kv_buf *out, kv_str line)
{
	kv_buf_printf(out, "%04zx", line.n + 4);
	kv_buf_str(out, line);
}
#define put_lit(out, lit) put((out), KV_S(lit "\n"))
#define FLUSH "0000"
#define DELIMITER "0001"

enum packet { LINE, MARK, END, BAD }; /* MARK: a packet without a line */

static enum packet next(kv_str *rest, kv_str *ret)
{
	size_t n = 0;

	if (rest->n == 0)
		return END;
	for (size_t i = 0; i < 4; i++) {
		if (i >= rest->n || !kv_is_hex(rest->p[i]))
			return BAD;
		n = n << 4 | (size_t)kv_hex_value(rest->p[i]);
	}
	*ret = KV_S("");
	if (n < 4) {
		*rest = kv_str_sub(*rest, 4, rest->n);
		return n < 3 ? MARK : BAD;
	}
	if (n > rest->n)
		return BAD;
	*ret = kv_str_sub(*rest, 4, n);
	*rest = kv_str_sub(*rest, n, rest->n);
	return LINE;
}

/* The same without the line feed that most lines have. */
static enum packet next_text(kv_str *rest, kv_str *ret)
{
	enum packet kind = next(rest, ret);

	if (kind == LINE && kv_str_ends(*ret, KV_S("\n")))
		*ret = kv_str_sub(*ret, 0, ret->n - 1);
	return kind;
}

static int no_git(const struct rnd_git_server *s)
{
	return kv_error_missing(s->job, s->pos, "%.*s does not answer as a Git repository", KV_ARG(s->url));
}

static int says(const struct rnd_git_server *s, kv_str text)
{
	return kv_error_missing(s->job, s->pos, "%.*s: the server says: %.*s", KV_ARG(s->url),
				KV_ARG(kv_str_trim(text, " \r\n")));
}

/* --- the first answer ------------------------------------------------------------------------- */

#define SERVICE "git-upload-pack"
#define REFS_PATH "/info/refs?service=" SERVICE

/* Of version 2: a line for each command or property. */
static int read_commands(struct rnd_git_server *s, kv_str rest)
{
	kv_str line;

	s->version2 = true;
	while (next_text(&rest, &line) == LINE) {
		if (kv_str_starts(line, KV_S("fetch=")))
			s->capabilities = kv_str_sub(line, strlen("fetch="), line.n);
		if (kv_str_starts(line, KV_S("object-format=")) && !kv_str_ends(line, KV_S("=sha1")))
			return kv_error_missing(s->job, s->pos,
						"%.*s is a repository of SHA-256, which is not supported",
						KV_ARG(s->url));
	}
	return 0;
}

static int read_answer(struct rnd_git_server *s, kv_str body)
{
	kv_str rest = body, line;

	if (next_text(&rest, &line) != LINE)
		return no_git(s);
	/* Version 2 may leave this line out. */
	if (kv_str_starts(line, KV_S("# service="))) {
		if (next(&rest, &line) != MARK)
			return no_git(s);
		body = rest;
		if (next_text(&rest, &line) != LINE)
			return no_git(s);
	}
	if (kv_str_starts(line, KV_S("ERR ")))
		return says(s, kv_str_sub(line, 4, line.n));
	if (kv_str_eq(line, KV_S("version 2")))
		return read_commands(s, rest);
	if (kv_str_eq(line, KV_S("version 1"))) {
		body = rest;
		if (next_text(&rest, &line) != LINE)
			return no_git(s);
	}
	s->refs = body;
	s->capabilities = kv_str_chr(line, '\0') == SIZE_MAX
				  ? KV_S("")
				  : kv_str_sub(line, kv_str_chr(line, '\0') + 1, line.n);
	return 0;
}

int rnd_git_server_open(struct rnd_git_server *s)
{
	kv_str asked = kv_arena_cat(s->job->arena, s->url, KV_S(REFS_PATH));
	struct rnd_http_request request = {
		.pos = s->pos,
		.url = asked,
		.fields = { KV_S("Git-Protocol: version=2") },
		.login = s->login,
		.limit = REFS_MOST,
		.text = true,
		.challenged = s->may_refuse,
	};
	struct rnd_http_reply reply;

	if (rnd_http_get(s->job, s->http, &request, &reply) < 0)
		return -1;
	s->refused = reply.status == 401;
	if (s->refused)
		return 0;
	s->public = !reply.private;
	if (kv_str_ends(reply.url, KV_S(REFS_PATH)))
		s->url = kv_str_sub(reply.url, 0, reply.url.n - strlen(REFS_PATH));
	return read_answer(s, reply.body);
}

/* --- commands --------------------------------------------------------------------------------- */

static int post(struct rnd_git_server *s, const struct kv_buf *command, size_t limit, kv_str *ret)
{
	struct rnd_http_request request = {
		.pos = s->pos,
		.url = kv_arena_cat(s->job->arena, s->url, KV_S("/" SERVICE)),
		.accept = KV_S("application/x-" SERVICE "-result"),
		.fields = { KV_S("Content-Type: application/x-" SERVICE "-request"),
			    s->version2 ? KV_S("Git-Protocol: version=2") : KV_S("") },
		.post = kv_buf_view(command),
		.login = s->login,
		.limit = limit,
		.public = s->public,
	};
	struct rnd_http_reply reply;

	if (rnd_http_get(s->job, s->http, &request, &reply) < 0)
		return -1;
	*ret = reply.body;
	return 0;
}

static bool has_capability(const struct rnd_git_server *s, const char *name)
{
	kv_str rest = s->capabilities;

	while (rest.n) {
		size_t end = kv_str_chr(rest, ' ');

		if (kv_str_eq(kv_str_sub(rest, 0, end), kv_str_c(name)))
			return true;
		rest = end == SIZE_MAX ? KV_S("") : kv_str_sub(rest, end + 1, rest.n);
	}
	return false;
}

static int list_refs(struct rnd_git_server *s, const kv_str *names, size_t n, kv_str *ret)
{
	struct kv_buf command;

	kv_buf_init(&command, s->job->arena, KV_BUF_MAX);
	put_lit(&command, "command=ls-refs");
	kv_buf_lit(&command, DELIMITER);
	for (size_t i = 0; i < n; i++)
		put(&command, kv_arena_cat(s->job->arena, KV_S("ref-prefix "), names[i], KV_S("\n")));
	kv_buf_lit(&command, FLUSH);
	return post(s, &command, REFS_MOST, ret);
}

/* A line is the object, a blank and the name; what follows a NUL or another blank is not needed. */
static kv_str ref_name(kv_str line)
{
	kv_str name = kv_str_sub(line, OBJECT_DIGITS + 1, line.n);

	name = kv_str_sub(name, 0, kv_str_chr(name, '\0'));
	return kv_str_sub(name, 0, kv_str_chr(name, ' '));
}

int rnd_git_server_find(struct rnd_git_server *s, const kv_str *names, size_t n, kv_str *ret_object,
			size_t *ret_found)
{
	kv_str rest = s->refs, line;
	enum packet kind;

	if (s->version2 && list_refs(s, names, n, &rest) < 0)
		return -1;
	*ret_found = n;
	while ((kind = next_text(&rest, &line)) == LINE) {
		kv_str name = ref_name(line);

		if (kv_str_starts(line, KV_S("ERR ")))
			return says(s, kv_str_sub(line, 4, line.n));
		for (size_t i = 0; i < *ret_found; i++)
			if (kv_str_eq(name, names[i])) {
				*ret_object = kv_str_sub(line, 0, OBJECT_DIGITS);
				*ret_found = i;
			}
	}
	return kind == BAD ? no_git(s) : 0;
}

int rnd_git_server_tags(struct rnd_git_server *s, kv_str **ret_names, size_t *ret_n)
{
	const kv_str tags = KV_S("refs/tags/");
	kv_str rest = s->refs, line, *names = NULL;
	size_t n = 0, cap = 0;
	enum packet kind;

	if (s->version2 && list_refs(s, &tags, 1, &rest) < 0)
		return -1;
	while ((kind = next_text(&rest, &line)) == LINE) {
		kv_str name = ref_name(line);

		if (kv_str_starts(line, KV_S("ERR ")))
			return says(s, kv_str_sub(line, 4, line.n));
		/* Version 0 has what is behind an annotated tag, too. */
		if (kv_str_starts(name, tags) && !kv_str_ends(name, KV_S("^{}")))
			KV_PUSH(s->job->arena, names, n, cap, kv_str_sub(name, tags.n, name.n));
	}
	*ret_names = names;
	*ret_n = n;
	return kind == BAD ? no_git(s) : 0;
}

/* --- packs ------------------------------------------------------------------------------------ */

static void ask_version2(struct rnd_git_server *s, kv_str object, struct kv_buf *out)
{
	put_lit(out, "command=fetch");
	kv_buf_lit(out, DELIMITER);
	put_lit(out, "no-progress");
	put_lit(out, "ofs-delta");
	if (has_capability(s, "shallow"))
		put_lit(out, "deepen 1");
	put(out, kv_arena_cat(s->job->arena, KV_S("want "), object, KV_S("\n")));
	put_lit(out, "done");
	kv_buf_lit(out, FLUSH);
}

static void ask_version0(struct rnd_git_server *s, kv_str object, struct kv_buf *out)
{
	/* multi_ack is of no use here, but Azure refuses who does not know it. */
	static const char *const wanted[] = { "multi_ack", "side-band-64k", "ofs-delta", "no-progress",
					      "shallow" };
	kv_str line = kv_arena_cat(s->job->arena, KV_S("want "), object);

	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (has_capability(s, wanted[i]))
			line = kv_arena_cat(s->job->arena, line, KV_S(" "), kv_str_c(wanted[i]));
	put(out, kv_arena_cat(s->job->arena, line, KV_S("\n")));
	if (has_capability(s, "shallow"))
		put_lit(out, "deepen 1");
	kv_buf_lit(out, FLUSH);
	put_lit(out, "done");
}

/* Bands 1, 2 and 3 are the pack, progress and an error; other lines tell where history was cut. */
static int read_pack(struct rnd_git_server *s, kv_str body, kv_str *ret)
{
	struct kv_buf pack;
	enum packet kind;
	kv_str line;

	kv_buf_init(&pack, s->job->arena, KV_BUF_MAX);
	while ((kind = next(&body, &line)) == LINE || kind == MARK) {
		if (line.n && line.p[0] == 1)
			kv_buf_str(&pack, kv_str_sub(line, 1, line.n));
		else if (line.n && line.p[0] == 3)
			return says(s, kv_str_sub(line, 1, line.n));
		else if (kv_str_starts(line, KV_S("ERR ")))
			return says(s, kv_str_sub(line, 4, line.n));
	}
	if (kind == BAD || !pack.n)
		return no_git(s);
	*ret = kv_buf_view(&pack);
	return 0;
}

int rnd_git_server_fetch(struct rnd_git_server *s, kv_str object, size_t limit, kv_str *ret_pack)
{
	struct kv_buf command;
	kv_str body;

	kv_buf_init(&command, s->job->arena, KV_BUF_MAX);
	if (!s->version2 && !has_capability(s, "side-band-64k"))
		return no_git(s);
	if (s->version2)
		ask_version2(s, object, &command);
	else
		ask_version0(s, object, &command);
	return post(s, &command, limit, &body) < 0 ? -1 : read_pack(s, body, ret_pack);
}
