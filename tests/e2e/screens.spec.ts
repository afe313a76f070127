// Every screen, its states and dialogs, both themes, narrow and wide: axe finds nothing, nothing scrolls
// sideways, the console is silent, and the rendered HTML goes to the checker.
// With MOMENTUM_SHOTS=folder the same screens are photographed at 390 and 1280.
import { join } from 'node:path';
import type { APIRequestContext, Page } from '@playwright/test';
import { axe, expect, fits, keepPage, settled, signIn, test } from './fixtures';
import { demo } from './server';

interface Screen {
	name: string;
	path: string;
	who?: keyof typeof demo;
	/** What opens on it: a dialog, a menu. Skipped where it answers false: the width does not have it. */
	open?: (page: Page) => Promise<void | false>;
	/** Answers the server does not give in the demo. */
	answers?: (page: Page) => Promise<void>;
}

/** Presses a button if this width shows it. */
const press = (name: string | RegExp) => async (page: Page) => {
	const button = page.getByRole('button', { name }).filter({ visible: true }).first();
	if (!(await button.isVisible())) return false;
	await button.click();
	await expect(page.getByRole('dialog')).toBeVisible();
};

/** A page with code, and content of another site. */
const shows =
	'<p data-id="aaaaaaaaa1">A lesson that shows how.</p>' +
	'<pre data-id="aaaaaaaaa2"><code class="language-rust">/// Greets.\nfn main() {\n    let name: &amp;str = "you"; // 1\n    println!("Hello, {name}", 42);\n}\n</code></pre>' +
	'<figure data-id="aaaaaaaaa3" data-kind="embed" data-src="https://player.vimeo.com/video/76979871?dnt=1" data-title="Two dice and how they fall" data-site="vimeo.com"><a href="https://vimeo.com/76979871">Two dice and how they fall</a></figure>';

/** The same answer with something changed. */
const changed = (url: string, change: (body: Record<string, unknown>) => void) => async (page: Page) => {
	await page.route(url, async (route) => {
		const response = await route.fetch();
		const body = (await response.json()) as Record<string, unknown>;
		change(body);
		await route.fulfill({ response, json: body });
	});
};

/**
 * A new screen is one line here. `{course}` and `{lesson}` are the course under way and its open lesson,
 * `{done}` and `{locked}` lessons of it, `{new}` a course not begun, `{sample}` its free lesson.
 */
