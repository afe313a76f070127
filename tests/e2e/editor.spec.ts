// Two authors in one lesson: nothing that anybody wrote is ever gone.
import type { Page } from '@playwright/test';
import { expect, signIn, sound, test, watch } from './fixtures';
import { demo } from './server';
import { saved, status, text } from './writing';

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
