/* filters/secret_rules.c: the table of secret patterns, and the search of one text. */
#include "filters/secret_rules.h"

#include <math.h>

#include "base/base64.h"
#include "base/num.h"
#include "base/re.h"

/* --- the table -------------------------------------------------------------------------------- */

/* A PEM key with some of its body: a mere mention of the first line is none. Line feeds may be written as \n. */
#define PEM_KEY                                                                                              \
	"-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----"                                             \
	"(?:\\s|\\\\[nr]|[A-Z][A-Za-z-]+: [^\\n\\\\]*)*[A-Za-z0-9+/]{24,}"

/* A row: five texts, each with its NUL. Rows of pointers would be relocated at each start. */
#define RULE(id, what, literals, pattern, entropy) id "\0" what "\0" literals "\0" pattern "\0" #entropy "\0"

/* clang-format off */
enum { FIRST_LINE = __LINE__ };
static const char rules[] =
	RULE("private-key", "private key", "-----BEGIN", PEM_KEY, 0)
	RULE("age-secret-key", "age secret key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", 0)
	RULE("kubeconfig-key", "client key of a kubeconfig", "client-key-data", "client-key-data[\"']?\\s*:\\s*[\"']?([A-Za-z0-9+/=]{40,})", 3)
	RULE("kubeconfig-token", "token of a kubeconfig", "token:", "(?s)clusters[\"']?\\s*:.*users[\"']?\\s*:.*\\btoken:\\s*[\"']?([A-Za-z0-9._~+/=-]{16,})", 3)
	RULE("dockerconfig-auth", "registry credentials", "\"auths\"", "(?s)\"auths\"\\s*:.*\"(?:auth|password|identitytoken)\"\\s*:\\s*\"([^\"${<]{4,})\"", 1)
	RULE("jwt", "JSON web token", ".ey", "\\bey[A-Za-z0-9_-]{15,}\\.ey[A-Za-z0-9_-]{15,}\\.[A-Za-z0-9_-]{10,}", 3)
	RULE("1password-service-account", "1Password service account token", "ops_ey", "\\bops_ey[A-Za-z0-9+/_-]{40,}={0,3}", 3.5)
	RULE("1password-secret-key", "1Password secret key", "A3-", "\\bA3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}\\b", 3)
	RULE("1password-credentials", "1Password Connect credentials", "encCredentials", "(?s)\"verifier\".*\"encCredentials\"|\"encCredentials\".*\"verifier\"", 0)
	RULE("vault-service-token", "Vault service token", "hvs.", "\\bhvs\\.[\\w-]{24,}", 3.5)
	RULE("vault-batch-token", "Vault batch token", "hvb.", "\\bhvb\\.[\\w-]{60,}", 3.5)
	RULE("aws-access-key-id", "AWS access key", "AKIA|ASIA|ABIA|ACCA|A3T", "\\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\\b", 3)
	RULE("aws-bedrock-key", "AWS Bedrock key", "ABSK", "\\bABSK[A-Za-z0-9+/]{109,269}={0,2}", 3)
	RULE("gcp-api-key", "Google API key", "AIza", "\\bAIza[\\w-]{35}", 3)
	RULE("gcp-oauth-token", "Google OAuth token", "ya29.", "\\bya29\\.[\\w-]{20,}", 3)
	RULE("gcp-client-secret", "Google OAuth client secret", "GOCSPX-", "\\bGOCSPX-[\\w-]{28}", 3)
	RULE("azure-client-secret", "Azure AD client secret", "Q~", "(?:^|[^\\w~.-])([\\w~.]{3}\\dQ~[\\w~.-]{31,34})(?:$|[^\\w~.-])", 3)
	RULE("azure-storage-key", "Azure storage key", "AccountKey=", "AccountKey=([A-Za-z0-9+/]{86}==)", 3)
	RULE("alibaba-access-key-id", "Alibaba Cloud access key", "LTAI", "\\bLTAI[A-Za-z0-9]{20}\\b", 2)
	RULE("digitalocean-token", "DigitalOcean token", "doo_v1_|dop_v1_|dor_v1_", "\\bdo[opr]_v1_[a-f0-9]{64}\\b", 3)
	RULE("cloudflare-origin-ca-key", "Cloudflare origin CA key", "v1.0-", "\\bv1\\.0-[a-f0-9]{24}-[a-f0-9]{146}\\b", 2)
	RULE("flyio-token", "Fly.io token", "fo1_", "\\bfo1_[\\w-]{43}\\b", 4)
	RULE("flyio-macaroon", "Fly.io token", "fm1|fm2", "\\bfm[12][ar]?_[A-Za-z0-9+/]{100,}={0,3}", 4)
	RULE("heroku-api-key", "Heroku API key", "HRKU-AA", "\\bHRKU-AA[\\w-]{58}\\b", 4)
	RULE("scaleway-key", "Scaleway access key", "SCW", "\\bSCW[A-Z0-9]{17}\\b", 3)
	RULE("yandex-iam-token", "Yandex IAM token", "t1.", "\\bt1\\.[A-Z0-9a-z_-]+={0,2}\\.[A-Z0-9a-z_-]{86}={0,2}", 3)
	RULE("tailscale-key", "Tailscale key", "tskey-", "\\btskey-(?:api|auth|client|scim|webhook)-[0-9A-Za-z]{10,}-[0-9A-Za-z]{20,}", 3)
	RULE("github-pat", "GitHub personal token", "ghp_", "\\bghp_[0-9a-zA-Z]{36}", 3)
	RULE("github-fine-grained-pat", "GitHub personal token", "github_pat_", "\\bgithub_pat_\\w{82}", 3)
	RULE("github-oauth", "GitHub OAuth token", "gho_", "\\bgho_[0-9a-zA-Z]{36}", 3)
	RULE("github-app-token", "GitHub App token", "ghu_|ghs_", "\\bgh[us]_[0-9a-zA-Z]{36}", 3)
	RULE("github-refresh-token", "GitHub refresh token", "ghr_", "\\bghr_[0-9a-zA-Z]{36}", 3)
	RULE("gitlab-pat", "GitLab personal token", "glpat-", "\\bglpat-[\\w-]{20}", 3)
	RULE("gitlab-token", "GitLab token", "glcbt-|gldt-|glffct-|glft-|glimt-|gloas-|glagent-|glrt-|glrtr-|glsoat-|glptt-", "\\bgl(?:cbt-[0-9a-zA-Z]{1,5}_|dt-|ffct-|ft-|imt-|oas-|agent-|rt-|rtr-|soat-|ptt-)[\\w-]{20,}", 3)
	RULE("gitlab-registration-token", "GitLab runner token", "GR1348941", "\\bGR1348941[\\w-]{20}", 3)
	RULE("gitlab-session", "GitLab session", "_gitlab_session=", "_gitlab_session=([0-9a-z]{32})", 3)
	RULE("bitbucket-token", "Bitbucket token", "ATBB", "\\bATBB[A-Za-z0-9]{32}\\b", 3)
	RULE("gitea-token", "Gitea token", "gto_", "\\bgto_[a-z0-9]{40,}\\b", 3)
	RULE("atlassian-token", "Atlassian token", "ATATT3", "\\bATATT3[\\w=-]{150,}", 3.5)
	RULE("slack-token", "Slack token", "xox", "\\bxox[abeoprs](?:\\.xox[bp])?-[0-9A-Za-z-]{10,}", 2)
	RULE("slack-app-token", "Slack app token", "xapp-", "\\bxapp-\\d-[A-Z0-9]+-\\d+-[a-z0-9]+", 2)
	RULE("slack-webhook", "Slack webhook", "hooks.slack.com", "hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{43,80})", 3)
	RULE("discord-webhook", "Discord webhook", "/api/webhooks/", "discord(?:app)?\\.com/api/webhooks/\\d+/([\\w-]{60,})", 3)
	RULE("teams-webhook", "Teams webhook", "webhook.office.com", "webhook\\.office\\.com/webhookb2/([a-z0-9-]{36}@[a-z0-9-]{36}/IncomingWebhook/[a-z0-9]{32}/[a-z0-9-]{36})", 0)
	RULE("telegram-bot-token", "Telegram bot token", ":A", "(?:^|[^0-9A-Za-z])[0-9]{5,16}:(A[\\w-]{34})(?:$|[^\\w-])", 3)
	RULE("stripe-key", "Stripe key", "k_test_|k_live_|k_prod_", "\\b[rs]k_(?:test|live|prod)_[a-zA-Z0-9]{10,99}", 2)
	RULE("square-token", "Square token", "sq0atp|sq0csp", "\\bsq0(?:atp|csp)-[\\w-]{22,60}", 2)
	RULE("shopify-token", "Shopify token", "shpat_|shpca_|shppa_|shpss_", "\\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", 2)
	RULE("plaid-token", "Plaid token", "access-sandbox-|access-development-|access-production-", "\\baccess-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", 3)
	RULE("flutterwave-key", "Flutterwave key", "FLWSECK_TEST-", "\\bFLWSECK_TEST-[a-hA-H0-9]{12,32}", 2)
	RULE("easypost-token", "EasyPost token", "EZAK|EZTK", "\\bEZ[AT]K[a-zA-Z0-9]{54}\\b", 3)
	RULE("shippo-token", "Shippo token", "shippo_", "\\bshippo_(?:live|test)_[a-fA-F0-9]{40}\\b", 2)
	RULE("duffel-token", "Duffel token", "duffel_", "\\bduffel_(?:test|live)_[\\w=-]{43}", 2)
	RULE("npm-token", "npm token", "npm_", "\\bnpm_[a-zA-Z0-9]{36}\\b", 2)
	RULE("pypi-token", "PyPI token", "pypi-AgEIcHlwaS5vcmc", "\\bpypi-AgEIcHlwaS5vcmc[\\w-]{50,1000}", 3)
	RULE("rubygems-token", "RubyGems token", "rubygems_", "\\brubygems_[a-f0-9]{48}\\b", 2)
	RULE("nuget-key", "NuGet key", "oy2", "\\boy2[a-z0-9]{43}\\b", 3)
	RULE("clojars-token", "Clojars token", "CLOJARS_", "\\bCLOJARS_[a-zA-Z0-9]{60}", 2)
	RULE("crates-token", "crates.io token", "cio", "\\bcio[a-zA-Z0-9]{32}\\b", 3.5)
	RULE("docker-token", "Docker Hub token", "dckr_", "\\bdckr_(?:pat|oat)_[\\w-]{27,}", 3)
	RULE("artifactory-key", "Artifactory key", "AKCp", "\\bAKCp[A-Za-z0-9]{69}\\b", 4)
	RULE("artifactory-token", "Artifactory reference token", "cmVmd", "\\bcmVmd[A-Za-z0-9]{59}\\b", 4)
	RULE("sendgrid-token", "SendGrid token", "SG.", "\\bSG\\.[\\w=.-]{66}", 2)
	RULE("sendinblue-token", "Brevo token", "xkeysib-", "\\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}\\b", 2)
	RULE("mailgun-key", "Mailgun key", "key-", "\\b(?:pub)?key-[a-f0-9]{32}\\b", 3)
	RULE("mailchimp-key", "Mailchimp key", "-us", "\\b[a-f0-9]{32}-us\\d\\d?\\b", 3)
	RULE("twilio-key", "Twilio key", "SK", "\\bSK[0-9a-fA-F]{32}\\b", 3)
	RULE("openai-key", "OpenAI key", "T3BlbkFJ", "\\bsk-[\\w-]*T3BlbkFJ[\\w-]{20,}", 3)
	RULE("anthropic-key", "Anthropic key", "sk-ant-", "\\bsk-ant-(?:api|admin)[0-9]{2}-[\\w-]{80,}", 3)
	RULE("huggingface-token", "Hugging Face token", "hf_", "\\bhf_[a-zA-Z]{34}\\b", 2)
	RULE("huggingface-org-token", "Hugging Face token", "api_org_", "\\bapi_org_[a-zA-Z]{34}\\b", 2)
	RULE("perplexity-key", "Perplexity key", "pplx-", "\\bpplx-[a-zA-Z0-9]{48}\\b", 4)
	RULE("groq-key", "Groq key", "gsk_", "\\bgsk_[a-zA-Z0-9]{52}\\b", 3.5)
	RULE("databricks-token", "Databricks token", "dapi", "\\bdapi[a-f0-9]{32}(?:-\\d)?\\b", 3)
	RULE("grafana-service-account", "Grafana service account token", "glsa_", "\\bglsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}\\b", 3)
	RULE("grafana-cloud-token", "Grafana Cloud token", "glc_", "\\bglc_[A-Za-z0-9+/]{32,400}={0,3}", 3)
	RULE("grafana-api-key", "Grafana API key", "eyJrIjoi", "\\beyJrIjoi[A-Za-z0-9]{50,400}={0,3}", 3)
	RULE("newrelic-key", "New Relic key", "NRAK-|NRII-|NRJS-", "\\bNR(?:AK-[A-Za-z0-9]{27}|II-[\\w-]{32}|JS-[a-f0-9]{19})", 2)
	RULE("dynatrace-token", "Dynatrace token", "dt0", "\\bdt0[a-z]\\d\\d\\.[A-Za-z0-9]{24}\\.[A-Za-z0-9]{64}\\b", 4)
	RULE("sentry-org-token", "Sentry token", "sntrys_", "\\bsntrys_eyJ[A-Za-z0-9+/=_]{60,}", 3.5)
	RULE("sentry-user-token", "Sentry token", "sntryu_", "\\bsntryu_[a-f0-9]{64}\\b", 3)
	RULE("terraform-token", "Terraform Cloud token", ".atlasv1.", "\\b[A-Za-z0-9]{14}\\.atlasv1\\.[\\w=-]{60,70}", 3.5)
	RULE("pulumi-token", "Pulumi token", "pul-", "\\bpul-[a-f0-9]{40}\\b", 2)
	RULE("planetscale-token", "PlanetScale token", "pscale_", "\\bpscale_(?:tkn|oauth|pw)_[\\w=.-]{32,64}", 3)
	RULE("doppler-token", "Doppler token", "dp.", "\\bdp\\.(?:pt|st(?:\\.[a-z0-9_-]+)?|ct|scim|audit|sa)\\.[A-Za-z0-9]{40,44}\\b", 2)
	RULE("infracost-token", "Infracost token", "ico-", "\\bico-[a-zA-Z0-9]{32}\\b", 3)
	RULE("harness-key", "Harness key", "pat.|sat.", "\\b[ps]at\\.[\\w-]{22}\\.[a-zA-Z0-9]{24}\\.[a-zA-Z0-9]{20}\\b", 3)
	RULE("octopus-key", "Octopus Deploy key", "API-", "\\bAPI-[A-Z0-9]{26}\\b", 3)
	RULE("prefect-token", "Prefect token", "pnu_", "\\bpnu_[a-zA-Z0-9]{36}\\b", 2)
	RULE("postman-key", "Postman key", "PMAK-", "\\bPMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}\\b", 3)
	RULE("linear-key", "Linear key", "lin_api_", "\\blin_api_[a-zA-Z0-9]{40}", 2)
	RULE("notion-token", "Notion token", "ntn_", "\\bntn_[0-9]{11}[A-Za-z0-9]{35}\\b", 4)
	RULE("readme-key", "ReadMe key", "rdme_", "\\brdme_[a-z0-9]{70}\\b", 2)
	RULE("typeform-token", "Typeform token", "tfp_", "\\btfp_[\\w.=-]{59}", 2)
	RULE("frameio-token", "Frame.io token", "fio-u-", "\\bfio-u-[\\w=-]{64}", 2)
	RULE("sourcegraph-token", "Sourcegraph token", "sgp_", "\\bsgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}\\b", 3)
	RULE("scalingo-token", "Scalingo token", "tk-us-", "\\btk-us-[\\w-]{48}", 2)
	RULE("openshift-token", "OpenShift token", "sha256~", "\\bsha256~[\\w-]{43}", 3.5)
	RULE("adobe-secret", "Adobe client secret", "p8e-", "\\bp8e-[a-zA-Z0-9]{32}\\b", 2)
	RULE("intra42-secret", "42 client secret", "s-s4t2", "\\bs-s4t2(?:ud|af)-[a-f0-9]{64}\\b", 3)
	RULE("settlemint-token", "SettleMint token", "sm_aat_|sm_pat_|sm_sat_", "\\bsm_(?:aat|pat|sat)_[a-zA-Z0-9]{16}\\b", 3)
	RULE("defined-token", "Defined Networking token", "dnkey-", "\\bdnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}", 3)
	RULE("url-password", "password in a URL", "://", "[A-Za-z][A-Za-z0-9+.-]*://[^\\s/:@?#\"'`<>{}$]*:([^\\s/@\"'`<>{}$*]{3,})@[\\w\\[]", 0);
