import { api, ok } from '#lib/api/client.ts';
import { asked, readFilter } from '#lib/components/media/filter.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { uploads } from '#lib/state/uploads.svelte.ts';

export async function load({ url, parent }) {
	const filter = readFilter(url.searchParams);
	const files = new Paged((cursor) => ok(api.GET('/api/v1/media', { params: { query: { ...asked(filter), cursor } } })));
	// What may be sent, and what a former page left unfinished; without it the library is still there.
	void uploads.open().catch(() => {});
	const { state } = filter;
	// Who is here is known then.
	if (state) await parent();
	// An admin sees everybody's, as he does of the files.
	const everyone = session.isAdmin ? true : undefined;
	const sent =
		state === 'working' || state === 'failed'
			? new Loaded(() => ok(api.GET('/api/v1/media/uploads', { params: { query: { state, everyone } } })))
			: undefined;
	await (sent ?? files).soon();
	return { filter, files, sent };
}
