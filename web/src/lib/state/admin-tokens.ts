import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export const listTokens = () => ok(api.GET('/api/v1/admin/tokens'));

export const createToken = (body: Schema<'ApiTokenIn'>) => ok(api.POST('/api/v1/admin/tokens', { body }));

export const revokeToken = (token: string) => ok(api.DELETE('/api/v1/admin/tokens/{token}', { params: { path: { token } } }));
