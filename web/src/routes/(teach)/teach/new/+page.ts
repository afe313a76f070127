import { api, ok } from '#lib/api/client.ts';
import { enter } from '#lib/state/doors.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	if (!enter(url, () => session.canTeach)) return {};
	const choices = new Loaded(async () => {
		const [templates, categories] = await Promise.all([ok(api.GET('/api/v1/teach/templates')), ok(api.GET('/api/v1/categories'))]);
		return { templates, categories };
	});
	return { choices: await choices.soon() };
}
