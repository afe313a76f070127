/**
 * Deeds that wait for a connection. Each row is one request as it will be sent, with the key that
 * lets the server know it again and the time it was done. Used by the page and by the service worker.
 */
export interface OutboxRow {
	/** Order of doing; given by the store. */
	id?: number;
	user: string;
	kind: 'complete' | 'action' | 'position' | 'heartbeat' | 'note' | 'bookmark';
	lesson: string;
	method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	body?: Record<string, unknown>;
	/** Idempotency key. */
	key: string;
	/** Client time, RFC 3339. */
	at: string;
	/** A later deed with the same word takes the place of the one waiting. */
	merge?: string;
	tries: number;
}

/** What somebody did, against what is only noted along the way. */
export const isDeed = (row: Pick<OutboxRow, 'kind'>): boolean => row.kind !== 'position' && row.kind !== 'heartbeat';

export type NewRow = Omit<OutboxRow, 'id' | 'tries'>;

export interface OutboxStore {
	all(): Promise<OutboxRow[]>;
	put(row: OutboxRow): Promise<void>;
	remove(id: number): Promise<void>;
}

/** Adds a deed, or folds it into one that waits: the newest text of a note, the last tick of a box. */
export async function enqueue(store: OutboxStore, row: NewRow): Promise<void> {
	const waiting = row.merge ? (await store.all()).find((r) => r.user === row.user && r.merge === row.merge) : undefined;
	if (!waiting) return store.put({ ...row, tries: 0 });
	// A note that is not sent yet stays a creation, with the newer words.
	const body = waiting.body || row.body ? { ...waiting.body, ...row.body } : undefined;
	await store.put({ ...waiting, body, at: row.at });
}

/** Takes back what waits under a word; tells whether there was something. */
export async function withdraw(store: OutboxStore, user: string, merge: string): Promise<boolean> {
	const rows = (await store.all()).filter((r) => r.user === user && r.merge === merge);
	for (const row of rows) await store.remove(row.id!);
	return rows.length > 0;
}

export interface Sent {
	row: OutboxRow;
	/** The server's answer; undefined when it has none. */
	answer: unknown;
}

export interface FlushResult {
	sent: Sent[];
	/** The server will never take these: the lesson is gone, the note too long. */
	refused: { row: OutboxRow; status: number; code: string }[];
	left: number;
}

export type Send = (row: OutboxRow) => Promise<Response>;

/** 404 on a deletion is what was wanted. */
function settled(row: OutboxRow, status: number): boolean {
	return status < 300 || (row.method === 'DELETE' && (status === 404 || status === 410));
}

/** Passing trouble: the connection, a busy server, an ended session. */
function passing(status: number): boolean {
	return status === 401 || status === 408 || status === 425 || status === 429 || status >= 500;
}

const mostTries = 25;

/** Sends what waits, in the order it was done, and stops at the first passing trouble. */
export async function flush(store: OutboxStore, user: string, send: Send): Promise<FlushResult> {
	const result: FlushResult = { sent: [], refused: [], left: 0 };
	const rows = (await store.all()).filter((r) => r.user === user).sort((a, b) => a.id! - b.id!);
	for (const [i, row] of rows.entries()) {
		const response = await send(row).catch(() => undefined);
		if (response && settled(row, response.status)) {
			const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined);
			await store.remove(row.id!);
			result.sent.push({ row, answer });
		} else if (response && (!passing(response.status) || row.tries >= mostTries)) {
			const problem = (await response.json().catch(() => ({}))) as { code?: string };
			await store.remove(row.id!);
			result.refused.push({ row, status: response.status, code: problem.code ?? '' });
		} else {
			if (response) await store.put({ ...row, tries: row.tries + 1 });
			result.left = rows.length - i;
			break;
		}
	}
	return result;
}

/** The plain way to send a row; the page and the service worker both use it. */
export function sendRow(row: OutboxRow): Promise<Response> {
	return fetch(row.path, {
		method: row.method,
		headers: row.body ? { 'content-type': 'application/json' } : {},
		body: row.body ? JSON.stringify(row.body) : undefined,
		credentials: 'same-origin'
	});
}
