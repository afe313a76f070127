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

export type BrandPicture = 'logo' | 'logo-dark' | 'icon';

const pictures: Record<BrandPicture, string> = { logo: 'logo', 'logo-dark': 'logo?ground=dark', icon: 'icon' };

export async function saveBrandPicture(which: BrandPicture, file: Blob): Promise<void> {
	await guardedFetch(new Request(`${location.origin}/api/v1/admin/${pictures[which]}`, { method: 'PUT', body: file }));
	await wearPictures();
}

export async function removeBrandPicture(which: BrandPicture): Promise<void> {
	if (which === 'icon') await ok(api.DELETE('/api/v1/admin/icon'));
	else await ok(api.DELETE('/api/v1/admin/logo', { params: { query: { ground: which === 'logo' ? 'light' : 'dark' } } }));
	await wearPictures();
}

/** The tab's icon is asked for anew. */
async function wearPictures(): Promise<void> {
	await session.refreshInstance();
	const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
	if (link) link.href = session.instance.branding.icon_url ?? `/branding/icon?v=${Date.now()}`;
}

export const loadAddress = () => ok(api.GET('/api/v1/admin/settings/address'));

export async function saveAddress(body: Schema<'AddressIn'>, version?: string): Promise<void> {
	await ok(api.PUT('/api/v1/admin/settings/address', { params: { query: { version } }, body }));
}

export const listThrottles = () => ok(api.GET('/api/v1/admin/throttles'));

export async function releaseThrottle(held: string): Promise<void> {
	await ok(api.DELETE('/api/v1/admin/throttles/{held}', { params: { path: { held } } }));
}

export const checkAddress = (public_url: string) => ok(api.POST('/api/v1/admin/settings/address/check', { body: { public_url } }));

/** The style sheet of the brand is fetched anew; the page keeps standing. */
async function wearBrand(): Promise<void> {
	await session.refreshInstance();
	const link = document.querySelector<HTMLLinkElement>('link[href^="/branding.css"]');
	if (link) link.href = `/branding.css?v=${Date.now()}`;
}
