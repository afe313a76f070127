import { api, asProblem, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { daysOf, moveTo, type DayOrder, type Spot } from '#lib/components/editor/tree/order.ts';
import { sentenceFor } from '#lib/i18n/problems.ts';
import { m } from '#lib/paraglide/messages.js';
import { announce } from './announce.svelte.ts';
import { editorStore } from './editor-store.ts';
import { tabId } from './editor-tab.ts';
import { toasts } from './toasts.svelte.ts';

export type Draft = Schema<'DraftOut'>;
export type DraftLesson = Draft['lessons'][number];
export type Writer = Schema<'Writer'>;
type Lesson = Schema<'DraftLessonOut'>;

const beatEvery = 5000;

/** A course while it is written: its outline, and who else is here. */
export class CourseDraft {
	draft = $state.raw() as Draft;
	others = $state.raw<Writer[]>([]);
	/** The outline is the kept copy: nothing of it can be changed now. */
	stale = $state(false);
	busy = $state(false);
	/** The open lesson stands at this revision on the server. */
	onrevision: (revision: string) => void = () => {};
	#user: string;
	#open: string | undefined;

	constructor(user: string) {
		this.#user = user;
	}

	static async load(course: string, user: string): Promise<CourseDraft> {
		const made = new CourseDraft(user);
		try {
			made.#take(await ok(api.GET('/api/v1/courses/{course}/draft', { params: { path: { course } } })));
		} catch (e) {
			const kept = asProblem(e).passing ? await editorStore.course(user, course).catch(() => undefined) : undefined;
			if (!kept) throw e;
			made.draft = kept.draft;
			made.stale = true;
		}
		return made;
	}

	#take(draft: Draft): void {
		this.draft = draft;
		this.stale = false;
		// Under both names, for either may stand in the address.
		for (const name of [draft.id, draft.slug]) void editorStore.keepCourse(this.#user, name, draft).catch(() => {});
	}

	get id(): string {
		return this.draft.id;
	}

	get paced(): boolean {
		return this.draft.length !== null && this.draft.length !== undefined;
	}

	get days(): DayOrder[] {
		return daysOf(this.draft.lessons, this.draft.length);
	}

	lesson(id: string | undefined): DraftLesson | undefined {
		return this.draft.lessons.find((l) => l.id === id);
	}

	async refresh(): Promise<void> {
		this.#take(await ok(api.GET('/api/v1/courses/{course}/draft', { params: { path: { course: this.id } } })));
	}

	/** Does something to the outline; a failure is told, and the outline is what the server has. */
	async #act<T>(work: () => Promise<T>): Promise<T | undefined> {
		this.busy = true;
		try {
			return await work();
		} catch (e) {
			toasts.show(sentenceFor(e), { tone: 'trouble' });
			await this.refresh().catch(() => {});
			return undefined;
		} finally {
			this.busy = false;
		}
	}

	/** A lesson was saved: its line follows. */
	saved(lesson: Lesson): void {
		const { id, revision, title, summary, minutes, is_preview, is_required, completion } = lesson;
		const lessons = this.draft.lessons.map((l) => (l.id === id ? { ...l, revision, title, summary, minutes, is_preview, is_required, completion } : l));
		this.#take({ ...this.draft, lessons, edition: this.draft.edition + 1, has_changes: true });
	}

	async add(day: number, title: string): Promise<Lesson | undefined> {
		return this.#act(async () => {
			const made = await ok(
				api.POST('/api/v1/courses/{course}/draft/lessons', { params: { path: { course: this.id } }, body: { day, title } })
			);
			await this.refresh();
			return made;
		});
	}

	async duplicate(id: string): Promise<Lesson | undefined> {
		return this.#act(async () => {
			const made = await ok(
				api.POST('/api/v1/courses/{course}/draft/lessons/{lesson}/duplicate', { params: { path: { course: this.id, lesson: id } } })
			);
			await this.refresh();
			return made;
		});
	}

	/** Puts lessons at a spot: at once on the screen, then on the server. */
	async move(ids: readonly string[], to: Spot): Promise<void> {
		await this.arrange(moveTo(this.days, ids, to, this.paced));
	}

	async arrange(order: DayOrder[]): Promise<void> {
		const before = this.draft;
		const byId = Object.fromEntries(before.lessons.map((l) => [l.id, l]));
		const lessons = order.flatMap((d) => d.lessons.map((id, i) => ({ ...byId[id]!, day: d.day, position: i + 1 })));
		if (JSON.stringify(lessons) === JSON.stringify(before.lessons)) return;
		this.draft = { ...before, lessons };
		await this.#act(async () => {
			const body = order.filter((d) => d.lessons.length);
			this.#take(await ok(api.PUT('/api/v1/courses/{course}/draft/order', { params: { path: { course: this.id } }, body })));
		});
	}

	/** Takes lessons out; for ten seconds a word brings them back. */
	async remove(ids: readonly string[]): Promise<void> {
		const gone = this.draft.lessons.filter((l) => ids.includes(l.id));
		await this.#act(async () => {
			for (const { id } of gone) {
				await api.DELETE('/api/v1/courses/{course}/draft/lessons/{lesson}', { params: { path: { course: this.id, lesson: id } } });
			}
			await this.refresh();
			const text = gone.length === 1 ? m.edit_removed_one({ title: gone[0]!.title }) : m.edit_removed({ n: gone.length });
			toasts.done(text, { label: m.undo(), run: () => void this.#bringBack(gone) });
			announce.say(text);
		});
	}

	async #bringBack(gone: DraftLesson[]): Promise<void> {
		await this.#act(async () => {
			for (const { id, day, position } of gone) {
				await api.POST('/api/v1/courses/{course}/draft/lessons/{lesson}/return', {
					params: { path: { course: this.id, lesson: id } },
					body: { day, position }
				});
			}
			await this.refresh();
			announce.say(m.edit_brought_back({ n: gone.length }));
		});
	}

	async rename(title: string): Promise<boolean> {
		const done = await this.#act(async () => {
			this.#take(await ok(api.PATCH('/api/v1/courses/{course}/draft', { params: { path: { course: this.id } }, body: { title } })));
			return true;
		});
		return done ?? false;
	}

	open(lesson: string | undefined): void {
		this.#open = lesson;
		void this.#beat();
	}

	async #beat(leaving = false): Promise<void> {
		const lesson = this.#open;
		try {
			const heard = await ok(
				api.PUT('/api/v1/courses/{course}/draft/presence', {
					params: { path: { course: this.id } },
					body: { tab: tabId(), has_left: leaving, ...(lesson ? { lesson } : {}) },
					keepalive: leaving
				})
			);
			if (leaving) return;
			this.others = heard.others;
			if (heard.edition > this.draft.edition || this.stale) await this.refresh();
			if (heard.revision && lesson === this.#open) this.onrevision(heard.revision);
		} catch {
			this.others = [];
		}
	}

	/** Tells and hears as long as the course is open. */
	watch(): () => void {
		const timer = setInterval(() => document.visibilityState === 'visible' && void this.#beat(), beatEvery);
		const leave = () => void this.#beat(true);
		const back = () => void this.#beat();
		addEventListener('pagehide', leave);
		addEventListener('online', back);
		return () => {
			clearInterval(timer);
			removeEventListener('pagehide', leave);
			removeEventListener('online', back);
			leave();
		};
	}
}
