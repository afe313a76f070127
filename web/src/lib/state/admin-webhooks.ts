import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export type CallState = 'waiting' | 'delivered' | 'failed';

const at = (webhook: string) => ({ params: { path: { webhook } } });

/** Everything that is asked of the server about webhooks. */
export const webhooks = {
	list: () => ok(api.GET('/api/v1/admin/webhooks')),
	create: (body: Schema<'WebhookIn'>) => ok(api.POST('/api/v1/admin/webhooks', { body })),
	change: (webhook: string, body: Schema<'WebhookPatch'>) => ok(api.PATCH('/api/v1/admin/webhooks/{webhook}', { ...at(webhook), body })),
	remove: (webhook: string) => ok(api.DELETE('/api/v1/admin/webhooks/{webhook}', at(webhook))),
	rotate: (webhook: string) => ok(api.POST('/api/v1/admin/webhooks/{webhook}/secret', at(webhook))),
	ping: (webhook: string) => ok(api.POST('/api/v1/admin/webhooks/{webhook}/ping', at(webhook))),
	calls: (webhook: string, cursor?: string) =>
		ok(api.GET('/api/v1/admin/webhooks/{webhook}/deliveries', { params: { path: { webhook }, query: { cursor } } })),
	call: (delivery: string) => ok(api.GET('/api/v1/admin/webhook-deliveries/{delivery}', { params: { path: { delivery } } })),
	replay: (delivery: string) => ok(api.POST('/api/v1/admin/webhook-deliveries/{delivery}/replay', { params: { path: { delivery } } }))
};

export type Webhooks = typeof webhooks;
