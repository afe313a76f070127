import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LibraryBig from '@lucide/svelte/icons/library-big';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The administrator's places. One line each, added with the screen it leads to. */
export const adminNav = (): NavItem[] => [
	{ href: '/admin', label: m.admin_dashboard(), icon: LayoutDashboard, exact: true },
	{ href: '/admin/users', label: m.admin_users(), icon: Users },
	{ href: '/admin/courses', label: m.admin_courses(), icon: LibraryBig },
	{ href: '/admin/settings', label: m.admin_settings(), icon: Settings }
];
