import { goto } from '$app/navigation';
import { forgetKept } from './kept.ts';
import { session } from './session.svelte.ts';

/** Signs out and goes to the way in. */
export async function signOut(): Promise<void> {
	await session.leave();
	forgetKept();
	await goto('/sign-in');
}
