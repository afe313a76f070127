import { goto } from '$app/navigation';
import { forgetEditor } from './editor-store.ts';
import { forgetKept } from './kept.ts';
import { outbox } from './outbox.svelte.ts';
import { session } from './session.svelte.ts';

/** Signs out and goes to the way in. */
export async function signOut(): Promise<void> {
	// What still waits on this device goes out before its owner does.
	await outbox.flush();
	await session.leave();
	forgetKept();
	await outbox.forget();
	await forgetEditor().catch(() => {});
	await goto('/sign-in');
}
