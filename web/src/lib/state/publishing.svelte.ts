import { api, ok } from '#lib/api/client.ts';
import { asProblem, type ApiProblem } from '#lib/api/problem.ts';
import type { Schema } from '#lib/api/types.ts';

export type WhoGets = 'new_only' | 'from_next_unopened_day';

const at = (course: string) => ({ params: { path: { course } } });

/** What stands between a course's draft and its learners, and the way there. */
export class Publishing {
	readonly course: string;
	check = $state.raw<Schema<'CourseCheck'> | undefined>();
	review = $state.raw<Schema<'CourseReviewOut'> | undefined>();
	learners = $state.raw<Schema<'LearnersOut'> | undefined>();
	problem = $state.raw<ApiProblem | undefined>();
	busy = $state(false);

	constructor(course: string) {
		this.course = course;
	}

	/** Whether somebody else has to approve first. */
	get mustSubmit(): boolean {
		return Boolean(this.review?.required && !this.review.is_approved);
	}

	get waits(): boolean {
		return this.review?.latest?.state === 'open';
	}

	/** Only how it stands with reviewers: for the button's word. */
	async stand(): Promise<void> {
		try {
			this.review = await ok(api.GET('/api/v1/courses/{course}/review', at(this.course)));
		} catch (e) {
			this.problem = asProblem(e);
		}
	}

	/** Everything that the dialog shows. */
	async look(): Promise<void> {
		this.busy = true;
		this.problem = undefined;
		try {
			[this.check, this.review, this.learners] = await Promise.all([
				ok(api.GET('/api/v1/courses/{course}/check', at(this.course))),
				ok(api.GET('/api/v1/courses/{course}/review', at(this.course))),
				ok(api.GET('/api/v1/courses/{course}/learners', at(this.course)))
			]);
		} catch (e) {
			this.problem = asProblem(e);
		} finally {
			this.busy = false;
		}
	}

	async publish(notes: string, learners: WhoGets): Promise<Schema<'VersionOut'>> {
		return ok(api.POST('/api/v1/courses/{course}/publish', { ...at(this.course), body: { notes, learners, expected: this.check?.edition } }));
	}

	async submit(note: string): Promise<void> {
		this.review = await ok(api.POST('/api/v1/courses/{course}/review', { ...at(this.course), body: { note } }));
	}

	async withdraw(): Promise<void> {
		await ok(api.DELETE('/api/v1/courses/{course}/review', at(this.course)));
		await this.stand();
	}
}
