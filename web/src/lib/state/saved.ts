import { tick } from 'svelte';
import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Paged } from './loaded.svelte.ts';
import { toasts } from './toasts.svelte.ts';

type Note = Schema<'NoteOut'>;
type Bookmark = Schema<'BookmarkOut'>;

/** Takes an item out of the list at once and tells how to put it back. Focus goes to its neighbour. */
function takeOut<T extends { id: string }>(list: Paged<T>, item: T): () => void {
	const at = list.items.findIndex((i) => i.id === item.id);
	const neighbour = list.items[at + 1] ?? list.items[at - 1];
	list.items = list.items.filter((i) => i.id !== item.id);
	void tick().then(() => {
		const next = neighbour && document.getElementById(neighbour.id)?.querySelector<HTMLElement>('a');
		(next ?? document.querySelector<HTMLElement>('h1'))?.focus();
	});
	return () => {
		if (list.items.some((i) => i.id === item.id)) return;
		list.items = [...list.items.slice(0, at), item, ...list.items.slice(at)];
	};
}

export async function saveNote(list: Paged<Note>, note: Note, text: string): Promise<void> {
	const saved = await ok(api.PATCH('/api/v1/notes/{note}', { params: { path: { note: note.id } }, body: { text } }));
	list.items = list.items.map((n) => (n.id === note.id ? saved : n));
}

export async function deleteNote(list: Paged<Note>, note: Note): Promise<void> {
	const back = takeOut(list, note);
	const path = { params: { path: { note: note.id } } };
	try {
		await ok(api.DELETE('/api/v1/notes/{note}', path));
	} catch {
		back();
		toasts.show(m.note_delete_failed(), { tone: 'trouble' });
		return;
	}
	const undo = () =>
		void ok(api.POST('/api/v1/notes/{note}/restore', path)).then(back, () =>
			toasts.show(m.note_restore_failed(), { tone: 'trouble' })
		);
	toasts.done(m.note_deleted(), { label: m.undo(), run: undo });
}

export async function removeBookmark(list: Paged<Bookmark>, mark: Bookmark): Promise<void> {
	const back = takeOut(list, mark);
	try {
		await ok(api.DELETE('/api/v1/bookmarks/{bookmark}', { params: { path: { bookmark: mark.id } } }));
	} catch {
		back();
		toasts.show(m.bookmark_remove_failed(), { tone: 'trouble' });
		return;
	}
	const { block_id = null, video_seconds = null, label = null } = mark;
	const undo = () =>
		void ok(
			api.POST('/api/v1/lessons/{lesson}/bookmarks', {
				params: { path: { lesson: mark.lesson.id } },
				body: { block_id, video_seconds, label, key: null }
			})
		).then((again) => {
			back();
			list.items = list.items.map((b) => (b.id === mark.id ? { ...mark, id: again.id } : b));
		}, () => toasts.show(m.bookmark_remove_failed(), { tone: 'trouble' }));
	toasts.done(m.bookmark_removed(), { label: m.undo(), run: undo });
}
