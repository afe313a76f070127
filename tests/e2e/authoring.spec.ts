// The whole way of a course, from an empty page to a learner who goes on by its second version: written by
// an instructor through a lost connection, returned by an admin with a comment, mended, approved by four
// eyes, published; a learner in the middle moves on from the next unopened day. Nothing is lost on it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, newcomer, settled, signIn, sound, test, watch } from './fixtures';
import { demo, type Server } from './server';
import { paste, saved, status, text } from './writing';

const word = readFileSync(join(__dirname, '../fixtures/paste/word.html'), 'utf8');
const title = 'Answering complaints';

async function answer<T>(call: Promise<{ ok(): boolean; text(): Promise<string> }>): Promise<T> {
	const got = await call;
	const body = await got.text();
	expect(got.ok(), body).toBe(true);
	return (body ? JSON.parse(body) : undefined) as T;
}

async function admins(browser: Browser, school: Server): Promise<{ page: Page; heard: string[] }> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce' });
	const page = await context.newPage();
	await signIn(page, school.url, demo.admin);
	return { page, heard: watch(page) };
}

const tree = (page: Page) => page.getByRole('tree', { name: 'Days and lessons' });
const dialog = (page: Page) => page.getByRole('dialog');

/** An author writes a week, alone with a bad line. Returns the course's place in addresses. */
async function write(page: Page, school: Server): Promise<string> {
	await signIn(page, school.url, demo.instructor);
	await page.goto(`${school.url}/teach/new`);
	await page.getByRole('textbox', { name: 'Title of the course' }).fill(title);
	await page.getByRole('radio', { name: /^7 days/ }).check();
	await page.getByRole('combobox', { name: 'Category' }).selectOption({ index: 1 });
	await expect(page.getByRole('listitem').filter({ hasText: 'Look back, go on' })).toBeVisible();
	await sound(page, 'a new course');
	await page.getByRole('button', { name: 'Begin the course' }).click();

	// The tree has a lesson for every day, and the first is open.
	const lessons = tree(page);
	await expect(lessons.locator('[data-lesson]')).toHaveCount(7);
	await expect(text(page)).toContainText('Open with a moment every learner knows');
	await sound(page, 'the course editor');

	// Day 2 is renamed and filled from Word: its lists become lists.
	await lessons.getByRole('treeitem', { name: /^The one idea/ }).click();
	await page.getByRole('textbox', { name: 'Lesson title' }).fill('Read before you write');
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+a');
	await paste(page, word);
	await expect(text(page).getByRole('heading', { name: 'Answering a complaint' })).toBeVisible();
	await expect(text(page).locator('ul ul > li')).toHaveText(['Once for the facts.', 'Once for the feeling.']);
	await expect(text(page).locator('ol > li')).toHaveCount(2);
	await expect(text(page).locator('table th')).toHaveText(['They write', 'You answer']);
	await saved(page);
	await expect(lessons.getByRole('treeitem', { name: /^Read before you write/ })).toBeVisible();

	// The connection goes; writing goes on, over a reload.
	await page.waitForFunction(async () => Boolean(navigator.serviceWorker.controller && (await caches.match('/api/v1/me')) && (await caches.match('/api/v1/instance'))));
	await page.context().setOffline(true);
	await page.keyboard.press('ControlOrMeta+End');
	await page.keyboard.press('Enter');
	await page.keyboard.type('Written without a connection.');
	await expect(status(page, 'kept')).toHaveText('Saved on this device', { timeout: 15_000 });
	await page.reload();
	await expect(text(page)).toContainText('Written without a connection.');
	await expect(text(page)).toContainText('Look up the order.');
	// Undo reaches back over the reload.
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+z');
	await expect(text(page)).not.toContainText('Written without a connection.');
	await page.keyboard.press('ControlOrMeta+Shift+z');
	await expect(text(page)).toContainText('Written without a connection.');
	await page.context().setOffline(false);
	await saved(page);
	const url = new URL(page.url());
	const course = url.pathname.split('/').at(-1)!;
	const lesson = url.searchParams.get('lesson')!;
	await expect.poll(async () => (await answer<{ body_html: string }>(page.context().request.get(`${school.url}/api/v1/courses/${course}/draft/lessons/${lesson}`))).body_html).toContain('Written without a connection.');

	// By keys alone: a lesson moves to another day, is lifted and put back, another is added to day 3.
	await lessons.getByRole('treeitem', { name: /^Read before you write/ }).focus();
	await page.keyboard.press('Space');
	await page.keyboard.press('ArrowDown');
	await expect(lessons.locator('[data-day="3"] [data-lesson]')).toHaveCount(2);
	await page.keyboard.press('Escape');
	await expect(lessons.locator('[data-day="3"] [data-lesson]')).toHaveCount(1);
	await expect(lessons.locator('[data-day="2"] [data-lesson]')).toHaveCount(1);

	// Removed by mistake, and back.
	await lessons.getByRole('treeitem', { name: /^Try it small/ }).focus();
	await page.keyboard.press('Delete');
	await expect(lessons.locator('[data-lesson]')).toHaveCount(6);
	await page.getByRole('button', { name: 'Undo' }).filter({ hasText: 'Undo' }).click();
	await expect(lessons.locator('[data-lesson]')).toHaveCount(7);

	// The slash, and what the history keeps.
	await lessons.getByRole('treeitem', { name: /^See it done/ }).click();
	await expect(text(page)).toContainText('Show the finished result first');
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+End');
	await page.keyboard.press('ControlOrMeta+Enter');
	await page.keyboard.type('/warn');
	await expect(page.getByRole('option', { name: 'Warning' })).toBeVisible();
	await page.keyboard.press('Enter');
	await page.keyboard.type('Never skip a step.');
	await expect(text(page).locator('aside[data-kind="warning"]')).toHaveText('Never skip a step.');
	await saved(page);
	await page.getByRole('button', { name: 'History' }).click();
	const history = page.getByRole('dialog', { name: 'History' });
	await history.getByRole('button', { name: /Saved by the system/ }).click();
	await expect(history.locator('ins')).toContainText('Never skip a step.');
	await history.getByRole('button', { name: 'Restore this state' }).click();
	await expect(text(page)).not.toContainText('Never skip a step.');
	await saved(page);

	// Most of a page goes only when it is meant.
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+a');
	await page.keyboard.press('Delete');
	const asked = page.getByRole('dialog', { name: 'Take most of this page away?' });
	await asked.getByRole('button', { name: 'Bring the text back' }).click();
	await expect(text(page)).toContainText('Show the finished result first');

	// As a learner sees it.
	await page.getByRole('button', { name: 'Preview as learner' }).click();
	await expect(page.getByRole('dialog', { name: 'Preview as learner' })).toContainText('Show the finished result first');
	await page.keyboard.press('Escape');
	return course;
}

