/* render/fetch/provenance.h: provenance files of charts, verified through gpgv (helm: pkg/provenance).
 *
 * A provenance file is a text signed in the clear: the chart's Chart.yaml, a line "...", and `files` with the SHA-256 of the archive. Only
 * what gpgv gives back of it as signed is believed.
 */
#ifndef RENDER_FETCH_PROVENANCE_H
#define RENDER_FETCH_PROVENANCE_H

#include "base/job.h"
#include "render/fetch/pin.h"

/* Reports where the file is not signed by a key of the keyring (binary, as `gpg --export` writes it; an absolute path), or is that of
 * another chart, version or archive. */
KV_MUST int rnd_provenance_check(struct kv_job *job, kv_pos pos, kv_str keyring, const struct rnd_pin *pin,
				 kv_str provenance);

#endif
