import { api, ok } from '#lib/api/client.ts';
import { countConsents, loadSections, mailTemplates } from '#lib/state/admin-sections.ts';
import { listThrottles, loadAddress } from '#lib/state/admin-settings.ts';
import { listTokens } from '#lib/state/admin-tokens.ts';
import { webhooks } from '#lib/state/admin-webhooks.ts';
import { Loaded } from '#lib/state/loaded.svelte.ts';

const tabs = [
	'organisation',
	'address',
	'registration',
	'learning',
	'uploads',
	'embeds',
	'mail',
	'templates',
	'legal',
	'moderation',
	'retention',
	'security',
	'tokens',
	'webhooks'
] as const;

/** The trail names sections as the server does. */
const names: Record<string, string> = { mail_templates: 'templates' };

export async function load({ url }) {
	const asked = url.searchParams.get('tab') ?? '';
	const tab = tabs.find((t) => t === (names[asked] ?? asked)) ?? 'organisation';
	const shows = (...these: string[]) => these.includes(tab);
	// Each part is asked for when it is shown.
	const parts = {
		tokens: shows('tokens') ? new Loaded(listTokens) : undefined,
		hooks: shows('webhooks') ? new Loaded(webhooks.list) : undefined,
		templates: shows('templates') ? new Loaded(mailTemplates.list) : undefined,
		address: shows('address') ? new Loaded(loadAddress) : undefined,
		throttles: shows('security') ? new Loaded(listThrottles) : undefined,
		consents: shows('legal') ? new Loaded(countConsents) : undefined,
		sections: shows('tokens', 'webhooks')
			? undefined
			: new Loaded(async () => {
					const [stands, settings] = await Promise.all([loadSections(), ok(api.GET('/api/v1/admin/settings'))]);
					return { stands, settings };
				})
	};
	await Promise.all(Object.values(parts).map((part) => part?.soon()));
	return { tab, ...parts };
}
