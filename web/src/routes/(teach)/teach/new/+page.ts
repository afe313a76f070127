import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { guardTeacher } from '#lib/state/teach-guard.ts';

export async function load({ parent, url }) {
	await parent();
	if (!guardTeacher(url)) return {};
	const choices = new Loaded(async () => {
		const [templates, categories] = await Promise.all([ok(api.GET('/api/v1/teach/templates')), ok(api.GET('/api/v1/categories'))]);
		return { templates, categories };
	});
	return { choices: await choices.soon() };
}
