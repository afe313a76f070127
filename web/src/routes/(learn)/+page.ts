import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const today = new Loaded(async () => {
		const today = await ok(api.GET('/api/v1/me/today'));
		// Only who has nothing under way is shown courses to begin with.
		const few = today.current ? [] : (await ok(api.GET('/api/v1/courses', { params: { query: { sort: 'popular', limit: 3 } } }))).items;
		return { today, few };
	});
	const notes = new Loaded(async () => (await ok(api.GET('/api/v1/me/notes', { params: { query: { limit: 3 } } }))).items);
	const history = new Loaded(async () => (await ok(api.GET('/api/v1/me/history', { params: { query: { limit: 50 } } }))).items);
	await Promise.all([today.soon(), notes.soon(), history.soon()]);
	return { today, notes, history };
}
