import { beforeEach, describe, expect, it } from 'vitest';
import { enqueue, flush, withdraw, type NewRow, type OutboxRow, type OutboxStore } from './outbox.ts';

function memory(): OutboxStore & { rows: OutboxRow[] } {
	let next = 1;
	const rows: OutboxRow[] = [];
	return {
		rows,
		all: () => Promise.resolve([...rows]),
		put: (row) => {
			const at = rows.findIndex((r) => r.id === row.id);
			if (row.id !== undefined && at >= 0) rows[at] = row;
			else rows.push({ ...row, id: next++ });
			return Promise.resolve();
		},
		remove: (id) => {
			rows.splice(rows.findIndex((r) => r.id === id), 1);
			return Promise.resolve();
		}
	};
}

const row = (change: Partial<NewRow> = {}): NewRow => ({
	user: 'usr_1',
	kind: 'note',
	lesson: 'lsn_1',
	method: 'POST',
	path: '/api/v1/lessons/lsn_1/notes',
	key: 'k1',
	at: '2026-11-22T10:00:00Z',
	...change
});

const answer = (status: number, body?: unknown) =>
	Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));

let store: ReturnType<typeof memory>;
beforeEach(() => (store = memory()));

describe('the outbox', () => {
	it('keeps the order of doing and the answers', async () => {
		await enqueue(store, row({ key: 'a', body: { text: 'one' } }));
		await enqueue(store, row({ key: 'b', body: { text: 'two' } }));
		const seen: string[] = [];
		const result = await flush(store, 'usr_1', (r) => {
			seen.push(r.key);
			return answer(201, { id: `nte_${r.key}` });
		});
		expect(seen).toEqual(['a', 'b']);
		expect(result.sent.map((s) => s.answer)).toEqual([{ id: 'nte_a' }, { id: 'nte_b' }]);
		expect(store.rows).toEqual([]);
	});

	it('folds newer words into a note that waits, without a second note', async () => {
		await enqueue(store, row({ merge: 'note:k1', body: { text: 'fi', video_seconds: 8, key: 'k1' } }));
		await enqueue(store, row({ merge: 'note:k1', method: 'PATCH', path: '/api/v1/notes/local', body: { text: 'fifty' }, at: '2026-11-22T10:01:00Z' }));
		expect(store.rows).toHaveLength(1);
		expect(store.rows[0]).toMatchObject({ method: 'POST', body: { text: 'fifty', video_seconds: 8, key: 'k1' }, at: '2026-11-22T10:01:00Z' });
	});

	it('takes back a note that was never sent', async () => {
		await enqueue(store, row({ merge: 'note:k1' }));
		expect(await withdraw(store, 'usr_1', 'note:k1')).toBe(true);
		expect(await withdraw(store, 'usr_1', 'note:k1')).toBe(false);
		expect(store.rows).toEqual([]);
	});

	it('stops without a connection and loses nothing', async () => {
		await enqueue(store, row({ key: 'a' }));
		await enqueue(store, row({ key: 'b' }));
		let calls = 0;
		const result = await flush(store, 'usr_1', () => {
			calls++;
			return Promise.reject(new TypeError('network'));
		});
		expect(calls).toBe(1);
		expect(result.left).toBe(2);
		expect(store.rows.map((r) => r.tries)).toEqual([0, 0]);
	});

	it('waits when the server is busy or the session ended, and drops what is refused', async () => {
		await enqueue(store, row({ key: 'a' }));
		await enqueue(store, row({ key: 'b' }));
		expect((await flush(store, 'usr_1', () => answer(503))).left).toBe(2);
		expect((await flush(store, 'usr_1', () => answer(401))).left).toBe(2);
		const result = await flush(store, 'usr_1', (r) => (r.key === 'a' ? answer(409, { code: 'lesson.rule_unmet' }) : answer(204)));
		expect(result.refused).toMatchObject([{ status: 409, code: 'lesson.rule_unmet' }]);
		expect(result.sent).toHaveLength(1);
		expect(store.rows).toEqual([]);
	});

	it('counts a deletion of what is gone as done', async () => {
		await enqueue(store, row({ method: 'DELETE' }));
		expect((await flush(store, 'usr_1', () => answer(404))).sent).toHaveLength(1);
	});

	it('never sends one person’s deeds as another', async () => {
		await enqueue(store, row({ user: 'usr_2' }));
		const result = await flush(store, 'usr_1', () => answer(204));
		expect(result.sent).toEqual([]);
		expect(store.rows).toHaveLength(1);
	});
});
