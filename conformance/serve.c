/* conformance/serve.c: files over HTTP on loopback, with all that can go wrong.
 *
 * The command finds $SERVER and $OTHER, two origins of the same files. A path is a file below DIR, after any of these
 * first parts:
 *
 *	/redirect/P      the place is /P        /away/P   the place is /P of the other origin
 *	/loop/P          the place is /loop/P   /file/P   the place is file:///etc/passwd
 *	/half/P          the connection ends half-way       /stall/P   nothing comes after the first half
 *	/cut/P           as /half, the first time           /pause/P   as /stall, the first time
 *	/wrong/P         the last byte is another one       /endless/P never ends
 *	/auth/P          for user:secret alone              /bare/P    400 if a login comes along
 *	/shaky/P         503 the first time                 /busy/P    503 always
 *	/both/P          once two such requests are there; 503 after five seconds
 *	/weak/P          the entity tag is a weak one; the last of the first parts
 *
 *	/store/P         DIR/store/P, which a PUT writes, if its folder is there
 *	/git/P           P of a Git repository DIR/git/NAME, by git http-backend; /git0/P does not know version 2
 *	/v2/private/P    401 without the token that /auth/token gives
 *	/v2/aging/P      the same, and for a blob with it the first time too: it has expired
 *
 * $SERVER is at the address SERVE_ADDRESS, if that is set. The place of the token is always at 127.0.0.1.
 *
 * An entity tag is the file's size and times. DIR.log gets one line a request: its path without a query, and the status. One request a connection,
 * one process a connection.
 */
#include "conformance/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* "user:secret" */
#define LOGIN "Authorization: Basic dXNlcjpzZWNyZXQ="
#define TOKEN "Authorization: Bearer letmein"

struct server {
	const char *dir;
	int fds[2], ports[2];
	int log;
};

struct client {
	const struct server *server;
	int fd, port_index;
	char request[16 << 10];
	char *body; /* of a POST; in `request` */
	char method[16], path[4096], query[1024];
};

static const char LOOPBACK[] = "127.0.0.1";

static const char *address_of(int i)
{
	const char *named = i ? NULL : getenv("SERVE_ADDRESS");

	return named ? named : LOOPBACK;
}

static int listen_on(int i, int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = inet_addr(address_of(i)) };
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, n) || listen(fd, 64) ||
	    getsockname(fd, (struct sockaddr *)&a, &n))
		return -1;
	*ret_port = ntohs(a.sin_port);
	return fd;
}

