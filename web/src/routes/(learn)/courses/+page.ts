import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

const states = ['going', 'finished', 'left'] as const;
export type Standing = (typeof states)[number];

export async function load({ url }) {
	const asked = url.searchParams.get('state');
	const state: Standing = states.find((s) => s === asked) ?? 'going';
	const courses = new Paged((cursor) => ok(api.GET('/api/v1/me/courses', { params: { query: { state, cursor } } })));
	return { state, courses: await courses.soon() };
}
