import { session } from './session.svelte.ts';

/** Once the service worker is there, who writes is asked again, so that a reload without a connection knows it too. */
export async function keepForReload(): Promise<void> {
	const worker = navigator.serviceWorker;
	if (!worker) return;
	if (!worker.controller) await new Promise<void>((done) => worker.addEventListener('controllerchange', () => done(), { once: true }));
	await session.refresh().catch(() => {});
}
