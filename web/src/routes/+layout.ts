import { asProblem } from '#lib/api/problem.ts';
import { session } from '#lib/state/session.svelte.ts';

export const ssr = false;
export const prerender = false;

export async function load() {
	// Without the instance there is no page at all: the root layout says so itself, since an error
	// thrown here would leave SvelteKit without a layout to show it in.
	try {
		await session.load();
		return { trouble: undefined };
	} catch (e) {
		const { code, requestId, status } = asProblem(e);
		return { trouble: { code, reference: requestId, status } };
	}
}
