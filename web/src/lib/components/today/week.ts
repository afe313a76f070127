import { daysBetween, type Day } from '#lib/format/dates.ts';
import { getLocale } from '#lib/paraglide/runtime.js';

/** A fact of the learner's history. */
export interface Learnt {
	kind: string;
	learning_day: Day;
	lesson: { id: string };
	minutes: number;
}

export interface WeekDay {
	day: Day;
	/** "Mo" */
	short: string;
	/** "Monday" */
	name: string;
	number: number;
	/** Lessons finished on that day, and the minutes spent in them. */
	lessons: number;
	minutes: number;
	today: boolean;
	past: boolean;
}

const dayMs = 86_400_000;
const plus = (day: Day, n: number): Day => new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10);

/** Monday to Sunday around `today`, with the lessons finished on each day. */
export function weekOf(today: Day, facts: Learnt[]): WeekDay[] {
	const locale = getLocale() === 'en' ? 'en-GB' : getLocale();
	const long = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
	const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
	const monday = plus(today, -weekday);
	const finished = new Map<Day, Map<string, number>>();
	for (const f of facts) {
		if (f.kind !== 'completed') continue;
		const lessons = finished.get(f.learning_day) ?? new Map<string, number>();
		finished.set(f.learning_day, lessons.set(f.lesson.id, f.minutes));
	}
	return Array.from({ length: 7 }, (_, i) => {
		const day = plus(monday, i);
		const name = long.format(new Date(`${day}T00:00:00Z`));
		return {
			day,
			short: [...name].slice(0, 2).join(''),
			name,
			number: Number(day.slice(8)),
			lessons: finished.get(day)?.size ?? 0,
			minutes: [...(finished.get(day)?.values() ?? [])].reduce((sum, n) => sum + n, 0),
			today: day === today,
			past: daysBetween(day, today) > 0
		};
	});
}
