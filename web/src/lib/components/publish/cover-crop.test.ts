import { expect, test } from 'vitest';
import { cut, drawn, held, shape } from './cover-crop.ts';

test('the window is always covered', () => {
	for (const ratio of [0.4, 1, shape, 3]) {
		for (const zoom of [0.2, 1, 2.5, 9]) {
			const crop = held({ zoom, x: 9, y: -9 }, ratio);
			const { w, h } = drawn(crop.zoom, ratio);
			expect(w).toBeGreaterThanOrEqual(1);
			expect(h).toBeGreaterThanOrEqual(1);
			expect(Math.abs(crop.x)).toBeLessThanOrEqual((w - 1) / 2 + 1e-9);
			expect(Math.abs(crop.y)).toBeLessThanOrEqual((h - 1) / 2 + 1e-9);
		}
	}
});

test('what is cut has the shape of the window and lies in the picture', () => {
	for (const [width, height] of [
		[400, 1000],
		[1600, 900],
		[3000, 500]
	] as const) {
		const from = cut(held({ zoom: 1.7, x: 5, y: 5 }, width / height), width, height);
		expect(from.w / from.h).toBeCloseTo(shape);
		expect(from.x).toBeGreaterThanOrEqual(-1e-6);
		expect(from.y).toBeGreaterThanOrEqual(-1e-6);
		expect(from.x + from.w).toBeLessThanOrEqual(width + 1e-6);
		expect(from.y + from.h).toBeLessThanOrEqual(height + 1e-6);
	}
});
