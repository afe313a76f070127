import BookOpen from '@lucide/svelte/icons/book-open';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import Images from '@lucide/svelte/icons/images';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The instructor's places. One line each, added with the screen it leads to. */
export const teachNav = (): NavItem[] => [
	{ href: '/teach', label: m.teach_courses(), icon: BookOpen, exact: true },
	{ href: '/teach/reviews', label: m.nav_reviews(), icon: ClipboardCheck },
	{ href: '/teach/media', label: m.media_nav(), icon: Images }
];
