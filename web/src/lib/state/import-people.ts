import { api, ApiProblem, ok } from '#lib/api/client.ts';
import type { Schema } from '#lib/api/types.ts';

export type Look = Schema<'ImportLookOut'>;
export type Choices = Schema<'Choices'>;

const at = (id: string) => ({ params: { path: { import: id } } });

export const upload = (file: File): Promise<Look> =>
	ok(
		api.POST('/api/v1/users/import', {
			body: file as unknown as number[],
			bodySerializer: (body) => body as unknown as Blob,
			headers: { 'content-type': 'application/octet-stream' }
		})
	);
export const look = (id: string, body: Choices) => ok(api.POST('/api/v1/users/import/{import}/look', { ...at(id), body }));

/** Does it, and tells how far it is until the end. */
export async function run(id: string, body: Choices, tell: (now: Schema<'ImportOut'>) => void): Promise<Schema<'ImportOut'>> {
	let now = await ok(api.POST('/api/v1/users/import/{import}/apply', { ...at(id), body }));
	tell(now);
	while (now.state === 'applying') {
		await new Promise((wake) => setTimeout(wake, 700));
		now = await ok(api.GET('/api/v1/users/import/{import}', at(id)));
		tell(now);
	}
	return now;
}

export const reportHref = (id: string): string => `/api/v1/users/import/${id}/report`;
export { ApiProblem };
