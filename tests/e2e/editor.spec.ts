// Authors at work: a course from a template to a whole week, a Word document on the clipboard, a lost
// connection, two people in one lesson. Nothing that anybody wrote is ever gone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, signIn, sound, test, watch } from './fixtures';
import { demo } from './server';

const word = readFileSync(join(__dirname, '../fixtures/paste/word.html'), 'utf8');

const text = (page: Page) => page.getByRole('textbox', { name: 'Lesson text' });
const status = (page: Page, state: 'saved' | 'kept') => page.locator(`[data-state="${state}"]`);
const saved = (page: Page) => expect(status(page, 'saved')).toBeVisible({ timeout: 15_000 });

/** As the browser hands it over after a copy in another program. */
async function paste(page: Page, html: string): Promise<void> {
	await text(page).evaluate((node, data) => {
		const clipboard = new DataTransfer();
		clipboard.setData('text/html', data);
		clipboard.setData('text/plain', 'x');
		node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
	}, html);
}

interface Draft {
	id: string;
	lessons: { id: string; day: number; title: string }[];
}

async function newCourse(page: Page, url: string, title: string): Promise<Draft> {
	const { request } = page.context();
	const categories = (await (await request.get(`${url}/api/v1/categories`)).json()) as { id: string }[];
	const answer = await request.post(`${url}/api/v1/courses`, {
		data: { title, category: categories[0]!.id, length: 7, level: 'beginner', language: 'en', is_guided: true }
	});
	expect(answer.status(), await answer.text()).toBe(201);
	return (await answer.json()) as Draft;
}

const lessonOf = async (page: Page, url: string, course: string, lesson: string) =>
	(await (await page.context().request.get(`${url}/api/v1/courses/${course}/draft/lessons/${lesson}`)).json()) as { body_html: string; title: string };

/** The first half of the long way from an empty page to a learner: a course is written, and nothing of it is lost. */
test.describe('an author', () => {
	test.use({ offlineTalk: true });

	test('builds a week from a template, pastes from Word, loses the connection and nothing else', async ({ page, school }) => {
		await signIn(page, school.url, demo.instructor);
		await page.goto(`${school.url}/teach/new`);
		await page.getByRole('textbox', { name: 'Title of the course' }).fill('Answering complaints');
		await page.getByRole('radio', { name: /^7 days/ }).check();
		await page.getByRole('combobox', { name: 'Category' }).selectOption({ index: 1 });
		await expect(page.getByRole('listitem').filter({ hasText: 'Look back, go on' })).toBeVisible();
		await sound(page, 'a new course');
		await page.getByRole('button', { name: 'Begin the course' }).click();

		// The tree has a lesson for every day, and the first is open.
		const tree = page.getByRole('tree', { name: 'Days and lessons' });
		await expect(tree.locator('[data-lesson]')).toHaveCount(7);
		await expect(text(page)).toContainText('Open with a moment every learner knows');
		await sound(page, 'the course editor');

		// Day 2 is renamed and filled from Word: its lists become lists.
		await tree.getByRole('treeitem', { name: /^The one idea/ }).click();
		await page.getByRole('textbox', { name: 'Lesson title' }).fill('Read before you write');
		await text(page).click();
		await page.keyboard.press('ControlOrMeta+a');
		await paste(page, word);
		await expect(text(page).getByRole('heading', { name: 'Answering a complaint' })).toBeVisible();
		await expect(text(page).locator('ul ul > li')).toHaveText(['Once for the facts.', 'Once for the feeling.']);
		await expect(text(page).locator('ol > li')).toHaveCount(2);
		await expect(text(page).locator('table th')).toHaveText(['They write', 'You answer']);
		await saved(page);
		await expect(tree.getByRole('treeitem', { name: /^Read before you write/ })).toBeVisible();

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
		await expect.poll(async () => (await lessonOf(page, school.url, course, lesson)).body_html).toContain('Written without a connection.');

		// By keys alone: a lesson moves to another day, is lifted and put back, another is added to day 3.
		await tree.getByRole('treeitem', { name: /^Read before you write/ }).focus();
		await page.keyboard.press('Space');
		await page.keyboard.press('ArrowDown');
		await expect(tree.locator('[data-day="3"] [data-lesson]')).toHaveCount(2);
		await page.keyboard.press('Escape');
		await expect(tree.locator('[data-day="3"] [data-lesson]')).toHaveCount(1);
		await expect(tree.locator('[data-day="2"] [data-lesson]')).toHaveCount(1);

		// Removed by mistake, and back.
		await tree.getByRole('treeitem', { name: /^Try it small/ }).focus();
		await page.keyboard.press('Delete');
		await expect(tree.locator('[data-lesson]')).toHaveCount(6);
		await page.getByRole('button', { name: 'Undo' }).filter({ hasText: 'Undo' }).click();
		await expect(tree.locator('[data-lesson]')).toHaveCount(7);

		// The slash, and what the history keeps.
		await tree.getByRole('treeitem', { name: /^See it done/ }).click();
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

		// Here the second half goes on: submitted, returned with a comment, mended, approved, published, moved.
	});
});

