import Award from '@lucide/svelte/icons/award';
import BookOpen from '@lucide/svelte/icons/book-open';
import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import ChartLine from '@lucide/svelte/icons/chart-line';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import FileText from '@lucide/svelte/icons/file-text';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import Sparkles from '@lucide/svelte/icons/sparkles';
import Tags from '@lucide/svelte/icons/tags';
import Users from '@lucide/svelte/icons/users';
import UsersRound from '@lucide/svelte/icons/users-round';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The administrator's places, in the order of a day's work. */
export const adminNav = (): NavItem[] => [
	{ href: '/admin', label: m.admin_overview(), icon: LayoutDashboard, exact: true },
	{ href: '/admin/users', label: m.admin_users(), icon: Users },
	{ href: '/admin/groups', label: m.nav_groups(), icon: UsersRound },
	{ href: '/admin/assignments', label: m.nav_assignments(), icon: CalendarCheck },
	{ href: '/admin/courses', label: m.nav_admin_courses(), icon: BookOpen },
	{ href: '/admin/lessons', label: m.nav_lessons(), icon: FileText },
	{ href: '/admin/categories', label: m.nav_categories(), icon: Tags },
	{ href: '/admin/reviews', label: m.nav_reviews(), icon: ClipboardCheck },
	{ href: '/admin/analytics', label: m.nav_analytics(), icon: ChartLine },
	{ href: '/admin/ai', label: m.nav_ai(), icon: Sparkles },
	{ href: '/admin/badges', label: m.nav_badges(), icon: Award },
	{ href: '/admin/audit', label: m.admin_audit(), icon: ScrollText },
	{ href: '/admin/system', label: m.nav_system(), icon: Server },
	{ href: '/admin/settings', label: m.admin_settings(), icon: Settings }
];
