import { redirect } from '@sveltejs/kit';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	if (session.instance.needs_setup && url.pathname !== '/setup') redirect(307, '/setup');
}