const screens: Screen[] = [
	{ name: 'sign-in', path: '/sign-in' },
	{ name: 'register', path: '/register' },
	{ name: 'forgot', path: '/forgot' },
	{ name: 'reset-without-link', path: '/reset' },
	{ name: 'verify-email', path: '/verify-email' },
	{ name: 'verify-email-over', path: '/verify-email?token=over' },
	{ name: 'confirm-email-over', path: '/confirm-email?token=over' },
	{ name: 'invite-over', path: '/accept-invite?token=over' },
	{ name: 'setup-over', path: '/setup' },
	{ name: 'visitor-catalogue', path: '/catalogue' },
	{ name: 'visitor-course', path: '/courses/{course}' },
	{ name: 'visitor-preview', path: '/courses/{new}/preview/{sample}' },
	{ name: 'today', path: '/', who: 'learner' },
	{ name: 'account-menu', path: '/', who: 'learner', open: async (page) => page.getByRole('button', { name: /^Your account/ }).filter({ visible: true }).first().click() },
	{
		name: 'palette',
		path: '/',
		who: 'learner',
		open: async (page) => {
			await page.keyboard.press('ControlOrMeta+k');
			await page.getByRole('combobox').fill('averages');
			await expect(page.getByRole('option', { name: /Why averages settle down/ })).toBeVisible();
		}
	},
	{ name: 'courses-going', path: '/courses', who: 'learner' },
	{ name: 'courses-finished', path: '/courses?state=finished', who: 'learner' },
	{ name: 'courses-left', path: '/courses?state=left', who: 'learner' },
	{ name: 'catalogue', path: '/catalogue', who: 'learner' },
	{ name: 'catalogue-found', path: '/catalogue?q=averag', who: 'learner' },
	{ name: 'catalogue-nothing', path: '/catalogue?q=zzzzqqqq', who: 'learner' },
	{ name: 'catalogue-filters', path: '/catalogue', who: 'learner', open: press(/^Filters/) },
	{ name: 'course', path: '/courses/{course}', who: 'learner' },
	{ name: 'course-new', path: '/courses/{new}', who: 'learner' },
	{ name: 'course-finished', path: '/courses/git-without-fear', who: 'learner' },
	{ name: 'course-premium', path: '/courses/{new}', who: 'learner', answers: changed('**/api/v1/courses/passwords-and-phishing', (c) => (c['plan'] = 'premium')) },
	{ name: 'pace', path: '/courses/{course}', who: 'learner', open: press('Change pace') },
	{ name: 'lesson', path: '/learn/{course}/{lesson}', who: 'learner' },
	{ name: 'lesson-notes', path: '/learn/{course}/{lesson}', who: 'learner', open: press(/^Notes/) },
	{ name: 'lesson-days', path: '/learn/{course}/{lesson}', who: 'learner', open: press('Days of this course') },
	{ name: 'lesson-done', path: '/learn/{course}/{done}', who: 'learner' },
	{ name: 'lesson-locked', path: '/learn/{course}/{locked}', who: 'learner' },
	{ name: 'saved-notes', path: '/saved', who: 'learner' },
	{ name: 'saved-bookmarks', path: '/saved?tab=bookmarks', who: 'learner' },
	{ name: 'search', path: '/search?q=average', who: 'learner' },
	{ name: 'search-empty', path: '/search', who: 'learner' },
	{ name: 'profile', path: '/profile', who: 'learner' },
	{ name: 'settings-appearance', path: '/settings', who: 'learner' },
	{ name: 'settings-account', path: '/settings?tab=account', who: 'learner' },
	{ name: 'settings-sessions', path: '/settings?tab=sessions', who: 'learner' },
	{ name: 'settings-delete', path: '/settings?tab=delete', who: 'learner' },
	{ name: 'delete-account', path: '/settings?tab=delete', who: 'learner', open: press('Delete account') },
	{ name: 'not-found', path: '/nothing/here', who: 'learner' },
	{ name: 'course-not-found', path: '/courses/none-of-this-name', who: 'learner' },
	{ name: 'media', path: '/teach/media', who: 'admin' },
	{ name: 'media-nothing', path: '/teach/media?q=zzzzqqqq', who: 'instructor' },
	{ name: 'media-file', path: '/teach/media', who: 'admin', open: async (page) => { await page.getByRole('link', { name: /^averages\.jpg/ }).click(); await expect(page.getByRole('dialog')).toBeVisible(); } },
	{ name: 'admin-denied', path: '/admin', who: 'learner' },
	{ name: 'admin-overview', path: '/admin', who: 'admin' },
	{ name: 'admin-menu', path: '/admin', who: 'admin', open: press('Open menu') },
	{ name: 'admin-users', path: '/admin/users', who: 'admin' },
	{ name: 'admin-invite', path: '/admin/users', who: 'admin', open: press('Invite somebody') },
	{ name: 'admin-users-chosen', path: '/admin/users?sort=name&seen=never', who: 'admin', open: async (page) => { for (const box of (await page.getByRole('checkbox', { name: /^Select (?!everybody)/ }).all()).slice(0, 2)) await box.click(); } },
	{ name: 'admin-user', path: '/admin/users?q=maya', who: 'admin', open: async (page) => { await page.getByRole('link', { name: 'Maya Okafor' }).first().click(); await expect(page.getByRole('heading', { level: 1, name: 'Maya Okafor' })).toBeVisible(); } },
	{ name: 'admin-user-fields', path: '/admin/users/fields', who: 'admin', open: press('New field') },
	{ name: 'admin-import', path: '/admin/users/import', who: 'admin' },
	{ name: 'admin-groups', path: '/admin/groups', who: 'admin', open: press('New group') },
	{ name: 'admin-assignments', path: '/admin/assignments', who: 'admin', open: press('New assignment') },
	{ name: 'team', path: '/team', who: 'learner' },
	{ name: 'admin-invites', path: '/admin/users?tab=invites', who: 'admin' },
	{ name: 'admin-courses', path: '/admin/courses', who: 'admin' },
	{ name: 'admin-courses-bulk', path: '/admin/courses', who: 'admin', open: async (page) => { await page.getByRole('checkbox').nth(1).check(); await page.getByRole('button', { name: 'Move to a category' }).click(); await expect(page.getByRole('dialog')).toBeVisible(); } },
	{ name: 'admin-lessons', path: '/admin/lessons', who: 'admin' },
	{ name: 'admin-lesson-edit', path: '/admin/lessons', who: 'admin', open: press(/^Change /) },
	{ name: 'admin-categories', path: '/admin/categories', who: 'admin' },
	{ name: 'admin-reviews', path: '/admin/reviews', who: 'admin' },
	{ name: 'teach', path: '/teach', who: 'instructor' },
	{ name: 'teach-reviews', path: '/teach/reviews', who: 'instructor' },
	{ name: 'teach-settings', path: '/teach/git-without-fear/settings', who: 'admin' },
	{ name: 'teach-versions', path: '/teach/git-without-fear/versions', who: 'admin' },
	{ name: 'teach-publish', path: '/teach/git-without-fear/versions', who: 'admin', open: press('Publish') },
	{ name: 'report', path: '/learn/{course}/{lesson}', who: 'learner', open: async (page) => { await page.getByRole('button', { name: 'More about this lesson' }).click(); await page.getByRole('menuitem', { name: 'Report a problem' }).click(); await expect(page.getByRole('dialog')).toBeVisible(); } },
	{ name: 'admin-jobs', path: '/admin/jobs', who: 'admin' },
	{ name: 'admin-system', path: '/admin/system', who: 'admin' },
	{ name: 'admin-system-mail', path: '/admin/system?tab=mail', who: 'admin' },
	{ name: 'admin-system-backups', path: '/admin/system?tab=backups', who: 'admin' },
	{ name: 'admin-system-storage', path: '/admin/system?tab=storage', who: 'admin' },
	{ name: 'admin-system-health', path: '/admin/system?tab=health', who: 'admin', open: async (page) => { await page.getByRole('button', { name: 'Look at everything' }).click(); await expect(page.getByRole('button', { name: 'Look again' })).toBeVisible(); } },
	{ name: 'admin-system-log', path: '/admin/system?tab=log', who: 'admin' },
	{ name: 'admin-audit', path: '/admin/audit', who: 'admin' },
	{ name: 'admin-organisation', path: '/admin/settings', who: 'admin' },
	{ name: 'admin-address', path: '/admin/settings?tab=address', who: 'admin' },
	{ name: 'admin-moderation', path: '/admin/settings?tab=moderation', who: 'admin' },
	{ name: 'admin-security', path: '/admin/settings?tab=security', who: 'admin' },
	{ name: 'admin-registration', path: '/admin/settings?tab=registration', who: 'admin' },
	{ name: 'admin-learning', path: '/admin/settings?tab=learning', who: 'admin' },
	{ name: 'admin-mail', path: '/admin/settings?tab=mail', who: 'admin' },
	{ name: 'admin-uploads', path: '/admin/settings?tab=uploads', who: 'admin' },
	{ name: 'admin-templates', path: '/admin/settings?tab=templates', who: 'admin' },
	{ name: 'admin-legal', path: '/admin/settings?tab=legal', who: 'admin' },
	{ name: 'admin-retention', path: '/admin/settings?tab=retention', who: 'admin' },
	{ name: 'admin-history', path: '/admin/settings', who: 'admin', open: press('Earlier values') },
	{ name: 'admin-tokens', path: '/admin/settings?tab=tokens', who: 'admin' },
	{ name: 'admin-token', path: '/admin/settings?tab=tokens', who: 'admin', open: press('New token') },
	{ name: 'admin-webhooks', path: '/admin/settings?tab=webhooks', who: 'admin' },
	{ name: 'admin-webhook', path: '/admin/settings?tab=webhooks', who: 'admin', open: press('New webhook') },
	{ name: 'admin-analytics', path: '/admin/analytics', who: 'admin' },
	{ name: 'admin-ai', path: '/admin/ai', who: 'admin' },
	{ name: 'admin-badges', path: '/admin/badges', who: 'admin' },
	{ name: 'teach-new', path: '/teach/new', who: 'admin' },
	{ name: 'teach-editor', path: '/teach/git-without-fear', who: 'admin' },
	{ name: 'teach-editor-publish', path: '/teach/git-without-fear', who: 'admin', open: press(/^(Publish|Submit)/) },
	{ name: 'teach-editor-history', path: '/teach/git-without-fear', who: 'admin', open: press('History') },
	{ name: 'admin-embeds', path: '/admin/settings?tab=embeds', who: 'admin' },
	{ name: 'media-failed', path: '/teach/media?state=failed', who: 'admin' },
	{ name: 'lesson-shows', path: '/learn/{course}/{lesson}', who: 'learner', answers: changed('**/api/v1/lessons/*', (l) => ((l['content'] as { body_html: string }).body_html = shows)) }
];

