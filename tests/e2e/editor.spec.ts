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

test('a page shows code and other sites, and its history gives one block back', async ({ page, school }) => {
	await signIn(page, school.url, demo.instructor);
	const course = await newCourse(page, school.url, 'Shown and told');
	const lesson = course.lessons[0]!.id;
	await page.context().request.patch(`${school.url}/api/v1/courses/${course.id}/draft/lessons/${lesson}`, { data: { body_html: '<p>To begin with.</p>', confirm_shrink: true } });
	const lessonHtml = async () => (await lessonOf(page, school.url, course.id, lesson)).body_html;
	// Nothing leaves the machine: what a frame would show is answered here.
	const asked: string[] = [];
	await page.route(/^https:/, (route) => {
		asked.push(`${route.request().url()} from ${route.request().headers()['referer'] ?? 'nobody'}`);
		return route.fulfill({ contentType: 'text/html', body: '<title>film</title><p>The film</p>' });
	});
	await page.goto(`${school.url}/teach/${course.id}?lesson=${lesson}`);
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+a');
	await page.keyboard.press('Delete');
	await page.keyboard.type('Watch this first.\n/vimeo');
	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', { name: 'Content of another site' });
	await dialog.getByLabel('Address').fill('https://maps.example.org/x');
	await dialog.getByRole('button', { name: 'Insert' }).click();
	await expect(dialog.getByLabel('Address')).toHaveAccessibleDescription(/Content of maps\.example\.org cannot be shown\. Allowed sites: www\.youtube-nocookie\.com, player\.vimeo\.com/);
	await expect(dialog.getByLabel('What it shows')).toHaveAccessibleDescription(/./);
	await dialog.getByLabel('Address').fill('vimeo.com/76979871');
	await dialog.getByLabel('What it shows').fill('Two dice');
	await page.keyboard.press('Enter');
	await expect(text(page).locator('figure.embed')).toContainText('Content of vimeo.com');
	await page.keyboard.type('Then read on.\n');

	// An address that stands alone is a link, and is offered as what it leads to.
	await text(page).evaluate((node) => {
		const clipboard = new DataTransfer();
		clipboard.setData('text/plain', 'https://youtu.be/dQw4w9WgXcQ?t=90');
		node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
	});
	await expect(page.getByRole('option', { name: 'Show content of youtube.com' })).toBeVisible();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await expect(dialog.getByLabel('Address')).toHaveValue('https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90');
	await dialog.getByLabel('What it shows').fill('A song');
	await dialog.getByRole('button', { name: 'Insert' }).click();
	await expect(text(page).locator('figure.embed')).toHaveCount(2);
	await expect(text(page).locator('a')).toHaveCount(0);

	// Code is coloured while it is written; its language is a choice beside it.
	await page.keyboard.type('```js ');
	await page.keyboard.type('const dice = 6;');
	await expect(text(page).locator('pre .hljs-keyword')).toHaveText('const');
	await page.getByRole('combobox', { name: 'Language of this code' }).selectOption('python');
	await expect(text(page).locator('pre .hljs-keyword')).toHaveCount(0);
	await page.getByRole('combobox', { name: 'Language of this code' }).selectOption('typescript');
	await expect(text(page).locator('pre .hljs-keyword')).toHaveText('const');
	await saved(page);
	await sound(page, 'an editor with code and other sites');
	const first = await lessonHtml();
	expect(first).toContain('data-src="https://player.vimeo.com/video/76979871?dnt=1"');
	expect(first).toContain('<code class="language-typescript">const dice = 6;');

	// As learners see it: nothing is asked of the other site before they want it.
	await page.getByRole('button', { name: 'Preview as learner' }).first().click();
	const phone = page.getByRole('region', { name: 'Preview as learner' });
	await expect(phone.locator('pre .hljs-keyword')).toHaveText('const');
	await expect(phone.getByRole('link', { name: 'Open at vimeo.com: Two dice' })).toHaveAttribute('href', 'https://vimeo.com/76979871');
	await sound(page, 'a page with content of other sites');
	expect(asked).toEqual([]);
	const show = phone.getByRole('button', { name: 'Show content of vimeo.com: Two dice' });
	await show.focus();
	await page.keyboard.press('Enter');
	await expect(phone.frameLocator('iframe[title="Two dice"]').getByText('The film')).toBeVisible();
	await expect(phone.locator('iframe')).toHaveAttribute('sandbox', /allow-scripts/);
	expect(asked[0]).toBe(`https://player.vimeo.com/video/76979871?dnt=1 from ${school.url}/`);
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').getByRole('button', { name: 'Close' }).first().click();

	// Two blocks change; one of them comes back from the history, and undo takes that back.
	await text(page).getByText('Watch this first.').click();
	await page.keyboard.press('End');
	await page.keyboard.type(' Twice.');
	await text(page).getByText('Then read on.').click();
	await page.keyboard.press('End');
	await page.keyboard.type(' Slowly.');
	await saved(page);
	await expect.poll(lessonHtml).toContain('Slowly.');
	await page.getByRole('button', { name: 'History' }).first().click();
	const history = page.getByRole('dialog', { name: 'History' });
	await history.getByRole('listitem').nth(1).getByRole('button').click();
	await expect(history.getByRole('region', { name: /^Block 1: Changed/ }).locator('ins')).toHaveText('Twice.');
	await sound(page, 'a history with changes');
	await history.getByRole('button', { name: 'Restore this block: block 1' }).press('Enter');
	await expect(history.getByRole('region', { name: /^Block 1/ })).toHaveCount(0);
	await history.getByRole('button', { name: 'Close' }).first().click();
	await expect.poll(lessonHtml, { timeout: 15_000 }).not.toContain('Twice.');
	expect(await lessonHtml()).toContain('Slowly.');
	await text(page).click();
	await page.keyboard.press('ControlOrMeta+z');
	await expect(text(page)).toContainText('Twice.');
});
