import { describe, expect, it } from 'vitest';
import { cut, held } from './crop.ts';

describe('cutting a picture', () => {
	it('begins with the middle square', () => {
		expect(cut({ zoom: 1, x: 0, y: 0 }, 400, 200)).toEqual({ x: 100, y: 0, side: 200 });
		expect(cut({ zoom: 1, x: 0, y: 0 }, 200, 400)).toEqual({ x: 0, y: 100, side: 200 });
	});

	it('never shows beyond an edge', () => {
		expect(held({ zoom: 1, x: 9, y: 9 }, 2)).toEqual({ zoom: 1, x: 0.5, y: 0 });
		expect(held({ zoom: 2, x: -9, y: 9 }, 1)).toEqual({ zoom: 2, x: -0.5, y: 0.5 });
		expect(held({ zoom: 99, x: 0, y: 0 }, 1).zoom).toBe(4);
		const edge = cut(held({ zoom: 1, x: 9, y: 0 }, 2), 400, 200);
		expect(edge).toEqual({ x: 0, y: 0, side: 200 });
	});

	it('takes a smaller square when it is larger', () => {
		expect(cut({ zoom: 2, x: 0, y: 0 }, 400, 400)).toEqual({ x: 100, y: 100, side: 200 });
	});
});
