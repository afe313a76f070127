import { api, ok } from '#lib/api/client.ts';
import { Loaded, Paged } from '#lib/state/loaded.svelte.ts';

const tabs = ['jobs', 'mail', 'backups', 'storage', 'health', 'log'] as const;
const jobStates = ['waiting', 'running', 'dead'] as const;
const mailStates = ['waiting', 'sent', 'failed'] as const;

export async function load({ url }) {
	const get = (name: string) => url.searchParams.get(name);
	const tab = tabs.find((t) => t === get('tab')) ?? 'jobs';
	const jobState = jobStates.find((s) => s === get('state'));
	const mailState = mailStates.find((s) => s === get('state'));
	const queue = get('queue') ?? undefined;
	// Each part is asked for when it is shown.
	const parts = {
		queues: tab === 'jobs' ? new Loaded(() => ok(api.GET('/api/v1/admin/queues'))) : undefined,
		jobs:
			tab === 'jobs'
				? new Paged((cursor) => ok(api.GET('/api/v1/admin/jobs', { params: { query: { state: jobState, queue, cursor } } })))
				: undefined,
		mails:
			tab === 'mail' ? new Paged((cursor) => ok(api.GET('/api/v1/admin/mails', { params: { query: { state: mailState, cursor } } }))) : undefined,
		backups: tab === 'backups' ? new Loaded(() => ok(api.GET('/api/v1/admin/backups'))) : undefined,
		system: tab === 'storage' ? new Loaded(() => ok(api.GET('/api/v1/admin/system'))) : undefined,
		level: tab === 'log' ? new Loaded(() => ok(api.GET('/api/v1/admin/log-level'))) : undefined
	};
	await Promise.all(Object.values(parts).map((part) => part?.soon()));
	return { tab, jobState, mailState, queue, ...parts };
}