/* clang-format on */
_Static_assert(sizeof rules <= UINT16_MAX, "rows begin at 16 bits");
_Static_assert(__LINE__ - FIRST_LINE <= KV_LITERAL_NUMBERS, "rules, each in a line, are numbers of literals");

static const char *next_text(const char **at)
{
	const char *text = *at;
	*at += strlen(text) + 1;
	return text;
}

/* The rule at *row, which is moved on to the next one. */
static struct flt_secret_rule read_rule(const char **row)
{
	struct flt_secret_rule rule;
	rule.id = next_text(row);
	rule.what = next_text(row);
	rule.literals = next_text(row);
	rule.pattern = next_text(row);
	if (kv_num_parse_float(kv_str_c(next_text(row)), &rule.entropy))
		rule.entropy = 0;
	return rule;
}

/* Rules for texts that are arguments of a program. */
static const struct flt_secret_rule argument_rules[] = {
	{ "password-argument", "password in an argument", "-",
	  "(?i)(?:^|\\s)--?[a-z0-9-]*(?:password|passwd|secret|token|api-?key|private-?key)"
	  "(?:=|\\s+)[\"']?([^\\s\"'$|&;<>-][^\\s\"'$|&;<>]{3,})",
	  0 },
	{ "mysql-password-argument", "password in an argument", "-p",
	  "\\b(?:mysql|mysqldump|mysqladmin|mariadb)\\s(?:[^|&;]*\\s)?-p[\"']?([^\\s\"'$|&;<>]{3,})", 0 },
	{ "sshpass-argument", "password in an argument", "sshpass",
	  "\\bsshpass\\s+-p\\s*[\"']?([^\\s\"'$|&;<>]{3,})", 0 },
};