/** The author asks for a review of what stands. */
async function submit(page: Page, url: string, course: string, words = ''): Promise<void> {
	await page.goto(`${url}/teach/${course}/versions`);
	await settled(page);
	await page.getByRole('button', { name: 'Submit for review' }).click();
	await expect(dialog(page).getByText('Nothing stands in the way.')).toBeVisible();
	if (words) {
		await sound(page, 'submit dialog');
		await dialog(page).getByLabel('For the reviewer').fill(words);
	}
	await dialog(page).getByRole('button', { name: 'Submit for review' }).click();
	await expect(page.getByRole('button', { name: 'In review' })).toBeVisible();
}

/** A course cannot be submitted before the catalogue has a sentence for it. */
async function summarise(page: Page, url: string, course: string): Promise<void> {
	await page.goto(`${url}/teach/${course}/versions`);
	await settled(page);
	await page.getByRole('button', { name: 'Submit for review' }).click();
	await dialog(page).getByRole('link', { name: /Write one sentence for the catalogue/ }).click();
	await page.getByRole('textbox', { name: 'Summary' }).fill('What to write when somebody is cross.');
	await page.getByRole('button', { name: 'Save', exact: true }).first().click();
	await expect(page.getByText('Saved.', { exact: true }).first()).toBeVisible();
}

