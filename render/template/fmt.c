/* render/template/fmt.c: Go's fmt on values (fmt/print.go): which verb prints what, and the marks for errors. */
#include "render/template/fmt.h"

#include "base/utf8.h"
#include "render/template/fmt_number.h"
#include "render/template/quote.h"

struct printer {
	struct kv_job *job;
	struct kv_buf *out;
	struct rnd_fmt_spec f;
	bool erroring; /* inside %!verb(...): methods are not called */
	bool reordered, good_index;
};

static void print_arg(struct printer *p, krm_val v, uint32_t verb);
static void print_value(struct printer *p, krm_val v, uint32_t verb, size_t depth);

/* --- complex128, which only literals make ----------------------------------------------------- */

struct complex_parts {
	double re, im;
};

static const struct krm_class complex_class = { .go_type = "complex128", .go_kind = "complex128" };

krm_val rnd_complex(struct kv_arena *a, double re, double im)
{
	struct complex_parts *parts = KV_NEW(a, struct complex_parts);
	krm_val v = { .kind = KRM_OBJECT, .o = KV_NEW(a, struct krm_object) };

	*parts = (struct complex_parts){ re, im };
	v.o->class = &complex_class;
	v.o->data = parts;
	return v;
}

bool rnd_complex_parts(krm_val v, double *ret_re, double *ret_im)
{
	const struct complex_parts *parts;

	if (v.kind != KRM_OBJECT || v.o->class != &complex_class)
		return false;
	parts = v.o->data;
	*ret_re = parts->re;
	*ret_im = parts->im;
	return true;
}

/* --- scalars ---------------------------------------------------------------------------------- */

static void bad_verb(struct printer *p, krm_val v, uint32_t verb)
{
	p->erroring = true;
	kv_buf_lit(p->out, "%!");
	kv_buf_rune(p->out, verb);
	kv_buf_c(p->out, '(');
	rnd_type_name(v, p->out);
	if (v.kind != KRM_NIL) {
		kv_buf_c(p->out, '=');
		print_arg(p, v, 'v');
	}
	kv_buf_c(p->out, ')');
	p->erroring = false;
}

static void print_char(struct printer *p, uint64_t c)
{
	char utf8[4];

	rnd_fmt_pad(&p->f, kv_str_of(utf8, kv_utf8_encode(utf8, c > 0x10ffff ? 0xfffd : (uint32_t)c)),
		    p->out);
}

static void print_quoted_char(struct printer *p, uint64_t c)
{
	struct kv_buf b;

	kv_buf_init(&b, p->job->arena, KV_BUF_MAX);
	kv_quote_rune(c > 0x10ffff ? 0xfffd : (uint32_t)c, p->f.plus, &b);
	rnd_fmt_pad(&p->f, kv_buf_view(&b), p->out);
}

/* go: fmt/print.go, fmt0x64 */
static void print_hex(struct printer *p, uint64_t u, bool prefix)
{
	struct rnd_fmt_spec f = p->f;

	f.sharp = prefix;
	rnd_fmt_integer(&f, u, 16, false, 'v', p->out);
}

static void print_integer(struct printer *p, krm_val v, uint32_t verb)
{
	bool is_signed = v.kind == KRM_INT || v.kind == KRM_INT64;

	switch (verb) {
	case 'v':
		if (p->f.sharp_v && !is_signed)
			print_hex(p, v.u, true);
		else
			rnd_fmt_integer(&p->f, v.u, 10, is_signed, 'v', p->out);
		break;
	case 'd': rnd_fmt_integer(&p->f, v.u, 10, is_signed, 'd', p->out); break;
	case 'b': rnd_fmt_integer(&p->f, v.u, 2, is_signed, 'b', p->out); break;
	case 'o':
	case 'O': rnd_fmt_integer(&p->f, v.u, 8, is_signed, (char)verb, p->out); break;
	case 'x':
	case 'X': rnd_fmt_integer(&p->f, v.u, 16, is_signed, (char)verb, p->out); break;
	case 'c': print_char(p, v.u); break;
	case 'q': print_quoted_char(p, v.u); break;
	case 'U': rnd_fmt_unicode(&p->f, v.u, p->out); break;
	default: bad_verb(p, v, verb);
	}
}

