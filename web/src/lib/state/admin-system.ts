import { api, ok } from '#lib/api/client.ts';

export type JobState = 'waiting' | 'running' | 'dead';
export type MailState = 'waiting' | 'sent' | 'failed';

const at = (job: string) => ({ params: { path: { job } } });

/** Everything that is asked of the running server. */
export const system = {
	retry: (job: string) => ok(api.POST('/api/v1/admin/jobs/{job}/retry', at(job))),
	cancel: (job: string) => ok(api.DELETE('/api/v1/admin/jobs/{job}', at(job))),
	resend: (mail: string) => ok(api.POST('/api/v1/admin/mails/{mail}/retry', { params: { path: { mail } } })),
	backUp: () => ok(api.POST('/api/v1/admin/backups')),
	health: () => ok(api.POST('/api/v1/admin/health')),
	setLevel: (level: string) => ok(api.PUT('/api/v1/admin/log-level', { body: { level } }))
};

export type System = typeof system;