/* --- values that are none --------------------------------------------------------------------- */

bool flt_is_placeholder(kv_str text)
{
	static const char beginnings[][11] = { "$(",     "${",   "{{",     "op://",     "ref+",
					       "<path:", "ENC[", "vault:", "secretref:" };
	text = kv_str_trim(text, " \t\r\n");
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
		if (kv_str_starts(text, kv_str_c(beginnings[i])))
			return true;
	return text.n > 1 && text.p[0] == '<' && text.p[text.n - 1] == '>';
}

static bool matches(struct kv_job *job, const char *pattern, kv_str text)
{
	kv_str error;
	const struct kv_re *re = kv_re_get_own(job, pattern, &error);
	return re && kv_re_match(job, re, text);
}

bool flt_is_default_credential(struct kv_job *job, kv_str text)
{
	return matches(job,
		       "(?i)^(?:(?:change|replace|set)[ "
		       "_-]?(?:me|it|this).*|.*changeme.*|(?:your|my|the|some)?[ _-]?"
		       "(?:super[ _-]?)?(?:secret|password|passwd|passw0rd|pass|pwd|token|api[ _-]?key|key)"
		       "(?:[ _-]?here)?[0-9]{0,3}|admin[0-9]{0,3}|root|test|user|guest|default|dummy|fake|"
		       "example.*|.*example|todo|none|null|x{3,}|\\*{3,}|\\.{3,}|redacted|hunter2)$",
		       kv_str_trim(text, " \t\r\n"));
}

