import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import type { LessonDraft } from './editor-lesson.svelte.ts';
import { Paged } from './loaded.svelte.ts';

export type LessonState = Schema<'LessonStateOut'>;

/** What a lesson was before. */
export class LessonHistory extends Paged<LessonState> {
	#lesson: LessonDraft;

	constructor(lesson: LessonDraft) {
		super((cursor) =>
			ok(
				api.GET('/api/v1/courses/{course}/draft/lessons/{lesson}/history', {
					params: { path: { course: lesson.course, lesson: lesson.id }, query: cursor ? { cursor } : {} }
				})
			)
		);
		this.#lesson = lesson;
	}

	look(state: string): Promise<Schema<'DraftLessonOut'>> {
		const path = { course: this.#lesson.course, lesson: this.#lesson.id, state };
		return ok(api.GET('/api/v1/courses/{course}/draft/lessons/{lesson}/history/{state}', { params: { path } }));
	}

	/** The page as it is now. */
	get now(): string {
		return this.#lesson.text;
	}

	/** The page with another text, as if the author had written it. */
	rewrite(html: string): void {
		this.#lesson.rewrite(html);
	}

	/** What is written now is saved first, so that it is in the history too. */
	async restore(state: string): Promise<void> {
		await this.#lesson.flush();
		const path = { course: this.#lesson.course, lesson: this.#lesson.id, state };
		const lesson = await ok(
			api.POST('/api/v1/courses/{course}/draft/lessons/{lesson}/history/{state}/restore', {
				params: { path },
				body: { expected_revision: this.#lesson.base.revision }
			})
		);
		this.#lesson.replace(lesson);
	}
}

/** The lesson as a learner will see it, with everything that is written by now. */
export async function previewOf(lesson: LessonDraft): Promise<Schema<'LessonContent'>> {
	await lesson.flush();
	return ok(
		api.GET('/api/v1/courses/{course}/draft/lessons/{lesson}/preview', { params: { path: { course: lesson.course, lesson: lesson.id } } })
	);
}
