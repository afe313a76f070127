/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
// Keeps the shell and the lessons somebody opened, so that they work without a connection, and sends
// what waited when it is back. Nothing of a person stays after they sign out.
import { build, files, version } from '$service-worker';
import { alone } from '#lib/offline/lock.ts';
import { answerFor, clearData, copyMark, isData, keepOwner, ownerId } from '#lib/offline/data-cache.ts';
import { flush, sendRow } from '#lib/offline/outbox.ts';
import { deviceStore } from '#lib/offline/store.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const shell = `momentum-shell-${version}`;
const page = '/__page';
/** Fonts of other scripts come with the first page that needs them. */
const assets = [...build, ...files].filter((f) => !/latin-ext|cyrillic|greek|vietnamese|\.(br|gz)$/.test(f));
const known = new Set(assets);
const pagePatience = 3000;

worker.addEventListener('install', (event) => {
	event.waitUntil(
		(async () => {
			const cache = await caches.open(shell);
			const html = await fetch('/', { cache: 'reload', credentials: 'same-origin' });
			if (!html.ok) throw new Error('no page');
			await cache.put(page, html);
			await cache.addAll(assets);
		})()
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			for (const key of await caches.keys()) {
				if (key.startsWith('momentum-shell-') && key !== shell) await caches.delete(key);
			}
			await worker.clients.claim();
		})()
	);
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (url.origin !== worker.location.origin) return;
	if (request.method !== 'GET') {
		// The ways in and out change whose device this is.
		if (/^\/api\/v1\/(auth\/sign-out|me\/delete)$/.test(url.pathname)) event.respondWith(leaving(request));
		else if (/^\/api\/v1\/(setup|auth\/(sign-in|register|verify-email))$/.test(url.pathname)) event.respondWith(entering(request));
		return;
	}
	if (request.mode === 'navigate') event.respondWith(navigation(request));
	else if (known.has(url.pathname)) event.respondWith(asset(url.pathname, request));
	else if (url.pathname === '/branding.css') event.respondWith(answerFor(request));
	else if (isData(url, request)) event.respondWith(withOwner(url, request));
});

worker.addEventListener('message', (event) => {
	if ((event.data as { type?: string } | null)?.type === 'forget') event.waitUntil(clearData());
});

worker.addEventListener('sync', ((event: ExtendableEvent & { tag: string }) => {
	if (event.tag === 'outbox') event.waitUntil(sync());
}) as EventListener);

/** The newest page where there is a connection; the kept one where there is none. */
async function navigation(request: Request): Promise<Response> {
	const kept = async () => (await (await caches.open(shell)).match(page)) ?? Response.error();
	try {
		const response = await Promise.race([
			fetch(request),
			new Promise<undefined>((done) => setTimeout(() => done(undefined), pagePatience))
		]);
		return response ?? (await kept());
	} catch {
		return kept();
	}
}

async function asset(path: string, request: Request): Promise<Response> {
	return (await (await caches.open(shell)).match(path)) ?? fetch(request);
}

async function withOwner(url: URL, request: Request): Promise<Response> {
	const response = await answerFor(request);
	if (url.pathname !== '/api/v1/me' || response.status !== 200 || response.headers.has(copyMark)) return response;
	const me = (await response.clone().json()) as { id?: string };
	if (me.id && me.id !== (await ownerId())) {
		await keepOwner(me.id);
		// What was just kept went with the other person's copies.
		await answerFor(request, response.clone());
	}
	return response;
}

async function entering(request: Request): Promise<Response> {
	const response = await fetch(request);
	if (response.ok) {
		const body = (await response.clone().json().catch(() => ({}))) as { user?: { id?: string } };
		if (body.user?.id) await keepOwner(body.user.id);
	}
	return response;
}

async function leaving(request: Request): Promise<Response> {
	const response = await fetch(request);
	if (response.ok || response.status === 401) await clearData();
	return response;
}

/** An open page sends by itself and shows it; without one it is done here. */
async function sync(): Promise<void> {
	const open = await worker.clients.matchAll({ type: 'window' });
	if (open.length) {
		for (const client of open) client.postMessage({ type: 'flush' });
		return;
	}
	const user = await ownerId();
	if (!user) return;
	const result = await alone('momentum-outbox', () => flush(deviceStore, user, sendRow));
	// A rejection makes the browser try again later.
	if (result.left > 0) throw new Error('still waiting');
}