/* Of a positive number, to a unit or two in the last place. Nothing else needs libm, which each start would load. */
static double binary_logarithm(double x)
{
	int exponent;
	double m = frexp(x, &exponent), z, sum = 0;
	if (m < M_SQRT1_2) {
		m *= 2;
		exponent--;
	}
	z = (m - 1) / (m + 1);
	for (int k = 21; k > 0; k -= 2)
		sum = sum * z * z + 1.0 / k;
	return exponent + 2 / M_LN2 * z * sum;
}

/* Bits a byte. */
static double entropy(kv_str s)
{
	size_t counts[256] = { 0 };
	double bits = 0;
	for (size_t i = 0; i < s.n; i++)
		counts[(unsigned char)s.p[i]]++;
	for (size_t i = 0; i < 256; i++)
		if (counts[i])
			bits -= (double)counts[i] * binary_logarithm((double)counts[i] / (double)s.n);
	return s.n ? bits / (double)s.n : 0;
}

/* Words of hexadecimal digits have at most four bits a byte. */
#define RANDOM_BITS 4.5
#define RANDOM_BYTES 24

size_t flt_secret_random_run(kv_str text)
{
	for (size_t i = 0, from = 0; i <= text.n; i++) {
		unsigned char c = i < text.n ? (unsigned char)text.p[i] : ' ';
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c && strchr("+/=_-", c)))
			continue;
		if (i - from >= RANDOM_BYTES && entropy(kv_str_sub(text, from, i)) >= RANDOM_BITS)
			return i - from;
		from = i + 1;
	}
	return 0;
}

