import { afterEach, describe, expect, it, vi } from 'vitest';
import { fieldSentence, sentenceFor } from '#lib/i18n/problems.ts';
import { ApiProblem, asProblem, problemFrom } from './problem.ts';
import { guardedFetch, setTransportHooks } from './transport.ts';

const answer = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
	new Response(body === undefined ? null : JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/problem+json', ...headers }
	});

describe('a failed answer', () => {
	it('keeps code, fields and reference', async () => {
		const p = await problemFrom(
			answer(422, {
				status: 422,
				code: 'invalid',
				title: 'Invalid',
				fields: [{ path: 'email', code: 'user.email_taken', message: 'Taken.' }, { no: 'path' }],
				request_id: 'req_1'
			})
		);
		expect(p).toMatchObject({ status: 422, code: 'invalid', requestId: 'req_1' });
		expect(p.fields).toHaveLength(1);
		expect(p.field('email')?.code).toBe('user.email_taken');
	});

	it('is usable when the body is none of ours', async () => {
		const html = new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } });
		expect(await problemFrom(html)).toMatchObject({ status: 502, code: 'internal', passing: true, fields: [] });
		const broken = new Response('{', { status: 404, headers: { 'content-type': 'application/json' } });
		expect(await problemFrom(broken)).toMatchObject({ code: 'not_found', passing: false });
		expect(await problemFrom(answer(429, [], { 'retry-after': '90' }))).toMatchObject({ code: 'too_many', retryAfter: 90 });
	});

	it('has a sentence for people, never raw text', () => {
		const say = (status: number, code: string, retryAfter?: number) => sentenceFor(new ApiProblem({ status, code, retryAfter }));
		expect(say(401, 'auth.wrong_credentials')).toContain('do not match');
		expect(say(500, 'whatever.new')).toContain('on our side');
		expect(say(409, 'some.new_conflict')).toContain('changed');
		expect(say(429, 'too_many', 200)).toContain('4 minutes');
		expect(say(429, 'throttled')).toContain('Wait a moment');
		expect(sentenceFor(new TypeError('x is undefined'))).not.toContain('undefined');
		expect(fieldSentence({ path: 'email', code: 'email.malformed', message: 'raw' })).toContain('name@example.org');
		expect(fieldSentence({ path: 'title', code: 'title.too_long', message: '' })).toBe('Shorten this a little.');
		expect(fieldSentence({ path: 'x', code: 'unheard', message: 'The server’s own words.' })).toBe('The server’s own words.');
	});

	it('wraps what is thrown', () => {
		const p = new ApiProblem({ status: 404, code: 'not_found' });
		expect(asProblem(p)).toBe(p);
		expect(asProblem('odd').code).toBe('client');
	});
});

describe('the transport', () => {
	const silent = { renew: () => Promise.resolve(false), agree: () => Promise.resolve(false), reached: () => {} };
	afterEach(() => {
		vi.unstubAllGlobals();
		setTransportHooks(silent);
	});

	const request = (path = '/api/v1/lessons/lsn_1/notes', body = '{"text":"typed"}') =>
		new Request(`http://localhost${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });

	it('says when nobody answers', async () => {
		const reached: boolean[] = [];
		setTransportHooks({ ...silent, reached: (y) => reached.push(y) });
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
		await expect(guardedFetch(request())).rejects.toMatchObject({ status: 0, code: 'unreachable', offline: true });
		expect(reached).toEqual([false]);
	});

	it('sends typed work again after the person signed in again', async () => {
		const bodies: string[] = [];
		let signedIn = false;
		setTransportHooks({ ...silent, renew: async () => (signedIn = true) });
		vi.stubGlobal('fetch', async (r: Request) => {
			bodies.push(await r.text());
			return signedIn ? answer(201, { ok: true }) : answer(401, { code: 'signed_out' });
		});
		expect((await guardedFetch(request())).status).toBe(201);
		expect(bodies).toEqual(['{"text":"typed"}', '{"text":"typed"}']);
	});

	it('sends typed work again once what holds was agreed to, and keeps what sends itself', async () => {
		const bodies: string[] = [];
		let agreed = false;
		setTransportHooks({ ...silent, agree: async () => (agreed = true) });
		vi.stubGlobal('fetch', async (r: Request) => {
			bodies.push(await r.text());
			return agreed ? answer(201, { ok: true }) : answer(403, { code: 'consent.required' });
		});
		expect((await guardedFetch(request())).status).toBe(201);
		expect(bodies).toEqual(['{"text":"typed"}', '{"text":"typed"}']);
		agreed = false;
		await expect(guardedFetch(request(), { wait: false })).rejects.toMatchObject({ code: 'consent.required', comesBack: true });
	});

	it('fails when they do not come back', async () => {
		vi.stubGlobal('fetch', () => Promise.resolve(answer(401, { code: 'signed_out' })));
		await expect(guardedFetch(request())).rejects.toMatchObject({ status: 401 });
	});

	it('takes a wrong password for what it is', async () => {
		const renew = vi.fn(() => Promise.resolve(true));
		setTransportHooks({ ...silent, renew });
		vi.stubGlobal('fetch', () => Promise.resolve(answer(401, { code: 'auth.wrong_credentials' })));
		await expect(guardedFetch(request('/api/v1/auth/sign-in'))).rejects.toMatchObject({ code: 'auth.wrong_credentials' });
		expect(renew).not.toHaveBeenCalled();
	});
});
