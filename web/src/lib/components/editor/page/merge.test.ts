import { describe, expect, it } from 'vitest';
import { joined, merge, settle, type Part } from './merge.ts';
import { diffWords, mergeWords } from './words.ts';

const parts = (text: Record<string, string>): Part[] => Object.entries(text).map(([id, t]) => ({ id, html: `<p>${t}</p>` }));
const words = (list: Part[]) => list.map((p) => p.html.replace(/<\/?p>/g, ''));

describe('two people in one page', () => {
	const base = parts({ a: 'One two three.', b: 'Four five six.', c: 'Seven.' });

	it('changes of different blocks stand side by side', () => {
		const mine = parts({ a: 'One 2 three.', b: 'Four five six.', c: 'Seven.', d: 'Mine.' });
		const theirs = parts({ a: 'One two three.', t: 'Theirs.', b: 'Four 5 six.' });
		const merged = merge(base, mine, theirs);
		expect(merged.clashes).toEqual([]);
		expect(words(merged.parts)).toEqual(['One 2 three.', 'Theirs.', 'Four 5 six.', 'Mine.']);
	});

	it('changes of different words in one block as well', () => {
		expect(mergeWords('<p>One two three.</p>', '<p>One two three, four.</p>', '<p><em>One</em> two three.</p>')).toBe(
			'<p><em>One</em> two three, four.</p>'
		);
	});

	it('where they meet, somebody is asked, and no answer loses a word', () => {
		const mine = parts({ a: 'One MINE three.', b: 'Four five six.', c: 'Seven.' });
		const theirs = parts({ a: 'One THEIRS three.', b: 'Four five six.', c: 'Seven.' });
		const merged = merge(base, mine, theirs);
		expect(merged.clashes).toEqual([{ id: 'a', mine: '<p>One MINE three.</p>', theirs: '<p>One THEIRS three.</p>' }]);
		expect(words(settle(merged, 'mine', () => 'n'))[0]).toBe('One MINE three.');
		expect(words(settle(merged, 'theirs', () => 'n'))[0]).toBe('One THEIRS three.');
		const both = settle(merged, 'both', () => 'nnnnnnnnnn');
		expect(words(both).slice(0, 2)).toEqual(['One MINE three.', 'One THEIRS three.']);
		expect(joined(both).split('\n')[1]).toBe('<p data-id="nnnnnnnnnn">One THEIRS three.</p>');
	});

	it('what one deleted and the other wrote in stays', () => {
		const mine = parts({ a: 'One two three.', b: 'Four five six, more.' });
		const theirs = parts({ a: 'One two three.', c: 'Seven!' });
		expect(words(merge(base, mine, theirs).parts)).toEqual(['One two three.', 'Four five six, more.', 'Seven!']);
	});

	it('keeps the new order of whoever moved things', () => {
		const moved = [base[2]!, base[0]!, base[1]!];
		expect(merge(base, base, moved).parts.map((p) => p.id)).toEqual(['c', 'a', 'b']);
		expect(merge(base, moved, base).parts.map((p) => p.id)).toEqual(['c', 'a', 'b']);
	});

	it('loses nothing of either, whatever they do', () => {
		let seed = 7;
		const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
		for (let round = 0; round < 300; round++) {
			const edit = (who: string): Part[] =>
				base.flatMap((p, i) => {
					const act = random(5);
					const mark = `${who}${round}${i}`;
					if (act === 0) return [{ ...p, html: p.html.replace(/\w+(?=[^\w]*<\/p>)/, mark) }];
					if (act === 1) return [p, { id: `${who}${i}`, html: `<p>${mark}</p>` }];
					return act === 2 ? [] : [p];
				});
			const [mine, theirs] = [edit('m'), edit('t')];
			const out = joined(settle(merge(base, mine, theirs), 'both', () => `x${random(1e9)}`));
			for (const p of [...mine, ...theirs]) for (const w of p.html.match(/[mt]\d+/g) ?? []) expect(out).toContain(w);
		}
	});

	it('tells word by word what changed', () => {
		expect(diffWords('One two three.', 'One 2 three four.')).toEqual([
			{ kind: 'same', text: 'One ' },
			{ kind: 'removed', text: 'two' },
			{ kind: 'added', text: '2' },
			{ kind: 'same', text: ' three' },
			{ kind: 'added', text: ' four' },
			{ kind: 'same', text: '.' }
		]);
	});
});
