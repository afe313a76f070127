import { redirect } from '@sveltejs/kit';
import { session } from '#lib/state/session.svelte.ts';

/** Pages a visitor may see where the catalogue is public; elsewhere they need an account. */
export async function load({ parent, url }) {
	await parent();
	if (session.instance.needs_setup) redirect(307, '/setup');
	if (!session.user && !session.instance.public_catalogue) {
		redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	}
}
