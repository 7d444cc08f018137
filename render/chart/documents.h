/* render/chart/documents.h: the documents of a text, JSON or YAML, one after the other into a struct (k8s: apimachinery
 * pkg/util/yaml/decoder.go, YAMLOrJSONDecoder). A text that begins with a brace is JSON, a value behind the other, as long as that can be
 * read; behind the first value it may still turn out to be YAML. */
#ifndef RENDER_CHART_DOCUMENTS_H
#define RENDER_CHART_DOCUMENTS_H

#include "render/chart/decode.h"

struct rnd_documents {
	struct kv_job *job;
	enum rnd_engine engine;
	const struct rnd_struct *type;
	kv_str text; /* that is to be read */
	size_t at;   /* from where it is still to be read */
	size_t values; /* of JSON that were read */
	enum { RND_DOCUMENTS_JSON, RND_DOCUMENTS_YAML, RND_DOCUMENTS_NEITHER } form;
};

void rnd_documents_init(struct rnd_documents *d, struct kv_job *job, enum rnd_engine engine, const struct rnd_struct *type,
			kv_str text);
/* 1: the next document is in `into`, which holds zeroes before; *ret_null if it is null. 0: there is no other. -1: *ret_error says why it
 * cannot be read, in the words of the JSON reader where that was the first to try. */
KV_MUST int rnd_documents_next(struct rnd_documents *d, void *into, bool *ret_null, kv_str *ret_error);

#endif
