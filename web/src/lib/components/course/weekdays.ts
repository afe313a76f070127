import { getLocale } from '#lib/paraglide/runtime.js';

/** The names of the week's days, Monday first. */
export function weekdays(width: 'short' | 'long'): string[] {
	const locale = getLocale() === 'en' ? 'en-GB' : getLocale();
	const format = new Intl.DateTimeFormat(locale, { weekday: width, timeZone: 'UTC' });
	// 5 January 2026 was a Monday.
	return Array.from({ length: 7 }, (_, i) => format.format(Date.UTC(2026, 0, 5 + i)));
}

/** "Monday, Wednesday and Friday" from 1–7. */
export function weekdayList(days: readonly number[]): string {
	const names = weekdays('long');
	const locale = getLocale() === 'en' ? 'en-GB' : getLocale();
	return new Intl.ListFormat(locale, { type: 'conjunction' }).format(days.map((d) => names[d - 1] ?? ''));
}
