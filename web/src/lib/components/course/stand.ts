import type { Schema, Viewer } from '#lib/api/types.ts';

type CoursePage = Schema<'CoursePage'>;
type Outline = Schema<'OutlineOut'>;
export type OutlineLesson = Schema<'OutlineLesson'>;

export interface At {
	lesson: string;
	day: number;
	/** Where in its film the person stopped. */
	seconds?: number;
}

/** How a person stands to a course; it decides the one button. */
export type Stand =
	| { kind: 'visitor' }
	| { kind: 'premium' }
	| { kind: 'open'; again: boolean }
	| { kind: 'start'; at: At }
	| { kind: 'resume'; at: At }
	| { kind: 'waiting'; day: number; opensAt: string | undefined; last: At | undefined }
	| { kind: 'finished'; at: At | undefined };

export function standOf(page: Pick<CoursePage, 'plan' | 'can_edit'>, outline: Outline | undefined, viewer: Pick<Viewer, 'plan' | 'role'> | null): Stand {
	if (!viewer) return { kind: 'visitor' };
	const enrolment = outline?.enrolment;
	if (!outline || !enrolment || enrolment.state === 'left') {
		const allowed = page.plan === 'free' || viewer.plan === 'premium' || page.can_edit || viewer.role === 'admin';
		return allowed ? { kind: 'open', again: enrolment?.state === 'left' } : { kind: 'premium' };
	}
	const all = outline.days.flatMap((d) => d.lessons.map((lesson) => ({ day: d.day, lesson })));
	const first = all[0];
	if (enrolment.state === 'completed') {
		return { kind: 'finished', at: first && { lesson: first.lesson.id, day: first.day } };
	}
	const open = all.filter(({ lesson }) => lesson.state === 'open' || lesson.state === 'in_progress');
	const resume = outline.resume;
	const where = (resume && open.find(({ lesson }) => lesson.id === resume.lesson_id)) ?? open.find(({ lesson }) => lesson.is_required) ?? open[0];
	const done = all.filter(({ lesson }) => lesson.state === 'done');
	if (where) {
		const seconds = resume?.lesson_id === where.lesson.id ? (resume.video_seconds ?? undefined) : undefined;
		const at = { lesson: where.lesson.id, day: where.day, seconds: seconds && seconds >= 5 ? seconds : undefined };
		return where.lesson.state === 'in_progress' || done.length > 0 ? { kind: 'resume', at } : { kind: 'start', at };
	}
	const next = outline.days.find((d) => d.state === 'locked');
	const last = done.at(-1);
	if (next) {
		return { kind: 'waiting', day: next.day, opensAt: next.opens_at ?? undefined, last: last && { lesson: last.lesson.id, day: last.day } };
	}
	return { kind: 'finished', at: first && { lesson: first.lesson.id, day: first.day } };
}

/** The day where a person is in a course; undefined before the start and after the end. */
export function dayOf(stand: Stand): number | undefined {
	if (stand.kind === 'start' || stand.kind === 'resume') return stand.at.day;
	return stand.kind === 'waiting' ? (stand.last?.day ?? stand.day) : undefined;
}

export interface PlanRow {
	lesson: OutlineLesson;
	day: number;
	state: 'done' | 'now' | 'open' | 'locked';
	/** The first of its day: it carries the petal. */
	first: boolean;
	opensAt?: string;
	reason?: 'not_yet' | 'not_enrolled' | 'premium' | 'hidden';
	/** The person may open its day now, before its date. */
	ahead: boolean;
}

export interface PlanWeek {
	number: number;
	title: string | undefined;
	from: number;
	to: number;
	rows: PlanRow[];
}

/** The plan for everyone: from the outline where there is one, else from the public page. */
export function planWeeks(page: Pick<CoursePage, 'plan_days' | 'weeks' | 'length' | 'plan'>, outline: Outline | undefined, now?: string): PlanWeek[] {
	const days: Outline['days'] =
		outline?.days ??
		page.plan_days.map((d) => ({
			day: d.day,
			state: 'locked' as const,
			reason: 'not_enrolled' as const,
			can_open_now: false,
			lessons: d.lessons.map((l) => ({ ...l, state: 'locked' as const }))
		}));
	const weeks: PlanWeek[] = [];
	for (const day of days) {
		const number = page.length ? Math.ceil(day.day / 7) : 1;
		let week = weeks.find((w) => w.number === number);
		if (!week) weeks.push((week = { number, title: (outline?.weeks ?? page.weeks)[number - 1], from: day.day, to: day.day, rows: [] }));
		week.to = day.day;
		day.lessons.forEach((lesson, i) => {
			const state =
				lesson.state === 'done' ? 'done'
				: lesson.state === 'locked' ? 'locked'
				: lesson.id === now ? 'now'
				: 'open';
			week.rows.push({ lesson, day: day.day, state, first: i === 0, opensAt: day.opens_at ?? undefined, reason: day.reason ?? undefined, ahead: day.can_open_now && i === 0 });
		});
	}
	return weeks;
}

/** The days of a month view: whole weeks from the first opening to the last, Monday first. */
export function calendarWeeks(opens: readonly { day: number; on: string }[]): { on: string; day?: number }[][] {
	const first = opens[0];
	const last = opens.at(-1);
	if (!first || !last) return [];
	const ms = 86_400_000;
	const at = (on: string) => Date.parse(`${on}T00:00:00Z`);
	const byDate = new Map(opens.map((o) => [o.on, o.day]));
	const weekday = (new Date(at(first.on)).getUTCDay() + 6) % 7;
	const weeks: { on: string; day?: number }[][] = [];
	for (let monday = at(first.on) - weekday * ms; monday <= at(last.on); monday += 7 * ms) {
		weeks.push(
			Array.from({ length: 7 }, (_, i) => {
				const on = new Date(monday + i * ms).toISOString().slice(0, 10);
				return { on, day: byDate.get(on) };
			})
		);
	}
	return weeks;
}
