import { api, asProblem, ok } from '#lib/api/client.ts';

export async function load({ parent, url }) {
	await parent();
	const token = url.searchParams.get('token');
	if (!token) return { token: '', invite: undefined };
	try {
		return { token, invite: await ok(api.POST('/api/v1/auth/invite-details', { body: { token } })) };
	} catch (e) {
		// A dead link is a page of its own; no answer at all is an error.
		if (asProblem(e).passing) throw e;
		return { token, invite: undefined };
	}
}
