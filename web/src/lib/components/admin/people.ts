import type { Role, Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

type User = Schema<'UserOut'>;

export interface UserFilter {
	q: string;
	role?: Role;
	plan?: User['plan'];
	state?: 'active' | 'unverified' | 'deactivated';
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

export function stateOf(user: Pick<User, 'is_active' | 'is_verified'>): keyof typeof stateNames {
	if (!user.is_active) return 'deactivated';
	return user.is_verified ? 'active' : 'unverified';
}

/** The address of the list as it stands, with a person opened or not. */
export function address(filter: UserFilter, tab: string, user?: string): string {
	const query = new URLSearchParams();
	if (tab === 'invites') query.set('tab', tab);
	for (const key of ['q', 'role', 'plan', 'state'] as const) if (filter[key]) query.set(key, filter[key]);
	if (user) query.set('user', user);
	return query.size ? `/admin/users?${query}` : '/admin/users';
}
