import { describe, expect, it } from 'vitest';
import { cut, drawn, held, square, wide } from './crop.ts';

describe('cutting a square', () => {
	const { shape } = square;

	it('begins with the middle square', () => {
		expect(cut({ zoom: 1, x: 0, y: 0 }, 400, 200, shape)).toEqual({ x: 100, y: 0, w: 200, h: 200 });
		expect(cut({ zoom: 1, x: 0, y: 0 }, 200, 400, shape)).toEqual({ x: 0, y: 100, w: 200, h: 200 });
	});

	it('never shows beyond an edge', () => {
		expect(held({ zoom: 1, x: 9, y: 9 }, 2, shape)).toEqual({ zoom: 1, x: 0.5, y: 0 });
		expect(held({ zoom: 2, x: -9, y: 9 }, 1, shape)).toEqual({ zoom: 2, x: -0.5, y: 0.5 });
		expect(held({ zoom: 99, x: 0, y: 0 }, 1, shape).zoom).toBe(4);
		const edge = cut(held({ zoom: 1, x: 9, y: 0 }, 2, shape), 400, 200, shape);
		expect(edge).toEqual({ x: 0, y: 0, w: 200, h: 200 });
	});

	it('takes a smaller square when it is larger', () => {
		expect(cut({ zoom: 2, x: 0, y: 0 }, 400, 400, shape)).toEqual({ x: 100, y: 100, w: 200, h: 200 });
	});
});

describe('cutting a cover', () => {
	const { shape } = wide;

	it('always covers the window', () => {
		for (const ratio of [0.4, 1, shape, 3]) {
			for (const zoom of [0.2, 1, 2.5, 9]) {
				const crop = held({ zoom, x: 9, y: -9 }, ratio, shape);
				const { w, h } = drawn(crop.zoom, ratio, shape);
				expect(w).toBeGreaterThanOrEqual(1);
				expect(h).toBeGreaterThanOrEqual(1);
				expect(Math.abs(crop.x)).toBeLessThanOrEqual((w - 1) / 2 + 1e-9);
				expect(Math.abs(crop.y)).toBeLessThanOrEqual((h - 1) / 2 + 1e-9);
			}
		}
	});

	it('has the shape of the window and lies in the picture', () => {
		for (const [width, height] of [
			[400, 1000],
			[1600, 900],
			[3000, 500]
		] as const) {
			const from = cut(held({ zoom: 1.7, x: 5, y: 5 }, width / height, shape), width, height, shape);
			expect(from.w / from.h).toBeCloseTo(shape);
			expect(from.x).toBeGreaterThanOrEqual(-1e-6);
			expect(from.y).toBeGreaterThanOrEqual(-1e-6);
			expect(from.x + from.w).toBeLessThanOrEqual(width + 1e-6);
			expect(from.y + from.h).toBeLessThanOrEqual(height + 1e-6);
		}
	});
});
