import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { Loaded } from './loaded.svelte.ts';
import type { WhoGets } from './publishing.svelte.ts';

/** A course's versions, and what differs between two of them. */
export class Versions {
	readonly course: string;
	readonly draft: Schema<'DraftOut'>;
	list = $state.raw<Schema<'VersionOut'>[]>([]);
	learners = $state.raw() as Schema<'LearnersOut'>;
	/** The pair that is compared: no number is the draft. */
	from = $state<number | undefined>();
	to = $state<number | undefined>();
	diff = $derived(this.from === undefined ? undefined : this.#compare(this.from, this.to));

	constructor(course: string, draft: Schema<'DraftOut'>, list: Schema<'VersionOut'>[], learners: Schema<'LearnersOut'>) {
		this.course = course;
		this.draft = draft;
		this.list = list;
		this.learners = learners;
	}

	#compare(from: number, to: number | undefined) {
		return new Loaded(() => ok(api.GET('/api/v1/courses/{course}/diff', { params: { path: { course: this.course }, query: { from, to } } })));
	}

	async rollBack(number: number, notes: string, learners: WhoGets): Promise<void> {
		const at = { params: { path: { course: this.course, number } } };
		await ok(api.POST('/api/v1/courses/{course}/versions/{number}/roll-back', { ...at, body: { notes, learners } }));
		const fresh = await openVersions(this.course);
		this.list = fresh.list;
		this.learners = fresh.learners;
	}

	async loadIntoDraft(number: number): Promise<void> {
		const at = { params: { path: { course: this.course, number } } };
		await ok(api.POST('/api/v1/courses/{course}/versions/{number}/load', { ...at, body: { expected: this.draft.edition } }));
	}
}

export async function openVersions(course: string): Promise<Versions> {
	const at = { params: { path: { course } } };
	const [draft, list, learners] = await Promise.all([
		ok(api.GET('/api/v1/courses/{course}/draft', at)),
		ok(api.GET('/api/v1/courses/{course}/versions', at)),
		ok(api.GET('/api/v1/courses/{course}/learners', at))
	]);
	return new Versions(draft.id, draft, list, learners);
}
