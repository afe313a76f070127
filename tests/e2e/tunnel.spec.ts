// When things go wrong: no connection in the middle of a lesson, a session that ends under a pen, hasty
// hands, two tabs, a server that fails. Nothing typed is lost, nothing is done twice.
import type { BrowserContext, Page } from '@playwright/test';
import { expect, newcomer, settled, sound, test, type Person } from './fixtures';
import type { Server } from './server';

const course = 'passwords-and-phishing';

interface Note {
	text: string;
	quote?: string | null;
}

/** Somebody new in the first lesson of a course without dates. */
async function inLesson(page: Page, school: Server): Promise<{ person: Person; lesson: string }> {
	const person = await newcomer(page.context(), school);
	await page.goto(`${school.url}/courses/${course}`);
	await settled(page);
	await page.getByRole('button', { name: 'Start lesson 1' }).filter({ visible: true }).click();
	await page.waitForURL(/\/learn\//);
	await settled(page);
	return { person, lesson: new URL(page.url()).pathname.split('/').at(-1)! };
}

async function notesOf(context: BrowserContext, url: string, lesson: string): Promise<Note[]> {
	const answer = await context.request.get(`${url}/api/v1/lessons/${lesson}/notes`);
	return (await answer.json()) as Note[];
}

async function completedAt(context: BrowserContext, url: string, lesson: string): Promise<string | null> {
	const answer = await context.request.get(`${url}/api/v1/lessons/${lesson}`);
	return ((await answer.json()) as { my: { completed_at: string | null } }).my.completed_at;
}

/** The worker holds the page: from now on it opens without a connection. */
async function kept(page: Page): Promise<void> {
	await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	await page.reload();
	await settled(page);
	await expect.poll(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true);
}

const box = (page: Page) => page.getByRole('textbox', { name: /^New note/ });

test.use({ offlineTalk: true });

test('a lesson works in a tunnel', async ({ page, school }) => {
	const { lesson } = await inLesson(page, school);
	await kept(page);
	const context = page.context();
	await box(page).click();
	await page.keyboard.type('Half of it above ground.');
	await expect(page.getByText('Saved', { exact: true })).toBeVisible();

	await context.setOffline(true);
	await page.keyboard.type(' Half of it below. 🚇');
	await expect(page.getByText('Saved on this device').first()).toBeVisible();
	await page.getByRole('button', { name: 'Mark lesson done' }).click();
	const sheet = page.getByRole('dialog');
	await expect(sheet.getByText('Saved on this device')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByText('2 waiting to sync').filter({ visible: true })).toBeVisible();
	await sound(page, 'lesson without connection');

	// Even a reload in the dark keeps it.
	await page.reload();
	await settled(page);
	await expect(page.getByText('Half of it above ground. Half of it below. 🚇')).toBeVisible();
	await expect(page.getByText('Lesson 1 done').filter({ visible: true }).first()).toBeVisible();

	// A lesson that was never opened says what it needs.
	await page.goto(`${school.url}/learn/${course}/lsn_0000000000000`);
	await expect(page.getByRole('heading', { name: 'This lesson is not on your device' })).toBeVisible();
	await sound(page, 'lesson not on the device');
	await page.goBack();
	await settled(page);

	await context.setOffline(false);
	await expect(page.getByText('2 waiting to sync').filter({ visible: true })).toHaveCount(0);
	await expect.poll(() => notesOf(context, school.url, lesson).then((all) => all.map((n) => n.text))).toEqual(['Half of it above ground. Half of it below. 🚇']);
	expect(await completedAt(context, school.url, lesson)).toBeTruthy();
});

test('a session that ends under the pen loses no word', async ({ page, school }) => {
	const { person, lesson } = await inLesson(page, school);
	const context = page.context();
	await box(page).click();
	await page.keyboard.type('Before, ');
	await expect(page.getByText('Saved', { exact: true })).toBeVisible();
	await context.clearCookies();
	await page.keyboard.type('between, ');
	const dialog = page.getByRole('dialog', { name: 'Sign in to go on' });
	await expect(dialog).toBeVisible();
	await sound(page, 'session ended');
	await dialog.getByLabel('Password', { exact: true }).fill(person.password);
	await dialog.getByRole('button', { name: 'Sign in and go on' }).click();
	await expect(dialog).toHaveCount(0);
	await expect(box(page)).toHaveValue('Before, between, ');
	await box(page).click();
	await page.keyboard.press('End');
	await page.keyboard.type('after.');
	await expect.poll(() => notesOf(context, school.url, lesson).then((all) => all.map((n) => n.text))).toEqual(['Before, between, after.']);

	// And when the page is closed instead, the words wait for the next sign-in.
	await context.clearCookies();
	await page.keyboard.type(' And more.');
	await expect(dialog).toBeVisible();
	await page.goto(`${school.url}/sign-in`);
	await page.getByLabel('Email').fill(person.email);
	await page.getByLabel('Password', { exact: true }).fill(person.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL((at) => at.pathname === '/');
	await expect.poll(() => notesOf(context, school.url, lesson).then((all) => all.map((n) => n.text))).toEqual(['Before, between, after. And more.']);
});

test('hasty hands and a second tab do nothing twice', async ({ page, school }) => {
	await newcomer(page.context(), school);
	const context = page.context();
	await page.goto(`${school.url}/courses/${course}`);
	await settled(page);
	await page.getByRole('button', { name: 'Start lesson 1' }).filter({ visible: true }).dblclick();
	await page.waitForURL(/\/learn\//);
	await settled(page);
	const lesson = new URL(page.url()).pathname.split('/').at(-1)!;
	const mine = (await (await context.request.get(`${school.url}/api/v1/me/courses`)).json()) as { items: unknown[] };
	expect(mine.items).toHaveLength(1);

	const other = await context.newPage();
	await other.goto(page.url());
	await settled(other);
	await box(other).click();
	await other.keyboard.type('From the second tab');
	await box(page).click();
	await page.keyboard.type('From the first tab');
	await expect.poll(() => notesOf(context, school.url, lesson).then((all) => all.map((n) => n.text).sort())).toEqual(['From the first tab', 'From the second tab']);

	await page.getByRole('button', { name: 'Mark lesson done' }).dblclick();
	await expect(page.getByRole('dialog')).toBeVisible();
	await expect(page.getByRole('alert')).toHaveCount(0);
	const first = await completedAt(context, school.url, lesson);
	expect(first).toBeTruthy();
	// The other tab knows nothing of it and says the same; the first time stands.
	await other.getByRole('button', { name: 'Mark lesson done' }).click();
	await expect(other.getByRole('dialog')).toBeVisible();
	expect(await completedAt(context, school.url, lesson)).toBe(first);
	await other.close();
});

test('a page whose server fails says so and can be tried again', async ({ page, school }) => {
	await newcomer(page.context(), school);
	let failing = true;
	await page.route('**/api/v1/me/today*', (route) =>
		failing
			? route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ status: 500, code: 'internal', title: 'Internal', request_id: 'req_0123456789' }) })
			: route.continue()
	);
	await page.goto(school.url);
	await expect(page.getByText('Today could not be loaded')).toBeVisible();
	await settled(page);
	await expect(page.getByText('req_0123456789')).toBeVisible();
	await sound(page, 'today in trouble');
	failing = false;
	await page.getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByRole('heading', { name: 'What would you like to learn?' })).toBeVisible();
	await settled(page);
	await sound(page, 'today of a newcomer');
});
