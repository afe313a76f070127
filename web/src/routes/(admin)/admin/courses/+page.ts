import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

const states = ['draft', 'published', 'unpublished', 'archived'] as const;

export async function load({ url, depends }) {
	depends('app:admin-courses');
	const get = (name: string) => url.searchParams.get(name);
	const filter = {
		q: (get('q') ?? '').trim().slice(0, 100),
		state: states.find((s) => s === get('state')),
		category: get('category') ?? undefined,
		hidden: get('hidden') === 'true' ? true : undefined
	};
	const courses = new Paged((cursor) =>
		ok(api.GET('/api/v1/admin/courses', { params: { query: { ...filter, q: filter.q || undefined, cursor } } }))
	);
	const [categories] = await Promise.all([ok(api.GET('/api/v1/categories')), courses.soon()]);
	return { filter, courses, categories };
}
