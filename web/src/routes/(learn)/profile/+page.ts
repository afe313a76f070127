import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { readMyFields } from '#lib/state/person.ts';

export async function load() {
	const view = new Loaded(async () => {
		const [me, categories, fields] = await Promise.all([ok(api.GET('/api/v1/me')), ok(api.GET('/api/v1/categories')), readMyFields()]);
		return { me, categories, fields };
	});
	return { view: await view.soon() };
}
