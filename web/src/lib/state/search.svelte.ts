import { api, asProblem, ok, type ApiProblem } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { filtersOf } from './catalogue-query.ts';
import { writeSearch, type SearchQuery } from './search-query.ts';
import { session } from './session.svelte.ts';

type Out = Schema<'SearchOut'>;

/** What was searched last. A newer question ends the one still out; the old answer stays until then. */
class Search {
	found = $state.raw<Out | undefined>();
	categories = $state.raw<Schema<'CategoryOut'>[]>([]);
	busy = $state(false);
	loadingMore = $state(false);
	problem = $state.raw<ApiProblem | undefined>();
	#asked: AbortController | undefined;
	#shown = '';

	async show(query: SearchQuery, again = false): Promise<void> {
		const key = `${session.user?.id ?? ''} ${writeSearch(query)}`;
		if (!again && key === this.#shown && !this.problem) return;
		this.#asked?.abort();
		const asked = (this.#asked = new AbortController());
		if (!query.q) {
			this.found = undefined;
			this.problem = undefined;
			this.#shown = key;
			return;
		}
		this.busy = true;
		try {
			const [found] = await Promise.all([this.#fetch(query, asked.signal), this.#names()]);
			this.found = found;
			this.problem = undefined;
			this.#shown = key;
		} catch (e) {
			if (!asked.signal.aborted) this.problem = asProblem(e);
		} finally {
			if (this.#asked === asked) this.busy = false;
		}
	}

	async more(query: SearchQuery): Promise<void> {
		const { found } = this;
		if (!found?.next || this.loadingMore) return;
		this.loadingMore = true;
		try {
			const page = await this.#fetch(query, undefined, found.next);
			if (this.found === found) this.found = { ...found, items: [...found.items, ...page.items], next: page.next };
		} catch (e) {
			this.problem = asProblem(e);
		} finally {
			this.loadingMore = false;
		}
	}

	#fetch(query: SearchQuery, signal?: AbortSignal, cursor?: string): Promise<Out> {
		const kind = query.kind || undefined;
		return ok(api.GET('/api/v1/search', { params: { query: { ...filtersOf(query), q: query.q, kind, cursor } }, signal }));
	}

	/** The topics' names; without them their short names stand. */
	async #names(): Promise<void> {
		if (this.categories.length) return;
		this.categories = await ok(api.GET('/api/v1/categories')).catch(() => []);
	}
}

export const search = new Search();
