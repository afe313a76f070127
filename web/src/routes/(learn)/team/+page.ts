import { listMyTeams, listTeam } from '#lib/state/groups.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';

export async function load({ url }) {
	const teams = new Loaded(listMyTeams);
	await teams.soon(600);
	const wanted = url.searchParams.get('group') ?? undefined;
	const group = teams.value?.find((t) => t.id === wanted)?.id ?? teams.value?.[0]?.id;
	const members = group ? new Paged((cursor) => listTeam(group, cursor)) : undefined;
	await members?.soon();
	return { teams, group, members };
}
