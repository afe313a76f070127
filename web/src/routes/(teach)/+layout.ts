import { error, redirect } from '@sveltejs/kit';
import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	if (!session.ready) return {};
	if (session.instance.needs_setup) redirect(307, '/setup');
	if (!session.user) redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	if (!session.canTeach) error(403);
	return {};
}
