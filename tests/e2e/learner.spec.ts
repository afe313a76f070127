// A learner's whole way: from no account to a finished course, over a week, on two devices.
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from '@playwright/test';
import { expect, settled, signIn, test, watch } from './fixtures';
import { demo, start, type Server } from './server';

const faketime = ['x86_64', 'aarch64'].map((m) => `/usr/lib/${m}-linux-gnu/faketime/libfaketime.so.1`).find(existsSync);
const email = 'lea@example.com';
const password = 'quiet-harbour-lantern-31';
const course = 'git-without-fear';
/** A course that an admin puts behind it. */
const later = 'clear-writing';
const thought = 'A commit is a picture of the whole. 📸';

/** A zone where it is noon or so: what opens tomorrow at 03:00 opens today for who runs this at night. */
const ahead = 12 - new Date().getUTCHours();
const zone = `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;

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
	const context = await browser.newContext({ viewport: { width, height: 860 }, locale: 'en-GB', timezoneId: zone, reducedMotion: 'reduce' });
	context.setDefaultTimeout(15_000);
	return context.newPage();
}

async function lessonOf(page: Page, url: string, day: number): Promise<string> {
	const outline = await (await page.context().request.get(`${url}/api/v1/courses/${course}/learn`)).json();
	return outline.days[day - 1].lessons[0].id as string;
}

/** From today's card into the lesson. */
async function enterToday(page: Page, url: string, day: number): Promise<void> {
	await page.goto(url);
	await settled(page);
	await page.getByRole('main').getByRole('link', { name: new RegExp(`^(Resume|Start) day ${day}$`) }).first().click();
	await page.waitForURL(/\/learn\//);
	await settled(page);
	await expect(page.getByText(`Day ${day} ·`, { exact: false }).first()).toBeVisible();
}

async function markDone(page: Page): Promise<Locator> {
	await page.getByRole('button', { name: 'Mark day done' }).click();
	const sheet = page.getByRole('dialog');
	await expect(sheet).toBeVisible();
	return sheet;
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

		// What has to be finished first is named, and refuses who has not.
		const officer = await browser.newContext();
		await signIn(await officer.newPage(), url, demo.admin);
		const { id } = (await (await officer.request.get(`${url}/api/v1/courses/${course}`)).json()) as { id: string };
		expect((await officer.request.patch(`${url}/api/v1/courses/${later}/access`, { data: { prerequisites: [id] } })).ok()).toBe(true);
		await officer.close();
		await phone.goto(`${url}/courses/${later}`);
		await settled(phone);
		const needs = (title: string) => phone.getByRole('main').getByRole('status').filter({ hasText: title });
		await expect(needs('To be finished first').getByRole('link', { name: 'Git without fear' })).toBeVisible();
		await phone.getByRole('button', { name: 'Start day 1' }).first().click();
		await phone.getByRole('dialog').getByRole('button', { name: 'Start day 1' }).click();
		await expect(phone.getByText('Other courses have to be finished first. They are named on the course page.')).toBeVisible();
		await phone.keyboard.press('Escape');
		await expect(phone.getByRole('dialog')).toHaveCount(0);

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

		// Day 1: a bookmark; a sentence is selected and a note written on it, which saves itself.
		const first = await lessonOf(phone, url, 1);
		await phone.getByRole('button', { name: 'Bookmark this lesson' }).click();
		await expect(phone.getByRole('button', { name: 'Remove bookmark' })).toBeVisible();
		const body = phone.getByRole('article').locator('p[data-id]');
		const passage = body.nth(3);
		const quoted = ((await passage.textContent()) ?? '').trim();
		await passage.click({ clickCount: 3 });
		await phone.getByRole('toolbar', { name: 'Selected words' }).getByRole('button', { name: 'Add note' }).click();
		const box = phone.getByRole('textbox', { name: /^New note on/ });
		await expect(box).toBeFocused();
		await phone.keyboard.type(thought);
		await expect(phone.getByText('Saved', { exact: true })).toBeVisible();
		await phone.getByRole('button', { name: 'Add note' }).click();
		const drawer = phone.getByRole('dialog');
		await expect(drawer.getByText(thought)).toBeVisible();
		await expect(drawer.getByRole('button', { name: `Go to “${quoted.slice(0, 30)}` })).toBeVisible();
		await phone.keyboard.press('Escape');
		await expect.poll(() => phone.evaluate(() => [...(CSS.highlights.get('note') ?? [])].join('').slice(0, 30)), 'the words are marked in the text').toBe(quoted.slice(0, 30));

		// Reading on: the place is kept as one goes.
		const lessonNow = async () => (await phone.context().request.get(`${url}/api/v1/lessons/${first}`)).json();
		await phone.mouse.move(195, 400);
		await expect
			.poll(async () => {
				await phone.mouse.wheel(0, 220);
				await phone.waitForLoadState('networkidle');
				return (await lessonNow()).my.position?.block_id ?? null;
			})
			.not.toBeNull();
		// What was scrolled last is sent two seconds after the last move.
		let place = '';
		await expect
			.poll(async () => {
				const before = place;
				place = (await lessonNow()).my.position.block_id as string;
				return place === before;
			}, { intervals: [4000], timeout: 30_000 })
			.toBe(true);

		// A second device resumes at the same place, with the note in its margin.
		const desk = await device(browser, 1280);
		await desk.goto(`${url}/sign-in`);
		await desk.getByLabel('Email').fill(email);
		await desk.getByLabel('Password', { exact: true }).fill(password);
		await desk.getByRole('button', { name: 'Sign in' }).click();
		await desk.waitForURL((at) => at.pathname === '/');
		await enterToday(desk, url, 1);
		await expect(desk).toHaveURL(new RegExp(first));
		await expect(desk.getByText('You stopped here last time.')).toBeVisible();
		await expect(desk.locator(`[data-id="${place}"]`)).toBeInViewport();
		expect(await desk.evaluate(() => scrollY)).toBeGreaterThan(200);
		await expect(desk.getByText(thought)).toBeVisible();
		await expect(desk.getByRole('button', { name: 'Remove bookmark' })).toBeVisible();

		// Day 1 done; day 2 is locked and says when it opens, on both devices.
		const sheet = await markDone(phone);
		await expect(sheet.getByText(/opens tomorrow at 03:00/i)).toBeVisible();
		const second = await lessonOf(phone, url, 2);
		await desk.goto(`${url}/learn/${course}/${second}`);
		await settled(desk);
		await expect(desk.getByText('Opens tomorrow at 03:00').filter({ visible: true }).first()).toBeVisible();
		await expect(desk.getByRole('button', { name: 'Mark day done' })).toHaveCount(0);
		await desk.goto(url);
		await settled(desk);
		await expect(desk.getByRole('main').getByText('Day 2 opens tomorrow at 03:00').first()).toBeVisible();

		// An administrator lets people go ahead: day 2 opens before its date, though the connection was lost first.
		const admin = await device(browser, 1280);
		await signIn(admin, url, demo.admin);
		await admin.goto(`${url}/admin/settings?tab=learning`);
		await settled(admin);
		await admin.getByRole('switch', { name: 'Open the next day early' }).press('Space');
		await admin.getByRole('button', { name: 'Save changes' }).click();
		await expect(admin.getByText('Settings saved.').first()).toBeVisible();
		await desk.reload();
		await settled(desk);
		const early = desk.getByRole('button', { name: 'Open day 2 now' });
		await desk.context().setOffline(true);
		await early.click();
		await expect(desk.getByText(/could not reach the server/)).toBeVisible();
		await desk.context().setOffline(false);
		await early.click();
		await expect(desk.getByRole('link', { name: 'Start day 2' })).toBeFocused();
		await expect(desk.getByRole('main').getByText(/^Day 3 opens /).first()).toBeVisible();

		// A day a day to the end.
		for (let day = 2; day <= 7; day += 1) {
			setDays(day - 1);
			await enterToday(phone, url, day);
			const done = await markDone(phone);
			if (day === 7) await expect(done.getByText('You finished Git without fear!').filter({ visible: true }).first()).toBeVisible();
		}
		await phone.getByRole('dialog').getByRole('link', { name: 'Back to today' }).click();
		await phone.waitForURL((at) => at.pathname === '/');
		await settled(phone);
		await expect(phone.getByRole('main').getByText('Git without fear').first()).toBeVisible();
		await expect(phone.getByRole('main').getByText('Finished').first()).toBeVisible();
		await phone.goto(`${url}/courses?state=finished`);
		await settled(phone);
		await expect(phone.getByRole('main').getByText('Git without fear').first()).toBeVisible();
		await phone.goto(`${url}/courses/${later}`);
		await settled(phone);
		await expect(needs('What comes first is finished').getByText('Finished', { exact: true })).toBeVisible();
		await phone.goto(`${url}/saved`);
		await settled(phone);
		await expect(phone.getByText(thought)).toBeVisible();
		await phone.goto(`${url}/saved?tab=bookmarks`);
		await settled(phone);
		await expect(phone.getByRole('main').getByRole('link').first()).toBeVisible();
		expect(heard, 'the console must stay silent').toEqual([]);
	} finally {
		await server.stop();
	}
});
