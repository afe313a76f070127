import { m } from '#lib/paraglide/messages.js';
import { listMembers, readGroup } from '#lib/state/groups.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';
import { listFields } from '#lib/state/user-list.ts';

export async function load({ params }) {
	const id = params.group;
	const about = new Loaded(async () => {
		const [group, fields] = await Promise.all([readGroup(id), listFields()]);
		return { group, fields };
	});
	const members = new Paged((cursor) => listMembers(id, cursor));
	await Promise.all([about.soon(), members.soon()]);
	return { id, about, members, crumbs: [{ label: m.groups_nav(), href: '/admin/groups' }, { label: about.value?.group.name ?? '…' }] };
}
