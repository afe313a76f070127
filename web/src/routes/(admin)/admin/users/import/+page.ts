import { m } from '#lib/paraglide/messages.js';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { listFields } from '#lib/state/user-list.ts';

export async function load() {
	const fields = new Loaded(listFields);
	await fields.soon();
	return { fields, crumbs: [{ label: m.admin_users(), href: '/admin/users' }, { label: m.import_nav() }] };
}
