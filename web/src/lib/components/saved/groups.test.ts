import { describe, expect, it } from 'vitest';
import { byCourse, holds } from './groups.ts';

const item = (id: string, course: string) => ({ id, course: { id: course, slug: course, title: course } });

describe('saved things', () => {
	it('stand by course, the newest course first', () => {
		const groups = byCourse([item('1', 'b'), item('2', 'a'), item('3', 'b')]);
		expect(groups.map((g) => [g.course.id, g.items.map((i) => i.id)])).toEqual([
			['b', ['1', '3']],
			['a', ['2']]
		]);
	});

	it('are found by all of the words', () => {
		expect(holds(['Five steps, one table', null, 'Statistics'], 'stat five')).toBe(true);
		expect(holds(['Five steps'], 'five six')).toBe(false);
		expect(holds(['Anything'], '')).toBe(true);
	});
});
