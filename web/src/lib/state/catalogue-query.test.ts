import { describe, expect, it } from 'vitest';
import { everything, filterCount, filtersOf, readQuery, toggled, writeQuery } from './catalogue-query.ts';

const read = (text: string) => readQuery(new URLSearchParams(text));

describe('the catalogue in the address', () => {
	it('comes back as it was written', () => {
		const query = { ...everything, q: 'clear & short', category: 'design', length: ['7', 'self_paced'], level: 'beginner', sort: 'popular' as const };
		const address = writeQuery(query);
		expect(address).toBe('/catalogue?q=clear+%26+short&category=design&level=beginner&length=7,self_paced&sort=popular');
		expect(read(address.split('?')[1]!)).toEqual(query);
	});

	it('writes nothing for everything', () => {
		expect(writeQuery(everything)).toBe('/catalogue');
		expect(read('')).toEqual(everything);
	});

	it('takes no word it does not know', () => {
		expect(read('length=8,14,x&level=wizard&sort=worst&plan=gold&category=a%2Fb')).toEqual({ ...everything, length: ['14'] });
		expect(read(`q=${'x'.repeat(500)}`).q).toHaveLength(200);
	});

	it('toggles one filter and keeps the others', () => {
		const one = toggled(toggled(everything, 'length', '21'), 'length', '7');
		expect(one.length).toEqual(['7', '21']);
		expect(toggled(one, 'length', '7').length).toEqual(['21']);
		expect(toggled(toggled(one, 'level', 'beginner'), 'level', 'beginner').level).toBe('');
		expect(toggled(toggled(one, 'level', 'beginner'), 'level', 'advanced').level).toBe('advanced');
	});

	it('hands the server only what is set', () => {
		expect(filtersOf(everything)).toEqual({});
		expect(filtersOf({ ...everything, plan: 'free', length: ['7', '14'] })).toEqual({ plan: 'free', length: '7,14' });
		expect(filterCount({ ...everything, q: 'x', plan: 'free', length: ['7', '14'] })).toBe(2);
	});
});
