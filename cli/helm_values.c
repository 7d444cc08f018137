/* cli/helm_values.c: the flags that give a chart its values (helm: pkg/cli/values/options.go). */
#include "cli/helm_fetch.h"
#include "render/chart/strvals.h"

/* clang-format off: one option a row */
#define AT(field) offsetof(struct cli_helm_values, field)
const struct cli_option cli_helm_values_rows[] = {
	{ 'f', "values", CLI_COMMAS, AT(files), "FILE", .help = "values from a file; - is standard input" },
	{ 0, "set", CLI_EACH, AT(set), "KEY=VALUE", .help = "set values: a.b[0]=x,c=y" },
	{ 0, "set-string", CLI_EACH, AT(set_string), "KEY=VALUE", .help = "set values that stay strings" },
	{ 0, "set-json", CLI_EACH, AT(set_json), "KEY=JSON", .help = "set values that are JSON" },
	{ 0, "set-file", CLI_EACH, AT(set_file), "KEY=FILE", .help = "set values to the text of files" },
	{ 0, "set-literal", CLI_EACH, AT(set_literal), "KEY=VALUE", .help = "set one value to the text as it is" },
	{ 0 },
};
/* clang-format on */

int cli_helm_read_values(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_values *values, krm_val *ret)
{
	const struct {
		enum rnd_set_kind kind;
		const struct cli_list *given;
	} classes[] = {
		{ RND_SET_FILE_VALUES, &values->files },
		{ RND_SET_JSON, &values->set_json },
		{ RND_SET, &values->set },
		{ RND_SET_STRING, &values->set_string },
		{ RND_SET_FILE, &values->set_file },
		{ RND_SET_LITERAL, &values->set_literal },
	};
	struct rnd_set_arg *sets = NULL;
	size_t n = 0, cap = 0;
	for (size_t c = 0; c < KV_COUNT(classes); c++)
		for (size_t i = 0; i < classes[c].given->n; i++)
			KV_PUSH(job->arena, sets, n, cap, ((struct rnd_set_arg){ classes[c].kind, classes[c].given->v[i] }));
	return rnd_user_values(job, engine, cli_helm_get_named, krm_nil(), sets, n, ret);
}
