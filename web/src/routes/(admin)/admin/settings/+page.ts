import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

const tabs = ['organisation', 'registration', 'learning', 'mail'] as const;

export async function load({ url }) {
	const tab = tabs.find((t) => t === url.searchParams.get('tab')) ?? 'organisation';
	const settings = new Loaded(() => ok(api.GET('/api/v1/admin/settings')));
	return { tab, settings: await settings.soon() };
}
