import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';
import { matches } from '#lib/components/palette/rows.ts';
import { readKept, writeKept } from './kept.ts';

type Suggest = Schema<'SuggestOut'>;
interface Titles extends Suggest {
	at: number;
}

const fresh = 60 * 60_000;
const most = 8;

/** Keeps the titles a person may look for while away: the catalogue's, and the lessons of courses under way. */
export async function keepTitles(person: string, going: Schema<'MyCourse'>[], now = Date.now()): Promise<void> {
	const kept = readKept<Titles>(person, 'titles');
	if (kept && now - kept.at < fresh) return;
	const [page, ...outlines] = await Promise.all([
		ok(api.GET('/api/v1/courses', { params: { query: { sort: 'title', limit: 200 } } })),
		...going.slice(0, 3).map((g) =>
			ok(api.GET('/api/v1/courses/{course}/learn', { params: { path: { course: g.course.slug } } })).catch(() => undefined)
		)
	]);
	const courses = [...going.map((g) => g.course), ...page.items].map(({ id, slug, title, palette }) => ({ id, slug, title, palette }));
	writeKept(person, 'titles', {
		at: now,
		courses: [...new Map(courses.map((c) => [c.id, c])).values()],
		lessons: outlines.flatMap((o) =>
			(o?.days ?? []).flatMap((d) =>
				d.lessons
					.filter((l) => l.state !== 'locked')
					.map((l) => ({ id: l.id, title: l.title, course: { slug: o?.course.slug ?? '', title: o?.course.title ?? '' } }))
			)
		)
	} satisfies Titles);
}

/** Looks among the kept titles; undefined when none were kept. */
export function suggestKept(person: string, q: string): Suggest | undefined {
	const kept = readKept<Titles>(person, 'titles');
	if (!kept) return undefined;
	return {
		courses: kept.courses.filter((c) => matches(c.title, q)).slice(0, most),
		lessons: kept.lessons.filter((l) => matches(`${l.title} ${l.course.title}`, q)).slice(0, most)
	};
}
