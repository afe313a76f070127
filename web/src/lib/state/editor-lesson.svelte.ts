import { api, asProblem, ok, type ApiProblem } from '#lib/api/client.ts';
import { newBlockId } from '#lib/components/editor/page/block-id.ts';
import { joined, merge, settle, type Choice, type Merged } from '#lib/components/editor/page/merge.ts';
import type { PageHooks } from './editor-hooks.ts';
import { countWords, estimate, fieldsOf, mergeFields, patchOf, type Fields, type Lesson } from './editor-fields.ts';
import { editorStore, type LessonRecord } from './editor-store.ts';
import { openTabs, tabId } from './editor-tab.ts';
import { online } from './online.svelte.ts';

/** `kept`: on this device, not on the server yet. */
export type SaveState = 'saved' | 'changed' | 'saving' | 'kept' | 'clash' | 'shrinks' | 'refused' | 'gone';

export interface Clashing {
	theirs: Lesson;
	merged: Merged;
}

const deviceAfter = 150;
const stepAfter = 900;
const serverAfter = 1200;
const serverAtLatest = 8000;
const againAfter = 8000;
const mostSteps = 40;
const mostPast = 2_000_000;

/**
 * One lesson while it is written: every change goes to this device at once and to the server when
 * the author pauses. The page is read, never rendered: what others wrote is brought onto it.
 */
export class LessonDraft {
	readonly course: string;
	readonly id: string;
	fields = $state() as Fields;
	base = $state.raw() as Lesson;
	state = $state<SaveState>('saved');
	savedAt = $state<number | undefined>();
	problem = $state.raw<ApiProblem | undefined>();
	clash = $state.raw<Clashing | undefined>();
	words = $state(0);
	/** The film's length, for the minutes. */
	filmMs = $state(0);
	autoMinutes = $state(false);
	/** Texts to undo to; the last is what the page begins with. */
	past: string[] = [];
	onsaved: (lesson: Lesson) => void = () => {};
	#user: string;
	#body = '';
	#savedBody: string | undefined;
	#hooks: PageHooks | undefined;
	#timers: Partial<Record<'device' | 'step' | 'server' | 'again', ReturnType<typeof setTimeout>>> = {};
	#since: number | undefined;
	#saving: Promise<void> | undefined;
	#closed = false;

	private constructor(course: string, id: string, user: string) {
		this.course = course;
		this.id = id;
		this.#user = user;
	}

	static async open(course: string, id: string, user: string): Promise<LessonDraft> {
		const draft = new LessonDraft(course, id, user);
		await draft.#load();
		return draft;
	}

	async #load(): Promise<void> {
		const records = await editorStore.lessons(this.#user, this.id).catch(() => [] as LessonRecord[]);
		const alive = await openTabs();
		// Mine; else the newest that a closed window left behind.
		const left = records.filter((r) => r.tab === tabId() || !alive.has(r.tab)).sort((a, b) => b.at - a.at);
		const own = left.find((r) => r.tab === tabId() && r.dirty) ?? left.find((r) => r.dirty) ?? left.find((r) => r.tab === tabId()) ?? left[0];
		let theirs: Lesson | undefined;
		try {
			theirs = await this.#fetch();
		} catch (e) {
			const problem = asProblem(e);
			if (!own || !(problem.passing || (problem.status === 404 && own.dirty))) throw e;
			this.state = problem.status === 404 ? 'gone' : own.dirty ? 'kept' : 'saved';
		}
		if (own && (own.dirty || !theirs || own.base.revision === theirs.revision)) {
			this.base = own.dirty || !theirs ? own.base : theirs;
			this.fields = own.fields;
			this.#body = own.body;
			this.#savedBody = own.dirty ? undefined : own.body;
			this.past = own.past.length ? own.past : [own.body];
			if (own.dirty && theirs) this.state = 'changed';
		} else {
			this.#begin(theirs!);
		}
		for (const row of left) if (row !== own) void this.#setAside(row);
		this.words = countWords(this.#body);
		this.autoMinutes = this.fields.minutes === estimate(this.words, this.filmMs);
	}

	#begin(lesson: Lesson): void {
		this.base = lesson;
		this.fields = fieldsOf(lesson);
		this.#body = lesson.body_html;
		this.#savedBody = lesson.body_html;
		this.past = [lesson.body_html];
	}

