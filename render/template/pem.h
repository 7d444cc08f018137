/* render/template/pem.h: PEM blocks as Go's encoding/pem reads and prints them. */
#ifndef RENDER_TEMPLATE_PEM_H
#define RENDER_TEMPLATE_PEM_H

#include "base/buf.h"

/* The first block of the text; false if there is none. */
bool rnd_pem_decode(struct kv_arena *a, kv_str text, kv_str *ret_type, kv_str *ret_bytes);
/* The next block, which is cut from *rest with all that stands before it. */
bool rnd_pem_next(struct kv_arena *a, kv_str *rest, kv_str *ret_type, kv_str *ret_bytes);
kv_str rnd_pem_encode(struct kv_arena *a, kv_str type, kv_str bytes);

#endif
