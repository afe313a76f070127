// An administrator's day: what needs a person, a key for a program, a webhook, two admins at once, own
// words in a mail, people who agree, a backup with a password, and the trail that tells all of it.
import { createServer, type Server as Receiver } from 'node:http';
import type { AddressInfo } from 'node:net';
import { demo, demoPassword, start, type Server } from './server';
import { axe, expect, settled, signIn, test, watch } from './fixtures';

/** A program elsewhere that writes down what it is told. */
async function receiver(): Promise<{ url: string; heard: string[]; close: () => void }> {
	const heard: string[] = [];
	const server: Receiver = createServer((request, response) => {
		let body = '';
		request.on('data', (part: Buffer) => (body += part.toString()));
		request.on('end', () => {
			heard.push(`${String(request.headers['webhook-signature'])} ${body}`);
			response.writeHead(204).end();
		});
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard, close: () => server.close() };
}

let school: Server;
test.beforeAll(async () => {
	// A school of its own: it may call this machine, and its people are asked to agree.
	school = await start('demo', { MOMENTUM__OUTGOING__ALLOW: '127.0.0.0/8' });
});
test.afterAll(() => school?.stop());

test('an administrator runs the platform from the browser', async ({ page, browser }) => {
	test.setTimeout(180_000);
	await signIn(page, school.url, demo.admin);

	// Overview: what needs a person first, each with the way there.
	await page.goto(`${school.url}/admin`);
	await settled(page);
	await expect(page.getByText('Live', { exact: true })).toBeVisible();
	await axe(page, 'overview');
	const need = page.getByRole('listitem').filter({ hasText: 'No backup was ever made' });
	await need.getByRole('link', { name: 'See to it' }).click();

	// Backup now, then download it with the password.
	await expect(page.getByRole('tab', { name: 'Backups' })).toHaveAttribute('aria-selected', 'true');
	await page.getByRole('button', { name: 'Back up now' }).click();
	const download = page.getByRole('button', { name: /^Download momentum-/ });
	await expect(download).toBeVisible({ timeout: 30_000 });
	await download.click();
	await page.getByLabel('Password', { exact: true }).fill('not this one');
	await page.keyboard.press('Enter');
	await expect(page.getByText('This is not your password.')).toBeVisible();
	await page.getByLabel('Password', { exact: true }).fill(demoPassword);
	const file = page.waitForEvent('download');
	await page.keyboard.press('Enter');
	expect((await file).suggestedFilename()).toMatch(/^momentum-.*\.backup$/);

	// A token, by keyboard, shown once; it reads and cannot write.
	await page.goto(`${school.url}/admin/settings?tab=tokens`);
	await settled(page);
	await page.getByRole('button', { name: 'New token' }).press('Enter');
	await page.getByLabel('What it is for').fill('Payroll sync');
	await page.getByRole('checkbox', { name: 'Read settings, audit and system' }).press('Space');
	await page.getByRole('button', { name: 'Make token' }).press('Enter');
	const token = await page.getByLabel('Token', { exact: true }).inputValue();
	await page.getByRole('button', { name: 'I have copied it' }).press('Enter');
	await expect(page.getByText('Payroll sync')).toBeVisible();
	const ask = async (method: string, path: string, data?: object) => {
		const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
		const answer = await fetch(school.url + path, { method, headers, ...(data && { body: JSON.stringify(data) }) });
		return answer.status;
	};
	expect(await ask('GET', '/api/v1/admin/jobs')).toBe(200);
	expect(await ask('PUT', '/api/v1/admin/log-level', { level: 'debug' })).toBe(403);

	// A webhook is told, and its calls can be looked at.
	const elsewhere = await receiver();
	await page.goto(`${school.url}/admin/settings?tab=webhooks`);
	await settled(page);
	await page.getByRole('button', { name: 'New webhook' }).click();
	await page.getByLabel('Address').fill('https://10.0.0.1/hook');
	await page.getByRole('button', { name: 'Make webhook' }).click();
	await expect(page.getByText(/is an address inside/)).toBeVisible();
	await page.getByLabel('Address').fill(elsewhere.url);
	await page.getByRole('button', { name: 'Make webhook' }).click();
	await page.getByRole('button', { name: 'I have copied it' }).click();
	await page.getByRole('button', { name: 'Send a test call' }).click();
	await expect.poll(() => elsewhere.heard.some((one) => one.includes('"type":"ping"') && one.startsWith('v1,'))).toBe(true);
	await page.getByRole('button', { name: 'Show calls' }).click();
	await page.getByRole('button', { name: 'Details of ping' }).click();
	await expect(page.getByRole('dialog').getByText('Delivered')).toBeVisible();
	await axe(page, 'a call');
	await page.keyboard.press('Escape');
	elsewhere.close();

	// Two admins at once: the later one is told, and keeps what he typed.
	await page.goto(`${school.url}/admin/settings?tab=retention`);
	await settled(page);
	const other = await page.context().request.put(`${school.url}/api/v1/admin/settings/sections/retention`, {
		data: { value: { audit_addresses_days: 90, sent_mails_days: 20, failed_mails_days: 90, webhook_calls_days: 30 } }
	});
	expect(other.ok(), await other.text()).toBe(true);
	await page.getByRole('textbox', { name: 'Calls of webhooks' }).fill('15');
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText(/Somebody else changed these settings/)).toBeVisible();
	await expect(page.getByRole('textbox', { name: 'Calls of webhooks' })).toHaveValue('15');
	await page.getByRole('button', { name: 'Show what holds now' }).click();
	await expect(page.getByRole('textbox', { name: 'Letters that have gone' })).toHaveValue('20');
	// Back to the usual value, and back again to an earlier one.
	await page.getByRole('button', { name: 'Back to usual: Letters that have gone' }).click();
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText('Settings saved.')).toBeVisible();
	await page.getByRole('button', { name: 'Earlier values' }).click();
	await page.getByRole('button', { name: 'Take these values' }).first().click();
	await expect(page.getByRole('textbox', { name: 'Letters that have gone' })).toHaveValue('20');
	// What is typed is not lost by a step aside.
	await page.getByRole('link', { name: 'Security' }).click();
	await page.getByRole('button', { name: /Stay/ }).click();
	await expect(page.getByRole('textbox', { name: 'Letters that have gone' })).toHaveValue('20');
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText(/Changed by/).first()).toBeVisible();

	// A mail in own words.
	await page.goto(`${school.url}/admin/settings?tab=templates`);
	await settled(page);
	await page.getByRole('textbox', { name: 'Subject' }).fill('Come to {{organisation}}, {{nobody}}');
	await expect(page.getByText(/stands for nothing here/)).toBeVisible();
	await page.getByRole('textbox', { name: 'Subject' }).fill('Come to {{organisation}}');
	await expect(page.getByText(/^Come to (?!\{)/)).toBeVisible();
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText('Settings saved.').first()).toBeVisible();

	// Rest days, by keyboard: at most five, and who begins a course is told of them.
	await page.goto(`${school.url}/admin/settings?tab=learning`);
	await settled(page);
	const rest = page.getByRole('group', { name: 'Rest days' });
	for (const day of ['Sunday', 'Saturday', 'Monday', 'Tuesday', 'Thursday', 'Friday']) await rest.getByRole('button', { name: day }).press('Space');
	await expect(rest.getByText('Two days of the week must stay for learning.')).toBeVisible();
	for (const day of ['Monday', 'Tuesday', 'Thursday', 'Friday']) await rest.getByRole('button', { name: day }).press('Space');
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText('Settings saved.').first()).toBeVisible();
	await page.goto(`${school.url}/courses/git-without-fear`);
	await settled(page);
	await page.getByRole('button', { name: 'Start day 1' }).first().click();
	await expect(page.getByRole('dialog').getByText('Saturday and Sunday are rest days here: no day opens on them.')).toBeVisible();
	await page.keyboard.press('Escape');

	// What visitors see of the organisation, and whether its address leads here.
	await page.goto(`${school.url}/admin/settings`);
	await settled(page);
	await page.getByLabel('Line at the foot').fill('Alder Academy, Dock 4');
	await page.getByRole('button', { name: 'Add a link' }).click();
	await page.getByLabel('Words of link 1').fill('Help');
	await page.getByLabel('Address of link 1').fill('javascript:alert(1)');
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText(/Write an address such as/)).toBeVisible();
	await page.getByLabel('Address of link 1').fill('https://alder.example/help');
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText('Settings saved.').first()).toBeVisible();
	const icon = page.getByRole('listitem').filter({ hasText: 'In the browser’s tab' });
	await icon.locator('input[type=file]').setInputFiles({ name: 'icon.png', mimeType: 'image/png', buffer: await page.screenshot() });
	await expect(icon.getByRole('button', { name: 'Remove: Icon' })).toBeVisible();
	await expect(page.locator('link[rel=icon]')).toHaveAttribute('href', /side=64/);
	await page.goto(`${school.url}/admin/settings?tab=address`);
	await settled(page);
	await page.getByRole('button', { name: 'Does it lead here?' }).click();
	await expect(page.getByText(/It leads here/)).toBeVisible();
	const visitor = await browser.newContext();
	const door = await visitor.newPage();
	await door.goto(`${school.url}/sign-in`);
	await expect(door.getByText('Alder Academy, Dock 4')).toBeVisible();
	await expect(door.getByRole('link', { name: 'Help' })).toHaveAttribute('href', 'https://alder.example/help');
	await axe(door, 'foot');
	await visitor.close();

	// Terms that people agree to before they go on.
	await page.goto(`${school.url}/admin/settings?tab=legal`);
	await settled(page);
	await page.getByRole('textbox', { name: 'Terms of use' }).fill('## What holds\n\nBe kind to each other.');
	await page.getByRole('switch', { name: /People must agree/ }).nth(1).check();
	await page.getByRole('button', { name: 'Save changes' }).click();
	await expect(page.getByText('Settings saved.').first()).toBeVisible();
	const learner = await browser.newContext();
	const hers = await learner.newPage();
	const heard = watch(hers);
	await signIn(hers, school.url, demo.learner);
	await hers.goto(school.url);
	await expect(hers.getByRole('dialog', { name: 'Before you go on' })).toBeVisible();
	await axe(hers, 'consent');
	await hers.getByRole('checkbox', { name: /I agree to: Terms of use/ }).check();
	await hers.getByRole('button', { name: 'I agree' }).click();
	await expect(hers.getByRole('dialog')).toHaveCount(0);
	await hers.goto(`${school.url}/legal/terms`);
	await expect(hers.getByText('Be kind to each other.')).toBeVisible();
	expect(heard).toEqual([]);
	await learner.close();

	// The trail tells all of it in words, filtered, and is whole.
	await page.goto(`${school.url}/admin/audit?action=backup.download`);
	await settled(page);
	// An admin agrees like everybody else.
	await page.getByRole('checkbox', { name: /I agree to: Terms of use/ }).check();
	await page.getByRole('button', { name: 'I agree' }).click();
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(page.getByRole('cell', { name: 'Downloaded a backup' })).toBeVisible();
	await page.getByRole('button', { name: 'Check the chain' }).click();
	await expect(page.getByText(/The trail is whole/)).toBeVisible();
	await axe(page, 'audit');
	const trail = page.waitForEvent('download');
	await page.getByRole('link', { name: 'Export CSV' }).click();
	expect((await trail).suggestedFilename()).toBe('audit.csv');

	// Who did it, found by name and chosen by keyboard: kept in the address, and taken along by the export.
	await page.getByRole('button', { name: 'Show everything' }).click();
	const who = page.getByRole('combobox', { name: 'Name or e-mail' });
	await who.fill('command');
	await expect(page.getByRole('option', { name: 'Command line' })).toBeVisible();
	await who.fill('admin@demo');
	const found = page.getByRole('option', { name: /admin@demo\.example/ });
	await expect(found).toHaveAttribute('aria-selected', 'true');
	await axe(page, 'somebody looked for in the audit');
	await who.press('Enter');
	await page.waitForURL(/actor=usr_/);
	const anybody = page.getByRole('group', { name: 'Who' }).getByRole('button', { name: /^Anybody, not only / });
	await expect(anybody).toBeFocused();
	await expect(page.getByRole('link', { name: 'Export CSV' })).toHaveAttribute('href', /actor=usr_/);
	await expect(page.getByRole('cell', { name: 'Downloaded a backup' })).toBeVisible();
	await axe(page, "somebody's rows");
	await page.keyboard.press('Enter');
	await expect(who).toBeFocused();
	expect(page.url()).not.toContain('actor');
});