/* False for a verb that floats do not have. */
static bool print_float(struct printer *p, double f, uint32_t verb)
{
	switch (verb) {
	case 'v': rnd_fmt_float(&p->f, f, 'g', -1, p->out); return true;
	case 'b':
	case 'g':
	case 'G':
	case 'x':
	case 'X': rnd_fmt_float(&p->f, f, (char)verb, -1, p->out); return true;
	case 'f':
	case 'e':
	case 'E': rnd_fmt_float(&p->f, f, (char)verb, 6, p->out); return true;
	case 'F': rnd_fmt_float(&p->f, f, 'f', 6, p->out); return true;
	default: return false;
	}
}

static void print_complex(struct printer *p, krm_val v, double re, double im, uint32_t verb)
{
	bool plus = p->f.plus;

	if (verb >= 0x80 || !verb || !strchr("vbgGxXfFeE", (int)verb)) {
		bad_verb(p, v, verb);
		return;
	}
	kv_buf_c(p->out, '(');
	print_float(p, re, verb);
	p->f.plus = true;
	print_float(p, im, verb);
	kv_buf_lit(p->out, "i)");
	p->f.plus = plus;
}

/* The first `prec` characters, where a precision is given. */
static kv_str truncate(const struct printer *p, kv_str s)
{
	size_t at = 0, size;

	if (!p->f.has_prec)
		return s;
	for (size_t i = 0; i < p->f.prec && at < s.n; i++, at += size)
		kv_utf8_decode(s, at, &size);
	return kv_str_sub(s, 0, at);
}

static void print_hex_bytes(struct printer *p, kv_str s, char verb)
{
	const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	size_t n = p->f.has_prec && p->f.prec < s.n ? p->f.prec : s.n, width = 2 * n, missing;

	if (!n) {
		if (p->f.has_width)
			rnd_fmt_padding(&p->f, p->f.width, p->out);
		return;
	}
	if (p->f.space)
		width = (p->f.sharp ? 2 * width : width) + n - 1;
	else if (p->f.sharp)
		width += 2;
	missing = p->f.has_width && p->f.width > width ? p->f.width - width : 0;
	if (!p->f.minus)
		rnd_fmt_padding(&p->f, missing, p->out);
	for (size_t i = 0; i < n; i++) {
		if (i && p->f.space)
			kv_buf_c(p->out, ' ');
		if (p->f.sharp && (!i || p->f.space)) {
			kv_buf_c(p->out, '0');
			kv_buf_c(p->out, verb);
		}
		kv_buf_c(p->out, digits[(unsigned char)s.p[i] >> 4]);
		kv_buf_c(p->out, digits[(unsigned char)s.p[i] & 15]);
	}
	if (p->f.minus)
		rnd_fmt_padding(&p->f, missing, p->out);
}

static void print_quoted(struct printer *p, kv_str s)
{
	struct kv_buf b;

	s = truncate(p, s);
	kv_buf_init(&b, p->job->arena, p->out->limit);
	if (p->f.sharp && rnd_can_backquote(s)) {
		kv_buf_c(&b, '`');
		kv_buf_str(&b, s);
		kv_buf_c(&b, '`');
	} else {
		kv_quote_with(s, '"', p->f.plus, &b);
	}
	rnd_fmt_pad(&p->f, kv_buf_view(&b), p->out);
}

/* False for a verb that strings do not have. */
static bool print_string(struct printer *p, kv_str s, uint32_t verb)
{
	switch (verb) {
	case 'v':
		if (p->f.sharp_v)
			print_quoted(p, s);
		else
			rnd_fmt_pad(&p->f, truncate(p, s), p->out);
		return true;
	case 's': rnd_fmt_pad(&p->f, truncate(p, s), p->out); return true;
	case 'x':
	case 'X': print_hex_bytes(p, s, (char)verb); return true;
	case 'q': print_quoted(p, s); return true;
	default: return false;
	}
}

/* --- bytes, lists, maps, objects -------------------------------------------------------------- */

static void begin(struct printer *p, krm_val v, const char *plain)
{
	if (p->f.sharp_v) {
		rnd_type_name(v, p->out);
		kv_buf_c(p->out, '{');
	} else {
		kv_buf_str(p->out, kv_str_c(plain));
	}
}

static void between(struct printer *p, size_t i)
{
	if (i)
		kv_buf_str(p->out, p->f.sharp_v ? KV_S(", ") : KV_S(" "));
}

