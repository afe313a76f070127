import { describe, expect, it } from 'vitest';
import { Film, filmKey, nextRate } from './film.svelte.ts';

const key = (k: string, more = {}) => filmKey({ key: k, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('the film', () => {
	it('goes on where it stopped, unless that was the very start or the end', () => {
		expect(new Film(1200, 492).second).toBe(492);
		expect(new Film(1200, 3).resumeAt).toBe(0);
		expect(new Film(1200, 1199).resumeAt).toBe(0);
		expect(new Film(0, 60).resumeAt).toBe(60);
	});

	it('seeks within its length', () => {
		const film = new Film(40, 0);
		film.by(-10);
		expect(film.second).toBe(0);
		film.seek(99);
		expect(film.second).toBe(40);
		expect(film.share).toBe(1);
	});

	it('has speeds one after the other', () => {
		expect(nextRate(1, true)).toBe(1.25);
		expect(nextRate(1, false)).toBe(0.75);
		expect(nextRate(2, true)).toBe(2);
		expect(nextRate(0.75, false)).toBe(0.75);
	});

	it('knows its keys', () => {
		expect(key('k')).toEqual({ do: 'toggle' });
		expect(key(' ')).toEqual({ do: 'toggle' });
		expect(key('J')).toEqual({ do: 'by', seconds: -10 });
		expect(key('ArrowRight')).toEqual({ do: 'by', seconds: 5 });
		expect(key('7')).toEqual({ do: 'to', share: 0.7 });
		expect(key('>')).toEqual({ do: 'faster' });
		expect(key('k', { ctrlKey: true })).toBeUndefined();
		expect(key('x')).toBeUndefined();
	});
});
