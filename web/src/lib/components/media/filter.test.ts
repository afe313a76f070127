import { expect, it } from 'vitest';
import { narrowed, readFilter } from './filter.ts';

const sent = [
	{ name: 'Harbour.mp4', mime: 'video/mp4', length: 9, owner: { id: 'usr_1' } },
	{ name: 'plan.pdf', mime: 'application/pdf', length: 30, owner: { id: 'usr_2' } },
	{ name: 'harbour.vtt', mime: 'text/vtt', length: 1 }
];
const names = (query: string) => narrowed(sent, readFilter(new URLSearchParams(query))).map((u) => u.name);

it('narrows uploads as it narrows files', () => {
	expect(names('')).toEqual(['Harbour.mp4', 'plan.pdf', 'harbour.vtt']);
	expect(names('q=harb&sort=largest')).toEqual(['Harbour.mp4', 'harbour.vtt']);
	expect(names('kind=captions')).toEqual(['harbour.vtt']);
	expect(names('kind=document')).toEqual(['plan.pdf']);
	expect(names('owner=usr_2')).toEqual(['plan.pdf', 'harbour.vtt']);
	expect(names('sort=largest')[0]).toBe('plan.pdf');
});