/* AWS and others publish keys of the right form for their manuals. */
static bool is_dummy(struct kv_job *job, const struct flt_secret_rule *rule, kv_str secret)
{
	return entropy(secret) < rule->entropy || flt_is_placeholder(secret) ||
	       kv_str_ends(secret, KV_S("EXAMPLE")) || flt_is_default_credential(job, secret);
}

/* --- one text --------------------------------------------------------------------------------- */

static int over(struct kv_job *job)
{
	return kv_error(job, 0, "too many steps (limit %zu) in the search for secrets", job->limits.steps);
}

static int hold_against(struct kv_job *job, const struct flt_secret_rule *rule, kv_str text,
			struct flt_secret_rule *ret, size_t *ret_length)
{
	kv_str error;
	struct kv_re_span spans[2];
	struct kv_re_walk walk;
	const struct kv_re *re = kv_re_get_own(job, rule->pattern, &error);
	if (!re)
		return kv_error(job, 0, "%s: %.*s", rule->id, KV_ARG(error));
	size_t groups = kv_re_groups(re);
	kv_re_walk(job, re, text, &walk);
	while (!ret->id && kv_re_next(&walk, spans, groups < 2 ? groups : 2)) {
		struct kv_re_span span = groups > 1 ? spans[1] : spans[0];
		kv_str secret = kv_str_sub(text, span.from, span.to);
		if (span.from == SIZE_MAX || is_dummy(job, rule, secret))
			continue;
		*ret = *rule;
		*ret_length = secret.n;
	}
	return walk.over ? over(job) : 0;
}

