import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Schema } from '#lib/api/types.ts';
import type { OutboxRow } from './outbox.ts';
import { applyPending, applyPendingNotes, isLocal, keepDone } from './pending.ts';

const lesson = {
	content: { id: 'lsn_1' },
	my: { active_seconds: 0, actions_done: ['a1'], can_complete: true, position: { block_id: 'x', block_offset: 0, updated_at: '2026-11-22T09:00:00Z' } },
	is_bookmarked: false
} as unknown as Schema<'LessonOut'>;

const row = (change: Partial<OutboxRow>): OutboxRow => ({
	user: 'usr_1', kind: 'note', lesson: 'lsn_1', method: 'POST', path: '/api/v1/lessons/lsn_1/notes', key: 'k1', at: '2026-11-22T10:00:00Z', tries: 0, ...change
});

describe('what waits, laid over a copy', () => {
	it('ticks, marks done, bookmarks and moves on', () => {
		const now = applyPending(lesson, [
			row({ kind: 'action', method: 'PUT', path: '/api/v1/lessons/lsn_1/actions/a2', body: { done: true } }),
			row({ kind: 'action', method: 'PUT', path: '/api/v1/lessons/lsn_1/actions/a1', body: { done: false } }),
			row({ kind: 'complete', path: '/api/v1/lessons/lsn_1/complete' }),
			row({ kind: 'bookmark', path: '/api/v1/lessons/lsn_1/bookmarks' }),
			row({ kind: 'position', method: 'PUT', body: { block_id: 'y', block_offset: 0.5, client_at: '2026-11-22T10:00:00Z' } })
		]);
		expect(now.my.actions_done).toEqual(['a2']);
		expect(now.my.completed_at).toBe('2026-11-22T10:00:00Z');
		expect(now.is_bookmarked).toBe(true);
		expect(now.my.position).toMatchObject({ block_id: 'y', block_offset: 0.5 });
		expect(lesson.my.actions_done).toEqual(['a1']);
	});

	it('leaves other lessons and newer places alone', () => {
		const now = applyPending(lesson, [
			row({ kind: 'complete', lesson: 'lsn_2' }),
			row({ kind: 'position', at: '2026-11-22T08:00:00Z', body: { block_id: 'old', client_at: '2026-11-22T08:00:00Z' } })
		]);
		expect(now.my.completed_at).toBeUndefined();
		expect(now.my.position?.block_id).toBe('x');
	});

	it('shows notes as they will be', () => {
		const about = { lesson: { id: 'lsn_1', title: 'L', day: 1 }, course: { id: 'crs_1', slug: 'c', title: 'C' } } as Pick<Schema<'NoteOut'>, 'lesson' | 'course'>;
		const note = (id: string, text: string) => ({ ...about, id, text, created_at: 'a', updated_at: 'a' }) as Schema<'NoteOut'>;
		const list = applyPendingNotes(
			[note('not_1', 'one'), note('not_2', 'two')],
			[
				row({ method: 'PATCH', path: '/api/v1/notes/not_1', body: { text: 'ONE' } }),
				row({ method: 'DELETE', path: '/api/v1/notes/not_2' }),
				row({ body: { text: 'three', video_seconds: 8, key: 'k1' } })
			],
			about
		);
		expect(list.map((n) => n.text)).toEqual(['ONE', 'three']);
		expect(isLocal(list[1]!.id)).toBe(true);
		expect(list[1]!.video_seconds).toBe(8);
	});

	it('shows a changed note that the copy has never seen', () => {
		const about = { lesson: { id: 'lsn_1', title: 'L', day: 1 }, course: { id: 'crs_1', slug: 'c', title: 'C' } } as Pick<Schema<'NoteOut'>, 'lesson' | 'course'>;
		const list = applyPendingNotes([], [row({ method: 'PATCH', path: '/api/v1/notes/not_9', body: { text: 'newest words' } })], about);
		expect(list).toMatchObject([{ id: 'not_9', text: 'newest words' }]);
	});
});

describe('what the server took, in the copies', () => {
	const notes = '/api/v1/lessons/lsn_1/notes';
	const copies = new Map<string, Response>();
	const read = async (path: string) => (await copies.get(path)!.clone().json()) as unknown;

	beforeEach(() => {
		copies.clear();
		vi.stubGlobal('caches', {
			open: () => Promise.resolve({ match: (k: string) => Promise.resolve(copies.get(k)?.clone()), put: (k: string, r: Response) => Promise.resolve(void copies.set(k, r)) })
		});
		return () => vi.unstubAllGlobals();
	});

	it('a new note joins, changed words replace, a deleted one goes', async () => {
		copies.set(notes, Response.json([]));
		await keepDone(row({}), { id: 'not_1', text: 'one' });
		await keepDone(row({ method: 'PATCH', path: '/api/v1/notes/not_1' }), { id: 'not_1', text: 'ONE' });
		expect(await read(notes)).toEqual([{ id: 'not_1', text: 'ONE' }]);
		await keepDone(row({ method: 'DELETE', path: '/api/v1/notes/not_1' }), undefined);
		expect(await read(notes)).toEqual([]);
	});

	it('a day marked done is done there too; what was never kept is not made up', async () => {
		await keepDone(row({ kind: 'complete', path: '/api/v1/lessons/lsn_1/complete' }), {});
		expect(copies.size).toBe(0);
		copies.set('/api/v1/lessons/lsn_1', Response.json(lesson));
		await keepDone(row({ kind: 'complete', path: '/api/v1/lessons/lsn_1/complete' }), {});
		expect(await read('/api/v1/lessons/lsn_1')).toMatchObject({ my: { completed_at: '2026-11-22T10:00:00Z' } });
	});
});
