import { describe, expect, it } from 'vitest';
import { marks } from './marks.ts';

describe('a snippet', () => {
	it('keeps its marks and loses every other tag', () => {
		expect(marks('a <mark>die</mark> &amp; a <b onclick="x()">coin</b> &lt;3')).toEqual([
			{ text: 'a ', marked: false },
			{ text: 'die', marked: true },
			{ text: ' & a coin <3', marked: false }
		]);
	});

	it('survives nonsense', () => {
		expect(marks('<mark>open &#0; &#x110000; &nope;')).toEqual([{ text: 'open   &nope;', marked: false }]);
		expect(marks('')).toEqual([]);
	});
});
