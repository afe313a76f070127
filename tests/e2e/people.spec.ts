// People in the browser: found, grouped, assigned to, acted for, exported, imported, erased.
import { readFileSync } from 'node:fs';
import { expect, settled, signIn, sound, test } from './fixtures';
import { demo } from './server';

test('an admin looks after people from the list to the last trace', async ({ page, school }) => {
	test.setTimeout(180_000);
	const { url } = school;
	await page.setViewportSize({ width: 1280, height: 900 });
	await signIn(page, url, demo.admin);

	// A group by rule is counted before it is saved.
	await page.goto(`${url}/admin/groups`);
	await settled(page);
	await page.getByRole('button', { name: 'New group' }).click();
	await page.getByLabel('Name', { exact: true }).fill('Every learner');
	await page.getByText('Whoever a rule finds').click();
	await page.getByRole('button', { name: 'Count', exact: true }).click();
	await expect(page.getByText(/\d+ in it: \d+ come, 0 go\./)).toBeVisible();
	await page.getByRole('button', { name: 'Save group' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Every learner' })).toBeVisible();

	// One by hand.
	await page.goto(`${url}/admin/groups`);
	await page.getByRole('button', { name: 'New group' }).click();
	await page.getByLabel('Name', { exact: true }).fill('Night ward');
	await page.getByRole('button', { name: 'Save group' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Night ward' })).toBeVisible();

	// A list, its address, a range by shift, a deed, the way back.
	await page.goto(`${url}/admin/users?role=learner&sort=name`);
	await settled(page);
	const boxes = page.getByRole('checkbox', { name: /^Select (?!everybody)/ });
	await boxes.nth(0).click();
	await boxes.nth(2).click({ modifiers: ['Shift'] });
	await expect(page.getByText('3 selected')).toBeVisible();
	await page.getByRole('button', { name: 'Do something' }).click();
	await page.getByRole('menuitem', { name: 'Add to a group' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Group').selectOption({ label: 'Night ward' });
	await expect(dialog.getByText('3 people change')).toBeVisible();
	await sound(page, 'a deed over many');
	await dialog.getByRole('button', { name: 'Do it for 3 people' }).click();
	await expect(dialog.getByText('Done for 3 people.')).toBeVisible();
	await dialog.getByRole('button', { name: 'Undo' }).click();
	await expect(dialog.getByText('Taken back.')).toBeVisible();
	await dialog.getByRole('button', { name: 'Done' }).click();

	// Everybody who matches, by keyboard alone.
	await boxes.nth(0).focus();
	await page.keyboard.press('Space');
	await page.getByRole('button', { name: /^Select all \d+ that match$/ }).press('Enter');
	await page.getByRole('button', { name: 'Do something' }).press('Enter');
	await page.getByRole('menuitem', { name: 'Add to a group' }).press('Enter');
	await dialog.getByLabel('Group').selectOption({ label: 'Night ward' });
	await dialog.getByRole('button', { name: /^Do it for \d+ people$/ }).press('Enter');
	await expect(dialog.getByText(/^Done for \d+ people\.$/)).toBeVisible({ timeout: 20_000 });
	await dialog.getByRole('button', { name: 'Done' }).press('Enter');

	// A saved view opens again.
	await page.getByRole('button', { name: 'Views' }).click();
	await page.getByRole('menuitem', { name: 'Save this view' }).click();
	await dialog.getByLabel('Name of the view').fill('Learners');
	await dialog.getByRole('button', { name: 'Save this view' }).click();
	await page.goto(`${url}/admin/users`);
	await settled(page);
	await page.getByRole('button', { name: 'Views' }).click();
	await page.getByRole('menuitem', { name: 'Learners', exact: true }).click();
	await page.waitForURL(/role=learner&sort=name/);

	// An assignment to the group.
	await page.goto(`${url}/admin/assignments`);
	await settled(page);
	await page.getByRole('button', { name: 'New assignment' }).click();
	await dialog.getByLabel('Course').selectOption({ index: 1 });
	await dialog.getByText('Night ward').click();
	await dialog.getByLabel('Date', { exact: true }).fill('2030-12-04');
	await expect(dialog.getByText(/\d+ people: \d+ are enrolled/)).toBeVisible();
	await dialog.getByRole('button', { name: 'Assign' }).click();
	await expect(page.getByText('Enrolling…')).toHaveCount(0, { timeout: 30_000 });
	await expect(page.getByText('Due Wednesday, 4 December 2030').first()).toBeVisible();
	await sound(page, 'assignments');

	// One person: his data, and his place for a while.
	await page.goto(`${url}/admin/users?q=maya`);
	await page.getByRole('link', { name: 'Maya Okafor' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Maya Okafor' })).toBeVisible();
	await page.getByRole('button', { name: 'Make the file' }).click();
	const saved = page.waitForEvent('download');
	await page.getByRole('link', { name: /^Download \(/ }).click({ timeout: 20_000 });
	expect(readFileSync(await (await saved).path()).subarray(0, 2).toString()).toBe('PK');
	await page.getByRole('button', { name: 'Sign in as Maya Okafor' }).click();
	await dialog.getByRole('button', { name: 'Sign in as Maya Okafor' }).click();
	await page.waitForURL((at) => at.pathname === '/');
	await expect(page.getByText(/^You are signed in as Maya Okafor, until/)).toBeVisible();
	await settled(page);
	await sound(page, "in somebody's place");
	await page.getByRole('button', { name: 'Back to yourself' }).click();
	await page.waitForURL(/\/admin\/users$/);
	await settled(page);

	// A list comes in: looked at, done, told.
	await page.getByRole('link', { name: 'Import' }).click();
	await page.locator('input[type="file"]').setInputFiles({
		name: 'people.csv',
		mimeType: 'text/csv',
		buffer: Buffer.from('Email,Full name\nrosa@example.com,Rosa Lindqvist\nnot an address,Somebody\n')
	});
	await expect(page.getByRole('cell', { name: 'Wrong' })).toBeVisible();
	await sound(page, 'an import, looked at');
	await page.getByRole('button', { name: 'Import 1 row' }).click();
	await expect(page.getByText('Imported: 1 new, 0 changed, 0 the same, 1 wrong.')).toBeVisible({ timeout: 20_000 });

	// And she goes, by her name.
	await page.goto(`${url}/admin/users?q=rosa`);
	await page.getByRole('link', { name: 'Rosa Lindqvist' }).click();
	await page.waitForURL(/\/admin\/users\/usr_/);
	const rosa = page.url().split('/').pop() ?? '';
	await page.getByRole('button', { name: 'Erase for ever' }).click();
	await dialog.getByLabel('Type the name to confirm').fill('Rosa');
	await dialog.getByRole('button', { name: 'Erase for ever' }).click();
	await expect(dialog.getByText('This is another name.')).toBeVisible();
	await dialog.getByLabel('Type the name to confirm').fill('Rosa Lindqvist');
	await dialog.getByRole('button', { name: 'Erase for ever' }).click();
	await page.waitForURL(/\/admin\/users$/);
	await page.goto(`${url}/admin/users?q=rosa`);
	await expect(page.getByText('Nobody matches')).toBeVisible();
	// What she did is still found by her id.
	await page.goto(`${url}/admin/audit?actor=${rosa}`);
	await expect(page.getByRole('group', { name: 'Who' }).getByText(`Somebody whose account is gone (${rosa})`)).toBeVisible();
});
