// The ways in that need a link: the first administrator, an invitation, a new password, a new address.
import { expect, settled, sound, test, watch } from './fixtures';
import { start } from './server';

const password = 'quiet-harbour-lantern-31';
const other = 'amber-meadow-compass-77';

test('an empty server becomes a school, and people come in by their links', async ({ browser }) => {
	test.setTimeout(180_000);
	const server = await start('serve');
	const { url } = server;
	const device = async () => {
		const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-GB', reducedMotion: 'reduce' });
		context.setDefaultTimeout(15_000);
		return context.newPage();
	};
	const page = await device();
	const heard = watch(page);
	/** The path of a link in the newest letter. */
	const link = async (to: string, way: string) => {
		const letter = await server.letter(to, `/${way}?token=`);
		const found = new RegExp(`/${way}\\?token=[\\w-]+`).exec(letter)?.[0];
		expect(found, letter).toBeTruthy();
		return url + found!;
	};
	try {
		// Whoever comes to an empty server is led to its set-up.
		await page.goto(url);
		await page.waitForURL(/\/setup/);
		await settled(page);
		await page.goto(url + /\/setup\?token=[\w-]+/.exec(server.output())![0]);
		await settled(page);
		await sound(page, 'setup, the organisation');
		await page.locator('form button[type="submit"]').click();
		await expect(page.getByLabel('Name of the organisation')).toBeFocused();
		await sound(page, 'setup, something is missing');
		await page.getByLabel('Name of the organisation').fill('Æther & Söhne 🛠');
		await page.locator('form button[type="submit"]').click();
		await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
		await page.getByLabel('Your name').fill('Ada Oyelaran');
		await page.getByLabel('Email').fill('ada@example.com');
		await page.getByLabel('Password', { exact: true }).fill(password);
		await sound(page, 'setup, the administrator');
		await page.locator('form button[type="submit"]').click();
		await page.waitForURL((at) => at.pathname === '/');
		await settled(page);
		await sound(page, 'today of an empty school');
		await page.goto(`${url}/catalogue`);
		await settled(page);
		await sound(page, 'catalogue of an empty school');

		// An invitation.
		await page.goto(`${url}/admin/users`);
		await settled(page);
		await page.getByRole('button', { name: 'Invite somebody' }).click();
		await page.getByRole('dialog').getByLabel('Email address').fill('bo@example.com');
		await page.getByRole('dialog').getByRole('button', { name: 'Send invitation' }).click();
		const invite = await link('bo@example.com', 'accept-invite');
		const guest = await device();
		await guest.goto(invite);
		await settled(guest);
		await sound(guest, 'accept an invitation');
		await guest.getByLabel('Your name').fill('Bo Lindqvist');
		await guest.getByLabel('Password', { exact: true }).fill(password);
		await guest.locator('form button[type="submit"]').click();
		await guest.waitForURL((at) => at.pathname === '/');
		await settled(guest);

		// A new address, proven by its letter.
		await guest.goto(`${url}/settings?tab=account`);
		await settled(guest);
		await guest.getByRole('button', { name: 'Change address' }).click();
		await sound(guest, 'change address');
		await guest.getByLabel('New email address').fill('bo.new@example.com');
		await guest.getByLabel('Your password', { exact: true }).fill(password);
		await guest.locator('form button[type="submit"]').click();
		await guest.goto(await link('bo.new@example.com', 'confirm-email'));
		await settled(guest);
		await sound(guest, 'address confirmed');
		await expect.poll(async () => ((await (await guest.context().request.get(`${url}/api/v1/me`)).json()) as { email: string }).email).toBe('bo.new@example.com');
		await guest.context().close();

		// A forgotten password.
		const away = await device();
		await away.goto(`${url}/forgot`);
		await settled(away);
		await away.getByLabel('Email').fill('bo.new@example.com');
		await away.locator('form button[type="submit"]').click();
		await away.goto(await link('bo.new@example.com', 'reset'));
		await settled(away);
		await away.locator('input[type="password"]').first().fill(other);
		await sound(away, 'set a new password');
		await away.locator('form button[type="submit"]').click();
		await away.waitForURL(/\/sign-in/);
		await settled(away);
		await away.getByLabel('Email').fill('bo.new@example.com');
		await away.getByLabel('Password', { exact: true }).fill(password);
		await away.getByRole('button', { name: 'Sign in' }).click();
		await expect(away.getByText('Email and password do not match.')).toBeVisible();
		await sound(away, 'wrong password');
		await away.getByLabel('Password', { exact: true }).fill(other);
		await away.getByRole('button', { name: 'Sign in' }).click();
		await away.waitForURL((at) => at.pathname === '/');
		await away.context().close();
		expect(heard, 'the console must stay silent').toEqual([]);
	} finally {
		await server.stop();
	}
});
