/* render/chart/tar.h: the entries of a tar archive in memory (go: archive/tar, reader.go and strconv.go).
 *
 * What Go refuses is refused in its words. Links, devices, unknown types and sparse files, which Go reads, are refused as well:
 * no chart needs them. Names and data are views into the archive or lie in the job's arena.
 */
#ifndef RENDER_CHART_TAR_H
#define RENDER_CHART_TAR_H

#include "base/job.h"

#define RND_TAR_BLOCK ((size_t)512)

/* The parts of a header block that tell where the next one is. */
struct rnd_tar_header {
	int64_t size, mode;
	char type;
};

enum rnd_tar_state {
	RND_TAR_HEADER,
	RND_TAR_ZEROS, /* a block of zeros */
	RND_TAR_BROKEN,
};

/* What one block of RND_TAR_BLOCK bytes is. */
enum rnd_tar_state rnd_tar_header(const char *block, struct rnd_tar_header *ret);
/* True if the type has no data, whatever its size says. */
bool rnd_tar_is_header_only(char type);
/* True if the entry tells something about the next one. */
bool rnd_tar_is_extension(char type);

struct rnd_tar {
	struct kv_job *job;
	kv_str in;
	const char *early; /* why the stream ends early, told to those who read beyond it; or NULL */
	size_t at;
	const char *skipping; /* what was wrong with data that nobody read */
};

struct rnd_tar_entry {
	kv_str name;
	size_t size;	   /* as its headers say */
	kv_str data;	   /* of a file */
	const char *broken; /* data is not all there; or NULL */
	bool dir;
};

/* The next entry. NULL, or what is wrong; *ret_end at the end of the archive. */
const char *rnd_tar_next(struct rnd_tar *t, struct rnd_tar_entry *ret, bool *ret_end);

#endif