	/** What another window that is gone left unsent is kept in the history. */
	async #setAside(row: LessonRecord): Promise<void> {
		try {
			if (row.dirty) await this.#keepAside(row.fields.title, row.body);
			await editorStore.dropLesson(row.user, row.lesson, row.tab);
		} catch {
			// It stays where it is until it can be kept.
		}
	}

	#path() {
		return { path: { course: this.course, lesson: this.id } };
	}

	#fetch(): Promise<Lesson> {
		return ok(api.GET('/api/v1/courses/{course}/draft/lessons/{lesson}', { params: this.#path() }));
	}

	#keepAside(title: string, body: string): Promise<unknown> {
		return api.POST('/api/v1/courses/{course}/draft/lessons/{lesson}/history', {
			params: this.#path(),
			body: { body_html: body, ...(title.trim() ? { title: title.trim() } : {}) }
		});
	}

	/** The page is there: it says how it writes what it was given. */
	attach(hooks: PageHooks): () => void {
		this.#hooks = hooks;
		const clean = this.#savedBody !== undefined;
		this.#body = hooks.html();
		if (clean) this.#savedBody = this.#body;
		else this.#savedBody = hooks.normal(this.base.body_html);
		this.words = countWords(this.#body);
		if (this.state === 'changed') this.#later('server', 50, () => void this.save());
		else if (this.state === 'kept') this.#later('again', againAfter, () => void this.save());
		return () => {
			if (this.#hooks === hooks) this.#hooks = undefined;
		};
	}

	/** Something other than the page changed. */
	change(change: Partial<Fields>): void {
		Object.assign(this.fields, change);
		this.touched();
	}

	/** Call after every change, cheaply: the page is read when there is a moment. */
	touched(): void {
		if (this.state === 'saved' || this.state === 'refused') this.state = 'changed';
		this.#since ??= Date.now();
		this.#later('device', deviceAfter, () => void this.keep());
		this.#later('step', stepAfter, () => this.#step());
		const wait = Math.max(0, Math.min(serverAfter, this.#since + serverAtLatest - Date.now()));
		if (this.state !== 'clash' && this.state !== 'shrinks') this.#later('server', wait, () => void this.save());
	}

	#later(name: 'device' | 'step' | 'server' | 'again', wait: number, run: () => void): void {
		clearTimeout(this.#timers[name]);
		if (!this.#closed) this.#timers[name] = setTimeout(run, wait);
	}

	#read(): void {
		if (!this.#hooks) return;
		this.#body = this.#hooks.html();
		this.words = countWords(this.#body);
		if (this.autoMinutes) this.fields.minutes = estimate(this.words, this.filmMs);
	}

	#step(): void {
		this.#read();
		if (this.past.at(-1) === this.#body) return;
		this.past.push(this.#body);
		this.#hooks?.pause();
		while (this.past.length > mostSteps || this.past.reduce((n, t) => n + t.length, 0) > mostPast) this.past.shift();
		void this.keep();
	}

	get dirty(): boolean {
		return this.#body !== this.#savedBody || Object.keys(patchOf(this.fields, this.base)).length > 0;
	}

	/** Writes it to this device. */
	async keep(): Promise<void> {
		this.#read();
		await editorStore
			.keepLesson({
				user: this.#user,
				course: this.course,
				lesson: this.id,
				tab: tabId(),
				base: $state.snapshot(this.base) as Lesson,
				fields: $state.snapshot(this.fields) as Fields,
				body: this.#body,
				past: this.past.at(-1) === this.#body ? [...this.past] : [...this.past, this.#body],
				dirty: this.dirty || this.state === 'gone',
				at: Date.now()
			})
			.catch(() => {});
	}

	/** Sends what changed. One at a time; whoever waits gets the newest. */
	async save(confirmed = false): Promise<void> {
		if (this.#saving) {
			await this.#saving;
			if (!this.dirty) return;
		}
		this.#saving = this.#send(confirmed).finally(() => (this.#saving = undefined));
		await this.#saving;
	}

	async #send(confirmed: boolean): Promise<void> {
		clearTimeout(this.#timers.server);
		this.#read();
		const body = this.#body;
		const patch = patchOf(this.fields, this.base);
		const sent = JSON.stringify(this.fields.actions);
		if (!Object.keys(patch).length && body === this.#savedBody) return this.#done();
		if (this.state === 'gone' || this.state === 'clash') return;
		this.state = 'saving';
		try {
			const answer = await ok(
				api.PATCH('/api/v1/courses/{course}/draft/lessons/{lesson}', {
					params: this.#path(),
					body: {
						...patch,
						...(body === this.#savedBody ? {} : { body_html: body }),
						expected_revision: this.base.revision,
						confirm_shrink: confirmed
					},
					signal: AbortSignal.timeout(15_000)
				})
			);
			this.base = answer;
			this.#savedBody = body;
			// New action items have names now.
			if (JSON.stringify(this.fields.actions) === sent && answer.actions.length === this.fields.actions.length) this.fields.actions = structuredClone(answer.actions);
			this.onsaved(answer);
			this.#done();
		} catch (e) {
			await this.#failed(e);
		}
	}

	#done(): void {
		this.problem = undefined;
		this.savedAt = Date.now();
		this.#since = undefined;
		this.#read();
		this.state = this.dirty ? 'changed' : 'saved';
		void this.keep();
		if (this.dirty) this.touched();
	}

	async #failed(e: unknown): Promise<void> {
		const aborted = e instanceof DOMException;
		const problem = asProblem(e);
		this.problem = problem;
		if (!aborted && problem.code === 'lesson.changed') return this.#meet();
		if (!aborted && problem.code === 'lesson.shrinks') this.state = 'shrinks';
		else if (!aborted && problem.status === 404) this.state = 'gone';
		else if (aborted || problem.passing || problem.comesBack || problem.code === 'client') {
			this.state = 'kept';
			this.#later('again', againAfter, () => void this.save());
		} else this.state = 'refused';
		await this.keep();
	}

	/** Somebody was faster: both texts are put together, or the author is asked. */
	async #meet(): Promise<void> {
		try {
			const theirs = await this.#fetch();
			const hooks = this.#hooks;
			if (!hooks) {
				this.state = 'changed';
				return;
			}
			const merged = merge(hooks.parts(this.base.body_html), hooks.parts(hooks.html()), hooks.parts(theirs.body_html));
			if (merged.clashes.length) {
				this.clash = { theirs, merged };
				this.state = 'clash';
				await this.keep();
				return;
			}
			this.#take(theirs, joined(merged.parts));
		} catch (e) {
			await this.#failed(e);
		}
	}

	/** Goes on from their state with this text on the page. */
	#take(theirs: Lesson, html: string): void {
		this.fields = mergeFields(this.base, this.fields, theirs);
		this.base = theirs;
		this.#savedBody = this.#hooks?.normal(theirs.body_html) ?? theirs.body_html;
		this.#hooks?.bring(html);
		this.#read();
		this.state = 'changed';
		this.onsaved(theirs);
		void this.keep();
		this.#later('server', 30, () => void this.save());
	}

	/** The author's answer. The text that is not taken is in the history first. */
	async settle(choice: Choice): Promise<void> {
		const found = this.clash;
		if (!found) return;
		this.#read();
		if (choice === 'theirs') await this.#keepAside(this.fields.title, this.#body);
		this.clash = undefined;
		// Typed while the question stood: it is merged as well.
		const hooks = this.#hooks!;
		const again = merge(hooks.parts(this.base.body_html), hooks.parts(this.#body), hooks.parts(found.theirs.body_html));
		this.#take(found.theirs, joined(settle(again, choice, newBlockId)));
	}

	/** Somebody saved while nothing waits here: it is brought in. */
	async pull(): Promise<void> {
		if (this.state !== 'saved' || this.dirty || this.#saving) return;
		const theirs = await this.#fetch().catch(() => undefined);
		if (!theirs || theirs.revision === this.base.revision) return;
		this.#read();
		if (this.dirty) return void this.save();
		this.replace(theirs);
	}

	/** The server's state takes the place of this one: an earlier one was restored. */
	replace(lesson: Lesson): void {
		this.fields = fieldsOf(lesson);
		this.base = lesson;
		this.#hooks?.bring(lesson.body_html);
		this.#body = this.#hooks?.html() ?? lesson.body_html;
		this.#savedBody = this.#body;
		this.words = countWords(this.#body);
		this.autoMinutes = this.fields.minutes === estimate(this.words, this.filmMs);
		this.onsaved(lesson);
		this.#done();
	}

	/** The page as it is now. */
	get text(): string {
		this.#read();
		return this.#body;
	}

	/** The author gives the page another text: it can be undone, and is saved like everything he writes. */
	rewrite(html: string): void {
		this.#hooks?.bring(html, true);
		this.touched();
		this.#step();
	}

	/** The page gets back what a save would have taken away. */
	unshrink(): void {
		this.#hooks?.bring(this.base.body_html);
		this.state = 'changed';
		this.touched();
	}

	/** The lesson was taken out of the course under the author's hands: it comes back with his text. */
	async putBack(): Promise<void> {
		await ok(
			api.POST('/api/v1/courses/{course}/draft/lessons/{lesson}/return', { params: this.#path(), body: { day: this.base.day, position: 500 } })
		);
		this.state = 'changed';
		await this.save();
	}

	/** A connection is back, or somebody wants to be sure. */
	async flush(): Promise<void> {
		await this.keep();
		if (this.state === 'kept' || this.state === 'changed') await this.save();
	}

	/** Called while the lesson is open; returns the undoing. */
	watch(): () => void {
		const back = () => void this.flush();
		const away = () => {
			if (document.visibilityState === 'hidden') back();
		};
		addEventListener('online', back);
		addEventListener('pagehide', back);
		document.addEventListener('visibilitychange', away);
		const timer = setInterval(() => this.state === 'kept' && online.yes && void this.save(), againAfter);
		return () => {
			clearInterval(timer);
			removeEventListener('online', back);
			removeEventListener('pagehide', back);
			document.removeEventListener('visibilitychange', away);
		};
	}

	async close(): Promise<void> {
		await this.flush();
		this.#closed = true;
		for (const timer of Object.values(this.#timers)) clearTimeout(timer);
	}
}
