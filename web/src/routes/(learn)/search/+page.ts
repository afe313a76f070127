import { readSearch } from '#lib/state/search-query.ts';
import { search } from '#lib/state/search.svelte.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ url }) {
	const query = readSearch(url.searchParams);
	await soon(search.show(query));
	return { query };
}
