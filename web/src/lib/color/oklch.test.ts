import { describe, expect, it } from 'vitest';
import { brandContrast, brandOf, contrast, hexToOklch } from './oklch.ts';

describe('colour', () => {
	it('reads hex into OKLCH', () => {
		const c = hexToOklch('#076546');
		expect(c?.l).toBeCloseTo(0.45, 1);
		expect(c?.c).toBeCloseTo(0.095, 1);
		expect(c?.h).toBeGreaterThan(155);
		expect(c?.h).toBeLessThan(170);
		expect(hexToOklch('green')).toBeUndefined();
	});

	it('knows black and white', () => {
		expect(contrast({ l: 0, c: 0, h: 0 }, { l: 1, c: 0, h: 0 })).toBeCloseTo(21, 1);
	});

	it('keeps chroma within what the tokens bear', () => {
		expect(brandOf('#ff0000')?.chroma).toBe(0.14);
		expect(brandOf('#808080')?.chroma).toBe(0.03);
	});

	it('agrees with the measured contrast of the default', () => {
		const light = brandContrast(163, 0.095, false);
		const dark = brandContrast(163, 0.095, true);
		expect(light.button).toBeCloseTo(6.9, 0);
		expect(light.soft).toBeCloseTo(8.2, 0);
		expect(dark.button).toBeCloseTo(9.7, 0);
		expect(dark.soft).toBeCloseTo(9.2, 0);
	});

	it('reaches AA with every hue an administrator may pick', () => {
		for (let hue = 0; hue < 360; hue += 5) {
			for (const chroma of [0.03, 0.095, 0.14]) {
				for (const dark of [false, true]) {
					const { button, soft } = brandContrast(hue, chroma, dark);
					expect(Math.min(button, soft), `hue ${hue} chroma ${chroma} dark ${dark}`).toBeGreaterThan(4.5);
				}
			}
		}
	});
});
