import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

export async function load({ url }) {
	const q = (url.searchParams.get('q') ?? '').trim().slice(0, 100);
	const lessons = await new Paged((cursor) =>
		ok(api.GET('/api/v1/admin/lessons', { params: { query: { q: q || undefined, cursor } } }))
	).soon();
	return { q, lessons };
}
