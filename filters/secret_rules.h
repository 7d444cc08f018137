/* filters/secret_rules.h: texts that look like secrets, as a table of rules.
 *
 * The forms are those that the issuers of tokens document and that gitleaks knows: an unmistakable beginning, RE2 syntax, and a
 * floor for the entropy where dummies have the same form. Nothing here prints or returns what was found.
 */
#ifndef FILTERS_SECRET_RULES_H
#define FILTERS_SECRET_RULES_H

#include "base/literals.h"
#include "base/re.h"

struct flt_secret_rule {
	const char *id;   /* never changes its meaning */
	const char *what; /* "GitHub token" */
	const char *literals; /* "a|b": one of them occurs wherever the pattern matches */
	const char *pattern; /* group 1, if there is one, is the secret itself */
	double entropy;      /* bits a byte of the secret, at least */
};

/* What a search over many texts needs. */
struct flt_secret_search {
	struct kv_job *job;
	struct kv_literals *literals; /* of all rules, by their number */
	uint16_t rows[KV_LITERAL_NUMBERS]; /* where each begins in the table */
	size_t nrules;
};
void flt_secret_search(struct kv_job *job, struct flt_secret_search *ret);

/* The first rule that a text meets, also behind one layer of base64, in the whole text or in a word of it; its id is NULL
 * if there is none. *ret_length: bytes of what was found. -1 after an error: the limit of steps. */
KV_MUST int flt_secret_in_text(const struct flt_secret_search *s, kv_str text,
			       struct flt_secret_rule *ret, size_t *ret_length);
/* The rule for a value that is known to be an argument such as --password=VALUE, whole or in a shell command. */
KV_MUST int flt_secret_in_argument(struct kv_job *job, kv_str text, struct flt_secret_rule *ret,
				   size_t *ret_length);

/* The length of the first run of letters, digits and +/=_- in a text that is long and looks random; 0 if there is none. */
size_t flt_secret_random_run(kv_str text);

/* A text that stands for a value which another program puts there: $(VAR), ${VAR}, {{ ... }}, op://, ref+, <path:...>, ENC[. */
bool flt_is_placeholder(kv_str text);
/* A well-known default password: changeme, password, ... */
bool flt_is_default_credential(struct kv_job *job, kv_str text);
/* A byte of base64 but for the padding. */
bool flt_is_base64_byte(char c);
/* The next run of at least `least` letters, digits, + and / from *from on: [*from, *to). False if there is none. */
bool flt_base64_run(kv_str text, size_t least, size_t *from, size_t *to);
/* Bytes behind base64, line feeds and padding set aside; false if the text is none. */
bool flt_base64(struct kv_job *job, kv_str text, kv_str *ret);

#endif
