import Bookmark from '@lucide/svelte/icons/bookmark';
import Compass from '@lucide/svelte/icons/compass';
import LibraryBig from '@lucide/svelte/icons/library-big';
import LogOut from '@lucide/svelte/icons/log-out';
import MoonStar from '@lucide/svelte/icons/moon-star';
import Settings from '@lucide/svelte/icons/settings';
import Shield from '@lucide/svelte/icons/shield';
import Sprout from '@lucide/svelte/icons/sprout';
import UserRound from '@lucide/svelte/icons/user-round';
import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import type { Going, PaletteAction } from '#lib/components/palette/rows.ts';
import { m } from '#lib/paraglide/messages.js';
import { session } from './session.svelte.ts';
import { theme } from './theme.svelte.ts';

export function suggest(q: string, signal: AbortSignal): Promise<Schema<'SuggestOut'>> {
	return ok(api.GET('/api/v1/search/suggest', { params: { query: { q } }, signal }));
}

/** What can be continued; without an answer the group is simply left out. */
export async function going(): Promise<Going[]> {
	const answer = await ok(api.GET('/api/v1/me/courses', { params: { query: { state: 'going', limit: 10 } } })).catch(() => undefined);
	return answer?.items ?? [];
}

export function actions(signOut: () => void): PaletteAction[] {
	const go = (place: string) => m.palette_go({ place });
	return [
		{ label: go(m.nav_today()), href: '/', icon: Sprout },
		{ label: go(m.nav_courses()), href: '/courses', icon: LibraryBig },
		{ label: go(m.nav_catalogue()), href: '/catalogue', icon: Compass },
		{ label: go(m.nav_saved()), href: '/saved', icon: Bookmark },
		{ label: go(m.nav_profile()), href: '/profile', icon: UserRound },
		{ label: go(m.nav_settings()), words: m.palette_words_settings(), href: '/settings', icon: Settings },
		...(session.isAdmin ? [{ label: go(m.nav_admin()), href: '/admin', icon: Shield }] : []),
		{
			label: theme.dark ? m.theme_to_light() : m.theme_to_dark(),
			words: m.palette_words_theme(),
			run: () => theme.toggle(),
			icon: MoonStar
		},
		{ label: m.nav_sign_out(), words: m.palette_words_out(), run: signOut, icon: LogOut }
	];
}
