// The media library: files come in over a bad line, are found, described, replaced where they are used,
// and taken away when nothing uses them.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Page, Route } from '@playwright/test';
import { axe, expect, settled, signIn, sound, test } from './fixtures';
import { demo } from './server';

test.use({ offlineTalk: true });

const folder = mkdtempSync(join(tmpdir(), 'momentum-media-'));
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A picture of one colour. */
function png(width: number, height: number, shade: number): Buffer {
	const crcTable = Array.from({ length: 256 }, (_, n) => {
		let c = n;
		for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
		return c >>> 0;
	});
	const chunk = (kind: string, body: Buffer) => {
		const typed = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
		let crc = 0xffffffff;
		for (const byte of typed) crc = (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
		const out = Buffer.alloc(12 + body.length);
		out.writeUInt32BE(body.length, 0);
		typed.copy(out, 4);
		out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 8 + body.length);
		return out;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2, 0, 0, 0], 8);
	const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, shade)]);
	const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function written(name: string, bytes: Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return path;
}

const row = (page: Page, name: string) => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem').filter({ hasText: name });
const files = (page: Page) => page.getByLabel('Files to upload');

test('a file comes in over a bad line, is used, replaced and kept while it is used', async ({ page, school, context }) => {
	await signIn(page, school.url, demo.instructor);
	const line = await context.newCDPSession(page);
	// A slow line, so that there is something to interrupt.
	const slow = { offline: false, latency: 5, downloadThroughput: -1, uploadThroughput: 1024 * 1024 };
	const large = written('recording.txt', Buffer.from(randomBytes(6 * 1024 * 1024).toString('hex'), 'latin1'));
	let announced = 0;
	page.on('request', (r) => void (r.method() === 'POST' && r.url().endsWith('/media/uploads') && announced++));
	await page.goto(`${school.url}/teach/media`);
	await settled(page);
	await expect(page.getByText(/Films up to/)).toBeVisible();
	await line.send('Network.emulateNetworkConditions', slow);
	await files(page).setInputFiles(large);
	const sending = row(page, 'recording.txt');
	await expect(sending.getByText(/ left$/)).toBeVisible();
	await expect(page.locator('[aria-live="polite"]').filter({ hasText: 'recording.txt: 25 percent sent' })).toBeAttached();

	// Paused and resumed by keyboard.
	await page.getByRole('button', { name: 'Pause recording.txt' }).focus();
	await page.keyboard.press('Enter');
	await expect(sending.getByText('Paused')).toBeVisible();
	await sound(page, 'media-paused');
	await page.getByRole('button', { name: 'Resume recording.txt' }).focus();
	await page.keyboard.press('Enter');
	await expect(sending.getByText(/\/s$/)).toBeVisible();

	// The page is loaded anew: the file must be chosen again, and goes on where it was.
	await page.getByRole('button', { name: 'Pause recording.txt' }).click();
	await page.reload();
	await settled(page);
	await expect(sending.getByText('Unfinished')).toBeVisible();
	await expect(sending.getByText(/Choose this file again to go on/)).toBeVisible();
	const other = written('other.txt', Buffer.from('another file'));
	await page.getByLabel('Choose recording.txt again').setInputFiles(other);
	await expect(sending.getByText(/This is another file/)).toBeVisible();
	await axe(page, 'media-unfinished');
	// And just then the line is gone for a while.
	const away = (route: Route) => (route.request().method() === 'PATCH' ? route.abort('internetdisconnected') : route.fallback());
	await page.route('**/media/uploads/*', away);
	await page.getByLabel('Choose recording.txt again').setInputFiles(large);
	await expect(sending.getByText(/No connection/)).toBeVisible();
	await page.unroute('**/media/uploads/*', away);
	await expect(sending.getByText('Ready')).toBeVisible({ timeout: 20_000 });
	expect(announced, 'it was one upload all the way').toBe(1);

	// Refused before anything is sent, and after it was looked at.
	await files(page).setInputFiles([written('empty.txt', Buffer.alloc(0)), written('none.vtt', Buffer.from('no captions'))]);
	await expect(row(page, 'empty.txt').getByText('This file is empty.')).toBeVisible();
	await expect(row(page, 'none.vtt').getByText('Failed')).toBeVisible();
	await page.getByRole('button', { name: 'Clear the list' }).click();
	await expect(page.getByRole('region', { name: 'Uploads' })).toHaveCount(0);

	// A picture, found by its name, described, used by a draft.
	await files(page).setInputFiles(written('Harbour at dawn.png', png(900, 600, 90)));
	await expect(row(page, 'Harbour at dawn.png').getByText('Ready')).toBeVisible();
	await page.getByRole('searchbox', { name: 'Search by name' }).fill('harbour');
	await expect(page).toHaveURL(/q=harbour/);
	await expect(page.getByRole('link', { name: /averages/ })).toHaveCount(0);
	await page.getByRole('link', { name: /^Harbour at dawn\.png/ }).focus();
	await page.keyboard.press('Enter');
	const drawer = page.getByRole('dialog');
	await expect(drawer.getByText('900 × 600 pixels')).toBeVisible();
	await expect(drawer.getByText('Nothing uses this file.', { exact: true })).toBeVisible();
	await drawer.getByLabel('Alternative text').fill('A harbour at dawn');
	await drawer.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByText('Saved', { exact: true })).toBeVisible();
	const asset = new URL(page.url()).searchParams.get('file') ?? '';
	const { request } = context;
	const categories = (await (await request.get(`${school.url}/api/v1/categories`)).json()) as { id: string }[];
	const made = await request.post(`${school.url}/api/v1/courses`, {
		data: { title: 'Boats', category: categories[0]?.id, length: 7, level: 'beginner', language: 'en' }
	});
	const { id: course } = (await made.json()) as { id: string };
	const covered = await request.patch(`${school.url}/api/v1/courses/${course}/draft`, { data: { cover: asset } });
	expect(covered.status(), await covered.text()).toBe(200);

	// Where it is used; then it can be replaced, not deleted.
	await page.reload();
	await expect(drawer.getByRole('link', { name: 'Boats › Course page' })).toBeVisible();
	await expect(drawer.getByRole('button', { name: 'Delete' })).toHaveAttribute('aria-disabled', 'true');
	await axe(page, 'media-used');
	await drawer.getByRole('button', { name: 'Replace file' }).click();
	await expect(drawer.getByText(/published courses included/)).toBeVisible();
	await drawer.getByLabel('Choose the new file').setInputFiles(written('new.png', png(640, 480, 200)));
	await expect(drawer.getByText('640 × 480 pixels')).toBeVisible();
	expect((await request.get(`${school.url}/api/v1/media/${asset}`)).ok()).toBe(true);
	await page.keyboard.press('Escape');
	await expect(drawer).toHaveCount(0);

	// What nothing uses goes together, after one question.
	await page.goto(`${school.url}/teach/media`);
	await settled(page);
	await page.getByRole('radio', { name: 'List' }).check();
	await expect(page.getByRole('table')).toBeVisible();
	await page.getByRole('button', { name: 'Select unused' }).click();
	await expect(page.getByText('1 file selected')).toBeVisible();
	await page.getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 file' }).click();
	await expect(page.getByText('1 file deleted')).toBeVisible();
	await expect(page.getByRole('link', { name: 'recording.txt' })).toHaveCount(0);
	await expect(page.getByRole('link', { name: 'Harbour at dawn.png' })).toBeVisible();
});

test('64 MiB through the public client, cut and killed five times, are equal to the byte', () => {
	const run = spawnSync(process.execPath, [join(__dirname, 'interrupted.mjs'), '--mib', '64'], { encoding: 'utf8', timeout: 110_000 });
	expect(run.status, `${run.stdout}\n${run.stderr}`).toBe(0);
});
