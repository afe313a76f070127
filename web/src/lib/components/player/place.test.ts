import { beforeEach, describe, expect, it } from 'vitest';
import { blockOf, findBlock, findQuote, placeAt, quoteFrom, scrollTo, selectedQuote } from './place.ts';

const boxes = [
	{ id: 'a', top: -300, bottom: -100 },
	{ id: 'b', top: -80, bottom: 320 },
	{ id: 'c', top: 340, bottom: 360 }
];

describe('a reader’s place', () => {
	it('is the block at the line and how far into it', () => {
		expect(placeAt(boxes, 120)).toEqual({ block_id: 'b', block_offset: 0.5 });
		expect(placeAt(boxes, -90)).toEqual({ block_id: 'a', block_offset: 1 });
		expect(placeAt(boxes, 2000)).toEqual({ block_id: 'c', block_offset: 1 });
		expect(placeAt(boxes, -400)).toBeUndefined();
		expect(placeAt([], 10)).toBeUndefined();
	});

	it('is found again after the layout changed', () => {
		const place = { block_id: 'b', block_offset: 0.5 };
		expect(scrollTo(boxes, place, 120)).toBe(0);
		expect(scrollTo([{ id: 'b', top: 1000, bottom: 1200 }], place, 120)).toBe(980);
		expect(scrollTo(boxes, { block_id: 'gone', block_offset: 0.5 }, 120)).toBeUndefined();
	});
});

describe('quotes', () => {
	let body: HTMLElement;
	beforeEach(() => {
		body = document.createElement('div');
		body.innerHTML =
			'<p data-id="p1">Now roll fifty of them and\n write down only <em>the average</em>. Do it again.</p><div class="scroll"><table data-id="t1"><tbody><tr><td>Rolls</td></tr></tbody></table></div>';
		document.body.replaceChildren(body);
	});

	it('are kept as one line and cut at a word', () => {
		expect(quoteFrom('  one\n two ')).toBe('one two');
		const long = quoteFrom('word '.repeat(200));
		expect(long.length).toBeLessThanOrEqual(500);
		expect(long.endsWith('word…')).toBe(true);
	});

	it('are found across marks and line breaks', () => {
		const range = findQuote(body.children[0]!, 'and write down only the average. Do');
		expect(range?.toString().replace(/\s+/g, ' ')).toBe('and write down only the average. Do');
		expect(findQuote(body.children[0]!, 'never said')).toBeUndefined();
		expect(findQuote(body.children[0]!, 'Now roll…')?.toString()).toBe('Now roll');
	});

	it('belong to the top-level block, also inside a wrapper', () => {
		const cell = body.querySelector('td')!;
		expect(blockOf(cell.firstChild, body)).toBe(body.children[1]);
		expect(findBlock(body, 't1')).toBe(body.children[1]);
	});

	it('come from a selection inside the body only', () => {
		const text = body.querySelector('em')!.firstChild!;
		const range = document.createRange();
		range.setStart(text, 4);
		range.setEnd(text, 11);
		const selection = { isCollapsed: false, rangeCount: 1, getRangeAt: () => range } as unknown as Selection;
		expect(selectedQuote(selection, body)).toMatchObject({ block_id: 'p1', quote: 'average' });
		expect(selectedQuote(selection, document.createElement('div'))).toBeUndefined();
		expect(selectedQuote(null, body)).toBeUndefined();
	});
});
