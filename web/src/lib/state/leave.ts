import { goto } from '$app/navigation';
import { session } from './session.svelte.ts';

/** Signs out and goes to the way in. */
export async function signOut(): Promise<void> {
	await session.leave();
	await goto('/sign-in');
}
