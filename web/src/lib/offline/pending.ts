import type { Schema } from '#lib/api/types.ts';
import { changeCopy } from './data-cache.ts';
import type { OutboxRow } from './outbox.ts';

/** A note that is on this device only carries this before its key. */
export const localPrefix = 'local:';
export const isLocal = (noteId: string): boolean => noteId.startsWith(localPrefix);

/** A cached lesson as it is after the deeds that still wait. */
export function applyPending(lesson: Schema<'LessonOut'>, rows: readonly OutboxRow[]): Schema<'LessonOut'> {
	const my = { ...lesson.my, actions_done: [...lesson.my.actions_done] };
	let bookmarked = lesson.is_bookmarked;
	for (const row of rows) {
		if (row.lesson !== lesson.content.id) continue;
		if (row.kind === 'complete') my.completed_at ??= row.at;
		if (row.kind === 'bookmark') bookmarked = row.method === 'POST';
		if (row.kind === 'action') {
			const id = row.path.split('/').at(-1)!;
			my.actions_done = my.actions_done.filter((a) => a !== id);
			if (row.body?.['done'] === true) my.actions_done.push(id);
		}
		if (row.kind === 'position' && (!my.position || my.position.updated_at < row.at)) {
			const { client_at, ...place } = row.body as { client_at: string } & Omit<NonNullable<typeof my.position>, 'updated_at'>;
			my.position = { ...my.position, ...place, updated_at: client_at };
		}
	}
	return { ...lesson, my, is_bookmarked: bookmarked };
}

/** The lesson's notes with those that wait: new ones at the end, newer words, deletions. */
export function applyPendingNotes(
	notes: readonly Schema<'NoteOut'>[],
	rows: readonly OutboxRow[],
	about: Pick<Schema<'NoteOut'>, 'lesson' | 'course'>
): Schema<'NoteOut'>[] {
	let list = [...notes];
	for (const row of rows) {
		if (row.kind !== 'note' || row.lesson !== about.lesson.id) continue;
		const id = row.path.split('/').at(-1)!;
		const body = (row.body ?? {}) as { text?: string; block_id?: string; quote?: string; video_seconds?: number };
		if (row.method === 'DELETE') list = list.filter((n) => n.id !== id);
		else if (row.method === 'PATCH' && list.some((n) => n.id === id)) {
			list = list.map((n) => (n.id === id ? { ...n, text: body.text ?? n.text, updated_at: row.at } : n));
		} else if (row.method === 'PATCH') {
			// The copy is older than the note; its newest words are here.
			list.push({ ...about, id, text: body.text ?? '', created_at: row.at, updated_at: row.at });
		}
		else if (id === 'notes') {
			const { text = '', block_id, quote, video_seconds } = body;
			list.push({ ...about, id: localPrefix + row.key, text, block_id, quote, video_seconds, created_at: row.at, updated_at: row.at });
		}
	}
	return list;
}

/** A deed that the server took: the kept copies of its lesson follow. */
export async function keepDone(row: Omit<OutboxRow, 'id' | 'tries'>, answer: unknown): Promise<void> {
	if (row.kind === 'heartbeat') return;
	const lesson = `/api/v1/lessons/${row.lesson}`;
	if (row.kind !== 'note') {
		await changeCopy<Schema<'LessonOut'>>(lesson, (kept) => applyPending(kept, [{ ...row, tries: 0 }]));
		return;
	}
	const note = row.method === 'DELETE' ? undefined : (answer as Schema<'NoteOut'> | undefined);
	const id = note?.id ?? row.path.split('/').at(-1);
	await changeCopy<Schema<'NoteOut'>[]>(`${lesson}/notes`, (kept) => {
		if (!note) return kept.filter((n) => n.id !== id);
		return kept.some((n) => n.id === id) ? kept.map((n) => (n.id === id ? note : n)) : [...kept, note];
	});
}
