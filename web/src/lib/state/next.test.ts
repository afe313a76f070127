import { describe, expect, it } from 'vitest';
import { nextPath } from './next.ts';

const next = (value: string) => nextPath(new URL(`http://here/sign-in?next=${encodeURIComponent(value)}`));

describe('where to after signing in', () => {
	it('is a path of ours', () => {
		expect(next('/courses/stats?tab=plan')).toBe('/courses/stats?tab=plan');
		expect(nextPath(new URL('http://here/sign-in'))).toBe('/');
	});

	it('is never another site', () => {
		for (const bad of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '\\\\evil']) {
			expect(next(bad), bad).toBe('/');
		}
	});
});
