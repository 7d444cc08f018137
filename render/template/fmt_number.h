/* render/template/fmt_number.h: flags, padding and numbers of Go's fmt (fmt/format.go); private to fmt.c. */
#ifndef RENDER_TEMPLATE_FMT_NUMBER_H
#define RENDER_TEMPLATE_FMT_NUMBER_H

#include "base/buf.h"

/* One verb's flags. */
struct rnd_fmt_spec {
	bool has_width, has_prec, minus, plus, sharp, space, zero;
	bool plus_v, sharp_v; /* %+v and %#v: formats of their own, then `plus` and `sharp` are off */
	size_t width, prec;
};

void rnd_fmt_padding(const struct rnd_fmt_spec *f, size_t n, struct kv_buf *out);
void rnd_fmt_pad(const struct rnd_fmt_spec *f, kv_str s, struct kv_buf *out);
/* base 2, 8, 10 or 16; verb X has capital digits, O a prefix. */
void rnd_fmt_integer(const struct rnd_fmt_spec *f, uint64_t u, unsigned base, bool is_signed, char verb,
		     struct kv_buf *out);
void rnd_fmt_unicode(const struct rnd_fmt_spec *f, uint64_t u, struct kv_buf *out);
/* verb one of b e E f g G x X; prec -1 is the shortest. */
void rnd_fmt_float(const struct rnd_fmt_spec *f, double v, char verb, int prec, struct kv_buf *out);

#endif
