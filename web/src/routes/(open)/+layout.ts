import { visit } from '#lib/state/doors.ts';

/** Pages a visitor may see where the catalogue is public; elsewhere they need an account. */
export async function load({ parent, url }) {
	await parent();
	visit(url);
}
