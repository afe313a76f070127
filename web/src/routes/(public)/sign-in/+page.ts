import { redirect } from '@sveltejs/kit';
import { nextPath } from '#lib/state/next.ts';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	if (session.user) redirect(307, nextPath(url));
}
