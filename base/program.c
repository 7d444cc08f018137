/* base/program.c: the build ID, from the note GNU_BUILD_ID of the running program; the environment. */
#include "base/program.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>

/* Names and descriptions of notes take whole words. */
static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static kv_str find_id(const char *p, size_t n)
{
	while (n >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)p;
		size_t name = padded(note->n_namesz), all = sizeof *note + name + padded(note->n_descsz);

		if (all > n)
			break;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == sizeof ELF_NOTE_GNU &&
		    memcmp(note + 1, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0)
			return kv_str_of(p + sizeof *note + name, note->n_descsz);
		p += all;
		n -= all;
	}
	return KV_S("");
}

/* dl_iterate_phdr calls this for the program first; 1 ends the walk. */
static int find_in_program(struct dl_phdr_info *program, size_t size, void *arg)
{
	kv_str *id = arg;
	(void)size;

	for (size_t i = 0; i < program->dlpi_phnum && !id->n; i++)
		if (program->dlpi_phdr[i].p_type == PT_NOTE)
			*id = find_id((const char *)program->dlpi_addr + program->dlpi_phdr[i].p_vaddr,
				      program->dlpi_phdr[i].p_memsz);
	return 1;
}

kv_str kv_program_id(void)
{
	kv_str id = KV_S("");

	dl_iterate_phdr(find_in_program, &id);
	return id;
}

kv_str kv_env(const char *name)
{
	const char *value = getenv(name);
	return kv_str_c(value ? value : "");
}