/* A nil map or slice in Go syntax. */
static bool print_nil_ref(struct printer *p, krm_val v)
{
	if (!p->f.sharp_v || !(v.flags & KRM_NILREF))
		return false;
	rnd_type_name(v, p->out);
	kv_buf_lit(p->out, "(nil)");
	return true;
}

/* `name` is the type in Go syntax: []byte alone, []uint8 inside something. */
static void print_bytes(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	kv_str s = krm_str(v);
	bool plain = verb == 'v' || (verb == 'd' && !depth);

	if (print_string(p, s, plain ? 0 : verb))
		return;
	if (plain && p->f.sharp_v) {
		kv_buf_str(p->out, depth ? KV_S("[]uint8") : KV_S("[]byte"));
		if (v.flags & KRM_NILREF) {
			kv_buf_lit(p->out, "(nil)");
			return;
		}
	}
	kv_buf_c(p->out, plain && p->f.sharp_v ? '{' : '[');
	for (size_t i = 0; i < s.n; i++) {
		krm_val byte = { .kind = KRM_UINT8, .u = (unsigned char)s.p[i] };

		between(p, i);
		print_value(p, byte, verb, depth + 1);
	}
	kv_buf_c(p->out, plain && p->f.sharp_v ? '}' : ']');
}

static void print_element(struct printer *p, krm_val v, enum krm_type type, uint32_t verb, size_t depth)
{
	if (type == KRM_OF_ANY && v.kind == KRM_NIL)
		kv_buf_str(p->out, p->f.sharp_v ? KV_S("interface {}(nil)") : KV_S("<nil>"));
	else
		print_value(p, v, verb, depth + 1);
}

static void print_list(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	if (print_nil_ref(p, v))
		return;
	begin(p, v, "[");
	for (size_t i = 0; i < v.l->n && !kv_buf_over(p->out); i++) {
		between(p, i);
		print_element(p, v.l->v[i], v.l->type, verb, depth);
	}
	kv_buf_c(p->out, p->f.sharp_v ? '}' : ']');
}

static void print_map(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	struct krm_entry **sorted;

	if (print_nil_ref(p, v))
		return;
	sorted = krm_map_sorted(p->job->arena, v.m);
	begin(p, v, "map[");
	for (size_t i = 0; i < v.m->live && !kv_buf_over(p->out); i++) {
		between(p, i);
		print_value(p, sorted[i]->key, verb, depth + 1);
		kv_buf_c(p->out, ':');
		print_element(p, sorted[i]->val, v.m->type, verb, depth);
	}
	kv_buf_c(p->out, p->f.sharp_v ? '}' : ']');
}

/* Addresses mean nothing to a template and differ from run to run, so all are this one (go: fmtPointer). */
#define ADDRESS 0xc000000000

static void print_address(struct printer *p, krm_val v, uint32_t verb)
{
	bool is_nil = v.flags & KRM_NILREF;
	krm_val address = krm_uint64(is_nil ? 0 : ADDRESS);

	if (verb == 'v' && p->f.sharp_v) {
		kv_buf_c(p->out, '(');
		rnd_type_name(v, p->out);
		kv_buf_lit(p->out, ")(");
		if (is_nil)
			kv_buf_lit(p->out, "nil");
		else
			print_hex(p, address.u, true);
		kv_buf_c(p->out, ')');
	} else if (verb == 'v' && is_nil) {
		rnd_fmt_pad(&p->f, KV_S("<nil>"), p->out);
	} else if (verb == 'v' || verb == 'p') {
		print_hex(p, address.u, !p->f.sharp);
	} else if (verb < 0x80 && verb && strchr("bodxX", (int)verb)) {
		print_integer(p, address, verb);
	} else {
		bad_verb(p, v, verb);
	}
}

