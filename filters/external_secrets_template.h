/* filters/external_secrets_template.h: Go templates for external-secrets' template engine v2. */
#ifndef FILTERS_EXTERNAL_SECRETS_TEMPLATE_H
#define FILTERS_EXTERNAL_SECRETS_TEMPLATE_H

#include "filters/placeholder.h"

/* Appends a text that stands for itself. */
void flt_template_literal(struct kv_buf *out, kv_str text);
/* Appends "{{ .name | function }}", with `functions` as in struct flt_place. */
void flt_template_use(struct kv_buf *out, kv_str name, kv_str functions);
/* Appends a text with pieces in it. `names`: of the placeholders, in their order. With `encode` it stands behind base64. */
void flt_template_text(struct kv_buf *out, kv_str text, const struct flt_piece *pieces, size_t n,
		       const kv_str *names, bool encode);
/* How many placeholders there are in pieces. */
size_t flt_template_places(const struct flt_piece *pieces, size_t n);

#endif
