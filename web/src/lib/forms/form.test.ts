import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '#lib/api/problem.ts';
import { Form } from './form.svelte.ts';
import { email, newPassword, required } from './rules.ts';

const make = () =>
	new Form({ name: '', email: '', password: '' }, v.object({ name: required(5), email: email(), password: newPassword(10) }));

function submitEvent(): SubmitEvent {
	const form = document.createElement('form');
	const event = new Event('submit') as SubmitEvent;
	Object.defineProperty(event, 'currentTarget', { value: form });
	return event;
}

describe('a form', () => {
	it('says nothing before a field is left, then follows every key', () => {
		const form = make();
		form.values.email = 'nobody';
		expect(form.error('email')).toBeUndefined();
		form.field('email').onblur();
		expect(form.error('email')).toContain('name@example.org');
		form.values.email = 'maya@alder.example';
		expect(form.error('email')).toBeUndefined();
	});

	it('does not scold an empty field that was only passed through', () => {
		const form = make();
		form.field('name').onblur();
		expect(form.error('name')).toBeUndefined();
	});

	it('does not send what breaks a rule', async () => {
		const form = make();
		const send = vi.fn();
		await form.submit(send)(submitEvent());
		expect(send).not.toHaveBeenCalled();
		expect(form.error('name')).toBe('Fill this in.');
		form.values.password = 'short';
		expect(form.error('password')).toContain('10 characters');
	});

	const filled = () => {
		const form = make();
		Object.assign(form.values, { name: 'Maya', email: 'maya@alder.example', password: 'a quiet green leaf' });
		return form;
	};

	it('puts the server’s refusals under their fields until they are changed', async () => {
		const form = filled();
		const refusal = new ApiProblem({
			status: 422,
			code: 'invalid',
			fields: [{ path: 'email', code: 'user.email_domain', message: 'Use your work address.' }]
		});
		await form.submit(() => Promise.reject(refusal))(submitEvent());
		expect(form.error('email')).toBe('Use your work address.');
		expect(form.failure).toBeUndefined();
		expect(form.busy).toBe(false);
		form.values.email = 'maya@work.example';
		expect(form.error('email')).toBeUndefined();
	});

	it('shows what belongs to no field above the form, and keeps what was typed', async () => {
		const form = filled();
		await form.submit(() => Promise.reject(new ApiProblem({ status: 0, code: 'unreachable' })))(submitEvent());
		expect(form.failure).toContain('could not reach');
		expect(form.values.name).toBe('Maya');
	});

	it('sends once, however often it is pressed', async () => {
		const form = filled();
		let finish = () => {};
		const send = vi.fn(() => new Promise<void>((done) => (finish = done)));
		const first = form.submit(send)(submitEvent());
		await form.submit(send)(submitEvent());
		finish();
		await first;
		expect(send).toHaveBeenCalledTimes(1);
	});
});

describe('rules', () => {
	const ok = (schema: v.GenericSchema<string>, value: string) => v.safeParse(schema, value).success;

	it('let every real address through', () => {
		for (const good of ['a@b', 'o’neil@example.ie', 'müller@straße.example', 'first.last+tag@sub.example.org', ' maya@alder.example ']) {
			expect(ok(email(), good), good).toBe(true);
		}
		for (const bad of ['', 'maya', 'maya@', '@alder.example', 'a b@c.d']) expect(ok(email(), bad), bad).toBe(false);
	});

	it('count characters as people do', () => {
		expect(ok(newPassword(4), '🌱🌱🌱🌱')).toBe(true);
		expect(ok(newPassword(4), '🌱🌱🌱')).toBe(false);
		expect(ok(required(), '   ')).toBe(false);
	});
});
