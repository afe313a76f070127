import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

const states = ['waiting', 'running', 'dead'] as const;

export async function load({ url }) {
	const state = states.find((s) => s === url.searchParams.get('state'));
	const jobs = new Paged((cursor) => ok(api.GET('/api/v1/admin/jobs', { params: { query: { state, cursor } } })));
	return { state, jobs: await jobs.soon() };
}
