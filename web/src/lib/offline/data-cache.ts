/**
 * Copies of what one person saw, for when there is no connection: newest from the network first,
 * the copy when that fails or takes too long. The cache belongs to one account; another's arrival,
 * or signing out, empties it.
 */
const name = 'momentum-data';
const ownerKey = '/__owner';
/** Tells the page that it looks at a copy. */
export const copyMark = 'x-momentum-copy';
const patience = 4000;
const most = 400;

/** What a learner's pages read. Search, settings, administration and authoring need a connection. */
const data =
	/^\/api\/v1\/(instance|me|me\/(today|courses|history|notes|bookmarks)|categories|courses|courses\/[^/]+|courses\/[^/]+\/learn|lessons\/[^/]+|lessons\/[^/]+\/notes)$/;
const media = /^\/api\/v1\/(media\/[^/]+\/file|users\/[^/]+\/picture)$/;

export function isData(url: URL, request: Pick<Request, 'headers' | 'destination'>): boolean {
	if (data.test(url.pathname)) return true;
	// Films stream in pieces and are large: they need a connection.
	if (request.headers.has('range') || request.destination === 'video' || request.destination === 'audio') return false;
	return media.test(url.pathname);
}

/** Signatures change with every answer; the thing behind them does not. */
export function keyOf(url: URL): string {
	const key = new URL(url);
	for (const part of ['sig', 'exp', 'u']) key.searchParams.delete(part);
	return key.pathname + key.search;
}

function marked(copy: Response): Response {
	const headers = new Headers(copy.headers);
	headers.set(copyMark, '1');
	return new Response(copy.body, { status: copy.status, statusText: copy.statusText, headers });
}

/** Writes what somebody just did into the copy, so that without a connection it is there as well. */
export async function changeCopy<T>(path: string, change: (kept: T) => T): Promise<void> {
	if (!('caches' in globalThis)) return;
	const cache = await caches.open(name);
	const kept = await cache.match(path);
	if (!kept) return;
	const body = JSON.stringify(change((await kept.json()) as T));
	await cache.put(path, new Response(body, { headers: { 'content-type': 'application/json' } }));
}

export async function answerFor(request: Request, given?: Response): Promise<Response> {
	const cache = await caches.open(name);
	const key = keyOf(new URL(request.url));
	const copy = async () => {
		const kept = await cache.match(key);
		return kept && marked(kept);
	};
	const network = (given ? Promise.resolve(given) : fetch(request)).then(async (response) => {
		if (response.status === 200) {
			const size = Number(response.headers.get('content-length') ?? 0);
			if (size < 8_000_000) await cache.put(key, response.clone()).catch(() => {});
		} else if (response.status === 401) await clearData();
		else if (response.status === 403 || response.status === 404) await cache.delete(key);
		return response;
	});
	// A line that is up but carries nothing is as good as none, once there is a copy.
	const slow = new Promise<undefined>((done) => setTimeout(() => done(undefined), patience));
	try {
		const first = await Promise.race([network, slow]);
		if (first) return first;
		network.catch(() => {});
		return (await copy()) ?? (await network);
	} catch (e) {
		const kept = await copy();
		if (kept) return kept;
		throw e;
	}
}

/** Remembers whose copies these are; somebody else's are thrown away first. */
export async function keepOwner(id: string): Promise<void> {
	const before = await ownerId();
	if (before === id) return;
	if (before) await clearData();
	const cache = await caches.open(name);
	await cache.put(ownerKey, new Response(id));
	await prune(cache);
}

export async function ownerId(): Promise<string | undefined> {
	return (await (await caches.open(name)).match(ownerKey))?.text();
}

export async function clearData(): Promise<void> {
	await caches.delete(name);
}

/** The oldest copies go when there are too many. */
async function prune(cache: Cache): Promise<void> {
	const keys = await cache.keys();
	for (const key of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(key);
}
