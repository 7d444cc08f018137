/* cli/jsonpath.h: kubectl's JSONPath templates, as helm show values --jsonpath takes them (client-go: util/jsonpath).
 *
 * A template is text and actions in braces; it belongs to the job. Orders that are chance in Go (of a map's keys) are the
 * bytes' order here.
 */
#ifndef CLI_JSONPATH_H
#define CLI_JSONPATH_H

#include "krm/value.h"

struct cli_jsonpath_node;

struct cli_jsonpath_nodes {
	struct cli_jsonpath_node **v;
	size_t n, cap;
};

enum cli_jsonpath_kind {
	CLI_JSONPATH_LIST, /* an action, or a side of a filter */
	CLI_JSONPATH_VALUE, /* a text, number or truth */
	CLI_JSONPATH_FIELD,
	CLI_JSONPATH_IDENTIFIER, /* range, end */
	CLI_JSONPATH_SLICE,
	CLI_JSONPATH_FILTER,
	CLI_JSONPATH_WILDCARD,
	CLI_JSONPATH_RECURSIVE,
	CLI_JSONPATH_UNION,
};

struct cli_jsonpath_node {
	enum cli_jsonpath_kind kind;
	krm_val value;                  /* VALUE */
	kv_str name;                    /* FIELD, IDENTIFIER; FILTER: its operator, "exists" without one */
	struct cli_jsonpath_nodes list; /* LIST, UNION; FILTER: left and right */
	struct cli_jsonpath_param {
		int64_t value;
		bool known, derived;
	} params[3]; /* SLICE: start, end, step */
};

/* *ret_error: upstream's text ("unclosed action"). */
KV_MUST int cli_jsonpath_parse(struct kv_job *job, kv_str text, struct cli_jsonpath_nodes *ret, kv_str *ret_error);
/* Appends what the template makes of the value. Helm drops the error of one that cannot be evaluated, before anything is printed: then
 * nothing is appended. -1 after reporting: a limit. */
KV_MUST int cli_jsonpath_print(struct kv_job *job, const struct cli_jsonpath_nodes *nodes, krm_val v, struct kv_buf *out);

#endif