void flt_secret_search(struct kv_job *job, struct flt_secret_search *ret)
{
	ret->job = job;
	ret->literals = kv_literals_new(job->arena);
	ret->nrules = 0;
	for (const char *row = rules; *row; ret->nrules++) {
		ret->rows[ret->nrules] = (uint16_t)(row - rules);
		const char *literal = read_rule(&row).literals;
		for (size_t n; *literal; literal += n + (literal[n] == '|')) {
			n = strcspn(literal, "|");
			kv_literals_add(ret->literals, kv_str_of(literal, n), ret->nrules);
		}
	}
}

/* One pass over a text tells which rules can match; few texts have any. */
static int scan(const struct flt_secret_search *s, kv_str text, struct flt_secret_rule *ret, size_t *ret_length)
{
	struct kv_literal_numbers possible;
	if (!kv_literals_find(s->literals, text, &possible))
		return 0;
	for (size_t i = 0; i < s->nrules && !ret->id; i++) {
		const char *row = rules + s->rows[i];
		if (!kv_literal_has(&possible, i))
			continue;
		struct flt_secret_rule rule = read_rule(&row);
		if (hold_against(s->job, &rule, text, ret, ret_length) < 0)
			return -1;
	}
	return 0;
}

/* --- base64 ----------------------------------------------------------------------------------- */

