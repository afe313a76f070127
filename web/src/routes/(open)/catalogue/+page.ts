import { readQuery } from '#lib/state/catalogue-query.ts';
import { catalogue } from '#lib/state/catalogue.svelte.ts';
import { soon } from '#lib/state/soon.ts';

export async function load({ parent, url }) {
	await parent();
	const query = readQuery(url.searchParams);
	await soon(catalogue.show(query));
	return { query };
}
