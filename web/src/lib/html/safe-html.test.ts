import { describe, expect, it } from 'vitest';
import { safeHtml, showHtml } from './safe-html.ts';

describe('safe html', () => {
	it('passes the text through where the browser knows no policies', () => {
		expect(safeHtml('<p>Hello</p>')).toBe('<p>Hello</p>');
	});

	it('shows, dresses and clears', () => {
		const node = document.createElement('div');
		let undone = false;
		const off = showHtml('<p data-id="a">Hello</p>', (n) => {
			n.firstElementChild?.classList.add('first');
			return () => (undone = true);
		})(node) as () => void;
		expect(node.querySelector('p')?.className).toBe('first');
		off();
		expect(node.childNodes.length).toBe(0);
		expect(undone).toBe(true);
	});
});