static void send_all(const struct client *c, const char *p, size_t n)
{
	while (n) {
		ssize_t sent = send(c->fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			_exit(0);
		p += sent;
		n -= (size_t)sent;
	}
}

static void note(const struct client *c, int status)
{
	char line[4200];
	int n = snprintf(line, sizeof line, "%s %d\n", c->path, status);

	if (write(c->server->log, line, (size_t)n) < 0)
		perror("log");
}

static void answer(const struct client *c, int status, const char *headers, size_t length)
{
	char head[8192];
	int n = snprintf(head, sizeof head,
			 "HTTP/1.1 %d -\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n", status,
			 length, headers);

	note(c, status);
	send_all(c, head, (size_t)n);
}

static void redirect(const struct client *c, const char *prefix, const char *rest)
{
	char header[6000];

	snprintf(header, sizeof header, "Location: %s%s%s%s\r\n", prefix, rest, *c->query ? "?" : "", c->query);
	answer(c, 302, header, 0);
}

/* The rest of a path behind its first part, or NULL. */
static const char *after(const char *path, const char *part)
{
	size_t n = strlen(part);

	return strncmp(path, part, n) == 0 && path[n] == '/' ? path + n : NULL;
}

static char *read_file(const struct client *c, const char *path, size_t *ret_n, char *ret_tag,
		       size_t tag_size)
{
	char name[8192], *bytes;
	const char *weak;
	struct stat st;
	int fd;
	ssize_t n;

	weak = after(path, "/weak");
	snprintf(name, sizeof name, "%s%s", c->server->dir, weak ? weak : path);
	fd = strstr(path, "..") ? -1 : open(name, O_RDONLY);
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return NULL;
	bytes = malloc((size_t)st.st_size + 1);
	n = bytes ? read(fd, bytes, (size_t)st.st_size) : -1;
	close(fd);
	if (n != st.st_size)
		return NULL;
	snprintf(ret_tag, tag_size, "%s\"%lld-%lld.%ld\"", weak ? "W/" : "", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec);
	*ret_n = (size_t)n;
	return bytes;
}

enum fault { NONE, HALF, STALL, WRONG };

/* Where the part begins that is wanted if the tag is still this one; 0: all. */
static size_t rest_wanted(const struct client *c, const char *tag)
{
	const char *range = strstr(c->request, "\nRange: bytes=");
	char condition[160];
	size_t from;

	snprintf(condition, sizeof condition, "\nIf-Range: %s\r", tag);
	from = range && strstr(c->request, condition) ? (size_t)strtoul(range + 14, NULL, 10) : 0;
	return from;
}

static void serve_file(const struct client *c, const char *path, enum fault fault)
{
	char tag[128], headers[256], known[160];
	size_t n, from;
	char *bytes = read_file(c, path, &n, tag, sizeof tag);

	if (!bytes) {
		answer(c, 404, "", 0);
		return;
	}
	snprintf(headers, sizeof headers, "ETag: %s\r\n%s", tag,
		 strstr(path, "/manifests/") ? "Content-Type: application/vnd.oci.image.manifest.v1+json\r\n" : "");
	snprintf(known, sizeof known, "If-None-Match: %s", tag);
	if (strstr(c->request, known)) {
		answer(c, 304, headers, 0);
		return;
	}
	if (fault == WRONG && n)
		bytes[n - 1] ^= 1;
	from = rest_wanted(c, tag);
	if (from >= n && n) {
		answer(c, 416, "", 0);
		return;
	}
	if (from)
		snprintf(headers, sizeof headers, "ETag: %s\r\nContent-Range: bytes %zu-%zu/%zu\r\n", tag, from, n - 1, n);
	answer(c, from ? 206 : 200, headers, n - from);
	send_all(c, bytes + from, fault == HALF || fault == STALL ? (n - from) / 2 : n - from);
	if (fault == STALL)
		pause();
}

static void ask_for_token(const struct client *c)
{
	char header[256];

	snprintf(header, sizeof header,
	         "WWW-Authenticate: Bearer realm=\"http://127.0.0.1:%d/auth/token\",service=\"test\"\r\n",
	         c->server->ports[c->port_index]);
	answer(c, 401, header, 0);
}

static void endless(const struct client *c)
{
	static const char block[64 << 10];

	note(c, 200);
	send_all(c, "HTTP/1.1 200 -\r\nConnection: close\r\n\r\n", 39);
	for (;;)
		send_all(c, block, sizeof block);
}

/* --- git http-backend ------------------------------------------------------------------------- */

/* The value of a header field, or "". */
static const char *field(const struct client *c, const char *name, char *ret, size_t size)
{
	const char *at = strcasestr(c->request, name);

	*ret = '\0';
	if (at && at < c->body)
		snprintf(ret, size, "%.*s", (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
	return ret;
}

static void run_backend(const struct client *c, const char *path, bool version2, int in, int out)
{
	char value[256], root[4200];

	snprintf(root, sizeof root, "%s/git", c->server->dir);
	setenv("GIT_PROJECT_ROOT", root, 1);
	setenv("GIT_HTTP_EXPORT_ALL", "1", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("PATH_INFO", path, 1);
	setenv("QUERY_STRING", c->query, 1);
	setenv("REQUEST_METHOD", c->method, 1);
	setenv("CONTENT_TYPE", field(c, "\nContent-Type: ", value, sizeof value), 1);
	setenv("CONTENT_LENGTH", field(c, "\nContent-Length: ", value, sizeof value), 1);
	if (version2)
		setenv("GIT_PROTOCOL", field(c, "\nGit-Protocol: ", value, sizeof value), 1);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execlp("git", "git", "http-backend", (char *)NULL);
	_exit(127);
}

/* Its answer begins with header fields, among them Status where it is not 200. */
static void serve_git(const struct client *c, const char *path, bool version2)
{
	static char answered[8 << 20];
	int in[2], out[2], status = 200;
	size_t n = 0;
	char head[64];
	ssize_t got;

	if (pipe(in) || pipe(out))
		return;
	if (fork() == 0)
		run_backend(c, path, version2, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	if (write(in[1], c->body, strlen(c->body)) < 0)
		perror("git");
	close(in[1]);
	while ((got = read(out[0], answered + n, sizeof answered - n)) > 0)
		n += (size_t)got;
	sscanf(answered, "Status: %d", &status);
	note(c, status);
	snprintf(head, sizeof head, "HTTP/1.1 %d -\r\nConnection: close\r\n", status);
	send_all(c, head, strlen(head));
	send_all(c, answered, n);
}

/* --- requests --------------------------------------------------------------------------------- */

/* A file beside the log remembers the first time. */
static bool first_time(const struct client *c, const char *path)
{
	char name[8192];
	int fd;

	snprintf(name, sizeof name, "%s.shaken%s", c->server->dir, path);
	for (char *p = name + strlen(c->server->dir) + 1; *p; p++)
		if (*p == '/')
			*p = '_';
	fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Requests leave a file each. */
static bool two_came(const struct client *c)
{
	char name[8192];

	snprintf(name, sizeof name, "%s.both.%d", c->server->dir, getpid());
	close(open(name, O_CREAT | O_WRONLY, 0600));
	for (int wait = 0; wait < 500; wait++) {
		glob_t found = { 0 };
		size_t n;

		snprintf(name, sizeof name, "%s.both.*", c->server->dir);
		n = glob(name, 0, NULL, &found) ? 0 : found.gl_pathc;
		globfree(&found);
		if (n > 1)
			return true;
		usleep(10000);
	}
	return false;
}

static void store(const struct client *c, const char *path)
{
	char name[8192], length[32];
	size_t n = (size_t)atoi(field(c, "\nContent-Length: ", length, sizeof length));
	int fd;

	snprintf(name, sizeof name, "%s%s", c->server->dir, path);
	fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	answer(c, fd >= 0 && write(fd, c->body, n) == (ssize_t)n ? 201 : 403, "", 0);
	if (fd >= 0)
		close(fd);
}

static void serve_path(const struct client *c, const char *path)
{
	const char *rest;
	char other[64];

	snprintf(other, sizeof other, "http://%s:%d", address_of(!c->port_index), c->server->ports[!c->port_index]);
	if (after(path, "/loop"))
		redirect(c, "", path);
	else if (after(path, "/store") && strcmp(c->method, "PUT") == 0)
		store(c, path);
	else if (after(path, "/file"))
		redirect(c, "file://", "/etc/passwd");
	else if (after(path, "/endless"))
		endless(c);
	else if (after(path, "/busy"))
		answer(c, 503, "", 0);
	else if ((rest = after(path, "/redirect")))
		redirect(c, "", rest);
	else if ((rest = after(path, "/away")))
		redirect(c, other, rest);
	else if ((rest = after(path, "/half")))
		serve_file(c, rest, HALF);
	else if ((rest = after(path, "/stall")))
		serve_file(c, rest, STALL);
	else if ((rest = after(path, "/cut")))
		serve_file(c, rest, first_time(c, path) ? HALF : NONE);
	else if ((rest = after(path, "/pause")))
		serve_file(c, rest, first_time(c, path) ? STALL : NONE);
	else if ((rest = after(path, "/wrong")))
		serve_file(c, rest, WRONG);
	else if ((rest = after(path, "/auth")))
		strstr(c->request, LOGIN) ? serve_path(c, rest)
					  : answer(c, 401, "WWW-Authenticate: Basic\r\n", 0);
	else if ((rest = after(path, "/bare")))
		strstr(c->request, "Authorization:") ? answer(c, 400, "", 0) : serve_path(c, rest);
	else if (after(path, "/v2/private") && !strstr(c->request, TOKEN))
		ask_for_token(c);
	else if (after(path, "/v2/aging") && (!strstr(c->request, TOKEN) || (strstr(path, "/blobs/") && first_time(c, path))))
		ask_for_token(c);
	else if ((rest = after(path, "/git")) || (rest = after(path, "/git0")))
		serve_git(c, rest, path[4] == '/');
	else if ((rest = after(path, "/both")))
		two_came(c) ? serve_path(c, rest) : answer(c, 503, "", 0);
	else if ((rest = after(path, "/shaky")))
		first_time(c, rest) ? answer(c, 503, "", 0) : serve_path(c, rest);
	else
		serve_file(c, path, NONE);
}

/* Header fields, and as much of a body as they announce. */
static bool is_complete(struct client *c, size_t n)
{
	char *end = strstr(c->request, "\r\n\r\n"), length[32];

	c->body = end ? end + 4 : NULL;
	return end && n >= (size_t)(c->body - c->request) +
				   (size_t)atoi(field(c, "\nContent-Length: ", length, sizeof length));
}

static void serve_client(struct client *c)
{
	size_t n = 0;
	ssize_t got;

	while (n < sizeof c->request - 1 && !is_complete(c, n)) {
		got = recv(c->fd, c->request + n, sizeof c->request - 1 - n, 0);
		if (got <= 0)
			return;
		n += (size_t)got;
	}
	if (sscanf(c->request, "%15s %4095[^? ]?%1023[^ ]", c->method, c->path, c->query) >= 2)
		serve_path(c, c->path);
	shutdown(c->fd, SHUT_WR);
}

static void accept_one(const struct server *s, int i)
{
	int fd = accept4(s->fds[i], NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (fork() == 0) {
		struct client *c = calloc(1, sizeof *c);

		signal(SIGTERM, SIG_DFL);
		if (c) {
			*c = (struct client){ .server = s, .fd = fd, .port_index = i };
			serve_client(c);
		}
		_exit(0);
	}
	close(fd);
}

static pid_t start(const struct server *s, char **argv)
{
	static const char *const names[] = { "SERVER", "OTHER" };
	char url[64];
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		snprintf(url, sizeof url, "http://%s:%d", address_of(i), s->ports[i]);
		setenv(names[i], url, 1);
	}
	pid = fork();
	if (pid)
		return pid;
	/* Not in the group of the server and its connections, which ends before it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvp(argv[0], argv);
	_exit(127);
}

/* Serves until the command ends; its exit status. */
static int serve_while(const struct server *s, pid_t command)
{
	struct pollfd fds[2] = { { s->fds[0], POLLIN, 0 }, { s->fds[1], POLLIN, 0 } };
	int status = 0;
	pid_t ended;

	for (;;) {
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == command)
				return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		if (poll(fds, 2, 20) <= 0)
			continue;
		for (int i = 0; i < 2; i++)
			if (fds[i].revents & POLLIN)
				accept_one(s, i);
	}
}

int cf_serve(int argc, char **argv)
{
	struct server s = { .dir = argc > 3 ? argv[2] : "" };
	char log[4096];
	pid_t command;
	int status;

	if (argc < 4)
		return fprintf(stderr, "usage: %s serve DIR COMMAND [ARGUMENT]...\n", argv[0]), 2;
	snprintf(log, sizeof log, "%s.log", s.dir);
	s.log = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
	for (int i = 0; i < 2; i++)
		s.fds[i] = listen_on(i, &s.ports[i]);
	if (s.log < 0 || s.fds[0] < 0 || s.fds[1] < 0)
		return perror("serve"), 2;
	/* Connections that hang are ended with the server, the server with whoever started it. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	command = start(&s, argv + 3);
	status = serve_while(&s, command);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return status;
}
