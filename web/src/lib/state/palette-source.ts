import Bookmark from '@lucide/svelte/icons/bookmark';
import Compass from '@lucide/svelte/icons/compass';
import GraduationCap from '@lucide/svelte/icons/graduation-cap';
import LibraryBig from '@lucide/svelte/icons/library-big';
import LogOut from '@lucide/svelte/icons/log-out';
import MoonStar from '@lucide/svelte/icons/moon-star';
import Settings from '@lucide/svelte/icons/settings';
import Shield from '@lucide/svelte/icons/shield';
import Sprout from '@lucide/svelte/icons/sprout';
import UserRound from '@lucide/svelte/icons/user-round';
import UsersRound from '@lucide/svelte/icons/users-round';
import { api, ok } from '#lib/api/client.ts';
import type { Found, Going, PaletteAction, PaletteRow } from '#lib/components/palette/rows.ts';
import { m } from '#lib/paraglide/messages.js';
import { readKept, writeKept } from './kept.ts';
import { online } from './online.svelte.ts';
import { session } from './session.svelte.ts';
import { theme } from './theme.svelte.ts';
import { keepTitles, suggestKept } from './titles.ts';

type Lately = Pick<PaletteRow, 'id' | 'label' | 'detail' | 'href' | 'cover'>;

const person = () => session.user?.id ?? '';
const latelyMost = 6;

/** Titles from the server; while it is away, from those kept on this device. Admins find people too. */
export async function suggest(q: string, signal: AbortSignal): Promise<Found> {
	const titles = ok(api.GET('/api/v1/search/suggest', { params: { query: { q } }, signal }));
	const people =
		session.isAdmin && q.length > 1
			? ok(api.GET('/api/v1/users', { params: { query: { q, limit: 5 } }, signal })).then(
					(page) => page.items,
					() => []
				)
			: Promise.resolve([]);
	try {
		return { ...(await titles), people: await people };
	} catch (e) {
		const kept = signal.aborted || online.yes ? undefined : suggestKept(person(), q);
		if (!kept) throw e;
		return { ...kept, people: [], kept: true };
	}
}

/** What can be continued; without an answer the group is simply left out. */
export async function going(): Promise<Going[]> {
	const answer = await ok(api.GET('/api/v1/me/courses', { params: { query: { state: 'going', limit: 10 } } })).catch(() => undefined);
	if (answer) void keepTitles(person(), answer.items).catch(() => {});
	return answer?.items ?? [];
}

/** What was opened from here lately, the newest first. */
export function lately(): PaletteRow[] {
	return readKept<Lately[]>(person(), 'lately') ?? [];
}

export function remember({ id, label, detail, href, cover }: PaletteRow): void {
	if (!href) return;
	const rest = lately().filter((r) => r.href !== href);
	writeKept(person(), 'lately', [{ id, label, detail, href, cover } satisfies Lately, ...rest].slice(0, latelyMost));
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
		...(session.user?.leads ? [{ label: go(m.team_title()), href: '/team', icon: UsersRound }] : []),
		...(session.canTeach ? [{ label: go(m.nav_teach()), href: '/teach', icon: GraduationCap }] : []),
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
