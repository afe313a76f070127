import { api, ok } from '#lib/api/client.ts';
import { guardedFetch } from '#lib/api/transport.ts';
import type { Schema } from '#lib/api/types.ts';
import { session } from './session.svelte.ts';

/** Each save answers with what holds now; the shell follows where it shows it. */
export async function saveOrganisation(section: Schema<'Organisation'>, version?: string): Promise<void> {
	await ok(api.PUT('/api/v1/admin/settings/organisation', { params: { query: { version } }, body: section }));
	await wearBrand();
}

export async function saveRegistration(section: Schema<'RegistrationSettings'>, version?: string): Promise<void> {
	await ok(api.PUT('/api/v1/admin/settings/registration', { params: { query: { version } }, body: section }));
	await session.refreshInstance();
}

export async function saveLearning(section: Required<Schema<'LearningSettings'>>, version?: string): Promise<void> {
	await ok(api.PUT('/api/v1/admin/settings/learning', { params: { query: { version } }, body: section }));
	await session.refreshInstance();
}

export async function saveMail(section: Schema<'MailSettingsIn'>, version?: string): Promise<void> {
	await ok(api.PUT('/api/v1/admin/settings/mail', { params: { query: { version } }, body: section }));
}

export async function sendTestMail(to: string): Promise<void> {
	await ok(api.POST('/api/v1/admin/settings/mail/test', { body: { to } }));
}

export async function saveLogo(file: Blob): Promise<void> {
	await guardedFetch(new Request(`${location.origin}/api/v1/admin/logo`, { method: 'PUT', body: file }));
	await session.refreshInstance();
}

export async function removeLogo(): Promise<void> {
	await ok(api.DELETE('/api/v1/admin/logo'));
	await session.refreshInstance();
}

/** The style sheet of the brand is fetched anew; the page keeps standing. */
async function wearBrand(): Promise<void> {
	await session.refreshInstance();
	const link = document.querySelector<HTMLLinkElement>('link[href^="/branding.css"]');
	if (link) link.href = `/branding.css?v=${Date.now()}`;
}