// A worker would ask the server past the changed answers, from the second look on. What a screen is asked
// says itself what is wrong: a recording of each would cost more than the asking.
test.use({ serviceWorkers: 'block', trace: 'off' });

const shots = process.env['MOMENTUM_SHOTS'];
const looks = [
	{ theme: 'light', width: 360 },
	{ theme: 'light', width: 1280 },
	{ theme: 'dark', width: 360 },
	{ theme: 'dark', width: 1280 }
] as const;

/** The course that the demo's learner is in the middle of, and one that nobody made them begin. */
const course = 'statistics-you-can-feel';
const fresh = 'passwords-and-phishing';

async function place(request: APIRequestContext, url: string, path: string): Promise<string> {
	if (!path.includes('{')) return url + path;
	const lessons = async (of: string) => {
		const answer = await request.get(`${url}/api/v1/courses/${of}/learn`);
		const { days } = (await answer.json()) as { days: { lessons: { id: string; state: string }[] }[] };
		return days.flatMap((d) => d.lessons);
	};
	const words: Record<string, () => Promise<string>> = {
		course: async () => course,
		new: async () => fresh,
		sample: async () => {
			const answer = await request.get(`${url}/api/v1/courses/${fresh}`);
			const { plan_days } = (await answer.json()) as { plan_days: { lessons: { id: string; is_preview: boolean }[] }[] };
			return plan_days.flatMap((d) => d.lessons).find((l) => l.is_preview)?.id ?? '';
		},
		lesson: async () => (await lessons(course)).find((l) => l.state === 'in_progress' || l.state === 'open')?.id ?? '',
		done: async () => (await lessons(course)).find((l) => l.state === 'done')?.id ?? '',
		locked: async () => (await lessons(course)).find((l) => l.state === 'locked')?.id ?? ''
	};
	let at = path;
	for (const [, word = ''] of path.matchAll(/\{(\w+)\}/g)) at = at.replace(`{${word}}`, (await words[word]?.()) ?? '');
	return url + at;
}

