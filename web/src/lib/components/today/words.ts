import type { Schema } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { unitOf } from '../course/labels.ts';

type Today = Schema<'TodayOut'>;

/** "fourteen" up to twenty, digits above: the greeting line speaks. */
export function spell(n: number): string {
	return m.number_words().split(',')[n] ?? String(n);
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

export function greeting(hour: number, name: string): string {
	if (hour >= 5 && hour < 12) return m.greeting_morning({ name });
	if (hour >= 12 && hour < 18) return m.greeting_afternoon({ name });
	return m.greeting_evening({ name });
}

/** The given name, for the greeting. */
export function firstName(name: string): string {
	return name.trim().split(/\s+/)[0] ?? name;
}

/** The one sentence under the greeting. */
export function lead(today: Today): string {
	const c = today.current;
	if (!c) return today.finished.length > 0 ? m.today_empty_done() : m.today_lead_none();
	const unit = unitOf(c.course);
	if (c.state === 'done_today') return m.today_lead_done({ unit, day: c.day });
	if (c.state === 'finished') return m.today_lead_finished({ course: c.course.title });
	const n = c.state === 'new' ? c.lesson.minutes : Math.max(1, c.minutes_left);
	if (c.state === 'new') return m.today_lead_new({ unit, n, day: c.day, word: spell(n) });
	return m.today_lead_progress({ unit, n, day: c.day, word: capital(spell(n)) });
}

export function minutesToGo(n: number): string {
	return m.goal_left({ n, word: capital(spell(n)) });
}