test('two browsers edit one lesson at once, and neither text disappears', async ({ page, school, browser }) => {
	await signIn(page, school.url, demo.instructor);
	const draft = await newCourse(page, school.url, 'Two at once');
	const lesson = draft.lessons[0]!;
	const address = `${school.url}/teach/${draft.id}?lesson=${lesson.id}`;
	const second = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' });
	const other = await second.newPage();
	const heard = watch(other);
	await signIn(other, school.url, demo.admin);
	await Promise.all([page.goto(address), other.goto(address)]);
	await Promise.all([expect(text(page)).toContainText('Open with a moment'), expect(text(other)).toContainText('Open with a moment')]);

	// They see each other.
	await expect(page.getByText(/^Also here: /)).toBeAttached({ timeout: 15_000 });

	// Different blocks at the same moment: put together, the caret stays where it was.
	const hook = (p: Page) => text(p).locator('p').first();
	await Promise.all([
		hook(page).click().then(() => page.keyboard.press('End')),
		text(other).locator('p').nth(1).click().then(() => other.keyboard.press('End'))
	]);
	await Promise.all([page.keyboard.type(' Alpha from the author.'), other.keyboard.type(' Beta from the admin.')]);
	await Promise.all([saved(page), saved(other)]);
	for (const p of [page, other]) {
		await expect(text(p)).toContainText('Alpha from the author.', { timeout: 20_000 });
		await expect(text(p)).toContainText('Beta from the admin.', { timeout: 20_000 });
	}
	await page.keyboard.type(' Still here.');
	await expect(text(page)).toContainText('Alpha from the author. Still here.');
	await saved(page);
	await expect(text(other)).toContainText('Still here.', { timeout: 20_000 });

	// The same words: somebody is asked, and the text that is not taken is in the history.
	const heading = (p: Page) => text(p).getByRole('heading').first();
	await other.route('**/draft/lessons/*', (route) => (route.request().method() === 'PATCH' ? new Promise((done) => setTimeout(() => done(route.continue()), 2500)) : route.continue()));
	const rewrite = async (p: Page, words: string) => {
		await heading(p).click();
		await p.keyboard.press('Home');
		await p.keyboard.press('Shift+End');
		await p.keyboard.type(words);
	};
	await rewrite(other, 'Gamma');
	await rewrite(page, 'Delta');
	await saved(page);
	const asked = other.getByRole('dialog', { name: 'You both changed the same text' });
	await expect(asked).toBeVisible({ timeout: 20_000 });
	await sound(other, 'two texts of one block');
	await asked.getByRole('button', { name: 'Take theirs' }).click();
	await expect(heading(other)).toHaveText('Delta');
	await saved(other);
	await other.getByRole('button', { name: 'History' }).click();
	const aside = other.getByRole('dialog', { name: 'History' }).getByRole('button', { name: /Set aside by/ });
	await aside.click();
	await expect(other.getByRole('dialog', { name: 'History' }).locator('del')).toContainText('Gamma');
	await sound(other, 'the history of a lesson');
	await other.keyboard.press('Escape');
	await other.getByRole('button', { name: 'Preview as learner' }).click();
	await expect(other.getByRole('dialog', { name: 'Preview as learner' })).toContainText('Beta from the admin.');
	await sound(other, 'a lesson as learners see it');
	const now = await lessonOf(page, school.url, draft.id, lesson.id);
	for (const words of ['Alpha from the author.', 'Beta from the admin.', 'Still here.', 'Delta']) expect(now.body_html).toContain(words);
	expect(heard).toEqual([]);
	await second.close();
});
