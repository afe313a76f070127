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
	titles: { continue: string; courses: string; lessons: string; actions: string };
	dayWord: (n: number) => string;
	going: Going[];
	found: Schema<'SuggestOut'> | undefined;
	actions: PaletteAction[];
}

/** The groups to show, in their fixed order; empty ones are left out. */
export function groups({ q, titles, dayWord, going, found, actions }: Input): PaletteGroup[] {
	const list: PaletteGroup[] = [
		{
			title: titles.continue,
			rows: going
				.filter((g) => g.next_lesson && matches(`${g.course.title} ${g.next_lesson.title}`, q))
				.slice(0, 3)
				.map((g) => ({
					id: `go-${g.course.id}`,
					label: g.next_lesson?.title ?? '',
					detail: `${g.course.title} · ${dayWord(g.next_lesson?.day ?? 1)}`,
					href: lessonHref(g.course.slug, g.next_lesson?.id ?? ''),
					cover: { seed: g.course.id, palette: g.course.palette }
				}))
		},
		{
			title: titles.courses,
			rows: (found?.courses ?? []).map((c) => ({
				id: c.id,
				label: c.title,
				href: courseHref(c.slug),
				cover: { seed: c.id, palette: c.palette }
			}))
		},
		{
			title: titles.lessons,
			rows: (found?.lessons ?? []).map((l) => ({
				id: l.id,
				label: l.title,
				detail: l.course.title,
				href: lessonHref(l.course.slug, l.id)
			}))
		},
		{
			title: titles.actions,
			rows: actions
				.filter((a) => matches(`${a.label} ${a.words ?? ''}`, q))
				.map((a, i) => ({ id: `do-${i}-${a.href ?? a.label}`, label: a.label, href: a.href, run: a.run, icon: a.icon }))
		}
	];
	return list.filter((g) => g.rows.length > 0);
}
