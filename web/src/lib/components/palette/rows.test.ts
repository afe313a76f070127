import { describe, expect, it } from 'vitest';
import Check from '@lucide/svelte/icons/check';
import { groups, matches } from './rows.ts';

const base = {
	titles: { continue: 'Continue', lately: 'Opened lately', courses: 'Courses', lessons: 'Lessons', people: 'People', actions: 'Actions' },
	allWord: (q: string) => `All for ${q}`,
	lately: [],
	dayWord: (n: number) => `Day ${n}`,
	going: [
		{
			course: { id: 'crs_1', slug: 'stats', title: 'Statistics you can feel', palette: 'pine' as const, length: 21 as const },
			next_lesson: { id: 'lsn_1', title: 'Why averages settle down', day: 12 }
		},
		{
			course: { id: 'crs_2', slug: 'done', title: 'Nothing left', palette: 'clay' as const, length: null },
			next_lesson: null
		}
	],
	actions: [
		{ label: 'Go to Settings', words: 'password email', href: '/settings', icon: Check },
		{ label: 'Sign out', run: () => {}, icon: Check }
	],
	found: undefined
};

describe('matching', () => {
	it('takes the beginnings of words, in any order, without accents or case', () => {
		expect(matches('Café für Anfänger', 'anf cafe')).toBe(true);
		expect(matches('Statistics', 'tics')).toBe(false);
		expect(matches('Anything', '  ')).toBe(true);
		expect(matches('日本語 入門', '日本')).toBe(true);
	});
});

describe('palette groups', () => {
	it('begin with what can be continued', () => {
		const list = groups({ ...base, q: '' });
		expect(list.map((g) => g.title)).toEqual(['Continue', 'Actions']);
		expect(list[0]?.rows).toMatchObject([{ label: 'Why averages settle down', detail: 'Statistics you can feel · Day 12' }]);
	});

	it('narrow with typing and take in what the server found', () => {
		const list = groups({
			...base,
			q: 'pass',
			found: {
				courses: [{ id: 'crs_9', slug: 'passwords', title: 'Passwords that hold', palette: 'lake' as const }],
				lessons: [{ id: 'lsn_9', title: 'Pass phrases', course: { slug: 'passwords', title: 'Passwords that hold' } }],
				people: []
			}
		});
		expect(list.map((g) => g.title)).toEqual(['Courses', 'Lessons', 'Actions']);
		expect(list.at(-1)?.rows.map((r) => r.label)).toEqual(['All for pass', 'Go to Settings']);
	});

	it('give every row its own id', () => {
		const ids = groups({ ...base, q: '' }).flatMap((g) => g.rows.map((r) => r.id));
		expect(new Set(ids).size).toBe(ids.length);
	});
});
