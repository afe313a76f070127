import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const system = new Loaded(() => ok(api.GET('/api/v1/admin/system')));
	const changes = new Loaded(async () => (await ok(api.GET('/api/v1/admin/audit', { params: { query: { limit: 6 } } }))).items);
	await Promise.all([system.soon(), changes.soon()]);
	return { system, changes };
}
