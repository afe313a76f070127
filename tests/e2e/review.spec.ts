// A course goes to its readers by four eyes: submitted, returned with a comment, mended, approved by
// somebody else, published; a learner in the middle goes on by the new version from the next day.
import type { APIRequestContext, Browser, Page } from '@playwright/test';
import { expect, newcomer, settled, signIn, sound, test, watch } from './fixtures';
import { demo, type Server } from './server';

const title = 'Letters that get answers';

async function answer<T>(call: Promise<{ ok(): boolean; text(): Promise<string>; json(): Promise<unknown> }>): Promise<T> {
	const got = await call;
	expect(got.ok(), await got.text()).toBe(true);
	const text = await got.text();
	return (text ? JSON.parse(text) : undefined) as T;
}

/** A published seven-day course, made as a program would make it. */
async function makeCourse(request: APIRequestContext, api: string): Promise<{ id: string; slug: string; lessons: string[] }> {
	const [category] = await answer<{ id: string }[]>(request.get(`${api}/categories`));
	const data = { title, category: category!.id, length: 7, level: 'beginner', language: 'en' };
	const course = await answer<{ id: string; slug: string }>(request.post(`${api}/courses`, { data }));
	await answer(request.patch(`${api}/courses/${course.id}/draft`, { data: { summary: 'Seven letters in seven days.' } }));
	const lessons: string[] = [];
	for (let day = 1; day <= 7; day++) {
		const lesson = { day, title: `Letter ${day}`, body_html: `<p>Write letter number ${day}.</p><p>Send it before noon.</p>` };
		lessons.push((await answer<{ id: string }>(request.post(`${api}/courses/${course.id}/draft/lessons`, { data: lesson }))).id);
	}
	await answer(request.post(`${api}/courses/${course.id}/publish`, { data: { notes: 'The first.' } }));
	return { ...course, lessons };
}

async function person(browser: Browser, school: Server, who: string): Promise<{ page: Page; heard: string[] }> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce' });
	const page = await context.newPage();
	await signIn(page, school.url, who);
	return { page, heard: watch(page) };
}

