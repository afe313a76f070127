import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const courses = await new Loaded(() => ok(api.GET('/api/v1/teach/courses', { params: { query: { mine: true } } }))).soon();
	return { courses };
}
