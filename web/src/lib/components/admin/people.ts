import type { Role, Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

type User = Schema<'UserOut'>;
type Filter = Schema<'UserFilter'>;
/** As the server takes it; what is not asked for is left out. */
export type ServerFilter = { [K in keyof Filter]: NonNullable<Filter[K]> };

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | undefined => list.find((v) => v === value);
const roles = ['learner', 'instructor', 'admin'] as const;
const plans = ['free', 'premium'] as const;
const states = ['active', 'unverified', 'deactivated'] as const;
export const seens = ['week', 'month', 'gone', 'never'] as const;
export const completes = ['full', 'part'] as const;
export const sorts = ['newest', 'name', 'last_seen'] as const;
/** What the table can show beside the name. */
export const columns = ['role', 'plan', 'state', 'seen', 'joined', 'completion', 'source'] as const;
export type Column = (typeof columns)[number];
const usual: Column[] = ['role', 'plan', 'state', 'seen', 'joined'];

/** Filters, order and columns, as the address keeps them. */
export interface UserFilter {
	q: string;
	role?: Role;
	plan?: User['plan'];
	state?: (typeof states)[number];
	group?: string;
	source?: string;
	seen?: (typeof seens)[number];
	complete?: (typeof completes)[number];
	field?: string;
	value?: string;
	sort?: (typeof sorts)[number];
	cols?: string;
}

export interface UserChange {
	role?: Role;
	plan?: User['plan'];
	is_active?: boolean;
}

export const roleNames: Record<Role, () => string> = {
	learner: m.role_learner,
	instructor: m.role_instructor,
	admin: m.role_admin
};

export const stateNames = { active: m.state_active, unverified: m.state_unverified, deactivated: m.state_deactivated };

export const columnNames: Record<Column, () => string> = {
	role: m.users_role,
	plan: m.users_plan,
	state: m.users_state,
	seen: m.users_seen,
	joined: m.users_joined,
	completion: m.people_completion,
	source: m.people_source
};

const sourceNames: Record<string, () => string> = {
	setup: m.source_setup,
	register: m.source_register,
	invite: m.source_invite,
	import: m.source_import,
	cli: m.source_cli,
	demo: m.source_demo,
	unknown: m.source_unknown
};
export const sourceName = (source: string): string => sourceNames[source]?.() ?? source;

const reasons: Record<string, () => string> = {
	self: m.why_self,
	last_admin: m.why_last_admin,
	deactivated: m.why_deactivated,
	premium: m.why_premium,
	prerequisite: m.why_prerequisite,
	role: m.why_role
};
export const reasonName = (reason: string): string => (reasons[reason] ?? m.why_other)();

export function stateOf(user: Pick<User, 'is_active' | 'is_verified'>): keyof typeof stateNames {
	if (!user.is_active) return 'deactivated';
	return user.is_verified ? 'active' : 'unverified';
}

const keys = ['q', 'role', 'plan', 'state', 'group', 'source', 'seen', 'complete', 'field', 'value', 'sort', 'cols'] as const;

export function readFilter(search: URLSearchParams): UserFilter {
	const get = (name: string) => search.get(name) ?? undefined;
	return {
		q: (get('q') ?? '').trim().slice(0, 100),
		role: oneOf(roles, search.get('role')),
		plan: oneOf(plans, search.get('plan')),
		state: oneOf(states, search.get('state')),
		group: get('group')?.startsWith('grp_') ? get('group') : undefined,
		source: get('source'),
		seen: oneOf(seens, search.get('seen')),
		complete: oneOf(completes, search.get('complete')),
		field: get('field')?.startsWith('fld_') ? get('field') : undefined,
		value: get('value'),
		sort: oneOf(sorts, search.get('sort')),
		cols: get('cols')
	};
}

/** The query of the list's address. */
export function query(filter: UserFilter): URLSearchParams {
	const out = new URLSearchParams();
	for (const key of keys) {
		const value = filter[key];
		if (value) out.set(key, value);
	}
	return out;
}

/** The address of the list as it stands. */
export function address(filter: UserFilter, tab: string): string {
	const out = query(filter);
	if (tab !== 'people') out.set('tab', tab);
	return out.size ? `/admin/users?${out}` : '/admin/users';
}

export const isFiltered = (filter: UserFilter): boolean => keys.some((key) => key !== 'sort' && key !== 'cols' && Boolean(filter[key]));

export function shownColumns(filter: UserFilter): Column[] {
	if (filter.cols === undefined) return usual;
	const wanted = filter.cols.split('.');
	return columns.filter((column) => wanted.includes(column));
}

const DAY = 86_400_000;

/** The filter as the server understands it. Ranges of time count from `now`. */
export function serverFilter(filter: UserFilter, now: Date): ServerFilter {
	const ago = (days: number) => new Date(Math.floor((now.getTime() - days * DAY) / 60_000) * 60_000).toISOString();
	const out: ServerFilter = {};
	if (filter.q) out.q = filter.q;
	if (filter.role) out.role = filter.role;
	if (filter.plan) out.plan = filter.plan;
	if (filter.state) out.state = filter.state;
	if (filter.group) out.group = filter.group;
	if (filter.source) out.source = filter.source;
	if (filter.seen === 'week') out.seen_from = ago(7);
	if (filter.seen === 'month') out.seen_from = ago(30);
	if (filter.seen === 'gone') out.seen_before = ago(30);
	if (filter.seen === 'never') out.never_seen = true;
	if (filter.complete === 'full') out.complete_from = 100;
	if (filter.complete === 'part') out.complete_to = 99;
	if (filter.field && filter.value) out.field = { id: filter.field, value: filter.value };
	return out;
}

/** The same, for the query of the list's operation. */
export function listQuery(filter: UserFilter, now: Date) {
	const { field, ...rest } = serverFilter(filter, now);
	return { ...rest, ...(field ? { field: field.id, value: field.value } : {}), ...(filter.sort ? { sort: filter.sort } : {}) };
}

/** Where exactly these people come as a file. */
export function exportHref(filter: UserFilter, now: Date, format: 'csv' | 'xlsx'): string {
	const out = new URLSearchParams();
	for (const [key, value] of Object.entries(listQuery(filter, now))) out.set(key, String(value));
	return `/api/v1/users/export/${format}?${out}`;
}
