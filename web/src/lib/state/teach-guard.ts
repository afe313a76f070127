import { error, redirect } from '@sveltejs/kit';
import { session } from './session.svelte.ts';

/** Authors only; who is signed out signs in and comes back. False while nobody is known yet. */
export function guardTeacher(url: URL): boolean {
	if (!session.ready) return false;
	if (session.instance.needs_setup) redirect(307, '/setup');
	if (!session.user) redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
	if (!session.canTeach) error(403);
	return true;
}
