import { error } from '@sveltejs/kit';
import { api, ok } from '#lib/api/client.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

const pages = ['imprint', 'privacy', 'terms'] as const;

export async function load({ params }) {
	const page = pages.find((p) => p === params.page);
	if (!page) error(404);
	const text = new Loaded(() => ok(api.GET('/api/v1/instance/legal/{page}', { params: { path: { page } } })));
	return { page, text: await text.soon() };
}
