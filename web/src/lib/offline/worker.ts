import { dev } from '$app/environment';

interface ScriptPolicy {
	createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): string };
}

/** Registers the service worker, through the one policy that may name a script. */
export async function registerWorker(): Promise<void> {
	if (dev || !('serviceWorker' in navigator)) return;
	const types = (window as { trustedTypes?: ScriptPolicy }).trustedTypes;
	const address = '/service-worker.js';
	const script = types
		? types.createPolicy('app-sw', { createScriptURL: (url) => (url === address ? url : '') }).createScriptURL(address)
		: address;
	// It keeps copies for later; the page works without it.
	await navigator.serviceWorker.register(script, { scope: '/', updateViaCache: 'none' }).catch(() => {});
}

/** Signed out: copies of what the person saw go at once, whether or not the worker is awake. */
export async function forgetCopies(): Promise<void> {
	navigator.serviceWorker?.controller?.postMessage({ type: 'forget' });
	await globalThis.caches?.delete('momentum-data').catch(() => {});
}
