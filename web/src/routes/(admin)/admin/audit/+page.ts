import { api, ok } from '#lib/api/client.ts';
import { readDoer } from '#lib/state/doers.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';

const fields = ['actor', 'action', 'subject', 'from', 'until', 'ip'] as const;

/** The day in the address as the instant at which it begins, or ends. */
function instant(day: string | undefined, end: boolean): string | undefined {
	if (!day || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
	const at = new Date(`${day}T00:00:00`);
	if (end) at.setDate(at.getDate() + 1);
	return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export async function load({ url }) {
	const filter = Object.fromEntries(fields.map((name) => [name, url.searchParams.get(name)?.trim().slice(0, 100) || undefined])) as Partial<
		Record<(typeof fields)[number], string>
	>;
	const query = { ...filter, from: instant(filter.from, false), until: instant(filter.until, true) };
	const rows = new Paged((cursor) => ok(api.GET('/api/v1/admin/audit', { params: { query: { ...query, cursor } } })));
	const actions = new Loaded(() => ok(api.GET('/api/v1/admin/audit/actions')));
	const { actor } = filter;
	const who = actor ? new Loaded(() => readDoer(actor)) : undefined;
	await Promise.all([rows.soon(), actions.soon(), who?.soon()]);
	return { filter, query, rows, actions, who };
}
