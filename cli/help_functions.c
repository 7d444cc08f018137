/* cli/help_functions.c: `kvendor help functions`, the page docs/functions.md. */
#include "cli/help_functions.h"

#include "render/template/functions.h"

#define SEEDED "drawn from the seeded stream; Helm's with `--random=os`"
#define FIXED_CLOCK "the clock stands still at 1970-01-01; Helm's with `--random=os`"
#define BEHIND "an end behind the last item is an error; in Helm only behind the memory that Go set aside"
#define SORTED "in the order of the keys; Helm's is by chance"

static const struct note {
	const char *name, *text;
} notes[] = {
	{ "ago", FIXED_CLOCK },
	{ "bcrypt", SEEDED },
	{ "date", "for anything but a time: " FIXED_CLOCK },
	{ "dateInZone", "for anything but a time: " FIXED_CLOCK },
	{ "date_in_zone", "for anything but a time: " FIXED_CLOCK },
	{ "encryptAES", SEEDED },
	{ "genCA", SEEDED },
	{ "genCAWithKey", SEEDED },
	{ "genPrivateKey", SEEDED },
	{ "genSelfSignedCert", SEEDED },
	{ "genSelfSignedCertWithKey", SEEDED },
	{ "genSignedCert", SEEDED },
	{ "genSignedCertWithKey", SEEDED },
	{ "getHostByName", "always empty, as in Helm without `--enable-dns`" },
	{ "htmlDate", "for anything but a time: " FIXED_CLOCK },
	{ "htmlDateInZone", "for anything but a time: " FIXED_CLOCK },
	{ "htpasswd", SEEDED },
	{ "keys", SORTED },
	{ "lookup", "finds nothing, as in `helm template`" },
	{ "mustSlice", BEHIND },
	{ "now", FIXED_CLOCK },
	{ "randAlpha", SEEDED },
	{ "randAlphaNum", SEEDED },
	{ "randAscii", SEEDED },
	{ "randBytes", SEEDED },
	{ "randInt", SEEDED },
	{ "randNumeric", SEEDED },
	{ "shuffle", SEEDED },
	{ "slice", BEHIND },
	{ "uuidv4", SEEDED },
	{ "values", SORTED },
};

static const char head[] =
	"# Template functions\n\n"
	"The functions of charts' templates, with the signatures they have in Go: text/template's own, Sprig "
	"3.3.0's and\n"
	"Helm's. They give Helm's results and error texts; the last column says where they do not, and why "
	"is in\n"
	"[template.md](template.md). This page is what `kvendor help functions` prints.\n\n"
	"| function | arguments | result | differs from Helm |\n"
	"|---|---|---|---|\n";

static const char *note_of(const char *name)
{
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (strcmp(notes[i].name, name) == 0)
			return notes[i].text;
	return "";
}

static void print_row(const struct rnd_func *f, struct kv_buf *out)
{
	kv_buf_printf(out, "| `%s` | ", f->name);
	for (uint8_t i = 0; i < f->nparams; i++)
		kv_buf_printf(out, "%s%s%s", i ? ", " : "", f->variadic && i + 1 == f->nparams ? "..." : "",
			      rnd_type_go(f->params[i]));
	const char *note = note_of(f->name);
	kv_buf_printf(out, " | %s | %s%s%s |\n", rnd_type_go(f->result),
		      f->v4_only ? "engine `helm4` alone" : "", f->v4_only && *note ? "; " : "", note);
}

void cli_help_functions(struct kv_buf *out)
{
	size_t n;
	const struct rnd_func *rows = rnd_func_table(&n);
	kv_buf_str(out, kv_str_c(head));
	for (size_t i = 0; i < n; i++)
		print_row(&rows[i], out);
}
