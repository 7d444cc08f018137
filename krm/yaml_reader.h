/* krm/yaml_reader.h: the reader of one document at a time (yaml_read.c), for those who read whole texts
 * (yaml_documents.c); nobody else includes it.
 *
 * A reader belongs to the job whose arena holds what it reads.
 */
#ifndef KRM_YAML_READER_H
#define KRM_YAML_READER_H

#include "base/map.h"
#include "krm/yaml_internal.h"

/* The steps, in their order; COLLECT is what v3 gathers while it decodes and tells at the end. */
enum yml_step {
	YML_STEP_PARSE,
	YML_STEP_DECODE,
	YML_STEP_COLLECT,
	YML_STEP_CONVERT,
	YML_STEP_ENCODE,
	YML_NSTEPS
};

struct yml_noted {
	bool set;
	kv_str text; /* without what the step puts before it */
	kv_pos pos;
	size_t line; /* as go-yaml prints it; 0: none */
};

struct yml_reader {
	struct kv_job *job;
	enum krm_yaml_rules rules;
	enum yml_version version;
	struct yml_parser *parser;
	kv_str text;
	kv_pos base; /* of the text; 0 when values get no positions */
	bool typed;  /* for Go's syntax: numbers and keys have the types that go-yaml gives them */
	bool warn;
	bool chunk; /* problems wait until the document is printed */
	bool infinite; /* a number was read that JSON does not know */
	struct kv_buf *repeated; /* where repeated keys are told; may be NULL */
	struct kv_map anchors;
	size_t depth, flow, nodes;
	size_t aliases, alias_nodes; /* of the nodes those that are aliases; what those stand for */
	enum yml_path { YML_ELSEWHERE, YML_METADATA, YML_ANNOTATIONS, YML_ANNOTATION } path; /* of the value that is read */
	size_t decodes, alias_decodes;
	struct yml_noted problems[YML_NSTEPS];
	struct kv_arena_mark scratch; /* of the job's, from where on it is the reader's */
};

void krm_yml_reader_open(struct yml_reader *r, struct kv_job *job, kv_str text, kv_pos base,
			 enum krm_yaml_rules rules);
/* Ends the use of job->scratch; readers that are open at the same time are closed in reverse. */
void krm_yml_reader_close(struct yml_reader *r);
/* The next document of the text; *ret_found is false at its end. */
KV_MUST int krm_yml_read_document(struct yml_reader *r, krm_val *ret, bool *ret_found);
/* The one document of a long text by KRM_YAML_KUSTOMIZE, where its list `items` can be cut in two, on two threads: true, and *ret is
 * what reading the whole gives, positions included. False where that is not sure, also after any problem: nothing is noted then,
 * and the whole has to be read. */
bool krm_yml_read_in_parts(struct kv_job *job, kv_str text, kv_pos base, krm_val *ret);
/* Whether the last line that is not empty is a comment, which at the end of a document has a meaning to kustomize. */
bool krm_yml_ends_with_comment(kv_str text);
/* The value of a scalar's event, and what is noted down about it. */
krm_val krm_yml_scalar_value(struct yml_reader *r, const struct yml_event *e);
/* Notes a number of the document that JSON does not know; one that another of the same key replaced is none. */
void krm_yml_check_numbers(struct yml_reader *r, krm_val v);
/* The first problem in the order of the steps, or NULL. */
const struct yml_noted *krm_yml_reader_problem(const struct yml_reader *r, enum yml_step *ret_step);

/* What reading a text has noted in the job, so that a failed attempt can be undone. */
struct yml_known {
	struct kv_diag_mark diags;
	size_t nspellings, nlate;
	bool doubtful, folded_texts;
};

struct yml_known krm_yml_know(const struct kv_job *job);
void krm_yml_forget(struct kv_job *job, const struct yml_known *k);

#endif
