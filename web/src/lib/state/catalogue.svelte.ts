import { api, asProblem, ok, type ApiProblem } from '#lib/api/client.ts';
import type { CourseCard, Schema } from '#lib/api/types.ts';
import { everything, filtersOf, writeQuery, type CatalogueQuery } from './catalogue-query.ts';
import { session } from './session.svelte.ts';

type Facets = Schema<'SearchOut'>['facets'];
type Hit = Schema<'SearchOut'>['items'][number];
type MyCourse = Schema<'MyCourse'>;

const page = 24;
const lessonHits = 6;
const noFacets: Facets = { category: [], level: [], length: [], language: [], plan: [] };

/**
 * The catalogue as last asked for. It outlives its page, so that coming back from a course shows the
 * same list at once; a newer question ends the one that is still out.
 */
class Catalogue {
	query = $state.raw<CatalogueQuery>(everything);
	items = $state.raw<CourseCard[]>([]);
	lessons = $state.raw<Hit[]>([]);
	/** Undefined when the server could not count (search is away). */
	total = $state.raw<number | undefined>();
	facets = $state.raw<Facets>(noFacets);
	meant = $state.raw<string | undefined>();
	/** Nothing matched: the titles that come closest, or what most people take. */
	nearest = $state.raw<CourseCard[]>([]);
	next = $state.raw<string | undefined>();
	categories = $state.raw<Schema<'CategoryOut'>[]>([]);
	mine = $state.raw<Map<string, MyCourse>>(new Map());
	loading = $state(false);
	loadingMore = $state(false);
	problem = $state.raw<ApiProblem | undefined>();
	/** Whether anything was ever shown: before that a skeleton stands here. */
	ready = $state(false);
	#asked: AbortController | undefined;
	#shown = '';

	/** Shows a query; resolves when it stands. The same query again is not asked twice while it is fresh. */
	async show(query: CatalogueQuery, again = false): Promise<void> {
		const key = `${session.user?.id ?? ''} ${writeQuery(query)}`;
		this.query = query;
		if (!again && key === this.#shown && this.ready && !this.problem) {
			void this.#refreshMine();
			return;
		}
		this.#asked?.abort();
		const asked = (this.#asked = new AbortController());
		this.loading = true;
		try {
			await Promise.all([this.#fetch(query, asked.signal), this.#categories(), this.#refreshMine()]);
			this.#shown = key;
			this.problem = undefined;
			this.ready = true;
		} catch (e) {
			if (asked.signal.aborted) return;
			this.problem = asProblem(e);
		} finally {
			if (this.#asked === asked) this.loading = false;
		}
	}

	async more(): Promise<void> {
		if (!this.next || this.loadingMore) return;
		this.loadingMore = true;
		const query = this.query;
		const cursor = this.next;
		try {
			const answer = query.q ? await this.#search(query, { cursor }) : await this.#list(query, { cursor });
			if (query !== this.query) return;
			this.items = [...this.items, ...answer.items];
			this.next = answer.next;
		} catch (e) {
			this.problem = asProblem(e);
		} finally {
			this.loadingMore = false;
		}
	}

	/** Somebody else is here now. */
	forget(): void {
		this.#shown = '';
		this.mine = new Map();
		this.ready = false;
		this.items = [];
	}

	async #fetch(query: CatalogueQuery, signal: AbortSignal): Promise<void> {
		const found = query.q
			? await this.#search(query, {}, signal)
			: await Promise.all([this.#list(query, {}, signal), this.#count(query, signal)]).then(([list, count]) => ({ ...list, ...count }));
		const lessons = query.q.length > 1 ? await this.#lessons(query, signal) : [];
		const nearest = found.items.length === 0 ? await this.#nearest(query, signal) : [];
		if (signal.aborted) return;
		this.items = found.items;
		this.next = found.next;
		this.total = found.total ?? (found.next ? undefined : found.items.length);
		if (found.facets) this.facets = found.facets;
		this.meant = found.meant;
		this.lessons = lessons;
		this.nearest = nearest;
	}

	async #list(query: CatalogueQuery, more: { cursor?: string }, signal?: AbortSignal) {
		const params = { query: { ...filtersOf(query), sort: query.sort, limit: page, ...more } };
		const { items, next } = await ok(api.GET('/api/v1/courses', { params, signal }));
		return { items, next: next ?? undefined, total: undefined as number | undefined, facets: undefined as Facets | undefined, meant: undefined as string | undefined };
	}

	async #search(query: CatalogueQuery, more: { cursor?: string }, signal?: AbortSignal) {
		const params = { query: { ...filtersOf(query), q: query.q, kind: 'course' as const, limit: page, ...more } };
		const answer = await ok(api.GET('/api/v1/search', { params, signal }));
		return {
			items: answer.items.map((hit) => hit.course),
			next: answer.next ?? undefined,
			total: answer.total as number | undefined,
			facets: answer.facets as Facets | undefined,
			meant: answer.did_you_mean ?? undefined
		};
	}

	/** How many there are and which filters would find something. The list stands without it. */
	async #count(query: CatalogueQuery, signal: AbortSignal): Promise<{ total?: number; facets?: Facets }> {
		const params = { query: { ...filtersOf(query), kind: 'course' as const, limit: 1 } };
		return ok(api.GET('/api/v1/search', { params, signal })).then(
			({ total, facets }) => ({ total, facets }),
			() => ({})
		);
	}

	async #lessons(query: CatalogueQuery, signal: AbortSignal): Promise<Hit[]> {
		const params = { query: { ...filtersOf(query), q: query.q, kind: 'lesson' as const, limit: lessonHits } };
		return ok(api.GET('/api/v1/search', { params, signal })).then(
			(answer) => answer.items,
			() => []
		);
	}

	async #nearest(query: CatalogueQuery, signal: AbortSignal): Promise<CourseCard[]> {
		try {
			const popular = ok(api.GET('/api/v1/courses', { params: { query: { sort: 'popular', limit: 50 } }, signal }));
			const close = query.q
				? await ok(api.GET('/api/v1/search/suggest', { params: { query: { q: query.q } }, signal })).catch(() => ({ courses: [] }))
				: { courses: [] };
			const all = (await popular).items;
			const near = close.courses.flatMap((c) => all.filter((card) => card.id === c.id));
			return [...near, ...all.filter((card) => !near.includes(card))].slice(0, 3);
		} catch {
			return [];
		}
	}

	async #categories(): Promise<void> {
		if (this.categories.length) return;
		this.categories = await ok(api.GET('/api/v1/categories')).catch(() => []);
	}

	/** How far the person is, for the cards. The catalogue stands without it. */
	async #refreshMine(): Promise<void> {
		if (!session.user) return;
		const answer = await ok(api.GET('/api/v1/me/courses', { params: { query: { limit: 200 } } })).catch(() => undefined);
		if (answer) this.mine = new Map(answer.items.map((c) => [c.course.id, c]));
	}
}

export const catalogue = new Catalogue();
