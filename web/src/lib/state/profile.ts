import { api, ok } from '#lib/api/client.ts';
import type { Profile } from '#lib/api/types.ts';
import { guardedFetch } from '#lib/api/transport.ts';
import { session } from './session.svelte.ts';

export type ProfileChange = Partial<Omit<Profile, 'picture_url'>>;

/** The completion counts on the server: asked again after each change. */
async function renewed(): Promise<void> {
	session.update(await ok(api.GET('/api/v1/me')));
}

export async function saveProfile(change: ProfileChange): Promise<void> {
	await ok(api.PATCH('/api/v1/me/profile', { body: change }));
	await renewed();
}

export async function sendPicture(picture: Blob): Promise<void> {
	await guardedFetch(new Request(`${location.origin}/api/v1/me/picture`, { method: 'PUT', body: picture }));
	await renewed();
}

export async function removePicture(): Promise<void> {
	await ok(api.DELETE('/api/v1/me/picture'));
	await renewed();
}
