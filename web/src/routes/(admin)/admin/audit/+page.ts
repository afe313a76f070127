import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const rows = new Paged((cursor) => ok(api.GET('/api/v1/admin/audit', { params: { query: { cursor } } })));
	return { rows: await rows.soon() };
}
