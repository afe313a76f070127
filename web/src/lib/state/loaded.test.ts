import { describe, expect, it } from 'vitest';
import { ApiProblem } from '#lib/api/problem.ts';
import { Loaded, Paged } from './loaded.svelte.ts';

describe('Loaded', () => {
	it('shows what arrived and keeps it while a newer answer fails', async () => {
		let fail = false;
		const l = new Loaded(() => (fail ? Promise.reject(new ApiProblem({ status: 503, code: 'busy' })) : Promise.resolve(1)));
		expect(l.busy).toBe(true);
		await Promise.resolve().then(() => Promise.resolve());
		expect(l.value).toBe(1);
		fail = true;
		await l.reload();
		expect(l.value).toBe(1);
		expect(l.problem?.code).toBe('busy');
		expect(l.busy).toBe(false);
	});

	it('lets only the newest answer count', async () => {
		const answers: ((n: number) => void)[] = [];
		const l = new Loaded<number>(() => new Promise((done) => answers.push(done)));
		const second = l.reload();
		answers[1]?.(2);
		await second;
		answers[0]?.(1);
		await Promise.resolve();
		expect(l.value).toBe(2);
	});
});

describe('Paged', () => {
	it('appends part by part', async () => {
		const pages: Record<string, { items: number[]; next?: string }> = { '': { items: [1, 2], next: 'b' }, b: { items: [3] } };
		const p = new Paged((cursor) => Promise.resolve(pages[cursor ?? ''] ?? { items: [] }));
		await p.reload();
		expect(p.more).toBe(true);
		await p.load();
		expect(p.items).toEqual([1, 2, 3]);
		expect(p.more).toBe(false);
	});
});
