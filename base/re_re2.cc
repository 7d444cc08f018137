/* base/re_re2.cc: RE2 for C. The one C++ file. */
#include "base/re_re2.h"

#include <exception>
#include <new>
#include <vector>

#include <re2/re2.h>

extern "C" [[noreturn]] void kv_oom(size_t wanted);

const char *const kv_re2_too_large = "expression too large";

/* libstdc++'s own puts the demangled name of what nobody caught on standard error; that demangler would be a fiftieth of the program's
 * relocations. Nothing leaves the functions of this file. */
void __gnu_cxx::__verbose_terminate_handler()
{
	__builtin_trap();
}

struct kv_re2 {
	re2::RE2 re;
	kv_re2(const re2::StringPiece &pattern, const re2::RE2::Options &options) : re(pattern, options)
	{
	}
};

/* --- what a search takes ---------------------------------------------------------------------- */

namespace {

/* The search that runs on this thread. */
struct effort {
	size_t instructions, characters, *allowance;
};
thread_local struct effort effort;

struct too_much {
};

void spend(size_t characters)
{
	size_t work = characters * effort.instructions;
	if (work > *effort.allowance)
		throw too_much();
	*effort.allowance -= work;
}

/* The text is searched without an automaton from here on. */
void on_failure(const re2::hooks::DFASearchFailure &)
{
	spend(effort.characters);
}

/* So many states are made again, each from all instructions. */
void on_reset(const re2::hooks::DFAStateCacheReset &reset)
{
	spend(reset.state_cache_size);
}

} // namespace

/* --- patterns --------------------------------------------------------------------------------- */

/* Go's words for RE2's codes (go: regexp/syntax/parse.go). */
static void explain(const re2::RE2 &re, struct kv_re2_error *e)
{
	using R = re2::RE2;
	e->arg = re.error_arg().data();
	e->arg_n = re.error_arg().size();
	switch (re.error_code()) {
	case R::NoError: e->reason = nullptr; break;
	case R::ErrorBadEscape: e->reason = "invalid escape sequence"; break;
	case R::ErrorBadCharClass: e->reason = "invalid character class"; break;
	case R::ErrorBadCharRange: e->reason = "invalid character class range"; break;
	case R::ErrorMissingBracket: e->reason = "missing closing ]", e->to_end = true; break;
	case R::ErrorMissingParen: e->reason = "missing closing )", e->whole = true; break;
	case R::ErrorUnexpectedParen: e->reason = "unexpected )", e->whole = true; break;
	case R::ErrorTrailingBackslash: e->reason = "trailing backslash at end of expression"; break;
	case R::ErrorRepeatArgument: e->reason = "missing argument to repetition operator"; break;
	case R::ErrorRepeatSize: e->reason = "invalid repeat count", e->lazy_mark = true; break;
	case R::ErrorRepeatOp: e->reason = "invalid nested repetition operator", e->nested = true; break;
	case R::ErrorBadPerlOp: e->reason = "invalid or unsupported Perl syntax"; break;
	case R::ErrorBadUTF8: e->reason = "invalid UTF-8", e->utf8 = true; break;
	case R::ErrorBadNamedCapture: e->reason = "invalid named capture"; break;
	case R::ErrorPatternTooLarge: e->reason = kv_re2_too_large, e->whole = true; break;
	default: e->reason = "regexp/syntax: internal error", e->whole = true;
	}
}

struct kv_re2 *kv_re2_new(const char *pattern, size_t n, size_t max_mem, struct kv_re2_error *ret_error)
{
	re2::hooks::SetDFASearchFailureHook(on_failure);
	re2::hooks::SetDFAStateCacheResetHook(on_reset);
	try {
		re2::RE2::Options options;
		options.set_log_errors(false);
		options.set_max_mem(static_cast<int64_t>(max_mem));
		auto *re = new kv_re2(re2::StringPiece(pattern, n), options);
		*ret_error = {};
		explain(re->re, ret_error);
		return re;
	} catch (const std::bad_alloc &) {
		kv_oom(max_mem);
	}
}

void kv_re2_free(struct kv_re2 *re)
{
	delete re;
}

size_t kv_re2_groups(const struct kv_re2 *re)
{
	return static_cast<size_t>(re->re.NumberOfCapturingGroups());
}

size_t kv_re2_size(const struct kv_re2 *re)
{
	return static_cast<size_t>(re->re.ProgramSize());
}

int kv_re2_find(const struct kv_re2 *re, const char *text, size_t n, size_t from, size_t *spans, size_t ngroups,
		size_t *allowance)
{
	effort = { kv_re2_size(re), n - from, allowance };
	try {
		std::vector<re2::StringPiece> groups(ngroups);
		if (!re->re.Match(re2::StringPiece(text, n), from, n, re2::RE2::UNANCHORED, groups.data(),
		                  static_cast<int>(ngroups)))
			return 0;
		for (size_t i = 0; i < ngroups; i++) {
			bool took_part = groups[i].data() != nullptr;
			spans[2 * i] = took_part ? static_cast<size_t>(groups[i].data() - text) : SIZE_MAX;
			spans[2 * i + 1] = took_part ? spans[2 * i] + groups[i].size() : SIZE_MAX;
		}
		return 1;
	} catch (const too_much &) {
		return -1;
	} catch (const std::bad_alloc &) {
		kv_oom(n);
	}
}
