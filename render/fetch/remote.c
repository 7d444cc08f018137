/* render/fetch/remote.c: GET and PUT of an entry, and the protobuf of an ActionResult. */
#include "render/fetch/remote.h"

#include <stdlib.h>

#include "base/digest.h"
#include "render/fetch/cache.h"

int rnd_remote_open(struct kv_job *job, kv_str text, const struct rnd_http_options *http, struct rnd_remote *ret)
{
	const char *token = getenv("KVENDOR_CACHE_TOKEN");

	*ret = (struct rnd_remote){ .http = http, .token = kv_str_c(token ? token : "") };
	ret->read_only = kv_str_ends(text, KV_S(",ro"));
	ret->url = kv_str_trim(kv_str_sub(text, 0, ret->read_only ? text.n - 3 : text.n), " ");
	while (kv_str_ends(ret->url, KV_S("/")))
		ret->url.n--;
	if (!kv_str_is_http(ret->url))
		return kv_error(job, 0, "invalid --cache \"%.*s\": it must be URL or URL,ro", KV_ARG(text));
	return 0;
}

/* --- ActionResult ----------------------------------------------------------------------------- */

enum { VARINT, FIXED64, BYTES, FIXED32 = 5 };

static bool take_varint(kv_str *rest, uint64_t *ret)
{
	*ret = 0;
	for (unsigned shift = 0; rest->n && shift < 64; shift += 7) {
		unsigned char c = (unsigned char)rest->p[0];

		*rest = kv_str_sub(*rest, 1, rest->n);
		*ret |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* The first field of that number that holds bytes. */
static bool find_bytes(kv_str message, uint64_t number, kv_str *ret)
{
	while (message.n) {
		uint64_t tag, n = 0;

		if (!take_varint(&message, &tag))
			return false;
		switch (tag & 7) {
		case VARINT:
			if (!take_varint(&message, &n))
				return false;
			n = 0;
			break;
		case FIXED64: n = 8; break;
		case FIXED32: n = 4; break;
		case BYTES:
			if (!take_varint(&message, &n))
				return false;
			break;
		default: return false;
		}
		if (n > message.n)
			return false;
		*ret = kv_str_sub(message, 0, (size_t)n);
		if (tag == (number << 3 | BYTES))
			return true;
		message = kv_str_sub(message, (size_t)n, message.n);
	}
	return false;
}

/* ActionResult.output_files = 2, OutputFile.digest = 2, Digest.hash = 1 */
static bool read_action(kv_str text, kv_str *ret_sha256)
{
	kv_str file, digest;

	return find_bytes(text, 2, &file) && find_bytes(file, 2, &digest) &&
	       find_bytes(digest, 1, ret_sha256) && rnd_is_sha256(*ret_sha256);
}

static void add_bytes(struct kv_buf *out, char number, kv_str bytes)
{
	/* No message here has 128 bytes, so a length is one byte. */
	kv_buf_c(out, (char)(number << 3 | BYTES));
	kv_buf_c(out, (char)bytes.n);
	kv_buf_str(out, bytes);
}

/* The same, with OutputFile.path = 1 and Digest.size_bytes = 2. */
static kv_str print_action(struct kv_arena *a, kv_str sha256, size_t size)
{
	struct kv_buf digest, file, action;

	kv_buf_init(&digest, a, KV_BUF_MAX);
	kv_buf_init(&file, a, KV_BUF_MAX);
	kv_buf_init(&action, a, KV_BUF_MAX);
	add_bytes(&digest, 1, sha256);
	kv_buf_c(&digest, 2 << 3 | VARINT);
	for (; size > 0x7f; size >>= 7)
		kv_buf_c(&digest, (char)(0x80 | (size & 0x7f)));
	kv_buf_c(&digest, (char)size);
	add_bytes(&file, 1, KV_S("result"));
	add_bytes(&file, 2, kv_buf_view(&digest));
	add_bytes(&action, 2, kv_buf_view(&file));
	return kv_buf_view(&action);
}

/* --- requests --------------------------------------------------------------------------------- */

/* Tells it the first time. */
static void give_up(struct kv_job *job, struct rnd_remote *r, kv_str why)
{
	if (!atomic_exchange(&r->off, true))
		kv_warn_file(job, r->url, "the cache is not used any more in this run: %.*s", KV_ARG(why));
}

static bool ask(struct kv_job *job, struct rnd_remote *r, const char *kind, kv_str name, kv_str put, kv_str *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	struct rnd_http_request request = {
		.url = kv_arena_cat(job->arena, r->url, kv_str_c(kind), name),
		.bearer = r->token,
		.put = put,
		.limit = job->limits.archive_bytes,
		.tried = true,
	};
	struct rnd_http_reply reply;

	if (atomic_load(&r->off))
		return false;
	if (rnd_http_get(job, r->http, &request, &reply) < 0) {
		kv_str why = job->last ? kv_arena_dup(job->arena, job->last->text) : KV_S("");

		kv_diag_forget(job, mark);
		give_up(job, r, why);
		return false;
	}
	if (reply.status < 200 || reply.status > 299) {
		if (reply.status != 404 || put.n)
			give_up(job, r,
				kv_arena_printf(job->arena, "it answers %.*s", KV_ARG(reply.reason)));
		return false;
	}
	if (ret)
		*ret = reply.body;
	return true;
}

bool rnd_remote_get(struct kv_job *job, struct rnd_remote *r, kv_str key, kv_str *ret)
{
	kv_str action, sha256, bytes;

	if (!ask(job, r, "/ac/", key, KV_S(""), &action) || !read_action(action, &sha256) ||
	    !ask(job, r, "/cas/", sha256, KV_S(""), &bytes))
		return false;
	if (!kv_str_eq(kv_digest_hex(job->arena, KV_SHA256, bytes), sha256)) {
		give_up(job, r, KV_S("it has other bytes than their digest says"));
		return false;
	}
	*ret = bytes;
	return true;
}

void rnd_remote_put(struct kv_job *job, struct rnd_remote *r, kv_str key, kv_str bytes)
{
	kv_str sha256;

	if (r->read_only || atomic_load(&r->off))
		return;
	sha256 = kv_digest_hex(job->arena, KV_SHA256, bytes);
	/* The bytes first: what an action names must be there. */
	if (ask(job, r, "/cas/", sha256, bytes, NULL))
		ask(job, r, "/ac/", key, print_action(job->arena, sha256, bytes.n), NULL);
}
