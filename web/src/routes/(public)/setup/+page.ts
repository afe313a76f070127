import { session } from '#lib/state/session.svelte.ts';

export async function load({ parent, url }) {
	await parent();
	return { token: url.searchParams.get('token') ?? '', over: session.ready && !session.instance.needs_setup };
}
