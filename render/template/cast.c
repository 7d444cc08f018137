/* render/template/cast.c: spf13/cast v1.7.0, caste.go. */
#include "render/template/cast.h"

#include <string.h>

#include "base/num.h"
#include "render/template/time_class.h"

int64_t rnd_int_of_float(double f)
{
	return f >= -0x1p63 && f < 0x1p63 ? (int64_t)f : INT64_MIN;
}

/* trimZeroDecimal: "1.0" and "1.00" are read as 1, "1." is not. */
static kv_str trim_zero_decimal(kv_str s)
{
	bool zero = false;

	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == '.' && zero)
			return kv_str_sub(s, 0, i - 1);
		if (s.p[i - 1] == '0')
			zero = true;
		else if (s.p[i - 1] != '.')
			break;
	}
	return s;
}

static int64_t int_of_str(kv_str s)
{
	int64_t i;

	return kv_num_parse_int(trim_zero_decimal(s), 0, &i) == KV_NUM_OK ? i : 0;
}

static double float_of_str(kv_str s)
{
	double f;

	return kv_num_parse_float(s, &f) == KV_NUM_OK ? f : 0;
}

/* toInt: a time.Month and a time.Weekday are numbers, a time.Duration is none. */
static int64_t int_of_object(krm_val v)
{
	int64_t i;

	return strcmp(v.o->class->go_kind, "int") == 0 && rnd_time_number(v, &i) ? i : 0;
}

int64_t rnd_to_int(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: return v.b;
	case KRM_INT:
	case KRM_INT64: return v.i;
	case KRM_UINT8:
	case KRM_UINT64: return (int64_t)v.u;
	case KRM_FLOAT: return rnd_int_of_float(v.f);
	case KRM_STRING: return int_of_str(krm_str(v));
	case KRM_OBJECT: return int_of_object(v);
	default: return 0;
	}
}

double rnd_to_float(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: return v.b;
	case KRM_INT:
	case KRM_INT64: return (double)v.i;
	case KRM_UINT8:
	case KRM_UINT64: return (double)v.u;
	case KRM_FLOAT: return v.f;
	case KRM_STRING: return float_of_str(krm_str(v));
	case KRM_OBJECT: return (double)int_of_object(v);
	default: return 0;
	}
}
