import { describe, expect, it } from 'vitest';
import { between, daysOf, moveTo, step } from './order.ts';

const lessons = [
	{ id: 'a', day: 1 },
	{ id: 'b', day: 1 },
	{ id: 'c', day: 3 }
];
const days = daysOf(lessons, 7);

describe('the order of lessons', () => {
	it('shows every day of a course, and no empty ones where there are none', () => {
		expect(days.map((d) => d.lessons.join())).toEqual(['a,b', '', 'c', '', '', '', '']);
		expect(daysOf(lessons, null).map((d) => d.day)).toEqual([1, 3]);
	});

	it('moves one or several within and across days', () => {
		expect(moveTo(days, ['a'], { day: 1, index: 1 }, true)[0]?.lessons).toEqual(['b', 'a']);
		const moved = moveTo(days, ['c', 'a'], { day: 2, index: 0 }, true);
		expect(moved.slice(0, 3).map((d) => d.lessons.join())).toEqual(['b', 'a,c', '']);
		expect(moveTo(daysOf(lessons, null), ['c'], { day: 1, index: 0 }, false)).toEqual([
			{ day: 1, lessons: ['c'] },
			{ day: 2, lessons: ['a'] },
			{ day: 3, lessons: ['b'] }
		]);
	});

	it('steps through a day and then into the next, and stops at the ends', () => {
		expect(step(days, ['a'], -1, true)).toBeUndefined();
		expect(step(days, ['a'], 1, true)).toEqual({ day: 1, index: 1 });
		expect(step(days, ['b'], 1, true)).toEqual({ day: 2, index: 0 });
		expect(step(days, ['c'], -1, true)).toEqual({ day: 2, index: 0 });
		expect(step(daysOf(lessons, null), ['c'], 1, false)).toBeUndefined();
		expect(step(daysOf(lessons, null), ['c'], -1, false)).toEqual({ day: 1, index: 1 });
	});

	it('selects from one to another', () => {
		expect(between(days, 'c', 'b')).toEqual(['b', 'c']);
	});
});
