import { listAssignments } from '#lib/state/groups.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const all = new Paged(listAssignments);
	await all.soon();
	return { all };
}
