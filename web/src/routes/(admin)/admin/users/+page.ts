import { api, ok } from '#lib/api/client.ts';
import { Paged } from '#lib/state/loaded.svelte.ts';

const roles = ['learner', 'instructor', 'admin'] as const;
const plans = ['free', 'premium'] as const;
const states = ['active', 'unverified', 'deactivated'] as const;
const oneOf = <T extends string>(list: readonly T[], value: string | null): T | undefined => list.find((v) => v === value);

export async function load({ url }) {
	const get = (name: string) => url.searchParams.get(name);
	const filter = {
		q: (get('q') ?? '').trim().slice(0, 100),
		role: oneOf(roles, get('role')),
		plan: oneOf(plans, get('plan')),
		state: oneOf(states, get('state'))
	};
	const tab: 'people' | 'invites' = get('tab') === 'invites' ? 'invites' : 'people';
	const users = new Paged((cursor) =>
		ok(api.GET('/api/v1/users', { params: { query: { ...filter, q: filter.q || undefined, cursor } } }))
	);
	const invites = new Paged((cursor) => ok(api.GET('/api/v1/invites', { params: { query: { cursor } } })));
	await Promise.all([users.soon(), invites.soon()]);
	return { filter, tab, users, invites };
}
