import { api, ApiProblem, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { parseCaptions, type Cue } from '#lib/components/player/captions.ts';
import { applyPending, keepDone } from '#lib/offline/pending.ts';
import { catalogue } from './catalogue.svelte.ts';
import { fetchOutline } from './course.svelte.ts';
import { Heartbeat } from './heartbeat.svelte.ts';
import { LessonNotes } from './lesson-notes.svelte.ts';
import { now } from './now.ts';
import { outbox } from './outbox.svelte.ts';
import { PlaceSaver, type LessonPlace } from './place-saver.ts';
import { uuid } from './uuid.ts';

type LessonOut = Schema<'LessonOut'>;
type Outline = Schema<'OutlineOut'>;
export type Completion = Schema<'CompletionOut'>;

export interface Locked {
	outline: Outline;
	day: Outline['days'][number] | undefined;
	title: string;
	/** Why, as the lesson's own answer says. */
	reason?: string;
}

/** What an address of a lesson leads to. */
export type LessonAt = { lesson: LessonView; locked?: undefined } | { lesson?: undefined; locked: Locked };

export async function openLesson(course: string, id: string): Promise<LessonAt> {
	let reason: string | undefined;
	const [out, outline, rows] = await Promise.all([
		ok(api.GET('/api/v1/lessons/{lesson}', { params: { path: { lesson: id } } })).catch((e: unknown) => {
			if (e instanceof ApiProblem && e.code === 'lesson.locked') {
				reason = e.reason;
				return undefined;
			}
			throw e;
		}),
		fetchOutline(course),
		outbox.rows()
	]);
	if (out) return { lesson: new LessonView(applyPending(out, rows), outline) };
	const day = outline.days.find((d) => d.lessons.some((l) => l.id === id));
	return { locked: { outline, day, title: day?.lessons.find((l) => l.id === id)?.title ?? outline.course.title, reason } };
}

/** A lesson that is open to somebody, and what they do in it. */
export class LessonView {
	out = $state.raw() as LessonOut;
	outline = $state.raw() as Outline;
	actionsDone = $state.raw<string[]>([]);
	completedAt = $state.raw<string | undefined>();
	bookmarked = $state(false);
	/** The film was seen to its end just now; the server has the last word. */
	filmSeen = $state(false);
	cues = $state.raw<Cue[]>([]);
	captionsAway = $state(false);
	notes: LessonNotes;
	beat: Heartbeat;
	places: PlaceSaver;
	playing = false;
	#placing: Promise<void> = Promise.resolve();

	constructor(out: LessonOut, outline: Outline) {
		this.out = out;
		this.outline = outline;
		this.actionsDone = out.my.actions_done;
		this.completedAt = out.my.completed_at ?? undefined;
		this.bookmarked = out.is_bookmarked;
		const { id, title } = out.content;
		const { course } = outline;
		this.notes = new LessonNotes({ lesson: { id, title, day: out.day }, course: { id: course.id, slug: course.slug, title: course.title } });
		const at = out.my.position;
		this.places = new PlaceSaver(
			{ block_id: at?.block_id ?? null, block_offset: at?.block_offset ?? null, video_seconds: at?.video_seconds ?? null },
			(place, leaving) => (this.#placing = this.#savePlace(place, leaving))
		);
		this.beat = new Heartbeat(id, out.my.active_seconds, () => ({ playing: this.playing, place: this.places.place }));
	}

	get id(): string {
		return this.out.content.id;
	}

	/** What still has to be done before the day can be marked done. */
	get unmet(): 'actions' | 'video' | undefined {
		const { completion, actions, video } = this.out.content;
		if (completion === 'actions') return actions.every((a) => this.actionsDone.includes(a.id)) ? undefined : 'actions';
		if (completion === 'video' && video) return this.filmSeen || this.out.my.can_complete ? undefined : 'video';
		return undefined;
	}

	/** Learning begins; the returned function ends it and sends what is left. */
	begin(): () => void {
		api.POST('/api/v1/lessons/{lesson}/open', { params: { path: { lesson: this.id } } }).catch(() => {});
		void this.notes.load();
		void this.loadCaptions();
		const rest = this.beat.start();
		const leave = () => {
			this.places.flush(true);
			this.notes.leave();
		};
		const hide = () => document.visibilityState === 'hidden' && leave();
		addEventListener('pagehide', leave);
		document.addEventListener('visibilitychange', hide);
		return () => {
			removeEventListener('pagehide', leave);
			document.removeEventListener('visibilitychange', hide);
			this.places.flush(true);
			this.notes.end();
			rest();
		};
	}

	async tick(action: string, done: boolean): Promise<void> {
		const before = this.actionsDone;
		this.actionsDone = done ? [...before.filter((a) => a !== action), action] : before.filter((a) => a !== action);
		try {
			await outbox.run(() => ({
				kind: 'action',
				lesson: this.id,
				method: 'PUT',
				path: `/api/v1/lessons/${this.id}/actions/${action}`,
				body: { done },
				key: uuid(),
				merge: `action:${this.id}:${action}`
			}));
		} catch (e) {
			this.actionsDone = before;
			throw e;
		}
	}

	/** The film was watched to its end, or nearly. */
	sawFilm(): void {
		if (this.filmSeen) return;
		this.filmSeen = true;
		this.places.flush();
	}

	/** Marks the lesson done; without a connection the device keeps it and tells what will be. */
	async complete(): Promise<{ completion: Completion; queued: boolean }> {
		// The server learns from the place that the film was watched.
		this.places.flush();
		await this.#placing;
		const key = uuid();
		const done = await outbox.run<Completion>(() => ({
			kind: 'complete',
			lesson: this.id,
			method: 'POST',
			path: `/api/v1/lessons/${this.id}/complete`,
			body: { key },
			key,
			merge: `complete:${this.id}`
		}));
		const completion = done.answer ?? this.#completionHere();
		this.completedAt = completion.completed_at;
		this.outline = withDone(this.outline, this.id, completion);
		catalogue.forget();
		if (!done.queued) fetchOutline(this.outline.course.id).then((o) => (this.outline = o), () => {});
		return { completion, queued: done.queued };
	}

	async toggleBookmark(): Promise<void> {
		const was = this.bookmarked;
		this.bookmarked = !was;
		const path = `/api/v1/lessons/${this.id}/bookmarks`;
		const merge = `bookmark:${this.id}`;
		try {
			const key = uuid();
			const add = () => ({ kind: 'bookmark' as const, lesson: this.id, method: 'POST' as const, path, body: { key }, key, merge });
			if (!was) {
				await outbox.run(add);
				return;
			}
			// One that never left the device is only taken back.
			if (await outbox.withdraw(merge)) return;
			// The same place answers with the bookmark there is.
			const body = { block_id: null, video_seconds: null, label: null, key };
			const { id } = await ok(api.POST('/api/v1/lessons/{lesson}/bookmarks', { params: { path: { lesson: this.id } }, body }));
			await api.DELETE('/api/v1/bookmarks/{bookmark}', { params: { path: { bookmark: id } } });
			const gone = { ...add(), method: 'DELETE' as const, user: '', at: now() };
			void keepDone(gone, undefined).catch(() => {});
		} catch (e) {
			this.bookmarked = was;
			throw e;
		}
	}

	/** The film's address is signed for a few hours; a fresh one comes with the lesson. */
	async freshVideo(): Promise<string | undefined> {
		const out = await ok(api.GET('/api/v1/lessons/{lesson}', { params: { path: { lesson: this.id } } }));
		return out.content.video?.url;
	}

	async loadCaptions(): Promise<void> {
		const track = this.out.content.video?.captions[0];
		if (!track || this.cues.length) return;
		try {
			const response = await fetch(track.url);
			if (!response.ok) throw new Error(String(response.status));
			this.cues = parseCaptions(await response.text());
			this.captionsAway = false;
		} catch {
			this.captionsAway = true;
		}
	}

	async #savePlace(place: LessonPlace & { client_at: string }, leaving: boolean): Promise<void> {
		await outbox
			.run<void>(
				() => ({
					kind: 'position',
					lesson: this.id,
					method: 'PUT',
					path: `/api/v1/lessons/${this.id}/position`,
					body: { ...place },
					key: uuid(),
					merge: `position:${this.id}`
				}),
				leaving
			)
			// A place is a kindness; its loss is not worth a word.
			.catch(() => {});
	}

	#completionHere(): Completion {
		const lessons = this.outline.days.flatMap((d) => d.lessons);
		const doneCount = lessons.filter((l) => l.state === 'done' || l.id === this.id).length;
		const next = this.out.next;
		const day = this.outline.days.find((d) => d.lessons.some((l) => l.id === next?.id))?.day ?? this.out.day + 1;
		return {
			completed_at: now(),
			minutes: Math.max(1, Math.round(this.beat.seconds / 60)),
			course: {
				percent: (100 * doneCount) / Math.max(1, lessons.length),
				lessons_done: doneCount,
				lessons_total: lessons.length,
				is_completed: doneCount === lessons.length
			},
			// Opening ahead asks the server, which does not know of this yet.
			next: next && { ...next, day, can_open_now: false }
		};
	}
}

/** The outline after a lesson was finished, until the server's own arrives. */
export function withDone(outline: Outline, lesson: string, completion: Completion): Outline {
	const days = outline.days.map((d) => {
		if (!d.lessons.some((l) => l.id === lesson)) return d;
		const lessons = d.lessons.map((l) => (l.id === lesson ? { ...l, state: 'done' as const, completed_at: completion.completed_at } : l));
		return { ...d, lessons, state: lessons.every((l) => l.state === 'done' || !l.is_required) ? ('done' as const) : d.state };
	});
	return { ...outline, days, percent: completion.course.percent, lessons_done: completion.course.lessons_done };
}
