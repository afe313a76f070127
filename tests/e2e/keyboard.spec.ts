// Everything by keyboard: the skip link, the palette, menus and dialogs that give focus back, the film's keys.
import type { Page } from '@playwright/test';
import { expect, settled, signIn, test } from './fixtures';
import { demo } from './server';

const course = 'statistics-you-can-feel';

/** Opens a page as the demo's learner. */
async function open(page: Page, url: string, path: string): Promise<void> {
	await signIn(page, url, demo.learner);
	await page.goto(url + path);
	await settled(page);
}

/** The address of the lesson with the film. */
async function filmLesson(page: Page, url: string): Promise<string> {
	await signIn(page, url, demo.learner);
	const { current } = (await (await page.context().request.get(`${url}/api/v1/me/today`)).json()) as { current: { lesson: { id: string } } };
	return `/learn/${course}/${current.lesson.id}`;
}

test('the first stop leads past the navigation', async ({ page, school }) => {
	await open(page, school.url, '/');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('main')).toBeFocused();
	await page.keyboard.press('Tab');
	await expect(page.getByRole('main').getByRole('link').first()).toBeFocused();
});

test('every stop is in sight and under nothing', async ({ page, school }) => {
	for (const path of ['/', `/courses/${course}`, '/catalogue', '/settings']) {
		for (const width of [390, 1280]) {
			await page.setViewportSize({ width, height: 800 });
			await open(page, school.url, path);
			const stops = new Set<string>();
			for (let i = 0; i < 45; i += 1) {
				await page.keyboard.press('Tab');
				const stop = await page.evaluate(() => {
					const el = document.activeElement as HTMLElement | null;
					if (!el || el === document.body) return undefined;
					const mark = (el.dataset['stop'] ??= String(Math.random()));
					const rects = [...el.getClientRects()];
					const label = `${el.localName} “${(el.ariaLabel ?? el.textContent ?? '').trim().slice(0, 40)}”`;
					// A control drawn by its label (a hidden radio, a link that covers its card) shows its ring elsewhere.
					const clear = rects.some((r) => {
						const x = Math.min(innerWidth - 2, Math.max(1, r.left + r.width / 2));
						const y = r.top + r.height / 2;
						const top = document.elementFromPoint(x, y);
						return y > 0 && y < innerHeight && Boolean(top && (el.contains(top) || top.contains(el) || top.closest('label')?.contains(el)));
					});
					return { mark, label, clear };
				});
				if (!stop || stops.has(stop.mark)) break;
				stops.add(stop.mark);
				expect(stop.clear, `${stop.label} on ${path} at ${width} is hidden while it has focus`).toBe(true);
			}
			expect(stops.size).toBeGreaterThan(5);
		}
	}
});

test('the palette opens, finds, goes there, and gives focus back', async ({ page, school }) => {
	await open(page, school.url, '/');
	const button = page.getByRole('button', { name: 'Search' }).filter({ visible: true }).first();
	await button.focus();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('combobox')).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(button).toBeFocused();

	await page.keyboard.press('ControlOrMeta+k');
	await page.getByRole('combobox').pressSequentially('profile');
	await expect(page.getByRole('option', { name: 'Go to Profile' })).toBeVisible();
	await page.keyboard.press('ArrowUp');
	const chosen = page.locator('[role="option"][aria-selected="true"]');
	while (!/Go to Profile/.test((await chosen.textContent()) ?? '')) await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Enter');
	await page.waitForURL(/\/profile$/);
	await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
});

test('menus and dialogs give focus back to what opened them', async ({ page, school }) => {
	await open(page, school.url, `/courses/${course}`);
	const menu = page.getByRole('button', { name: /^Your account/ }).filter({ visible: true }).first();
	await menu.focus();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('menu')).toBeVisible();
	await page.keyboard.press('ArrowDown');
	await page.keyboard.press('Escape');
	await expect(menu).toBeFocused();

	const pace = page.getByRole('button', { name: 'Change pace' });
	await pace.focus();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('dialog')).toBeVisible();
	for (let i = 0; i < 12; i += 1) {
		await page.keyboard.press('Tab');
		const inside = await page.evaluate(() => document.activeElement === document.body || document.activeElement!.closest('dialog') !== null);
		expect(inside, 'focus stays in the dialog').toBe(true);
	}
	await page.keyboard.press('Escape');
	await expect(pace).toBeFocused();
});

test('the film is driven by its keys, and N hangs a note on its second', async ({ page, school }) => {
	await page.goto(school.url + (await filmLesson(page, school.url)));
	await settled(page);
	const film = page.locator('video');
	const now = () => film.evaluate((v: HTMLVideoElement) => v.currentTime);
	const play = page.getByRole('button', { name: /^(Resume at|Play)/ }).first();
	await play.focus();
	await page.keyboard.press('Enter');
	await expect.poll(() => film.evaluate((v: HTMLVideoElement) => !v.paused)).toBe(true);
	await expect(page.getByRole('button', { name: 'Pause' }), 'the small button has focus now').toBeFocused();
	await page.keyboard.press('k');
	await expect.poll(() => film.evaluate((v: HTMLVideoElement) => v.paused)).toBe(true);

	await page.keyboard.press('0');
	await expect.poll(now).toBeLessThan(1);
	await page.keyboard.press('l');
	await expect.poll(now).toBeGreaterThan(8);
	await page.keyboard.press('j');
	await expect.poll(now).toBeLessThan(2);
	await page.keyboard.press('m');
	expect(await film.evaluate((v: HTMLVideoElement) => v.muted)).toBe(true);
	await page.keyboard.press('m');
	await page.keyboard.press('Shift+>');
	await expect.poll(() => film.evaluate((v: HTMLVideoElement) => v.playbackRate)).toBeGreaterThan(1);
	await page.keyboard.press('Shift+<');
	await expect.poll(() => film.evaluate((v: HTMLVideoElement) => v.playbackRate)).toBe(1);

	await page.keyboard.press('5');
	await page.keyboard.press('n');
	const box = page.getByRole('textbox', { name: /^New note at 0:/ });
	await expect(box).toBeFocused();
	await page.keyboard.type('kkk jl');
	await expect(box).toHaveValue('kkk jl');
	await box.fill('');
});
