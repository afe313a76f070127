import { api, ok } from '#lib/api/client.ts';
import { listQuery, readFilter } from '#lib/components/admin/people.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';
import { listFields, listGroups, listSources, listViews } from '#lib/state/user-list.ts';

export async function load({ url }) {
	const filter = readFilter(url.searchParams);
	const tab: 'people' | 'invites' = url.searchParams.get('tab') === 'invites' ? 'invites' : 'people';
	const now = new Date();
	const total = { n: undefined as number | undefined };
	const users = new Paged(async (cursor) => {
		const page = await ok(api.GET('/api/v1/users', { params: { query: { ...listQuery(filter, now), cursor } } }));
		if (page.total != null) total.n = page.total;
		return page;
	});
	const invites = new Paged((cursor) => ok(api.GET('/api/v1/invites', { params: { query: { cursor } } })));
	const about = new Loaded(async () => {
		const [groups, fields, sources, views] = await Promise.all([listGroups(), listFields(), listSources(), listViews()]);
		return { groups, fields, sources, views };
	});
	await Promise.all([users.soon(), invites.soon(), about.soon()]);
	return { filter, tab, now, total, users, invites, about };
}