/* A struct without a String method: its fields, with their names for %+v and %#v. */
static void print_struct(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	const struct krm_class *class = v.o->class;
	krm_val fields = class->fields ? class->fields(p->job, v.o)
			 : class->tree ? class->tree(p->job, v.o)
				       : krm_nil();
	bool pointer = strcmp(class->go_kind, "ptr") == 0;
	size_t i = 0;

	if (fields.kind == KRM_INT || fields.kind == KRM_INT64) {
		if (verb && verb < 0x80 && strchr("vbdoOxXcqU", (int)verb))
			print_value(p, fields, verb, depth);
		else
			bad_verb(p, v, verb);
		return;
	}
	if (pointer && (depth || (v.flags & KRM_NILREF))) {
		print_address(p, v, verb);
		return;
	}
	if (pointer)
		kv_buf_c(p->out, '&');
	if (p->f.sharp_v)
		kv_buf_str(p->out, kv_str_c(class->go_type + pointer));
	kv_buf_c(p->out, '{');
	if (fields.kind == KRM_MAP)
		krm_map_each (fields.m, e) {
			between(p, i++);
			if (p->f.plus_v || p->f.sharp_v) {
				kv_buf_str(p->out, krm_str(e->key));
				kv_buf_c(p->out, ':');
			}
			print_element(p, e->val, KRM_OF_ANY, verb, depth);
		}
	kv_buf_c(p->out, '}');
}

static void print_object(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	const struct krm_class *class = v.o->class;
	void (*print)(struct kv_job *, const struct krm_object *, struct kv_buf *);
	double re, im;
	struct kv_buf text;

	if (rnd_complex_parts(v, &re, &im)) {
		print_complex(p, v, re, im, verb);
		return;
	}
	print = p->erroring ? NULL : p->f.sharp_v ? class->go_syntax : class->print;
	if (print && verb < 0x80 && verb && strchr("vsxXq", (int)verb)) {
		kv_buf_init(&text, p->job->arena, p->out->limit);
		print(p->job, v.o, &text);
		print_string(p, kv_buf_view(&text), p->f.sharp_v ? 's' : verb);
	} else if (class->items) {
		print_value(p, class->items(p->job, v.o), verb, depth);
	} else {
		print_struct(p, v, verb, depth);
	}
}

/* fmt never ends on values that contain themselves; here the depth limit closes the output. */
static void print_value(struct printer *p, krm_val v, uint32_t verb, size_t depth)
{
	if (depth > p->job->limits.depth) {
		p->out->over = true;
		return;
	}
	if (verb == 'w' && !p->erroring) {
		bad_verb(p, v, verb);
		return;
	}
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: kv_buf_lit(p->out, "<nil>"); break;
	case KRM_BOOL:
		if (verb == 't' || verb == 'v')
			rnd_fmt_pad(&p->f, v.b ? KV_S("true") : KV_S("false"), p->out);
		else
			bad_verb(p, v, verb);
		break;
	case KRM_INT:
	case KRM_INT64:
	case KRM_UINT8:
	case KRM_UINT64: print_integer(p, v, verb); break;
	case KRM_FLOAT:
		if (!print_float(p, v.f, verb))
			bad_verb(p, v, verb);
		break;
	case KRM_STRING:
		if (!print_string(p, krm_str(v), verb))
			bad_verb(p, v, verb);
		break;
	case KRM_BYTES: print_bytes(p, v, verb, depth); break;
	case KRM_LIST: print_list(p, v, verb, depth); break;
	case KRM_MAP: print_map(p, v, verb, depth); break;
	case KRM_OBJECT: print_object(p, v, verb, depth); break;
	case KRM_NKINDS: break;
	}
}

static void print_pointer(struct printer *p, krm_val v)
{
	if (v.kind == KRM_MAP || v.kind == KRM_LIST || v.kind == KRM_BYTES ||
	    (v.kind == KRM_OBJECT && (strcmp(v.o->class->go_kind, "ptr") == 0 || strcmp(v.o->class->go_kind, "map") == 0)))
		print_address(p, v, 'p');
	else
		bad_verb(p, v, 'p');
}

static void print_arg(struct printer *p, krm_val v, uint32_t verb)
{
	struct kv_buf type;

	if (v.kind == KRM_NIL) {
		if (verb == 'T' || verb == 'v')
			rnd_fmt_pad(&p->f, KV_S("<nil>"), p->out);
		else
			bad_verb(p, v, verb);
	} else if (verb == 'T') {
		kv_buf_init(&type, p->job->arena, KV_BUF_MAX);
		rnd_type_name(v, &type);
		rnd_fmt_pad(&p->f, truncate(p, kv_buf_view(&type)), p->out);
	} else if (verb == 'p') {
		print_pointer(p, v);
	} else {
		print_value(p, v, verb, 0);
	}
}

/* --- formats ---------------------------------------------------------------------------------- */

/* Widths and precisions beyond a million are refused. */
#define TOO_LARGE 1000000

