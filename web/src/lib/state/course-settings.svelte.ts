import { api, ok } from '#lib/api/client.ts';
import { guardedFetch } from '#lib/api/transport.ts';
import type { Schema } from '#lib/api/types.ts';

type Draft = Schema<'DraftOut'>;
type Access = Schema<'CourseAccessOut'>;

/** A course's settings: what is published with the next version, and what holds at once. */
export class CourseSettings {
	draft = $state.raw() as Draft;
	access = $state.raw() as Access;
	readonly categories: Schema<'CategoryOut'>[];

	constructor(draft: Draft, access: Access, categories: Schema<'CategoryOut'>[]) {
		this.draft = draft;
		this.access = access;
		this.categories = categories;
	}

	#at() {
		return { params: { path: { course: this.draft.id } } };
	}

	async save(change: Schema<'DraftPatch'>): Promise<void> {
		this.draft = await ok(
			api.PATCH('/api/v1/courses/{course}/draft', { ...this.#at(), body: { ...change, expected_edition: this.draft.edition } })
		);
	}

	async saveAccess(change: Schema<'CourseAccessPatch'>): Promise<void> {
		this.access = await ok(api.PATCH('/api/v1/courses/{course}/access', { ...this.#at(), body: change }));
	}

	/** Stores a picture and makes it the cover. */
	async saveCover(picture: Blob): Promise<void> {
		const answer = await guardedFetch(new Request(`${location.origin}/api/v1/media?name=cover.webp`, { method: 'POST', body: picture }));
		const asset = (await answer.json()) as Schema<'AssetOut'>;
		await this.save({ cover: asset.id });
	}

	async addAuthor(user: string): Promise<void> {
		await ok(api.PUT('/api/v1/courses/{course}/authors/{user}', { params: { path: { course: this.draft.id, user } } }));
		await this.#again();
	}

	async removeAuthor(user: string): Promise<void> {
		await ok(api.DELETE('/api/v1/courses/{course}/authors/{user}', { params: { path: { course: this.draft.id, user } } }));
		await this.#again();
	}

	async invite(email: string): Promise<void> {
		this.access = await ok(api.POST('/api/v1/courses/{course}/guests', { ...this.#at(), body: { email } }));
	}

	async uninvite(user: string): Promise<void> {
		await ok(api.DELETE('/api/v1/courses/{course}/guests/{user}', { params: { path: { course: this.draft.id, user } } }));
		await this.#again();
	}

	async turn(deed: 'unpublish' | 'archive' | 'restore'): Promise<void> {
		await ok(api.POST(`/api/v1/courses/{course}/${deed}`, this.#at()));
		this.draft = await ok(api.GET('/api/v1/courses/{course}/draft', this.#at()));
	}

	async remove(): Promise<void> {
		await ok(api.DELETE('/api/v1/courses/{course}', this.#at()));
	}

	async #again(): Promise<void> {
		this.access = await ok(api.GET('/api/v1/courses/{course}/access', this.#at()));
	}
}

export async function openSettings(course: string): Promise<CourseSettings> {
	const at = { params: { path: { course } } };
	const [draft, access, categories] = await Promise.all([
		ok(api.GET('/api/v1/courses/{course}/draft', at)),
		ok(api.GET('/api/v1/courses/{course}/access', at)),
		ok(api.GET('/api/v1/categories'))
	]);
	return new CourseSettings(draft, access, categories);
}

/** Instructors and admins by name. */
export const findInstructors = (q: string) => ok(api.GET('/api/v1/teach/people', { params: { query: { q } } }));

/** Groups by name. */
export const findGroups = (q: string) => ok(api.GET('/api/v1/teach/groups', { params: { query: { q } } }));

/** Courses by title. */
export async function findCourses(q: string): Promise<{ id: string; name: string }[]> {
	const found = await ok(api.GET('/api/v1/search/suggest', { params: { query: { q } } }));
	return found.courses.map((c) => ({ id: c.id, name: c.title }));
}
