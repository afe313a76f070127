import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import Hammer from '@lucide/svelte/icons/hammer';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import Network from '@lucide/svelte/icons/network';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The administrator's places. One line each, added with the screen it leads to. */
export const adminNav = (): NavItem[] => [
	{ href: '/admin', label: m.admin_overview(), icon: LayoutDashboard, exact: true },
	{ href: '/admin/users', label: m.admin_users(), icon: Users },
	{ href: '/admin/groups', label: m.groups_nav(), icon: Network },
	{ href: '/admin/assignments', label: m.assign_nav(), icon: CalendarCheck },
	{ href: '/admin/jobs', label: m.admin_jobs(), icon: Hammer },
	{ href: '/admin/audit', label: m.admin_audit(), icon: ScrollText },
	{ href: '/admin/settings', label: m.admin_settings(), icon: Settings }
];
