// The lesson editor as a test writes in it.
import type { Page } from '@playwright/test';
import { expect } from './fixtures';

export const text = (page: Page) => page.getByRole('textbox', { name: 'Lesson text' });
export const status = (page: Page, state: 'saved' | 'kept') => page.locator(`[data-state="${state}"]`);
export const saved = (page: Page) => expect(status(page, 'saved')).toBeVisible({ timeout: 15_000 });

/** As the browser hands it over after a copy in another program. */
export async function paste(page: Page, html: string): Promise<void> {
	await text(page).evaluate((node, data) => {
		const clipboard = new DataTransfer();
		clipboard.setData('text/html', data);
		clipboard.setData('text/plain', 'x');
		node.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true }));
	}, html);
}
