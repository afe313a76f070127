import { expect, test } from 'vitest';
import { isFiltered, listQuery, query, readFilter, serverFilter, shownColumns } from './people.ts';

test('the address keeps a list and forgets nonsense', () => {
	const text = 'q=ana&role=admin&seen=gone&field=fld_0000000000001&value=North&sort=name&cols=plan.seen';
	const filter = readFilter(new URLSearchParams(text));
	expect(query(filter).toString()).toBe(text);
	expect(shownColumns(filter)).toEqual(['plan', 'seen']);
	expect(isFiltered(filter)).toBe(true);
	expect(query(readFilter(new URLSearchParams('role=king&group=usr_1&sort=age&seen=x'))).toString()).toBe('');
	expect(isFiltered({ q: '', sort: 'name', cols: '' })).toBe(false);
});

test('ranges of time count from now', () => {
	const now = new Date('2026-11-26T10:00:30Z');
	expect(serverFilter({ q: '', seen: 'week' }, now)).toEqual({ seen_from: '2026-11-19T10:00:00.000Z' });
	expect(serverFilter({ q: '', seen: 'never', complete: 'part' }, now)).toEqual({ never_seen: true, complete_to: 99 });
	const field = { q: 'a', field: 'fld_0000000000001', value: 'North' };
	expect(listQuery(field, now)).toEqual({ q: 'a', field: 'fld_0000000000001', value: 'North' });
	expect(serverFilter({ q: '', field: 'fld_0000000000001' }, now)).toEqual({});
});
