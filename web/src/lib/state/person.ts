import { api, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

const at = (user: string) => ({ params: { path: { user } } });

export const readUser = (user: string) => ok(api.GET('/api/v1/users/{user}', at(user)));
export const changeUser = (user: string, body: Schema<'UserPatch'>) => ok(api.PATCH('/api/v1/users/{user}', { ...at(user), body }));
export const readGroups = (user: string) => ok(api.GET('/api/v1/users/{user}/groups', at(user)));
export const readFields = (user: string) => ok(api.GET('/api/v1/users/{user}/fields', at(user)));
export const changeFields = (user: string, body: Schema<'FieldValueIn'>[]) => ok(api.PATCH('/api/v1/users/{user}/fields', { ...at(user), body }));
export const readEnrolments = (user: string) => ok(api.GET('/api/v1/users/{user}/enrolments', at(user)));
export const readSessions = (user: string) => ok(api.GET('/api/v1/users/{user}/sessions', at(user)));
export const endSessions = (user: string) => ok(api.DELETE('/api/v1/users/{user}/sessions', at(user)));
export const endSession = (user: string, session: string) =>
	ok(api.DELETE('/api/v1/users/{user}/sessions/{session}', { params: { path: { user, session } } }));
export const readTrail = (user: string) => ok(api.GET('/api/v1/users/{user}/audit', at(user)));
export const sendReset = (user: string) => ok(api.POST('/api/v1/users/{user}/reset-mail', at(user)));
export const signInAs = (user: string, minutes: number) => ok(api.POST('/api/v1/users/{user}/sign-in-as', { ...at(user), body: { minutes } }));
export const backToOneself = () => ok(api.POST('/api/v1/auth/back'));
export const previewErase = (user: string) => ok(api.GET('/api/v1/users/{user}/erase', at(user)));
export const erase = (user: string, name: string) => ok(api.POST('/api/v1/users/{user}/erase', { ...at(user), body: { name } }));

type File = Schema<'PersonFileOut'>;
const pause = () => new Promise((wake) => setTimeout(wake, 800));

/** Asks for the file with one person's data and waits until it is made. Without an id: one's own. */
export async function makeFile(user?: string): Promise<File> {
	let file = user ? await ok(api.POST('/api/v1/users/{user}/export', at(user))) : await ok(api.POST('/api/v1/me/export'));
	while (!file.is_ready) {
		await pause();
		file = user ? await ok(api.GET('/api/v1/users/{user}/export', at(user))) : await ok(api.GET('/api/v1/me/export'));
	}
	return file;
}

export const fileHref = (user?: string): string => (user ? `/api/v1/users/${user}/export/file` : '/api/v1/me/export/file');
export const readMyFields = () => ok(api.GET('/api/v1/me/fields'));
export const changeMyFields = (body: Schema<'FieldValueIn'>[]) => ok(api.PATCH('/api/v1/me/fields', { body }));
