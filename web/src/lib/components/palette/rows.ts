import Search from '@lucide/svelte/icons/search';
import UserRound from '@lucide/svelte/icons/user-round';
import type { Schema } from '#lib/api/types.ts';
import { courseHref, lessonHref } from '#lib/links.ts';
import type { IconType } from '../ui/icon.ts';

export interface PaletteRow {
	id: string;
	label: string;
	detail?: string;
	href?: string;
	run?: () => void;
	icon?: IconType;
	/** Worth offering again next time: a course, a lesson, a person. */
	lasting?: boolean;
	/** A course's cover in small. */
	cover?: { seed: string; palette?: string | null };
}

export interface PaletteGroup {
	title: string;
	rows: PaletteRow[];
}

export interface PaletteAction {
	label: string;
	/** Other words people may type for it. */
	words?: string;
	href?: string;
	run?: () => void;
	icon: IconType;
}

export type Found = Schema<'SuggestOut'> & {
	people: Pick<Schema<'UserOut'>, 'id' | 'name' | 'email'>[];
	/** From titles kept on this device, the server being away. */
	kept?: boolean;
};

export type Going = Pick<Schema<'MyCourse'>, 'course' | 'next_lesson'>;

const fold = (s: string) =>
	s
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toLowerCase();

/** Whether every typed word begins a word of the text. */
export function matches(text: string, typed: string): boolean {
	const words = fold(text).split(/[^\p{L}\p{N}]+/u);
	return fold(typed)
		.split(/\s+/)
		.filter(Boolean)
		.every((t) => words.some((w) => w.startsWith(t)));
}

interface Input {
	q: string;
	titles: { continue: string; lately: string; courses: string; lessons: string; people: string; actions: string };
	dayWord: (n: number) => string;
	allWord: (q: string) => string;
	going: Going[];
	lately: PaletteRow[];
	found: Found | undefined;
	actions: PaletteAction[];
}

/** The groups to show, in their fixed order; empty ones are left out. */
export function groups({ q, titles, dayWord, allWord, going, lately, found, actions }: Input): PaletteGroup[] {
	const typed = q.trim();
	const onward = going
		.filter((g) => g.next_lesson && matches(`${g.course.title} ${g.next_lesson.title}`, q))
		.slice(0, 3)
		.map((g) => ({
			id: `go-${g.course.id}`,
			label: g.next_lesson?.title ?? '',
			detail: `${g.course.title} · ${dayWord(g.next_lesson?.day ?? 1)}`,
			href: lessonHref(g.course.slug, g.next_lesson?.id ?? ''),
			cover: { seed: g.course.id, palette: g.course.palette }
		}));
	const list: PaletteGroup[] = [
		{ title: titles.continue, rows: onward },
		{
			title: titles.lately,
			rows: typed ? [] : lately.filter((r) => !onward.some((o) => o.href === r.href)).map((r) => ({ ...r, id: `late-${r.id}` }))
		},
		{
			title: titles.courses,
			rows: (found?.courses ?? []).map((c) => ({
				id: c.id,
				label: c.title,
				href: courseHref(c.slug),
				lasting: true,
				cover: { seed: c.id, palette: c.palette }
			}))
		},
		{
			title: titles.lessons,
			rows: (found?.lessons ?? []).map((l) => ({
				id: l.id,
				label: l.title,
				detail: l.course.title,
				href: lessonHref(l.course.slug, l.id),
				lasting: true
			}))
		},
		{
			title: titles.people,
			rows: (found?.people ?? []).map((p) => ({
				id: p.id,
				label: p.name,
				detail: p.email,
				href: `/admin/users/${p.id}`,
				icon: UserRound
			}))
		},
		{
			title: titles.actions,
			rows: [
				...(typed ? [{ id: 'all', label: allWord(typed), href: `/search?q=${encodeURIComponent(typed)}`, icon: Search }] : []),
				...actions
					.filter((a) => matches(`${a.label} ${a.words ?? ''}`, q))
					.map((a, i) => ({ id: `do-${i}-${a.href ?? a.label}`, label: a.label, href: a.href, run: a.run, icon: a.icon }))
			]
		}
	];
	return list.filter((g) => g.rows.length > 0);
}
