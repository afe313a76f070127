// A learner's whole way: from no account to a finished course, over a week, on two devices.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { expect, settled, test, watch } from './fixtures';
import { start, type Server } from './server';

const faketime = ['x86_64', 'aarch64'].map((m) => `/usr/lib/${m}-linux-gnu/faketime/libfaketime.so.1`).find(existsSync);
const email = 'lea@example.com';
const password = 'quiet-harbour-lantern-31';
const course = 'git-without-fear';

/** A server whose clock is moved by writing an offset into a file. */
async function school(): Promise<{ server: Server; setDays: (n: number) => void }> {
	const file = join(mkdtempSync(join(tmpdir(), 'momentum-clock-')), 'offset');
	const setDays = (n: number) => writeFileSync(file, `+${n}d`);
	setDays(0);
	const server = await start('demo', {
		LD_PRELOAD: faketime ?? '',
		FAKETIME_TIMESTAMP_FILE: file,
		FAKETIME_NO_CACHE: '1',
		FAKETIME_DONT_FAKE_MONOTONIC: '1'
	});
	return { server, setDays };
}

async function device(browser: Browser, width: number): Promise<Page> {
	const context = await browser.newContext({ viewport: { width, height: 860 }, locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' });
	context.setDefaultTimeout(15_000);
	return context.newPage();
}

async function lessonOf(page: Page, url: string, day: number): Promise<string> {
	const outline = await (await page.context().request.get(`${url}/api/v1/courses/${course}/learn`)).json();
	return outline.days[day - 1].lessons[0].id as string;
}

async function finishDay(page: Page, url: string, day: number): Promise<void> {
	await page.goto(`${url}/learn/${course}/${await lessonOf(page, url, day)}`);
	await settled(page);
	await page.getByRole('button', { name: 'Mark day done' }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
}

test('a learner registers, finds, learns and finishes a course', async ({ browser }) => {
	test.skip(!faketime, 'needs the package faketime');
	test.setTimeout(240_000);
	const { server, setDays } = await school();
	const { url } = server;
	const phone = await device(browser, 390);
	const heard = watch(phone);
	try {
		// An account, proven by mail.
		await phone.goto(`${url}/register`);
		await phone.getByLabel('Your name').fill('Léa Ōnishi 🌱');
		await phone.getByLabel('Email').fill(email);
		await phone.getByLabel('Password', { exact: true }).fill(password);
		await phone.getByRole('button', { name: 'Create account' }).click();
		const letter = await server.letter(email);
		const link = /https?:\/\/[^\s"<>]*\/verify-email\?token=[\w-]+/.exec(letter)?.[0];
		expect(link, letter).toBeTruthy();
		await phone.goto(url + new URL(link!).pathname + new URL(link!).search);
		await phone.waitForURL((at) => at.pathname === '/');
		await settled(phone);

		// Three letters with a typo find the course.
		await phone.goto(`${url}/catalogue`);
		await settled(phone);
		await phone.getByRole('main').getByRole('searchbox').fill('gti');
		await expect(phone).toHaveURL(/q=gti/);
		await phone.getByRole('main').getByRole('link', { name: /Git without fear/ }).first().click();
		await phone.waitForURL(/\/courses\/git-without-fear/);
		await settled(phone);
		await phone.getByRole('button', { name: 'Start day 1' }).first().click();
		await phone.getByRole('dialog').getByRole('button', { name: 'Start day 1' }).click();
		await phone.waitForURL(/\/learn\//);
		await settled(phone);

		// Day 1: read, a note, a bookmark.
		const first = await lessonOf(phone, url, 1);
		await phone.getByRole('button', { name: 'Bookmark this lesson' }).click();
		await expect(phone.getByRole('button', { name: 'Remove bookmark' })).toBeVisible();
		const noted = await phone.context().request.post(`${url}/api/v1/lessons/${first}/notes`, { data: { text: 'A commit is a picture of the whole.' } });
		expect(noted.status()).toBe(201);
		const block = phone.locator('[data-id]').nth(5);
		await block.scrollIntoViewIfNeeded();
		await expect
			.poll(async () => {
				await phone.mouse.wheel(0, 220);
				const lesson = await (await phone.context().request.get(`${url}/api/v1/lessons/${first}`)).json();
				return lesson.my.position?.block_id ?? null;
			})
			.not.toBeNull();

		// A second device resumes at the same place.
		const desk = await device(browser, 1280);
		const signedIn = await desk.context().request.post(`${url}/api/v1/auth/sign-in`, { data: { email, password } });
		expect(signedIn.status()).toBe(200);
		await desk.goto(url);
		await settled(desk);
		await desk.getByRole('main').getByRole('link', { name: /^(Resume|Start)/ }).first().click();
		await desk.waitForURL(new RegExp(first));
		await settled(desk);
		await expect.poll(() => desk.evaluate(() => document.scrollingElement!.scrollTop + [...document.querySelectorAll('main, [data-scroll]')].reduce((n, e) => n + e.scrollTop, 0))).toBeGreaterThan(0);
		await expect(desk.getByText('A commit is a picture of the whole.')).toBeVisible();

		// Day 1 done; day 2 is locked and says when it opens.
		await finishDay(phone, url, 1);
		const second = await lessonOf(phone, url, 2);
		await desk.goto(`${url}/learn/${course}/${second}`);
		await settled(desk);
		await expect(desk.getByText(/opens tomorrow/i).first()).toBeVisible();

		// A day a day to the end.
		for (let day = 2; day <= 7; day += 1) {
			setDays(day - 1);
			await finishDay(phone, url, day);
		}
		await phone.goto(`${url}/courses?state=finished`);
		await settled(phone);
		await expect(phone.getByText('Git without fear').first()).toBeVisible();
		await phone.goto(url);
		await settled(phone);
		await expect(phone.getByText(/Git without fear/).first()).toBeVisible();
		expect(heard, 'the console must stay silent').toEqual([]);
	} finally {
		await server.stop();
	}
});
