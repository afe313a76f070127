import { describe, expect, it } from 'vitest';
import { weekOf } from './week.ts';

const fact = (learning_day: string, lesson: string, minutes: number, kind = 'completed') => ({
	kind,
	learning_day,
	lesson: { id: lesson },
	minutes
});

describe('the week', () => {
	it('runs from Monday to Sunday and counts finished lessons once', () => {
		const week = weekOf('2026-11-22', [
			fact('2026-11-22', 'a', 12),
			fact('2026-11-22', 'a', 12),
			fact('2026-11-22', 'b', 5),
			fact('2026-11-16', 'c', 9),
			fact('2026-11-15', 'd', 9),
			fact('2026-11-17', 'e', 9, 'opened')
		]);
		expect(week.map((d) => d.short)).toEqual(['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']);
		expect(week.map((d) => d.lessons)).toEqual([1, 0, 0, 0, 0, 0, 2]);
		expect(week.at(-1)).toMatchObject({ today: true, minutes: 17, number: 22 });
	});
});
