import { dayIn, daysBetween, type Day } from '#lib/format/dates.ts';
import { getLocale } from '#lib/paraglide/runtime.js';

export interface Learnt {
	completed_at: string;
	minutes: number;
}

export interface WeekDay {
	day: Day;
	/** "Mo" */
	short: string;
	/** "Monday" */
	name: string;
	number: number;
	minutes: number;
	learnt: boolean;
	today: boolean;
	past: boolean;
}

const dayMs = 86_400_000;
const plus = (day: Day, n: number): Day => new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10);

/** The learning day a moment belongs to: the calendar day it was when the learner's day began. */
export function learningDay(at: string, timeZone: string, startHour: number): Day {
	return dayIn(new Date(new Date(at).getTime() - startHour * 3_600_000), timeZone);
}

/** Monday to Sunday around `today`, with what was learnt on each day. */
export function weekOf(today: Day, facts: Learnt[], timeZone: string, startHour: number): WeekDay[] {
	const locale = getLocale() === 'en' ? 'en-GB' : getLocale();
	const long = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
	const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
	const monday = plus(today, -weekday);
	const minutes = new Map<Day, number>();
	for (const f of facts) {
		const day = learningDay(f.completed_at, timeZone, startHour);
		minutes.set(day, (minutes.get(day) ?? 0) + f.minutes);
	}
	return Array.from({ length: 7 }, (_, i) => {
		const day = plus(monday, i);
		const name = long.format(new Date(`${day}T00:00:00Z`));
		return {
			day,
			short: [...name].slice(0, 2).join(''),
			name,
			number: Number(day.slice(8)),
			minutes: minutes.get(day) ?? 0,
			learnt: minutes.has(day),
			today: day === today,
			past: daysBetween(day, today) > 0
		};
	});
}
