import { Loaded } from '#lib/state/loaded.svelte.ts';
import { listFields, listGroups } from '#lib/state/user-list.ts';

export async function load() {
	const all = new Loaded(async () => {
		const [groups, fields] = await Promise.all([listGroups(), listFields()]);
		return { groups, fields };
	});
	await all.soon();
	return { all };
}