test('a course is submitted, returned, mended, approved and published, and a learner goes on by it', async ({ browser, school }) => {
	test.setTimeout(120_000);
	const { url } = school;
	const api = `${url}/api/v1`;
	const author = await person(browser, school, demo.instructor);
	const admin = await person(browser, school, demo.admin);
	const learner = await browser.newContext({ viewport: { width: 390, height: 860 }, locale: 'en-GB', reducedMotion: 'reduce' });
	const { request } = author.page.context();
	const course = await makeCourse(request, api);
	const change = (n: number, data: object) => answer(request.patch(`${api}/courses/${course.id}/draft/lessons/${course.lessons[n]}`, { data }));

	// Somebody is in the middle: day 1 is done.
	await newcomer(learner, school, 'Mid Way');
	await answer(learner.request.post(`${api}/courses/${course.id}/enrolment`, { data: { pace: { kind: 'daily' } } }));
	await answer(learner.request.post(`${api}/lessons/${course.lessons[0]}/complete`, { data: {} }));

	// The instance asks for four eyes: set by the keyboard alone.
	await admin.page.goto(`${url}/admin/settings?tab=moderation`);
	await settled(admin.page);
	const rule = admin.page.getByRole('switch', { name: 'Somebody else approves every version' });
	await rule.focus();
	await admin.page.keyboard.press('Space');
	await expect(rule).toBeChecked();
	await admin.page.keyboard.press('Enter');
	await expect(admin.page.getByText('Settings saved.')).toBeVisible();

	// The author changes day 1 and day 2, and submits.
	await change(0, { title: 'Letter 1, again' });
	await change(1, { title: 'Letter 2, shorter', body_html: '<p>Write a shorter leter.</p><p>Send it before noon.</p>' });
	await author.page.goto(`${url}/teach/${course.slug}/versions`);
	await settled(author.page);
	await author.page.getByRole('button', { name: 'Submit for review' }).click();
	const dialog = author.page.getByRole('dialog');
	await expect(dialog.getByText('Nothing stands in the way.')).toBeVisible();
	await sound(author.page, 'submit dialog');
	await dialog.getByLabel('For the reviewer').fill('Day 2 is shorter.');
	await dialog.getByRole('button', { name: 'Submit for review' }).click();
	await expect(author.page.getByRole('button', { name: 'In review' })).toBeVisible();

	// The admin looks, comments on a block, returns it.
	await admin.page.reload();
	await settled(admin.page);
	await admin.page.getByRole('link', { name: title }).click();
	await expect(admin.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
	await expect(admin.page.getByText('Day 2 is shorter.').first()).toBeVisible();
	await admin.page.getByRole('combobox', { name: 'Lesson' }).selectOption({ label: 'Day 2: Letter 2, shorter' });
	const comment = admin.page.getByRole('button', { name: 'Comment on: Write a shorter leter.' });
	await comment.focus();
	await admin.page.keyboard.press('Enter');
	await admin.page.getByRole('dialog').getByLabel('Comment').fill('It is “letter”.');
	await admin.page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
	await sound(admin.page, 'review');
	await admin.page.getByRole('button', { name: /^Return/ }).click();
	await admin.page.getByRole('dialog').getByRole('button', { name: 'Return' }).click();
	await expect(admin.page.getByText('Returned', { exact: true }).first()).toBeVisible();

	// The author reads it where he publishes, mends it, submits again.
	await author.page.reload();
	await settled(author.page);
	await author.page.getByRole('button', { name: 'Submit for review' }).click();
	await expect(dialog.getByText('It is “letter”.')).toBeVisible();
	await expect(dialog.getByRole('link', { name: 'Letter 2, shorter' })).toBeVisible();
	await change(1, { body_html: '<p>Write a shorter letter.</p><p>Send it before noon.</p>' });
	await author.page.keyboard.press('Escape');
	await author.page.getByRole('button', { name: 'Submit for review' }).click();
	await dialog.getByRole('button', { name: 'Submit for review' }).click();
	await expect(author.page.getByRole('button', { name: 'In review' })).toBeVisible();

	// Somebody else approves.
	await admin.page.goto(`${url}/admin/reviews`);
	await settled(admin.page);
	await admin.page.getByRole('link', { name: title }).click();
	await admin.page.getByRole('button', { name: 'Approve' }).click();
	await admin.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
	await expect(admin.page.getByText('Approved', { exact: true }).first()).toBeVisible();

	// Published for everybody, from the next unopened day.
	await author.page.reload();
	await settled(author.page);
	await author.page.getByRole('button', { name: 'Publish', exact: true }).click();
	await expect(dialog.getByText('1 learner is in the middle of this course.')).toBeVisible();
	await dialog.getByText('Everyone, from their next unopened day').click();
	await sound(author.page, 'publish dialog');
	await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
	await expect(author.page.getByRole('heading', { name: 'Version 2' })).toBeVisible();
	await author.page.getByRole('button', { name: 'What changed in version 2' }).click();
	await expect(author.page.locator('ins', { hasText: 'shorter' }).first()).toBeVisible();
	await sound(author.page, 'versions');

	// The learner: what was open is as it was, what comes is new, nothing done is lost.
	const version = async () =>
		(await answer<{ enrolment: { version: number } }>(learner.request.get(`${api}/courses/${course.id}/learn`))).enrolment.version;
	await expect.poll(version).toBe(2);
	const phone = await learner.newPage();
	const heard = watch(phone);
	await phone.goto(`${url}/courses/${course.slug}`);
	await settled(phone);
	await expect(phone.getByText('1 of 7 days done')).toBeVisible();
	await expect(phone.getByRole('heading', { name: 'Letter 1', exact: true })).toBeVisible();
	await expect(phone.getByRole('heading', { name: 'Letter 2, shorter' })).toBeVisible();

	// And reports what is wrong with it.
	await phone.getByRole('button', { name: 'More for this course' }).click();
	await phone.getByRole('menuitem', { name: 'Report a problem' }).click();
	await phone.getByRole('dialog').getByRole('radio', { name: 'Something does not work' }).check();
	await sound(phone, 'report dialog');
	await phone.getByRole('dialog').getByRole('button', { name: 'Send report' }).click();
	await expect(phone.getByText('Thank you. Somebody will look at it.')).toBeVisible();
	await admin.page.goto(`${url}/admin/reviews?tab=reports`);
	await settled(admin.page);
	await admin.page.getByRole('link', { name: title }).click();
	await admin.page.getByRole('button', { name: 'Hide it now' }).click();
	await expect(admin.page.getByRole('button', { name: 'Show it again' })).toBeVisible();
	await sound(admin.page, 'report');
	await phone.reload();
	await settled(phone);
	await expect(phone.getByRole('heading', { name: 'This course is being looked at' })).toBeVisible();

	for (const [name, said] of Object.entries({ author: author.heard, admin: admin.heard, learner: heard })) expect(said, name).toEqual([]);
	await answer(admin.page.context().request.put(`${api}/admin/settings/moderation`, { data: {} }));
	for (const context of [author.page.context(), admin.page.context(), learner]) await context.close();
});
