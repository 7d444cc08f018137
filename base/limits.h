/* base/limits.h: how much of anything one job may use.
 *
 * Every limit has a noun for its message: "too many alias nodes (limit 1000000)". kv_limits_default explains each
 * number. A limit that is exceeded is an ordinary error with a position.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stddef.h>

struct kv_limits {
	size_t depth;          /* nesting of a document or value */
	size_t document_bytes; /* one YAML or JSON text */
	size_t nodes;          /* nodes of one document */
	size_t alias_nodes;    /* nodes that aliases add to one document, more only where it has more itself */
	size_t file_bytes;     /* one file read */
	size_t archive_bytes;  /* one archive, unpacked */
	size_t archive_file;   /* one file of an archive */
	size_t archive_files;  /* files in one archive */
	size_t steps;          /* nodes executed by the templates of one release */
	size_t documents;      /* that the templates of one release render */
	size_t output_bytes;   /* text rendered by one release */
	size_t memory;         /* bytes of one job's arena */
	size_t template_memory; /* bytes that the templates of a small chart may leave in it; two more for each byte of the chart */
	size_t include_depth;  /* nested include, template and tpl */
	size_t base_depth;     /* nested kustomizations */
};

extern const struct kv_limits kv_limits_default;

#endif
