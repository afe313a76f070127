import { enter } from '#lib/state/doors.ts';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	enter(url, () => session.canTeach);
	return {};
}
