/* render/template/der.h: ASN.1 in its one exact form (X.690, DER), as far as keys and certificates need it.
 *
 * Everything written lives in the arena; everything read points into the text.
 */
#ifndef RENDER_TEMPLATE_DER_H
#define RENDER_TEMPLATE_DER_H

#include "base/buf.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,             /* | number */
	DER_CONTEXT_CONSTRUCTED = 0xa0, /* | number */
};

kv_str rnd_der(struct kv_arena *a, uint8_t tag, kv_str body);
/* RND_DER(arena, tag, part, ...): the parts one behind the other are the body. */
#define RND_DER(a, tag, ...) rnd_der((a), (tag), kv_arena_cat((a), __VA_ARGS__))
/* A number of 0 or more from its bytes, the highest first. */
kv_str rnd_der_number(struct kv_arena *a, kv_str big_endian);
/* Whole bytes as a bit string. */
kv_str rnd_der_bits(struct kv_arena *a, kv_str bytes);

/* Takes the next element from *rest if it has this tag; *rest stays if it is another. */
bool rnd_der_take(kv_str *rest, uint8_t tag, kv_str *ret_body);
/* A number of 0 or more, without its leading zero. */
bool rnd_der_take_number(kv_str *rest, kv_str *ret_big_endian);

#endif
