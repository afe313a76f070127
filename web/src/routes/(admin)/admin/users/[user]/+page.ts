import { m } from '#lib/paraglide/messages.js';
import { Loaded } from '#lib/state/loaded.svelte.ts';
import { readEnrolments, readFields, readGroups, readSessions, readTrail, readUser } from '#lib/state/person.ts';

export async function load({ params }) {
	const id = params.user;
	const person = new Loaded(async () => {
		const [user, groups, fields, enrolments, sessions, trail] = await Promise.all([
			readUser(id),
			readGroups(id),
			readFields(id),
			readEnrolments(id),
			readSessions(id),
			readTrail(id)
		]);
		return { user, groups, fields, enrolments, sessions, trail };
	});
	await person.soon();
	const crumbs = [{ label: m.admin_users(), href: '/admin/users' }, { label: person.value?.user.name ?? '…' }];
	return { id, person, crumbs };
}
