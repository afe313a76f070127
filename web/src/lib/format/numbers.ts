import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

const locale = () => (getLocale() === 'en' ? 'en-GB' : getLocale());

/** "1,480" */
export function count(n: number): string {
	return new Intl.NumberFormat(locale()).format(n);
}

/** "68%" from 0–100. */
export function percent(n: number): string {
	return new Intl.NumberFormat(locale(), { style: 'percent', maximumFractionDigits: 0 }).format(n / 100);
}

/** "9 min", "1 h 20 min" */
export function minutesShort(n: number): string {
	const whole = Math.max(0, Math.round(n));
	const h = Math.floor(whole / 60);
	const rest = whole % 60;
	if (h === 0) return m.duration_min_short({ n: rest });
	if (rest === 0) return m.duration_hours_short({ h });
	return m.duration_hours_min_short({ h, n: rest });
}

/** "8:12", "1:04:05": a place in a video. */
export function timecode(seconds: number): string {
	const s = Math.max(0, Math.floor(seconds));
	const h = Math.floor(s / 3600);
	const min = Math.floor((s % 3600) / 60);
	const sec = String(s % 60).padStart(2, '0');
	return h > 0 ? `${h}:${String(min).padStart(2, '0')}:${sec}` : `${min}:${sec}`;
}

const mebi = 1024 ** 2;

/** "3.4 MB", in steps of 1000. A whole number of binary megabytes is a limit that somebody set: "20 MB", as it was set. */
export function bytes(n: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
	const base = n > 0 && n % mebi === 0 ? 1024 : 1000;
	const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(n) / Math.log(base) + 1e-9));
	return new Intl.NumberFormat(locale(), {
		style: 'unit',
		unit: units[step],
		unitDisplay: 'short',
		maximumFractionDigits: step > 1 ? 1 : 0
	}).format(n / base ** step);
}

/** "€12.50" from minor units. */
export function money(minor: number, currency: string): string {
	const f = new Intl.NumberFormat(locale(), { style: 'currency', currency });
	const digits = f.resolvedOptions().maximumFractionDigits ?? 2;
	return f.format(minor / 10 ** digits);
}
