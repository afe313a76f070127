import { describe, expect, it } from 'vitest';
import { soon } from './soon.ts';

describe('soon', () => {
	it('gives a quick answer as it is', async () => {
		expect(await soon(Promise.resolve(7))).toEqual({ data: 7 });
	});

	it('hands on a slow one', async () => {
		const answer = await soon(new Promise<number>((done) => setTimeout(() => done(7), 30)), 5);
		expect(answer.data).toBeInstanceOf(Promise);
		expect(await answer.data).toBe(7);
	});

	it('hands on a failure', async () => {
		const answer = await soon(Promise.reject(new Error('away')));
		await expect(answer.data).rejects.toThrow('away');
	});
});
