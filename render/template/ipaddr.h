/* render/template/ipaddr.h: IP address texts as Go's net/netip reads them. */
#ifndef RENDER_TEMPLATE_IPADDR_H
#define RENDER_TEMPLATE_IPADDR_H

#include "base/buf.h"

struct rnd_ip {
	uint8_t b[16]; /* the first four of an IPv4 address */
	bool v6;
	kv_str zone;
};

/* netip.ParseAddr. -1: *ret_error is Go's text. */
int rnd_ip_parse(struct kv_arena *a, kv_str text, struct rnd_ip *ret, kv_str *ret_error)
	__attribute__((warn_unused_result));

#endif
