import { api, asProblem, ok, type ApiProblem } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { applyPendingNotes, isLocal, localPrefix } from '#lib/offline/pending.ts';
import { now } from './now.ts';
import { outbox } from './outbox.svelte.ts';
import { uuid } from './uuid.ts';

type Note = Schema<'NoteOut'>;
export type About = Pick<Note, 'lesson' | 'course'>;

/** What a note hangs on: words of the text, a block, a second of the film; or the lesson as a whole. */
export interface NoteAnchor {
	block_id?: string;
	quote?: string;
	video_seconds?: number;
}

export type SaveState = 'still' | 'saving' | 'saved' | 'device' | 'failed';

const pause = 900;
export const longestNote = 5000;

/**
 * One note while it is written: saved at every pause, one request after the other, first as a new
 * note and from then on as a change of it.
 */
export class NoteWriter {
	text = $state('');
	anchor = $state.raw<NoteAnchor>({});
	state = $state<SaveState>('still');
	note = $state.raw<Note | undefined>();
	readonly key: string;
	#about: About;
	#saved: string;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#chain: Promise<void> = Promise.resolve();
	#off: () => void;

	constructor(about: About, note?: Note) {
		this.#about = about;
		this.note = note;
		this.key = note && isLocal(note.id) ? note.id.slice(localPrefix.length) : uuid();
		this.text = note?.text ?? '';
		this.#saved = this.text.trim();
		this.#off = outbox.onsent(({ row, answer }) => {
			if (row.key !== this.key || row.method !== 'POST' || !answer) return;
			this.note = answer as Note;
			if (this.text.trim() === this.#saved) this.state = 'saved';
		});
	}

	write(text: string): void {
		this.text = text;
		clearTimeout(this.#timer);
		if (text.trim() === this.#saved) return;
		this.#timer = setTimeout(() => void this.save(), pause);
	}

	/** Saves now; resolves when it stands. Empty words are not sent. */
	save(leaving = false): Promise<void> {
		clearTimeout(this.#timer);
		this.#chain = this.#chain.then(() => this.#send(leaving));
		return this.#chain;
	}

	end(): void {
		clearTimeout(this.#timer);
		this.#off();
	}

	async #send(leaving: boolean): Promise<void> {
		const text = this.text.trim().slice(0, longestNote);
		if (text === this.#saved || text === '') return;
		this.state = 'saving';
		try {
			const done = await outbox.run<Note>(() => this.#deed(text), leaving);
			this.#saved = text;
			const at = now();
			this.note = done.answer ?? {
				...this.#about,
				...this.anchor,
				...this.note,
				id: this.note?.id ?? localPrefix + this.key,
				text,
				created_at: this.note?.created_at ?? at,
				updated_at: at
			};
			this.state = done.queued ? 'device' : 'saved';
		} catch {
			this.state = 'failed';
		}
	}

	#deed(text: string) {
		const { id: lesson } = this.#about.lesson;
		const known = this.note && !isLocal(this.note.id) ? this.note.id : undefined;
		return known
			? { kind: 'note' as const, lesson, method: 'PATCH' as const, path: `/api/v1/notes/${known}`, body: { text }, key: this.key, merge: `note:${known}` }
			: {
					kind: 'note' as const,
					lesson,
					method: 'POST' as const,
					path: `/api/v1/lessons/${lesson}/notes`,
					body: { text, ...this.anchor, key: this.key },
					key: this.key,
					merge: `note:${this.key}`
				};
	}
}

/** The notes of one lesson. */
export class LessonNotes {
	list = $state.raw<Note[]>([]);
	ready = $state(false);
	problem = $state.raw<ApiProblem | undefined>();
	/** The box at the end: the next note. */
	draft = $state.raw() as NoteWriter;
	/** The note whose words are being changed. */
	editing = $state.raw<NoteWriter | undefined>();
	#about: About;
	#off: () => void;

	constructor(about: About) {
		this.#about = about;
		this.draft = new NoteWriter(about);
		this.#off = outbox.onsent(({ row, answer }) => {
			if (row.kind === 'note' && row.method === 'POST' && row.lesson === about.lesson.id && answer) {
				this.list = this.list.map((n) => (n.id === localPrefix + row.key ? (answer as Note) : n));
			}
		});
	}

	async load(): Promise<void> {
		try {
			const [notes, rows] = await Promise.all([
				ok(api.GET('/api/v1/lessons/{lesson}/notes', { params: { path: { lesson: this.#about.lesson.id } } })),
				outbox.rows()
			]);
			// What the box has saved already stays in the box until it is finished.
			this.list = applyPendingNotes(notes, rows, this.#about).filter((n) => n.id !== this.draft.note?.id);
			this.problem = undefined;
			this.ready = true;
		} catch (e) {
			this.problem = asProblem(e);
		}
	}

	/** The box is left: its note joins the others, and an empty box waits for the next. */
	async finish(): Promise<void> {
		const writer = this.draft;
		if (writer.text.trim() === '') {
			if (writer.note) await this.remove(writer.note);
			writer.anchor = {};
			return;
		}
		await writer.save();
		if (writer.state === 'failed' || !writer.note || this.draft !== writer) return;
		this.list = [...this.list.filter((n) => n.id !== writer.note!.id), writer.note];
		writer.end();
		this.draft = new NoteWriter(this.#about);
	}

	edit(note: Note): void {
		void this.finishEdit();
		this.editing = new NoteWriter(this.#about, note);
	}

	async finishEdit(): Promise<void> {
		const writer = this.editing;
		if (!writer) return;
		await writer.save();
		if (writer.state === 'failed') return;
		if (writer.note) this.list = this.list.map((n) => (n.id === writer.note!.id ? writer.note! : n));
		writer.end();
		if (this.editing === writer) this.editing = undefined;
	}

	/** Deletes; gives back how to undo it. */
	async remove(note: Note): Promise<() => Promise<void>> {
		const before = this.list;
		const key = isLocal(note.id) ? note.id.slice(localPrefix.length) : undefined;
		this.list = this.list.filter((n) => n.id !== note.id);
		if (this.draft.note?.id === note.id) {
			this.draft.end();
			this.draft = new NoteWriter(this.#about);
		}
		try {
			if (key && (await outbox.withdraw(`note:${key}`))) return () => this.#again(note);
			await outbox.withdraw(`note:${note.id}`);
			const done = await outbox.run(() => ({
				kind: 'note',
				lesson: note.lesson.id,
				method: 'DELETE',
				path: `/api/v1/notes/${note.id}`,
				key: uuid(),
				merge: `delete:${note.id}`
			}));
			return () => this.#restore(note, done.queued);
		} catch (e) {
			this.list = before;
			throw e;
		}
	}

	/** The page goes away: what is in the boxes is sent with the last breath. */
	leave(): void {
		void this.draft.save(true);
		void this.editing?.save(true);
	}

	end(): void {
		this.leave();
		this.#off();
		this.draft.end();
		this.editing?.end();
	}

	async #restore(note: Note, waited: boolean): Promise<void> {
		if (!(waited && (await outbox.withdraw(`delete:${note.id}`)))) {
			await ok(api.POST('/api/v1/notes/{note}/restore', { params: { path: { note: note.id } } }));
		}
		this.#back(note);
	}

	/** A note that never left the device is written anew. */
	async #again(note: Note): Promise<void> {
		const writer = new NoteWriter(this.#about);
		const { block_id, quote, video_seconds } = note;
		writer.anchor = { block_id: block_id ?? undefined, quote: quote ?? undefined, video_seconds: video_seconds ?? undefined };
		writer.text = note.text;
		await writer.save();
		writer.end();
		this.#back(writer.note ?? note);
	}

	#back(note: Note): void {
		this.list = [...this.list.filter((n) => n.id !== note.id), note].sort((a, b) => a.created_at.localeCompare(b.created_at));
	}
}
