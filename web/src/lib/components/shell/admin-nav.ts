import BookOpen from '@lucide/svelte/icons/book-open';
import FileText from '@lucide/svelte/icons/file-text';
import Flag from '@lucide/svelte/icons/flag';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import Hammer from '@lucide/svelte/icons/hammer';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import Users from '@lucide/svelte/icons/users';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The administrator's places. One line each, added with the screen it leads to. */
export const adminNav = (): NavItem[] => [
	{ href: '/admin', label: m.admin_overview(), icon: LayoutDashboard, exact: true },
	{ href: '/admin/users', label: m.admin_users(), icon: Users },
	{ href: '/admin/courses', label: m.desk_courses(), icon: BookOpen },
	{ href: '/admin/lessons', label: m.desk_lessons(), icon: FileText },
	{ href: '/admin/categories', label: m.desk_categories(), icon: FolderTree },
	{ href: '/admin/reviews', label: m.mod_title(), icon: Flag },
	{ href: '/admin/jobs', label: m.admin_jobs(), icon: Hammer },
	{ href: '/admin/audit', label: m.admin_audit(), icon: ScrollText },
	{ href: '/admin/settings', label: m.admin_settings(), icon: Settings }
];
