/* render/chart/output.c: the standard output of `helm template` (helm: pkg/action/action.go,
 * cmd/helm/template.go). */
#include "render/chart/output.h"

#include "base/utf8.h"
#include "render/chart/ignore.h"

#define HEAD "---\n# Source: "

static size_t printed_size(kv_str path, kv_str text)
{
	return strlen(HEAD) + path.n + text.n + strlen("\n\n");
}

static void print_document(struct kv_buf *out, kv_str path, kv_str text)
{
	kv_buf_lit(out, HEAD);
	kv_buf_str(out, path);
	kv_buf_c(out, '\n');
	kv_buf_str(out, text);
	kv_buf_c(out, '\n');
}

/* At most; so that the text grows once. */
static size_t size_of_all(const struct rnd_rendered *r)
{
	size_t n = r->unsorted.n + 1;
	for (size_t i = 0; i < r->crds.n; i++)
		n += printed_size(r->crds.v[i].name, r->crds.v[i].data);
	for (size_t i = 0; i < r->manifests.n; i++)
		n += printed_size(r->manifests.v[i].path, r->manifests.v[i].text);
	for (size_t i = 0; i < r->hooks.n; i++)
		n += printed_size(r->hooks.v[i].path, r->hooks.v[i].text);
	return n;
}

static void print_all(const struct rnd_release *release, const struct rnd_rendered *r, struct kv_buf *out)
{
	size_t start = out->n;
	kv_buf_reserve(out, start + size_of_all(r));
	for (size_t i = 0; i < r->crds.n; i++)
		print_document(out, r->crds.v[i].name, r->crds.v[i].data);
	for (size_t i = 0; i < r->manifests.n; i++)
		print_document(out, r->manifests.v[i].path, r->manifests.v[i].text);
	kv_buf_str(out, r->unsorted);
	/* strings.TrimSpace; what is printed begins with no blank. */
	out->n = start + kv_str_trim_space(kv_str_sub(kv_buf_view(out), start, out->n)).n;
	kv_buf_c(out, '\n');
	for (size_t i = 0; i < r->hooks.n && !release->no_hooks; i++)
		if (!release->skip_tests || !r->hooks.v[i].is_test)
			print_document(out, r->hooks.v[i].path, r->hooks.v[i].text);
}

/* "# Source: chart/templates/x.yaml" gives "templates/x.yaml". */
static bool source_of(kv_str doc, kv_str *ret)
{
	for (size_t at = 0; (at = kv_str_find(doc, KV_S("# Source: "), at)) != SIZE_MAX; at++) {
		kv_str rest = kv_str_sub(doc, at + strlen("# Source: "), doc.n);
		size_t slash = kv_str_chr(rest, '/');
		if (slash == SIZE_MAX) /* then none follows the next one either */
			return false;
		if (slash == 0)
			continue;
		rest = kv_str_sub(rest, slash + 1, rest.n);
		size_t end = kv_str_chr(rest, '\n');
		*ret = end == SIZE_MAX ? rest : kv_str_sub(rest, 0, end);
		if (ret->n)
			return true;
	}
	return false;
}

/* --show-only looks at the finished text, split again. */
static int print_some(struct kv_job *job, const struct rnd_release *release, bool failed, kv_str all,
		      struct kv_buf *out)
{
	struct rnd_strings docs = rnd_manifest_split(job, release->engine, all, SIZE_MAX);
	struct kv_buf b;
	kv_buf_init(&b, job->arena, job->limits.output_bytes);
	for (size_t i = 0; i < release->nshow_only; i++) {
		bool missing = true;
		for (size_t d = 0; d < docs.n; d++) {
			kv_str source;
			if (!source_of(docs.v[d], &source) ||
			    rnd_path_match(release->show_only[i], source) != 1)
				continue;
			kv_buf_lit(&b, "---\n");
			kv_buf_str(&b, docs.v[d]);
			kv_buf_c(&b, '\n');
			missing = false;
		}
		if (missing && failed && release->engine == RND_HELM4)
			return -1;
		if (missing)
			return rnd_chart_error(job, 0,
					       kv_arena_cat(job->arena, KV_S("could not find template "),
							    release->show_only[i], KV_S(" in chart")));
	}
	kv_buf_str(out, kv_buf_view(&b));
	return 0;
}

int rnd_rendered_print(struct kv_job *job, const struct rnd_release *release,
		       const struct rnd_rendered *rendered, struct kv_buf *out)
{
	struct kv_buf all;
	kv_buf_init(&all, job->arena, job->limits.output_bytes);
	struct kv_buf *into = release->nshow_only ? &all : out;
	print_all(release, rendered, into);
	if (kv_buf_over(into))
		return kv_error(job, 0, "too many bytes of output (limit %zu)", job->limits.output_bytes);
	return release->nshow_only ? print_some(job, release, rendered->failed, kv_buf_view(&all), out) : 0;
}

int rnd_chart_template(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
		       struct kv_buf *out)
{
	struct rnd_rendered rendered;
	if (rnd_chart_render(job, chart, release, &rendered))
		return -1;
	return rnd_rendered_print(job, release, &rendered, out);
}
