import Images from '@lucide/svelte/icons/images';
import { m } from '#lib/paraglide/messages.js';
import type { NavItem } from './nav.ts';

/** The author's places. One line each, added with the screen it leads to. */
export const teachNav = (): NavItem[] => [{ href: '/teach/media', label: m.media_nav(), icon: Images }];
