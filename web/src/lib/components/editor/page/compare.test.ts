import { describe, expect, it } from 'vitest';
import { compare, plainOf, withBlock } from './compare.ts';

const p = (id: string, text: string) => `<p data-id="${id}">${text}</p>`;
const before = [p('a', 'one'), p('b', 'two'), p('c', 'three'), p('d', 'four')].join('\n');
const after = [p('a', 'one'), p('x', 'new'), p('c', 'three!'), p('e', 'five')].join('\n');
const seen = (b: string, a: string) => compare(b, a).map((x) => `${x.change} ${x.id}`);

describe('two states of a page', () => {
	it('are told apart block by block', () => {
		expect(seen(before, after)).toEqual(['same a', 'removed b', 'added x', 'changed c', 'removed d', 'added e']);
		expect(seen(before, before).every((s) => s.startsWith('same'))).toBe(true);
		expect(seen('', after)).toEqual(['added a', 'added x', 'added c', 'added e']);
		expect(seen(before, '')).toEqual(['removed a', 'removed b', 'removed c', 'removed d']);
		expect(seen(before, [p('d', 'four'), p('a', 'one'), p('b', 'two'), p('c', 'three')].join('\n'))).toEqual(['moved d', 'same a', 'same b', 'same c']);
	});

	it('one block comes back: its text, its place, or its absence', () => {
		expect(withBlock(before, after, 'c')).toBe(after.replace('three!', 'three'));
		expect(withBlock(before, after, 'b')).toBe([p('a', 'one'), p('b', 'two'), p('x', 'new'), p('c', 'three!'), p('e', 'five')].join('\n'));
		expect(withBlock(before, after, 'x')).toBe([p('a', 'one'), p('c', 'three!'), p('e', 'five')].join('\n'));
		const moved = [p('d', 'four'), p('a', 'one'), p('b', 'two'), p('c', 'three')].join('\n');
		expect(withBlock(before, moved, 'd')).toBe(before);
	});

	it('every block restored is the earlier page', () => {
		let now = after;
		for (const pair of compare(before, now)) if (pair.change !== 'same') now = withBlock(before, now, pair.id);
		expect(now).toBe(before);
	});

	it('reads as words', () => {
		expect(plainOf('<figure data-kind="embed" data-src="https://x" data-title="A film"></figure>')).toBe('[A film]');
		expect(plainOf('<ul><li>a</li><li>b &amp; c</li></ul>')).toBe('a\nb & c');
	});
});
