import { api, ok } from '#lib/api/client.ts';
import { guardedFetch } from '#lib/api/transport.ts';
import type { Schema } from '#lib/api/types.ts';

export type Asset = Schema<'AssetOut'>;

const known = new Map<string, Promise<Asset | undefined>>();

/** A stored file, asked for once. */
export function fileOf(asset: string): Promise<Asset | undefined> {
	let found = known.get(asset);
	if (!found) {
		found = ok(api.GET('/api/v1/media/{asset}', { params: { path: { asset } } })).catch(() => {
			known.delete(asset);
			return undefined;
		});
		known.set(asset, found);
	}
	return found;
}

/** Stores a file as it is. */
export async function upload(file: File): Promise<Asset> {
	const response = await guardedFetch(
		new Request(new URL(`/api/v1/media?name=${encodeURIComponent(file.name || 'file')}`, location.origin), {
			method: 'POST',
			headers: { 'content-type': 'application/octet-stream' },
			body: file
		})
	);
	const asset = (await response.json()) as Asset;
	known.set(asset.id, Promise.resolve(asset));
	return asset;
}
