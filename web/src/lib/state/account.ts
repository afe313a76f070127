import { api, ok } from '#lib/api/client.ts';
import { m } from '#lib/paraglide/messages.js';
import { session } from './session.svelte.ts';
import { factorOf, theme, type TextSize, type Theme } from './theme.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** Both hold here at once; that they hold on other devices too is told only when it fails. */
export async function chooseTheme(choice: Theme): Promise<void> {
	theme.set(choice);
	await keep({ theme: choice });
}

export async function chooseTextSize(size: TextSize): Promise<void> {
	theme.setTextSize(size);
	await keep({ text_size: factorOf(size) });
}

async function keep(change: { theme?: Theme; text_size?: number }): Promise<void> {
	if (!session.user) return;
	session.update({ profile: { ...session.user.profile, ...change } });
	await ok(api.PATCH('/api/v1/me/profile', { body: change })).catch(() =>
		toasts.show(m.settings_not_kept(), { tone: 'info' })
	);
}

export async function changeEmail(email: string, password: string): Promise<void> {
	await ok(api.POST('/api/v1/me/email', { body: { email, password } }));
	session.update({ pending_email: email });
}

export async function changePassword(current: string, next: string): Promise<void> {
	await ok(api.POST('/api/v1/me/password', { body: { current, new: next } }));
}

export async function deleteAccount(password: string): Promise<void> {
	await ok(api.POST('/api/v1/me/delete', { body: { password } }));
	session.giveUp();
}

export async function endSession(id: string): Promise<void> {
	await ok(api.DELETE('/api/v1/me/sessions/{session}', { params: { path: { session: id } } }));
}

export async function endOtherSessions(): Promise<void> {
	await ok(api.DELETE('/api/v1/me/sessions'));
}
