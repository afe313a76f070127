import { describe, expect, it } from 'vitest';
import { coverArt, paletteNames, paletteOf, palettes } from './cover-art.ts';
import { fnv1a, mix32 } from './hash.ts';

describe('hash', () => {
	it('is FNV-1a over UTF-8', () => {
		expect(fnv1a('')).toBe(0x811c9dc5);
		expect(fnv1a('a')).toBe(0xe40c292c);
		expect(fnv1a('foobar')).toBe(0xbf9cf968);
		expect(fnv1a('ü')).not.toBe(fnv1a('u'));
	});

	it('mixes neighbours apart', () => {
		const seen = new Set(Array.from({ length: 4096 }, (_, i) => mix32(i) & 0xfff));
		expect(seen.size).toBeGreaterThan(2400);
	});
});

describe('cover art', () => {
	it('is the same for the same course, and another for another', () => {
		expect(coverArt('crs_a', 'pine', 4, 6)).toEqual(coverArt('crs_a', 'pine', 4, 6));
		expect(coverArt('crs_a', 'pine', 4, 6)).not.toEqual(coverArt('crs_b', 'pine', 4, 6));
	});

	it('never changes for a known seed', () => {
		const { paths } = coverArt('crs_01h8', 'lake', 2, 1);
		expect(paths).toMatchSnapshot();
	});

	it('keeps the top-left corner when the grid grows', () => {
		const small = coverArt('crs_a', 'clay', 2, 2);
		const large = coverArt('crs_a', 'clay', 5, 4);
		for (const p of small.paths) {
			const same = large.paths.find((q) => q.layer === p.layer && q.fill === p.fill);
			for (const piece of p.d.split(/(?=M)/)) expect(same?.d).toContain(piece);
		}
	});

	it('draws every tile, in colours of its palette only', () => {
		for (const name of paletteNames) {
			const art = coverArt('crs_a', name, 7, 7);
			const shapes = art.paths.filter((p) => p.layer === 'over').flatMap((p) => p.d.match(/M/g) ?? []);
			expect(shapes).toHaveLength(49);
			const known: string[] = [...palettes[name].grounds, ...palettes[name].shapes];
			for (const p of art.paths) expect(known).toContain(p.fill);
		}
	});

	it('mixes shapes about as designed', () => {
		const { paths } = coverArt('crs_many', 'pine', 40, 40);
		const d = paths.filter((p) => p.layer === 'over').map((p) => p.d).join('');
		const quarters = (d.match(/L[^A]+A40 40/g) ?? []).length / 1600;
		const domes = (d.match(/A20 20/g) ?? []).length / 1600;
		expect(quarters).toBeGreaterThan(0.37);
		expect(quarters).toBeLessThan(0.49);
		expect(domes).toBeGreaterThan(0.1);
		expect(domes).toBeLessThan(0.19);
		const grounds = paths.filter((p) => p.layer === 'under').flatMap((p) => p.d.match(/M/g) ?? []);
		expect(grounds.length / 1600).toBeGreaterThan(0.37);
		expect(grounds.length / 1600).toBeLessThan(0.47);
	});

	it('takes the author’s palette, else one by the id; never the customer’s own', () => {
		expect(paletteOf('crs_a', 'plum')).toBe('plum');
		expect(paletteNames).toContain(paletteOf('crs_a', 'no such'));
		expect(paletteOf('crs_a')).toBe(paletteOf('crs_a', null));
	});
});
