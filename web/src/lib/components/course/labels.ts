import type { CourseCard } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { getLocale } from '#lib/paraglide/runtime.js';

export const levelNames: Record<CourseCard['level'], () => string> = {
	beginner: m.level_beginner,
	intermediate: m.level_intermediate,
	advanced: m.level_advanced
};

export const planNames: Record<CourseCard['plan'], () => string> = { free: m.plan_free, premium: m.plan_premium };

/** A course with a length is a row of days; a self-paced one is a row of lessons. */
export const unitOf = (course: { length?: number | null }): 'day' | 'lesson' => (course.length ? 'day' : 'lesson');

/** "21 days", "At your own pace" */
export function lengthName(length: number | null | undefined): string {
	return length ? m.days_count({ n: length }) : m.length_self_paced();
}

/** A filter's word for a length, as the address writes it. */
export function lengthFilterName(value: string): string {
	return lengthName(value === 'self_paced' ? null : Number(value));
}

/** "English" from "en", in the reader's language. */
export function languageName(code: string): string {
	try {
		return new Intl.DisplayNames([getLocale()], { type: 'language' }).of(code) ?? code;
	} catch {
		return code;
	}
}

/** The line under a title: "21 days · 17 min a day", "4 lessons · 18 min a lesson". */
export function shortFacts(course: Pick<CourseCard, 'length' | 'lesson_count' | 'minutes_per_day'>): string {
	return course.length
		? `${m.days_count({ n: course.length })} · ${m.min_a_day({ n: course.minutes_per_day })}`
		: `${m.lessons_count({ n: course.lesson_count })} · ${m.min_a_lesson({ n: course.minutes_per_day })}`;
}
