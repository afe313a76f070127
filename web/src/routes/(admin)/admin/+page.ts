import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

export async function load() {
	const system = new Loaded(() => ok(api.GET('/api/v1/admin/system')));
	const needs = new Loaded(() => ok(api.GET('/api/v1/admin/attention')));
	const activity = new Loaded(() => ok(api.GET('/api/v1/admin/activity')));
	const changes = new Loaded(async () => (await ok(api.GET('/api/v1/admin/audit', { params: { query: { limit: 6 } } }))).items);
	await Promise.all([system.soon(), needs.soon(), activity.soon(), changes.soon()]);
	return { system, needs, activity, changes };
}
