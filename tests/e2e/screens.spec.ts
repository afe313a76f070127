// Every screen, both themes, narrow and wide: axe finds nothing, nothing scrolls sideways, the console is silent.
// With MOMENTUM_SHOTS=folder the same screens are photographed at 390 and 1280.
import { join } from 'node:path';
import type { APIRequestContext } from '@playwright/test';
import { axe, expect, fits, settled, signIn, test } from './fixtures';
import { demo } from './server';

interface Screen {
	name: string;
	path: string;
	who?: keyof typeof demo;
}

/** A new screen is one line here. `{course}` and `{lesson}` are a course under way and its open lesson. */
const screens: Screen[] = [
	{ name: 'sign-in', path: '/sign-in' },
	{ name: 'register', path: '/register' },
	{ name: 'forgot', path: '/forgot' },
	{ name: 'reset-without-link', path: '/reset' },
	{ name: 'verify-email', path: '/verify-email' },
	{ name: 'visitor-catalogue', path: '/catalogue' },
	{ name: 'visitor-course', path: '/courses/{course}' },
	{ name: 'today', path: '/', who: 'learner' },
	{ name: 'courses-going', path: '/courses', who: 'learner' },
	{ name: 'courses-finished', path: '/courses?state=finished', who: 'learner' },
	{ name: 'courses-left', path: '/courses?state=left', who: 'learner' },
	{ name: 'catalogue', path: '/catalogue', who: 'learner' },
	{ name: 'catalogue-nothing', path: '/catalogue?q=zzzzqqqq', who: 'learner' },
	{ name: 'course', path: '/courses/{course}', who: 'learner' },
	{ name: 'lesson', path: '/learn/{course}/{lesson}', who: 'learner' },
	{ name: 'saved-notes', path: '/saved', who: 'learner' },
	{ name: 'saved-bookmarks', path: '/saved?tab=bookmarks', who: 'learner' },
	{ name: 'search', path: '/search?q=average', who: 'learner' },
	{ name: 'search-empty', path: '/search', who: 'learner' },
	{ name: 'profile', path: '/profile', who: 'learner' },
	{ name: 'settings-appearance', path: '/settings', who: 'learner' },
	{ name: 'settings-account', path: '/settings?tab=account', who: 'learner' },
	{ name: 'settings-sessions', path: '/settings?tab=sessions', who: 'learner' },
	{ name: 'settings-delete', path: '/settings?tab=delete', who: 'learner' },
	{ name: 'not-found', path: '/nothing/here', who: 'learner' },
	{ name: 'admin-denied', path: '/admin', who: 'learner' },
	{ name: 'admin-overview', path: '/admin', who: 'admin' },
	{ name: 'admin-users', path: '/admin/users', who: 'admin' },
	{ name: 'admin-invites', path: '/admin/users?tab=invites', who: 'admin' },
	{ name: 'admin-jobs', path: '/admin/jobs', who: 'admin' },
	{ name: 'admin-audit', path: '/admin/audit', who: 'admin' },
	{ name: 'admin-organisation', path: '/admin/settings', who: 'admin' },
	{ name: 'admin-registration', path: '/admin/settings?tab=registration', who: 'admin' },
	{ name: 'admin-learning', path: '/admin/settings?tab=learning', who: 'admin' },
	{ name: 'admin-mail', path: '/admin/settings?tab=mail', who: 'admin' }
];

const shots = process.env['MOMENTUM_SHOTS'];
const looks = [
	{ theme: 'light', width: 360 },
	{ theme: 'light', width: 1280 },
	{ theme: 'dark', width: 360 },
	{ theme: 'dark', width: 1280 }
] as const;

async function place(request: APIRequestContext, url: string, path: string): Promise<string> {
	if (!path.includes('{')) return url + path;
	const answer = await request.get(`${url}/api/v1/me/today`);
	if (answer.ok()) {
		const { current } = (await answer.json()) as { current: { course: { slug: string }; lesson: { id: string } } };
		return url + path.replace('{course}', current.course.slug).replace('{lesson}', current.lesson.id);
	}
	const { items } = (await (await request.get(`${url}/api/v1/courses?limit=1`)).json()) as { items: { slug: string }[] };
	return url + path.replace('{course}', items[0]?.slug ?? '');
}

for (const screen of screens) {
	test(`screen ${screen.name}`, async ({ page, school }) => {
		if (screen.who) await signIn(page, school.url, demo[screen.who]);
		const address = await place(page.context().request, school.url, screen.path);
		for (const { theme, width } of looks) {
			const what = `${screen.name}, ${theme}, ${width}`;
			await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
			await page.setViewportSize({ width, height: width < 700 ? 800 : 900 });
			await page.goto(address);
			await settled(page);
			await fits(page, what);
			await axe(page, what);
			if (!shots) continue;
			if (width < 700) await page.setViewportSize({ width: 390, height: 844 });
			await page.screenshot({ path: join(shots, `${screen.name}-${width < 700 ? 390 : 1280}-${theme}.png`), fullPage: true });
		}
		expect(await page.title()).not.toBe('');
	});
}
