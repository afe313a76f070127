import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

/** British dates for English ("Sunday, 22 November"); other languages speak as they do. */
function locale(): string {
	const l = getLocale();
	return l === 'en' ? 'en-GB' : l;
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = locale() + JSON.stringify(options);
	let f = made.get(key);
	if (!f) made.set(key, (f = new Intl.DateTimeFormat(locale(), options)));
	return f;
}

/** A calendar day `YYYY-MM-DD`, free of zones. */
export type Day = string;

const dayMs = 86_400_000;
const dayNumber = (day: Day): number => Math.round(Date.parse(`${day}T00:00:00Z`) / dayMs);

/** The calendar day it is at `at` in the zone. */
export function dayIn(at: Date | string, timeZone: string): Day {
	const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
	return parts.format(new Date(at));
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: Day, to: Day): number {
	return dayNumber(to) - dayNumber(from);
}

/** "Sunday, 22 November" (the year only when it is another one). */
export function longDay(day: Day, today?: Day): string {
	const other = today !== undefined && day.slice(0, 4) !== today.slice(0, 4);
	return formatter({
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		...(other && { year: 'numeric' }),
		timeZone: 'UTC'
	})
		.formatToParts(new Date(`${day}T00:00:00Z`))
		.map((p, i) => (i === 1 && p.type === 'literal' && p.value === ' ' ? ', ' : p.value))
		.join('');
}

/** "22 November 2026" */
export function fullDate(at: Date | string, timeZone: string): string {
	return formatter({ day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(new Date(at));
}

/** "22 Nov" */
export function shortDay(day: Day): string {
	return formatter({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** "14:05" */
export function clock(at: Date | string, timeZone: string): string {
	return formatter({ hour: '2-digit', minute: '2-digit', timeZone }).format(new Date(at));
}

/** "22 November 2026 at 14:05": for titles and details. */
export function fullTime(at: Date | string, timeZone: string): string {
	return m.date_at({ date: fullDate(at, timeZone), time: clock(at, timeZone) });
}

/** "today", "tomorrow", "yesterday", a weekday within the week, else "22 Nov". */
export function relativeDay(day: Day, today: Day): string {
	const n = daysBetween(today, day);
	if (n === 0) return m.date_today();
	if (n === 1) return m.date_tomorrow();
	if (n === -1) return m.date_yesterday();
	if (n > 1 && n < 7) return formatter({ weekday: 'long', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
	return daysBetween(today, day) > 300 || n < -300 ? fullDate(`${day}T00:00:00Z`, 'UTC') : shortDay(day);
}

/** When something opens: "tomorrow at 03:00", "Monday at 03:00". */
export function relativeTime(at: string, timeZone: string, now: Date = new Date()): string {
	return m.date_at({ date: relativeDay(dayIn(at, timeZone), dayIn(now, timeZone)), time: clock(at, timeZone) });
}

/** "3 minutes ago", "yesterday": how long since, in the coarsest true unit. */
export function ago(at: string, now: Date = new Date()): string {
	const seconds = (new Date(at).getTime() - now.getTime()) / 1000;
	const units: [Intl.RelativeTimeFormatUnit, number][] = [
		['year', 31_536_000],
		['month', 2_592_000],
		['week', 604_800],
		['day', 86_400],
		['hour', 3600],
		['minute', 60]
	];
	const f = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
	for (const [unit, size] of units) {
		if (Math.abs(seconds) >= size) return f.format(Math.trunc(seconds / size), unit);
	}
	return f.format(0, 'second');
}
