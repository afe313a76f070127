import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

test('the pace is that of the last seconds', () => {
	const pace = new Pace();
	pace.begin(0, 0);
	expect(pace.now(100, 100)).toBe(0);
	expect(pace.now(1000, 1000)).toBe(1000);
	for (let s = 2; s <= 10; s++) pace.now(1000 + (s - 1) * 5000, s * 1000);
	expect(pace.now(1000 + 10 * 5000, 11_000)).toBe(5000);
});

test('a new beginning forgets what was', () => {
	const pace = new Pace();
	pace.begin(5_000_000, 0);
	expect(pace.now(5_001_000, 1000)).toBe(1000);
	expect(pace.now(10, 1100)).toBe(0);
	expect(pace.now(1010, 2100)).toBe(1000);
});
