import { forgetCopies, registerWorker } from '#lib/offline/worker.ts';
import { m } from '#lib/paraglide/messages.js';
import { catalogue } from './catalogue.svelte.ts';
import { online } from './online.svelte.ts';
import { outbox } from './outbox.svelte.ts';
import { session } from './session.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/**
 * Everything for a time without connection, in one place for the root layout: the worker, the outbox
 * that empties itself, and forgetting when somebody leaves. Call inside a component's start.
 */
export function goOffline(): void {
	let last = session.user?.id;

	$effect(() => {
		// After the page: nobody waits for copies.
		const begin = () => void registerWorker();
		if (document.readyState === 'complete') begin();
		else addEventListener('load', begin, { once: true });
		return outbox.watch();
	});

	// What waits is counted and sent when somebody is here and the server answers.
	$effect(() => {
		const here = session.user?.id;
		const can = online.yes && !session.expired;
		if (here && can) void outbox.flush();
		else if (here) void outbox.count();
	});

	$effect(() => {
		const now = session.user?.id;
		if (last && now !== last) {
			catalogue.forget();
			void forgetCopies();
		}
		last = now;
	});

	$effect(() => {
		if (!outbox.refused) return;
		outbox.refused = undefined;
		toasts.show(m.sync_refused(), { tone: 'trouble' });
	});
}
