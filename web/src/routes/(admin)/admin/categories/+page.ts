import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	return { categories: await new Loaded(() => ok(api.GET('/api/v1/categories'))).soon() };
}
