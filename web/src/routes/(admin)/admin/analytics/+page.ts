import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const system = new Loaded(() => ok(api.GET('/api/v1/admin/system')));
	return { system: await system.soon() };
}
