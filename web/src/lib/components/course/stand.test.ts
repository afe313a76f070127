import { describe, expect, it } from 'vitest';
import type { Schema } from '#lib/api/types.ts';
import { calendarWeeks, dayOf, planWeeks, standOf } from './stand.ts';

type Outline = Schema<'OutlineOut'>;
type State = 'done' | 'in_progress' | 'open' | 'locked';

function outline(states: State[], enrolment: Partial<Schema<'EnrolmentOut'>> | null = {}, resume?: Outline['resume']): Outline {
	return {
		course: { id: 'crs_1', slug: 'c', title: 'C', palette: 'pine', length: 7 },
		enrolment: enrolment && {
			id: 'enr_1', course_id: 'crs_1', version: 1, cycle: 1, state: 'active', pace: { kind: 'daily' }, starts_on: '2026-11-22', opens: [], ...enrolment
		},
		percent: 0, lessons_done: 0, required_done: 0, required_total: states.length, minutes: 0, weeks: ['One', 'Two'], resume,
		days: states.map((state, i) => ({
			day: i + 1,
			state: state === 'locked' ? ('locked' as const) : ('open' as const),
			opens_at: `2026-11-${22 + i}T03:00:00Z`,
			can_open_now: false,
			lessons: [{ id: `lsn_${i + 1}`, title: `L${i + 1}`, summary: '', minutes: 10, state, is_required: true, is_preview: false }]
		}))
	};
}
const free = { plan: 'free' as const, can_edit: false };
const learner = { plan: 'free' as const, role: 'learner' as const };

describe('how a person stands to a course', () => {
	it('is the door for visitors and the plan for premium', () => {
		expect(standOf(free, undefined, null)).toEqual({ kind: 'visitor' });
		expect(standOf({ plan: 'premium', can_edit: false }, outline([], null), learner)).toEqual({ kind: 'premium' });
		expect(standOf({ plan: 'premium', can_edit: false }, outline([], null), { ...learner, plan: 'premium' })).toEqual({ kind: 'open', again: false });
		expect(standOf({ plan: 'premium', can_edit: true }, outline([], null), learner)).toEqual({ kind: 'open', again: false });
	});

	it('is open before, and again after leaving', () => {
		expect(standOf(free, outline(['locked'], null), learner)).toEqual({ kind: 'open', again: false });
		expect(standOf(free, outline(['done', 'locked'], { state: 'left' }), learner)).toEqual({ kind: 'open', again: true });
	});

	it('starts, resumes and waits', () => {
		expect(standOf(free, outline(['open', 'locked']), learner)).toEqual({ kind: 'start', at: { lesson: 'lsn_1', day: 1 } });
		expect(standOf(free, outline(['in_progress', 'locked'], {}, { lesson_id: 'lsn_1', video_seconds: 492 }), learner)).toEqual({
			kind: 'resume',
			at: { lesson: 'lsn_1', day: 1, seconds: 492 }
		});
		expect(standOf(free, outline(['done', 'open', 'locked'], {}, { lesson_id: 'lsn_1' }), learner)).toMatchObject({ kind: 'resume', at: { lesson: 'lsn_2' } });
		expect(standOf(free, outline(['done', 'done', 'locked']), learner)).toEqual({
			kind: 'waiting',
			day: 3,
			opensAt: '2026-11-24T03:00:00Z',
			last: { lesson: 'lsn_2', day: 2 }
		});
	});

	it('has a day that one is at', () => {
		const at = (states: Parameters<typeof outline>[0]) => dayOf(standOf(free, outline(states), learner));
		expect(at(['open', 'locked'])).toBe(1);
		expect(at(['done', 'open', 'locked'])).toBe(2);
		expect(at(['done', 'done', 'locked'])).toBe(2);
		expect(at(['done', 'done'])).toBeUndefined();
	});

	it('is finished', () => {
		expect(standOf(free, outline(['done', 'done'], { state: 'completed' }), learner)).toEqual({ kind: 'finished', at: { lesson: 'lsn_1', day: 1 } });
		expect(standOf(free, outline(['done', 'done']), learner)).toMatchObject({ kind: 'finished' });
	});
});

describe('the plan', () => {
	it('is parted into weeks with their titles', () => {
		const weeks = planWeeks({ plan_days: [], weeks: [], length: 14, plan: 'free' }, outline(Array<State>(9).fill('done')));
		expect(weeks.map((w) => [w.number, w.title, w.from, w.to, w.rows.length])).toEqual([
			[1, 'One', 1, 7, 7],
			[2, 'Two', 8, 9, 2]
		]);
	});

	it('comes from the public page for visitors', () => {
		const lesson = { id: 'lsn_1', title: 'A', summary: '', minutes: 5, is_preview: true, is_required: true };
		const weeks = planWeeks({ plan_days: [{ day: 1, lessons: [lesson] }], weeks: [], length: null, plan: 'free' }, undefined);
		expect(weeks[0]?.rows[0]).toMatchObject({ state: 'locked', reason: 'not_enrolled', first: true });
	});

	it('marks the lesson of now', () => {
		const rows = planWeeks({ plan_days: [], weeks: [], length: 7, plan: 'free' }, outline(['done', 'open', 'locked']), 'lsn_2')[0]!.rows;
		expect(rows.map((r) => r.state)).toEqual(['done', 'now', 'locked']);
	});
});

describe('opening ahead', () => {
	it('is offered once, on the first lesson of the day that may be opened', () => {
		const way = outline(['done', 'locked', 'locked']);
		const second = way.days[1]!;
		way.days[1] = { ...second, can_open_now: true, lessons: [...second.lessons, { ...second.lessons[0]!, id: 'lsn_2b' }] };
		const rows = planWeeks({ plan_days: [], weeks: [], length: 7, plan: 'free' }, way).flatMap((week) => week.rows);
		expect(rows.map((row) => [row.lesson.id, row.ahead])).toEqual([
			['lsn_1', false],
			['lsn_2', true],
			['lsn_2b', false],
			['lsn_3', false]
		]);
	});
});

describe('the calendar', () => {
	it('shows whole weeks, Monday first', () => {
		const weeks = calendarWeeks([
			{ day: 1, on: '2026-11-22' },
			{ day: 2, on: '2026-11-23' },
			{ day: 3, on: '2026-12-01' }
		]);
		expect(weeks.map((w) => w[0]?.on)).toEqual(['2026-11-16', '2026-11-23', '2026-11-30']);
		expect(weeks[0]?.[6]).toEqual({ on: '2026-11-22', day: 1 });
		expect(weeks[2]?.[1]).toEqual({ on: '2026-12-01', day: 3 });
		expect(calendarWeeks([])).toEqual([]);
	});
});
