/* render/template/zone.h: time zones as Go's time.Location (go: time/zoneinfo.go).
 *
 * Zones are immutable and live in the job's arena or for ever. "Local" is UTC under the name Local, so that a
 * render does not depend on the machine, unless the clock is the operating system's.
 */
#ifndef RENDER_TEMPLATE_ZONE_H
#define RENDER_TEMPLATE_ZONE_H

#include "base/job.h"

struct rnd_zone;

/* What holds at one instant. */
struct rnd_zone_state {
	kv_str name;        /* "CET" */
	int64_t offset;     /* seconds east of UTC */
	int64_t start, end; /* from and until when, in seconds since 1970 */
	bool dst;
};

extern const struct rnd_zone rnd_zone_utc;
/* Local: UTC by that name, or what TZ and /etc/localtime say. */
const struct rnd_zone *rnd_zone_local(struct kv_job *job, bool os);
const struct rnd_zone *rnd_zone_fixed(struct kv_arena *a, kv_str name, int64_t offset);
/* time.LoadLocation from the system's database; NULL if there is no such zone. */
const struct rnd_zone *rnd_zone_load(struct kv_job *job, kv_str name, bool os);

kv_str rnd_zone_name(const struct rnd_zone *z);
struct rnd_zone_state rnd_zone_at(const struct rnd_zone *z, int64_t unix_seconds);
/* The offset of the abbreviation `name` in this zone, for a local time given as if it were UTC. */
bool rnd_zone_offset_of(const struct rnd_zone *z, kv_str name, int64_t unix_seconds, int64_t *ret_offset);

#endif