static bool is_base64(kv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];
		bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!letter && c != '+' && c != '/' && c != '\n' && c != '\r')
			return false;
	}
	return text.n > 0;
}

bool flt_base64(struct kv_job *job, kv_str text, kv_str *ret)
{
	struct kv_buf lines, out;
	size_t bad;
	text = kv_str_trim(text, " \t\r\n=");
	if (!is_base64(text))
		return false;
	kv_buf_init(&lines, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\n' && text.p[i] != '\r')
			kv_buf_c(&lines, text.p[i]);
	if (lines.n % 4 == 1)
		return false;
	kv_buf_fill(&lines, '=', (4 - lines.n % 4) % 4);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (!kv_base64_decode(&out, kv_buf_view(&lines), false, &bad))
		return false;
	*ret = kv_buf_view(&out);
	return true;
}

/* Shorter texts hold no secret of any rule behind base64. */
#define SHORTEST_BASE64 24

bool flt_is_base64_byte(char c)
{
	return kv_is_alnum(c) || c == '+' || c == '/';
}

/* Looked at from its last byte: where a run is too short, all of it is passed at once. */
bool flt_base64_run(kv_str text, size_t least, size_t *from, size_t *to)
{
	size_t at = *from;
	while (at + least <= text.n) {
		size_t i = at + least;
		while (i > at && flt_is_base64_byte(text.p[i - 1]))
			i--;
		if (i > at) {
			at = i;
			continue;
		}
		for (i = at + least; i < text.n && flt_is_base64_byte(text.p[i]);)
			i++;
		*from = at;
		*to = i;
		return true;
	}
	return false;
}

/* Words of base64 in a text: a kubeconfig, a script. */
static int scan_words(const struct flt_secret_search *s, kv_str text, struct flt_secret_rule *ret,
		      size_t *ret_length)
{
	kv_str decoded;
	for (size_t i = 0, end; !ret->id && flt_base64_run(text, SHORTEST_BASE64, &i, &end); i = end) {
		/* What is left of a group of four is no base64. */
		size_t n = (end - i) % 4 == 1 ? end - i - 1 : end - i;
		if (flt_base64(s->job, kv_str_sub(text, i, i + n), &decoded) &&
		    scan(s, decoded, ret, ret_length) < 0)
			return -1;
	}
	return 0;
}

int flt_secret_in_text(const struct flt_secret_search *s, kv_str text, struct flt_secret_rule *ret,
		       size_t *ret_length)
{
	kv_str decoded;
	ret->id = NULL;
	if (scan(s, text, ret, ret_length) < 0)
		return -1;
	if (ret->id || text.n < SHORTEST_BASE64)
		return 0;
	if (flt_base64(s->job, text, &decoded))
		return scan(s, decoded, ret, ret_length);
	return scan_words(s, text, ret, ret_length);
}

int flt_secret_in_argument(struct kv_job *job, kv_str text, struct flt_secret_rule *ret,
			   size_t *ret_length)
{
	ret->id = NULL;
	for (size_t i = 0; i < sizeof argument_rules / sizeof *argument_rules && !ret->id; i++)
		if (kv_str_has(text, kv_str_c(argument_rules[i].literals)) &&
		    hold_against(job, &argument_rules[i], text, ret, ret_length) < 0)
			return -1;
	return 0;
}
