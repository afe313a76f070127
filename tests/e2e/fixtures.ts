// What every journey stands on: a running server, a page whose console must stay silent, axe.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Axe from 'axe-core';
import type { RunOnly } from 'axe-core';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { demoPassword, start, type Server } from './server';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Refused calls are part of some journeys; the browser writes them to the console by itself. */
const expected = /Failed to load resource: the server responded with a status of (401|403|404|409|422)/;

/** And where a test takes the connection away or lets the server fail, these are too. */
const tunnel = /Failed to load resource: (net::ERR_(INTERNET_DISCONNECTED|FAILED)|the server responded with a status of 500)/;

/** Collects what must not happen: policy reports, uncaught errors, anything written as an error. */
export function watch(page: Page, offlineTalk = false): string[] {
	const heard: string[] = [];
	page.on('console', (m) => {
		const text = m.text();
		if (offlineTalk && tunnel.test(text)) return;
		if (m.type() === 'error' ? !expected.test(text) : /Content Security Policy|Trusted Type|trusted-types/i.test(text)) heard.push(text);
	});
	page.on('pageerror', (e) => heard.push(`uncaught: ${e.message}`));
	return heard;
}

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * Nothing that axe finds. Only what is wrong is described, and the page that holds axe already is not given
 * it again: with that a look takes a fraction of the time, and there are hundreds of them.
 */
export async function axe(page: Page, what: string, coloursOnly = false): Promise<void> {
	const runOnly: RunOnly = coloursOnly ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } : { type: 'tag', values: rules };
	if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
	const words = await page.evaluate(async (runOnly) => {
		const found = await (globalThis as unknown as { axe: typeof Axe }).axe.run(document, { runOnly, resultTypes: ['violations'], preload: false });
		return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
	}, runOnly);
	expect(words, `axe on ${what}`).toEqual([]);
}

/** Where this run keeps what it made; html.ts reads the pages from there. */
export const results = process.env['MOMENTUM_E2E'] ?? '';

/** Keeps the page as it is rendered now, open dialogs included, for the HTML checker at the end. */
export async function keepPage(page: Page, what: string): Promise<void> {
	const folder = join(results, 'pages');
	mkdirSync(folder, { recursive: true });
	const html = await page.evaluate(() => document.documentElement.outerHTML);
	writeFileSync(join(folder, `${what.replace(/[^a-z0-9]+/gi, '-')}.html`), `<!doctype html>\n${html}`);
}

/** Nothing is wider than the window. */
export async function fits(page: Page, what: string): Promise<void> {
	const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(over, `sideways scroll on ${what}`).toBeLessThanOrEqual(0);
}

/** The page stands: its heading is there and nothing is on its way. */
export async function settled(page: Page): Promise<void> {
	await page.locator('h1').first().waitFor();
	await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
	await page.evaluate(() => document.fonts.ready);
}

/** All that is asked of a screen as it stands: it fits, axe finds nothing, its HTML is kept for the checker. */
export async function sound(page: Page, what: string): Promise<void> {
	await fits(page, what);
	await axe(page, what);
	await keepPage(page, what);
}

export async function signIn(page: Page, url: string, email: string, password = demoPassword): Promise<void> {
	const answer = await page.context().request.post(`${url}/api/v1/auth/sign-in`, { data: { email, password } });
	expect(answer.status(), `sign-in of ${email}`).toBe(200);
}

export interface Person {
	name: string;
	email: string;
	password: string;
}

let people = 0;

/** Somebody new, registered and proven by mail, whose session this browser holds. */
export async function newcomer(context: BrowserContext, school: Server, name = 'Noa Lind'): Promise<Person> {
	people += 1;
	const person = { name, email: `noa.${process.pid}.${people}@example.com`, password: 'quiet-harbour-lantern-31' };
	const { request } = context;
	const asked = await request.post(`${school.url}/api/v1/auth/register`, { data: { ...person, time_zone: 'Europe/Berlin', language: 'en' } });
	expect(asked.ok(), await asked.text()).toBe(true);
	const token = /verify-email\?token=([\w-]+)/.exec(await school.letter(person.email))?.[1];
	const proven = await request.post(`${school.url}/api/v1/auth/verify-email`, { data: { token } });
	expect(proven.ok(), await proven.text()).toBe(true);
	return person;
}

interface Fixtures {
	/** The page with a console that must stay silent. */
	page: Page;
	/** The test takes the connection away, and the browser may say so. */
	offlineTalk: boolean;
}
interface Shared {
	/** A school full of courses and people, one for each worker. */
	school: Server;
}

export const test = base.extend<Fixtures, Shared>({
	school: [
		// eslint-disable-next-line no-empty-pattern
		async ({}, use) => {
			const server = await start('demo');
			await use(server);
			await server.stop();
		},
		{ scope: 'worker', timeout: 120_000 }
	],
	offlineTalk: [false, { option: true }],
	page: async ({ page, offlineTalk }, use) => {
		const heard = watch(page, offlineTalk);
		await use(page);
		expect(heard, 'the console must stay silent').toEqual([]);
	}
});

export { expect };