for (const screen of screens) {
	test(`screen ${screen.name}`, async ({ page, school }) => {
		if (screen.who) await signIn(page, school.url, demo[screen.who]);
		const address = await place(page.context().request, school.url, screen.path);
		await screen.answers?.(page);
		let seen = 0;
		for (const { theme, width } of looks) {
			const what = `${screen.name}, ${theme}, ${width}`;
			await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
			await page.setViewportSize({ width, height: width < 700 ? 800 : 900 });
			// What is open belongs to a width; a page without such follows its window, as on a turned phone.
			if (screen.open || seen === 0) await page.goto(address);
			await settled(page);
			if (screen.open) {
				if ((await screen.open(page)) === false) continue;
				await settled(page);
			}
			seen += 1;
			await fits(page, what);
			// A theme changes colours and nothing else.
			await axe(page, what, theme === 'dark');
			if (theme === 'light') await keepPage(page, what);
			if (!shots) continue;
			if (width < 700) await page.setViewportSize({ width: 390, height: 844 });
			await page.screenshot({ path: join(shots, `${screen.name}-${width < 700 ? 390 : 1280}-${theme}.png`), fullPage: !screen.open });
		}
		expect(seen, 'the screen is there in one width at least').toBeGreaterThan(0);
		expect(await page.title()).not.toBe('');
	});
}