/* A decimal number at *i; false if there is none, and *i at the end for one that is too large. */
static bool parse_number(kv_str s, size_t *i, size_t end, size_t *ret)
{
	size_t from = *i, n = 0;

	for (; *i < end && kv_is_digit(s.p[*i]); ++*i) {
		if (n > TOO_LARGE) {
			*i = end;
			*ret = 0;
			return false;
		}
		n = n * 10 + (size_t)(s.p[*i] - '0');
	}
	*ret = n;
	return *i > from;
}

/* "[n]" at *i chooses an argument. True if an index was read, good or not so good. */
static bool arg_index(struct printer *p, kv_str s, size_t *i, size_t nargs, size_t *arg)
{
	size_t close, at = *i + 1, n;

	if (*i >= s.n || s.p[*i] != '[')
		return false;
	p->reordered = true;
	close = kv_str_chr(kv_str_sub(s, at, s.n), ']');
	if (s.n - *i < 3 || close == SIZE_MAX) {
		p->good_index = false;
		++*i;
		return false;
	}
	close += at;
	*i = close + 1;
	if (!parse_number(s, &at, close, &n) || at != close) {
		p->good_index = false;
		return false;
	}
	if (n >= 1 && n <= nargs)
		*arg = n - 1;
	else
		p->good_index = false;
	return true;
}

/* The argument of a "*"; false if it is no integer of a sensible size. */
static bool star(const krm_val *args, size_t nargs, size_t *arg, int64_t *ret)
{
	krm_val v;

	*ret = 0;
	if (*arg >= nargs)
		return false;
	v = args[(*arg)++];
	if (v.kind < KRM_INT || v.kind > KRM_UINT64 ||
	    ((v.kind == KRM_UINT8 || v.kind == KRM_UINT64) && v.i < 0))
		return false;
	if (v.i > TOO_LARGE || v.i < -TOO_LARGE)
		return false;
	*ret = v.i;
	return true;
}

static void parse_flags(struct printer *p, kv_str s, size_t *i)
{
	p->f = (struct rnd_fmt_spec){ 0 };
	for (; *i < s.n; ++*i)
		switch (s.p[*i]) {
		case '#': p->f.sharp = true; break;
		case '0': p->f.zero = true; break;
		case '+': p->f.plus = true; break;
		case '-': p->f.minus = true; break;
		case ' ': p->f.space = true; break;
		default: return;
		}
}

static void parse_width(struct printer *p, kv_str s, size_t *i, const krm_val *args, size_t nargs,
			size_t *arg, bool *after_index)
{
	int64_t n;

	if (*i >= s.n || s.p[*i] != '*') {
		p->f.has_width = parse_number(s, i, s.n, &p->f.width);
		if (*after_index && p->f.has_width)
			p->good_index = false;
		return;
	}
	++*i;
	p->f.has_width = star(args, nargs, arg, &n);
	if (!p->f.has_width)
		kv_buf_lit(p->out, "%!(BADWIDTH)");
	if (n < 0) {
		p->f.minus = true;
		p->f.zero = false;
	}
	p->f.width = (size_t)(n < 0 ? -n : n);
	*after_index = false;
}

static void parse_precision(struct printer *p, kv_str s, size_t *i, const krm_val *args, size_t nargs,
			    size_t *arg, bool *after_index)
{
	int64_t n;

	++*i;
	if (*after_index)
		p->good_index = false;
	*after_index = arg_index(p, s, i, nargs, arg);
	if (*i >= s.n || s.p[*i] != '*') {
		parse_number(s, i, s.n, &p->f.prec);
		p->f.has_prec = true;
		return;
	}
	++*i;
	p->f.has_prec = star(args, nargs, arg, &n) && n >= 0;
	p->f.prec = n < 0 ? 0 : (size_t)n;
	if (!p->f.has_prec)
		kv_buf_lit(p->out, "%!(BADPREC)");
	*after_index = false;
}

static void mark(struct printer *p, uint32_t verb, kv_str what)
{
	kv_buf_lit(p->out, "%!");
	kv_buf_rune(p->out, verb);
	kv_buf_str(p->out, what);
}

