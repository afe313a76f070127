import { enter } from '#lib/state/doors.ts';

export async function load({ parent, url }) {
	await parent();
	enter(url);
	return {};
}
