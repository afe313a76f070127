import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const view = new Loaded(async () => {
		const [me, categories] = await Promise.all([ok(api.GET('/api/v1/me')), ok(api.GET('/api/v1/categories'))]);
		return { me, categories };
	});
	return { view: await view.soon() };
}
