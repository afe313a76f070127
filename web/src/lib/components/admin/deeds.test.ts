import { describe, expect, it } from 'vitest';
import { deed, differences, doer, subjectHref } from './deeds.ts';

describe('the audit trail in words', () => {
	it('names the deed and the doer', () => {
		expect(deed({ action: 'people.change_access' })).toBe('Changed access');
		expect(deed({ action: 'later.deed' })).toBe('later.deed');
		expect(doer({ actor: 'cli', actor_name: null })).toBe('Command line');
		expect(doer({ actor: 'usr_1', actor_name: 'Jonas Ek' })).toBe('Jonas Ek');
		expect(doer({ actor: 'usr_1', actor_name: null })).toBe('Somebody whose account is gone');
	});

	it('shows only what differs', () => {
		const row = { before: { role: 'learner', plan: 'free' }, after: { role: 'admin', plan: 'free', note: '' } } as never;
		expect(differences(row)).toEqual([
			{ field: 'role', before: 'learner', after: 'admin' },
			{ field: 'note', before: 'nothing', after: 'nothing' }
		]);
	});

	it('names a bare word, and what is new has no before', () => {
		expect(differences({ action: 'courses.create', before: null, after: 'git-without-fear' } as never)).toEqual([{ field: 'short name', after: 'git-without-fear' }]);
		expect(differences({ action: 'courses.publish', before: null, after: 1 } as never)).toEqual([{ field: 'version', after: '1' }]);
		expect(differences({ action: 'later.deed', before: 'one', after: 'two' } as never)).toEqual([{ field: '', before: 'one', after: 'two' }]);
	});

	it('opens a group of settings to the fields that changed', () => {
		const row = {
			action: 'settings.change',
			before: { organisation: { name: 'Momentum', support_email: null, footer: '' } },
			after: { organisation: { name: 'Alder Academy', support_email: 'help@example.com', footer: '' } }
		} as never;
		expect(differences(row)).toEqual([
			{ field: 'name', before: 'Momentum', after: 'Alder Academy' },
			{ field: 'support email', before: 'nothing', after: 'help@example.com' }
		]);
	});

	it('leads to what it is about', () => {
		expect(subjectHref({ action: 'people.change_access', subject: 'usr_1' })).toBe('/admin/users/usr_1');
		expect(subjectHref({ action: 'settings.change', subject: 'mail' })).toBe('/admin/settings?tab=mail');
		expect(subjectHref({ action: 'courses.delete', subject: 'crs_1' })).toBeUndefined();
	});
});
