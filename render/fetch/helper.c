/* render/fetch/helper.c: asks a credential helper on standard input, and reads its answer. */
#include "render/fetch/helper.h"

#include "base/child.h"
#include "krm/json.h"

/* The name becomes part of a program's name, and comes from a file. */
static bool is_plain(kv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!kv_is_alnum(name.p[i]) && !(i && (name.p[i] == '-' || name.p[i] == '_' || name.p[i] == '.')))
			return false;
	return name.n > 0;
}

static int ask(struct kv_job *job, kv_pos pos, kv_str program, kv_str question, bool *ret_answered,
	       kv_str *ret_answer)
{
	kv_str get = KV_S("get");
	struct kv_child child = {
		.program = program, .args = &get, .nargs = 1, .dir = KV_S("/"), .input = question, .collect_errors = true
	};
	struct kv_child_end end;

	if (!kv_child_find(job->arena, program).n)
		return kv_error_missing(job, pos, "the credential helper %.*s is not there", KV_ARG(program));
	if (kv_child_run(job, &child, &end) < 0)
		return -1;
	*ret_answered = !end.failure.n;
	*ret_answer = end.output;
	return 0;
}

static struct rnd_http_login *login_of(struct kv_job *job, kv_str user, kv_str password)
{
	struct rnd_http_login *login = KV_NEW(job->arena, struct rnd_http_login);

	*login = (struct rnd_http_login){ .user = user, .password = password };
	return login;
}

int rnd_docker_helper(struct kv_job *job, kv_pos pos, kv_str name, kv_str host, struct rnd_http_login **ret)
{
	kv_str program = kv_arena_cat(job->arena, KV_S("docker-credential-"), name), answer, error, user;
	bool answered;
	krm_val doc;
	size_t offset;

	*ret = NULL;
	if (!is_plain(name))
		return kv_error(job, pos, "'%.*s' cannot be the name of a credential helper", KV_ARG(name));
	if (ask(job, pos, program, host, &answered, &answer) < 0)
		return -1;
	if (!answered)
		return 0;
	if (krm_json_read(job, answer, KRM_JSON_EXACT, &doc, &error, &offset) < 0)
		return kv_error_missing(job, pos, "%.*s: %.*s", KV_ARG(program), KV_ARG(error));
	user = krm_str(krm_get(doc, "Username"));
	/* What stands for a token that only Docker's own place of tokens takes. */
	if (user.n && !kv_str_eq(user, KV_S("<token>")))
		*ret = login_of(job, user, krm_str(krm_get(doc, "Secret")));
	return 0;
}

/* What Git asks about a URL: the path is not part of it (credential.useHttpPath). */
static kv_str question_of(struct kv_arena *a, kv_str url)
{
	size_t scheme = kv_str_find(url, KV_S("://"), 0);
	kv_str host = scheme == SIZE_MAX ? KV_S("") : kv_str_sub(url, scheme + 3, url.n);

	host = kv_str_sub(host, 0, kv_str_chr(host, '/'));
	if (!host.n || kv_str_chr(url, '\n') != SIZE_MAX)
		return KV_S("");
	return kv_arena_cat(a, KV_S("protocol="), kv_str_sub(url, 0, scheme), KV_S("\nhost="), host,
			    KV_S("\n\n"));
}

int rnd_git_helper(struct kv_job *job, kv_pos pos, kv_str name, kv_str url, struct rnd_http_login **ret)
{
	bool path = kv_str_starts(name, KV_S("/")), answered;
	kv_str question = question_of(job->arena, url), answer, line, user = KV_S(""), password = KV_S("");
	kv_str program = path ? name : kv_arena_cat(job->arena, KV_S("git-credential-"), name);

	*ret = NULL;
	if (!path && !is_plain(name))
		return kv_error(job, pos, "'%.*s' cannot be the name of a credential helper", KV_ARG(name));
	if (!question.n)
		return 0;
	if (ask(job, pos, program, question, &answered, &answer) < 0)
		return -1;
	while (answered && kv_str_line(&answer, &line)) {
		if (kv_str_starts(line, KV_S("username=")))
			user = kv_str_sub(line, strlen("username="), line.n);
		if (kv_str_starts(line, KV_S("password=")))
			password = kv_str_sub(line, strlen("password="), line.n);
	}
	if (user.n || password.n)
		*ret = login_of(job, user, password);
	return 0;
}
