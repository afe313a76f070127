/** Where the lessons of a draft stand. Pure: what a move makes of an order. */
export interface Placed {
	id: string;
	day: number;
}

export interface DayOrder {
	day: number;
	lessons: string[];
}

/** The days in their order; a course with a length shows all of its days, empty ones too. */
export function daysOf(lessons: readonly Placed[], length: number | null | undefined): DayOrder[] {
	const last = Math.max(length ?? 0, ...lessons.map((l) => l.day));
	const days = new Map<number, string[]>();
	if (length) for (let day = 1; day <= last; day++) days.set(day, []);
	for (const l of lessons) days.set(l.day, [...(days.get(l.day) ?? []), l.id]);
	return [...days].sort(([a], [b]) => a - b).map(([day, ids]) => ({ day, lessons: ids }));
}

/** Where something is put: before the lesson of this number in its day, counted without what moves. */
export interface Spot {
	day: number;
	index: number;
}

/** Puts lessons, in the order they have, at a spot. Without days every lesson is one. */
export function moveTo(days: readonly DayOrder[], ids: readonly string[], to: Spot, paced: boolean): DayOrder[] {
	const moving = days.flatMap((d) => d.lessons).filter((id) => ids.includes(id));
	if (!paced) {
		// The spot's day counts all lessons here.
		const flat = days.flatMap((d) => d.lessons).filter((id) => !ids.includes(id));
		flat.splice(Math.max(0, Math.min(to.index, flat.length)), 0, ...moving);
		return flat.map((id, i) => ({ day: i + 1, lessons: [id] }));
	}
	const rest = days.map((d) => ({ day: d.day, lessons: d.lessons.filter((id) => !ids.includes(id)) }));
	if (!rest.some((d) => d.day === to.day)) rest.push({ day: to.day, lessons: [] });
	rest.sort((a, b) => a.day - b.day);
	const target = rest.find((d) => d.day === to.day)!;
	target.lessons.splice(Math.max(0, Math.min(to.index, target.lessons.length)), 0, ...moving);
	return rest;
}

/** The next spot up or down from where the lessons stand; undefined at the ends. */
export function step(days: readonly DayOrder[], ids: readonly string[], by: -1 | 1, paced: boolean): Spot | undefined {
	const first = days.flatMap((d) => d.lessons).find((id) => ids.includes(id));
	if (!first) return undefined;
	if (!paced) {
		const all = days.flatMap((d) => d.lessons);
		const before = all.slice(0, all.indexOf(first)).filter((id) => !ids.includes(id)).length;
		const index = before + by;
		return index < 0 || index > all.filter((id) => !ids.includes(id)).length ? undefined : { day: 1, index };
	}
	const at = days.findIndex((d) => d.lessons.includes(first));
	const day = days[at]!;
	const others = day.lessons.filter((id) => !ids.includes(id));
	const index = day.lessons.slice(0, day.lessons.indexOf(first)).filter((id) => !ids.includes(id)).length;
	const next = index + by;
	if (next >= 0 && next <= others.length) return { day: day.day, index: next };
	const neighbour = days[at + by];
	if (!neighbour) return undefined;
	return { day: neighbour.day, index: by < 0 ? neighbour.lessons.filter((id) => !ids.includes(id)).length : 0 };
}

/** The ids from one lesson to another, both included. */
export function between(days: readonly DayOrder[], a: string, b: string): string[] {
	const all = days.flatMap((d) => d.lessons);
	const [i, j] = [all.indexOf(a), all.indexOf(b)];
	return i < 0 || j < 0 ? [b] : all.slice(Math.min(i, j), Math.max(i, j) + 1);
}