async function open(admin: Page, url: string): Promise<void> {
	await admin.goto(`${url}/admin/reviews`);
	await settled(admin);
	await admin.getByRole('link', { name: title }).click();
	await expect(admin.getByRole('heading', { level: 1, name: title })).toBeVisible();
}

async function approve(admin: Page, url: string): Promise<void> {
	await open(admin, url);
	await admin.getByRole('button', { name: 'Approve' }).click();
	await dialog(admin).getByRole('button', { name: 'Approve' }).click();
	await expect(admin.getByText('Approved', { exact: true }).first()).toBeVisible();
}

/** The admin comments on a block by the keyboard, and returns the course. */
async function sendBack(admin: Page, url: string): Promise<void> {
	await open(admin, url);
	await expect(admin.getByText('Day 2 is from the old handbook.').first()).toBeVisible();
	await admin.getByRole('combobox', { name: 'Lesson' }).selectOption({ label: 'Day 2: Read before you write' });
	const comment = admin.getByRole('button', { name: 'Comment on: Written without a connection.' });
	await comment.focus();
	await admin.keyboard.press('Enter');
	await dialog(admin).getByLabel('Comment').fill('Say why.');
	await dialog(admin).getByRole('button', { name: 'Add' }).click();
	await sound(admin, 'review');
	await admin.getByRole('button', { name: /^Return/ }).click();
	await dialog(admin).getByRole('button', { name: 'Return' }).click();
	await expect(admin.getByText('Returned', { exact: true }).first()).toBeVisible();
}

/** The author finds the comment where he publishes, and mends the lesson in the editor. */
async function mend(page: Page, url: string, course: string): Promise<void> {
	await page.goto(`${url}/teach/${course}/versions`);
	await settled(page);
	await page.getByRole('button', { name: 'Submit for review' }).click();
	await expect(dialog(page).getByText('Say why.')).toBeVisible();
	await dialog(page).getByRole('link', { name: 'Read before you write' }).click();
	await expect(text(page)).toContainText('Written without a connection.');
	await text(page).getByText('Written without a connection.').click();
	await page.keyboard.press('End');
	await page.keyboard.type(' Because trains have tunnels.');
	await saved(page);
}

async function publish(page: Page, url: string, course: string): Promise<void> {
	await page.goto(`${url}/teach/${course}/versions`);
	await settled(page);
	await page.getByRole('button', { name: 'Publish', exact: true }).click();
	await expect(dialog(page).getByText('Approved. You can publish it.')).toBeVisible();
}

/** A learner begins version 1 and finishes its first day. */
async function begin(learner: BrowserContext, school: Server, course: string): Promise<string> {
	const api = `${school.url}/api/v1`;
	await newcomer(learner, school, 'Mid Way');
	await answer(learner.request.post(`${api}/courses/${course}/enrolment`, { data: { pace: { kind: 'daily' } } }));
	const { days } = await answer<{ days: { lessons: { id: string }[] }[] }>(learner.request.get(`${api}/courses/${course}/learn`));
	const first = days[0]!.lessons[0]!.id;
	await answer(learner.request.post(`${api}/lessons/${first}/complete`, { data: {} }));
	return first;
}

/** What was open is as it was, what comes is new, nothing done is lost; and a learner may say what is wrong. */
async function goOn(phone: Page, url: string, course: string): Promise<void> {
	await phone.goto(`${url}/courses/${course}`);
	await settled(phone);
	await expect(phone.getByText('1 of 7 days done')).toBeVisible();
	await expect(phone.getByRole('heading', { name: 'Say it, again' })).toHaveCount(0);
	await expect(phone.getByRole('heading', { name: 'Read, then write' })).toBeVisible();
	await phone.getByRole('button', { name: 'More for this course' }).click();
	await phone.getByRole('menuitem', { name: 'Report a problem' }).click();
	await dialog(phone).getByRole('radio', { name: 'Something does not work' }).check();
	await sound(phone, 'report dialog');
	await dialog(phone).getByRole('button', { name: 'Send report' }).click();
	await expect(phone.getByText('Thank you. Somebody will look at it.')).toBeVisible();
}

