import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

const tabs = ['appearance', 'account', 'sessions', 'delete'] as const;

export async function load({ url }) {
	const tab = tabs.find((t) => t === url.searchParams.get('tab')) ?? 'appearance';
	const sessions = tab === 'sessions' ? await new Loaded(() => ok(api.GET('/api/v1/me/sessions'))).soon() : undefined;
	return { tab, sessions };
}