/* One verb, its flags read. */
static void print_verb(struct printer *p, uint32_t verb, const krm_val *args, size_t nargs, size_t *arg)
{
	if (verb == '%') {
		kv_buf_c(p->out, '%');
	} else if (!p->good_index) {
		mark(p, verb, KV_S("(BADINDEX)"));
	} else if (*arg >= nargs) {
		mark(p, verb, KV_S("(MISSING)"));
	} else {
		if (verb == 'v' || verb == 'w') {
			p->f.sharp_v = p->f.sharp;
			p->f.plus_v = p->f.plus;
			p->f.sharp = p->f.plus = false;
		}
		print_arg(p, args[(*arg)++], verb);
	}
}

static void print_extra(struct printer *p, const krm_val *args, size_t n)
{
	p->f = (struct rnd_fmt_spec){ 0 };
	kv_buf_lit(p->out, "%!(EXTRA ");
	for (size_t i = 0; i < n; i++) {
		if (i)
			kv_buf_lit(p->out, ", ");
		rnd_type_name(args[i], p->out);
		if (args[i].kind != KRM_NIL) {
			kv_buf_c(p->out, '=');
			print_arg(p, args[i], 'v');
		}
	}
	kv_buf_c(p->out, ')');
}

/* After a '%': flags, [index], width, precision, [index], verb. False at the end of the format. */
static bool print_directive(struct printer *p, kv_str s, size_t *i, const krm_val *args, size_t nargs,
			    size_t *arg)
{
	bool after_index;
	uint32_t verb;
	size_t size;

	p->good_index = true;
	parse_flags(p, s, i);
	after_index = arg_index(p, s, i, nargs, arg);
	parse_width(p, s, i, args, nargs, arg, &after_index);
	if (*i + 1 < s.n && s.p[*i] == '.')
		parse_precision(p, s, i, args, nargs, arg, &after_index);
	if (!after_index)
		arg_index(p, s, i, nargs, arg);
	if (*i >= s.n) {
		kv_buf_lit(p->out, "%!(NOVERB)");
		return false;
	}
	verb = kv_utf8_decode(s, *i, &size);
	*i += size;
	print_verb(p, verb, args, nargs, arg);
	return true;
}

void rnd_sprintf(struct kv_job *job, kv_str s, const krm_val *args, size_t nargs, struct kv_buf *out)
{
	struct printer p = { .job = job, .out = out };
	size_t i = 0, arg = 0;

	while (i < s.n) {
		size_t percent = kv_str_find(s, KV_S("%"), i);

		if (percent == SIZE_MAX)
			percent = s.n;
		kv_buf_add(out, s.p + i, percent - i);
		i = percent + 1;
		if (percent == s.n || !print_directive(&p, s, &i, args, nargs, &arg))
			break;
	}
	if (!p.reordered && arg < nargs)
		print_extra(&p, args + arg, nargs - arg);
}

/* --- without a format ------------------------------------------------------------------------- */

void rnd_print_value(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	struct printer p = { .job = job, .out = out };

	if (v.kind == KRM_STRING)
		kv_buf_str(out, krm_str(v));
	else
		print_arg(&p, v, 'v');
}

void rnd_print_pointed_to(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	struct kv_buf b;
	kv_str text;

	if (v.kind != KRM_OBJECT || v.o->class->print || strcmp(v.o->class->go_kind, "ptr") != 0) {
		rnd_print_value(job, v, out);
		return;
	}
	kv_buf_init(&b, job->arena, out->limit);
	rnd_print_value(job, v, &b);
	text = kv_buf_view(&b);
	kv_buf_str(out, kv_str_starts(text, KV_S("&")) ? kv_str_sub(text, 1, text.n) : text);
}

kv_str rnd_strval(struct kv_job *job, krm_val v)
{
	struct kv_buf b;

	if (v.kind == KRM_STRING || v.kind == KRM_BYTES)
		return krm_str(v);
	kv_buf_init(&b, job->arena, job->limits.output_bytes);
	rnd_print_value(job, v, &b);
	return kv_buf_view(&b);
}

void rnd_sprint(struct kv_job *job, const krm_val *args, size_t n, struct kv_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i && args[i].kind != KRM_STRING && args[i - 1].kind != KRM_STRING)
			kv_buf_c(out, ' ');
		rnd_print_value(job, args[i], out);
	}
}

void rnd_sprintln(struct kv_job *job, const krm_val *args, size_t n, struct kv_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			kv_buf_c(out, ' ');
		rnd_print_value(job, args[i], out);
	}
	kv_buf_c(out, '\n');
}