async function rename(page: Page, url: string, course: string, lesson: RegExp, name: string): Promise<void> {
	await page.goto(`${url}/teach/${course}`);
	await tree(page).getByRole('treeitem', { name: lesson }).click();
	await page.getByRole('textbox', { name: 'Lesson title' }).fill(name);
	await saved(page);
	await expect(tree(page).getByRole('treeitem', { name })).toBeVisible();
}

// The author's line is cut, and the browser may say so.
test.use({ offlineTalk: true });

test('a course is written, returned, mended, approved and published, and a learner goes on by its second version', async ({ page, browser, school }) => {
	test.setTimeout(240_000);
	const { url } = school;
	const admin = await admins(browser, school);
	await signIn(page, url, demo.instructor);
	const course = await test.step('written', () => write(page, school));

	await test.step('four eyes are asked for, by the keyboard alone', async () => {
		await admin.page.goto(`${url}/admin/settings?tab=moderation`);
		await settled(admin.page);
		const rule = admin.page.getByRole('switch', { name: 'Somebody else approves every version' });
		await rule.focus();
		await admin.page.keyboard.press('Space');
		await expect(rule).toBeChecked();
		await admin.page.getByRole('button', { name: 'Save changes' }).press('Enter');
		await expect(admin.page.getByText('Settings saved.')).toBeVisible();
	});
	await test.step('what stands in the way is named, and mended where it leads', () => summarise(page, url, course));
	await test.step('submitted', () => submit(page, url, course, 'Day 2 is from the old handbook.'));
	await test.step('returned', () => sendBack(admin.page, url));
	await test.step('mended', () => mend(page, url, course));
	await test.step('submitted again', () => submit(page, url, course));
	await test.step('approved', () => approve(admin.page, url));
	await test.step('published', async () => {
		await publish(page, url, course);
		await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Version 1' })).toBeVisible();
	});

	const learner = await browser.newContext({ viewport: { width: 390, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce' });
	await test.step('begun by a learner', () => begin(learner, school, course));
	await test.step('changed, and approved again', async () => {
		await rename(page, url, course, /^Start here/, 'Say it, again');
		await rename(page, url, course, /^Read before you write/, 'Read, then write');
		await submit(page, url, course);
		await approve(admin.page, url);
	});
	await test.step('published for everyone, from their next unopened day', async () => {
		await publish(page, url, course);
		await expect(dialog(page).getByText('1 learner is in the middle of this course.')).toBeVisible();
		await dialog(page).getByText('Everyone, from their next unopened day').click();
		await sound(page, 'publish dialog');
		await dialog(page).getByRole('button', { name: 'Publish', exact: true }).click();
		await expect(page.getByRole('heading', { name: 'Version 2' })).toBeVisible();
		await page.getByRole('button', { name: 'What changed in version 2' }).click();
		await sound(page, 'versions');
	});
	const learn = () => answer<{ enrolment: { version: number } }>(learner.request.get(`${url}/api/v1/courses/${course}/learn`));
	await expect.poll(async () => (await learn()).enrolment.version).toBe(2);
	const phone = await learner.newPage();
	const heard = watch(phone);
	await test.step('gone on with', () => goOn(phone, url, course));

	await test.step('reported, and hidden at once', async () => {
		await admin.page.goto(`${url}/admin/reviews?tab=reports`);
		await settled(admin.page);
		await admin.page.getByRole('link', { name: title }).click();
		await admin.page.getByRole('button', { name: 'Hide it now' }).click();
		await expect(admin.page.getByRole('button', { name: 'Show it again' })).toBeVisible();
		await sound(admin.page, 'report');
		await phone.reload();
		await settled(phone);
		await expect(phone.getByRole('heading', { name: 'This course is being looked at' })).toBeVisible();
	});

	for (const [name, said] of Object.entries({ admin: admin.heard, learner: heard })) expect(said, name).toEqual([]);
	await answer(admin.page.context().request.put(`${url}/api/v1/admin/settings/sections/moderation`, { data: { value: {} } }));
	for (const context of [admin.page.context(), learner]) await context.close();
});
