/* base/program.c: the note GNU_BUILD_ID of the running program. */
#include "base/program.h"

#include <elf.h>
#include <link.h>

/* Where the linker put the header of the file. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

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

kv_str kv_program_id(void)
{
	const char *file = (const char *)&__ehdr_start;
	const ElfW(Phdr) *headers = (const void *)(file + __ehdr_start.e_phoff);
	kv_str id = KV_S("");

	for (size_t i = 0; i < __ehdr_start.e_phnum && !id.n; i++)
		if (headers[i].p_type == PT_NOTE)
			id = find_id(file + headers[i].p_vaddr, headers[i].p_memsz);
	return id;
}
