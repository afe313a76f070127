import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

export async function load({ url }) {
	const q = (url.searchParams.get('q') ?? '').trim().slice(0, 200);
	const course = url.searchParams.get('course') ?? '';
	const tab: 'notes' | 'bookmarks' = url.searchParams.get('tab') === 'bookmarks' ? 'bookmarks' : 'notes';
	const notes = new Paged((cursor) =>
		ok(api.GET('/api/v1/me/notes', { params: { query: { q: q || undefined, course: course || undefined, cursor } } }))
	);
	const bookmarks = new Paged((cursor) => ok(api.GET('/api/v1/me/bookmarks', { params: { query: { cursor, limit: 200 } } })));
	await Promise.all([notes.soon(), bookmarks.soon()]);
	return { q, course, tab, notes, bookmarks };
}
