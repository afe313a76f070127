import { error, redirect } from '@sveltejs/kit';
import { session } from './session.svelte.ts';

function setUpFirst(): void {
	if (session.instance.needs_setup) redirect(307, '/setup');
}

function signIn(url: URL): never {
	redirect(307, `/sign-in?next=${encodeURIComponent(url.pathname + url.search)}`);
}

/** For people with an account: who is signed out signs in and comes back. */
export function knowWho(url: URL): void {
	setUpFirst();
	if (!session.user) signIn(url);
}

/** As `knowWho`, and for some of them only. False while nobody is known yet: the root layout says why. */
export function enter(url: URL, may: () => boolean = () => true): boolean {
	if (!session.ready) return false;
	knowWho(url);
	if (!may()) error(403);
	return true;
}

/** For visitors too where the catalogue is public; elsewhere they need an account. */
export function visit(url: URL): void {
	setUpFirst();
	if (!session.user && !session.instance.public_catalogue) signIn(url);
}
