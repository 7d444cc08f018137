/* render/chart/sniff.h: what kind of file bytes look like (go: net/http, sniff.go). */
#ifndef RENDER_CHART_SNIFF_H
#define RENDER_CHART_SNIFF_H

#include "base/str.h"

/* DetectContentType as Helm calls it: of 512 bytes, with NULs behind a shorter text. */
const char *rnd_content_type(kv_str bytes);

#endif
