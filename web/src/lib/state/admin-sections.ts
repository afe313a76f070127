import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export type Stand = Schema<'SectionOut'>;
export type Earlier = Schema<'EarlierOut'>;

/** Every section as it stands, by name. */
export async function loadSections(): Promise<Record<string, Stand>> {
	const all = await ok(api.GET('/api/v1/admin/settings/sections'));
	return Object.fromEntries(all.map((stand) => [stand.name, stand]));
}

export const saveSection = (section: string, value: unknown, version?: string) =>
	ok(api.PUT('/api/v1/admin/settings/sections/{section}', { params: { path: { section }, query: { version } }, body: { value } }));

export const sectionHistory = (section: string) =>
	ok(api.GET('/api/v1/admin/settings/sections/{section}/history', { params: { path: { section } } }));

export const mailTemplates = {
	list: () => ok(api.GET('/api/v1/admin/mail-templates')),
	preview: (body: Schema<'PreviewIn'>) => ok(api.POST('/api/v1/admin/mail-templates/preview', { body })),
	test: (template: string, to: string) => ok(api.POST('/api/v1/admin/mail-templates/test', { body: { template, to } }))
};

export type MailTemplates = typeof mailTemplates;

export const countConsents = () => ok(api.GET('/api/v1/admin/consents'));
