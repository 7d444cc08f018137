/* base/limits.c: the default of each limit, and why. */
#include "base/limits.h"

const struct kv_limits kv_limits_default = {
	.depth = 1000,                          /* real documents stay below 40; each level costs a frame of the stack */
	.document_bytes = (size_t)256 << 20,    /* a ResourceList of 100 MB must pass */
	.nodes = 50 * 1000 * 1000,              /* one node for every five bytes of the largest document */
	.alias_nodes = 100 * 1000,              /* a bomb of nine levels has a billion; charts use hundreds; each takes up to 300 bytes */
	.file_bytes = (size_t)256 << 20,
	.archive_bytes = (size_t)100 << 20,     /* Helm's MaxDecompressedChartSize */
	.archive_file = (size_t)5 << 20,        /* Helm's MaxDecompressedFileSize */
	.archive_files = 20 * 1000,             /* the largest public chart with its dependencies has some 1,500 */
	.steps = 50 * 1000 * 1000,              /* the largest chart of the corpus executes about 1.5 million */
	.documents = 20 * 1000,                 /* an umbrella of 120 charts has some 3,000 */
	.output_bytes = (size_t)24 << 20,       /* the largest public CRD chart renders 12 MB */
	.memory = (size_t)2 << 30,              /* a ResourceList of 100 MB becomes ten times as much; charts have less */
	.template_memory = (size_t)40 << 20,    /* the largest charts leave 35 MB, and may leave more */
	.include_depth = 2500,                  /* Helm counts 1,000 for each name; two may include each other */
	.base_depth = 200,                      /* nested kustomizations; real trees stay below 10 */
};
